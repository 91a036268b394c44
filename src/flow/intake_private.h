/* SPDX-License-Identifier: Apache-2.0 */
/* An arrival on its way into the journal: what the files of intake share. */
#ifndef TP_FLOW_INTAKE_PRIVATE_H
#define TP_FLOW_INTAKE_PRIVATE_H

#include "flow/flow_private.h"

struct part {
    struct interchange row;
    const struct read_interchange *from; /* NULL: nothing could be read */
    const struct partner *partner;       /* NULL: nobody known */
    struct prepared *sets;
    bool any;   /* it has sets, though they are not here */
    bool first; /* its control number was not there before */
    struct part *next;
};

struct apart {
    struct flow *flow;
    struct interchange *arrival;
    struct buf bytes;
    struct arena *arena;
    struct part *parts;
    struct part *part; /* whose sets are told now */
    struct read_sum sum;
    struct window *taken; /* what an earlier taking apart has done */
};

struct window {
    int64_t offset, id;
    bool begun; /* and not ended: of a large arrival */
    struct window *next;
};

/* intake.c */
bool intake_find_taken(struct apart *, struct err *) MUST_USE;
bool intake_is_taken(const struct apart *, uint64_t offset);
/* The interchange there that an earlier run began and did not end, or 0. */
int64_t intake_begun(const struct apart *, uint64_t offset);
/* from NULL: nothing could be read. Its hash is the caller's to fill in. */
struct part *intake_add_part(struct apart *, const struct read_interchange *);
/* Who sent it, to whom, was it here before, is it rejected? goes_on = false
 * when the answer ends it, with a document that says why. */
bool intake_judge(struct apart *, struct part *, bool *goes_on,
                  struct err *) MUST_USE;
void intake_hold_unreadable(struct apart *);
/* As read_handler.junk; the user is an apart. */
bool intake_junk(void *user, uint64_t offset, uint64_t size, struct err *);
/* intake_journal.c: in the caller's transaction. */
bool intake_part(struct apart *, struct part *, struct err *) MUST_USE;
bool intake_answers(struct apart *, const struct part *, struct err *) MUST_USE;

#endif
