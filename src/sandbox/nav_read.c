/* SPDX-License-Identifier: Apache-2.0 */
/* GET: $filter, $orderby, $select, $expand, $top, $skip, $count, server pages.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/base64.h"
#include "sandbox/nav.h"

enum { ORDERS = 8, SELECTS = 64 };

struct selection {
    const struct field *fields[SELECTS];
    size_t count; /* 0 = all */
};

struct query {
    const struct entity *entity;
    const struct filter *filter;
    const struct field *orders[ORDERS];
    bool descending[ORDERS];
    size_t order_count;
    struct selection select;
    const struct entity *lines; /* $expand, or NULL */
    struct selection lines_select;
    long top, skip, page; /* top -1 = all */
    bool count;
    const char *token;
};

struct found {
    const json_t *row;
    size_t index;
};

const char *
nav_etag(struct arena *arena, const struct entity *entity, const json_t *row)
{
    struct buf content CLEANUP(buf_free) = { 0 };
    unsigned long long hash[4];
    (void)entity;
    json_to_buf(&content, row);
    for (size_t i = 0; i < 4; i++)
        hash[i] = hash_bytes(i + 11, content.text, content.size);
    const char *inner = base64_encode(arena, hash, sizeof hash);
    const char *whole = arena_printf(arena, "'44;%s1;00;'", inner);
    return arena_printf(arena, "W/\"%s\"",
                        base64_encode(arena, whole, strlen(whole)));
}

static void
write_text(struct buf *out, const char *text)
{
    json_t *value CLEANUP(json_decrefp) = json_string(text);
    json_to_buf(out, value ? value : json_null());
}

static void
write_field(struct arena *arena, struct buf *out, const struct field *field,
            const json_t *row, const struct target *target)
{
    char tmp[32];
    const char *text = field_text(field, row, tmp);
    char number[DECIMAL_TEXT];
    if (field->type == FIELD_DECIMAL)
        text = decimal_text(decimal_of(text), number);
    buf_addf(out, ",\"%s\":", field->name);
    bool bare = field->type == FIELD_INT || field->type == FIELD_BOOL ||
                (field->type == FIELD_DECIMAL && !target->ieee754);
    if (bare)
        buf_adds(out, text);
    else if (field->type == FIELD_ENUM && target->face == FACE_API)
        write_text(out, enum_encode(arena, text));
    else
        write_text(out, text);
}

static void
write_row(struct arena *arena, struct buf *out, const struct entity *entity,
          const json_t *row, const struct selection *select,
          const struct target *target)
{
    buf_adds(out, "\"@odata.etag\":");
    write_text(out, nav_etag(arena, entity, row));
    if (!select || select->count == 0)
        for (size_t i = 0; i < entity->count; i++)
            write_field(arena, out, &entity->fields[i], row, target);
    else
        for (size_t i = 0; i < select->count; i++)
            write_field(arena, out, select->fields[i], row, target);
}

/* Does the line belong to the header? */
static bool
is_line_of(const struct entity *lines, const json_t *line, const json_t *header)
{
    const char *value = row_text(line, lines->parent);
    const char *member =
        text_equal(lines->parent, "_documentNumber") ? "number" : "id";
    return text_equal(value, row_text(header, member));
}

static void
write_lines(struct sandbox *box, struct call *call, const struct query *query,
            const json_t *header, const struct target *target)
{
    const struct entity *lines = query->lines;
    const char *id, *comma = "";
    json_t *row;
    buf_addf(&call->answer, ",\"%s\":[", lines->set);
    json_t *rows =
        text_equal(lines->parent, "documentId")
            ? world_lines(&box->world, lines->table, row_text(header, "id"))
            : world_table(&box->world, lines->table);
    json_object_foreach(rows, id, row)
    {
        if (!is_line_of(lines, row, header))
            continue;
        buf_addf(&call->answer, "%s{", comma);
        write_row(call->arena, &call->answer, lines, row, &query->lines_select,
                  target);
        buf_addc(&call->answer, '}');
        comma = ",";
    }
    buf_addc(&call->answer, ']');
}

