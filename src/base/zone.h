/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone - time zones, read from the system's zone files, without the process's
 * TZ: any number of zones at once, and no state that another thread changes.
 *
 *   if (!zone_load(&zone, arena, "America/New_York", &err)) ...
 *   at = zone_moment(zone, zone_day(2026, 3, 8), 2 * 3600 + 30 * 60);
 *
 * A day is counted from 1970-01-01, a time of day in seconds from 00:00 as the
 * clock on the wall shows it. Where clocks go forward, a time that no clock
 * shows stands for the first moment after the gap; where they go back, a time
 * that comes twice stands for its first coming. Files are TZif of any version
 * (RFC 8536) in /usr/share/zoneinfo or $TZDIR. Codes: TP1008.
 */
#ifndef TP_BASE_ZONE_H
#define TP_BASE_ZONE_H

#include "base/when.h"

struct arena;
struct zone;

/* The zone lives in the arena; NULL or "UTC" needs no file. */
bool zone_load(const struct zone **, struct arena *, const char *name,
               struct err *) MUST_USE;
const char *zone_name(const struct zone *);

/* What the clock on the wall shows. */
struct wall {
    int64_t day; /* since 1970-01-01 */
    int second;  /* of the day, 0 to 86399 */
    int offset;  /* seconds east of UTC */
    bool summer;
    const char *letters; /* "EST"; as long as the zone */
};
struct wall zone_wall(const struct zone *, moment);
/* The first moment at which that day's clock shows the time or a later one. */
moment zone_moment(const struct zone *, int64_t day, int second);

/* The calendar, months and days from 1, weekdays from Sunday = 0. */
struct date {
    int year, month, day;
};
int64_t zone_day(int year, int month, int day);
struct date zone_date(int64_t day);
int zone_weekday(int64_t day);
int zone_month_length(int year, int month);

#endif
