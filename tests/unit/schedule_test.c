/* SPDX-License-Identifier: Apache-2.0 */
/* When flows run: the lines of flow texts, and the runs that they mean. */
#include "base/arena.h"
#include "base/text.h"
#include "flow/texts.h"
#include "test.h"

#include <stdlib.h>

static struct arena *arena;
static const char *calendar_text;

static const char *
find_calendar(void *user, const char *name, const char **path)
{
    (void)user;
    *path = "cal";
    return strcmp(name, "cal") == 0 ? calendar_text : NULL;
}

/* A flow with these lines in the house's zone; found gets the mistakes. */
static struct schedule *
read_flow(const char *lines, const char *zone, struct problems *found)
{
    struct flow_text *list = NULL;
    const char *text =
        arena_printf(arena, "flow a \"A\"\nfrom nav sales_invoice%s", lines);

    flow_text_parse(arena, "f", text, &list, found);
    CHECK(list != NULL);
    flow_text_schedule(list, zone, find_calendar, NULL, arena, found);
    return &list->schedule;
}

static const struct schedule *
flow_of(const char *lines, const char *zone)
{
    struct problems *found = problems_new(arena);
    const struct schedule *schedule = read_flow(lines, zone, found);
    const struct problem *problem = problems_first(found);

    if (problem != NULL)
        printf("# %s: %s\n", problem->at, problem->text);
    CHECK(problem == NULL);
    return schedule;
}

static moment
stamp(const char *text)
{
    moment at = 0;

    CHECK(when_parse(text, &at));
    return at;
}

/* The next runs after a moment, as the wall shows them: "03-08 03:00". */
static void
runs_are(const char *lines, const char *zone, const char *after,
         const char *want)
{
    const struct schedule *schedule = flow_of(lines, zone);
    char got[800] = "", one[40];
    moment at = stamp(after);

    for (const char *more = want; more != NULL; more = strchr(more, ',')) {
        more += *more == ',';
        at = schedule_next(schedule, at, NULL, NULL);
        when_format(at, zone, "%m-%d %H:%M %Z", one, sizeof one);
        text_format(got + strlen(got), sizeof got - strlen(got), "%s%s",
                    got[0] ? "," : "", at ? one : "never");
    }
    CHECK_TEXT(got, want);
}

#define NEW_YORK "America/New_York"
#define BERLIN   "Europe/Berlin"
#define HOWE     "Australia/Lord_Howe"

static void
every_counts_from_the_days_beginning(void)
{
    runs_are(" every 4h", NEW_YORK, "2026-11-22T12:00:00Z",
             "11-22 08:00 EST,11-22 12:00 EST,11-22 16:00 EST,11-22 20:00 "
             "EST,11-23 00:00 EST");
    runs_are(" every 7h", NEW_YORK, "2026-11-22T12:00:00Z",
             "11-22 14:00 EST,11-22 21:00 EST,11-23 00:00 EST");
    runs_are(" every 1d", NEW_YORK, "2026-12-30T12:00:00Z",
             "12-31 00:00 EST,01-01 00:00 EST");
    runs_are(" every 2d", "UTC", "2026-12-30T12:00:00Z",
             "12-31 00:00 UTC,01-02 00:00 UTC");
    runs_are(" every 15m", NEW_YORK, "2026-12-31T23:50:00-05:00",
             "01-01 00:00 EST,01-01 00:15 EST");
    /* Four hours pass between two runs, whatever the clock shows. */
    runs_are(" every 4h", NEW_YORK, "2026-03-08T04:59:00Z",
             "03-08 00:00 EST,03-08 05:00 EDT,03-08 09:00 EDT");
    runs_are(" every 4h", NEW_YORK, "2026-11-01T03:59:00Z",
             "11-01 00:00 EDT,11-01 03:00 EST,11-01 07:00 EST");
    runs_are(" every 15m", HOWE, "2026-04-04T14:40:00Z",
             "04-05 01:45 +11,04-05 01:30 +1030,04-05 01:45 +1030,04-05 "
             "02:00 +1030");
}

