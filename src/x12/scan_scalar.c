/* SPDX-License-Identifier: Apache-2.0 */
/* One byte at a time: for machines without vectors, and the oracle that the
 * others are compared with. */
#include "x12/scan_private.h"

static inline struct scan_masks
look(const struct x12_delimiters *marks, const char *bytes)
{
    struct scan_masks masks = { 0 };

    for (unsigned i = 0; i < SCAN_BLOCK; i++) {
        char c = bytes[i];
        bool special = c == marks->component || c == marks->repetition ||
                       (signed char)c < ' ' || c == 0x7F;
        masks.element |= (uint64_t)(c == marks->element) << i;
        masks.end |= (uint64_t)(c == marks->terminator) << i;
        masks.special |= (uint64_t)special << i;
    }
    return masks;
}

void
index_scalar(struct scan_window *window, const struct x12_delimiters *marks)
{
    scan_index(window, marks, (struct scan_tools){ look, scan_list });
}
