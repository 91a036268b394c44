/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masters of Odoo, by search_read, write and load. Changes are found by
 * write_date, which Odoo shows in whole seconds: a pull looks back a while, and
 * a row's stamp is made of what it says, so that a second change within a
 * second is one. Archived rows are read, too. A row is made by load() with an
 * external id, so that doing it again finds the first one.
 */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "store/digest.h"
#include "system/odoo/odoo_private.h"

enum { PAGE = 200, STAMP = 32, DATE_SIZE = 20 };

const char *
odoo_folder(const struct system *system)
{
    (void)system;
    return "odoo";
}

const struct map_codes *
odoo_codes(struct system *system)
{
    return &odoo_of(system)->codes;
}

/* ---- rows */

static bool
is_relation(const char *type)
{
    return text_equal(type, "many2one");
}

static const char *
type_of(const json_t *fields, const char *name)
{
    return exact_word(json_object_get(fields, name), "type");
}

/* [233, "United States"] is 233; false is nothing, except of a flag. */
static json_t *
plain(const json_t *value, const char *type)
{
    if (json_is_array(value) && is_relation(type))
        return json_incref(json_array_get(value, 0));
    if (json_is_false(value) && !text_equal(type, "boolean"))
        return json_null();
    return json_deep_copy(value);
}

/* "2026-11-22 04:53:18" is UTC. */
static moment
moment_of(const char *date)
{
    char text[40];
    moment at;

    if (strlen(date) < DATE_SIZE - 1)
        return 0;
    text_format(text, sizeof text, "%.10sT%.8sZ", date, date + 11);
    return when_parse(text, &at) ? at : 0;
}

static bool
describe(const json_t *fields, const json_t *row, struct system_row *out,
         struct err *err)
{
    CLEANUP(buf_free) struct buf content = { 0 };
    const char *id = exact_text(row, "id"), *name;
    char digest[DIGEST_TEXT];
    json_t *value;

    if (id == NULL || !text_copy(out->id, sizeof out->id, id))
        return err_set(err, TP6012, "a row has no id");
    out->changed = moment_of(exact_word(row, "write_date"));
    out->fields = json_object();
    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        if (!text_equal(name, "write_date"))
            json_object_set_new(out->fields, name,
                                plain(value, type_of(fields, name)));
    }
    exact_dump(&content, out->fields);
    digest_sha256(digest, buf_text(&content), content.size);
    text_format(out->stamp, sizeof out->stamp, "%.*s", (int)STAMP, digest);
    /* The time belongs to the row, but is no part of what it says. */
    json_object_set(out->fields, "write_date",
                    json_object_get(row, "write_date"));
    return true;
}

/* What the binding reads and writes; lists are not of masters yet. */
static json_t *
names_of(const struct binding *binding)
{
    json_t *names = json_array();

    for (size_t i = 0; i < binding_field_count(binding); i++)
        if (strchr(binding_field(binding, i), '.') == NULL)
            json_array_append_new(names,
                                  json_string(binding_field(binding, i)));
    json_array_append_new(names, json_string("write_date"));
    return names;
}

/* A value as the field's type wants it. */
static json_t *
typed(const char *type, const char *text)
{
    if (text_equal(type, "integer") || text_equal(type, "float") ||
        text_equal(type, "monetary") || is_relation(type)) {
        json_t *number = exact_number(text);
        return number != NULL ? number : json_string(text);
    }
    if (text_equal(type, "boolean"))
        return json_boolean(text_equal(text, "true"));
    return json_string(text);
}

/* One term of where: FIELD HOW VALUE. */
static json_t *
term_of(const json_t *fields, char *term)
{
    static const char *const hows[] = { "=", "!=", ">", ">=", "<", "<=" };
    char *rest = term;
    const char *field = text_word(&rest, " "), *how = text_word(&rest, " ");
    const char *value = rest != NULL ? text_trim(rest) : "";

    for (size_t i = 0; field != NULL && how != NULL && *value != '\0' &&
                       i < sizeof hows / sizeof *hows;
         i++)
        if (text_equal(how, hows[i]))
            return json_pack("[s, s, o]", field, how,
                             typed(type_of(fields, field), value));
    return NULL;
}

/* where customer_rank > 0 and is_company = true */
static bool
domain_of(const struct binding *binding, const json_t *fields, json_t **domain,
          struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *where = binding_option(binding, "where");
    char *rest = where != NULL ? arena_strdup(arena, where) : NULL;

    *domain = json_array();
    while (rest != NULL) {
        char *also = strstr(rest, " and ");
        if (also != NULL)
            *also = '\0';
        json_t *term = term_of(fields, rest);
        if (term == NULL) {
            json_decref(*domain);
            return err_set(err, TP6001,
                           "%s: found where '%s', expected terms as "
                           "customer_rank > 0, joined by and",
                           binding_entity(binding), rest);
        }
        json_array_append_new(*domain, term);
        rest = also != NULL ? also + strlen(" and ") : NULL;
    }
    return true;
}

