/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/texts.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "flow/texts_private.h"
#include "map/expr.h"
#include "map/outline.h"

static const char *const verb_names[] = {
    [VERB_MAP] = "map",
    [VERB_CHECK] = "check",
    [VERB_APPROVE] = "approve",
    [VERB_MATCH] = "match",
    [VERB_SEND] = "send",
    [VERB_POST] = "post",
    [VERB_ACKNOWLEDGE] = "acknowledge",
    [VERB_TELL] = "tell",
};
enum { VERBS = sizeof verb_names / sizeof verb_names[0] };

void
line_wrong(struct flow_line *line, const char *format, ...)
{
    char text[256], at[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_format(at, sizeof at, "%s:%d", line->path, line->number);
    problem_add(line->found, TP7001, at, NULL, "%s", text);
}

/* Splits at blanks; "..." is one word; '#' ends the line. */
static void
split(struct flow_line *line, char *text)
{
    line->count = line->at = 0;
    while (line->count < MAX_WORDS) {
        while (isspace((unsigned char)*text))
            text++;
        if (*text == '\0' || *text == '#')
            return;
        bool quoted = *text == '"';
        char *start = quoted ? ++text : text;
        while (*text != '\0' &&
               (quoted ? *text != '"' : !isspace((unsigned char)*text)))
            text++;
        line->quoted[line->count] = quoted;
        line->words[line->count++] =
            arena_strndup(line->arena, start, (size_t)(text - start));
        if (*text != '\0')
            text++;
    }
    line_wrong(line, "found more than %d words, expected a shorter line",
               MAX_WORDS);
}

const char *
line_peek(const struct flow_line *line)
{
    return line->at < line->count ? line->words[line->at] : NULL;
}

bool
line_take_if(struct flow_line *line, const char *word)
{
    const char *next = line_peek(line);

    if (next == NULL || line->quoted[line->at] || !text_equal(next, word))
        return false;
    line->at++;
    return true;
}

const char *
line_take(struct flow_line *line, const char *expected)
{
    const char *word = line_peek(line);

    if (word == NULL) {
        line_wrong(line, "found the end of the line, expected %s", expected);
        return "";
    }
    line->at++;
    return word;
}

static void
expect_end(struct flow_line *line)
{
    if (line_peek(line) != NULL)
        line_wrong(line, "found '%s', expected the end of the line",
                   line_peek(line));
}

static void
parse_else(struct flow_line *line, enum flow_else *otherwise,
           const char **reason)
{
    if (!line_take_if(line, "else"))
        return;
    if (line_take_if(line, "hold"))
        *otherwise = ELSE_HOLD;
    else if (line_take_if(line, "ignore"))
        *otherwise = ELSE_IGNORE;
    else if (line_take_if(line, "alert"))
        *otherwise = ELSE_ALERT;
    else if (line_take_if(line, "pass"))
        *otherwise = ELSE_PASS;
    else
        line_wrong(
            line, "found '%s' after else, expected hold, ignore, pass or alert",
            line_peek(line) ? line_peek(line) : "nothing");
    if (line->at < line->count && line->quoted[line->at])
        *reason = line->words[line->at++];
}

/* The words up to "else", as they were written. */
static const char *
condition_text(struct flow_line *line)
{
    const char *text = "";

    while (line->at < line->count &&
           (line->quoted[line->at] || (!text_equal(line_peek(line), "else")))) {
        const char *quote = line->quoted[line->at] ? "\"" : "";
        text = arena_printf(line->arena, "%s%s%s%s%s", text, text[0] ? " " : "",
                            quote, line_peek(line), quote);
        line->at++;
    }
    return text;
}

static void
parse_expression(struct flow_line *line, struct flow_when *when)
{
    struct outline_line *place = outline_parse(
        line->arena, line->path, condition_text(line), line->found);
    struct cursor cursor;

    when->test = TEST_FIELD;
    if (place == NULL) {
        line_wrong(line,
                   "found nothing after when, expected a condition such as "
                   "total > \"50000\"");
        return;
    }
    place->number = line->number;
    when->place = place;
    cursor = outline_cursor(place, line->arena, line->found);
    when->condition = expr_parse_condition(&cursor);
    if (when->condition != NULL && !cursor_ends(&cursor))
        cursor_expected(&cursor, "the end of the condition");
}

static void
parse_condition(struct flow_line *line, struct flow_when *when)
{
    if (line_take_if(line, "partner")) {
        if (line_take_if(line, "sends"))
            when->test = TEST_PARTNER_SENDS;
        else if (line_take_if(line, "receives"))
            when->test = TEST_PARTNER_RECEIVES;
        else if (line_take_if(line, "self-bills"))
            when->test = TEST_PARTNER_BILLS_ITSELF;
        else
            line_wrong(line,
                       "found 'partner %s', expected partner sends, "
                       "receives or self-bills",
                       line_peek(line) ? line_peek(line) : "");
        when->set = line_take(line, "a set such as 850");
        return;
    }
    if (line_take_if(line, "not")) {
        when->test = TEST_NOT_TEST;
        if (!line_take_if(line, "test"))
            line_wrong(line, "found 'not %s', expected not test",
                       line_peek(line) ? line_peek(line) : "");
        return;
    }
    parse_expression(line, when);
}

static struct flow_when *
parse_when(struct flow_line *line)
{
    struct flow_when *when = arena_alloc(line->arena, sizeof *when);

    when->otherwise = ELSE_IGNORE;
    when->reason = "the flow's condition is not met";
    parse_condition(line, when);
    parse_else(line, &when->otherwise, &when->reason);
    return when;
}

/* What a pull gives by itself; the words state it where people read. */
static void
parse_where(struct flow_line *line)
{
    static const char *const facts[] = { "released", "posted", "not", "sent",
                                         "and" };

    if (!line_take_if(line, "where"))
        return;
    while (line_peek(line) != NULL && !text_equal(line_peek(line), "every")) {
        const char *word = line_take(line, "a fact");
        bool known = false;
        for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
            known |= text_equal(word, facts[i]);
        if (!known)
            line_wrong(line,
                       "found where '%s', expected released, posted, "
                       "not sent, joined by and",
                       word);
    }
}

static void
parse_from(struct flow_line *line, struct flow_text *flow)
{
    if (line_take_if(line, "partner")) {
        flow->what = line_take(line, "a set such as 856");
    } else {
        flow->system = line_take(line, "a system such as nav, or partner");
        flow->what = line_take(line, "what is read, such as purchase_order");
        parse_where(line);
    }
    parse_every(line, &flow->schedule);
}

static void
parse_sync(struct flow_line *line, struct flow_text *flow)
{
    flow->what = line_take(line, "what is kept in step, such as customer");
    if (!line_take_if(line, "between"))
        line_wrong(line, "found '%s', expected sync %s between nav and odoo",
                   line_peek(line) ? line_peek(line) : "nothing", flow->what);
    do {
        if (flow->sync_count == FLOW_SYSTEMS) {
            line_wrong(line, "found more than %d systems", (int)FLOW_SYSTEMS);
            break;
        }
        flow->sync[flow->sync_count++] = line_take(line, "a system");
    } while (line_take_if(line, "and"));
    if (flow->sync_count < 2)
        line_wrong(line, "found one system, expected two or more");
    flow->system = flow->sync[0];
    parse_every(line, &flow->schedule);
}

static void
parse_to(struct flow_line *line, struct flow_text *flow)
{
    if (!line_take_if(line, "partner") || !line_take_if(line, "by"))
        line_wrong(line,
                   "found '%s', expected to partner by vendor or customer",
                   line_peek(line) ? line_peek(line) : "nothing");
    flow->by = line_take(line, "vendor or customer");
    if (!text_equal(flow->by, "vendor") && !text_equal(flow->by, "customer"))
        line_wrong(line, "found by '%s', expected vendor or customer",
                   flow->by);
}

static bool
parse_verb(struct flow_line *line, struct flow_verb_step *step)
{
    const char *word = line_take(line, "a verb such as map");
    const char *near;

    for (size_t i = 0; i < VERBS; i++)
        if (text_equal(word, verb_names[i])) {
            step->verb = (enum flow_verb)i;
            return true;
        }
    near = text_nearest(word, verb_names, VERBS);
    line_wrong(line,
               "found step '%s', expected map, check, approve, match, send, "
               "post, acknowledge or tell%s%s%s",
               word, near ? "; did you mean '" : "", near ? near : "",
               near ? "'?" : "");
    return false;
}

static void
parse_order(struct flow_line *line, struct flow_verb_step *step)
{
    if (!line_take_if(line, "order"))
        return;
    if (line_take_if(line, "strict"))
        step->order = ORDER_STRICT;
    else if (line_take_if(line, "keyed"))
        step->order = ORDER_LANE;
    else if (line_take_if(line, "none"))
        step->order = ORDER_ANY;
    else
        line_wrong(line, "found order '%s', expected strict, keyed or none",
                   line_peek(line) ? line_peek(line) : "nothing");
}

static struct flow_verb_step *
parse_step(struct flow_line *line)
{
    struct flow_verb_step *step = arena_alloc(line->arena, sizeof *step);
    const char *reason = NULL;

    step->line = line->number;
    if (!parse_verb(line, step)) {
        line->at = line->count;
        return step;
    }
    if (step->verb == VERB_POST || step->verb == VERB_TELL)
        step->system = line_take(line, "a system such as nav");
    if (step->verb != VERB_SEND && step->verb != VERB_ACKNOWLEDGE &&
        step->verb != VERB_TELL)
        step->what = line_take(line, "what it works on");
    parse_else(line, &step->otherwise, &reason);
    parse_order(line, step);
    if (line_take_if(line, "when"))
        step->when = parse_when(line);
    return step;
}

static void
parse_expect(struct flow_line *line, struct flow_text *flow)
{
    enum flow_else otherwise = ELSE_ALERT;
    const char *reason = NULL, *word;

    flow->expect = line_take(line, "what is expected, such as 997");
    if (!line_take_if(line, "within"))
        line_wrong(line, "found '%s', expected within partner.ack or a time",
                   line_peek(line) ? line_peek(line) : "nothing");
    word = line_take(line, "partner.ack or a time such as 24h");
    if (!text_equal(word, "partner.ack") &&
        !text_duration(word, &flow->expect_seconds))
        line_wrong(line, "found within '%s', expected partner.ack or a time",
                   word);
    parse_else(line, &otherwise, &reason);
}

/* Lists keep the order of the file. */
static void
append_when(struct flow_when **list, struct flow_when *item)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = item;
}

