/* SPDX-License-Identifier: Apache-2.0 */
/* HL loops: their place among the map's levels, S O P I and S O I P. */
#include "base/text.h"
#include "map/read_private.h"

enum { DEPTH_MAX = 24 };

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
    return map_new_frame(reading, outer, level ? level->frame->node : NULL);
}

static const struct line *
find_level(const struct line *line, const struct x12_segment *segment)
{
    const struct line *inner;

    for (; line != NULL; line = line->next) {
        if (!map_is_level(line))
            continue;
        if (map_head_fits(&line->head, segment))
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
        problem_add(reading->run.found, TP3107,
                    map_read_place(reading, node, 2), NULL,
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
        const json_t *list =
            node_at(map_list_home(around->line, around->frame->outer)->node,
                    line->inside);

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
        problem_warn(reading->run.found, TP3107,
                     map_read_place(reading, node, 4),
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

void
map_read_level(struct reading *reading, const struct x12_node *node,
               const struct level *around, struct frame *root)
{
    const struct line *line = find_level(reading->map->first, &node->segment);
    struct level level = { line, NULL, around };
    struct segment_reading at = { reading, line, node, { 0 } };
    struct frame *frame;

    if (line == NULL) {
        if (!map_ignores_segment(reading->map, node))
            problem_add(reading->run.found, TP3107,
                        map_read_place(reading, node, 3), NULL,
                        "found level '%s', which the map does not have",
                        map_copy_element(reading, x12_get(&node->segment, 3)));
        return;
    }
    if (depth_of(around) >= DEPTH_MAX ||
        !stands_right(reading, line, node, around))
        return;
    frame = level_frames(reading, line->parent, around, root);
    frame = map_enter_list(reading, line, frame);
    level.frame = line->list ? frame : NULL;
    if (line->inside != NULL && line->list != NULL)
        name_inside(reading, line, around, frame);
    check_hl(reading, node);
    map_take_assigns(&at, frame);
    map_report_left(&at);
    map_read_loop(reading, line->child, node->child, frame, &level);
}