struct asked {
    const struct binding *binding;
    json_t *domain; /* stolen */
    const char *order;
    int limit;
};

static bool
search(struct odoo *odoo, struct asked asked, json_t **rows, struct err *err)
{
    const struct binding *binding = asked.binding;
    struct odoo_call call = {
        binding_entity(binding), "search_read",
        json_pack("{s:o, s:o, s:s, s:i, s:{s:b}}", "domain", asked.domain,
                  "fields", names_of(binding), "order", asked.order, "limit",
                  asked.limit, "context", "active_test", 0),
        true
    };

    if (!odoo_call(odoo, call, rows, err))
        return false;
    if (json_is_array(*rows))
        return true;
    json_decref(*rows);
    *rows = NULL;
    return err_set(err, TP6012, "%s.search_read answered no list",
                   binding_entity(binding));
}

/* ---- changes */

struct walk {
    struct odoo *odoo;
    const struct binding *binding;
    const json_t *fields;
    struct mark *mark;
    row_sink *sink;
    void *user;
    char date[DATE_SIZE], id[24]; /* of the last row that was given */
    size_t given;                 /* of this page */
};

static bool
give(struct walk *walk, const json_t *row, struct err *err)
{
    struct system_row out = { .fields = NULL };
    const char *date = exact_word(row, "write_date");

    bool good = describe(walk->fields, row, &out, err) &&
                walk->sink(walk->user, &out, err);
    text_copy(walk->id, sizeof walk->id, out.id);
    system_row_clear(&out);
    if (!good)
        return false;
    text_copy(walk->date, sizeof walk->date, date);
    if (strcmp(date, walk->mark->text) > 0)
        text_copy(walk->mark->text, sizeof walk->mark->text, date);
    return true;
}

/* One page of what the domain selects. */
static bool
give_page(struct walk *walk, json_t *domain, const char *order, struct err *err)
{
    CLEANUP(json_decrefp) json_t *rows = NULL;

    if (!search(walk->odoo,
                (struct asked){ walk->binding, domain, order, PAGE }, &rows,
                err))
        return false;
    walk->given = json_array_size(rows);
    for (size_t i = 0; i < walk->given; i++)
        if (!give(walk, json_array_get(rows, i), err))
            return false;
    return true;
}

static bool
domain_from(const struct walk *walk, const char *since, const char *until,
            json_t **domain, struct err *err)
{
    if (!domain_of(walk->binding, walk->fields, domain, err))
        return false;
    if (since[0] != '\0')
        json_array_append_new(
            *domain, json_pack("[s, s, s]", "write_date", ">=", since));
    if (until != NULL)
        json_array_append_new(*domain,
                              json_pack("[s, s, s]", "write_date", "<", until));
    return true;
}

static void
date_of(moment at, char out[DATE_SIZE])
{
    char stamp[WHEN_STAMP];

    when_stamp(at, stamp);
    text_format(out, DATE_SIZE, "%.10s %.8s", stamp, stamp + 11);
}

/* Many rows were written in one second: by id, since the dates are equal. */
static bool
give_second(struct walk *walk, struct err *err)
{
    char from[DATE_SIZE], to[DATE_SIZE];
    json_t *domain;

    text_copy(from, sizeof from, walk->date);
    date_of(moment_of(from) + 1000, to);
    text_copy(walk->id, sizeof walk->id, "0");
    do {
        if (!domain_from(walk, from, to, &domain, err))
            return false;
        json_array_append_new(
            domain, json_pack("[s, s, o]", "id", ">", exact_number(walk->id)));
        if (!give_page(walk, domain, "id asc", err))
            return false;
    } while (walk->given == PAGE);
    text_copy(walk->date, sizeof walk->date, to);
    walk->given = PAGE;
    return true;
}

bool
odoo_changes(struct system *system, const struct binding *binding,
             struct mark *mark, row_sink *sink, void *user, struct err *err)
{
    struct odoo *odoo = odoo_of(system);
    struct walk walk = { .odoo = odoo,
                         .binding = binding,
                         .mark = mark,
                         .sink = sink,
                         .user = user };
    moment last = moment_of(mark->text);
    char since[DATE_SIZE] = "";

