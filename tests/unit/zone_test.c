/* SPDX-License-Identifier: Apache-2.0 */
/* Zones against the C library's own reading of the same files, and their two
 * changes a year where people get them wrong. */
#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "base/zone_private.h"
#include "test.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct arena *arena;

static const struct zone *
zone_of(const char *name)
{
    const struct zone *zone = NULL;
    struct err err = { 0 };

    CHECK_OK(zone_load(&zone, arena, name, &err), &err);
    return zone;
}

static moment
stamp(const char *text)
{
    moment at = 0;

    CHECK(when_parse(text, &at));
    return at;
}

static void
days_and_dates_agree(void)
{
    CHECK(zone_day(1970, 1, 1) == 0 && zone_day(2000, 3, 1) == 11017);
    for (int64_t day = -800000; day < 800000; day += 13) {
        struct date date = zone_date(day);
        CHECK(zone_day(date.year, date.month, date.day) == day);
        CHECK(date.day <= zone_month_length(date.year, date.month));
    }
    CHECK(zone_weekday(zone_day(2026, 11, 29)) == 0);
    CHECK(zone_weekday(zone_day(1969, 12, 31)) == 3);
    CHECK(zone_month_length(2024, 2) == 29 && zone_month_length(2100, 2) == 28);
    CHECK(zone_month_length(2026, 12) == 31);
}

/* Sunday 02:30 is not there on the day that clocks go forward, and 01:30 is
 * there twice when they go back. */
static void
gaps_and_repeats(void)
{
    static const struct {
        const char *zone;
        int month, day, hour, minute;
        const char *at;
    } cases[] = {
        { "America/New_York", 3, 8, 1, 59, "2026-03-08T06:59:00Z" },
        { "America/New_York", 3, 8, 2, 0, "2026-03-08T07:00:00Z" },
        { "America/New_York", 3, 8, 2, 30, "2026-03-08T07:00:00Z" },
        { "America/New_York", 3, 8, 3, 0, "2026-03-08T07:00:00Z" },
        { "America/New_York", 3, 8, 3, 1, "2026-03-08T07:01:00Z" },
        { "America/New_York", 11, 1, 1, 0, "2026-11-01T05:00:00Z" },
        { "America/New_York", 11, 1, 1, 30, "2026-11-01T05:30:00Z" },
        { "America/New_York", 11, 1, 2, 0, "2026-11-01T07:00:00Z" },
        { "Europe/Berlin", 3, 29, 2, 30, "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", 3, 29, 3, 0, "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", 10, 25, 2, 30, "2026-10-25T00:30:00Z" },
        { "Europe/Berlin", 10, 25, 3, 0, "2026-10-25T02:00:00Z" },
        { "Australia/Lord_Howe", 10, 4, 2, 0, "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", 10, 4, 2, 15, "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", 10, 4, 2, 30, "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", 4, 5, 1, 45, "2026-04-04T14:45:00Z" },
        { "Australia/Lord_Howe", 4, 5, 2, 0, "2026-04-04T15:30:00Z" },
        { "UTC", 3, 8, 2, 30, "2026-03-08T02:30:00Z" },
        { "Asia/Kathmandu", 3, 8, 2, 30, "2026-03-07T20:45:00Z" },
    };
    char text[WHEN_STAMP];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        moment at = zone_moment(zone_of(cases[i].zone),
                                zone_day(2026, cases[i].month, cases[i].day),
                                cases[i].hour * 3600 + cases[i].minute * 60);
        CHECK_TEXT(when_stamp(at, text), cases[i].at);
    }
    /* Samoa had no 30 December 2011 at all. */
    moment at = zone_moment(zone_of("Pacific/Apia"), zone_day(2011, 12, 30), 0);
    CHECK_TEXT(when_stamp(at, text), "2011-12-30T10:00:00Z");
}

/* Every change of 150 years, and the seconds around it, as glibc has it. */
static void
offsets_as_the_library_has_them(void)
{
    static const char *const names[] = {
        "America/New_York", "Europe/Berlin",     "Australia/Lord_Howe",
        "Europe/Dublin",    "America/Sao_Paulo", "Africa/Casablanca",
        "Asia/Tehran",      "Antarctica/Troll",  "America/Nuuk",
        "Pacific/Apia",     "Asia/Gaza",         "America/St_Johns",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct zone *zone = zone_of(names[i]);
        setenv("TZ", names[i], 1);
        tzset();
        for (time_t at = -2000000000; at < (time_t)3600000000;
             at += 7200 * 7 + 1) {
            struct tm want;
            localtime_r(&at, &want);
            struct wall have = zone_wall(zone, (moment)at * 1000);
            if (have.offset != want.tm_gmtoff)
                printf("# %s at %lld: %d, not %ld\n", names[i], (long long)at,
                       have.offset, want.tm_gmtoff);
            CHECK(have.offset == want.tm_gmtoff);
            CHECK(have.summer == (want.tm_isdst > 0));
            CHECK_TEXT(have.letters, want.tm_zone);
        }
        unsetenv("TZ");
        tzset();
    }
}

