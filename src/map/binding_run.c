/* SPDX-License-Identifier: Apache-2.0 */
/* A system's entity to a record and back. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "map/binding_private.h"
#include "map/map_private.h"

enum { MINUTE_SIZE = 16, INTEGER_DIGITS = 15 };

struct binding_run {
    const struct binding *binding;
    struct expr_run run;
    const char *prefix; /* "purchaseOrderLines[0]." */
};

static void read_bounds(struct binding_run *, const struct bound *,
                        const json_t *entity, struct frame *);
static void write_bounds(struct binding_run *, const struct bound *,
                         json_t *entity, struct frame *);

/* What systems write for "nothing". */
static bool
stands_for_nothing(const char *text)
{
    return *text == 0 || text_equal(text, "0001-01-01") ||
           text_equal(text, "00000000-0000-0000-0000-000000000000");
}

/* A scalar as text. A bare number comes as far as a double keeps it: clients
 * hand decimals over as texts. */
static const char *
scalar_text(struct binding_run *run, const json_t *value)
{
    const char *text;

    if (json_is_integer(value))
        return arena_printf(run->run.arena, "%" JSON_INTEGER_FORMAT,
                            json_integer_value(value));
    if (json_is_real(value))
        return arena_printf(run->run.arena, "%.15g", json_real_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    text = json_string_value(value);
    return text == NULL || stands_for_nothing(text) ? NULL : text;
}

static void
set_place(struct binding_run *run, const struct bound *bound)
{
    run->run.at =
        arena_printf(run->run.arena, "%s%s", run->prefix, bound->name);
}

static bool
is_chosen(struct binding_run *run, const struct bound *bound,
          const json_t *element)
{
    for (const struct bound_choice *c = bound->choices; c; c = c->next) {
        const char *text = scalar_text(run, node_at(element, c->name));
        bool fits = false;

        for (size_t i = 0; i < c->count; i++)
            fits |= text_equal(text, c->values[i]);
        if (!fits)
            return false;
    }
    return true;
}

/* "-0.00" says nothing about an allowance or a tax. */
static bool
is_zero(const char *text)
{
    struct decimal number;

    return decimal_parse(&number, text, strlen(text)) &&
           decimal_is_zero(number);
}

/* A single value read as a list: no element, or one whose "it" it is. */
static json_t *
list_of_one(struct binding_run *run, const json_t *value)
{
    const char *text = scalar_text(run, value);
    json_t *list = json_array();

    if (text != NULL && !is_zero(text)) {
        json_t *element = json_object();

        json_object_set_new(element, "it", json_string(text));
        json_array_append_new(list, element);
    }
    return list;
}

static void
read_list(struct binding_run *run, const struct bound *bound,
          const json_t *list, struct frame *frame)
{
    const char *outside = run->prefix;
    json_t *home = expr_frame_out(frame, bound->list->up)->node;
    const json_t *element;
    size_t i;

    json_array_foreach(list, i, element)
    {
        struct frame inner = { frame, NULL, bound->list->text, i };

        if (!is_chosen(run, bound, element))
            continue;
        inner.node = node_add(home, bound->list->text);
        run->prefix =
            arena_printf(run->run.arena, "%s%s[%zu].", outside, bound->name, i);
        run->run.frame = &inner;
        run->run.at = run->prefix;
        if (bound->where != NULL)
            expr_impose(bound->where, &run->run);
        read_bounds(run, bound->child, element, &inner);
    }
    run->run.frame = frame;
    run->prefix = outside;
}

/* -> total = sum(lines.amount), when nothing else gave the field a value. */
static void
derive(struct binding_run *run, const struct bound *bound, struct frame *frame)
{
    const char *text;

    run->run.frame = frame;
    run->run.at = bound->target->full;
    if (expr_text(bound->target, &run->run) != NULL)
        return;
    text = expr_text(bound->expr, &run->run);
    if (text != NULL)
        expr_take_field(bound->target, text, &run->run);
}

static void
read_bounds(struct binding_run *run, const struct bound *bound,
            const json_t *entity, struct frame *frame)
{
    for (; bound != NULL; bound = bound->next) {
        const json_t *value;

        if (bound->target != NULL) {
            derive(run, bound, frame);
            continue;
        }
        value = node_at(entity, bound->name);

        if (bound->list != NULL && json_is_array(value)) {
            read_list(run, bound, value, frame);
            continue;
        }
        if (bound->list != NULL) {
            CLEANUP(json_decrefp) json_t *one = list_of_one(run, value);

            read_list(run, bound, one, frame);
            continue;
        }
        if (bound->way == WAY_WRITE)
            continue;
        run->run.frame = frame;
        set_place(run, bound);
        expr_take(bound->expr, scalar_text(run, value), &run->run);
    }
}

bool
binding_read(const struct binding *binding, const json_t *entity,
             const struct map_codes *codes, struct problems *found,
             struct record **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct binding_run run = { .binding = binding, .prefix = "" };
    struct record *record;
    struct frame root = { 0 };

    if (!json_is_object(entity))
        return err_set(err, TP3002, "found no object, expected an entity of %s",
                       binding->entity);
    record = record_new(binding->kind);
    root.node = record->fields;
    run.run = (struct expr_run){ .frame = &root,
                                 .codes = codes,
                                 .side = binding->system,
                                 .arena = arena,
                                 .found = found };
    read_bounds(&run, binding->first, entity, &root);
    map_check_schema(record, &run.run);
    *out = record;
    return true;
}

static bool
is_integer(const struct expr *expr)
{
    return expr->kind == EXPR_CALL && expr->function == FUNCTION_INTEGER;
}

static json_t *
outside_value(struct binding_run *run, const struct expr *expr,
              const char *text)
{
    enum field_type type = expr_type(expr);
    struct decimal number;

    if (is_integer(expr) && strlen(text) <= INTEGER_DIGITS &&
        expr_number(text, &number, &run->run) && number.scale == 0)
        return json_integer((json_int_t)number.units);
    if (type == FIELD_FLAG)
        return json_boolean(text_equal(text, "true"));
    if (type == FIELD_TIME && strlen(text) == MINUTE_SIZE)
        text = arena_printf(run->run.arena, "%s:00Z", text);
    return json_string(text);
}

/* Puts a value at a dotted name, making the groups on the way. */
static void
put(json_t *entity, const char *name, json_t *value)
{
    const char *dot;

    while ((dot = strchr(name, '.')) != NULL) {
        char group[128];
        json_t *inner;

        (void)text_format(group, sizeof group, "%.*s", (int)(dot - name), name);
        inner = json_object_get(entity, group);
        if (inner == NULL) {
            inner = json_object();
            json_object_set_new(entity, group, inner);
        }
        entity = inner;
        name = dot + 1;
    }
    json_object_set_new(entity, name, value);
}

static void
write_list(struct binding_run *run, const struct bound *bound, json_t *entity,
           struct frame *frame)
{
    const json_t *home = expr_frame_out(frame, bound->list->up)->node;
    const json_t *list = node_at(home, bound->list->text), *element;
    const char *outside = run->prefix;
    json_t *out;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    out = json_array();
    json_array_foreach(list, i, element)
    {
        struct frame inner = { frame, (json_t *)(uintptr_t)element,
                               bound->list->text, i };
        json_t *row;

        run->run.frame = &inner;
        run->prefix = arena_printf(run->run.arena, "%s%s[%zu].", outside,
                                   bound->list->text, i);
        run->run.at = run->prefix;
        if (bound->where && expr_holds(bound->where, &run->run) != TRUTH_TRUE)
            continue;
        row = json_object();
        for (const struct bound_choice *c = bound->choices; c; c = c->next)
            put(row, c->name, json_string(c->values[0]));
        write_bounds(run, bound->child, row, &inner);
        json_array_append_new(out, row);
    }
    run->run.frame = frame;
    run->prefix = outside;
    put(entity, bound->name, out);
}

static void
write_bounds(struct binding_run *run, const struct bound *bound, json_t *entity,
             struct frame *frame)
{
    for (; bound != NULL; bound = bound->next) {
        const char *text;

        if (bound->target != NULL || bound->single)
            continue;
        run->run.frame = frame;
        set_place(run, bound);
        if (bound->when && expr_holds(bound->when, &run->run) != TRUTH_TRUE)
            continue;
        if (bound->list != NULL) {
            write_list(run, bound, entity, frame);
            continue;
        }
        if (bound->way == WAY_READ)
            continue;
        text = expr_text(bound->expr, &run->run);
        if (text != NULL)
            put(entity, bound->name, outside_value(run, bound->expr, text));
    }
}

bool
binding_write(const struct binding *binding, const struct record *record,
              const struct map_codes *codes, struct problems *found,
              json_t **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct binding_run run = { .binding = binding, .prefix = "" };
    struct frame root = { .node = record->fields };

    if (binding->kind != record->kind)
        return err_set(err, TP3002,
                       "found a record of kind %s, expected %s for %s",
                       record_kind_name(record->kind),
                       record_kind_name(binding->kind), binding->entity);
    run.run = (struct expr_run){ .frame = &root,
                                 .codes = codes,
                                 .side = binding->system,
                                 .arena = arena,
                                 .found = found };
    record_check(record, found);
    *out = json_object();
    write_bounds(&run, binding->first, *out, &root);
    return true;
}

/* ---- only what differs */

struct update {
    struct binding_run to, from; /* the same binding over two records */
    json_t *changes;
};

static void
start_run(struct binding_run *run, const struct binding *binding,
          struct frame *root, const struct map_codes *codes,
          struct arena *arena, struct problems *found)
{
    *run = (struct binding_run){ .binding = binding, .prefix = "" };
    run->run = (struct expr_run){ .frame = root,
                                  .codes = codes,
                                  .side = binding->system,
                                  .arena = arena,
                                  .found = found };
}

static void
update_bound(struct update *update, const struct bound *bound)
{
    struct expr_run *to = &update->to.run, *from = &update->from.run;

    set_place(&update->to, bound);
    if (bound->when != NULL && expr_holds(bound->when, to) != TRUTH_TRUE)
        return;
    const char *text = expr_text(bound->expr, to);
    if (text_equal(text, expr_text(bound->expr, from)))
        return;
    put(update->changes, bound->name,
        text != NULL ? outside_value(&update->to, bound->expr, text)
                     : json_null());
}

bool
binding_update(const struct binding *binding, const struct record *record,
               const struct record *now, const struct map_codes *codes,
               struct problems *found, json_t **changes, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct frame to = { .node = record->fields },
                 from = { .node = now->fields };
    struct update update = { .changes = json_object() };

    if (binding->kind != record->kind || binding->kind != now->kind) {
        json_decref(update.changes);
        return err_set(err, TP3002, "found a record of kind %s, expected %s",
                       record_kind_name(record->kind),
                       record_kind_name(binding->kind));
    }
    /* What the entity has cannot be a mistake of ours. */
    start_run(&update.to, binding, &to, codes, arena, found);
    start_run(&update.from, binding, &from, codes, arena, problems_new(arena));
    for (const struct bound *b = binding->first; b != NULL; b = b->next)
        if (b->target == NULL && b->list == NULL && b->way != WAY_READ)
            update_bound(&update, b);
    *changes = update.changes;
    return true;
}
