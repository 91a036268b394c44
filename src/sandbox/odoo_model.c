/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of a simulated Odoo's models over the sandbox's tables: a row is
 * a JSON object under Odoo's own names, a relation the other row's id. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/odoo.h"

static const struct odoo_field fields[] = {
#define FIELD(model, name, type, relation, flags) \
    { model, name, type, relation, flags },
#define COUNTRY(id, code, name)
#include "sandbox/odoo.tbl"
#undef FIELD
#undef COUNTRY
};
enum { FIELDS = sizeof fields / sizeof *fields };

const struct odoo_field *
odoo_field(const char *model, const char *name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (text_equal(fields[i].model, model) &&
            text_equal(fields[i].name, name))
            return &fields[i];
    return NULL;
}

static bool
has_model(const char *model)
{
    return odoo_field(model, "id") != NULL;
}

const char *
odoo_table(struct arena *arena, const char *model)
{
    return arena_printf(arena, "odoo.%s", model);
}

void
odoo_fail(struct odoo_ask *ask, const char *error, const char *format,
          const char *word)
{
    ask->error = error;
    ask->message =
        arena_printf(ask->arena, "%s '%s' in '%s'", format, word, ask->model);
}

/* Odoo's clock shows seconds. */
void
odoo_stamp(json_t *row)
{
    char now[WHEN_STAMP], date[24];

    when_stamp(when_now(), now);
    text_format(date, sizeof date, "%.10s %.8s", now, now + 11);
    row_set(row, "write_date", date);
}

void
odoo_seed(struct world *world)
{
    static const struct {
        int id;
        const char *code, *name;
    } countries[] = {
#define FIELD(model, name, type, relation, flags)
#define COUNTRY(id, code, name) { id, code, name },
#include "sandbox/odoo.tbl"
#undef FIELD
#undef COUNTRY
    };

    if (json_object_size(world_table(world, "odoo.res.country")) > 0)
        return;
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++)
        world_seed(world, "odoo.res.country",
                   json_pack("{s:o, s:s, s:s, s:s}", "id",
                             json_sprintf("%d", countries[i].id), "code",
                             countries[i].code, "name", countries[i].name,
                             "write_date", "2026-01-01 00:00:00"));
}

/* ---- reading */

static double
number_of(const json_t *value)
{
    if (json_is_string(value))
        return strtod(json_string_value(value), NULL);
    return json_is_true(value) ? 1 : json_number_value(value);
}

bool
odoo_is_number(const struct odoo_field *field)
{
    return text_equal(field->type, "integer") ||
           text_equal(field->type, "float") ||
           text_equal(field->type, "many2one");
}

/* <0, 0, >0; a value that is not there is false, and equal to false alone. */
static int
compare(const struct odoo_field *field, const json_t *have, const json_t *want)
{
    bool none = have == NULL || json_is_false(have) || json_is_null(have);

    if (text_equal(field->type, "boolean"))
        return json_is_true(have) - json_is_true(want);
    if (none || json_is_false(want))
        return none && json_is_false(want) ? 0 : none ? -1 : 1;
    if (odoo_is_number(field)) {
        double a = number_of(have), b = number_of(want);
        return (a > b) - (a < b);
    }
    return strcmp(json_string_value(have) ? json_string_value(have) : "",
                  json_string_value(want) ? json_string_value(want) : "");
}

static bool
is_in(const struct odoo_field *field, const json_t *have, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (compare(field, have, json_array_get(list, i)) == 0)
            return true;
    return false;
}

/* One term of a domain; terms are joined by and. */
static bool
holds(struct odoo_ask *ask, const json_t *row, const json_t *term)
{
    const char *name = json_string_value(json_array_get(term, 0));
    const char *how = json_string_value(json_array_get(term, 1));
    const json_t *want = json_array_get(term, 2);
    const struct odoo_field *field = name ? odoo_field(ask->model, name) : NULL;

    if (field == NULL || how == NULL) {
        odoo_fail(ask, "builtins.ValueError", "Invalid field",
                  name ? name : "");
        return false;
    }
    const json_t *have = json_object_get(row, name);
    if (text_equal(how, "in"))
        return is_in(field, have, want);
    int order = compare(field, have, want);
    if (text_equal(how, "="))
        return order == 0;
    if (text_equal(how, "!="))
        return order != 0;
    if (text_equal(how, ">="))
        return order >= 0;
    if (text_equal(how, "<="))
        return order <= 0;
    return text_equal(how, ">") ? order > 0 : order < 0;
}

static bool
is_shown(struct odoo_ask *ask, const json_t *row)
{
    const json_t *context = json_object_get(ask->named, "context");
    const json_t *test = json_object_get(context, "active_test");
    const json_t *term;
    size_t i;

    if (!json_is_false(test) && json_is_false(json_object_get(row, "active")))
        return false;
    json_array_foreach(json_object_get(ask->named, "domain"), i, term)
    {
        if (!holds(ask, row, term))
            return false;
    }
    return true;
}

