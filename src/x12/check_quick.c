/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick look at one segment: see check_private.h. Which elements are
 * present is a mask that hardly varies for one kind of segment: masks that
 * satisfied its notes are remembered.
 */
#include "x12/check_private.h"

bool
check_mask(struct x12_reader *reader, const struct segment_def *def,
           uint64_t present)
{
    uint64_t hash = ((uint64_t)(uintptr_t)def ^ present << 40 ^ present) *
                    UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> (64 - PASSED_BITS));
    struct passed *first = &reader->passed[at];
    struct passed *second = &reader->passed[at ^ 1];

    if (first->def == def && first->present == present)
        return true;
    if (second->def == def && second->present == present)
        return true;
    if (!check_presence_of(def, present))
        return false;
    *second = *first;
    *first = (struct passed){ def, present };
    return true;
}

bool
check_quick(struct x12_reader *reader, const struct segment_def *def,
            const char *base, const uint32_t *ends, uint32_t count)
{
    const char *limit = reader->bytes + reader->size;
    uint64_t present;

    return limit - (base + ends[count]) >= QUICK_AHEAD &&
           quick_values(def, base, ends, count, &present) &&
           check_mask(reader, def, present);
}
