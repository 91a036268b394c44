/* SPDX-License-Identifier: Apache-2.0 */
/* views - segments and elements that are shown as marks: see x12_handler. */
#ifndef TP_X12_VIEWS_H
#define TP_X12_VIEWS_H

#include <string.h>

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

/* Segment number 0..count-1. */
static inline struct x12_views
x12_batch_views(const struct x12_batch *batch, uint32_t number)
{
    struct x12_views views = { .count = 0 };
    uint32_t first = number > 0 ? batch->ends[number - 1] : batch->first;
    uint32_t start = batch->start;

    views.ends = batch->marks + first;
    views.count = batch->ends[number] - first - 1;
    views.position = batch->position + number;
    views.line = batch->line + (batch->gap > 0 ? number : 0);
    views.base = batch->base;
    memcpy(views.id, batch->id, sizeof views.id);
    if (number > 0) {
        start = batch->marks[first - 1] + 1 + batch->gap;
        memset(views.id, 0, sizeof views.id);
        memcpy(views.id, batch->base + start, views.ends[0] - start);
    }
    views.offset = batch->offset + (start - batch->start);
    return views;
}

#endif
