/* SPDX-License-Identifier: Apache-2.0 */
/* One payment on its way, for nav_payment.c, nav_payment_look.c,
 * nav_page_payment.c. */
#ifndef TP_SYSTEM_NAV_NAV_PAYMENT_PRIVATE_H
#define TP_SYSTEM_NAV_NAV_PAYMENT_PRIVATE_H

#include "system/nav/nav_private.h"

enum nav_line_place { LINE_MISSING, LINE_DRAFT, LINE_POSTED };

enum nav_side { SIDE_CREDIT, SIDE_DEBIT };

/* One journal line as planned. */
struct nav_payment_line {
    char id[NAV_UUID];
    struct decimal amount; /* of money received: positive */
    const char *invoice;   /* NULL: on account */
    const char *text, *comment;
    enum nav_line_place place;
    bool seen[2]; /* its ledger entries */
};

struct nav_payment {
    struct system *system;
    struct nav *nav;
    const struct record *record;
    const char *key, *customer;
    char document[24];
    char journal[64]; /* its id */
    struct arena *arena;
    struct nav_payment_line *lines;
    size_t count;
    long last_line;             /* pages: the last number in the batch */
    struct decimal unexplained; /* credits in the ledger, of no line */
};

/* Says of each line where it is, and what the ledger has besides. */
bool nav_payment_look(struct nav_payment *, struct err *) MUST_USE;

/* nav_page_payment.c: the same on page 255, and adding a line there. */
bool nav_page_payment_look(struct nav_payment *, struct err *) MUST_USE;
bool nav_page_payment_put(struct nav_payment *, const struct nav_payment_line *,
                          struct err *) MUST_USE;

#endif
