/* SPDX-License-Identifier: Apache-2.0 */
/* HL loops from nested lists, and their numbers. */
#include <string.h>

#include "base/text.h"
#include "map/write_private.h"

enum { LEVEL_CODE = 3 };

/* The element of the enclosing list that `inside LIST by FIELD` names. */
static const json_t *
find_inside(const struct line *line, const struct frame *frame,
            const json_t *element)
{
    const json_t *list =
        node_at(map_list_home(line, frame)->node, line->inside);
    const char *name = node_text(element, line->by);
    const json_t *other;
    size_t i;

    json_array_foreach(
        list, i,
        other) if (name != NULL &&
                   text_equal(node_text(other, line->by), name)) return other;
    return NULL;
}

/* Whether the element belongs into this other one; NULL: into none. The names
 * decide first, since looking through the list is slow. */
static bool
stands_in(const struct line *line, const struct frame *frame,
          const json_t *element, const json_t *other)
{
    const char *name = node_text(element, line->by);

    if (name == NULL)
        return other == NULL;
    if (other != NULL && !text_equal(node_text(other, line->by), name))
        return false;
    return find_inside(line, frame, element) == other;
}

/* Levels with a list: those that stand inside an element of another list are
 * written there (S O I P), the others here (S O P I). */
static bool
write_level_list(struct writing *writing, const struct line *line,
                 struct frame *frame, const json_t *inside, struct spot *spot)
{
    const json_t *list = node_at(map_list_home(line, frame)->node,
                                 line->list->text),
                 *element;
    bool wrote = false;
    size_t i;

    json_array_foreach(list, i, element)
    {
        struct frame inner = map_element_frame(line, frame, element, i);

        if (line->inside && !stands_in(line, frame, element, inside))
            continue;
        if (map_is_wanted(writing, line, &inner))
            wrote |= map_write_one(writing, line, &inner, spot);
    }
    return wrote;
}

/* A line of the level's list may hold packs: they are written below it. */
bool
map_write_packs(struct writing *writing, const struct line *item,
                struct frame *frame, struct spot *spot)
{
    const struct line *pack = item->parent;

    if (pack == NULL || !map_is_level(pack) || pack->inside == NULL ||
        item->list == NULL || !text_equal(pack->inside, item->list_name) ||
        frame->outer == NULL || frame->outer->node != NULL)
        return false;
    /* The frame of an item that stands in no pack: order, no pack, item. */
    return write_level_list(writing, pack,
                            (struct frame *)(uintptr_t)frame->outer->outer,
                            frame->node, spot);
}

/* What a missing optional level would have held, in the level around it. */
static bool
write_without(struct writing *writing, const struct line *line,
              struct frame *frame, struct spot *spot)
{
    struct frame none = { .outer = frame };
    bool wrote = false;

    for (const struct line *l = line->child; l != NULL; l = l->next)
        if (map_is_level(l) && l->list != NULL)
            wrote |= write_level_list(writing, l, &none, NULL, spot);
    return wrote;
}

static const struct line *
first_level(const struct line *line)
{
    for (line = line->child; line != NULL && !map_is_level(line);)
        line = line->next;
    return line;
}

bool
map_write_level(struct writing *writing, const struct line *line,
                struct frame *frame, struct spot *spot)
{
    bool wrote;

    if (line->list == NULL)
        return line->optional
                   ? map_write_lines(writing, first_level(line), frame, spot)
                   : map_write_one(writing, line, frame, spot);
    wrote = write_level_list(writing, line, frame, NULL, spot);
    if (line->optional)
        wrote |= write_without(writing, line, frame, spot);
    return wrote;
}

void
map_number_nodes(struct writing *writing, struct x12_node *node,
                 uint32_t *position, unsigned *level, const char *parent)
{
    for (; node != NULL; node = node->next) {
        const char *own = parent;

        node->segment.position = (*position)++;
        if (text_equal(node->segment.id, "HL")) {
            struct x12_element elements[4] = { 0 };
            bool has = false;

            own = arena_printf(writing->arena, "%u", ++*level);
            for (struct x12_node *c = node->child; c != NULL; c = c->next)
                has |= text_equal(c->segment.id, "HL");
            elements[0] = (struct x12_element){ own, (uint32_t)strlen(own) };
            elements[1] =
                (struct x12_element){ parent, (uint32_t)strlen(parent) };
            elements[2] = x12_get(&node->segment, LEVEL_CODE);
            elements[3] = (struct x12_element){ has ? "1" : "0", 1 };
            node->segment.elements =
                arena_copy(writing->arena, elements, sizeof elements);
            node->segment.count = 4;
        }
        map_number_nodes(writing, node->child, position, level, own);
    }
}
