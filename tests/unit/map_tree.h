/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_tree - sets for the map's tests: a text of segments to the tree that
 * the reader would make, and a tree back to text. Loops nest by the small
 * table below, HL by HL02.
 */
#ifndef TP_TESTS_UNIT_MAP_TREE_H
#define TP_TESTS_UNIT_MAP_TREE_H

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/x12.h"

/* A loop's leader and what may stand inside it. */
static const char *const tree_loops[][2] = {
    { "N1", " N2 N3 N4 REF PER " },
    { "PO1", " PID SAC SDQ REF DTM " },
    { "IT1", " PID SAC TXI REF " },
    { "N9", " MSG " },
    { "CTT", " AMT " },
    { "ENT", " RMR ADX " },
    { "RMR", " REF DTM ADX " },
    { "AK2", " AK3 AK5 " },
    { "AK3", " AK4 " },
    { "HL", " TD1 TD5 TD3 REF DTM N1 PRF MAN LIN SN1 PID PO4 " },
};

static inline bool
tree_takes(const struct x12_node *leader, const char *id)
{
    char word[8];

    (void)text_format(word, sizeof word, " %s ", id);
    for (size_t i = 0; i < sizeof tree_loops / sizeof tree_loops[0]; i++)
        if (text_equal(tree_loops[i][0], leader->segment.id))
            return strstr(tree_loops[i][1], word) != NULL;
    return false;
}

static inline void
tree_hang(struct x12_set *set, struct x12_node *parent, struct x12_node *node)
{
    struct x12_node **end = parent ? &parent->child : &set->first;

    while (*end != NULL)
        end = &(*end)->next;
    *end = node;
    node->parent = parent;
}

static inline struct x12_node *
tree_find_hl(struct x12_node *node, struct x12_element number)
{
    struct x12_node *found = NULL;

    for (; node != NULL && found == NULL; node = node->next) {
        struct x12_element own = x12_get(&node->segment, 1);

        if (text_equal(node->segment.id, "HL") && own.size == number.size &&
            memcmp(own.text, number.text, own.size) == 0)
            return node;
        found = tree_find_hl(node->child, number);
    }
    return found;
}

/* One segment without its terminator. */
static inline struct x12_node *
tree_segment(struct arena *arena, const char *text, size_t size)
{
    struct x12_node *node = arena_alloc(arena, sizeof *node);
    struct x12_element elements[64];
    const char *rest = arena_strndup(arena, text, size);
    size_t id = strcspn(rest, "*");

    (void)text_format(node->segment.id, sizeof node->segment.id, "%.*s",
                      (int)id, rest);
    for (rest += id; *rest == '*' && node->segment.count < 64;) {
        size_t one = strcspn(++rest, "*");

        elements[node->segment.count++] =
            (struct x12_element){ rest, (uint32_t)one };
        rest += one;
    }
    node->segment.elements =
        arena_copy(arena, elements, node->segment.count * sizeof elements[0]);
    return node;
}

/* ST..SE of a file, or bare segments, each ended by "~" and line ends. */
static inline struct x12_set *
tree_read(struct arena *arena, const char *id, const char *text)
{
    struct x12_set *set = arena_alloc(arena, sizeof *set);
    struct x12_node *last = NULL;
    uint32_t position = 2;

    set->id = id;
    set->version = "004010";
    set->delimiters = (struct x12_delimiters){ '*', '>', 0, '~', 0 };
    while (*(text += strspn(text, "\r\n")) != 0) {
        size_t size = strcspn(text, "~");
        struct x12_node *node = tree_segment(arena, text, size), *parent = last;
        const char *own = node->segment.id;

        text += size + (text[size] == '~');
        if (strstr(" ISA GS ST SE GE IEA ", own) != NULL)
            continue;
        node->segment.position = position++;
        if (text_equal(own, "HL"))
            parent = tree_find_hl(set->first, x12_get(&node->segment, 2));
        else
            while (parent != NULL && !tree_takes(parent, own))
                parent = parent->parent;
        tree_hang(set, parent, node);
        last = node;
    }
    set->segments = position;
    return set;
}

static inline void
tree_write(const struct x12_node *node, struct buf *out)
{
    for (; node != NULL; node = node->next) {
        buf_adds(out, node->segment.id);
        for (uint32_t i = 0; i < node->segment.count; i++) {
            buf_addc(out, '*');
            for (uint32_t c = 0; c < node->segment.elements[i].size; c++)
                buf_addc(out, node->segment.elements[i].text[c] < ' '
                                  ? '>'
                                  : node->segment.elements[i].text[c]);
        }
        buf_adds(out, "~\n");
        tree_write(node->child, out);
    }
}

#endif
