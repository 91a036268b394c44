/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that turns a kind of failure and the step it struck into what
 * happens to the document; the table below is all of it. What happens to the
 * destination is in destination.h.
 *
 * again: translated once more at its time. later: deferred, and dead after
 * limits.give_up. wonder: it may have happened, the far side is asked at its
 * time. One that failed often while others passed to the same destination is
 * poison: it is held, so that it stops nobody else.
 */
#include "flow/flow_private.h"

#include <stdarg.h>
#include <string.h>

#include "base/log.h"

enum fate { HOLD, AGAIN, LATER, WONDER };
enum { STEPS = TROUBLE_ASK + 1, KINDS = ERR_BUG + 1 };

/* rests: the door is shut for the others, too (not when nobody went out). */
static const struct {
    enum fate fate[STEPS]; /* translate, send, post, ask */
    bool rests;
} table[] = {
    [ERR_NONE] = { { HOLD, HOLD, HOLD, HOLD }, false },
    [ERR_RETRY] = { { AGAIN, LATER, LATER, WONDER }, false },
    [ERR_THROTTLED] = { { AGAIN, LATER, LATER, WONDER }, false },
    [ERR_AUTH] = { { AGAIN, LATER, LATER, WONDER }, true },
    [ERR_DATA] = { { HOLD, HOLD, HOLD, HOLD }, false },
    [ERR_CONFIG] = { { HOLD, LATER, LATER, WONDER }, true },
    [ERR_CONFLICT] = { { AGAIN, HOLD, LATER, WONDER }, false },
    [ERR_UNSURE] = { { WONDER, WONDER, WONDER, WONDER }, false },
    [ERR_BUG] = { { HOLD, HOLD, HOLD, HOLD }, false },
};
_Static_assert(sizeof table / sizeof table[0] == KINDS, "a kind has no row");

/* Doubles from retry_first to retry_longest (tradepost.conf, limits). */
long
retry_pause(const struct retry_policy *policy, int attempt)
{
    long pause = policy->first_seconds;

    while (--attempt > 0 && pause < policy->longest_seconds)
        pause *= 2;
    return pause < policy->longest_seconds ? pause : policy->longest_seconds;
}

/* A number that looks like chance and is the same each time (splitmix64). */
static uint64_t
mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* An eighth more or less, so that what failed together does not come back
 * together, nor with what other gateways do. */
moment
retry_wait(const struct retry_policy *policy, int attempt, int64_t who)
{
    moment pause = (moment)retry_pause(policy, attempt) * 1000;
    uint64_t chance =
        mix(policy->seed ^ mix((uint64_t)who ^ (uint64_t)attempt << 48));

    return pause - pause / 8 + (moment)(chance % (uint64_t)(pause / 4 + 1));
}

static moment
wait_for(const struct flow *flow, const struct document *document,
         const struct err *err)
{
    if (err->kind == ERR_THROTTLED && err->retry_after_seconds > 0)
        return (moment)err->retry_after_seconds * 1000;
    return retry_wait(&flow->retry, document->attempts, document->id);
}

static bool
gives_up(const struct flow *flow, const struct document *document)
{
    long waited = 0;

    for (int i = 1; i <= document->attempts; i++)
        waited += retry_pause(&flow->retry, i);
    return waited > flow->retry.give_up_seconds;
}

static void
explain(struct document *document, const struct err *err)
{
    document->code = err->code;
    if (err->at[0] != '\0')
        text_format(document->reason, sizeof document->reason, "%s: %s",
                    err->at, err->text);
    else
        text_copy(document->reason, sizeof document->reason, err->text);
}

static void
hold(struct document *document, enum trouble_step step)
{
    document->state = DOC_HELD;
    if (step == TROUBLE_POST)
        document->posted = POSTED_HELD;
    if (step == TROUBLE_SEND)
        document->delivered = DELIVERED_FAILED;
}

/* Others passed to the same place since it failed before, and again. */
static bool
is_poison(const struct flow *flow, const struct document *document)
{
    const struct attempt *attempt = &flow->attempt;

    return attempt->destination != NULL && attempt->alone &&
           document->attempts >= flow->retry.poison_tries &&
           attempt->destination->good > attempt->before;
}