static bool
read_select(struct call *call, const struct entity *entity, const char *text,
            struct selection *select)
{
    char *rest = arena_strdup(call->arena, text);
    for (char *name; (name = text_word(&rest, ", ")) != NULL;) {
        const struct field *field = entity_field(entity, name);
        if (!field || select->count == SELECTS)
            return nav_fail(call, 400, "BadRequest",
                            "Could not find a property named '%s' on type "
                            "'Microsoft.NAV.%s'.",
                            name, entity->type);
        select->fields[select->count++] = field;
    }
    return true;
}

static bool
read_orderby(struct call *call, struct query *query, const char *text)
{
    char *rest = arena_strdup(call->arena, text);
    for (char *part; (part = text_word(&rest, ",")) != NULL;) {
        char *name = text_word(&part, " ");
        char *direction = part ? text_word(&part, " ") : NULL;
        const struct field *field = entity_field(query->entity, name);
        if (!field || query->order_count == ORDERS)
            return nav_fail(call, 400, "BadRequest",
                            "Could not find a property named '%s' on type "
                            "'Microsoft.NAV.%s'.",
                            name, query->entity->type);
        query->descending[query->order_count] = text_equal(direction, "desc");
        query->orders[query->order_count++] = field;
    }
    return true;
}

/* $expand=purchaseOrderLines($select=a,b): one set of lines. */
static bool
read_expand(struct call *call, struct query *query, const char *text)
{
    char name[80];
    size_t size = strcspn(text, "(");
    (void)text_format(name, sizeof name, "%.*s", (int)size, text);
    query->lines = schema_find(query->entity->face, text_trim(name));
    if (!query->lines || !text_equal(query->entity->lines, query->lines->set))
        return nav_fail(call, 400, "BadRequest",
                        "Could not find a property named '%s' on type "
                        "'Microsoft.NAV.%s'.",
                        name, query->entity->type);
    if (text[size] == '\0')
        return true;
    char *options = arena_strdup(call->arena, text + size + 1);
    options[strcspn(options, ")")] = '\0';
    for (char *option; (option = text_word(&options, ";")) != NULL;) {
        if (!text_starts(option, "$select="))
            return nav_fail(call, 400, "BadRequest",
                            "The option '%s' of $expand is not known here.",
                            option);
        if (!read_select(call, query->lines, option + strlen("$select="),
                         &query->lines_select))
            return false;
    }
    return true;
}

static bool
check_options(struct call *call)
{
    static const char *const known[] = {
        "$filter", "$select", "$orderby",   "$expand",       "$top",
        "$skip",   "$count",  "$skiptoken", "$schemaversion"
    };
    for (size_t i = 0; i < call->query_count; i++) {
        const char *name = call->query[i].name;
        bool good = *name != '$';
        for (size_t n = 0; n < sizeof known / sizeof *known; n++)
            good |= text_equal(name, known[n]);
        if (!good)
            return nav_fail(call, 400, "BadRequest",
                            "The query parameter '%s' is not supported.", name);
    }
    return true;
}

static bool
read_number(struct call *call, const char *name, long *out)
{
    const char *text = call_query(call, name);
    return !text || text_number(text, 1000000, out) ||
           nav_fail(call, 400, "BadRequest", "Invalid value '%s' for %s.", text,
                    name);
}

static long
page_size(const struct sandbox *box, const struct call *call)
{
    const char *prefer = call_header(call, "Prefer");
    const char *wish = prefer ? strstr(prefer, "odata.maxpagesize=") : NULL;
    long size = box->options.page_size;
    if (wish) {
        long wanted = strtol(wish + strlen("odata.maxpagesize="), NULL, 10);
        size = wanted > 0 && wanted < size ? wanted : size;
    }
    return size;
}

