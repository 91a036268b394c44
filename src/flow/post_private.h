/* SPDX-License-Identifier: Apache-2.0 */
/* Postings that are made together. */
#ifndef TP_FLOW_POST_PRIVATE_H
#define TP_FLOW_POST_PRIVATE_H

#include "flow/flow_private.h"

struct batch;

struct posting {
    struct batch *batch;
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
    bool tried;               /* the request may have left */
    bool back;                /* it was not, and is not in this batch */
    const char *const *alone; /* has for itself, NULL-ended; NULL: everything */
    enum { TURN_WAITS, TURN_NOW, TURN_OVER } turn;
};

struct batch {
    struct flow *flow;
    struct arena *arena;
    struct posting *postings;
    size_t count;
    int64_t begun; /* pushing, of when_steady() */
    size_t tried;
};

/* post_turns.c: work() for each posting that begin() lets, in their order, up
 * to most of them at a time; none before an earlier one with which it shares a
 * name of alone is over. */
typedef bool posting_begin(struct posting *);
typedef void posting_work(struct posting *);
void post_turns(struct batch *, size_t most, posting_begin *, posting_work *);
/* Finds out what it must have for itself. */
void posting_alone(struct posting *);
/* How many may be at work in the system at a time; NULL: the house's. */
size_t post_at_once(struct flow *, const char *system);

/* post_batch.c: carries it out, from looking to the last commit. */
bool post_batch(struct batch *, struct err *) MUST_USE;

#endif
