/* SPDX-License-Identifier: Apache-2.0 */
#include "base/when.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/zone.h"

static moment
clock_moment(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (moment)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

moment
when_now(void)
{
    static moment shift;
    static bool looked;

    if (!looked) {
        const char *text = getenv("TRADEPOST_NOW");
        moment start;
        if (text != NULL && when_parse(text, &start))
            shift = start - clock_moment();
        looked = true;
    }
    return clock_moment() + shift;
}

bool
when_is_ahead(moment stamp, moment now)
{
    return stamp - now > WHEN_AHEAD_MS;
}

int64_t
when_steady(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void
when_sleep(int milliseconds)
{
    struct timespec pause = { milliseconds / 1000,
                              (long)(milliseconds % 1000) * 1000000 };

    nanosleep(&pause, NULL);
}

/* Zones that were asked for stay, and those that are not there, too. */
struct kept_zone {
    const char *name;
    const struct zone *zone; /* NULL: there is none */
    struct kept_zone *next;
};

static const struct zone *
kept_zone(const char *name)
{
    static struct arena *arena;
    static struct kept_zone *all;
    struct err ignored = { 0 };

    for (const struct kept_zone *kept = all; kept; kept = kept->next)
        if (text_equal(kept->name, name))
            return kept->zone;
    if (arena == NULL)
        arena = arena_new();
    struct kept_zone *new = arena_alloc(arena, sizeof *new);
    new->name = arena_strdup(arena, name);
    new->next = all;
    if (!zone_load(&new->zone, arena, name, &ignored))
        new->zone = NULL;
    all = new;
    return new->zone;
}

/* A zone that is not there is UTC, as everywhere. One thread at a time looks
 * among those that are kept. */
static void
local_in_zone(time_t seconds, const char *name, struct tm *out)
{
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    const struct zone *zone;

    gmtime_r(&seconds, out);
    if (name == NULL)
        return;
    while (atomic_flag_test_and_set(&busy))
        sched_yield();
    zone = kept_zone(name);
    atomic_flag_clear(&busy);
    if (zone == NULL)
        return;
    struct wall wall = zone_wall(zone, (moment)seconds * 1000);
    seconds += wall.offset;
    gmtime_r(&seconds, out);
    out->tm_isdst = wall.summer;
    out->tm_gmtoff = wall.offset;
    out->tm_zone = wall.letters;
}

void
when_format(moment at, const char *zone, const char *format, char *out,
            size_t out_size)
{
    time_t seconds = (time_t)(at >= 0 ? at / 1000 : (at - 999) / 1000);
    struct tm parts;

    local_in_zone(seconds, zone, &parts);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (strftime(out, out_size, format, &parts) == 0)
        out[0] = '\0';
#pragma GCC diagnostic pop
}

const char *
when_date(moment at, const char *zone, char out[WHEN_DATE])
{
    when_format(at, zone, "%Y-%m-%d", out, WHEN_DATE);
    return out;
}

const char *
when_stamp(moment at, char out[WHEN_STAMP])
{
    when_format(at, NULL, "%Y-%m-%dT%H:%M:%SZ", out, WHEN_STAMP);
    return out;
}

/* Exactly count digits at *text, which moves on. */
static bool
digits(const char **text, int count, int *out)
{
    *out = 0;
    for (; count > 0; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return true;
}

static bool
literal(const char **text, char c)
{
    return **text == c && (*text)++ != NULL;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool
parse_date(const char **text, struct tm *out)
{
    int year, month, day;

    if (!digits(text, 4, &year) || !literal(text, '-') ||
        !digits(text, 2, &month) || !literal(text, '-') ||
        !digits(text, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return false;
    out->tm_year = year - 1900;
    out->tm_mon = month - 1;
    out->tm_mday = day;
    return true;
}

/* "hh:mm[:ss[.fff…]]" */
static bool
parse_clock(const char **text, struct tm *out, int *milliseconds)
{
    if (!digits(text, 2, &out->tm_hour) || !literal(text, ':') ||
        !digits(text, 2, &out->tm_min))
        return false;
    if (literal(text, ':') && !digits(text, 2, &out->tm_sec))
        return false;
    if (literal(text, '.'))
        for (int weight = 100; **text >= '0' && **text <= '9'; (*text)++) {
            *milliseconds += (**text - '0') * weight;
            weight /= 10;
        }
    return out->tm_hour < 24 && out->tm_min < 60 && out->tm_sec <= 60;
}

/* "", "Z" or "+hh:mm", in minutes */
static bool
parse_offset(const char **text, int *minutes)
{
    int hour, minute, sign = **text == '-' ? -1 : 1;

    *minutes = 0;
    if (**text == '\0' || literal(text, 'Z'))
        return true;
    if (!literal(text, '+') && !literal(text, '-'))
        return false;
    if (!digits(text, 2, &hour) || !literal(text, ':') ||
        !digits(text, 2, &minute))
        return false;
    *minutes = sign * (hour * 60 + minute);
    return true;
}

bool
when_parse(const char *text, moment *out)
{
    struct tm parts = { 0 };
    int milliseconds = 0, minutes = 0;

    if (!parse_date(&text, &parts))
        return false;
    if (literal(&text, 'T') || literal(&text, ' '))
        if (!parse_clock(&text, &parts, &milliseconds) ||
            !parse_offset(&text, &minutes))
            return false;
    if (*text != '\0')
        return false;
    *out =
        ((moment)timegm(&parts) - (moment)minutes * 60) * 1000 + milliseconds;
    return true;
}

bool
when_is_date(const char *text)
{
    struct tm parts = { 0 };

    return parse_date(&text, &parts) && *text == '\0';
}