static void
cron_is_the_wall_clock(void)
{
    runs_are("\nat \"0 6,14 * * mon-fri\"", NEW_YORK, "2026-11-20T20:00:00Z",
             "11-23 06:00 EST,11-23 14:00 EST,11-24 06:00 EST");
    runs_are("\nat \"*/20 9-10 1 jan *\"", BERLIN, "2026-01-01T08:30:00Z",
             "01-01 09:40 CET,01-01 10:00 CET,01-01 10:20 CET,01-01 10:40 "
             "CET,01-01 09:00 CET");
    runs_are("\nat \"59 23 31 12 *\"", "UTC", "2026-12-31T23:58:00Z",
             "12-31 23:59 UTC,12-31 23:59 UTC");
    runs_are("\nat \"0 0 29 2 *\"", "UTC", "2096-02-29T00:00:00Z",
             "02-29 00:00 UTC");
    CHECK(schedule_next(flow_of("\nat \"0 0 29 2 *\"", "UTC"),
                        stamp("2096-02-29"), NULL,
                        NULL) == stamp("2104-02-29"));
    runs_are("\nat \"0 6 * * *\" Europe/Berlin", NEW_YORK,
             "2026-11-22T12:00:00Z", "11-23 00:00 EST");
    /* Day of the month or day of the week, when both are said. */
    runs_are("\nat \"0 6 13 * fri\"", "UTC", "2026-11-10T00:00:00Z",
             "11-13 06:00 UTC,11-20 06:00 UTC,11-27 06:00 UTC,12-04 06:00 "
             "UTC,12-11 06:00 UTC,12-13 06:00 UTC");
    runs_are("\nat \"0 6 */10 * fri\"", "UTC", "2026-11-10T00:00:00Z",
             "12-11 06:00 UTC,01-01 06:00 UTC");
    runs_are("\nat \"0 6 * * 7\"", "UTC", "2026-11-23T00:00:00Z",
             "11-29 06:00 UTC");
    runs_are("\nat \"0 6 * * sat-sun\"", "UTC", "2026-11-23T00:00:00Z",
             "11-28 06:00 UTC,11-29 06:00 UTC,12-05 06:00 UTC");
}

/* A time in the gap is the first moment after it; one that comes twice counts
 * once, the first time. */
static void
cron_where_clocks_change(void)
{
    runs_are("\nat \"30 2 * * *\"", NEW_YORK, "2026-03-07T12:00:00Z",
             "03-08 03:00 EDT,03-09 02:30 EDT");
    runs_are("\nat \"*/15 1-3 * * *\"", NEW_YORK, "2026-03-08T06:40:00Z",
             "03-08 01:45 EST,03-08 03:00 EDT,03-08 03:15 EDT");
    runs_are("\nat \"30 1 * * *\"", NEW_YORK, "2026-10-31T12:00:00Z",
             "11-01 01:30 EDT,11-02 01:30 EST");
    runs_are("\nat \"*/30 * * * *\"", NEW_YORK, "2026-11-01T04:45:00Z",
             "11-01 01:00 EDT,11-01 01:30 EDT,11-01 02:00 EST");
    runs_are("\nat \"30 2 * * *\"", BERLIN, "2026-03-28T12:00:00Z",
             "03-29 03:00 CEST,03-30 02:30 CEST");
    runs_are("\nat \"30 2 * * *\"", BERLIN, "2026-10-24T12:00:00Z",
             "10-25 02:30 CEST,10-26 02:30 CET");
    runs_are("\nat \"15 2 * * *\"", HOWE, "2026-10-03T12:00:00Z",
             "10-04 02:30 +11,10-05 02:15 +11");
    runs_are("\nat \"45 1 * * *\"", HOWE, "2026-04-04T12:00:00Z",
             "04-05 01:45 +11,04-06 01:45 +1030");
}

static const char holidays[] =
    "weekdays mon-fri\n"
    "holiday 4th thu nov \"Thanksgiving\"   # every year\n"
    "holiday last mon may \"Memorial Day\"\n"
    "holiday 12-25 \"Christmas\" observed\n"
    "holiday 01-01 \"New Year\" observed friday\n"
    "holiday 2026-11-27\n"
    "open 2026-11-28 \"stocktaking\"\n";

static void
calendars_leave_days_out(void)
{
    calendar_text = holidays;
    runs_are("\nat \"0 6 * * *\"\non cal", NEW_YORK, "2026-11-25T12:00:00Z",
             "11-28 06:00 EST,11-30 06:00 EST");
    runs_are("\nat \"0 6 25-27 5 *\"\non cal", "UTC", "2026-05-01",
             "05-26 06:00 UTC,05-27 06:00 UTC");
    /* 25 December 2022 was a Sunday; 1 January 2022 a Saturday. */
    runs_are("\nat \"0 6 23-27 12 *\"\non cal", "UTC", "2022-12-01",
             "12-23 06:00 UTC,12-27 06:00 UTC");
    runs_are("\nat \"0 6 * * *\"\non cal", "UTC", "2021-12-30",
             "12-30 06:00 UTC,01-03 06:00 UTC");
    runs_are(" every 12h\non cal", "UTC", "2026-11-25T11:00:00Z",
             "11-25 12:00 UTC,11-28 00:00 UTC,11-28 12:00 UTC,11-30 00:00 "
             "UTC");
}

