/* SPDX-License-Identifier: Apache-2.0 */
/* views - elements of a segment that is shown as marks: see x12_handler. */
#ifndef TP_X12_VIEWS_H
#define TP_X12_VIEWS_H

#include "x12/x12.h"

/* Element number 1..count. */
static inline struct x12_element
x12_views_get(const struct x12_views *views, uint32_t number)
{
    uint32_t start = views->ends[number - 1] + 1;
    struct x12_element element;

    element.text = views->base + start;
    element.size = views->ends[number] - start;
    return element;
}

#endif
