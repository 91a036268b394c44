/* SPDX-License-Identifier: Apache-2.0 */
/* A file while it is read, for the files that do it. */
#ifndef TP_TRANSLATE_READ_PRIVATE_H
#define TP_TRANSLATE_READ_PRIVATE_H

#include "base/arena.h"
#include "translate/translate.h"
#include "x12/read.h"

enum { PIECE = 256 * 1024 };

struct reading {
    const struct routes *routes;
    const struct read_job *job;
    const struct read_handler *handler;
    const struct partner *partner; /* of the file: its tolerances and guides */
    struct read_sum *sum;
    struct err *err;
    bool good;
    bool seen;           /* the first interchange, whose sender was asked for */
    bool why_rejects;    /* sum->why is of a finding that rejects */
    struct arena *arena; /* as long as the reading */
    struct span *spans, **last_span;
};

/* A reader of this file. */
struct x12_reader *reading_begin(struct reading *, bool trees,
                                 const struct x12_handler *);
/* Feeds it with a window of the file, and ends and frees it. */
bool reading_feed(struct reading *, uint64_t offset, uint64_t size,
                  struct x12_reader *) MUST_USE;
/* A part of the file from offset on, at most size bytes; in the buf when it is
 * asked for. */
bool reading_window(const struct reading *, uint64_t offset, uint64_t size,
                    struct buf *, const char **bytes, size_t *got) MUST_USE;

/* read_sets.c: reads an interchange once more, with trees, and maps the sets
 * that are wished for. */
bool reading_sets(struct reading *, const struct x12_interchange *,
                  const struct partner *, const struct read_wish *) MUST_USE;

/* How the map asks for codes; lives as long as the mapping. */
struct code_asker {
    const struct read_handler *handler;
    const char *partner;
};
struct map_codes codes_by(struct code_asker *);

/* All findings as JSON, one a line, and the first that rejects. */
void tell_findings(const struct x12_finding *, struct buf *json,
                   struct buf *why);

#endif