static void
append_step(struct flow_verb_step **list, struct flow_verb_step *item)
{
    while (*list != NULL)
        list = &(*list)->next;
    *list = item;
}

static struct flow_text *
parse_flow(struct flow_line *line, struct flow_text **list)
{
    struct flow_text *flow = arena_alloc(line->arena, sizeof *flow);

    flow->name = line_take(line, "the flow's name");
    flow->title = line_take(line, "the flow's title in quotes");
    flow->path = line->path;
    for (; *list != NULL; list = &(*list)->next)
        if (text_equal((*list)->name, flow->name))
            line_wrong(line, "found a second flow '%s' (the first is in %s)",
                       flow->name, (*list)->path);
    *list = flow;
    return flow;
}

static void
parse_line(struct flow_line *line, struct flow_text **flow,
           struct flow_text **list)
{
    if (line_take_if(line, "flow")) {
        *flow = parse_flow(line, list);
    } else if (*flow == NULL) {
        line_wrong(line, "found '%s', expected flow NAME \"TITLE\" first",
                   line_peek(line));
        return;
    } else if (line_take_if(line, "from")) {
        parse_from(line, *flow);
    } else if (line_take_if(line, "sync")) {
        parse_sync(line, *flow);
    } else if (line_take_if(line, "to")) {
        parse_to(line, *flow);
    } else if (line_take_if(line, "when")) {
        append_when(&(*flow)->conditions, parse_when(line));
    } else if (line_take_if(line, "step")) {
        append_step(&(*flow)->steps, parse_step(line));
    } else if (parse_schedule(line, &(*flow)->schedule)) {
        ;
    } else if (line_take_if(line, "expect")) {
        parse_expect(line, *flow);
    } else {
        line_wrong(
            line,
            "found '%s', expected flow, from, sync, to, when, step, expect, "
            "at, on, only, not or leave",
            line_peek(line));
        return;
    }
    expect_end(line);
}

