/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed - secrets as the journal keeps them: sealed, with what may be known.
 *
 * The journal and its keeper see only what vault.c has sealed; the value and
 * the key stay in the process that uses them. Part of store/journal.h, whose
 * rules on transactions and errors hold here.
 */
#ifndef TP_STORE_SEALED_H
#define TP_STORE_SEALED_H

#include "base/err.h"
#include "base/when.h"

struct arena;
struct buf;
struct journal;

struct sealed {
    char name[64], environment[32];
    int64_t version; /* 1 for the first value; grows with each change */
    char key[17];    /* which key seals it; "" = removed */
    moment at;
    char actor[32];
};

/* Adds the sealed bytes; found is false when there is none, or it was removed
 * (then version tells which the next one follows). */
bool journal_secret(struct journal *, const char *name, const char *environment,
                    struct sealed *, struct buf *bytes, bool *found,
                    struct err *) MUST_USE;
/* Keeps version after the one that is there, else TP4011; size 0 removes it,
 * and its version is never given again. Appends an event: what, and the name,
 * environment and version; never a value. Sets at and actor. */
bool journal_secret_put(struct journal *, struct sealed *, const void *bytes,
                        size_t size, const char *what, struct err *) MUST_USE;
/* All that are there, of every environment, by name. */
bool journal_secrets(struct journal *, struct arena *, struct sealed **,
                     size_t *count, struct err *) MUST_USE;

#endif
