/* SPDX-License-Identifier: Apache-2.0 */
/* One bill on its way, for nav_bill.c, nav_bill_lines.c, nav_page_bill.c. */
#ifndef TP_SYSTEM_NAV_NAV_BILL_PRIVATE_H
#define TP_SYSTEM_NAV_NAV_BILL_PRIVATE_H

#include "system/nav/nav_private.h"

/* How the API, and pages, name an invoice's or a credit memo's parts. */
struct nav_bill_words {
    const char *what, *set, *lines, *number, *date;
    const char *type; /* Document_Type */
    const char *page, *page_lines, *page_list, *page_number;
    const char *page_key;    /* the field that takes our key */
    const char *page_posted; /* page of posted ones that has it, or NULL */
};

struct nav_bill {
    struct system *system;
    struct nav *nav;
    const struct record *invoice;
    const struct nav_bill_words *words;
    struct arena *arena;
    char id[NAV_UUID];
    const char *path;   /* "purchaseInvoices(ID)" */
    char document[24];  /* pages: our key, in words->page_key */
    json_t *lines;      /* pages: of the draft; owned */
    bool half_made;     /* pages: the draft is not whole */
    const char *vendor; /* NAV's number */
    json_t *order;      /* that it bills, or NULL; owned */
    json_t *row;        /* as it is in NAV, or NULL; owned */
    bool turned;        /* a credit memo that states all its amounts < 0 */
    char explained[80]; /* a cent of rounding */
};

/* What one line of a bill is about. */
struct nav_billed {
    const json_t *line; /* the order's, or NULL */
    char item[64];
    const char *unit; /* NAV's, or NULL */
};

/* An amount or quantity as NAV wants it: of what is billed, or credited. */
struct decimal nav_bill_amount(const struct nav_bill *, struct decimal);
/* The order's line and NAV's unit of goods, all checked; without an order the
 * item alone. */
enum pushed nav_bill_goods(struct nav_bill *, const json_t *goods,
                           struct nav_billed *, struct push_result *,
                           struct err *);
/* The G/L account of a charge, or the hold that asks for one. */
enum pushed nav_bill_account(struct nav_bill *, const json_t *charge,
                             const char **account, struct push_result *,
                             struct err *);
/* Numbers and currency as they fit in NAV. */
enum pushed nav_bill_lengths(const struct nav_bill *, struct push_result *,
                             struct err *);
/* NULL for the company's own. */
const char *nav_bill_currency(const struct nav_bill *);
/* nav_bill_order.c: is this a bill of what an order received? */
bool nav_bills_order(const struct nav_bill *);
bool nav_bill_order_find(struct nav_bill *, bool *found, struct push_result *,
                         struct err *) MUST_USE;
enum pushed nav_bill_order_post(struct nav_bill *, struct push_result *,
                                struct err *);
/* The draft as it is inserted, lines and all. The caller owns *body. */
enum pushed nav_bill_body(struct nav_bill *, json_t **body,
                          struct push_result *, struct err *);

/* nav_page_bill.c: the same steps on pages. read fills bill->row as the API
 * would have it; make takes what nav_bill_body() made. */
bool nav_page_bill_read(struct nav_bill *, struct err *) MUST_USE;
enum pushed nav_page_bill_refuse_double(struct nav_bill *, struct push_result *,
                                        struct err *);
enum pushed nav_page_bill_make(struct nav_bill *, const json_t *body,
                               struct err *);
bool nav_page_bill_post(struct nav_bill *, struct err *) MUST_USE;

#endif
