/* SPDX-License-Identifier: Apache-2.0 */
/* verify_private - the proofs, shared out over two files. */
#ifndef TP_STORE_VERIFY_PRIVATE_H
#define TP_STORE_VERIFY_PRIVATE_H

#include "base/problems.h"
#include "store/journal_private.h"

enum { VERIFY_SHOWN = 20 }; /* problems of one sort; more help nobody */

typedef bool verify_row(struct journal *, sqlite3_stmt *, void *user,
                        struct err *);
bool verify_rows(struct journal *, const char *sql, verify_row *, void *user,
                 struct err *) MUST_USE;

/* Every payload has the hash that its row says. */
bool verify_bytes(struct journal *, struct problems *, struct err *) MUST_USE;
/* Every byte of an arrival that was taken apart is in an interchange, named
 * junk, or white space. */
bool verify_arrivals(struct journal *, struct problems *,
                     struct err *) MUST_USE;
/* Every number given out was used or is a void; none was used twice. */
bool verify_numbers(struct journal *, struct problems *, struct err *) MUST_USE;

#endif
