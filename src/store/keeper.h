/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - the one process that writes the journal, and how others reach it.
 *
 *   keeper_open(&keeper, dir, spool, &err);       the keeper: takes the lock
 *   keeper_run(keeper, stop_fd, &err);            until stop_fd can be read
 *   keeper_close(&keeper);
 *
 *   journal_connect(&journal, dir, &err);         anybody else
 *   ... every operation of store/journal.h ...
 *   journal_close(&journal);
 *
 * The keeper listens on DIR/keeper.sock, for processes of its own user alone.
 * Operations of several clients share one commit and one sync: an answer is
 * held back until what it tells is durable. One transaction at a time is open;
 * one that sends nothing for KEEPER_PATIENCE seconds is undone. A connection
 * that ends undoes its open transaction and ends its leases. After a failed
 * write keeper_run returns false: start it anew. When the keeper goes, its
 * clients get TP4040 (RETRY) and know nothing of what was not answered.
 *
 * Reading for people (journal_query, journal_verify) needs no keeper: it opens
 * the journal read-only beside it, and never makes it wait.
 */
#ifndef TP_STORE_KEEPER_H
#define TP_STORE_KEEPER_H

#include "store/journal.h"

enum { KEEPER_PATIENCE = 120 };

struct keeper;

bool keeper_open(struct keeper **, const char *dir, const char *spool,
                 struct err *) MUST_USE;
bool keeper_run(struct keeper *, int stop_fd, struct err *) MUST_USE;
void keeper_close(struct keeper **);
/* RESERVE_USUAL until it is set. */
void keeper_set_reserve(struct keeper *, struct reserve);
/* What it did, for benches: operations, and commits that carried them. */
void keeper_tally(const struct keeper *, int64_t *operations, int64_t *commits);

/* TP4040 when no keeper listens there, TP4041 when it is another version. */
bool journal_connect(struct journal **, const char *dir, struct err *) MUST_USE;

/* True when it was connected, not opened. */
bool journal_is_kept(const struct journal *);

/* What a watcher is woken for; bits. */
enum {
    WATCH_ARRIVALS = 1, /* bytes came in, or a document is to be translated */
    WATCH_SEND = 2,     /* a document waits for its channel, or a channel fares
                         * otherwise */
    WATCH_POST = 4,     /* one waits for its system, or something to be told */
    WATCH_EVENTS = 8,   /* anything at all */
    WATCH_NOW = 16, /* a person asks for everything now; to all who watch, and
                     * only who watches for it counts as a worker */
    WATCH_ALL = 31
};
/* A descriptor of its own that becomes readable after a commit with something
 * of this kind: one byte each time, the bits of what happened. Read it empty,
 * then look. Close it yourself. */
bool journal_watch(const char *dir, uint32_t topics, int *fd,
                   struct err *) MUST_USE;
/* A worker has nothing to do for what is here before the moment (0 = ever),
 * having heard so many bytes of its watch. */
bool journal_rests(struct journal *, int64_t heard, moment until,
                   struct err *) MUST_USE;
/* Asks all workers to look everywhere now, and whether they are at it. */
bool journal_nudge(struct journal *, struct err *) MUST_USE;
struct workers {
    int64_t count, busy;
    moment next; /* when the first of those that rest has something; 0 = never
                  */
};
bool journal_workers(struct journal *, struct workers *, struct err *) MUST_USE;

#endif
