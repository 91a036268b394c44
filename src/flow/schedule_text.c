/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of flow texts that say when. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "flow/texts_private.h"

/* All of it again, for lists: "every 4h; on weekdays". */
static void
add_words(struct flow_line *line, struct schedule *schedule, size_t from)
{
    const char *words = schedule->words ? schedule->words : "";

    for (size_t i = from; i < line->at; i++)
        words = arena_printf(line->arena, "%s%s%s", words,
                             words[0] == '\0' ? ""
                             : i == from      ? "; "
                                              : " ",
                             line->words[i]);
    schedule->words = words;
}

static struct trigger *
add_trigger(struct flow_line *line, struct schedule *schedule,
            enum trigger_kind kind)
{
    struct trigger **end = &schedule->triggers;

    while (*end != NULL)
        end = &(*end)->next;
    *end = arena_alloc(line->arena, sizeof **end);
    (*end)->kind = kind;
    (*end)->line = line->number;
    return *end;
}

void
parse_every(struct flow_line *line, struct schedule *schedule)
{
    size_t from = line->at;
    long seconds;

    if (!line_take_if(line, "every"))
        return;
    const char *word = line_take(line, "a time such as 1m");
    if (!text_duration(word, &seconds) || seconds == 0) {
        line_wrong(line,
                   "found every '%s', expected a time such as 30s, 5m or 4h",
                   word);
        return;
    }
    if (seconds > DAY_SECONDS && seconds % DAY_SECONDS != 0) {
        line_wrong(line,
                   "found every '%s', expected at most a day, or whole days",
                   word);
        return;
    }
    struct trigger *trigger = add_trigger(line, schedule, TRIGGER_EVERY);
    trigger->seconds = seconds;
    trigger->words = arena_printf(line->arena, "every %s", word);
    add_words(line, schedule, from);
}

/* A zone may stand at the end of a line; NULL = the house's. */
static const struct zone *
take_zone(struct flow_line *line)
{
    const char *name = line_peek(line);
    const struct zone *zone = NULL;
    struct err err = { 0 };

    if (name == NULL || line->quoted[line->at] || text_equal(name, "lead") ||
        text_equal(name, "else"))
        return NULL;
    line->at++;
    if (!zone_load(&zone, line->arena, name, &err)) {
        line_wrong(line,
                   "found '%s', expected a time zone such as America/New_York",
                   name);
        return NULL;
    }
    return zone;
}

static void
parse_at(struct flow_line *line, struct schedule *schedule)
{
    char expected[200];
    struct cron cron;
    const char *text = line_take(line, "a time such as \"0 6 * * mon-fri\"");

    if (!cron_parse(&cron, text, expected)) {
        line_wrong(line, "found at '%s', expected %s", text, expected);
        line->at = line->count;
        return;
    }
    struct trigger *trigger = add_trigger(line, schedule, TRIGGER_CRON);
    trigger->cron = cron;
    trigger->words = arena_printf(line->arena, "at %s", text);
    trigger->zone = take_zone(line);
}

/* "06:00", "24:00" */
static bool
clock_of(const char *text, size_t size, int *second)
{
    char hour[4], minute[4];
    long hours, minutes;
    const char *colon = memchr(text, ':', size);

    if (colon == NULL || colon - text > 2 || colon == text ||
        text + size - colon != 3)
        return false;
    text_format(hour, sizeof hour, "%.*s", (int)(colon - text), text);
    text_format(minute, sizeof minute, "%.2s", colon + 1);
    if (!text_number(hour, 24, &hours) || !text_number(minute, 59, &minutes) ||
        (hours == 24 && minutes != 0))
        return false;
    *second = (int)(hours * 3600 + minutes * 60);
    return true;
}

static void
parse_hours(struct flow_line *line, struct schedule *schedule, bool open)
{
    struct hours *hours = arena_alloc(line->arena, sizeof *hours);
    const char *text = line_take(line, "hours such as 22:00-04:00");
    const char *dash = strchr(text, '-');

    if (dash == NULL || !clock_of(text, (size_t)(dash - text), &hours->from) ||
        !clock_of(dash + 1, strlen(dash + 1), &hours->to) ||
        hours->from == hours->to || hours->from == DAY_SECONDS) {
        line_wrong(line, "found '%s', expected hours such as 22:00-04:00",
                   text);
        line->at = line->count;
        return;
    }
    hours->open = open;
    hours->days = 0x7f;
    if (line_peek(line) != NULL && strchr(line_peek(line), '/') == NULL &&
        weekdays_parse(line_peek(line), &hours->days))
        line->at++;
    hours->zone = take_zone(line);
    hours->next = schedule->hours;
    schedule->hours = hours;
}

