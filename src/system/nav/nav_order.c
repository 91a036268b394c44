/* SPDX-License-Identifier: Apache-2.0 */
/* Orders as NAV has them now, in one form for both profiles. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

static void
set_text(json_t *object, const char *name, const char *text)
{
    if (!text_empty(text))
        json_object_set_new(object, name, json_string(text));
}

static void
set_decimal(json_t *object, const char *name, struct decimal value)
{
    char text[DECIMAL_TEXT];

    json_object_set_new(object, name, json_string(decimal_text(value, text)));
}

static json_t *
read_line(const struct nav *nav, json_t *row)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct nav_words *w = nav->words;
    struct decimal ordered = exact_amount(row, w->quantity);
    struct decimal received = exact_amount(row, w->received);
    json_t *line = json_object();

    set_text(line, "id", exact_text(row, "id"));
    set_text(line, "line", exact_text(row, w->line));
    set_text(line, "type", odata_word(arena, exact_word(row, w->type)));
    set_text(line, "item", exact_text(row, w->item));
    if (w->reference != NULL)
        set_text(line, "reference", exact_text(row, w->reference));
    set_text(line, "description", exact_text(row, w->text));
    set_text(line, "unit", exact_text(row, w->unit));
    set_text(line, "price", exact_text(row, w->price));
    set_decimal(line, "ordered", ordered);
    set_decimal(line, "received", received);
    set_decimal(line, "invoiced", exact_amount(row, w->invoiced));
    set_decimal(line, "open", decimal_subtract(ordered, received));
    set_decimal(line, "to_invoice",
                decimal_subtract(ordered, exact_amount(row, w->invoiced)));
    return line;
}

json_t *
nav_read_order(const struct nav *nav, json_t *row)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct nav_words *w = nav->words;
    const json_t *rows = json_object_get(row, w->order_lines);
    const char *status = odata_word(arena, exact_word(row, w->status));
    json_t *order = json_object(), *lines = json_array();

    set_text(order, "number", exact_text(row, w->number));
    set_text(order, "vendor", exact_text(row, w->vendor));
    set_text(order, "status", status);
    set_text(order, "released",
             strcmp(status, w->released) == 0 ? "true" : "false");
    set_text(order, "currency", exact_text(row, w->currency));
    set_text(order, "id", exact_text(row, "id"));
    set_text(order, "etag", exact_text(row, "@odata.etag"));
    for (size_t i = 0; i < json_array_size(rows); i++)
        json_array_append_new(lines, read_line(nav, json_array_get(rows, i)));
    json_object_set_new(order, "lines", lines);
    return order;
}

bool
nav_order(struct nav *nav, const char *number, json_t **order, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *row = NULL;
    const struct nav_words *w = nav->words;
    struct odata_query query = { .filter = arena_printf(
                                     arena, "%s%s eq %s", w->order_key,
                                     w->number, odata_quote(arena, number)),
                                 .expand = w->order_lines };
    size_t count;

    *order = NULL;
    if (!odata_first(nav->odata, ODATA_MAIN, w->orders, &query, &row, &count,
                     err))
        return err_at(err, "order %s", number);
    if (count > 0)
        *order = nav_read_order(nav, row);
    return true;
}

/* Units in our words; what no table knows stays as NAV writes it. */
static void
say_units(const struct system *system, json_t *order)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct map_codes *codes = system->context.codes;
    const json_t *lines = json_object_get(order, "lines");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        const char *theirs = exact_word(line, "unit"), *ours = theirs;
        const char *out = NULL, *guess = NULL;
        if (codes != NULL && codes->look_up(codes->user, "unit", "nav", "ours",
                                            theirs, arena, &out, &guess))
            ours = out;
        set_text(line, "unit_nav", theirs);
        set_text(line, "unit", arena_strdup(arena, ours));
    }
}

bool
nav_seen_order(struct nav *nav, const char *number, json_t **order,
               struct err *err)
{
    *order = nav_seen(nav, "order", number);
    return *order != NULL || nav_order(nav, number, order, err);
}

bool
nav_match_order(struct system *system, const char *number, json_t **order,
                struct err *err)
{
    struct nav *nav = nav_of(system);

    if (!nav_seen_order(nav, number, order, err))
        return false;
    if (*order == NULL)
        return true;
    json_t *copy = json_deep_copy(*order);
    nav_see(nav, "order", number, *order);
    json_decref(*order);
    *order = copy;
    say_units(system, copy);
    return true;
}
