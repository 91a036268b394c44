/* SPDX-License-Identifier: Apache-2.0 */
/* What the odoo files share. */
#ifndef TP_SYSTEM_ODOO_ODOO_PRIVATE_H
#define TP_SYSTEM_ODOO_ODOO_PRIVATE_H

#include "base/arena.h"
#include "net/http.h"
#include "system/exact.h"
#include "system/master.h"
#include "system/system.h"

/* AUTO: JSON-2 from version 19 on, else JSON-RPC. */
enum odoo_api { ODOO_AUTO, ODOO_JSONRPC, ODOO_JSON2 };

struct odoo {
    struct arena *arena; /* settings' texts */
    struct http *http;
    const char *url, *database, *user;
    struct buf key; /* wiped when closed */
    enum odoo_api api;
    long version;   /* of the server; 0 = not asked yet */
    json_int_t uid; /* who we are, by JSON-RPC; 0 = not signed in */
    json_t *models; /* fields_get by model */
    json_t *known;  /* look-ups that were answered: "model.field:value" */
    long overlap_seconds;
    struct map_codes codes;
};

static inline struct odoo *
odoo_of(const struct system *system)
{
    return system->state;
}

/* odoo_rpc.c: model.method with named arguments; ids, where the method is of
 * rows, is one of them. *out is the caller's, NULL when the method answers
 * nothing. Numbers in it are texts. */
struct odoo_call {
    const char *model, *method;
    json_t *arguments; /* stolen */
    bool reads;        /* changes nothing */
};
bool odoo_call(struct odoo *, struct odoo_call, json_t **out,
               struct err *) MUST_USE;
/* Signs in, if that was not done. */
bool odoo_sign_in(struct odoo *, struct err *) MUST_USE;
/* The fields of a model: { name: { type, relation, readonly, required } };
 * borrowed. */
bool odoo_fields(struct odoo *, const char *model, const json_t **,
                 struct err *) MUST_USE;

/* odoo_master.c */
const char *odoo_folder(const struct system *);
const struct map_codes *odoo_codes(struct system *);
bool odoo_look_up(void *user, const char *table, const char *from,
                  const char *to, const char *value, struct arena *,
                  const char **out, const char **guess);
bool odoo_changes(struct system *, const struct binding *, struct mark *,
                  row_sink *, void *user, struct err *);
bool odoo_row(struct system *, const struct binding *, const char *field,
              const char *value, size_t *count, struct system_row *,
              struct err *);
bool odoo_put(struct system *, const struct binding *, struct system_row *,
              json_t *values, const char *key, struct err *);
bool odoo_check(struct system *, struct problems *, struct err *);

#endif
