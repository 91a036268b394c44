/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool - what people see of the journal: out/ hold/ sent/ done/ by date, each
 * document a readable name, each hold with a .why beside it. Views only: they
 * can be deleted and are made again by spool_rebuild().
 */
#ifndef TP_STORE_SPOOL_H
#define TP_STORE_SPOOL_H

#include "store/journal.h"

/* Makes the directories: in/ out/ hold/ sent/ done/ reports/. */
bool spool_prepare(const char *dir, struct err *) MUST_USE;
/* Shows the documents changed since the last refresh (kept as a cursor): held
 * and dead ones in hold/, outbound ones in out/ and then sent/, inbound ones in
 * done/. Not inside a transaction. */
bool spool_refresh(struct journal *, const char *dir, struct err *) MUST_USE;
/* Removes out/ hold/ sent/ done/ with all they hold and makes them again. */
bool spool_rebuild(struct journal *, const char *dir, struct err *) MUST_USE;
/* Says where views and journal differ. */
struct problems;
bool spool_verify(struct journal *, const char *dir, struct problems *,
                  struct err *) MUST_USE;

/* One whole file of the drop box in/PARTNER/ (partner "" in in/ itself), by
 * the drop-box rules: a plain file, not hidden, not .tmp/.part/.filepart, still
 * for still_seconds or ended by the IEA of its ISA, and no writer has it. */
struct dropped {
    char partner[32], name[256];
    char path[1024];
    int64_t size, changed; /* as it was seen; changed in nanoseconds */
};
/* The oldest first, at most 1000. */
bool spool_next_drop(const char *dir, long still_seconds, struct arena *,
                     struct dropped **, size_t *count, struct err *) MUST_USE;
/* After its bytes are durable. One that changed since it was seen stays, and
 * is seen again (TP4033). */
bool spool_remove_drop(const struct dropped *, struct err *) MUST_USE;

#endif
