/* SPDX-License-Identifier: Apache-2.0 */
/* Postings that are made together. */
#ifndef TP_FLOW_POST_PRIVATE_H
#define TP_FLOW_POST_PRIVATE_H

#include "flow/flow_private.h"

struct posting {
    struct document document;
    struct document claimed; /* as it was */
    const struct flow_text *text;
    const struct flow_verb_step *step;
    struct record *record;
    struct effect effect;
    struct push_result result;
    struct err failed;
    enum pushed pushed;
    enum {
        POST_PUSH,        /* the system is changed */
        POST_ACKNOWLEDGE, /* only the journal is */
        POST_HELD,        /* as its state says: it waits */
        POST_YIELD        /* not its turn; nothing was done */
    } way;
    bool tried; /* the request may have left */
    bool back;  /* it was not, and is not in this batch */
};

struct batch {
    struct flow *flow;
    struct posting *postings;
    size_t count;
};

/* post_batch.c: carries it out, from looking to the last commit. */
bool post_batch(struct batch *, struct err *) MUST_USE;

#endif
