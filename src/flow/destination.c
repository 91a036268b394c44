/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/destination.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "flow/flow_private.h"

enum { GOOD_MS = 60000, LONGEST_REST_MS = 7 * 24 * 3600 * 1000 };
enum { REFUSALS = 2, MANY_DOCUMENTS = 3, FIRST_AFTER_DOWN = 2 };

static const char *const state_names[DESTINATION_STATES] = {
    [DESTINATION_UP] = "up",         [DESTINATION_SLOW] = "slow",
    [DESTINATION_WAITS] = "waits",   [DESTINATION_DOWN] = "down",
    [DESTINATION_PAUSED] = "paused", [DESTINATION_STOPPED] = "stopped",
};

const char *
destination_state_name(enum destination_state state)
{
    return state_names[state];
}

/* ---- in the journal: words in this order, the reason last */

static void
dump(const struct destination *destination, char out[512])
{
    text_format(out, 512, "%s %lld %lld %lld %d %d %d %lld %d %s #%s %s",
                destination_state_name(destination->state),
                (long long)destination->since, (long long)destination->until,
                (long long)destination->good, destination->times,
                destination->refused, destination->failing,
                (long long)destination->last_failed, destination->limit,
                destination->code != TP_NONE ? err_name(destination->code)
                                             : "-",
                destination->settings, destination->why);
}

static int64_t
number(char **rest)
{
    const char *word = text_word(rest, " ");

    return word != NULL ? strtoll(word, NULL, 10) : 0;
}

static void
parse(struct destination *out, char *text)
{
    const char *state = text_word(&text, " ");

    for (int i = 0; i < DESTINATION_STATES; i++)
        if (text_equal(state, state_names[i]))
            out->state = (enum destination_state)i;
    out->since = number(&text);
    out->until = number(&text);
    out->good = number(&text);
    out->times = (int)number(&text);
    out->refused = (int)number(&text);
    out->failing = (int)number(&text);
    out->last_failed = number(&text);
    out->limit = (int)number(&text);
    const char *code = text_word(&text, " ");
    out->code = TP_NONE;
    for (int i = 1; i < TP_COUNT; i++)
        if (text_equal(code, err_name((enum err_code)i)))
            out->code = (enum err_code)i;
    if (text != NULL && text[0] == '#') {
        const char *settings = text_word(&text, " ");
        text_copy(out->settings, sizeof out->settings, settings + 1);
    }
    text_copy(out->why, sizeof out->why, text != NULL ? text : "");
}

static void
cursor_of(const struct destination *destination, char out[64])
{
    text_format(out, 64, "endpoint:%s", destination->name);
}

/* Whoever mended the settings has not to say so twice. */
static void
follow_settings(struct destination *destination, const char *settings)
{
    if (settings[0] == '\0' || text_equal(destination->settings, settings))
        return;
    if (destination->settings[0] != '\0' &&
        (destination->state == DESTINATION_DOWN ||
         destination->state == DESTINATION_STOPPED))
        destination_resume(destination, when_now(),
                           "its settings were changed");
    text_copy(destination->settings, sizeof destination->settings, settings);
}

bool
destination_load(struct journal *journal, struct destination *destination,
                 struct destination *kept, struct err *err)
{
    char cursor[64], text[512];

    cursor_of(destination, cursor);
    if (!journal_cursor(journal, cursor, text, err))
        return false;
    struct destination fresh = { .state = DESTINATION_UP };
    text_copy(fresh.name, sizeof fresh.name, destination->name);
    text_copy(fresh.settings, sizeof fresh.settings, destination->settings);
    *destination = fresh;
    if (text[0] != '\0')
        parse(destination, text);
    *kept = *destination;
    follow_settings(destination, fresh.settings);
    return true;
}

static bool
tell_change(struct journal *journal, const struct destination *destination,
            struct err *err)
{
    const char *place = strchr(destination->name, '/');
    char what[48], detail[320];

    text_format(what, sizeof what, "endpoint %s",
                destination_state_name(destination->state));
    text_format(detail, sizeof detail, "%s%s%s", place ? place + 1 : "",
                destination->why[0] ? ": " : "", destination->why);
    return journal_note(journal, 0, what, detail, err);
}

bool
destination_save(struct journal *journal, const struct destination *destination,
                 struct destination *before, struct err *err)
{
    char cursor[64], was[512], is[512];

    struct destination same = *destination;

