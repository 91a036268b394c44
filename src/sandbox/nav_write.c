/* SPDX-License-Identifier: Apache-2.0 */
/* POST (with deep insert on API pages), PATCH and DELETE. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"

static bool
bad_value(struct call *call, const struct field *field)
{
    return nav_fail(call, 400, "BadRequest",
                    "The value of property '%s' cannot be converted to the "
                    "expected type.",
                    field->name);
}

/* A decimal is a text exactly when the request's content type says
 * IEEE754Compatible=true (OData JSON Format 4.0, 4.4). */
static bool
read_decimal(struct call *call, const struct field *field, const json_t *value,
             json_t **out)
{
    const char *type = call_header(call, "Content-Type");
    bool as_text = type && strcasestr(type, "IEEE754Compatible=true");
    char number[40], text[DECIMAL_TEXT];
    struct decimal decimal;
    if (json_is_string(value) != as_text)
        return nav_fail(call, 400, "BadRequest",
                        "Cannot convert a value to target type 'Edm.Decimal' "
                        "because of conflict between input format "
                        "string/number and parameter 'IEEE754Compatible' "
                        "false/true.");
    if (json_is_string(value))
        (void)text_copy(number, sizeof number, json_string_value(value));
    else if (json_is_integer(value))
        (void)text_format(number, sizeof number, "%lld",
                          (long long)json_integer_value(value));
    else if (json_is_real(value))
        (void)text_format(number, sizeof number, "%.15g",
                          json_real_value(value));
    else
        return bad_value(call, field);
    if (!decimal_parse(&decimal, number, strlen(number)))
        return bad_value(call, field);
    *out = json_string(decimal_text(decimal, text));
    return true;
}

static bool
read_option(struct call *call, const struct field *field, const char *text,
            json_t **out)
{
    const char *plain = enum_decode(call->arena, text);
    for (const char **option = field->options; *option; option++) {
        if (!text_equal(*option, plain))
            continue;
        *out = json_string(plain);
        return true;
    }
    return nav_fail(call, 400, "BadRequest",
                    "Requested value '%s' was not found for property '%s'.",
                    text, field->name);
}

