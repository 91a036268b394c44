/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system - a business system with an API: nav, odoo; later d365, xero, cin7.
 *
 *   if (!system_open(&nav, "nav", context, &err)) ...
 *   system_pull(nav, RECORD_ORDER, &mark, take, user, &err);
 *   switch (system_push(nav, "receipt", record, key, &result, &err)) ...
 *   system_close(&nav);
 *
 * push() is idempotent on the key: pushing what is there already answers
 * PUSH_DONE with the number found. Whenever the request may have reached the
 * far side and no answer came, the answer is PUSH_UNKNOWN (kind ERR_UNSURE),
 * and find() is asked before anything is tried again. PUSH_HELD fills both
 * result (note, waits_for) and err with the same sentence.
 */
#ifndef TP_SYSTEM_SYSTEM_H
#define TP_SYSTEM_SYSTEM_H

#include "base/arena.h"
#include "base/problems.h"
#include "conf/conf.h"
#include "map/map.h"
#include "record/record.h"

struct system;
struct traffic;
struct master_ops;

/* Where a pull stands; kept in the journal as text, changed by pull() only as
 * far as its records were taken. */
struct mark {
    char text[512]; /* "" = from the beginning */
};

/* Takes one record; key identifies it in the system ("purchase_order:106001"),
 * stamp tells a change of what we took, not of anything else about it: posting
 * a receipt or a payment is no change. Returning false ends the pull with err
 * as filled. */
typedef bool record_sink(void *user, const struct record *, const char *key,
                         const char *stamp, struct err *);

enum pushed { PUSH_DONE, PUSH_HELD, PUSH_FAILED, PUSH_UNKNOWN };

struct push_result {
    char number[64];     /* the system's own number of what was made */
    char state[32];      /* "posted", "draft", "matched" */
    char note[200];      /* for the story: "3 lines received, order 106001" */
    char waits_for[160]; /* with PUSH_HELD: the missing fact, or "" */
    bool existed;        /* found, not made */
};

struct system_push {
    const struct record *record;
    const char *key;
};
/* What a system needs from above, so that it knows no floor above it. */
struct system_context {
    const struct conf *conf;
    const struct conf_group *group;    /* systems.NAME */
    const char *name;                  /* NAME */
    const struct map_sources *sources; /* for its bindings */
    const struct map_codes *codes;
    struct traffic *traffic; /* where requests are counted, or NULL */
};

struct system_ops {
    const char *name; /* the word in the configuration: kind = "nav" */
    const char *about;
    const struct setting *settings;
    /* MUST. No request is made until one is needed. */
    bool (*open)(struct system *, struct err *);
    /* MUST. Accepts a half-opened system. */
    void (*close)(struct system *);
    /* MUST. what: "purchase_order", "sales_invoice", "purchase_invoice". */
    bool (*pull)(struct system *, const char *what, struct mark *,
                 record_sink *, void *user, struct err *);
    /* MUST, idempotent on key. what: "receipt", "bill", "payment". */
    enum pushed (*push)(struct system *, const char *what,
                        const struct record *, const char *key,
                        struct push_result *, struct err *);
    /* MUST. Answers UNSURE by key: was it made? */
    bool (*find)(struct system *, const char *what, const struct record *,
                 const char *key, bool *found, struct push_result *,
                 struct err *);
    /* MUST. What the system keeps under a number. Tables: "vendor",
     * "customer", "item", "location", "unit" (ours: is it there), "reference"
     * (the partner's item number to ours), "gtin" (to our item), "vendor_item"
     * (our item to the partner's number), "invoice" (one of ours that can be
     * paid). */
    bool (*look_up)(struct system *, const char *table, const char *partner,
                    const char *value, bool *found, char out[64], struct err *);
    /* MUST. Writes what became of a document at the partner (sent, accepted,
     * rejected...) where the system has a place for it; NULL = it has none. */
    bool (*tell)(struct system *, const char *what, const char *number,
                 const char *state, struct err *);
    /* MUST. Connection, sign-in, company, needed entities: a line each. */
    bool (*probe)(struct system *, struct buf *report, struct err *);
    /* MUST. Adds every field of a binding that the system's metadata does not
     * have. */
    bool (*check)(struct system *, struct problems *, struct err *);
    /* MAY. What a three-way match needs: the order's lines as the system has
     * them now. *order is NULL when there is none of that number, else JSON
     * whose values are texts, owned by the caller:
     * { number, vendor, status, released ("true"), currency, lines: [{ line,
     *   type, item, reference, description, unit (ours), unit_nav, ordered,
     *   received, invoiced, open (to receive), to_invoice, price }] } */
    bool (*match_order)(struct system *, const char *number, json_t **order,
                        struct err *);
    /* MAY. Called before each batch of matches and pushes, so that what they
     * would ask for is read together; what fails is asked for later. */
    void (*look_ahead)(struct system *, const char *what,
                       const struct system_push *, size_t count);
    /* MAY. What a push must have for itself: names in the arena, NULL-ended.
     * Two pushes that share one never run at the same time; others do, up to
     * at_once of them. NULL: one push at a time. */
    const char *const *(*alone)(const struct system *, const char *what,
                                const struct record *, struct arena *);
    /* MAY. Customers, vendors, items: system/master.h. */
    const struct master_ops *masters;
    /* How long an effect in doubt may still appear: seconds. */
    long settle_seconds;
};

struct system {
    const struct system_ops *ops;
    struct system_context context;
    void *state;    /* the kind's own */
    size_t at_once; /* requests on their way; 0 = 1 */
    /* While a sink runs: what the binding could not map of the record given
     * to it (an unknown code...), for the hold; NULL = nothing. */
    const struct problems *found;
};

const struct system_ops *system_kind(const char *name); /* NULL = none */
const struct system_ops *const *system_kinds(void);     /* NULL-ended */
bool system_open(struct system **, const struct system_context *,
                 struct err *) MUST_USE;
void system_close(struct system **);

#endif
