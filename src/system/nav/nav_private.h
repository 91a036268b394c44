/* SPDX-License-Identifier: Apache-2.0 */
/* What the nav files share. An order is JSON in one form whatever the
 * profile: see nav_order(). */
#ifndef TP_SYSTEM_NAV_NAV_PRIVATE_H
#define TP_SYSTEM_NAV_NAV_PRIVATE_H

#include "base/arena.h"
#include "system/exact.h"
#include "system/master.h"
#include "system/odata.h"
#include "system/system.h"

enum nav_receipts { NAV_CODEUNIT, NAV_ITEM_JOURNAL, NAV_RECEIVE_AND_INVOICE };

/* How a profile names what we read of orders and masters. */
struct nav_words {
    const char *bindings;                         /* folder of its bindings */
    const char *orders, *order_lines, *order_key; /* filter, before the no. */
    const char *number, *vendor, *date, *status, *released, *currency;
    const char *modified; /* NULL: rows have no time of change */
    const char *line, *type, *item, *text, *unit, *quantity, *received,
        *invoiced, *price, *reference; /* reference: NULL = none */
    const char *vendors, *customers, *items, *locations, *units;
    const char *master_key, *code_key; /* of those sets */
};

/* One look-up that was answered; forgotten after NAV_CACHE_SECONDS. */
struct nav_fact {
    char asked[160], answer[64];
    int64_t until; /* when_steady() */
};

enum {
    NAV_CACHE = 512,
    NAV_CACHE_SECONDS = 300,
    NAV_MISSING_SECONDS = 2, /* that something is not there */
    NAV_UUID = 37
};

/* Characters that NAV's fields take. */
enum {
    NAV_CODE = 10,     /* units, currencies */
    NAV_NUMBER = 20,   /* its own documents, vendors, items */
    NAV_EXTERNAL = 35, /* partners' documents */
    NAV_DESCRIPTION = 100,
    NAV_COMMENT = 250
};

struct nav {
    struct arena *arena; /* settings' texts */
    struct odata *odata;
    const struct nav_words *words;
    enum nav_receipts receipts;
    bool post;            /* post bills, not only draft them */
    bool bill_orders;     /* bills invoice what their order received */
    const char *codeunit; /* the service name it is published by */
    const char *template, *batch, *location; /* of the item journal */
    const char *payments;          /* the payment journal's code, or NULL */
    const char *payments_template; /* of it, on pages */
    const char *status_field;      /* of the order page, or NULL */
    long overlap_seconds;
    struct nav_fact *facts; /* NAV_CACHE of them, by hash */
    json_t *seen;           /* see nav_look_ahead() */
    int64_t seen_until;     /* when_steady() */
    bool no_ahead;          /* the server refused such a question */
};

static inline struct nav *
nav_of(const struct system *system)
{
    return system->state;
}

/* Pages published as OData, not the API. */
static inline bool
nav_has_pages(const struct nav *nav)
{
    return nav->words->modified == NULL;
}

/* nav_order.c: *order is NULL when there is none of that number; else
 * { number, vendor, status, released, currency, id, etag, lines: [{ id, line,
 * type, item, reference, description, unit, ordered, received, invoiced,
 * open, price }] }, every value a text, units as NAV writes them. */
bool nav_order(struct nav *, const char *number, json_t **order,
               struct err *) MUST_USE;
bool nav_match_order(struct system *, const char *number, json_t **order,
                     struct err *) MUST_USE;
json_t *nav_read_order(const struct nav *, json_t *row);
/* The order as it was seen just before, once; else as it is now: for what NAV
 * checks again when it posts. */
bool nav_seen_order(struct nav *, const char *number, json_t **order,
                    struct err *) MUST_USE;

/* nav_match.c: the order's line that a shipped or billed line is about. */
enum pushed nav_match(struct system *, const json_t *order, const json_t *goods,
                      const json_t **line, struct push_result *, struct err *);
/* Our item: by our number, the vendor's, the GTIN; "" when none is known. */
bool nav_item_of(struct system *, const char *vendor, const json_t *goods,
                 char out[64], struct err *) MUST_USE;
/* The fact that would tell the item ("reference:BF-9"), or "". */
void nav_item_fact(const json_t *goods, char *out, size_t out_size);
/* Our unit in NAV's words. */
const char *nav_unit(const struct system *, struct arena *, const char *ours);
/* "line 2 (item AC-9)" for sentences. */
const char *nav_name_goods(const json_t *goods, char *out, size_t out_size);

/* Fills result and err of a document that has to wait. Always PUSH_HELD. */
enum pushed nav_hold(struct push_result *, struct err *, enum err_code,
                     const char *waits_for, const char *format, ...)
    PRINTF(5, 6);
/* nav_text.c: as many characters of a text as a field takes; NULL of NULL. */
const char *nav_cut(struct arena *, const char *text, size_t max);
/* Nothing is set of an empty text. */
void nav_set_text(json_t *body, const char *name, const char *text);
/* PUSH_DONE, or PUSH_HELD when a number is too long for the field. */
enum pushed nav_fits(struct push_result *, struct err *, const char *name,
                     const char *value, size_t max);