static bool
read_text(struct call *call, const struct field *field, const char *text,
          json_t **out)
{
    moment time;
    bool good = true;
    if (field->type == FIELD_TEXT && field->max > 0 &&
        text_length(text) > field->max)
        return nav_fail(call, 400, "Application_StringExceededLength",
                        "The length of the string is %zu, but it must be less "
                        "than or equal to %zu characters. Value: %s",
                        text_length(text), field->max, text);
    if (field->type == FIELD_ENUM)
        return read_option(call, field, text, out);
    if (field->type == FIELD_GUID)
        good = is_guid(text);
    else if (field->type == FIELD_DATE)
        good = when_is_date(text) || text_equal(text, NO_DATE);
    else if (field->type == FIELD_STAMP)
        good = when_parse(text, &time);
    if (!good)
        return bad_value(call, field);
    char *copy = arena_strdup(call->arena, text);
    for (char *c = copy; field->type == FIELD_GUID && *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    *out = json_string(copy);
    return true;
}

static bool
read_value(struct call *call, const struct field *field, const json_t *value,
           json_t **out)
{
    if (json_is_null(value)) {
        *out = NULL;
        return true;
    }
    if (field->type == FIELD_DECIMAL)
        return read_decimal(call, field, value, out);
    if (field->type == FIELD_BOOL || field->type == FIELD_INT) {
        bool fits = field->type == FIELD_BOOL ? json_is_boolean(value)
                                              : json_is_integer(value);
        *out = json_deep_copy(value);
        return fits || bad_value(call, field);
    }
    return json_is_string(value)
               ? read_text(call, field, json_string_value(value), out)
               : bad_value(call, field);
}

/* Puts one member of a body into the row. */
static bool
take_member(struct call *call, const struct entity *entity, json_t *row,
            const char *name, const json_t *value, bool made)
{
    const struct field *field = entity_field(entity, name);
    json_t *stored CLEANUP(json_decrefp) = NULL;
    if (strchr(name, '@'))
        return true;
    if (!field)
        return nav_fail(call, 400, "BadRequest",
                        "The property '%s' does not exist on type "
                        "'Microsoft.NAV.%s'. Make sure to only use property "
                        "names that are defined by the type.",
                        name, entity->type);
    bool id = text_equal(field->from, "id");
    if (field->read_only || (id && !made))
        return nav_fail(call, 400, "BadRequest", "Control '%s' is read-only.",
                        name);
    if (field->fixed)
        return true;
    if (!read_value(call, field, value, &stored))
        return false;
    if (stored)
        json_object_set(row, field->from, stored);
    else
        json_object_del(row, field->from);
    return true;
}

/* All members but the lines of a deep insert. */
static bool
take_members(struct call *call, const struct entity *entity, json_t *row,
             json_t *body, bool made)
{
    const char *name;
    json_t *value;
    json_object_foreach(body, name, value)
    {
        bool lines = *entity->lines && text_equal(name, entity->lines);
        if (lines && (!made || entity->face == FACE_PAGE))
            return nav_fail(call, 400, "BadRequest",
                            "Deep %s of '%s' is not supported.",
                            made ? "insert" : "update", name);
        if (!lines && !take_member(call, entity, row, name, value, made))
            return false;
    }
    return true;
}

static bool
exists(struct call *call, const struct entity *entity, const char *id)
{
    return nav_fail(call, 400, "Internal_EntityWithSameKeyExists",
                    "The record in table %s already exists. Identification "
                    "fields and values: SystemId='{%s}'",
                    entity->type, id);
}

/* Makes one row of a body; NULL when refused. */
static json_t *
make_row(struct sandbox *box, struct call *call, const struct entity *entity,
         json_t *body, const json_t *header)
{
    json_t *row CLEANUP(json_decrefp) = json_object();
    if (header && entity->face == FACE_API)
        row_set(row, entity->parent, row_text(header, "id"));
    else if (header)
        row_set(row, entity->parent, row_text(header, "number"));
    if (!take_members(call, entity, row, body, true))
        return NULL;
    const char *id = row_text(row, "id");
    if (*id && world_by_id(&box->world, entity->table, id)) {
        exists(call, entity, id);
        return NULL;
    }
    if (!rules_apply(box, call, entity, row, true))
        return NULL;
    return world_put(&box->world, entity->table, json_incref(row));
}

static void
undo(struct sandbox *box, const struct entity *entity, const json_t *header)
{
    const struct entity *lines = schema_find(entity->face, entity->lines);
    json_t *ids CLEANUP(json_decrefp) = json_array();
    const char *id;
    json_t *row;
    size_t i;
    if (lines)
        json_object_foreach(world_table(&box->world, lines->table), id, row)
        {
            if (text_equal(row_text(row, "documentId"),
                           row_text(header, "id")) ||
                text_equal(row_text(row, "journalId"), row_text(header, "id")))
                json_array_append_new(ids, json_string(id));
        }
    json_array_foreach(ids, i, row)
    {
        world_delete(&box->world, lines->table, json_string_value(row));
    }
    world_delete(&box->world, entity->table, row_text(header, "id"));
}

static bool
insert_lines(struct sandbox *box, struct call *call,
             const struct entity *entity, json_t *body, json_t *header)
{
    const struct entity *lines = schema_find(entity->face, entity->lines);
    json_t *list = json_object_get(body, entity->lines), *line;
    size_t i;
    if (!lines || !list)
        return true;
    json_array_foreach(list, i, line)
    {
        if (!make_row(box, call, lines, line, header))
            return false;
    }
    rules_total(&box->world, entity->table, header);
    return true;
}

/* Sums of the header after one of its lines changed. */
static void
total_parent(struct sandbox *box, const struct entity *entity,
             const json_t *line)
{
    size_t count;
    const struct entity *all = schema_all(&count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].face != FACE_API || !text_equal(all[i].lines, entity->table))
            continue;
        json_t *header = world_by_id(&box->world, all[i].table,
                                     row_text(line, "documentId"));
        if (header)
            rules_total(&box->world, all[i].table, header);
    }
}

static const struct entity *
last_entity(struct sandbox *box, struct call *call, const struct target *target,
            const json_t **header)
{
    const struct entity *entity = NULL;
    for (size_t i = 0; i < target->count; i++) {
        const struct step *step = &target->steps[i];
        entity = schema_find(target->face, step->name);
        if (!entity) {
            nav_fail(call, 404, "BadRequest_ResourceNotFound",
                     "Resource not found for the segment '%s'.", step->name);
            return NULL;
        }
        if (!step->keyed)
            continue;
        *header = nav_row(box, call, entity, step->key);
        if (!*header)
            return NULL;
    }
    return entity;
}