static void
closed_hours_put_off(void)
{
    char why[120];

    runs_are(" every 4h\nnot 22:00-05:30", "UTC", "2026-11-22T12:30:00Z",
             "11-22 16:00 UTC,11-22 20:00 UTC,11-23 05:30 UTC,11-23 08:00 "
             "UTC");
    runs_are("\nat \"0 23 * * *\"\nnot 22:00-04:00", "UTC",
             "2026-11-22T22:30:00Z", "11-23 04:00 UTC,11-24 04:00 UTC");
    /* What was planned before is not forgotten in the middle of the night. */
    runs_are("\nat \"0 23 * * *\"\nnot 22:00-04:00", "UTC",
             "2026-11-22T23:30:00Z", "11-23 04:00 UTC");
    runs_are(" every 6h\nonly 06:00-20:00 mon-fri", "UTC",
             "2026-11-27T17:00:00Z",
             "11-27 18:00 UTC,11-30 06:00 UTC,11-30 12:00 UTC");
    runs_are(" every 1h\nonly 08:00-09:00\nonly 14:00-15:00", "UTC",
             "2026-11-27T08:30:00Z", "11-27 14:00 UTC,11-28 08:00 UTC");
    const struct schedule *schedule =
        flow_of("\nnot 22:00-04:00 fri Europe/Berlin", "UTC");
    moment friday = stamp("2026-11-27T21:30:00Z");
    CHECK(schedule_opens(schedule, friday, why) ==
          stamp("2026-11-28T03:00:00Z"));
    CHECK_TEXT(why, "closed 22:00-04:00 Europe/Berlin");
    CHECK(schedule_opens(schedule, stamp("2026-11-28T21:30:00Z"), why) ==
          stamp("2026-11-28T21:30:00Z"));
    calendar_text = holidays;
    schedule = flow_of("\non cal", NEW_YORK);
    CHECK(schedule_opens(schedule, stamp("2026-11-26T12:00:00Z"), why) ==
          stamp("2026-11-28T05:00:00Z"));
    CHECK_TEXT(why, "Thanksgiving is no day of calendar cal");
    /* The hour that is skipped ends closed hours at the gap's end. */
    schedule = flow_of("\nnot 01:00-02:30", NEW_YORK);
    CHECK(schedule_opens(schedule, stamp("2026-03-08T06:30:00Z"), why) ==
          stamp("2026-03-08T07:00:00Z"));
}

static void
cut_off_times(void)
{
    const struct schedule *schedule;
    const struct trigger *by;
    moment planned;

    calendar_text = holidays;
    runs_are(" every 4h\nleave by 16:00 America/New_York", NEW_YORK,
             "2026-11-23T17:00:00Z",
             "11-23 15:45 EST,11-23 16:00 EST,11-23 20:00 EST");
    runs_are("\nat \"0 6 * * *\"\nleave by 16:00 lead 1h\non cal", NEW_YORK,
             "2026-11-25T12:00:00Z", "11-25 15:00 EST,11-28 06:00 EST");
    schedule = flow_of("\nleave by 16:00 America/New_York else next day\non "
                       "cal",
                       "UTC");
    CHECK(schedule_is_pace(schedule));
    CHECK(schedule_next(schedule, stamp("2026-11-25T20:44:30Z"), &by,
                        &planned) == stamp("2026-11-25T20:45:00Z"));
    moment before = stamp("2026-11-25T20:59:59Z"),
           after = stamp("2026-11-25T21:00:00Z");
    CHECK(schedule_cutoff(schedule, before) == after);
    CHECK(schedule_may_leave(schedule, before) == before);
    CHECK(schedule_cutoff(schedule, after) == 0);
    CHECK(schedule_may_leave(schedule, after) == stamp("2026-11-28T05:00:00Z"));
    schedule = flow_of("\nleave by 16:00 America/New_York", "UTC");
    CHECK(schedule_may_leave(schedule, after) == after);
}