/* PUSH_UNKNOWN for ERR_UNSURE, else PUSH_FAILED. */
enum pushed nav_failed(const struct err *);
/* UUIDv5 of a key and what distinguishes its parts ("" = nothing). */
void nav_uuid(char out[NAV_UUID], const char *key, const char *part);
/* A document number of at most 20 characters made of the same. */
void nav_document_number(char out[24], const char *key, const char *part);

/* nav_ahead.c: reads what the pushes of a batch would each ask for. */
void nav_look_ahead(struct system *, const char *what,
                    const struct system_push *, size_t count);
/* Takes what was seen: "order" PO, "purchaseInvoices" ID (null: it is not
 * there), "number" (a list of rows). NULL: ask. */
json_t *nav_seen(struct nav *, const char *what, const char *value);
/* Leaves something seen for the next who takes it. */
void nav_see(struct nav *, const char *what, const char *value, json_t *);
/* nav_alone.c */
const char *const *nav_alone(const struct system *, const char *what,
                             const struct record *, struct arena *);

bool nav_pull(struct system *, const char *what, struct mark *, record_sink *,
              void *user, struct err *);
/* nav_changes.c: what a service without times of change has new. */
bool nav_pull_changed(struct nav *, const char *set, const char *filter,
                      struct mark *, odata_row *, void *user, struct err *);

enum pushed nav_push_receipt(struct system *, const struct record *,
                             const char *key, struct push_result *,
                             struct err *);
bool nav_find_receipt(struct system *, const struct record *, const char *key,
                      bool *found, struct push_result *, struct err *);
/* One order's part of a shipment, matched: what a strategy posts. */
struct nav_receipt {
    const json_t *order;
    json_t *lines; /* [{ line, item, unit, quantity, price, id }] */
    const char *shipment, *date;
    const char *key; /* of the shipment */
    const char *po;
};

/* The strategies, a file each. *found says whether the receipt is there. */
enum pushed nav_codeunit_post(struct system *, const struct nav_receipt *,
                              struct push_result *, struct err *);
bool nav_codeunit_find(struct system *, const struct nav_receipt *, bool *found,
                       struct push_result *, struct err *);
enum pushed nav_journal_post(struct system *, const struct nav_receipt *,
                             struct push_result *, struct err *);
bool nav_journal_find(struct system *, const struct nav_receipt *, bool *found,
                      struct push_result *, struct err *);
enum pushed nav_receive_post(struct system *, const struct nav_receipt *,
                             struct push_result *, struct err *);
bool nav_receive_find(struct system *, const struct nav_receipt *, bool *found,
                      struct push_result *, struct err *);

/* What a procedure that posts by a key answered: {"number":"107031",
 * "existed":true}, the number alone, or "". */
void nav_take_number(const struct buf *value, struct push_result *);
/* {"documentKey":key} to FindReceipt or FindOrderInvoice. */
bool nav_find_key(struct nav *, const char *procedure, const char *key,
                  bool *found, struct push_result *, struct err *) MUST_USE;

enum pushed nav_push_bill(struct system *, const struct record *,
                          const char *key, struct push_result *, struct err *);
bool nav_find_bill(struct system *, const struct record *, const char *key,
                   bool *found, struct push_result *, struct err *);
enum pushed nav_push_payment(struct system *, const struct record *,
                             const char *key, struct push_result *,
                             struct err *);
bool nav_find_payment(struct system *, const struct record *, const char *key,
                      bool *found, struct push_result *, struct err *);

bool nav_look_up(struct system *, const char *table, const char *partner,
                 const char *value, bool *found, char out[64], struct err *);
/* nav_reference.c: the vendor's own item numbers, for orders of the API, which
 * does not have them. The object remembers by vendor; make it empty, free it.
 */
bool nav_add_references(struct nav *, json_t *known, struct record *order,
                        struct err *) MUST_USE;
/* Our item number to the vendor's, the first of several; item NULL = all. */
bool nav_read_references(struct nav *, const char *vendor, const char *item,
                         json_t *of_vendor, struct err *err) MUST_USE;
bool nav_tell(struct system *, const char *what, const char *number,
              const char *state, struct err *);
/* nav_master.c */
const char *nav_folder(const struct system *);
const struct map_codes *nav_codes(struct system *);
void nav_new_id(const struct system *, const char *key, char id[96]);
bool nav_changes(struct system *, const struct binding *, struct mark *,
                 row_sink *, void *user, struct err *);
bool nav_row(struct system *, const struct binding *, const char *field,
             const char *value, size_t *count, struct system_row *,
             struct err *);
bool nav_put(struct system *, const struct binding *, struct system_row *,
             json_t *values, const char *key, struct err *);
bool nav_probe(struct system *, struct buf *report, struct err *);
bool nav_check(struct system *, struct problems *, struct err *);

#endif
