/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/zone_private.h"

enum { DAY = 86400, HEAD = 44, LARGEST_ZONE = 256 * 1024, MOST_TYPES = 256 };

/* Howard Hinnant's way of counting days: years begin in March. */
int64_t
zone_day(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

struct date
zone_date(int64_t day)
{
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct date date = { .month = (int)(month + (month < 10 ? 3 : -9)),
                         .day = (int)(of_year - (153 * month + 2) / 5 + 1) };

    date.year = (int)(year + era * 400) + (date.month <= 2);
    return date;
}

int
zone_weekday(int64_t day)
{
    return (int)(((day + 4) % 7 + 7) % 7);
}

int
zone_month_length(int year, int month)
{
    return (int)(zone_day(month == 12 ? year + 1 : year, month % 12 + 1, 1) -
                 zone_day(year, month, 1));
}

/* ---- zone files */

struct reading {
    const unsigned char *at, *end;
    struct arena *arena;
    struct zone *zone;
};

struct counts {
    size_t utc, standard, leap, changes, types, letters;
};

static int64_t
number_at(const unsigned char *bytes, size_t size)
{
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

static bool
read_head(struct reading *reading, struct counts *counts, int *version)
{
    size_t *const fields[] = { &counts->utc,   &counts->standard,
                               &counts->leap,  &counts->changes,
                               &counts->types, &counts->letters };

    if (reading->end - reading->at < HEAD ||
        memcmp(reading->at, "TZif", 4) != 0)
        return false;
    *version = reading->at[4] >= '2' ? reading->at[4] - '0' : 1;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        int64_t value = number_at(reading->at + 20 + i * 4, 4);
        if (value < 0 || value > LARGEST_ZONE)
            return false;
        *fields[i] = (size_t)value;
    }
    reading->at += HEAD;
    return counts->types > 0 && counts->types <= MOST_TYPES;
}

static size_t
block_size(const struct counts *counts, size_t width)
{
    return counts->changes * (width + 1) + counts->types * 6 + counts->letters +
           counts->leap * (width + 4) + counts->standard + counts->utc;
}

static bool
read_types(struct zone *zone, const unsigned char *types,
           const struct counts *counts)
{
    const unsigned char *letters = types + counts->types * 6;

    for (size_t i = 0; i < counts->types; i++, types += 6) {
        size_t index = types[5], size = 0;
        struct zone_type *type = &zone->type[i];
        type->offset = (int)number_at(types, 4);
        type->summer = types[4] != 0;
        if (index >= counts->letters || abs(type->offset) > 26 * 3600)
            return false;
        for (; index + size < counts->letters && letters[index + size] != 0 &&
               size + 1 < ZONE_LETTERS;
             size++)
            type->letters[size] = (char)letters[index + size];
    }
    return true;
}

static bool
read_block(struct reading *reading, const struct counts *counts, size_t width)
{
    const unsigned char *at = reading->at;
    struct zone *zone = reading->zone;

    if ((size_t)(reading->end - at) < block_size(counts, width))
        return false;
    reading->at += block_size(counts, width);
    zone->count = counts->changes;
    zone->at = arena_alloc(reading->arena, zone->count * sizeof *zone->at + 1);
    zone->types = arena_alloc(reading->arena, zone->count + 1);
    zone->type_count = counts->types;
    zone->type =
        arena_alloc(reading->arena, counts->types * sizeof *zone->type);
    for (size_t i = 0; i < zone->count; i++, at += width) {
        zone->at[i] = number_at(at, width);
        if (i > 0 && zone->at[i] <= zone->at[i - 1])
            return false;
    }
    memcpy(zone->types, at, zone->count);
    for (size_t i = 0; i < zone->count; i++)
        if (zone->types[i] >= zone->type_count)
            return false;
    return read_types(zone, at + zone->count, counts);
}

/* "\nEST5EDT,M3.2.0,M11.1.0\n" at the file's end; may be empty. */
static bool
read_rule(struct reading *reading)
{
    const char *text = (const char *)reading->at;
    size_t size = (size_t)(reading->end - reading->at);

    if (size < 2 || text[0] != '\n' || text[size - 1] != '\n')
        return false;
    if (size == 2)
        return true;
    return zone_rule_parse(&reading->zone->rule,
                           arena_strndup(reading->arena, text + 1, size - 2));
}

/* From version 2 on, the file says all of it twice; the second time with times
 * of eight bytes, and the rule. */
static bool
read_zone(struct reading *reading)
{
    struct counts counts;
    int version;

    if (!read_head(reading, &counts, &version))
        return false;
    if (version == 1)
        return read_block(reading, &counts, 4);
    if ((size_t)(reading->end - reading->at) < block_size(&counts, 4))
        return false;
    reading->at += block_size(&counts, 4);
    return read_head(reading, &counts, &version) &&
           read_block(reading, &counts, 8) && read_rule(reading);
}

static bool
is_zone_name(const char *name)
{
    return name[0] != '/' && strstr(name, "..") == NULL && name[0] != '\0' &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_+-/.") == strlen(name);
}

bool
zone_load(const struct zone **out, struct arena *arena, const char *name,
          struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct zone *zone = arena_alloc(arena, sizeof *zone);
    const char *dir = getenv("TZDIR");
    struct err failed = { 0 };

    *out = zone;
    zone->name = arena_strdup(arena, name ? name : "UTC");
    if (text_equal(zone->name, "UTC"))
        return zone_rule_parse(&zone->rule, "UTC0");
    const char *path = arena_printf(
        arena, "%s/%s", dir ? dir : "/usr/share/zoneinfo", zone->name);
    if (!is_zone_name(zone->name) ||
        !file_read_plain(path, LARGEST_ZONE, &bytes, &failed))
        return err_set(err, TP1008, "found no time zone '%s' in %s", zone->name,
                       dir ? dir : "/usr/share/zoneinfo");
    const unsigned char *text = (const unsigned char *)buf_text(&bytes);
    struct reading reading = { text, text + bytes.size, arena, zone };
    if (!read_zone(&reading))
        return err_set(err, TP1008, "%s is no time zone file", path);
    return true;
}

const char *
zone_name(const struct zone *zone)
{
    return zone->name;
}

/* ---- moments and walls */

/* The index of the last change at or before the second; count = none. */
static size_t
change_before(const struct zone *zone, int64_t second)
{
    size_t low = 0, high = zone->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->at[middle] <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : zone->count;
}

static struct zone_span
span_at(const struct zone *zone, int64_t second)
{
    size_t i = change_before(zone, second);

    if (zone->rule.there && (zone->count == 0 || i + 1 == zone->count))
        return zone_rule_span(&zone->rule, second);
    if (i == zone->count)
        return (struct zone_span){ &zone->type[0],
                                   zone->count > 0 ? zone->at[0] : INT64_MAX };
    return (struct zone_span){ &zone->type[zone->types[i]],
                               i + 1 < zone->count ? zone->at[i + 1]
                                                   : INT64_MAX };
}

static int64_t
floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

struct wall
zone_wall(const struct zone *zone, moment at)
{
    int64_t second = floor_divide(at, 1000);
    const struct zone_type *type = span_at(zone, second).type;
    int64_t shown = second + type->offset;
    int64_t day = floor_divide(shown, DAY);

    return (struct wall){ day, (int)(shown - day * DAY), type->offset,
                          type->summer, type->letters };
}

/* Span by span from before any zone's clock can show it. */
moment
zone_moment(const struct zone *zone, int64_t day, int second)
{
    int64_t wanted = day * DAY + second, at = wanted - INT64_C(27) * 3600;

    for (;;) {
        struct zone_span span = span_at(zone, at);
        int64_t there = wanted - span.type->offset;
        if (there < at)
            there = at;
        if (there < span.until)
            return there * 1000;
        at = span.until;
    }
}
