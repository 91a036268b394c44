/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restored - a journal that was put back, and how it is noticed.
 *
 * Outside the journal, in SPOOL/.epoch, stands how far it had come: its epoch
 * and the number and hash of an event. A journal that is behind that, or is
 * another one, was put back without anybody saying so; working with it would
 * send and post a second time. anchor_check() refuses it (TP4060). Declaring
 * it begins a new epoch, as a restore does.
 */
#ifndef TP_STORE_RESTORED_H
#define TP_STORE_RESTORED_H

#include "base/err.h"
#include "base/when.h"
#include "store/document.h"

struct journal;

/* Before anything is done with a journal that was opened to be written. */
bool anchor_check(struct journal *, const char *spool, struct err *) MUST_USE;
/* Writes down how far the journal has come, durably; cheap when it was done
 * less than some seconds ago, unless now. Never ahead of what is committed. */
bool anchor_write(struct journal *, const char *spool, bool now,
                  struct err *) MUST_USE;

/* A new epoch, in one commit, after all that SPOOL/.epoch knows: leases end,
 * what is in progress is held with the reason, each series of control numbers
 * goes on RESTORED_GAP further. */
enum { RESTORED_GAP = 1000 };
bool journal_declare(struct journal *, const char *spool, const char *reason,
                     struct err *) MUST_USE;
/* The last time that the journal was put back. */
struct restored {
    int64_t event; /* that says so; 0 = it never was */
    moment at;
    bool resumed; /* somebody has said so since */
};
bool journal_restored(struct journal *, struct restored *,
                      struct err *) MUST_USE;
/* From now on new documents go on by themselves again. */
bool journal_resume(struct journal *, const char *reason,
                    struct err *) MUST_USE;

#endif
