/* SPDX-License-Identifier: Apache-2.0 */
/* One defect put into a valid document, and the one finding it must give. */
#ifndef TP_TESTS_X12_DEFECTS_H
#define TP_TESTS_X12_DEFECTS_H

#include "document.h"

struct chance {
    uint64_t state;
};

uint32_t any(struct chance *, uint32_t below);

struct expected {
    const char *code;
    const char *segment;
    uint32_t position; /* in its set; 0 = none */
    uint32_t element, component, repetition;
    size_t piece; /* the one that the finding points at */
    bool inside;  /* at the element, so many bytes behind its start: */
    uint32_t inner;
};

/* Spoils the document at random; false when it gives no chance for that. */
struct defect {
    const char *name;
    bool (*make)(struct document *, struct chance *, struct expected *);
};

/* A segment of the set, and an element (from 1) of it that has a value. */
struct expected expect_piece(const struct document *, size_t piece,
                             const char *code);
struct expected expect_element(const struct document *, size_t piece,
                               uint32_t element, const char *code);

/* Where so many bytes of free text are: a piece of the set whose element's
 * slot is good(); false = nowhere. Names of loops, levels and binary lengths,
 * which others depend on, are left out. */
struct target {
    size_t piece;
    uint32_t element; /* from 1 */
    const struct slot *slot;
};
bool find_target(struct document *, struct chance *, struct target *,
                 bool (*good)(const struct slot *, const char *value));
/* Do all notes of the segment hold, or how many do not; the element that the
 * last broken one misses. */
size_t broken_notes(const struct segment_def *, uint64_t present,
                    uint32_t *element);
uint64_t present_in(const struct piece *);

/* Each ends with a NULL name. */
extern const struct defect element_defects[], segment_defects[],
    envelope_defects[];

#endif
