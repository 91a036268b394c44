/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - a set that passes its guide, made from the guide alone.
 *
 *   set = x12_sample(guide, arena, &wish);
 *   set->control = "0001";                       then x12/write.h
 *
 * Holds what must be there, and optional segments and elements by chance: the
 * same seed makes the same set. Syntax notes, code lists, types, lengths and
 * the nesting of levels are kept; patterns of overlays are not. Values mean
 * nothing.
 */
#ifndef TP_X12_SAMPLE_H
#define TP_X12_SAMPLE_H

#include "x12/guide.h"

struct arena;

struct x12_sample_wish {
    uint64_t seed;
    unsigned percent; /* how likely what may be missing is there */
    unsigned repeats; /* how often more what may be repeated is there, at most;
                         0 = the shortest sample: values, too, are as short
                         as may be */
};

struct x12_set *x12_sample(const struct x12_guide *, struct arena *,
                           const struct x12_sample_wish *);

#endif
