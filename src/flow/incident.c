/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Incidents: what is wrong now is compared with what is open. New ones begin,
 * those that are over end, and each channel is told once of each.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "flow/alert_private.h"
#include "flow/health.h"

/* All that is wrong now. */
struct wrong {
    struct arena *arena;
    struct incident *list[200];
    size_t count;
};

static const char *const watches[] = {
    /* fingerprint, class, partner, severity, subject, text */
    "SELECT 'late:' || what || ':' || partner, 'late', partner, 2,"
    " CASE what WHEN 'leave' THEN 'documents have not left for ' || partner"
    " WHEN '856' THEN 'ship notices late from ' || partner WHEN '997' THEN"
    " 'acknowledgments late from ' || partner ELSE what || ' late from ' ||"
    " partner END, count(*) || CASE what WHEN 'leave' THEN ' should have left'"
    " ELSE ' should have come' END || '; the first was due ' ||"
    " strftime('%Y-%m-%d %H:%M', min(due) / 1000, 'unixepoch') || ' UTC'"
    " FROM main.expectation WHERE met IS NULL AND due < now_ms()"
    " GROUP BY what, partner ORDER BY 1 LIMIT 100",
    "SELECT 'dead:' || partner, 'dead', partner, 1, 'documents of ' || partner"
    " || ' were given up', sum(now) || ' are dead: tradepost doc list --state"
    " dead' FROM main.tally WHERE state = 'dead' AND now > 0 GROUP BY partner"
    " ORDER BY 1 LIMIT 50",
    "SELECT 'down:' || direction || ':' || partner, 'down', partner, 1,"
    " CASE direction WHEN 'out' THEN 'nothing reaches ' || partner ELSE"
    " 'nothing of ' || partner || ' can be posted' END, count(*) || ' wait; '"
    " || max(reason) FROM main.document WHERE state = 'deferred' AND state <>"
    " 'done' AND attempts >= 3 GROUP BY direction, partner ORDER BY 1"
    " LIMIT 50",
};
/* ?1: held before this moment. */
static const char held[] =
    "SELECT 'held:' || partner, 'held', partner, 2, 'documents of ' || partner"
    " || ' are held', count(*) || ' wait for somebody; ' || max(reason)"
    " FROM main.document WHERE state = 'held' AND state <> 'done' AND"
    " updated < CAST(?1 AS INTEGER) GROUP BY partner ORDER BY 1 LIMIT 50";
/* ?1: the partner, ?2: came since this moment. */
static const char came[] =
    "SELECT 1 FROM main.interchange WHERE partner = ?1 AND source IS NOT NULL"
    " AND created >= CAST(?2 AS INTEGER) LIMIT 1";

static struct incident *
add(struct wrong *wrong)
{
    if (wrong->count == sizeof wrong->list / sizeof wrong->list[0])
        wrong->count--;
    struct incident *it = arena_alloc(wrong->arena, sizeof *it);
    wrong->list[wrong->count++] = it;
    return it;
}

static bool
take_row(void *user, int columns, const char *const *names,
         const char *const *values, struct err *err)
{
    struct incident *it = add(user);

    (void)columns;
    (void)names;
    (void)err;
    text_copy(it->fingerprint, sizeof it->fingerprint, values[0]);
    text_copy(it->class, sizeof it->class, values[1]);
    text_copy(it->partner, sizeof it->partner, values[2]);
    it->severity = (int32_t)strtol(values[3], NULL, 10);
    text_copy(it->subject, sizeof it->subject, values[4]);
    text_copy(it->text, sizeof it->text, values[5] != NULL ? values[5] : "");
    return true;
}

static void
add_own(struct wrong *wrong, const char *class, const char *partner,
        int severity, const char *subject, const char *text)
{
    struct incident *it = add(wrong);

    text_format(it->fingerprint, sizeof it->fingerprint, "%s:%s", class,
                partner);
    text_copy(it->class, sizeof it->class, class);
    text_copy(it->partner, sizeof it->partner, partner);
    it->severity = severity;
    text_copy(it->subject, sizeof it->subject, subject);
    text_copy(it->text, sizeof it->text, text);
}

