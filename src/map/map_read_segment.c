/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of one segment into the record, and what is left of them. */
#include <string.h>

#include "base/text.h"
#include "map/convert.h"
#include "map/read_private.h"

enum { WHOLE = 0xffff, COMPONENTS_MAX = 15 };

const char *
map_read_place(struct reading *reading, const struct x12_node *node,
               unsigned element)
{
    const struct x12_segment *segment = &node->segment;

    if (element == 0)
        return arena_printf(reading->run.arena, "segment %u: %s",
                            segment->position, segment->id);
    return arena_printf(reading->run.arena, "segment %u: %s%02u",
                        segment->position, segment->id, element);
}

/* NULL when empty; blanks at the end mean nothing in X12. */
const char *
map_copy_element(struct reading *reading, struct x12_element element)
{
    return convert_bytes(element.text, element.size, reading->run.arena);
}

static const char *
element_text(struct segment_reading *at, unsigned number, unsigned component)
{
    struct x12_element element = x12_get(&at->node->segment, number);

    if (component > 0)
        element = x12_component(element, at->reading->set->delimiters.component,
                                component);
    return map_copy_element(at->reading, element);
}

static void
cover(struct segment_reading *at, unsigned from, unsigned to, uint16_t what)
{
    for (; from <= to && from <= ELEMENTS_MAX; from++)
        at->covered[from] |= what;
}

static void
cover_assign(struct segment_reading *at, const struct element *element)
{
    if (element->component > 0)
        cover(at, element->first, element->first,
              (uint16_t)(1u << (element->component <= COMPONENTS_MAX
                                    ? element->component
                                    : 0)));
    else
        cover(at, element->first, element->last, WHOLE);
    if (element->joined > 0)
        cover(at, element->joined, element->joined, WHOLE);
}

/* Components that an element has and no line takes up. */
static bool
is_left(struct segment_reading *at, unsigned number)
{
    uint16_t covered = at->covered[number];

    if (covered == WHOLE || element_text(at, number, 0) == NULL)
        return false;
    if (covered == 0)
        return true;
    for (unsigned c = 1; c <= COMPONENTS_MAX; c++)
        if (!(covered & 1u << c) && element_text(at, number, c) != NULL)
            return true;
    return false;
}

void
map_report_left(struct segment_reading *at)
{
    struct reading *reading = at->reading;
    uint32_t count = at->node->segment.count;

    for (const struct choice *c = at->line->head.choices; c; c = c->next)
        cover(at, c->element, c->element, WHOLE);
    if (map_is_level(at->line))
        cover(at, 1, 4, WHOLE);
    if (at->line->through)
        cover(at, 1, 1, WHOLE);
    for (unsigned i = 1; i <= count && i <= ELEMENTS_MAX; i++) {
        if (!is_left(at, i) || map_ignores_element(reading->map, at->node, i))
            continue;
        problem_warn(reading->run.found, TP3103,
                     map_read_place(reading, at->node, i),
                     "found '%s', which no line of the map takes up",
                     element_text(at, i, 0));
    }
}

/* "UK" among "UP|UK|EN". */
static bool
is_among(const char *wanted, const char *among)
{
    size_t size = wanted ? strlen(wanted) : 0;

    for (; size > 0 && *among != 0; among += *among == '|') {
        size_t one = strcspn(among, "|");

        if (one == size && strncmp(wanted, among, size) == 0)
            return true;
        among += one;
    }
    return false;
}

/* A qualifier in one element, its value in the next, again and again. */
static void
take_pairs(struct segment_reading *at, const struct assign *assign)
{
    struct reading *reading = at->reading;
    uint32_t last = at->node->segment.count;

    if (assign->element.last < last)
        last = assign->element.last;
    for (unsigned i = assign->element.first; i <= last; i += 2) {
        const char *qualifier = element_text(at, i, 0);
        const char *value = i < last ? element_text(at, i + 1, 0) : NULL;
        const struct expr *pair = assign->expr->left;

        if (qualifier == NULL && value == NULL)
            continue;
        while (pair != NULL && !is_among(qualifier, pair->text))
            pair = pair->next->next;
        reading->run.at = map_read_place(reading, at->node, i + 1);
        if (pair != NULL)
            expr_take(pair->next, value, &reading->run);
        else if (!map_ignores_element(reading->map, at->node, i))
            problem_warn(reading->run.found, TP3103, reading->run.at,
                         "found '%s' with qualifier '%s', which no line of "
                         "the map takes up",
                         value ? value : "", qualifier ? qualifier : "");
    }
}

