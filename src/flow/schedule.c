/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/schedule.h"

#include <string.h>

#include "base/text.h"

/* A leap day that must fall on a weekday comes every 28 years, and 40 around a
 * year such as 2100. */
enum { LONGEST_LOOK_DAYS = 41 * 366, MOST_STEPS = 20000 };

static bool
day_counts(const struct schedule *schedule, int64_t day)
{
    const char *why;

    return schedule->calendar == NULL ||
           calendar_open(schedule->calendar, day, &why);
}

/* ---- triggers: each gives its first moment after another one */

/* Whole days count from 1970, so that every 2d means the same days wherever
 * it begins. */
static moment
next_every(const struct trigger *trigger, int64_t day, moment after)
{
    moment start = zone_moment(trigger->zone, day, 0);
    moment end = zone_moment(trigger->zone, day + 1, 0);
    moment step = (moment)trigger->seconds * 1000;

    if (trigger->seconds >= DAY_SECONDS)
        return day % (trigger->seconds / DAY_SECONDS) == 0 && start > after
                   ? start
                   : 0;
    moment at =
        after < start ? start : start + ((after - start) / step + 1) * step;
    return at < end ? at : 0;
}

static moment
next_cron(const struct trigger *trigger, int64_t day, moment after)
{
    const struct cron *cron = &trigger->cron;

    if (!cron_has_day(cron, day))
        return 0;
    for (int hour = 0; hour < 24; hour++) {
        if (!(cron->hours >> hour & 1U) ||
            zone_moment(trigger->zone, day, hour * 3600 + 3599) <= after)
            continue;
        for (int minute = 0; minute < 60; minute++) {
            if (!(cron->minutes >> minute & 1U))
                continue;
            moment at =
                zone_moment(trigger->zone, day, hour * 3600 + minute * 60);
            if (at > after)
                return at;
        }
    }
    return 0;
}

static moment
next_cutoff(const struct trigger *trigger, int64_t day, moment after)
{
    moment at = zone_moment(trigger->zone, day, trigger->second) -
                (moment)trigger->seconds * 1000;

    return at > after ? at : 0;
}

static moment
next_of_day(const struct trigger *trigger, int64_t day, moment after)
{
    switch (trigger->kind) {
    case TRIGGER_EVERY:
        return next_every(trigger, day, after);
    case TRIGGER_CRON:
        return next_cron(trigger, day, after);
    case TRIGGER_CUTOFF:
        return next_cutoff(trigger, day, after);
    }
    return 0;
}

/* A day's last minutes may be shown after its end where clocks go back over
 * midnight, so the day before is looked at, too. */
static moment
next_of(const struct schedule *schedule, const struct trigger *trigger,
        moment after)
{
    int64_t day = zone_wall(trigger->zone, after).day - 1;

    for (int i = 0; i < LONGEST_LOOK_DAYS; i++, day++) {
        moment at =
            day_counts(schedule, day) ? next_of_day(trigger, day, after) : 0;
        if (at != 0)
            return at;
    }
    return 0;
}

/* ---- closed hours */

static bool
within(const struct hours *hours, const struct wall *wall)
{
    bool today = hours->days >> zone_weekday(wall->day) & 1U;
    bool yesterday = hours->days >> zone_weekday(wall->day - 1) & 1U;

    if (hours->from < hours->to)
        return today && wall->second >= hours->from && wall->second < hours->to;
    return (today && wall->second >= hours->from) ||
           (yesterday && wall->second < hours->to);
}

/* The hours that keep it closed, or NULL; out of all `only` hours is closed,
 * too. */
static const struct hours *
closed_by(const struct schedule *schedule, moment at)
{
    const struct hours *only = NULL;
    bool inside = false;

    for (const struct hours *hours = schedule->hours; hours;
         hours = hours->next) {
        struct wall wall = zone_wall(hours->zone, at);
        bool in = within(hours, &wall);
        if (!hours->open && in)
            return hours;
        if (hours->open) {
            only = hours;
            inside |= in;
        }
    }
    return inside ? NULL : only;
}

static void
sooner(moment *best, moment at, moment after)
{
    if (at > after && (*best == 0 || at < *best))
        *best = at;
}