/* ---- looking */

static bool
look_at_health(struct flow *flow, struct wrong *wrong, struct err *err)
{
    struct health health;
    char text[200];

    if (!health_look(&health, flow->conf, 0, flow->journal, err))
        return false;
    text_format(text, sizeof text,
                "%lld MB are free, %lld MB are kept for what is accepted",
                (long long)(health.space.free_bytes >> 20),
                (long long)(health.space.reserve_bytes >> 20));
    if (health.space.low)
        add_own(wrong, "disk", "", 1,
                "nothing new is taken in: the disk is nearly full", text);
    if (health.counts.unbalanced != 0)
        add_own(wrong, "integrity", "", 1, "documents are not accounted for",
                "tradepost verify says more");
    return true;
}

static bool
note_row(void *user, int columns, const char *const *names,
         const char *const *values, struct err *err)
{
    (void)columns;
    (void)names;
    (void)values;
    (void)err;
    *(bool *)user = true;
    return true;
}

/* The moment of the last time of day "18:00" in the zone: today's, when it is
 * past; false before it. */
static bool
is_past(const char *time, const char *zone, moment now, moment *midnight)
{
    char clock[12];
    long hours, minutes, seconds;

    when_format(now, zone, "%H:%M", clock, sizeof clock);
    if (strcmp(clock, time) < 0)
        return false;
    when_format(now, zone, "%H%M%S", clock, sizeof clock);
    clock[6] = '\0';
    seconds = strtol(clock + 4, NULL, 10);
    clock[4] = '\0';
    minutes = strtol(clock + 2, NULL, 10);
    clock[2] = '\0';
    hours = strtol(clock, NULL, 10);
    *midnight = now - (moment)(hours * 3600 + minutes * 60 + seconds) * 1000;
    return true;
}

static bool
look_at_files(struct flow *flow, struct wrong *wrong, struct err *err)
{
    moment now = when_now(), midnight = 0;
    char since[24], subject[160], text[200];

    for (size_t i = 0; i < partner_count(flow->conf); i++) {
        const struct partner *partner = partner_at(flow->conf, i);
        const char *by = conf_text(partner->group, "file_by", NULL);
        const char *texts[] = { partner->code, since };
        bool there = false;
        if (by == NULL || partner->suspended ||
            !is_past(by, partner->zone, now, &midnight))
            continue;
        text_format(since, sizeof since, "%lld", (long long)midnight);
        if (!journal_query(flow->journal, came, texts, 2, note_row, &there,
                           err))
            return false;
        if (there)
            continue;
        text_format(subject, sizeof subject, "no file from %s today",
                    partner->code);
        text_format(text, sizeof text, "One was to come by %s.", by);
        add_own(wrong, "silent", partner->code, 2, subject, text);
    }
    return true;
}

static bool
look(struct flow *flow, struct wrong *wrong, struct err *err)
{
    char before[24];
    const char *texts[] = { before };

    for (size_t i = 0; i < sizeof watches / sizeof watches[0]; i++)
        if (!journal_query(flow->journal, watches[i], NULL, 0, take_row, wrong,
                           err))
            return false;
    text_format(
        before, sizeof before, "%lld",
        (long long)(when_now() - (moment)flow->alerts->held_seconds * 1000));
    return journal_query(flow->journal, held, texts, 1, take_row, wrong, err) &&
           look_at_health(flow, wrong, err) && look_at_files(flow, wrong, err);
}

/* ---- begin and end */

static bool
begin(struct flow *flow, struct incident *it, struct err *err)
{
    const struct alerts *alerts = flow->alerts;
    bool known, silent = it->severity > 2;

    if (!journal_incident_begin(
            flow->journal, it, alerts->names, silent ? 0 : alerts->count,
            alert_moment(flow->conf, it->severity, when_now()), &known, err))
        return false;
    if (!known)
        log_line(it->severity <= 1 ? LOG_ERROR : LOG_WARNING,
                 "incident %lld begins: %s. %s", (long long)it->id, it->subject,
                 it->text);
    return true;
}