static void
defer(struct segment_reading *at, const struct assign *assign, const char *text)
{
    struct reading *reading = at->reading;
    struct later *later = arena_alloc(reading->run.arena, sizeof *later);

    later->assign = assign;
    later->text = text;
    later->at = reading->run.at;
    later->frame = reading->run.frame;
    *reading->later_end = later;
    reading->later_end = &later->next;
}

static const char *
assigned_text(struct segment_reading *at, const struct element *element)
{
    const char *text = element_text(at, element->first, element->component);
    const char *clock;

    if (element->joined == 0 || text == NULL)
        return text;
    clock = element_text(at, element->joined, 0);
    return clock ? arena_printf(at->reading->run.arena, "%s%s", text, clock)
                 : text;
}

static void
take_assign(struct segment_reading *at, const struct assign *assign)
{
    struct expr_run *run = &at->reading->run;
    const char *text;

    cover_assign(at, &assign->element);
    if (assign->direction == WRITE_ONLY ||
        expr_is_call(assign->expr, FUNCTION_PACK))
        return;
    if (expr_is_call(assign->expr, FUNCTION_PAIRS)) {
        take_pairs(at, assign);
        return;
    }
    run->at = map_read_place(at->reading, at->node, assign->element.first);
    text = assigned_text(at, &assign->element);
    if (expr_is_call(assign->expr, FUNCTION_COUNT) ||
        expr_is_call(assign->expr, FUNCTION_SUM)) {
        if (text != NULL)
            defer(at, assign, text);
        return;
    }
    expr_take(assign->expr, text, run);
}

void
map_take_assigns(struct segment_reading *at, struct frame *frame)
{
    at->reading->run.frame = frame;
    if (at->line->where != NULL)
        expr_impose(at->line->where, &at->reading->run);
    for (const struct assign *a = at->line->assigns; a; a = a->next)
        take_assign(at, a);
}

struct frame *
map_new_frame(struct reading *reading, const struct frame *outer, json_t *node)
{
    struct frame *frame = arena_alloc(reading->run.arena, sizeof *frame);

    *frame = (struct frame){ .outer = outer, .node = node };
    return frame;
}

/* An element of the line's list, or the frame that was there. */
struct frame *
map_enter_list(struct reading *reading, const struct line *line,
               struct frame *frame)
{
    const struct frame *home;

    if (line->list == NULL)
        return frame;
    home = map_list_home(line, frame);
    return map_new_frame(reading, frame,
                         node_add(home->node, line->list->text));
}

/* Steps over a group whose values are all empty. */
static bool
skip_empty(struct segment_reading *at, unsigned *from, const struct expr *parts)
{
    unsigned i = *from;

    for (; parts != NULL; parts = parts->next)
        if (element_text(at, i++, 0) != NULL)
            return false;
    *from = i;
    return true;
}

/* SDQ: each group of values is an element of the list, and the segment's
 * other elements go into each of them, and what they say about the list's
 * owner into it even if there is no group. */
void
map_take_pack(struct segment_reading *at, const struct assign *pack,
              struct frame *frame)
{
    struct reading *reading = at->reading;
    const struct expr *parts = pack->expr->left->next;
    unsigned i = pack->element.first;
    bool any = false;

    while (i <= at->node->segment.count && i <= pack->element.last) {
        struct frame *element;

        if (skip_empty(at, &i, parts))
            continue;
        any = true;
        element = map_enter_list(reading, at->line, frame);
        map_take_assigns(at, element);
        for (const struct expr *part = parts; part; part = part->next, i++) {
            reading->run.at = map_read_place(reading, at->node, i);
            expr_take(part, element_text(at, i, 0), &reading->run);
        }
    }
    if (!any)
        map_take_assigns(at, map_new_frame(reading, frame, NULL));
}