static void
parse_leave(struct flow_line *line, struct schedule *schedule)
{
    struct trigger *trigger = add_trigger(line, schedule, TRIGGER_CUTOFF);
    const char *text;

    trigger->seconds = USUAL_LEAD_SECONDS;
    if (!line_take_if(line, "by"))
        line_wrong(line, "found 'leave %s', expected leave by 16:00",
                   line_peek(line) ? line_peek(line) : "");
    text = line_take(line, "a time such as 16:00");
    if (!clock_of(text, strlen(text), &trigger->second))
        line_wrong(line, "found by '%s', expected a time such as 16:00", text);
    trigger->words = arena_printf(line->arena, "leave by %s", text);
    trigger->zone = take_zone(line);
    if (line_take_if(line, "lead")) {
        text = line_take(line, "a time such as 15m");
        if (!text_duration(text, &trigger->seconds) ||
            trigger->seconds > trigger->second)
            line_wrong(line,
                       "found lead '%s', expected a time such as 15m, on the "
                       "same day",
                       text);
    }
    if (!line_take_if(line, "else"))
        return;
    trigger->next_day = line_take_if(line, "next") && line_take_if(line, "day");
    if (!trigger->next_day)
        line_wrong(line, "found else '%s', expected else next day",
                   line_peek(line) ? line_peek(line) : "");
}

static void
parse_on(struct flow_line *line, struct schedule *schedule)
{
    if (schedule->calendar_name != NULL)
        line_wrong(line, "found a second calendar, expected one (%s)",
                   schedule->calendar_name);
    schedule->calendar_name = line_take(line, "a calendar's name");
    schedule->calendar_line = line->number;
    schedule->zone = take_zone(line);
}

bool
parse_schedule(struct flow_line *line, struct schedule *schedule)
{
    size_t from = line->at;

    if (line_take_if(line, "at"))
        parse_at(line, schedule);
    else if (line_take_if(line, "on"))
        parse_on(line, schedule);
    else if (line_take_if(line, "only"))
        parse_hours(line, schedule, true);
    else if (line_take_if(line, "not"))
        parse_hours(line, schedule, false);
    else if (line_take_if(line, "leave"))
        parse_leave(line, schedule);
    else
        return false;
    add_words(line, schedule, from);
    return true;
}

void
schedule_usual(struct flow_line *line, struct schedule *schedule)
{
    struct trigger *trigger = schedule->triggers;

    while (trigger != NULL && trigger->kind == TRIGGER_CUTOFF)
        trigger = trigger->next;
    if (trigger != NULL)
        return;
    trigger = add_trigger(line, schedule, TRIGGER_EVERY);
    trigger->seconds = 60;
    trigger->words = "every 1m";
    schedule->words =
        arena_printf(line->arena, "every 1m%s%s", schedule->words ? "; " : "",
                     schedule->words ? schedule->words : "");
}

static void
load_calendar(struct flow_text *flow, calendar_finder *find, void *user,
              struct arena *arena, struct problems *found)
{
    struct schedule *schedule = &flow->schedule;
    const char *path = NULL;
    char at[200];
    const char *text = find(user, schedule->calendar_name, &path);

    if (text == NULL) {
        text_format(at, sizeof at, "%s:%d", flow->path,
                    schedule->calendar_line);
        problem_add(found, TP7071, at, NULL,
                    "found calendar '%s', expected one that is in "
                    "calendars/NAME.calendar",
                    schedule->calendar_name);
        return;
    }
    schedule->calendar = calendar_parse(arena, path, text, found);
}

void
flow_text_schedule(struct flow_text *flow, const char *zone_name,
                   calendar_finder *find, void *user, struct arena *arena,
                   struct problems *found)
{
    struct schedule *schedule = &flow->schedule;
    const struct zone *zone;
    struct err err = { 0 };
    char at[200];

    /* A wrong zone of the house is the settings' mistake. */
    if (!zone_load(&zone, arena, zone_name, &err) &&
        !zone_load(&zone, arena, NULL, &err))
        BUG_IF(true);
    if (schedule->zone == NULL)
        schedule->zone = zone;
    for (struct trigger *trigger = schedule->triggers; trigger;
         trigger = trigger->next)
        if (trigger->zone == NULL)
            trigger->zone = zone;
    for (struct hours *hours = schedule->hours; hours; hours = hours->next)
        if (hours->zone == NULL)
            hours->zone = zone;
    if (schedule->calendar_name != NULL)
        load_calendar(flow, find, user, arena, found);
    if (schedule_next(schedule, when_now(), NULL, NULL) != 0)
        return;
    text_format(at, sizeof at, "%s:%d", flow->path,
                schedule->triggers ? schedule->triggers->line : 1);
    problem_add(found, TP7001, at, NULL,
                "found times that never come (%s), expected some that do",
                schedule->words);
}