/* The next moment at which anything may open. */
static moment
next_border(const struct schedule *schedule, moment after)
{
    moment best = 0;

    for (const struct hours *hours = schedule->hours; hours;
         hours = hours->next) {
        int64_t day = zone_wall(hours->zone, after).day;
        for (int i = 0; i < 2; i++) {
            sooner(&best, zone_moment(hours->zone, day + i, hours->from),
                   after);
            sooner(&best, zone_moment(hours->zone, day + i, hours->to), after);
        }
    }
    if (schedule->calendar != NULL)
        sooner(&best,
               zone_moment(schedule->zone,
                           zone_wall(schedule->zone, after).day + 1, 0),
               after);
    return best;
}

static void
clock_text(int second, char out[8])
{
    text_format(out, 8, "%02d:%02d", second / 3600 % 25, second / 60 % 60);
}

static void
say_closed(const struct hours *hours, char why[120])
{
    char from[8], to[8];

    clock_text(hours->from, from);
    clock_text(hours->to, to);
    text_format(why, 120,
                hours->open ? "open only %s-%s %s" : "closed %s-%s %s", from,
                to, zone_name(hours->zone));
}

static bool
is_closed(const struct schedule *schedule, moment at, bool by_day,
          char why[120])
{
    const struct hours *hours = closed_by(schedule, at);
    const char *holiday = "";

    if (by_day && schedule->calendar != NULL &&
        !calendar_open(schedule->calendar, zone_wall(schedule->zone, at).day,
                       &holiday)) {
        text_format(why, 120, "%s is no day of calendar %s", holiday,
                    schedule->calendar_name);
        return true;
    }
    if (hours != NULL)
        say_closed(hours, why);
    return hours != NULL;
}

static moment
opens(const struct schedule *schedule, moment at, bool by_day, char why[120])
{
    char later[120];

    if (!is_closed(schedule, at, by_day, why))
        return at;
    for (int i = 0; i < MOST_STEPS && at != 0; i++) {
        at = next_border(schedule, at);
        if (at != 0 && !is_closed(schedule, at, by_day, later))
            return at;
    }
    return 0;
}

moment
schedule_opens(const struct schedule *schedule, moment at, char why[120])
{
    return opens(schedule, at, true, why);
}

/* ---- runs */

moment
schedule_next(const struct schedule *schedule, moment after,
              const struct trigger **by, moment *planned)
{
    char why[120];
    moment best = 0, from = after;

    /* What was planned inside the closed hours is still to come. */
    if (is_closed(schedule, after, false, why))
        from = after - (moment)7 * DAY_SECONDS * 1000;
    for (int i = 0; i < MOST_STEPS; i++) {
        moment next = 0;
        const struct trigger *first = NULL;
        for (const struct trigger *trigger = schedule->triggers; trigger;
             trigger = trigger->next) {
            moment at = next_of(schedule, trigger, from);
            if (at != 0 && (next == 0 || at < next)) {
                next = at;
                first = trigger;
            }
        }
        if (next == 0)
            return 0;
        best = opens(schedule, next, false, why);
        if (by != NULL)
            *by = first;
        if (planned != NULL)
            *planned = next;
        if (best == 0 || best > after)
            return best;
        from = next;
    }
    return 0;
}

bool
schedule_is_pace(const struct schedule *schedule)
{
    for (const struct trigger *trigger = schedule->triggers; trigger;
         trigger = trigger->next)
        if (trigger->kind == TRIGGER_EVERY &&
            trigger->seconds < SHORTEST_SCHEDULE)
            return true;
    return false;
}

/* ---- cut-off times */

moment
schedule_cutoff(const struct schedule *schedule, moment came)
{
    moment best = 0;

    for (const struct trigger *trigger = schedule->triggers; trigger;
         trigger = trigger->next) {
        if (trigger->kind != TRIGGER_CUTOFF)
            continue;
        int64_t day = zone_wall(trigger->zone, came).day;
        if (day_counts(schedule, day))
            sooner(&best, zone_moment(trigger->zone, day, trigger->second),
                   came);
    }
    return best;
}

moment
schedule_may_leave(const struct schedule *schedule, moment came)
{
    moment from = came;

    for (const struct trigger *trigger = schedule->triggers; trigger;
         trigger = trigger->next) {
        if (trigger->kind != TRIGGER_CUTOFF || !trigger->next_day)
            continue;
        int64_t day = zone_wall(trigger->zone, came).day;
        if (came < zone_moment(trigger->zone, day, trigger->second))
            continue;
        for (int i = 0; i < 366 && !day_counts(schedule, ++day); i++)
            ;
        moment start = zone_moment(trigger->zone, day, 0);
        from = start > from ? start : from;
    }
    return from;
}
