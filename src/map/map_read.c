/* SPDX-License-Identifier: Apache-2.0 */
/* A set to a record: each segment to the line that takes it up. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "map/map_private.h"

enum { WHOLE = 0xffff, COMPONENTS_MAX = 15, DEPTH_MAX = 24 };

/* A count or sum, compared when everything is read. */
struct later {
    const struct assign *assign;
    const char *text, *at;
    const struct frame *frame;
    struct later *next;
};

struct reading {
    const struct map *map;
    const struct x12_set *set;
    struct expr_run run;
    struct later *later, **later_end;
};

/* An HL loop and what it made, for the loops inside. */
struct level {
    const struct line *line;
    struct frame *frame; /* NULL when the level has no list */
    const struct level *outer;
};

/* One segment on its way into the record. */
struct segment_reading {
    struct reading *reading;
    const struct line *line;
    const struct x12_node *node;
    uint16_t covered[ELEMENTS_MAX + 1]; /* bit n: component n; or WHOLE */
};

static void read_loop(struct reading *, const struct line *lines,
                      const struct x12_node *first, struct frame *,
                      const struct level *);

static const char *
place(struct reading *reading, const struct x12_node *node, unsigned element)
{
    const struct x12_segment *segment = &node->segment;

    if (element == 0)
        return arena_printf(reading->run.arena, "segment %u: %s",
                            segment->position, segment->id);
    return arena_printf(reading->run.arena, "segment %u: %s%02u",
                        segment->position, segment->id, element);
}

/* NULL when empty; blanks at the end mean nothing in X12. */
static const char *
copy_element(struct reading *reading, struct x12_element element)
{
    while (element.size > 0 && element.text[element.size - 1] == ' ')
        element.size--;
    if (element.size == 0)
        return NULL;
    return arena_strndup(reading->run.arena, element.text, element.size);
}

