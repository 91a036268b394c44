/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups of bindings in Odoo's own tables, as lookup(res.country.code,
 * address.country): by a field of a model, or by its id. The house's code
 * tables have no point in their names. */
#include <string.h>

#include "base/text.h"
#include "system/odoo/odoo_private.h"

static bool
ask_for(struct odoo *odoo, const char *model, const char *field,
        const char *value, bool outward, char out[128])
{
    CLEANUP(json_decrefp) json_t *rows = NULL;
    struct err failed = { 0 };
    struct odoo_call call = { model, "search_read",
                              json_pack("{s:[[s, s, o]], s:[s], s:i}", "domain",
                                        outward ? field : "id", "=",
                                        outward ? json_string(value)
                                                : exact_number(value),
                                        "fields", field, "limit", 2),
                              true };

    if (!odoo_call(odoo, call, &rows, &failed) || json_array_size(rows) != 1)
        return false;
    const char *text =
        exact_text(json_array_get(rows, 0), outward ? "id" : field);
    return text != NULL && text_copy(out, 128, text);
}

bool
odoo_look_up(void *user, const char *table, const char *from, const char *to,
             const char *value, struct arena *arena, const char **out,
             const char **guess)
{
    struct system *system = user;
    struct odoo *odoo = odoo_of(system);
    const struct map_codes *house = system->context.codes;
    const char *dot = strrchr(table, '.');
    bool outward = text_equal(from, "ours");
    char answer[128];

    if (dot == NULL)
        return house->look_up(house->user, table, from, to, value, arena, out,
                              guess);
    const char *asked = arena_printf(arena, "%s>%s:%s", from, table, value);
    const char *known = json_string_value(json_object_get(odoo->known, asked));
    if (known == NULL) {
        const char *model = arena_strndup(arena, table, (size_t)(dot - table));
        if (!ask_for(odoo, model, dot + 1, value, outward, answer))
            return false;
        json_object_set_new(odoo->known, asked, json_string(answer));
        known = answer;
    }
    *out = arena_strdup(arena, known);
    return true;
}
