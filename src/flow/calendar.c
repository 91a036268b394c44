/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars: which days count.
 *
 *   weekdays mon-fri
 *   holiday  2026-11-27 "Day after Thanksgiving"    that day
 *   holiday  12-25 "Christmas Day" observed         every year
 *   holiday  4th thu nov "Thanksgiving"             every year
 *   holiday  last mon may "Memorial Day"
 *   open     2026-11-28 "stocktaking"               whatever else is said
 *
 * observed: when it falls on a Sunday, Monday is free instead, as with banks;
 * observed friday: and when on a Saturday, the Friday before.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "flow/schedule.h"

struct free_day {
    bool open;           /* the other way: a day that counts */
    int64_t date;        /* of a single day */
    int month, day;      /* of every year; month 0 = a single day */
    int nth, weekday;    /* the nth such weekday; 0 = by day, -1 = last */
    bool monday, friday; /* observed */
    const char *name;
    struct free_day *next;
};

struct calendar {
    uint32_t weekdays;
    struct free_day *days;
};

struct lines {
    struct arena *arena;
    struct problems *found;
    const char *path;
    int number;
    char *rest; /* of the line */
};

static void
expected(struct lines *lines, const char *found, const char *what)
{
    char at[200];

    text_format(at, sizeof at, "%s:%d", lines->path, lines->number);
    problem_add(lines->found, TP7071, at, NULL, "found '%s', expected %s",
                found ? found : "the end of the line", what);
}

static char *
word(struct lines *lines)
{
    return text_word(&lines->rest, " \t");
}

/* "2026-11-27" or "12-25" */
static bool
take_date(struct free_day *day, const char *text)
{
    long month, of_month;
    char part[3];

    if (when_is_date(text)) {
        moment at;
        if (!when_parse(text, &at))
            return false;
        day->date = at / 1000 / DAY_SECONDS;
        return true;
    }
    if (strlen(text) != 5 || text[2] != '-')
        return false;
    text_format(part, sizeof part, "%.2s", text);
    if (!text_number(part, 12, &month) || month == 0 ||
        !text_number(text + 3, zone_month_length(2024, (int)month),
                     &of_month) ||
        of_month == 0)
        return false;
    day->month = (int)month;
    day->day = (int)of_month;
    return true;
}

/* "4th thu nov" */
static bool
take_nth(struct lines *lines, struct free_day *day, const char *first)
{
    static const char *const nths[] = { "1st", "2nd", "3rd", "4th", "5th" };

    if (text_equal(first, "last"))
        day->nth = -1;
    for (int i = 0; i < 5; i++)
        if (text_equal(first, nths[i]))
            day->nth = i + 1;
    if (day->nth == 0)
        return false;
    const char *weekday = word(lines), *month = word(lines);
    day->weekday = weekday ? weekday_named(weekday, strlen(weekday)) : -1;
    day->month = month ? month_named(month, strlen(month)) : -1;
    return day->weekday >= 0 && day->month > 0;
}

static const char *
take_name(struct lines *lines)
{
    char *rest = lines->rest ? lines->rest + strspn(lines->rest, " \t") : NULL;
    char *end = rest && *rest == '"' ? strchr(rest + 1, '"') : NULL;

    if (end == NULL)
        return "";
    lines->rest = end + 1;
    return arena_strndup(lines->arena, rest + 1, (size_t)(end - rest - 1));
}

static void
take_day(struct lines *lines, struct calendar *calendar, bool open)
{
    struct free_day *day = arena_alloc(lines->arena, sizeof *day);
    const char *first = word(lines);

    day->open = open;
    if (first == NULL ||
        (!take_date(day, first) && (open || !take_nth(lines, day, first)))) {
        expected(lines, first,
                 "a date such as 2026-12-25, 12-25 or 4th thu nov");
        return;
    }
    day->name = take_name(lines);
    const char *more = word(lines);
    if (text_equal(more, "observed") && day->nth == 0) {
        day->monday = true;
        more = word(lines);
        day->friday = text_equal(more, "friday");
        if (day->friday)
            more = word(lines);
    }
    if (more != NULL)
        expected(lines, more,
                 "\"NAME\" in quotes, observed, or the end of "
                 "the line");
    day->next = calendar->days;
    calendar->days = day;
}

static void
take_line(struct lines *lines, struct calendar *calendar)
{
    const char *first = word(lines);

    if (first == NULL)
        return;
    if (text_equal(first, "holiday") || text_equal(first, "open")) {
        take_day(lines, calendar, first[0] == 'o');
    } else if (text_equal(first, "weekdays")) {
        const char *days = word(lines);
        if (days == NULL || !weekdays_parse(days, &calendar->weekdays))
            expected(lines, days, "days such as mon-fri or mon,wed,fri");
    } else {
        expected(lines, first, "weekdays, holiday or open");
    }
}

struct calendar *
calendar_parse(struct arena *arena, const char *path, const char *text,
               struct problems *found)
{
    struct calendar *calendar = arena_alloc(arena, sizeof *calendar);
    struct lines lines = { .arena = arena, .found = found, .path = path };
    char *rest = arena_strdup(arena, text);
    size_t before = problems_errors(found);

    calendar->weekdays = 0x7f;
    while (rest != NULL && *rest != '\0') {
        char *end = strchr(rest, '\n');
        if (end != NULL)
            *end++ = '\0';
        rest[strcspn(rest, "#\r")] = '\0';
        lines.number++;
        lines.rest = rest;
        take_line(&lines, calendar);
        rest = end;
    }
    return problems_errors(found) == before ? calendar : NULL;
}

/* The day of that year, or INT64_MAX when the year has none. */
static int64_t
day_in_year(const struct free_day *day, int year)
{
    int length = zone_month_length(year, day->month);
    int64_t first = zone_day(year, day->month, 1);

    if (day->nth == 0)
        return day->day <= length ? first + day->day - 1 : INT64_MAX;
    int at = (day->weekday - zone_weekday(first) + 7) % 7;
    at += day->nth > 0 ? (day->nth - 1) * 7 : (length - 1 - at) / 7 * 7;
    return at < length ? first + at : INT64_MAX;
}

static bool
is_day(const struct free_day *day, int64_t date)
{
    int64_t real = day->date;

    if (day->month == 0)
        return real == date ||
               (day->monday && zone_weekday(real) == 0 && real + 1 == date) ||
               (day->friday && zone_weekday(real) == 6 && real - 1 == date);
    /* What is observed beside it may lie in the other year. */
    for (int near = -1; near <= 1; near++) {
        if (near != 0 && !(near < 0 ? day->monday : day->friday))
            continue;
        real = day_in_year(day, zone_date(date + near).year);
        if (real == date + near &&
            (near == 0 || zone_weekday(real) == (near < 0 ? 0 : 6)))
            return true;
    }
    return false;
}

bool
calendar_open(const struct calendar *calendar, int64_t date, const char **why)
{
    static const char *const names[] = { "Sunday",    "Monday",   "Tuesday",
                                         "Wednesday", "Thursday", "Friday",
                                         "Saturday" };
    const struct free_day *hit = NULL;

    for (const struct free_day *day = calendar->days; day; day = day->next)
        if (is_day(day, date)) {
            hit = day;
            if (day->open)
                return true;
        }
    if (hit == NULL && (calendar->weekdays >> zone_weekday(date) & 1U))
        return true;
    *why = hit != NULL && hit->name[0] != '\0' ? hit->name
                                               : names[zone_weekday(date)];
    return false;
}
