/* SPDX-License-Identifier: Apache-2.0 */
/* One bill on its way, for nav_bill.c and nav_bill_lines.c. */
#ifndef TP_SYSTEM_NAV_NAV_BILL_PRIVATE_H
#define TP_SYSTEM_NAV_NAV_BILL_PRIVATE_H

#include "system/nav/nav_private.h"

/* How the API names an invoice's or a credit memo's parts. */
struct nav_bill_words {
    const char *what, *set, *lines, *number, *date;
};

struct nav_bill {
    struct system *system;
    struct nav *nav;
    const struct record *invoice;
    const struct nav_bill_words *words;
    struct arena *arena;
    char id[NAV_UUID];
    const char *path;   /* "purchaseInvoices(ID)" */
    const char *vendor; /* NAV's number */
    json_t *order;      /* that it bills, or NULL; owned */
    json_t *row;        /* as it is in NAV, or NULL; owned */
    bool turned;        /* a credit memo that states all its amounts < 0 */
    char explained[80]; /* a cent of rounding */
};

/* An amount or quantity as NAV wants it: of what is billed, or credited. */
struct decimal nav_bill_amount(const struct nav_bill *, struct decimal);
/* The draft as it is inserted, lines and all. The caller owns *body. */
enum pushed nav_bill_body(struct nav_bill *, json_t **body,
                          struct push_result *, struct err *);

#endif
