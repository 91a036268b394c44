/* SPDX-License-Identifier: Apache-2.0 */
/* Our numbers for what partners call otherwise: from the partner's code
 * table, from the run-time table, from the system. A missing one is a problem
 * that names the fact which would release the document. */
#include "flow/flow_private.h"

#include <string.h>

struct resolving {
    struct flow *flow;
    const struct partner *partner;
    struct system *system;
    struct map_codes codes;
    struct problems *found;
    struct arena *arena;
};

static bool
in_tables(struct resolving *at, const char *value, char out[64])
{
    const char *ours, *guess = NULL;

    if (!at->codes.look_up(at->codes.user, "item", "x12", "ours", value,
                           at->arena, &ours, &guess))
        return false;
    return text_copy(out, 64, ours);
}

static bool
in_system(struct resolving *at, const char *table, const char *value,
          bool *found, char out[64], struct err *err)
{
    const char *owner =
        at->partner->vendor ? at->partner->vendor : at->partner->customer;

    return at->system->ops->look_up(at->system, table, owner ? owner : "",
                                    value, found, out, err);
}

/* Tries each name a line has for its item: ours first, then the partner's,
 * then the GTIN. */
static bool
find_item(struct resolving *at, const json_t *line, bool *found, char out[64],
          struct err *err)
{
    static const struct {
        const char *field, *table;
    } names[] = { { "vendor_item", "reference" }, { "gtin", "gtin" } };
    const char *ours = node_text(line, "item");

    *found = false;
    if (ours != NULL && !in_system(at, "item", ours, found, out, err))
        return false;
    for (size_t i = 0; !*found && i < 2; i++) {
        const char *value = node_text(line, names[i].field);
        if (value == NULL)
            continue;
        *found = in_tables(at, value, out);
        if (!*found && !in_system(at, names[i].table, value, found, out, err))
            return false;
    }
    return true;
}

static void
report_item(struct resolving *at, const json_t *line, const char *place)
{
    const char *value = node_text(line, "vendor_item");
    char waits[100];

    if (value == NULL)
        value = node_text(line, "item");
    if (value == NULL)
        value = node_text(line, "gtin");
    if (value == NULL) {
        problem_add(at->found, TP7050, place, NULL,
                    "the line names no item at all");
        return;
    }
    text_format(waits, sizeof waits, "item::%s", value);
    problem_add(at->found, TP7051, place, waits,
                "item '%s' is unknown; add it to the partner's item codes or "
                "as an item reference in the system",
                value);
}

void
name_line(const json_t *line, size_t index, char place[48])
{
    const char *number = node_text(line, "line");

    if (number != NULL)
        text_format(place, 48, "line %.40s", number);
    else
        text_format(place, 48, "line %zu", index + 1);
}

static bool
resolve_lines(struct resolving *at, const json_t *lines, struct err *err)
{
    json_t *line;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)lines, i, line)
    {
        char item[64], place[48];
        bool found;
        if (!find_item(at, line, &found, item, err))
            return false;
        name_line(line, i, place);
        if (!found)
            report_item(at, line, place);
        else
            json_object_set_new(line, "item", json_string(item));
    }
    return true;
}

static bool
resolve_shipment(struct resolving *at, struct record *record, struct err *err)
{
    size_t orders = record_count(record, "orders");
    char path[96];

    for (size_t i = 0; i < orders; i++) {
        text_format(path, sizeof path, "orders[%zu].lines", i);
        if (!resolve_lines(at, record_node(record, path), err))
            return false;
        text_format(path, sizeof path, "orders[%zu].packs", i);
        size_t packs = record_count(record, path);
        for (size_t pack = 0; pack < packs; pack++) {
            text_format(path, sizeof path, "orders[%zu].packs[%zu].lines", i,
                        pack);
            if (!resolve_lines(at, record_node(record, path), err))
                return false;
        }
    }
    return true;
}

/* Who it is about is known by who sent it. */
static void
resolve_party(struct resolving *at, struct record *record, const char *field,
              const char *number)
{
    char waits[80];

    if (number != NULL) {
        record_set(record, field, number);
        return;
    }
    text_format(waits, sizeof waits, "number::%s", field);
    problem_add(at->found, TP7052, field, waits,
                "partners/%s.conf has no %s number", at->partner->code, field);
}

/* A supplier can do nothing with a line of nothing; some reject the order. */
static void
check_quantity(struct resolving *at, const json_t *line, const char *place)
{
    const char *item = node_text(line, "item");

    if (node_text(line, "quantity") == NULL ||
        !decimal_is_zero(node_decimal(line, "quantity")))
        return;
    problem_add(at->found, TP7053, place, NULL,
                "item %s is ordered with quantity 0; give it a quantity or "
                "delete the line in the system",
                item != NULL ? item : "?");
}

/* Suppliers like to see their own numbers; none is no reason to wait. */
static bool
resolve_order(struct resolving *at, struct record *record, struct err *err)
{
    json_t *line;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)record_node(record, "lines"), i,
                       line)
    {
        const char *item = node_text(line, "item"), *theirs, *guess = NULL;
        char out[64], place[48];
        bool found = false;
        name_line(line, i, place);
        check_quantity(at, line, place);
        if (item == NULL || node_text(line, "vendor_item") != NULL)
            continue;
        if (at->codes.look_up(at->codes.user, "item", "ours", "x12", item,
                              at->arena, &theirs, &guess)) {
            json_object_set_new(line, "vendor_item", json_string(theirs));
            continue;
        }
        if (!in_system(at, "vendor_item", item, &found, out, err))
            return false;
        if (found)
            json_object_set_new(line, "vendor_item", json_string(out));
    }
    return true;
}

bool
resolve_record(struct flow *flow, const struct partner *partner,
               struct record *record, struct problems *found, struct err *err)
{
    struct code_user user = { flow, partner };
    struct resolving at = { .flow = flow,
                            .partner = partner,
                            .codes = codes_of(&user),
                            .found = found };
    bool good = true;

    if (record->kind == RECORD_ACK)
        return true;
    at.system = home_system(flow, err);
    if (at.system == NULL)
        return false;
    at.arena = arena_new();
    if (record->kind == RECORD_SHIPMENT) {
        resolve_party(&at, record, "vendor", partner->vendor);
        good = resolve_shipment(&at, record, err);
    } else if (record->kind == RECORD_PAYMENT) {
        resolve_party(&at, record, "customer", partner->customer);
    } else if (record->kind == RECORD_ORDER) {
        good = resolve_order(&at, record, err);
    } else if (record->kind == RECORD_INVOICE &&
               record_text(record, "customer") == NULL) {
        resolve_party(&at, record, "vendor", partner->vendor);
        good = resolve_lines(&at, record_node(record, "lines"), err);
    }
    arena_free(&at.arena);
    if (!good)
        system_failed(flow, NULL, 0, err);
    return good;
}