    /* A success alone is written now and then. */
    if (destination->good < before->good + GOOD_MS)
        same.good = before->good;
    dump(before, was);
    dump(&same, is);
    if (text_equal(was, is))
        return true;
    dump(destination, is);
    cursor_of(destination, cursor);
    if (!journal_begin(journal, err))
        return false;
    bool good = journal_cursor_set(journal, cursor, is, err) &&
                (destination->state == before->state ||
                 tell_change(journal, destination, err)) &&
                journal_commit(journal, err);
    if (good)
        *before = *destination;
    else
        journal_abandon(journal);
    return good;
}

/* ---- what happens to it */

static void
enter(struct destination *destination, enum destination_state state, moment now)
{
    if (destination->state != state)
        destination->since = now;
    destination->state = state;
}

static void
explain(struct destination *destination, const struct err *err)
{
    destination->code = err->code;
    text_format(destination->why, sizeof destination->why, "%s%s%s", err->at,
                err->at[0] ? ": " : "", err->text);
}

int
destination_room(const struct destination *destination, moment now, int most)
{
    /* Nobody is waited for that long; then the clock has been set back. */
    bool tried =
        now >= destination->until || destination->until - now > LONGEST_REST_MS;

    switch (destination->state) {
    case DESTINATION_UP:
        return most;
    case DESTINATION_SLOW:
        return destination->limit < most ? destination->limit : most;
    case DESTINATION_WAITS:
    case DESTINATION_DOWN:
        return tried ? 1 : 0;
    case DESTINATION_PAUSED:
    case DESTINATION_STOPPED:
    case DESTINATION_STATES:
        break;
    }
    return 0;
}

void
destination_good(struct destination *destination, moment now, int most)
{
    destination->good = now;
    destination->times = destination->refused = destination->failing = 0;
    destination->last_failed = 0;
    if (destination->state == DESTINATION_WAITS ||
        destination->state == DESTINATION_DOWN) {
        enter(destination, DESTINATION_SLOW, now);
        destination->limit = FIRST_AFTER_DOWN;
    } else if (destination->state == DESTINATION_SLOW) {
        destination->limit *= 2;
        if (destination->limit >= most)
            enter(destination, DESTINATION_UP, now);
    }
    if (destination->state != DESTINATION_UP)
        return;
    destination->limit = 0;
    destination->code = TP_NONE;
    destination->why[0] = '\0';
    destination->until = 0;
}

static bool
by_person_alone(const struct destination *destination)
{
    return destination->state == DESTINATION_PAUSED ||
           destination->state == DESTINATION_STOPPED;
}

/* What failed at the same time is one failure: nobody has tried since. */
void
destination_failed(struct destination *destination,
                   const struct retry_policy *policy, moment now,
                   const struct err *err)
{
    bool shut = destination->state == DESTINATION_DOWN ||
                destination->state == DESTINATION_WAITS;

    if (by_person_alone(destination) || (shut && now < destination->until))
        return;
    explain(destination, err);
    if (err->kind == ERR_THROTTLED && err->retry_after_seconds > 0) {
        enter(destination, DESTINATION_WAITS, now);
        destination->until = now + (moment)err->retry_after_seconds * 1000;
        return;
    }
    if (err->kind == ERR_AUTH && ++destination->refused >= REFUSALS) {
        enter(destination, DESTINATION_STOPPED, now);
        destination->until = 0;
        return;
    }
    enter(destination, DESTINATION_DOWN, now);
    destination->times++;
    destination->until =
        now +
        retry_wait(policy, destination->times,
                   destination->times + (int64_t)strlen(destination->name));
}

bool
destination_missed(struct destination *destination,
                   const struct retry_policy *policy, moment now,
                   int64_t document, const struct err *err)
{
    if (document == destination->last_failed)
        return false;
    destination->last_failed = document;
    if (++destination->failing < MANY_DOCUMENTS)
        return false;
    destination_failed(destination, policy, now, err);
    return true;
}

bool
destination_pause(struct destination *destination, moment now,
                  const char *reason)
{
    if (destination->state == DESTINATION_PAUSED)
        return false;
    enter(destination, DESTINATION_PAUSED, now);
    destination->until = 0;
    destination->code = TP7073;
    text_copy(destination->why, sizeof destination->why, reason);
    return true;
}

/* Nothing is believed yet: it begins with one document. */
bool
destination_resume(struct destination *destination, moment now,
                   const char *reason)
{
    if (destination->state == DESTINATION_UP ||
        destination->state == DESTINATION_SLOW)
        return false;
    enter(destination, DESTINATION_SLOW, now);
    destination->limit = 1;
    destination->until = 0;
    destination->times = destination->refused = destination->failing = 0;
    destination->last_failed = 0;
    destination->code = TP_NONE;
    text_copy(destination->why, sizeof destination->why, reason);
    return true;
}
