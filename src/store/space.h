/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space - a reserve of the journal's disk. New input is refused before the disk
 * is full, so that what was accepted can still be worked off and sent.
 *
 *   journal_set_reserve(journal, reserve_of(conf));
 *   if (!journal_space(journal, &space, &err)) ...
 *   if (space.low) ...                       leave new files where they are
 *
 * journal_accept() holds to it by itself (TP4019). Part of store/journal.h.
 */
#ifndef TP_STORE_SPACE_H
#define TP_STORE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct conf;
struct journal;

/* This share of the disk, or these bytes when they are less. */
struct reserve {
    long percent;
    int64_t bytes;
};
/* limits.reserve_percent and limits.reserve_megabytes. */
struct reserve reserve_of(const struct conf *);
#define RESERVE_USUAL ((struct reserve){ 5, INT64_C(1024) << 20 })

struct space {
    int64_t total_bytes, free_bytes, reserve_bytes;
    int64_t total_files, free_files, reserve_files; /* 0: no such limit */
    bool low; /* less is free than the reserve: nothing new is accepted */
};

/* RESERVE_USUAL until it is set. A keeper's own journal decides what
 * journal_accept() refuses: see keeper_set_reserve(). */
void journal_set_reserve(struct journal *, struct reserve);
/* Of the disk that holds the journal; TP4004. */
bool journal_space(struct journal *, struct space *, struct err *) MUST_USE;

#endif
