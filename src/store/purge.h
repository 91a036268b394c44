/* SPDX-License-Identifier: Apache-2.0 */
/*
 * purge - what was exchanged is removed when its time is over; what proves it
 * stays. Part of store/journal.h, whose rules on transactions hold here.
 *
 *   struct purge purge = { .before = when_now() - seven_years, .kept = codes };
 *   do
 *       journal_purge(journal, &purge, &err);        some documents at a time
 *   while (purge.more);
 *   journal_sweep(journal, &err);                    files that nobody names
 *
 * Only of documents that are done, ignored or replaced, whose last change is
 * before that moment, whose acknowledgment is not awaited, and which neither
 * belong to a partner that is kept nor are kept themselves (cursor
 * "keep:<id>"). Bytes go; hash, size, numbers, amounts, effects and the audit
 * stay, and an event "purged" says what went. Bytes of a file from a partner
 * go when all its documents may. verify does not miss them.
 */
#ifndef TP_STORE_PURGE_H
#define TP_STORE_PURGE_H

#include <stdint.h>

#include "base/err.h"
#include "base/when.h"

struct journal;

struct purge {
    moment before;
    const char *kept; /* partners' codes, commas between; NULL = none */
    bool dry_run;     /* count only */
    int64_t after;    /* documents up to this one were looked at */
    int64_t documents, payloads, bytes; /* of all calls together */
    bool more;
};

bool journal_purge(struct journal *, struct purge *, struct err *) MUST_USE;
/* Not inside a transaction: removes files in store/ that no payload names any
 * longer. One that a crash leaves is only warned of by verify. */
bool journal_sweep(struct journal *, struct err *) MUST_USE;

#endif
