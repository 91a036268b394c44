/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint - a system's word that something changed there. It is never believed
 * for what it says: it makes the flows that read the system due. Part of
 * store/journal.h.
 */
#ifndef TP_STORE_HINT_H
#define TP_STORE_HINT_H

#include "base/err.h"

struct journal;

struct hint {
    const char *system;   /* as tradepost.conf names it */
    const char *hook;     /* who heard it */
    const char *delivery; /* the same again is known and has no effect */
    const char *source;   /* an address, for the event */
};

/* Durable, as one event "hint"; moves the cursor "hint:SYSTEM", which the flows
 * look at, and wakes who posts. TP4019 when the disk's reserve is reached. */
bool journal_hint(struct journal *, const struct hint *, bool *known,
                  struct err *) MUST_USE;

#endif
