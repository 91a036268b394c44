/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - reading the journal: reports, counters, and its proofs. Part of
 * store/journal.h. The views that a query may name, and their columns, are
 * listed in doc/SPOOL.md.
 */
#ifndef TP_STORE_QUERY_H
#define TP_STORE_QUERY_H

#include "base/err.h"
#include "store/document.h"

struct journal;

/* Read-only, for reports and counters: rows of texts; NULL is SQL's NULL. ?1..
 * are bound to texts. Not a reading SELECT: TP4023; wrong: TP4024. */
typedef bool journal_row(void *user, int columns, const char *const *names,
                         const char *const *values, struct err *);
bool journal_query(struct journal *, const char *select,
                   const char *const *texts, size_t count, journal_row *,
                   void *user, struct err *) MUST_USE;

/* For status and metrics; cheap at any size. */
struct journal_counts {
    int64_t accepted;   /* ever; numbers of documents are not used twice */
    int64_t unbalanced; /* accepted less the sum of states; 0 */
    int64_t states[DOC_STATES];
    int64_t in_progress;
    int64_t arrivals; /* not taken apart yet */
    int64_t effects;  /* attempted or unknown */
    int64_t overdue;  /* expectations not met in time */
    int64_t events;
};
bool journal_counts(struct journal *, struct journal_counts *,
                    struct err *) MUST_USE;

/* The proofs of `tradepost verify`: hashes, states, chain, control numbers;
 * reads everything. False only when it could not be done. */
struct problems;
bool journal_verify(struct journal *, struct problems *, struct err *) MUST_USE;

#endif