static bool
may(struct call *call, const struct entity *entity, unsigned what,
    const char *word)
{
    return (entity->may & what) != 0 ||
           nav_fail(call, 405, "BadRequest_MethodNotAllowed",
                    "Entity '%s' does not support %s.", entity->set, word);
}

static json_t *
read_body(struct call *call)
{
    const char *type = call_header(call, "Content-Type");
    if (!type || strncasecmp(type, "application/json", 16) != 0) {
        nav_fail(call, 415, "BadRequest",
                 "The content type must be application/json.");
        return NULL;
    }
    json_t *body = call_body(call);
    if (!body)
        nav_fail(call, 400, "BadRequest", "The body is not valid JSON.");
    return body;
}

void
nav_post(struct sandbox *box, struct call *call, const struct target *target)
{
    const json_t *header = NULL;
    const struct entity *entity = last_entity(box, call, target, &header);
    if (!entity || !may(call, entity, MAY_INSERT, "insert"))
        return;
    json_t *body CLEANUP(json_decrefp) = read_body(call);
    if (!body)
        return;
    json_t *row = make_row(box, call, entity, body, header);
    if (!row)
        return;
    if (!insert_lines(box, call, entity, body, row)) {
        undo(box, entity, row);
        return;
    }
    total_parent(box, entity, row);
    bool payment = text_equal(entity->table, "customerPayments") ||
                   text_equal(entity->table, "genJournal");
    world_effect(&box->world, payment ? "payment" : "insert", entity->table,
                 row, row_text(row, "id"));
    nav_answer_row(box, call, target, entity, row, 201);
    call_add_header(call, "Location",
                    arena_printf(call->arena, "%s/%s/%s(%s)", target->root,
                                 target->company, entity->set,
                                 row_text(row, "id")));
}

/* If-Match is needed and must be current or "*". */
static bool
check_etag(struct call *call, const struct entity *entity, const json_t *row)
{
    const char *match = call_header(call, "If-Match");
    if (text_empty(match))
        return nav_fail(call, 400, "BadRequest_InvalidToken",
                        "Could not validate the client concurrency token "
                        "required by the service: If-Match is missing.");
    if (text_equal(match, "*") ||
        text_equal(match, nav_etag(call->arena, entity, row)))
        return true;
    return nav_fail(call, 409, "Request_EntityChanged",
                    "Another user has already changed the record.");
}

static bool
find_for_change(struct sandbox *box, struct call *call,
                const struct target *target, const struct entity **entity,
                json_t **row)
{
    const json_t *found = NULL;
    *entity = last_entity(box, call, target, &found);
    if (!*entity)
        return false;
    if (!target->steps[target->count - 1].keyed)
        return nav_fail(call, 405, "BadRequest_MethodNotAllowed",
                        "A key is needed.");
    *row = world_by_id(&box->world, (*entity)->table, row_text(found, "id"));
    return true;
}

void
nav_patch(struct sandbox *box, struct call *call, const struct target *target)
{
    const struct entity *entity = NULL;
    json_t *row = NULL;
    if (!find_for_change(box, call, target, &entity, &row) ||
        !may(call, entity, MAY_MODIFY, "modify") ||
        !check_etag(call, entity, row))
        return;
    json_t *body CLEANUP(json_decrefp) = read_body(call);
    json_t *changed CLEANUP(json_decrefp) = json_deep_copy(row);
    if (!body || !take_members(call, entity, changed, body, false) ||
        !rules_apply(box, call, entity, changed, false))
        return;
    row = world_put(&box->world, entity->table, json_incref(changed));
    rules_total(&box->world, entity->table, row);
    total_parent(box, entity, row);
    world_effect(&box->world, "modify", entity->table, row, "");
    nav_answer_row(box, call, target, entity, row, 200);
}

void
nav_delete(struct sandbox *box, struct call *call, const struct target *target)
{
    const struct entity *entity = NULL;
    json_t *row = NULL;
    if (!find_for_change(box, call, target, &entity, &row) ||
        !may(call, entity, MAY_DELETE, "delete") ||
        !check_etag(call, entity, row))
        return;
    const struct bill_kind *kind = bill_kind_of(entity->table);
    if (kind && bill_is_posted(row)) {
        bill_refuse_posted(call, kind);
        return;
    }
    json_t *gone CLEANUP(json_decrefp) = json_incref(row);
    world_effect(&box->world, "delete", entity->table, row, "");
    undo(box, entity, gone);
    total_parent(box, entity, gone);
    call_answer(call, 204, NULL, "");
}
