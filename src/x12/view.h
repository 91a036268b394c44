/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view - an interchange as a person reads it: indented by loops, elements
 * with their names, codes explained, findings beside what they are about.
 *
 *   file = x12_read(arena, bytes, size, &options);
 *   x12_view(file, &buf);
 *
 * Names come from the guide that each set was checked with; a set without
 * one is shown bare. Text is made printable: control characters become dots.
 */
#ifndef TP_X12_VIEW_H
#define TP_X12_VIEW_H

#include "x12/read.h"

struct buf;

void x12_view(const struct x12_file *, struct buf *);
/* One set alone. */
void x12_view_set(const struct x12_result *, struct buf *);
/* All findings of the file, one sentence per line; returns how many. */
size_t x12_view_findings(const struct x12_file *, struct buf *);
/* The same as a JSON array of objects. */
void x12_view_findings_json(const struct x12_file *, struct buf *);

#endif