static const char *
element_text(struct segment_reading *at, unsigned number, unsigned component)
{
    struct x12_element element = x12_get(&at->node->segment, number);

    if (component > 0)
        element = x12_component(element, at->reading->set->delimiters.component,
                                component);
    return copy_element(at->reading, element);
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

static void
report_left(struct segment_reading *at)
{
    struct reading *reading = at->reading;
    uint32_t count = at->node->segment.count;

    for (const struct choice *c = at->line->head.choices; c; c = c->next)
        cover(at, c->element, c->element, WHOLE);
    if (is_level(at->line))
        cover(at, 1, 4, WHOLE);
    if (at->line->through)
        cover(at, 1, 1, WHOLE);
    for (unsigned i = 1; i <= count && i <= ELEMENTS_MAX; i++) {
        if (!is_left(at, i) || ignores_element(reading->map, at->node, i))
            continue;
        problem_warn(reading->run.found, TP3103, place(reading, at->node, i),
                     "found '%s', which no line of the map takes up",
                     element_text(at, i, 0));
    }
}

static bool
is_call(const struct expr *expr, enum function function)
{
    return expr->kind == EXPR_CALL && expr->function == function;
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
        reading->run.at = place(reading, at->node, i + 1);
        if (pair != NULL)
            expr_take(pair->next, value, &reading->run);
        else if (!ignores_element(reading->map, at->node, i))
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
    if (assign->direction == WRITE_ONLY || is_call(assign->expr, FUNCTION_PACK))
        return;
    if (is_call(assign->expr, FUNCTION_PAIRS)) {
        take_pairs(at, assign);
        return;
    }
    run->at = place(at->reading, at->node, assign->element.first);
    text = assigned_text(at, &assign->element);
    if (is_call(assign->expr, FUNCTION_COUNT) ||
        is_call(assign->expr, FUNCTION_SUM)) {
        if (text != NULL)
            defer(at, assign, text);
        return;
    }
    expr_take(assign->expr, text, run);
}

static void
take_assigns(struct segment_reading *at, struct frame *frame)
{
    at->reading->run.frame = frame;
    if (at->line->where != NULL)
        expr_impose(at->line->where, &at->reading->run);
    for (const struct assign *a = at->line->assigns; a; a = a->next)
        take_assign(at, a);
}

static struct frame *
new_frame(struct reading *reading, const struct frame *outer, json_t *node)
{
    struct frame *frame = arena_alloc(reading->run.arena, sizeof *frame);

    *frame = (struct frame){ .outer = outer, .node = node };
    return frame;
}

/* The frame that has the line's list: an optional level that is not there has
 * none. */
static const struct frame *
list_home(const struct line *line, const struct frame *frame)
{
    frame = frame_out(frame, line->list->up);
    while (frame->node == NULL && frame->outer != NULL)
        frame = frame->outer;
    return frame;
}

/* An element of the line's list, or the frame that was there. */
static struct frame *
enter(struct reading *reading, const struct line *line, struct frame *frame)
{
    const struct frame *home;

    if (line->list == NULL)
        return frame;
    home = list_home(line, frame);
    return new_frame(reading, frame, node_add(home->node, line->list->text));
}

static const struct assign *
pack_of(const struct line *line)
{
    const struct assign *assign = line->assigns;

    while (assign != NULL && !is_call(assign->expr, FUNCTION_PACK))
        assign = assign->next;
    return assign;
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
static void
take_pack(struct segment_reading *at, const struct assign *pack,
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
        element = enter(reading, at->line, frame);
        take_assigns(at, element);
        for (const struct expr *part = parts; part; part = part->next, i++) {
            reading->run.at = place(reading, at->node, i);
            expr_take(part, element_text(at, i, 0), &reading->run);
        }
    }
    if (!any)
        take_assigns(at, new_frame(reading, frame, NULL));
}

/* The way from the map's root to an HL line, as frames: those of the loops
 * around that are there, empty ones for those that are not. */
static struct frame *
level_frames(struct reading *reading, const struct line *line,
             const struct level *around, struct frame *root)
{
    const struct level *level = around;
    struct frame *outer;

    if (line == NULL)
        return root;
    outer = level_frames(reading, line->parent, around, root);
    if (line->list == NULL)
        return outer;
    while (level != NULL && level->line != line)
        level = level->outer;
    return new_frame(reading, outer, level ? level->frame->node : NULL);
}

static const struct line *
find_level(const struct line *line, const struct x12_segment *segment)
{
    const struct line *inner;

    for (; line != NULL; line = line->next) {
        if (!is_level(line))
            continue;
        if (head_fits(&line->head, segment))
            return line;
        inner = find_level(line->child, segment);
        if (inner != NULL)
            return inner;
    }
    return NULL;
}

/* Every level of the map above the line must be around it, but optional
 * ones. */
static bool
stands_right(struct reading *reading, const struct line *line,
             const struct x12_node *node, const struct level *around)
{
    for (const struct line *l = line->parent; l != NULL; l = l->parent) {
        const struct level *level = around;

        while (level != NULL && level->line != l)
            level = level->outer;
        if (level != NULL || l->optional)
            continue;
        problem_add(reading->run.found, TP3107, place(reading, node, 2), NULL,
                    "found level %s outside any level %s", line->head.level,
                    l->head.level);
        return false;
    }
    return true;
}

/* A pack that stands inside a line names the line. */
static void
name_inside(struct reading *reading, const struct line *line,
            const struct level *around, struct frame *frame)
{
    const char *name;

    while (around != NULL && !text_equal(around->line->list_name, line->inside))
        around = around->outer;
    if (around == NULL || around->frame == NULL)
        return;
    name = node_text(around->frame->node, line->by);
    if (name == NULL) {
        const json_t *list = node_at(
            list_home(around->line, around->frame->outer)->node, line->inside);

        name = arena_printf(reading->run.arena, "%zu", json_array_size(list));
        node_set(around->frame->node, line->by, name);
    }
    node_set(frame->node, line->by, name);
}

static void
check_hl(struct reading *reading, const struct x12_node *node)
{
    struct x12_element code = x12_get(&node->segment, 4);
    bool has = false;

    for (const struct x12_node *c = node->child; c != NULL; c = c->next)
        has |= text_equal(c->segment.id, "HL");
    if ((x12_is(code, "0") && has) || (x12_is(code, "1") && !has))
        problem_warn(reading->run.found, TP3107, place(reading, node, 4),
                     "found '%.1s', but the level has %s levels inside",
                     code.text, has ? "further" : "no");
}

static int
depth_of(const struct level *level)
{
    int depth = 0;

    for (; level != NULL; level = level->outer)
        depth++;
    return depth;
}

static void
read_level(struct reading *reading, const struct x12_node *node,
           const struct level *around, struct frame *root)
{
    const struct line *line = find_level(reading->map->first, &node->segment);
    struct level level = { line, NULL, around };
    struct segment_reading at = { reading, line, node, { 0 } };
    struct frame *frame;

    if (line == NULL) {
        if (!ignores_segment(reading->map, node))
            problem_add(reading->run.found, TP3107, place(reading, node, 3),
                        NULL, "found level '%s', which the map does not have",
                        copy_element(reading, x12_get(&node->segment, 3)));
        return;
    }
    if (depth_of(around) >= DEPTH_MAX ||
        !stands_right(reading, line, node, around))
        return;
    frame = level_frames(reading, line->parent, around, root);
    frame = enter(reading, line, frame);
    level.frame = line->list ? frame : NULL;
    if (line->inside != NULL && line->list != NULL)
        name_inside(reading, line, around, frame);
    check_hl(reading, node);
    take_assigns(&at, frame);
    report_left(&at);
    read_loop(reading, line->child, node->child, frame, &level);
}

static void
read_segment(struct reading *reading, const struct line *line,
             const struct x12_node *node, struct frame *frame)
{
    struct segment_reading at = { reading, line, node, { 0 } };
    const struct assign *pack = line->list ? pack_of(line) : NULL;

    if (pack != NULL) {
        take_pack(&at, pack, frame);
        cover_assign(&at, &pack->element);
    } else {
        frame = enter(reading, line, frame);
        take_assigns(&at, frame);
    }
    report_left(&at);
    read_loop(reading, line->child, node->child, frame, NULL);
}

/* The line for a segment: the first that fits and is not used up. */
static const struct line *
pick(const struct line *line, const struct x12_segment *segment,
     const bool *used)
{
    for (; line != NULL; line = line->next, used++)
        if (!is_level(line) && head_fits(&line->head, segment) &&
            (!*used || line->list != NULL || line->through))
            return line;
    return NULL;
}

static size_t
index_of(const struct line *line, const struct line *wanted)
{
    size_t index = 0;

    for (; line != wanted; line = line->next)
        index++;
    return index;
}

static const char *
segment_start(struct reading *reading, const struct x12_segment *segment)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    buf_adds(&out, segment->id);
    for (uint32_t i = 1; i <= segment->count && out.size < 60; i++) {
        buf_addc(&out, '*');
        buf_add(&out, segment->elements[i - 1].text,
                segment->elements[i - 1].size);
    }
    return arena_printf(reading->run.arena, "%.60s", buf_text(&out));
}

