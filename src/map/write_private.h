/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a set, shared by the map_write*.c files. */
#ifndef TP_MAP_WRITE_PRIVATE_H
#define TP_MAP_WRITE_PRIVATE_H

#include "map/map_private.h"

struct writing {
    const struct map *map;
    struct expr_run run;
    struct x12_set *set;
    struct arena *arena; /* the caller's: for what goes out */
};

/* Where the next node goes. */
struct spot {
    struct x12_node *parent;
    struct x12_node **end;
};

/* map_write.c: answer whether anything was written. */
bool map_write_lines(struct writing *, const struct line *, struct frame *,
                     struct spot *);
bool map_write_one(struct writing *, const struct line *, struct frame *,
                   struct spot *);
/* The line's condition on an element of its list. */
bool map_is_wanted(struct writing *, const struct line *, struct frame *);
struct frame map_element_frame(const struct line *, struct frame *outer,
                               const json_t *node, size_t index);
/* map_write_level.c: HL loops, and the packs inside an item. */
bool map_write_level(struct writing *, const struct line *, struct frame *,
                     struct spot *);
bool map_write_packs(struct writing *, const struct line *item, struct frame *,
                     struct spot *);
/* Positions for everybody; numbers, parents and child codes for levels. */
void map_number_nodes(struct writing *, struct x12_node *, uint32_t *position,
                      unsigned *level, const char *parent);

#endif
