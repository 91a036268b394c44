/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated Odoo's methods that change rows. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/odoo.h"

static bool
check_values(struct odoo_ask *ask, const json_t *values)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)values, name, value)
    {
        const struct odoo_field *field = odoo_field(ask->model, name);
        if (field == NULL)
            odoo_fail(ask, "builtins.ValueError", "Invalid field", name);
        else if (strchr(field->flags, 'm') != NULL &&
                 (json_is_false(value) || json_is_null(value)))
            odoo_fail(ask, "odoo.exceptions.ValidationError",
                      "The operation cannot be completed: a field is required:",
                      name);
        else if (odoo_is_number(field) && json_is_string(value))
            odoo_fail(ask, "builtins.ValueError",
                      "a number is expected:", name);
        if (ask->error != NULL)
            return false;
    }
    return true;
}

static json_t *
make(struct odoo_ask *ask, const json_t *values)
{
    const char *table = odoo_table(ask->arena, ask->model);
    json_t *row = json_object();

    json_object_set_new(
        row, "id",
        json_string(world_number(&ask->box->world, ask->arena, table, 7)));
    if (odoo_field(ask->model, "active") != NULL)
        json_object_set_new(row, "active", json_true());
    json_object_update(row, (json_t *)(uintptr_t)values);
    odoo_stamp(row);
    row = world_put(&ask->box->world, table, row);
    world_effect(&ask->box->world, "create", table, row, row_text(row, "ref"));
    return row;
}

void
odoo_create(struct odoo_ask *ask)
{
    const json_t *list = json_object_get(ask->named, "vals_list");
    const json_t *values;
    size_t i;

    if (json_is_object(list)) {
        if (!check_values(ask, list))
            return;
        ask->result =
            json_integer(strtol(row_text(make(ask, list), "id"), NULL, 10));
        return;
    }
    json_array_foreach(list, i, values)
    {
        if (!check_values(ask, values))
            return;
    }
    ask->result = json_array();
    json_array_foreach(list, i, values)
    {
        json_array_append_new(
            ask->result,
            json_integer(strtol(row_text(make(ask, values), "id"), NULL, 10)));
    }
}

static bool
change(struct odoo_ask *ask, const char *id, const json_t *values)
{
    const char *table = odoo_table(ask->arena, ask->model);
    json_t *row = world_by_id(&ask->box->world, table, id);

    if (row == NULL) {
        odoo_fail(ask, "odoo.exceptions.MissingError",
                  "Record does not exist or has been deleted:", id);
        return false;
    }
    json_object_update(row, (json_t *)(uintptr_t)values);
    odoo_stamp(row);
    world_changed(&ask->box->world, table, row);
    world_effect(&ask->box->world, "write", table, row, row_text(row, "ref"));
    return true;
}

void
odoo_write(struct odoo_ask *ask)
{
    const json_t *ids = json_object_get(ask->named, "ids");
    const json_t *values = json_object_get(ask->named, "vals");

    if (!check_values(ask, values))
        return;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        char id[24];
        text_format(id, sizeof id, "%lld",
                    (long long)json_integer_value(json_array_get(ids, i)));
        if (!change(ask, id, values))
            return;
    }
    ask->result = json_true();
}

/* A column's text as the field has it. */
static json_t *
loaded(const struct odoo_field *field, const char *text)
{
    if (text_equal(field->type, "boolean"))
        return json_boolean(text_equal(text, "1") || text_equal(text, "true"));
    if (text_equal(field->type, "float"))
        return json_real(strtod(text, NULL));
    return odoo_is_number(field) ? json_integer(strtol(text, NULL, 10))
                                 : json_string(text);
}

static json_t *
load_values(struct odoo_ask *ask, const json_t *names, const json_t *row,
            const char **key)
{
    json_t *values = json_object();

    *key = "";
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const char *text = json_string_value(json_array_get(row, i));
        size_t size = strcspn(name != NULL ? name : "", "/");
        const char *plain = arena_strndup(ask->arena, name ? name : "", size);
        const struct odoo_field *field = odoo_field(ask->model, plain);
        if (text_equal(name, "id")) {
            *key = text != NULL ? text : "";
            continue;
        }
        if (field == NULL) {
            odoo_fail(ask, "builtins.ValueError", "Invalid field", plain);
            break;
        }
        json_object_set_new(values, plain, loaded(field, text ? text : ""));
    }
    return values;
}

/* Creates or updates by external id. */
void
odoo_load(struct odoo_ask *ask)
{
    const json_t *names = json_object_get(ask->named, "fields");
    const json_t *row;
    json_t *ids = json_array();
    size_t i;

    json_array_foreach(json_object_get(ask->named, "data"), i, row)
    {
        const char *key, *id;
        json_t *values CLEANUP(json_decrefp) =
            load_values(ask, names, row, &key);
        const json_t *known =
            world_by_id(&ask->box->world, "odoo.ir.model.data", key);
        if (ask->error != NULL || !check_values(ask, values))
            break;
        id = row_text(known, "res_id");
        if (known == NULL) {
            id = row_text(make(ask, values), "id");
            if (key[0] != '\0')
                world_put(&ask->box->world, "odoo.ir.model.data",
                          json_pack("{s:s, s:s}", "id", key, "res_id", id));
        } else if (!change(ask, id, values)) {
            break;
        }
        json_array_append_new(ids, json_integer(strtol(id, NULL, 10)));
    }
    ask->result =
        json_pack("{s:o, s:[], s:i}", "ids", ids, "messages", "nextrow", 0);
}

/* Its external ids go with it. */
static void
forget_ids(struct odoo_ask *ask, const char *id)
{
    json_t *known =
        world_find(&ask->box->world, "odoo.ir.model.data", "res_id", id);

    if (known != NULL)
        world_delete(&ask->box->world, "odoo.ir.model.data",
                     arena_strdup(ask->arena, row_text(known, "id")));
}

void
odoo_unlink(struct odoo_ask *ask)
{
    const json_t *ids = json_object_get(ask->named, "ids");

    for (size_t i = 0; i < json_array_size(ids); i++) {
        char id[24];
        text_format(id, sizeof id, "%lld",
                    (long long)json_integer_value(json_array_get(ids, i)));
        forget_ids(ask, id);
        world_delete(&ask->box->world, odoo_table(ask->arena, ask->model), id);
    }
    ask->result = json_true();
}
