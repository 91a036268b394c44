/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair - an X12 file whose envelopes are right again.
 *
 *   if (!x12_repair(bytes, size, &fixed, &changes, &err)) ...
 *
 * ISAs are padded or cut to their widths, lines broken inside segments are
 * joined, blanks before segments, empty elements at their ends and bytes
 * outside interchanges go, the counts of SE, GE and IEA are made anew, and
 * trailers carry the numbers of their headers. A missing GE or IEA is added, a
 * missing SE only when a trailer or the next header follows: a set that the
 * file's end has cut off cannot be mended (TP2403). Nothing inside sets
 * changes otherwise. What was clean comes back byte for byte.
 */
#ifndef TP_X12_REPAIR_H
#define TP_X12_REPAIR_H

#include "base/buf.h"
#include "x12/x12.h"

/* changes: one line each, "offset 704: SE01: 999 becomes 21". Nothing is
 * added on failure. */
bool x12_repair(const void *bytes, size_t size, struct buf *fixed,
                struct buf *changes, struct err *) MUST_USE;

#endif