void
flow_text_parse(struct arena *arena, const char *path, const char *text,
                struct flow_text **list, struct problems *found)
{
    struct flow_line line = { .arena = arena, .found = found, .path = path };
    struct flow_text *flow = NULL;
    char *rest = arena_strdup(arena, text);

    while (rest != NULL && *rest != '\0') {
        char *end = strchr(rest, '\n');
        if (end != NULL)
            *end++ = '\0';
        line.number++;
        split(&line, rest);
        if (line.count > 0)
            parse_line(&line, &flow, list);
        rest = end;
    }
    if (flow != NULL)
        schedule_usual(&line, &flow->schedule);
    if (flow == NULL || flow->what == NULL)
        line_wrong(
            &line,
            "found no 'from' or 'sync' line, expected what the flow begins "
            "with");
}

const struct flow_verb_step *
flow_text_step(const struct flow_text *flow, enum flow_verb verb)
{
    const struct flow_verb_step *step = flow->steps;

    while (step != NULL && step->verb != verb)
        step = step->next;
    return step;
}

static void
resolve(const struct flow_when *when, enum record_kind kind,
        struct arena *arena, struct problems *found)
{
    const struct scope scope = { .kind = kind, .prefix = "" };

    for (; when != NULL; when = when->next) {
        if (when->condition == NULL)
            continue;
        struct cursor cursor = outline_cursor(when->place, arena, found);
        if (!expr_resolve(when->condition, &scope, &cursor))
            cursor.failed = true;
    }
}

void
flow_text_resolve(const struct flow_text *flow, enum record_kind kind,
                  struct arena *arena, struct problems *found)
{
    resolve(flow->conditions, kind, arena, found);
    for (const struct flow_verb_step *step = flow->steps; step;
         step = step->next)
        resolve(step->when, kind, arena, found);
}
