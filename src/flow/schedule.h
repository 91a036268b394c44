/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule - when a flow runs, and when its documents may leave.
 *
 *   every 4h                             from each day's beginning
 *   at    "0 6,14 * * mon-fri" ZONE      cron's five fields
 *   on    CALENDAR                       on its days alone
 *   only  06:00-20:00 mon-fri ZONE       nothing outside
 *   not   22:00-04:00 ZONE               nothing inside
 *   leave by 16:00 ZONE lead 15m else next day
 *
 * Pure: a moment in, a moment out; the clock and what ran before are the
 * caller's. A time that the clock skips is the first moment after the gap, one
 * that it shows twice counts once (base/zone.h); `every` counts time that
 * passes. A run that falls on a day that is not the calendar's is left out; one
 * that falls into closed hours comes when they end.
 */
#ifndef TP_FLOW_SCHEDULE_H
#define TP_FLOW_SCHEDULE_H

#include <stdint.h>

#include "base/problems.h"
#include "base/zone.h"

enum {
    SHORTEST_SCHEDULE = 600,  /* seconds; what is shorter is a pace */
    SCHEDULE_GRACE = 600,     /* what comes so soon after a run belongs to it */
    USUAL_LEAD_SECONDS = 900, /* before a cut-off time */
    DAY_SECONDS = 86400
};

/* ---- cron.c: minute, hour, day of month, month, day of week */
struct cron {
    uint64_t minutes;
    uint32_t hours, days, months;
    uint32_t weekdays; /* Sunday = bit 0 */
    /* When both are said, one of them is enough. */
    bool any_day, any_weekday; /* began with '*' */
};
/* expected: what is wrong, in words, when false. */
bool cron_parse(struct cron *, const char *text, char expected[200]);
bool cron_has_day(const struct cron *, int64_t day);
/* "mon-fri", "sat,sun", "weekdays"; false when it is none. */
bool weekdays_parse(const char *text, uint32_t *out);
/* "mon" = 1, "jan" = 1; -1 = none. */
int weekday_named(const char *name, size_t size);
int month_named(const char *name, size_t size);

/* ---- calendar.c: etc/calendars/NAME.calendar */
struct calendar;
/* NULL after a mistake; all of them are in found, as path:line. */
struct calendar *calendar_parse(struct arena *, const char *path,
                                const char *text, struct problems *found);
/* why: the holiday's name or "sat"; untouched when open. */
bool calendar_open(const struct calendar *, int64_t day, const char **why);

/* ---- schedule.c */
enum trigger_kind { TRIGGER_EVERY, TRIGGER_CRON, TRIGGER_CUTOFF };

struct trigger {
    enum trigger_kind kind;
    long seconds; /* of every; of a cut-off, the lead */
    struct cron cron;
    int second;    /* of the day, of a cut-off */
    bool next_day; /* what comes after the cut-off leaves on the next day */
    const struct zone *zone;
    const char *words; /* as it was written */
    int line;
    struct trigger *next;
};

struct hours {
    bool open;     /* only; else not */
    int from, to;  /* seconds of the day; to <= from: over midnight */
    uint32_t days; /* on which it begins */
    const struct zone *zone;
    struct hours *next;
};

struct schedule {
    struct trigger *triggers;
    struct hours *hours;
    const char *calendar_name; /* NULL = every day */
    int calendar_line;
    const struct calendar *calendar;
    const struct zone *zone; /* of the calendar's days */
    const char *words;       /* all of it, for people */
};

/* The next run after the moment; by and planned (the moment before closed
 * hours moved it) may be NULL. 0 = never. */
moment schedule_next(const struct schedule *, moment after,
                     const struct trigger **by, moment *planned);
/* No more than how often to ask: always due when a run begins. */
bool schedule_is_pace(const struct schedule *);
/* The moment itself when the flow is open then, else when it opens; 0 = never.
 * why: "closed 22:00-04:00", "Christmas Day". */
moment schedule_opens(const struct schedule *, moment, char why[120]);
/* By when a document that came at the moment should have left that day, and
 * the moment from which it may leave, which is later than `came` only when it
 * missed a cut-off that makes it wait; 0 = none. */
moment schedule_cutoff(const struct schedule *, moment came);
moment schedule_may_leave(const struct schedule *, moment came);

#endif
