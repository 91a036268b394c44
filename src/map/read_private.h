/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a set, shared by the map_read*.c files. */
#ifndef TP_MAP_READ_PRIVATE_H
#define TP_MAP_READ_PRIVATE_H

#include "map/map_private.h"

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

/* map_read.c: the segments of a loop, each to the line that takes it up. */
void map_read_loop(struct reading *, const struct line *lines,
                   const struct x12_node *first, struct frame *,
                   const struct level *);
/* map_read_level.c: an HL loop, by its code. */
void map_read_level(struct reading *, const struct x12_node *,
                    const struct level *around, struct frame *root);
/* map_read_segment.c: "segment 12: PO107"; element 0 = the whole segment. */
const char *map_read_place(struct reading *, const struct x12_node *,
                           unsigned element);
/* A copy without blanks at its end; NULL when nothing is left. */
const char *map_copy_element(struct reading *, struct x12_element);
void map_take_assigns(struct segment_reading *, struct frame *);
/* The groups of a pack(...), each an element of the list. */
void map_take_pack(struct segment_reading *, const struct assign *pack,
                   struct frame *);
void map_report_left(struct segment_reading *);
struct frame *map_new_frame(struct reading *, const struct frame *outer,
                            json_t *node);
/* A new element of the line's list, or the frame that was there. */
struct frame *map_enter_list(struct reading *, const struct line *,
                             struct frame *);

#endif