static bool
read_query(struct sandbox *box, struct call *call, const struct entity *entity,
           struct query *query)
{
    const char *filter = call_query(call, "$filter");
    const char *select = call_query(call, "$select");
    const char *order = call_query(call, "$orderby");
    const char *expand = call_query(call, "$expand");
    *query = (struct query){ .entity = entity,
                             .top = -1,
                             .page = page_size(box, call),
                             .token = call_query(call, "$skiptoken"),
                             .count = text_equal(call_query(call, "$count"),
                                                 "true") };
    return check_options(call) &&
           filter_parse(call, entity, filter, &query->filter) &&
           (!select || read_select(call, entity, select, &query->select)) &&
           (!order || read_orderby(call, query, order)) &&
           (!expand || read_expand(call, query, expand)) &&
           read_number(call, "$top", &query->top) &&
           read_number(call, "$skip", &query->skip);
}

static int
by_orders(const void *a, const void *b, void *user)
{
    const struct query *query = user;
    const struct found *first = a, *second = b;
    for (size_t i = 0; i < query->order_count; i++) {
        int order = field_order(query->orders[i], first->row, second->row);
        if (order != 0)
            return query->descending[i] ? -order : order;
    }
    return first->index < second->index ? -1 : 1;
}

static struct found *
select_rows(struct sandbox *box, struct call *call, struct query *query,
            const json_t *header, size_t *count)
{
    json_t *table = world_table(&box->world, query->entity->table);
    struct found *found =
        arena_alloc(call->arena, (json_object_size(table) + 1) * sizeof *found);
    const char *id;
    json_t *row;
    *count = 0;
    json_object_foreach(table, id, row)
    {
        if (!nav_shows(query->entity, row) ||
            (header && !is_line_of(query->entity, row, header)) ||
            !filter_matches(query->filter, row))
            continue;
        found[*count] = (struct found){ row, *count };
        (*count)++;
    }
    if (query->order_count > 0)
        qsort_r(found, *count, sizeof *found, by_orders, query);
    return found;
}

/* The same address, its query and a token after the last row. */
static void
write_next(struct call *call, const struct target *target, const json_t *last,
           long top_left)
{
    struct buf link CLEANUP(buf_free) = { 0 };
    const char *mark = "?";
    if (target->face == FACE_API)
        buf_addf(&link, "http://%s", call->host);
    /* Pages answer with an address relative to the service root. */
    const char *path = target->face == FACE_API
                           ? call->path
                           : call->path + strlen("/BC/ODataV4/");
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == ' ')
            buf_adds(&link, "%20");
        else
            buf_addc(&link, *c);
    }
    for (size_t i = 0; i < call->query_count; i++) {
        const struct pair *pair = &call->query[i];
        if (text_equal(pair->name, "$skiptoken") ||
            text_equal(pair->name, "$skip") || text_equal(pair->name, "$top"))
            continue;
        buf_addf(&link, "%s%s=%s", mark, pair->name,
                 text_url_encode(call->arena, pair->value));
        mark = "&";
    }
    if (top_left >= 0) {
        buf_addf(&link, "%s$top=%ld", mark, top_left);
        mark = "&";
    }
    buf_addf(&link, "%s$skiptoken=%s", mark, row_text(last, "id"));
    buf_adds(&call->answer, ",\"@odata.nextLink\":");
    write_text(&call->answer, buf_text(&link));
}

static size_t
start_of(const struct query *query, const struct found *found, size_t count)
{
    if (!query->token)
        return (size_t)query->skip < count ? (size_t)query->skip : count;
    for (size_t i = 0; i < count; i++)
        if (text_equal(row_text(found[i].row, "id"), query->token))
            return i + 1;
    return count;
}

