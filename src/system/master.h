/* SPDX-License-Identifier: Apache-2.0 */
/*
 * master - customers, vendors, items of a business system, read and written as
 * a binding says (map/map.h).
 *
 *   masters->changes(system, binding, &mark, sink, user, &err);
 *   masters->row(system, binding, "email", "a@b.example", &count, &row, &err);
 *   masters->put(system, binding, &row, values, key, &err);
 *   system_row_clear(&row);
 *
 * A write whose outcome is not known is ERR_UNSURE; whoever asked reads the row
 * again, after the system's settle_seconds.
 */
#ifndef TP_SYSTEM_MASTER_H
#define TP_SYSTEM_MASTER_H

#include "base/when.h"
#include "system/system.h"

/* A master as the system has it, under the system's own names. */
struct system_row {
    char id[96];    /* what the system calls it */
    char stamp[96]; /* differs when the row does: an ETag, a time */
    moment changed; /* 0 = not said */
    json_t *fields; /* texts, flags, lists; borrowed in a sink, else owned */
};
typedef bool row_sink(void *user, const struct system_row *, struct err *);

void system_row_clear(struct system_row *);

struct master_ops {
    /* Its bindings are bindings/FOLDER/ENTITY.binding. */
    const char *(*folder)(const struct system *);
    /* The code tables of its bindings, its own look-ups before the house's. */
    const struct map_codes *(*codes)(struct system *);
    /* MAY. The id that a row made under this key will have. */
    void (*new_id)(const struct system *, const char *key, char id[96]);
    /* What changed since the mark, in the order of change; some come again. */
    bool (*changes)(struct system *, const struct binding *, struct mark *,
                    row_sink *, void *user, struct err *);
    /* The row whose field has the value; field NULL: whose id it is. count: 0,
     * 1, or 2 for more than one. */
    bool (*row)(struct system *, const struct binding *, const char *field,
                const char *value, size_t *count, struct system_row *,
                struct err *);
    /* Writes to the row (its id and stamp), or makes it when its id is "":
     * *row is then as the system has it. An external key, where the system has
     * such, makes a repeated creation find the first one. A row that changed
     * since it was read is refused (ERR_CONFLICT). */
    bool (*put)(struct system *, const struct binding *, struct system_row *,
                json_t *values, const char *key, struct err *);
};

#endif