/* Lines that found no segment still have their defaults. */
static void
take_defaults(struct reading *reading, const struct line *line,
              const bool *used, struct frame *frame)
{
    reading->run.frame = frame;
    for (; line != NULL; line = line->next, used++) {
        if (*used || line->list != NULL || is_level(line))
            continue;
        for (const struct assign *a = line->assigns; a != NULL; a = a->next)
            if (a->expr->kind == EXPR_DEFAULT && a->direction != WRITE_ONLY) {
                reading->run.at = line->head.id;
                expr_take(a->expr, NULL, &reading->run);
            }
    }
}

static void
read_loop(struct reading *reading, const struct line *lines,
          const struct x12_node *first, struct frame *frame,
          const struct level *around)
{
    bool *used = arena_alloc(reading->run.arena, index_of(lines, NULL) + 1);

    for (const struct x12_node *node = first; node; node = node->next) {
        const struct line *line;

        if (text_equal(node->segment.id, "HL"))
            continue;
        line = pick(lines, &node->segment, used);
        if (line != NULL) {
            used[index_of(lines, line)] = true;
            read_segment(reading, line, node, frame);
        } else if (!ignores_segment(reading->map, node)) {
            problem_warn(reading->run.found, TP3103, place(reading, node, 0),
                         "found '%s', which no line of the map takes up",
                         segment_start(reading, &node->segment));
        }
    }
    take_defaults(reading, lines, used, frame);
    for (const struct x12_node *node = first; node; node = node->next)
        if (text_equal(node->segment.id, "HL"))
            read_level(reading, node, around, frame);
}

static long
segments_read(void *user, const char *id)
{
    const struct reading *reading = user;

    return count_segments(reading->set->first, id);
}

static bool
is_lacking(const struct expr_lack *lack, const char *at)
{
    for (; lack != NULL; lack = lack->next) {
        const char *a = lack->full, *b = at;

        while (*b != 0) {
            if (*b == '[')
                b = strchr(b, ']') + 1;
            if (*a != *b)
                break;
            a++;
            b += *b != 0;
            if (*b == 0 && *a == 0)
                return true;
        }
    }
    return false;
}

/* The schema's problems, without those that follow from others. */
static void
check_schema(struct reading *reading, const struct record *record)
{
    struct problems *found = problems_new(reading->run.arena);

    record_check(record, found);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        if (p->code != TP3001 || !is_lacking(reading->run.lacks, p->at))
            problem_add(reading->run.found, p->code, p->at, NULL, "%s",
                        p->text);
}

static void
take_later(struct reading *reading)
{
    for (const struct later *l = reading->later; l != NULL; l = l->next) {
        reading->run.frame = l->frame;
        reading->run.at = l->at;
        expr_take(l->assign->expr, l->text, &reading->run);
    }
}

bool
map_read(const struct map *map, const struct x12_set *set,
         const struct map_codes *codes, struct problems *found,
         struct record **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct reading reading = { .map = map, .set = set };
    struct record *record;
    struct frame root = { 0 };

    if (!text_equal(map->set, set->id))
        return err_set(err, TP3101, "found set %s, expected %s as the map %s",
                       set->id, map->set, map->sources[0]);
    record = record_new(map->kind);
    root.node = record->fields;
    reading.later_end = &reading.later;
    reading.run = (struct expr_run){ .frame = &root,
                                     .codes = codes,
                                     .side = "x12",
                                     .arena = arena,
                                     .found = found,
                                     .segments = segments_read,
                                     .user = &reading };
    read_loop(&reading, map->first, set->first, &root, NULL);
    take_later(&reading);
    reading.run.frame = &root;
    run_checks(map, &reading.run);
    check_schema(&reading, record);
    *out = record;
    return true;
}
