/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe - what a set, segment, element or code is, in a few lines.
 *
 *   if (!x12_describe(guide, "PO1:03", &buf)) ...   no such place
 *
 * The path goes on after the set: "" the set's tree, "PO1" a segment, "PO1:03"
 * an element, "REF:04:2" a component, "PO1:03=EA" a code; "#355" is a data
 * element by its number. A segment that the set does not use is found too.
 */
#ifndef TP_X12_DESCRIBE_H
#define TP_X12_DESCRIBE_H

#include "x12/guide.h"

bool x12_describe(const struct x12_guide *, const char *path,
                  struct buf *) MUST_USE;

#endif