    if (!odoo_fields(odoo, binding_entity(binding), &walk.fields, err))
        return false;
    if (last > 0)
        date_of(last - (moment)odoo->overlap_seconds * 1000, since);
    for (;;) {
        json_t *domain;
        if (!domain_from(&walk, since, NULL, &domain, err) ||
            !give_page(&walk, domain, "write_date asc, id asc", err))
            return false;
        if (walk.given < PAGE)
            return true;
        if (text_equal(walk.date, since) && !give_second(&walk, err))
            return false;
        text_copy(since, sizeof since, walk.date);
    }
}

/* ---- one row */

bool
odoo_row(struct system *system, const struct binding *binding,
         const char *field, const char *value, size_t *count,
         struct system_row *out, struct err *err)
{
    struct odoo *odoo = odoo_of(system);
    CLEANUP(json_decrefp) json_t *rows = NULL;
    const json_t *fields;
    json_t *domain;

    if (!odoo_fields(odoo, binding_entity(binding), &fields, err))
        return false;
    if (field == NULL)
        domain = json_array(); /* whatever it has become */
    else if (!domain_of(binding, fields, &domain, err))
        return false;
    json_array_append_new(
        domain, json_pack("[s, s, o]", field != NULL ? field : "id", "=",
                          field != NULL ? typed(type_of(fields, field), value)
                                        : exact_number(value)));
    if (!search(odoo, (struct asked){ binding, domain, "id asc", 2 }, &rows,
                err))
        return false;
    *count = json_array_size(rows);
    return *count != 1 || describe(fields, json_array_get(rows, 0), out, err);
}

/* ---- writing */

static json_t *
values_for(const json_t *fields, const json_t *values)
{
    json_t *out = json_object(), *value;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)values, name, value)
    {
        if (json_is_null(value))
            json_object_set_new(out, name, json_false());
        else if (json_is_string(value))
            json_object_set_new(
                out, name,
                typed(type_of(fields, name), json_string_value(value)));
        else
            json_object_set(out, name, value);
    }
    return out;
}

/* load() takes texts, and a relation's id under NAME/.id. */
struct made {
    const struct binding *binding;
    const json_t *fields, *values;
    const char *key;
};

static bool
load(struct odoo *odoo, const struct made *made_of, char id[96],
     struct err *err)
{
    const struct binding *binding = made_of->binding;
    const json_t *fields = made_of->fields, *values = made_of->values;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *said = NULL;
    json_t *names = json_pack("[s]", "id"),
           *row = json_pack("[s]", made_of->key);
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)values, name, value)
    {
        const char *text = json_is_boolean(value)
                               ? (json_is_true(value) ? "1" : "0")
                               : exact_text(values, name);
        if (text == NULL)
            continue;
        json_array_append_new(
            names, json_string(is_relation(type_of(fields, name))
                                   ? arena_printf(arena, "%s/.id", name)
                                   : name));
        json_array_append_new(row, json_string(text));
    }
    struct odoo_call call = {
        binding_entity(binding), "load",
        json_pack("{s:o, s:[o]}", "fields", names, "data", row), false
    };
    if (!odoo_call(odoo, call, &said, err))
        return false;
    const char *made =
        json_string_value(json_array_get(json_object_get(said, "ids"), 0));
    if (made != NULL && text_copy(id, 96, made))
        return true;
    const json_t *message =
        json_array_get(json_object_get(said, "messages"), 0);
    return err_set(err, TP6010, "%s.load: \"%.200s\"", binding_entity(binding),
                   exact_word(message, "message"));
}

static bool
write_row(struct odoo *odoo, const struct binding *binding, const char *id,
          json_t *values, struct err *err)
{
    CLEANUP(json_decrefp) json_t *said = NULL;
    struct odoo_call call = { binding_entity(binding), "write",
                              json_pack("{s:[o], s:o}", "ids", exact_number(id),
                                        "vals", values),
                              false };

    return odoo_call(odoo, call, &said, err);
}

bool
odoo_put(struct system *system, const struct binding *binding,
         struct system_row *row, json_t *values, const char *key,
         struct err *err)
{
    struct odoo *odoo = odoo_of(system);
    const json_t *fields;
    char id[sizeof row->id];
    size_t count;

    if (!odoo_fields(odoo, binding_entity(binding), &fields, err))
        return false;
    text_copy(id, sizeof id, row->id);
    if (id[0] == '\0'
            ? !load(odoo, &(struct made){ binding, fields, values, key }, id,
                    err)
            : !write_row(odoo, binding, id, values_for(fields, values), err))
        return false;
    system_row_clear(row);
    /* It was done: only what it looks like now is not known. */
    if (!odoo_row(system, binding, NULL, id, &count, row, err) || count != 1) {
        struct err unseen = *err;
        return err_set(err, TP6015, "%s %s was written, but not seen: %.160s",
                       binding_entity(binding), id, unseen.text);
    }
    return true;
}
