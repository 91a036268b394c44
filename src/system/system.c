/* SPDX-License-Identifier: Apache-2.0 */
#include "system/system.h"

#include <string.h>

#include "base/text.h"
#include "system/master.h"
#include "system/system_private.h"

static const struct system_ops *const kinds[] = { &nav_ops, &odoo_ops, NULL };

const struct system_ops *const *
system_kinds(void)
{
    return kinds;
}

const struct system_ops *
system_kind(const char *name)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (text_equal(kinds[i]->name, name))
            return kinds[i];
    return NULL;
}

bool
system_open(struct system **out, const struct system_context *context,
            struct err *err)
{
    const char *kind = conf_text(context->group, "kind", "");
    const struct system_ops *ops = system_kind(kind);

    if (ops == NULL)
        return err_set(err, TP6001,
                       "system %s is of kind '%s'; 'nav' and 'odoo' "
                       "are known",
                       context->name, kind);
    struct system *system = obtain(sizeof *system);
    system->ops = ops;
    system->context = *context;
    if (!ops->open(system, err)) {
        system_close(&system);
        return err_at(err, "%s", context->name);
    }
    *out = system;
    return true;
}

void
system_row_clear(struct system_row *row)
{
    json_decref(row->fields);
    *row = (struct system_row){ .fields = NULL };
}

void
system_close(struct system **system)
{
    if (*system == NULL)
        return;
    (*system)->ops->close(*system);
    release(system);
}
