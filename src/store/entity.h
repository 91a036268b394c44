/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entity - masters that several systems keep: what the house has of a customer,
 * and what each system had when the two last agreed.
 *
 *   if (!journal_entity_linked(journal, "odoo", "customer", "17", arena,
 *                              &entity, &found, &err)) ...
 *   journal_entity_put(journal, &entity, "customer C10010: phone 1 -> 2
 * (odoo)", &err); journal_link_put(journal, &link, NULL, &err);
 *
 * Part of store/journal.h, whose rules on transactions and errors hold here.
 * Texts that are pointers live in the arena given, or are the caller's.
 */
#ifndef TP_STORE_ENTITY_H
#define TP_STORE_ENTITY_H

#include "base/when.h"
#include "store/document.h"

struct arena;
struct journal;

struct entity {
    int64_t id; /* 0: not journalled yet */
    char kind[32], number[64];
    moment changed;     /* when its fields last did */
    const char *fields; /* a record's canonical JSON */
};

enum link_state {
    LINK_AGREED,  /* nothing is to be done */
    LINK_WANTED,  /* the system is to be asked and told, when due */
    LINK_WRITING, /* it is being told: whether it heard is not known */
    LINK_HELD,    /* a person, or a fact, is needed */
    LINK_GONE,    /* the system does not have it any longer */
    LINK_STATES
};
const char *link_state_name(enum link_state);

struct link {
    int64_t id, entity;
    char system[32];
    char remote[96]; /* what the system calls it; "" = not known yet */
    char stamp[96];  /* of the row that was last seen */
    enum link_state state;
    enum err_code code;
    char reason[256], waits_for[160];
    int attempts;
    moment due, updated;       /* due 0 = at once */
    const char *ours, *theirs; /* records as they last agreed, "" = never */
    const char *seen;          /* theirs as it was last read */
};

bool journal_entity(struct journal *, const char *kind, const char *number,
                    struct arena *, struct entity *, bool *found,
                    struct err *) MUST_USE;
bool journal_entity_by_id(struct journal *, int64_t id, struct arena *,
                          struct entity *, bool *found, struct err *) MUST_USE;
/* The entity that a system's row is a form of. */
bool journal_entity_linked(struct journal *, const char *system,
                           const char *kind, const char *remote, struct arena *,
                           struct entity *, bool *found, struct err *) MUST_USE;
/* Adds it (and sets its id) or changes it by id. detail is for the audit. A
 * number that another one of the kind has is refused (TP4011). */
bool journal_entity_put(struct journal *, struct entity *, const char *detail,
                        struct err *) MUST_USE;

/* All of an entity, by system. */
bool journal_links(struct journal *, int64_t entity, struct arena *,
                   struct link **, size_t *count, struct err *) MUST_USE;
/* What a system is to be told of a kind by now, or what is held for a fact that
 * may be there by now; oldest first. */
bool journal_links_due(struct journal *, const char *system, const char *kind,
                       size_t most, struct arena *, struct link **,
                       size_t *count, struct err *) MUST_USE;
/* The first moment after now at which one of any system is due; 0 = none. */
bool journal_link_next(struct journal *, moment *due, struct err *) MUST_USE;
/* Adds or changes the link of an entity and a system. detail NULL: not worth an
 * event. */
bool journal_link_put(struct journal *, struct link *, const char *detail,
                      struct err *) MUST_USE;

#endif
