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

/* An amount or quantity as NAV wants it: of what is billed, or credited. */
struct decimal nav_bill_amount(const struct nav_bill *, struct decimal);
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