static void
answer_set(struct sandbox *box, struct call *call, const struct target *target,
           struct query *query, const json_t *header)
{
    size_t count = 0;
    struct found *found = select_rows(box, call, query, header, &count);
    size_t start = start_of(query, found, count), end = count;
    if (query->top >= 0 && start + (size_t)query->top < end)
        end = start + (size_t)query->top;
    size_t stop = end;
    if (start + (size_t)query->page < stop)
        stop = start + (size_t)query->page;
    call_answer(call, 200,
                "application/json; odata.metadata=minimal; "
                "odata.streaming=true; charset=utf-8",
                "");
    call_add_header(call, "OData-Version", "4.0");
    buf_addf(&call->answer, "{\"@odata.context\":\"%s/$metadata#%s/%s\"",
             target->root, target->company, query->entity->set);
    if (query->count)
        buf_addf(&call->answer, ",\"@odata.count\":%zu", count);
    buf_adds(&call->answer, ",\"value\":[");
    for (size_t i = start; i < stop; i++) {
        buf_adds(&call->answer, i > start ? ",{" : "{");
        write_row(call->arena, &call->answer, query->entity, found[i].row,
                  &query->select, target);
        if (query->lines)
            write_lines(box, call, query, found[i].row, target);
        buf_addc(&call->answer, '}');
    }
    buf_addc(&call->answer, ']');
    if (stop < end)
        write_next(call, target, found[stop - 1].row,
                   query->top >= 0 ? (long)(end - stop) : -1);
    buf_addc(&call->answer, '}');
}

static void
answer_one(struct sandbox *box, struct call *call, const struct target *target,
           const struct query *query, const json_t *row)
{
    call_answer(call, call->status,
                "application/json; odata.metadata=minimal; "
                "odata.streaming=true; charset=utf-8",
                "");
    buf_addf(&call->answer,
             "{\"@odata.context\":\"%s/$metadata#%s/%s/$entity\",",
             target->root, target->company, query->entity->set);
    write_row(call->arena, &call->answer, query->entity, row, &query->select,
              target);
    if (query->lines)
        write_lines(box, call, query, row, target);
    buf_addc(&call->answer, '}');
    call_add_header(call, "ETag", nav_etag(call->arena, query->entity, row));
    call_add_header(call, "OData-Version", "4.0");
}

void
nav_answer_row(struct sandbox *box, struct call *call,
               const struct target *target, const struct entity *entity,
               const json_t *row, int status)
{
    struct query query = { .entity = entity };
    call->status = status;
    answer_one(box, call, target, &query, row);
}

/* Lines are read by document, journal lines by journal. */
static bool
may_list(struct call *call, const struct query *query, const json_t *header)
{
    const struct entity *entity = query->entity;
    if (header || filter_names(query->filter, "id"))
        return true;
    if (entity->needs == NEEDS_DOCUMENT &&
        !filter_names(query->filter, "documentId"))
        return nav_fail(call, 400, "Application_DialogException",
                        "You must specify an Id or a Document Id to get the "
                        "lines.");
    if (entity->needs == NEEDS_JOURNAL &&
        !filter_names(query->filter, "journalId"))
        return nav_fail(call, 400, "Application_DialogException",
                        "You must specify a journal batch ID or a journal ID "
                        "to get a journal line.");
    return true;
}

void
nav_get(struct sandbox *box, struct call *call, const struct target *target)
{
    const json_t *header = NULL;
    struct query query;
    for (size_t i = 0; i < target->count; i++) {
        const struct step *step = &target->steps[i];
        const struct entity *entity = schema_find(target->face, step->name);
        bool last = i + 1 == target->count;
        if (!entity) {
            nav_fail(call, 404, "BadRequest_ResourceNotFound",
                     "Resource not found for the segment '%s'.", step->name);
            return;
        }
        if (last && !read_query(box, call, entity, &query))
            return;
        if (step->keyed) {
            header = nav_row(box, call, entity, step->key);
            if (!header)
                return;
        }
        if (!last)
            continue;
        if (step->keyed)
            answer_one(box, call, target, &query, header);
        else if (may_list(call, &query, header))
            answer_set(box, call, target, &query, header);
    }
}
