/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view - an interchange as a person reads it: indented by loops, elements
 * with their names, codes explained, findings beside what they are about.
 *
 *   file = x12_read(arena, bytes, size, &options);
 *   x12_view(file, &buf);
 *
 * or, while a file of any size is read (options: lean, with trees):
 *
 *   struct x12_viewing viewing = { .take = print_and_clear };
 *   handler = x12_view_handler(&viewing);
 *
 * What an interchange or a group is worth is known at its end and stands there.
 * Names come from the guide that each set was checked with; a set without
 * one is shown bare. Text is made printable: control characters become dots.
 */
#ifndef TP_X12_VIEW_H
#define TP_X12_VIEW_H

#include "base/buf.h"
#include "x12/read.h"

/* Takes what is ready and clears it; NULL = it stays in text. Pieces are
 * about 64 KB, a segment and its findings as a whole. */
struct x12_viewing {
    void (*take)(void *user, struct buf *);
    void *user;
    struct buf text; /* to be freed at the end */
    uint32_t ta1s;   /* shown of the interchange at hand */
};

struct x12_handler x12_view_handler(struct x12_viewing *);
/* The same calls that reading makes, findings outside interchanges first. */
void x12_view_play(const struct x12_file *, const struct x12_handler *);

void x12_view(const struct x12_file *, struct buf *);
/* One set alone. */
void x12_view_set(const struct x12_result *, struct buf *);
/* All findings of the file, one sentence per line; returns how many. */
size_t x12_view_findings(const struct x12_file *, struct buf *);
/* The same as a JSON array of objects. */
void x12_view_findings_json(const struct x12_file *, struct buf *);

#endif
