/* SPDX-License-Identifier: Apache-2.0 */
/* entity_private - entities' tables, and their operations asked of a keeper. */
#ifndef TP_STORE_ENTITY_PRIVATE_H
#define TP_STORE_ENTITY_PRIVATE_H

#include "store/entity.h"
#include "store/journal_private.h"

extern const char schema_entity[];

/* Which entity: by its id; else by a system's name for it; else by number. */
struct entity_key {
    int64_t id;
    const char *system, *kind, *remote, *number;
};
bool entity_find(struct journal *, const struct entity_key *, struct arena *,
                 struct entity *, bool *found, struct err *) MUST_USE;
/* Which links: those of an entity; else what is due of a system and kind. */
struct link_key {
    int64_t entity;
    const char *system, *kind;
    size_t most;
    moment now; /* the asker's */
};
bool link_find(struct journal *, const struct link_key *, struct arena *,
               struct link **, size_t *count, struct err *) MUST_USE;

bool remote_entity(struct journal *, const struct entity_key *, struct arena *,
                   struct entity *, bool *found, struct err *) MUST_USE;
bool remote_entity_put(struct journal *, struct entity *, const char *detail,
                       struct err *) MUST_USE;
bool remote_links(struct journal *, const struct link_key *, struct arena *,
                  struct link **, size_t *count, struct err *) MUST_USE;
bool remote_link_put(struct journal *, struct link *, const char *detail,
                     struct err *) MUST_USE;
bool remote_link_next(struct journal *, moment *due, struct err *) MUST_USE;

#endif