/* What a wall shows leads back to its moment or, the second time that it is
 * shown, to the first; never to a later one. */
static void
walls_lead_back(void)
{
    const struct zone *zone = zone_of("Australia/Lord_Howe");
    moment from = stamp("2026-01-01"), last = 0;
    unsigned twice = 0;

    for (moment at = from; at < from + (moment)366 * 86400000; at += 900000) {
        struct wall wall = zone_wall(zone, at);
        moment back = zone_moment(zone, wall.day, wall.second);
        CHECK(back <= at && back >= at - 1800000);
        CHECK(back == at || at - back == 1800000);
        twice += back != at;
        CHECK(back >= last || back != at);
        last = back == at ? at : last;
    }
    CHECK(twice == 2); /* two quarters of an hour, once a year */
}

static void
rules_beyond_the_table(void)
{
    struct zone_rule rule;
    static const char *const bad[] = { "",
                                       "E",
                                       "EST",
                                       "EST5EDT,M3.2.0",
                                       "EST5EDT,M13.2.0,M11.1.0",
                                       "EST5EDT,M3.0.0,M11.1.0",
                                       "<EST5",
                                       "EST5EDT,J0,J1",
                                       "EST200",
                                       "EST5EDT,M3.2.0,M11.1.0x" };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(!zone_rule_parse(&rule, bad[i]));
    CHECK(zone_rule_parse(&rule, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0"));
    CHECK(rule.begin.second == -3600 && rule.standard.offset == -7200);
    CHECK(zone_rule_parse(&rule, "XXX3YYY,J60,300/2:30:15"));
    CHECK(rule.end.second == 2 * 3600 + 30 * 60 + 15);
    CHECK(zone_rule_parse(&rule, "EST5EDT,M3.2.0,M11.1.0"));
    struct zone_span span = zone_rule_span(&rule, stamp("2104-07-01") / 1000);
    CHECK(span.type->summer);
    CHECK(span.until == stamp("2104-11-02T06:00:00Z") / 1000);
}

/* Whatever a file holds, nothing is read beside it. */
static void
damaged_files_are_refused(void)
{
    char dir[] = "/tmp/tp-zone-XXXXXX", path[64];
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const struct zone *zone;
    struct err err = { 0 };

    CHECK_OK(file_read("/usr/share/zoneinfo/America/New_York", 1 << 20, &bytes,
                       &err),
             &err);
    CHECK(mkdtemp(dir) != NULL);
    text_format(path, sizeof path, "%s/Cut", dir);
    setenv("TZDIR", dir, 1);
    for (size_t size = 0; size < bytes.size; size += 7) {
        FILE *out = fopen(path, "w");
        CHECK(out != NULL && fwrite(bytes.text, 1, size, out) == size);
        fclose(out);
        struct err failed = { 0 };
        CHECK(!zone_load(&zone, arena, "Cut", &failed));
        CHECK(failed.code == TP1008);
    }
    srandom(7);
    for (int i = 0; i < 2000; i++) {
        FILE *out = fopen(path, "w");
        size_t at = (size_t)random() % bytes.size;
        char kept = bytes.text[at];
        struct err failed = { 0 };
        bytes.text[at] = (char)random();
        CHECK(fwrite(bytes.text, 1, bytes.size, out) == bytes.size);
        fclose(out);
        bytes.text[at] = kept;
        if (zone_load(&zone, arena, "Cut", &failed))
            zone_moment(zone, zone_day(2026, 3, 8), 9000);
    }
    unsetenv("TZDIR");
    CHECK(unlink(path) == 0 && rmdir(dir) == 0);
    static const char *const names[] = { "Atlantis", "../passwd", "/etc/passwd",
                                         "", "America/../Zulu" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        err_clear(&err);
        CHECK(!zone_load(&zone, arena, names[i], &err) && err.code == TP1008);
    }
}

/* Formatting uses the same zones, and leaves the process's own alone. */
static void
texts_are_local(void)
{
    char out[64];

    setenv("TZ", "Asia/Tokyo", 1);
    when_format(stamp("2026-07-01T12:00:00Z"), "America/New_York",
                "%Y-%m-%d %H:%M %Z %z", out, sizeof out);
    CHECK_TEXT(out, "2026-07-01 08:00 EDT -0400");
    when_format(stamp("2026-12-01T12:00:00Z"), "Nowhere/There", "%H:%M", out,
                sizeof out);
    CHECK_TEXT(out, "12:00");
    CHECK_TEXT(getenv("TZ"), "Asia/Tokyo");
    unsetenv("TZ");
}

int
main(void)
{
    if (!file_exists("/usr/share/zoneinfo/Europe/Berlin")) {
        puts("1..0 # SKIP tzdata is not installed");
        return 0;
    }
    arena = arena_new();
    RUN(days_and_dates_agree);
    RUN(gaps_and_repeats);
    RUN(offsets_as_the_library_has_them);
    RUN(walls_lead_back);
    RUN(rules_beyond_the_table);
    RUN(damaged_files_are_refused);
    RUN(texts_are_local);
    arena_free(&arena);
    return test_end();
}