static bool
end_what_is_over(struct flow *flow, const struct wrong *wrong, struct err *err)
{
    struct incident *open;
    size_t count;

    if (!journal_incidents(flow->journal, wrong->arena, &open, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool goes_on = false, ended;
        for (size_t k = 0; k < wrong->count && !goes_on; k++)
            goes_on =
                text_equal(wrong->list[k]->fingerprint, open[i].fingerprint);
        if (goes_on)
            continue;
        if (!journal_incident_end(
                flow->journal, open[i].id,
                alert_moment(flow->conf, open[i].severity, when_now()), &ended,
                err))
            return false;
        log_line(LOG_WARNING, "incident %lld is over: %s",
                 (long long)open[i].id, open[i].subject);
    }
    return true;
}

/* ---- telling */

/* What became of it, for the journal. */
static const char *
outcome(const struct flow *flow, const struct notice *notice,
        const struct err *err, moment *due)
{
    enum { LONGEST_SECONDS = 86400 };
    long pause = retry_pause(&flow->retry, notice->attempts + 1);

    *due = 0;
    if (err->kind == ERR_NONE)
        return "done";
    if (err->kind == ERR_UNSURE)
        return "unknown";
    if (when_now() - notice->due > (moment)LONGEST_SECONDS * 1000 ||
        notice->attempts > 30)
        return "failed";
    *due = when_now() + (moment)pause * 1000;
    return "due";
}

/* Attempted is durable before anything leaves, so nobody hears it twice: who
 * finds it attempted knows that its teller died, and does not repeat it. */
static bool
tell(struct flow *flow, const struct notice *notice, bool *heard,
     unsigned *moved, struct err *err)
{
    struct err failed = { 0 };
    moment due;
    bool went;

    if (text_equal(notice->state, "attempted"))
        return journal_notice_move(
            flow->journal, notice->id, "attempted", "unknown", 0,
            "its teller died before it knew", &went, err);
    if (!journal_notice_move(flow->journal, notice->id, "due", "attempted", 0,
                             "", &went, err))
        return false;
    if (!went)
        return true;
    *heard = alert_tell(flow->conf, notice, &failed);
    if (!*heard)
        log_err(LOG_WARNING, &failed, notice->channel);
    const char *state = outcome(flow, notice, &failed, &due);
    *moved += text_equal(state, "done");
    return journal_notice_move(flow->journal, notice->id, "attempted", state,
                               due, failed.text, &went, err);
}

static bool
tell_all(struct flow *flow, struct arena *arena, unsigned *moved,
         struct err *err)
{
    const char *deaf[ALERT_CHANNELS];
    struct notice *notices;
    size_t count, deaf_count = 0;

    if (!journal_notices(flow->journal, when_now(), arena, &notices, &count,
                         err))
        return false;
    for (size_t i = 0; i < count && work_goes_on(flow); i++) {
        bool heard = true, skip = false;
        for (size_t k = 0; k < deaf_count && !skip; k++)
            skip = text_equal(deaf[k], notices[i].channel);
        if (skip)
            continue;
        if (!tell(flow, &notices[i], &heard, moved, err))
            return false;
        /* One failure is enough; nobody waits for the others'. */
        if (!heard && deaf_count < ALERT_CHANNELS)
            deaf[deaf_count++] = notices[i].channel;
    }
    return true;
}

bool
step_alert(struct flow *flow, unsigned *moved, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = NULL;
    struct alerts *alerts = flow->alerts;

    if (alerts->next_look > when_now())
        return true;
    alerts->next_look = when_now() + (moment)alerts->every_seconds * 1000;
    arena = arena_new();
    struct wrong wrong = { .arena = arena };
    if (!look(flow, &wrong, err))
        return false;
    for (size_t i = 0; i < wrong.count; i++)
        if (!begin(flow, wrong.list[i], err))
            return false;
    return end_what_is_over(flow, &wrong, err) &&
           tell_all(flow, arena, moved, err);
}
