/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync_private - what keeping masters in step shares.
 *
 * The house has an entity per customer, vendor or item; each system of the
 * flow's line is linked to it. Changes are read from a system and compared
 * (sync_meet), in the transaction that moves the cursor; the other systems'
 * links are then wanted, and each is told by sync_push, which reads the row
 * afresh, compares again and writes what differs.
 */
#ifndef TP_FLOW_SYNC_PRIVATE_H
#define TP_FLOW_SYNC_PRIVATE_H

#include "flow/flow_private.h"
#include "map/agree.h"
#include "store/entity.h"
#include "system/master.h"

/* One system's side of a flow. */
struct side {
    struct flow *flow;
    const struct flow_text *text;
    const char *name;
    struct system *system;
    const struct binding *binding;
    struct arena *arena; /* of this batch */
};

/* A row as a record, and the entity and link it belongs to. */
struct meeting {
    const struct side *side;
    struct entity entity; /* id 0: a new one */
    struct link link;
    struct record *house, *theirs;
    struct problems *found; /* of reading the row */
};
void meeting_free(struct meeting *);

/* Whether a number was given by us until the first system has given one. */
bool is_provisional(const char *number);
/* Reads the row as a record; problems stay in meeting.found. */
bool sync_read(struct meeting *, const struct system_row *, struct err *);
/* The first of them that stops it, or NULL: that a row has no number yet does
 * not. */
const struct problem *sync_problem(const struct meeting *);
/* Compares the two and journals what the house takes, in the caller's
 * transaction; the other systems are then to be told. The agreement is the
 * caller's to free. */
bool sync_agree(struct meeting *, const struct system_row *, struct agreement *,
                struct agree_case *, struct err *);
/* The records of the case, except theirs. */
void sync_case_free(struct agree_case *);
/* The link waits for a person, or for the fact that the problem names, which is
 * looked for again now and then. Told once for each reason. */
bool sync_hold(struct meeting *, const struct problem *, struct err *);
bool sync_is_held(const struct link *, const struct problem *);
/* The link keeps what the system has. */
void sync_saw(struct meeting *, const struct record *theirs);
/* Puts the bases into the link: agreed, or held for conflicts. */
void sync_settle(struct meeting *, const struct agreement *);
/* The entity has this number from now on; held when another one has it. */
bool sync_number(struct meeting *, const char *number, struct err *);
/* A row that changed, from its system's hand; in the caller's transaction. */
bool sync_meet(const struct side *, const struct system_row *, bool *news,
               struct err *);
/* Brings one link that is due to its end; commits by itself. */
bool sync_push(const struct side *, struct link *, unsigned *moved,
               struct err *);

#endif
