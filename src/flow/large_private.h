/* SPDX-License-Identifier: Apache-2.0 */
/* A large arrival while it is taken apart. */
#ifndef TP_FLOW_LARGE_PRIVATE_H
#define TP_FLOW_LARGE_PRIVATE_H

#include "flow/intake_private.h"

enum { PIECE = 256 * 1024 };

struct span {
    uint64_t offset, size;
    struct span *next;
};

struct large {
    struct apart apart; /* its arena is that of one interchange */
    int64_t source;     /* whose bytes are read */
    struct span *spans, **last_span;
    struct arena *arena; /* of the spans */
    struct err *err;
    bool good;
    int32_t wanted;            /* only the set of this ordinal; 0 = all */
    struct prepared *prepared; /* where it goes */
    bool found;                /* it is there */
    char why[200];             /* nothing could be read */
    bool rejects;              /* that does */
    const struct partner *partner;
    const struct partner *read_as; /* whose tolerances both readings have */
};

/* large_walk.c: replaces the piece by at most size bytes of the source. */
bool large_read(const struct large *, uint64_t offset, size_t size,
                struct buf *piece) MUST_USE;
/* Feeds a reader with a window. */
bool large_feed(const struct large *, uint64_t offset, uint64_t size,
                struct x12_reader *) MUST_USE;
/* Prepares and journals the interchange's sets behind the first `done`; or
 * prepares the wanted one alone. */
bool large_walk(struct large *, struct part *, int32_t done) MUST_USE;

#endif
