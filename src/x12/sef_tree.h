/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sef_tree - the tree of one set of a SEF file, made segment by segment.
 *
 * SEF nests one HL loop in another for each level; a guide has one HL loop
 * that nests by its data. Such levels become one loop that may hold what any
 * of them holds: mandatory is what all of them demand, and as often as any of
 * them allows.
 */
#ifndef TP_X12_SEF_TREE_H
#define TP_X12_SEF_TREE_H

#include "base/buf.h"

enum { SEF_WORD = 16 };

struct arena;

/* "[!REF*2,M,>1]": what stands in the brackets. */
struct sef_entry {
    char id[SEF_WORD], usage, max[SEF_WORD];
};

struct sef_node {
    struct sef_entry entry;
    bool loop, seen, merged; /* merged: another level was put into it */
    size_t inner;            /* levels that were put into it, one in another */
    struct sef_node *parent, *child, *next;
};

struct sef_tree {
    struct arena *arena;
    struct sef_node root, *at; /* at: the loop that is open */
    size_t levels;             /* of HL, when they stood in each other */
    char wrong[160];           /* what cannot be imported; "" = nothing */
};

void sef_tree_begin(struct sef_tree *, struct arena *);
/* A segment of the open loop; loop: it leads one, which is open from now on. */
void sef_tree_add(struct sef_tree *, const struct sef_entry *, bool loop);
void sef_tree_close(struct sef_tree *);
/* As lines of a guide. */
void sef_tree_print(const struct sef_tree *, struct buf *);

#endif
