/* SPDX-License-Identifier: Apache-2.0 */
/* odoo - what the files of the simulated Odoo share. */
#ifndef TP_SANDBOX_ODOO_H
#define TP_SANDBOX_ODOO_H

#include "sandbox/sandbox.h"

/* One call of a method, however it came. */
struct odoo_ask {
    struct sandbox *box;
    struct arena *arena;
    const char *model, *method;
    const json_t *named; /* arguments by name */
    json_t *result;      /* NULL: it answers nothing */
    const char *error;   /* NULL, or the exception's name */
    const char *message;
};

/* odoo_model.c: does it, and fills result or error. */
void odoo_run(struct odoo_ask *);
/* odoo_model.c, for odoo_write.c: fields, tables, failures, write_date. */
struct odoo_field {
    const char *model, *name, *type, *relation, *flags;
};
const struct odoo_field *odoo_field(const char *model, const char *name);
bool odoo_is_number(const struct odoo_field *);
const char *odoo_table(struct arena *, const char *model);
void odoo_fail(struct odoo_ask *, const char *error, const char *format,
               const char *word);
void odoo_stamp(json_t *row);
void odoo_create(struct odoo_ask *);
void odoo_write(struct odoo_ask *);
void odoo_load(struct odoo_ask *);
void odoo_unlink(struct odoo_ask *);
/* Fills the countries, once. */
void odoo_seed(struct world *);

#endif
