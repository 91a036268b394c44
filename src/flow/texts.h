/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texts - the flow files of etc/flows: what happens to a kind of document,
 * step by step, and when.
 *
 *   flow purchase-orders "Purchase orders to suppliers"
 *   from   nav purchase_order where released and not sent   every 1m
 *   to     partner by vendor
 *   when   partner sends 850                     else ignore "no EDI"
 *   step   map 850
 *   step   check guide                           else hold
 *   step   approve supervisor                    when total > "50000"
 *   step   send                                  order strict
 *   expect 997 within partner.ack                else alert
 *
 * and when it runs, as flow/schedule.h has it. Masters are kept in step by
 *
 *   flow customers "Customers in step with Odoo"
 *   sync customer between nav and odoo   every 5m
 *
 * which does nothing while tradepost.conf lacks one of these systems.
 *
 * A '#' starts a comment. Mistakes are reported as file:line, all at once
 * (TP7001). Everything lives in the arena given.
 */
#ifndef TP_FLOW_TEXTS_H
#define TP_FLOW_TEXTS_H

#include <stddef.h>

#include "base/problems.h"
#include "flow/schedule.h"
#include "record/record.h"
#include "store/document.h"

struct arena;
struct expr;
struct outline_line;

enum flow_verb {
    VERB_MAP,
    VERB_CHECK,
    VERB_APPROVE,
    VERB_MATCH,
    VERB_SEND,
    VERB_POST,
    VERB_ACKNOWLEDGE,
    VERB_TELL
};

/* pass: it is left alone, as if it had not been read */
enum flow_else { ELSE_HOLD, ELSE_IGNORE, ELSE_ALERT, ELSE_PASS };

/* An expression on the record's fields (the language of maps), or one of the
 * facts about the partner. */
enum flow_test {
    TEST_FIELD,
    TEST_PARTNER_SENDS,
    TEST_PARTNER_RECEIVES,
    TEST_PARTNER_BILLS_ITSELF,
    TEST_NOT_TEST
};

struct flow_when {
    enum flow_test test;
    const char *set;        /* of the facts: "850" */
    struct expr *condition; /* of TEST_FIELD; NULL after a mistake */
    const struct outline_line *place;
    enum flow_else otherwise;
    const char *reason; /* of the else */
    struct flow_when *next;
};

struct flow_verb_step {
    enum flow_verb verb;
    const char *what;   /* "850", "guide", "three-way", "receipt", a role */
    const char *system; /* of post and tell */
    enum flow_else otherwise;
    enum lane_order order;
    struct flow_when *when; /* NULL = always */
    int line;
    struct flow_verb_step *next;
};

enum { FLOW_SYSTEMS = 6 };

struct flow_text {
    const char *name, *title, *path;
    const char *system; /* "nav", or NULL when it comes from a partner */
    const char *what;   /* "purchase_order", or the set */
    const char *by;     /* "vendor" or "customer" */
    /* sync ENTITY between SYSTEM and SYSTEM: what is "customer"; system is the
     * first of these. idle: tradepost.conf lacks one of them. */
    const char *sync[FLOW_SYSTEMS];
    size_t sync_count;
    bool idle;
    struct schedule schedule;
    struct flow_when *conditions;
    struct flow_verb_step *steps;
    const char *expect;  /* "997" or NULL */
    long expect_seconds; /* 0 = as the partner says */
    struct flow_text *next;
};

/* Adds the flows of one file's text to the list, in the order of the file. */
void flow_text_parse(struct arena *, const char *path, const char *text,
                     struct flow_text **list, struct problems *);
/* Gives the names in its conditions the fields of the record's kind. */
void flow_text_resolve(const struct flow_text *, enum record_kind,
                       struct arena *, struct problems *);
/* Gives its schedule the house's zone and its calendar, whose text find()
 * gives (path NULL: there is none). */
typedef const char *calendar_finder(void *user, const char *name,
                                    const char **path);
void flow_text_schedule(struct flow_text *, const char *zone, calendar_finder *,
                        void *user, struct arena *, struct problems *);
/* The step of that verb, or NULL. */
const struct flow_verb_step *flow_text_step(const struct flow_text *,
                                            enum flow_verb);

#endif
