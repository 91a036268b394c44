/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing ask of heads, paths and whole maps. */
#include <string.h>

#include "base/text.h"
#include "map/map_private.h"

static bool
choice_fits(const struct choice *choice, const struct x12_segment *segment)
{
    struct x12_element element = x12_get(segment, choice->element);

    while (element.size > 0 && element.text[element.size - 1] == ' ')
        element.size--;
    for (size_t i = 0; i < choice->count; i++)
        if (x12_is(element, choice->values[i]))
            return true;
    return false;
}

bool
map_head_fits(const struct step_path *head, const struct x12_segment *segment)
{
    if (!text_equal(head->id, segment->id))
        return false;
    for (const struct choice *c = head->choices; c != NULL; c = c->next)
        if (!choice_fits(c, segment))
            return false;
    return true;
}

/* A path fits where it is the end of the way to the segment. */
static bool
path_fits(const struct step_path *path, const struct x12_node *node)
{
    for (; path != NULL; path = path->outer, node = node->parent)
        if (node == NULL || !map_head_fits(path, &node->segment))
            return false;
    return true;
}

bool
map_ignores_segment(const struct map *map, const struct x12_node *node)
{
    for (const struct ignore *i = map->ignores; i != NULL; i = i->next)
        if (i->count == 0 && path_fits(i->path, node))
            return true;
    return false;
}

static bool
names_element(const struct ignore *ignore, unsigned number)
{
    for (size_t i = 0; i < ignore->count; i++)
        if (number >= ignore->elements[i].first &&
            number <= ignore->elements[i].last)
            return true;
    return false;
}

bool
map_ignores_element(const struct map *map, const struct x12_node *node,
                    unsigned number)
{
    for (const struct ignore *i = map->ignores; i != NULL; i = i->next)
        if (names_element(i, number) && path_fits(i->path, node))
            return true;
    return false;
}

long
map_count_segments(const struct x12_node *node, const char *id)
{
    long count = 0;

    for (; node != NULL; node = node->next)
        count += text_equal(node->segment.id, id) +
                 map_count_segments(node->child, id);
    return count;
}

const struct frame *
map_list_home(const struct line *line, const struct frame *frame)
{
    frame = expr_frame_out(frame, line->list->up);
    while (frame->node == NULL && frame->outer != NULL)
        frame = frame->outer;
    return frame;
}

bool
expr_is_call(const struct expr *expr, enum function function)
{
    return expr->kind == EXPR_CALL && expr->function == function;
}

const struct assign *
map_pack_of(const struct line *line)
{
    const struct assign *assign = line->assigns;

    while (assign != NULL && !expr_is_call(assign->expr, FUNCTION_PACK))
        assign = assign->next;
    return assign;
}

/* Rounding line by line or in the sum differs by a cent; that is explained,
 * not refused. */
static bool
rounding(const char *const sides[2])
{
    struct decimal a, b;

    if (sides[0] == NULL || sides[1] == NULL ||
        !decimal_parse(&a, sides[0], strlen(sides[0])) ||
        !decimal_parse(&b, sides[1], strlen(sides[1])))
        return false;
    struct decimal off = decimal_subtract(a, b);
    if (off.units < 0)
        off = decimal_negate(off);
    return decimal_compare(off, decimal_of("0.01")) <= 0;
}

void
map_run_checks(const struct map *map, struct expr_run *run)
{
    for (const struct check *c = map->checks; c != NULL; c = c->next) {
        const char *sides[2];

        run->at = outline_place(c->place, run->arena);
        if ((c->when && expr_holds(c->when, run) != TRUTH_TRUE) ||
            expr_holds(c->condition, run) != TRUTH_FALSE)
            continue;
        expr_sides(c->condition, run, sides);
        if (rounding((const char *const *)sides)) {
            problem_warn(run->found, TP3104, run->at,
                         "a rounding difference: %s and %s", sides[0],
                         sides[1]);
            continue;
        }
        problem_add(run->found, TP3104, run->at, NULL,
                    "does not add up: found %s and %s (%s)",
                    sides[0] ? sides[0] : "nothing",
                    sides[1] ? sides[1] : "nothing",
                    c->place->text + strlen("check "));
    }
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

void
map_check_schema(const struct record *record, struct expr_run *run)
{
    struct problems *found = problems_new(run->arena);

    record_check(record, found);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        if (p->code != TP3001 || !is_lacking(run->lacks, p->at))
            problem_add(run->found, p->code, p->at, NULL, "%s", p->text);
}