/* Runs come in order, the same ones wherever one begins to look. */
static void
runs_do_not_depend_on_the_look(void)
{
    static const char *const flows[] = {
        " every 15m\nnot 01:15-02:45",
        "\nat \"7-59/13 */3 * * *\"",
        " every 5h\nat \"30 2 * * *\"\nonly 00:30-22:00",
        "\nat \"0 0 1 * mon\"\nleave by 02:30\non cal",
    };
    static const char *const zones[] = { NEW_YORK, BERLIN, HOWE, "UTC" };
    static const char *const days[] = { "2026-03-07", "2026-03-28",
                                        "2026-04-04", "2026-10-03",
                                        "2026-10-24", "2026-10-31",
                                        "2026-12-31", "2028-02-28" };

    calendar_text = holidays;
    srandom(4);
    for (size_t f = 0; f < 4; f++)
        for (size_t z = 0; z < 4; z++) {
            const struct schedule *schedule = flow_of(flows[f], zones[z]);
            for (size_t d = 0; d < 8; d++) {
                moment from = stamp(days[d]), at = from;
                for (int i = 0; i < 40; i++) {
                    moment next = schedule_next(schedule, at, NULL, NULL);
                    CHECK(next > at);
                    moment between = at + random() % (next - at);
                    CHECK(schedule_next(schedule, between, NULL, NULL) == next);
                    at = next;
                }
            }
        }
}

static void
mistakes_are_named(void)
{
    static const struct {
        const char *lines, *at, *sentence;
    } cases[] = {
        { " every 36h", "f:2", "at most a day, or whole days" },
        { " every 0s", "f:2", "found every '0s'" },
        { "\nat \"61 * * * *\"", "f:3", "'61' to be a minute from 0 to 59" },
        { "\nat \"* * * * funday\"", "f:3", "day of the week from 0 to 7" },
        { "\nat \"5 4 * *\"", "f:3", "five fields" },
        { "\nat \"5-1 * * * *\"", "f:3", "'5-1'" },
        { "\nat \"*/0 * * * *\"", "f:3", "'*/0'" },
        { "\nat \"5/2 * * * *\"", "f:3", "'5/2'" },
        { "\nat \"0 0 30 feb *\"", "f:3", "a day that some year has" },
        { "\nat \"0 0 * * *\" Mars/Base", "f:3", "a time zone" },
        { "\nnot 25:00-04:00", "f:3", "hours such as 22:00-04:00" },
        { "\nnot 04:00-04:00", "f:3", "hours such as 22:00-04:00" },
        { "\nonly noon", "f:3", "hours such as 22:00-04:00" },
        { "\nleave at 16:00", "f:3", "found 'leave at'" },
        { "\nleave by 4pm", "f:3", "found by '4pm'" },
        { "\nleave by 00:10 lead 15m", "f:3", "on the same day" },
        { "\nleave by 16:00 else later", "f:3", "expected else next day" },
        { "\non mars", "f:3", "found calendar 'mars'" },
        { "\non cal\non cal", "f:4", "found a second calendar" },
        { "\non cal", "cal:2", "expected a date such as" },
        { "\nonly 10:00-11:00\nnot 09:00-12:00", "f:4",
          "found times that never come" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problems *found = problems_new(arena);
        calendar_text = "weekdays mon-fri\nholiday 6th thu nov\nholiday 02-30\n"
                        "closed 1\nholiday 12-24 soon\n";
        if (strncmp(cases[i].at, "cal", 3) != 0)
            calendar_text = holidays;
        read_flow(cases[i].lines, "UTC", found);
        const struct problem *problem = problems_first(found);
        CHECK(problem != NULL);
        CHECK_TEXT(problem->at, cases[i].at);
        if (strstr(problem->text, cases[i].sentence) == NULL)
            printf("# %s\n", problem->text);
        CHECK(strstr(problem->text, cases[i].sentence) != NULL);
        if (calendar_text != holidays)
            CHECK(problems_errors(found) == 4);
    }
}

int
main(void)
{
    arena = arena_new();
    RUN(every_counts_from_the_days_beginning);
    RUN(cron_is_the_wall_clock);
    RUN(cron_where_clocks_change);
    RUN(calendars_leave_days_out);
    RUN(closed_hours_put_off);
    RUN(cut_off_times);
    RUN(runs_do_not_depend_on_the_look);
    RUN(mistakes_are_named);
    arena_free(&arena);
    return test_end();
}
