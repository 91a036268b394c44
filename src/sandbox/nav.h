/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nav - Dynamics NAV / Business Central as its API shows it: addresses,
 * errors, reading, writing, posting. For the insiders of the sandbox.
 */
#ifndef TP_SANDBOX_NAV_H
#define TP_SANDBOX_NAV_H

#include "sandbox/filter.h"
#include "sandbox/sandbox.h"
#include "sandbox/schema.h"

#define NAV_COMPANY "CRONUS USA, Inc."

enum { NAV_STEPS = 6 };

/* One part of an address: purchaseOrders(3f…)  ->  name and key. */
struct step {
    char name[80];
    char key[400]; /* between the parentheses, "" = none */
    bool keyed;
};

/* An address below the company. */
struct target {
    enum face face;
    struct step steps[NAV_STEPS];
    size_t count;
    char root[600];    /* "http://127.0.0.1:7048/BC/api/v2.0" */
    char company[300]; /* "companies(…)", "Company('CRONUS%20USA…')" */
    bool ieee754;      /* decimals as texts in the answer */
};

/* Answers an error in the shape of Business Central. Always false. */
bool nav_fail(struct call *, int status, const char *code, const char *format,
              ...) PRINTF(4, 5);
/* 401 with the challenge. Always false. */
bool nav_refuse(struct sandbox *, struct call *);

/* nav_read.c: GET of a set or a row. */
void nav_get(struct sandbox *, struct call *, const struct target *);
/* The row that the key names, or NULL (and the call is refused). */
json_t *nav_row(struct sandbox *, struct call *, const struct entity *,
                const char *key);
/* One row as the face shows it, with @odata.context, into the answer. */
void nav_answer_row(struct sandbox *, struct call *, const struct target *,
                    const struct entity *, const json_t *row, int status);
/* W/"…" of the row's content. */
const char *nav_etag(struct arena *, const struct entity *, const json_t *row);
/* Does the entity show this row? */
bool nav_shows(const struct entity *, const json_t *row);

/* nav_write.c: POST, PATCH, DELETE. */
void nav_post(struct sandbox *, struct call *, const struct target *);
void nav_patch(struct sandbox *, struct call *, const struct target *);
void nav_delete(struct sandbox *, struct call *, const struct target *);

/* nav_rules.c: what NAV fills in and refuses when a row is written. False:
 * the call is refused. made: the row is new. */
bool rules_apply(struct sandbox *, struct call *, const struct entity *,
                 json_t *row, bool made);
/* False: the vendor is blocked for all, and the call is refused. */
bool rules_vendor_open(struct call *, const json_t *vendor);
/* Sums of a document from its lines. */
void rules_total(struct world *, const char *table, json_t *header);

/* nav_bills.c: how purchase invoices and credit memos are called. */
struct bill_kind {
    const char *table, *lines, *number, *date; /* names of the API */
    const char *what, *type, *label;           /* in sentences */
    const char *series, *posted_series;
    long first, first_posted;
};
/* By the table of documents or of lines; NULL for others. */
const struct bill_kind *bill_kind_of(const char *table);
bool bill_is_posted(const json_t *row);
/* Always false. */
bool bill_refuse_posted(struct call *, const struct bill_kind *);
/* NAV takes each of a vendor's numbers once. False: the call is refused. */
bool bill_check_number(struct sandbox *, struct call *,
                       const struct bill_kind *, const json_t *row,
                       const char *number);
/* Is the line's number free? Fills in its type as the other face has it. */
bool bill_check_line(struct sandbox *, struct call *, const struct bill_kind *,
                     json_t *line);
/* False: refused. The answer of what was posted is the caller's. */
bool bill_post(struct sandbox *, struct call *, const struct bill_kind *,
               json_t *row);
/* The vendor's ledger entry of a posted document. */
void bill_ledger(struct sandbox *, const struct bill_kind *, const json_t *row);

/* nav_posting.c: bound actions and the codeunit. */
void nav_action(struct sandbox *, struct call *, const struct target *);
/* Posts a receipt of these lines ([{"line","quantity"}]); NULL = refused. */
json_t *posting_receipt(struct sandbox *, struct call *, json_t *order,
                        const json_t *lines, const char *date,
                        const char *shipment, const char *key);
/* Moves the stock of an item journal line, as an entry and an effect. */
void posting_journal_entry(struct sandbox *, json_t *line);
/* The order's line of that number, or NULL. */
json_t *posting_order_line(struct sandbox *, const json_t *order,
                           json_int_t sequence);
/* Invoices what the order's lines say, and the accounts' lines
 * ([{"account","description","amount"}]); an order that is done is gone. */
json_t *posting_invoice(struct sandbox *, struct call *, json_t *order,
                        const json_t *accounts);
/* Goods that come or go with a posted document, as a ledger entry. */
void posting_goods(struct sandbox *, const json_t *document, const json_t *line,
                   const char *type, struct decimal quantity);
/* nav_codeunit.c: POST /ODataV4/TradepostPosting_… */
void nav_codeunit(struct sandbox *, struct call *, const char *procedure);
/* For its procedures in other files. False or NULL: the call is refused. */
bool codeunit_parameters(struct call *, const json_t *body,
                         const char *const *names);
json_t *codeunit_order(struct sandbox *, struct call *, const char *number);
json_t *codeunit_posting(const json_t *posting, bool existed);
void codeunit_answer(struct call *, json_t *value);
/* nav_order_invoice.c: what was received on an order is invoiced, by key. */
void order_invoice_post(struct sandbox *, struct call *, const json_t *body);
void order_invoice_find(struct sandbox *, struct call *, const json_t *body);

/* nav_metadata.c */
void nav_metadata(struct sandbox *, struct call *, enum face);

#endif