static void
quarantine(struct document *document, enum trouble_step step)
{
    char why[sizeof document->reason];

    text_copy(why, sizeof why, document->reason);
    hold(document, step);
    document->code = TP7072;
    text_format(document->reason, sizeof document->reason,
                "failed %d times while others passed: %s", document->attempts,
                why);
}

static void
defer(const struct flow *flow, struct document *document,
      enum trouble_step step, const struct err *err)
{
    if (err->kind != ERR_THROTTLED)
        document->attempts++;
    document->due = when_now() + wait_for(flow, document, err);
    document->state = step == TROUBLE_TRANSLATE ? DOC_RECEIVED : DOC_DEFERRED;
    if (gives_up(flow, document))
        document->state = DOC_DEAD;
    else if (is_poison(flow, document))
        quarantine(document, step);
}

bool
trouble_poison(const struct flow *flow, struct document *document,
               const struct destination *destination, moment failed,
               enum trouble_step step)
{
    if (document->attempts < flow->retry.poison_tries || destination == NULL ||
        destination->good <= failed)
        return false;
    quarantine(document, step);
    return true;
}

static void
wonder(const struct flow *flow, struct document *document,
       const struct err *err)
{
    if (err->kind != ERR_THROTTLED)
        document->attempts++;
    document->state = DOC_UNKNOWN;
    document->due = when_now() + wait_for(flow, document, err);
}

bool
trouble(const struct flow *flow, struct document *document,
        enum trouble_step step, const struct err *err)
{
    explain(document, err);
    switch (table[err->kind].fate[step]) {
    case HOLD:
        hold(document, step);
        break;
    case AGAIN:
    case LATER:
        defer(flow, document, step, err);
        break;
    case WONDER:
        wonder(flow, document, err);
        break;
    }
    return table[err->kind].rests &&
           (step != TROUBLE_TRANSLATE || err->kind == ERR_AUTH);
}

void
trouble_hold(struct document *document, enum err_code code,
             const char *waits_for, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(document->reason, sizeof document->reason, format, args);
    va_end(args);
    document->state = DOC_HELD;
    document->code = code;
    text_copy(document->waits_for, sizeof document->waits_for,
              waits_for ? waits_for : "");
}

void
trouble_waits(struct document *document, const char *waits_for)
{
    const char *colon = strchr(waits_for, ':');

    if (colon == NULL) {
        text_copy(document->waits_for, sizeof document->waits_for, waits_for);
        return;
    }
    const char *value = colon[1] == ':' ? colon + 2 : colon + 1;
    text_format(document->waits_for, sizeof document->waits_for, "%.*s:%s:%s",
                (int)(colon - waits_for), waits_for, document->partner, value);
}

bool
trouble_hold_for(struct document *document, const struct problems *found)
{
    const struct problem *problem = problems_first(found);

    while (problem != NULL && problem->warning)
        problem = problem->next;
    if (problem == NULL)
        return false;
    size_t more = problems_errors(found) - 1;
    trouble_hold(document, problem->code, NULL, "%s%s%s%s", problem->at,
                 problem->at[0] ? ": " : "", problem->text,
                 more > 0 ? " (and more, see doc show)" : "");
    if (problem->waits_for != NULL)
        trouble_waits(document, problem->waits_for);
    return true;
}

bool
is_stuck(const struct err *err)
{
    return err->kind == ERR_BUG || err->kind == ERR_CONFLICT ||
           err->kind == ERR_DATA;
}

bool
set_aside(struct flow *flow, int64_t id, int64_t lease, struct err *err)
{
    struct document document = { .id = id, .lease = lease };
    struct err failed = *err;
    bool found;

    journal_abandon(flow->journal);
    if (!is_stuck(err))
        return false;
    err_clear(err);
    log_err(LOG_ERROR, &failed, "a document is set aside");
    if (!journal_yield(flow->journal, &document, err) ||
        !journal_document(flow->journal, id, &document, &found, err))
        return false;
    if (!found || !doc_state_may(document.state, DOC_HELD))
        return journal_note(flow->journal, id, "stuck", failed.text, err);
    enum doc_state from = document.state;
    trouble_hold(&document, TP7045, NULL, "%s%s%s", failed.at,
                 failed.at[0] ? ": " : "", failed.text);
    return journal_advance(flow->journal, &document, from, "set aside",
                           document.reason, err);
}