static json_t *
shown(struct odoo_ask *ask, const json_t *row, const struct odoo_field *field)
{
    json_t *value = json_object_get(row, field->name);

    if (text_equal(field->name, "id"))
        return json_integer(strtol(row_text(row, "id"), NULL, 10));
    if (value == NULL || json_is_false(value) || json_is_null(value))
        return text_equal(field->type, "integer") ? json_integer(0)
               : text_equal(field->type, "float") ? json_real(0)
                                                  : json_false();
    if (text_equal(field->type, "many2one")) {
        char id[24];
        text_format(id, sizeof id, "%.0f", number_of(value));
        const json_t *other = world_by_id(
            &ask->box->world, odoo_table(ask->arena, field->relation), id);
        return json_pack("[I, s]", (json_int_t)number_of(value),
                         row_text(other, "name"));
    }
    if (text_equal(field->type, "float"))
        return json_real(number_of(value));
    return text_equal(field->type, "integer")
               ? json_integer((json_int_t)number_of(value))
               : json_incref(value);
}

static json_t *
show(struct odoo_ask *ask, const json_t *row)
{
    const json_t *wanted = json_object_get(ask->named, "fields");
    json_t *out = json_object();

    for (size_t i = 0; i < FIELDS; i++) {
        bool named = !json_is_array(wanted) || text_equal(fields[i].name, "id");
        for (size_t k = 0; !named && k < json_array_size(wanted); k++)
            named = text_equal(json_string_value(json_array_get(wanted, k)),
                               fields[i].name);
        if (named && text_equal(fields[i].model, ask->model))
            json_object_set_new(out, fields[i].name,
                                shown(ask, row, &fields[i]));
    }
    return out;
}

struct sorted {
    const json_t *row;
    bool by_date;
};

static int
by_order(const void *a, const void *b)
{
    const struct sorted *one = a, *two = b;
    int date = one->by_date ? strcmp(row_text(one->row, "write_date"),
                                     row_text(two->row, "write_date"))
                            : 0;
    long x = strtol(row_text(one->row, "id"), NULL, 10);
    long y = strtol(row_text(two->row, "id"), NULL, 10);

    return date != 0 ? date : (x > y) - (x < y);
}

static void
search_read(struct odoo_ask *ask)
{
    json_t *table =
        world_table(&ask->box->world, odoo_table(ask->arena, ask->model));
    size_t count = 0, limit = SIZE_MAX;
    struct sorted *list =
        arena_alloc(ask->arena, (json_object_size(table) + 1) * sizeof *list);
    const char *order = row_text(ask->named, "order"), *id;
    json_t *row;

    if (json_object_get(ask->named, "domain") == NULL) {
        ask->error = "werkzeug.exceptions.UnprocessableEntity";
        ask->message = "missing a required argument: 'domain'";
        return;
    }
    json_object_foreach(table, id, row)
    {
        if (is_shown(ask, row))
            list[count++] =
                (struct sorted){ row, text_starts(order, "write_date") };
        if (ask->error != NULL)
            return;
    }
    qsort(list, count, sizeof *list, by_order);
    if (json_is_integer(json_object_get(ask->named, "limit")))
        limit =
            (size_t)json_integer_value(json_object_get(ask->named, "limit"));
    ask->result = json_array();
    for (size_t i = 0; i < count && i < limit; i++)
        json_array_append_new(ask->result, show(ask, list[i].row));
}

static void
fields_get(struct odoo_ask *ask)
{
    ask->result = json_object();
    for (size_t i = 0; i < FIELDS; i++)
        if (text_equal(fields[i].model, ask->model)) {
            json_t *about =
                json_pack("{s:s, s:b, s:b}", "type", fields[i].type, "readonly",
                          strchr(fields[i].flags, 'r') != NULL, "required",
                          strchr(fields[i].flags, 'm') != NULL);
            if (fields[i].relation[0] != '\0')
                json_object_set_new(about, "relation",
                                    json_string(fields[i].relation));
            json_object_set_new(ask->result, fields[i].name, about);
        }
}

static const struct {
    const char *name;
    void (*run)(struct odoo_ask *);
} methods[] = { { "fields_get", fields_get }, { "search_read", search_read },
                { "create", odoo_create },    { "write", odoo_write },
                { "load", odoo_load },        { "unlink", odoo_unlink } };

void
odoo_run(struct odoo_ask *ask)
{
    if (!has_model(ask->model)) {
        ask->error = "werkzeug.exceptions.NotFound";
        ask->message = arena_printf(ask->arena, "the model '%s' does not exist",
                                    ask->model);
        return;
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (text_equal(methods[i].name, ask->method)) {
            methods[i].run(ask);
            return;
        }
    ask->error = "werkzeug.exceptions.NotFound";
    ask->message = arena_printf(ask->arena, "The method '%s.%s' does not exist",
                                ask->model, ask->method);
}
