/* SPDX-License-Identifier: Apache-2.0 */
/* A shipment becomes receipts, one for each order that it names. All orders
 * are checked before the first is received. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

/* Goods of one order gathered by its lines. */
struct gathering {
    struct system *system;
    const json_t *order;
    json_t *lines;
    struct push_result *result;
    struct err *err;
};

static json_t *
line_for(json_t *lines, const json_t *line)
{
    const char *number = exact_word(line, "line");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *have = json_array_get(lines, i);
        if (strcmp(exact_word(have, "line"), number) == 0)
            return have;
    }
    json_t *made = json_copy((json_t *)(uintptr_t)line);
    json_object_set_new(made, "quantity", json_string("0"));
    json_array_append_new(lines, made);
    return made;
}

static enum pushed
gather_line(struct gathering *to, const json_t *goods)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct decimal quantity = node_decimal(goods, "quantity");
    const char *unit = node_text(goods, "unit");
    const json_t *line;
    char name[120], text[DECIMAL_TEXT];

    if (decimal_is_zero(quantity))
        return PUSH_DONE;
    enum pushed matched =
        nav_match(to->system, to->order, goods, &line, to->result, to->err);
    if (matched != PUSH_DONE)
        return matched;
    const char *ordered_in = exact_word(line, "unit");
    const char *shipped_in =
        unit != NULL ? nav_unit(to->system, arena, unit) : ordered_in;
    if (strcmp(shipped_in, ordered_in) != 0)
        return nav_hold(to->result, to->err, TP6024, NULL,
                        "%s is shipped in %s; order %s line %s is in %s",
                        nav_name_goods(goods, name, sizeof name), shipped_in,
                        exact_word(to->order, "number"),
                        exact_word(line, "line"), ordered_in);
    json_t *sum = line_for(to->lines, line);
    quantity = decimal_add(exact_amount(sum, "quantity"), quantity);
    json_object_set_new(sum, "quantity",
                        json_string(decimal_text(quantity, text)));
    return PUSH_DONE;
}

static enum pushed
gather_list(struct gathering *to, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum pushed done = gather_line(to, json_array_get(list, i));
        if (done != PUSH_DONE)
            return done;
    }
    return PUSH_DONE;
}

static enum pushed
gather(struct gathering *to, const json_t *shipped)
{
    const json_t *packs = node_at(shipped, "packs");
    enum pushed done = gather_list(to, node_at(shipped, "lines"));

    for (size_t i = 0; done == PUSH_DONE && i < json_array_size(packs); i++)
        done = gather_list(to, node_at(json_array_get(packs, i), "lines"));
    if (done == PUSH_DONE && json_array_size(to->lines) == 0)
        return nav_hold(to->result, to->err, TP6021, NULL,
                        "the shipment has no goods of order %s",
                        exact_word(to->order, "number"));
    return done;
}

/* What is shipped against what is open, line by line. */
static enum pushed
check_open(const struct gathering *of)
{
    const char *number = exact_word(of->order, "number");

    for (size_t i = 0; i < json_array_size(of->lines); i++) {
        const json_t *line = json_array_get(of->lines, i);
        struct decimal open = exact_amount(line, "open");
        struct decimal more =
            decimal_subtract(exact_amount(line, "quantity"), open);
        char text[DECIMAL_TEXT];
        if (decimal_compare(more, decimal_from(0)) <= 0)
            continue;
        if (decimal_compare(open, decimal_from(0)) <= 0)
            return nav_hold(
                of->result, of->err, TP6023, NULL,
                "order %s line %s (%s) is closed: %s ordered, %s "
                "received, %s shipped now",
                number, exact_word(line, "line"), exact_word(line, "item"),
                exact_word(line, "ordered"), exact_word(line, "received"),
                exact_word(line, "quantity"));
        return nav_hold(of->result, of->err, TP6022, NULL,
                        "order %s line %s (%s): %s shipped, %s open (%s "
                        "ordered, %s received), %s too many",
                        number, exact_word(line, "line"),
                        exact_word(line, "item"), exact_word(line, "quantity"),
                        exact_word(line, "open"), exact_word(line, "ordered"),
                        exact_word(line, "received"), decimal_text(more, text));
    }
    return PUSH_DONE;
}

static enum pushed
check_order(struct system *system, const char *po, json_t **order,
            struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *waits_for = arena_printf(arena, "order:%s", po);

    if (!nav_order(nav_of(system), po, order, err))
        return nav_failed(err);
    if (*order == NULL)
        return nav_hold(result, err, TP6020, waits_for,
                        "order %s is not in NAV", po);
    if (strcmp(exact_word(*order, "released"), "true") != 0)
        return nav_hold(result, err, TP6025, waits_for,
                        "order %s is '%s' in NAV; it has to be released", po,
                        exact_word(*order, "status"));
    return PUSH_DONE;
}

/* Lines as the codeunit takes them: [{"line":10000,"quantity":"12.5"}]; the
 * quantity a text, exact whatever reads it. */
static char *
lines_text(struct arena *arena, const json_t *lines)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    CLEANUP(buf_free) struct buf out = { 0 };

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        json_t *one = json_object();
        json_object_set_new(one, "line",
                            exact_decimal(exact_amount(line, "line")));
        json_object_set_new(one, "quantity",
                            json_string(exact_word(line, "quantity")));
        json_array_append_new(list, one);
    }
    exact_dump(&out, list);
    return arena_strdup(arena, out.text);
}

/* {"number":"107031","existed":true}, or the number alone, or "". */
static void
take_number(const struct buf *value, struct push_result *result)
{
    CLEANUP(json_decrefp) json_t *answer = NULL;
    struct err ignored = { 0 };
    const char *text = buf_text(value);

    if (text[0] == '{' &&
        exact_parse(&answer, value->text, value->size, &ignored)) {
        text_copy(result->number, sizeof result->number,
                  exact_word(answer, "number"));
        result->existed = strcmp(exact_word(answer, "existed"), "true") == 0;
    } else
        text_copy(result->number, sizeof result->number, text);
}

static enum pushed
codeunit_post(struct system *system, const struct nav_receipt *receipt,
              struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    struct nav *nav = nav_of(system);
    char key[NAV_UUID];
    const char *action = arena_printf(arena, "%s_PostReceipt", nav->codeunit);

    nav_uuid(key, receipt->key, receipt->po);
    CLEANUP(json_decrefp)
    json_t *body = json_pack("{ss ss ss ss ss}", "documentKey", key,
                             "orderNumber", receipt->po, "shipmentNumber",
                             receipt->shipment, "postingDate", receipt->date,
                             "lines", lines_text(arena, receipt->lines));
    if (!odata_call(nav->odata, action, body, &value, err))
        return nav_failed(err);
    take_number(&value, result);
    if (result->number[0] != '\0')
        return PUSH_DONE;
    err_set(err, TP6015, "%s answered without a receipt's number", action);
    return PUSH_UNKNOWN;
}

static bool
codeunit_find(struct system *system, const struct nav_receipt *receipt,
              bool *found, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    struct nav *nav = nav_of(system);
    char key[NAV_UUID];

    nav_uuid(key, receipt->key, receipt->po);
    CLEANUP(json_decrefp) json_t *body = json_pack("{ss}", "documentKey", key);
    if (!odata_inquire(nav->odata,
                       arena_printf(arena, "%s_FindReceipt", nav->codeunit),
                       body, &value, err))
        return false;
    take_number(&value, result);
    *found = result->number[0] != '\0';
    return true;
}

static enum pushed
post(struct system *system, const struct nav_receipt *receipt,
     struct push_result *result, struct err *err)
{
    switch (nav_of(system)->receipts) {
    case NAV_ITEM_JOURNAL:
        return nav_journal_post(system, receipt, result, err);
    case NAV_RECEIVE_AND_INVOICE:
        return nav_receive_post(system, receipt, result, err);
    case NAV_CODEUNIT:
    default:
        return codeunit_post(system, receipt, result, err);
    }
}

static bool
find(struct system *system, const struct nav_receipt *receipt, bool *found,
     struct push_result *result, struct err *err)
{
    switch (nav_of(system)->receipts) {
    case NAV_ITEM_JOURNAL:
        return nav_journal_find(system, receipt, found, result, err);
    case NAV_RECEIVE_AND_INVOICE:
        return nav_receive_find(system, receipt, found, result, err);
    case NAV_CODEUNIT:
    default:
        return codeunit_find(system, receipt, found, result, err);
    }
}

/* One order's part of a shipment on its way. */
struct part {
    struct nav_receipt receipt;
    json_t *order, *lines; /* owned */
    struct push_result result;
    bool there; /* posted before */
};

enum { MAX_ORDERS = 500 };

static void
drop_parts(struct part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(parts[i].order);
        json_decref(parts[i].lines);
    }
}

static void
begin_part(struct part *part, const struct record *shipment, const char *key,
           size_t index, struct arena *arena)
{
    const json_t *shipped =
        json_array_get(record_node(shipment, "orders"), index);
    const char *at = record_text(shipment, "shipped_at");
    const char *number = record_text(shipment, "number");

    *part = (struct part){ .lines = json_array() };
    part->receipt = (struct nav_receipt){
        .lines = part->lines,
        .shipment = number != NULL ? number : "",
        .date = arena_printf(arena, "%.10s", at != NULL ? at : ""),
        .key = key,
        .po = node_text(shipped, "po_number"),
    };
}

/* Matches and checks one part. An order that refuses may do so because this
 * very receipt is on it already. */
static enum pushed
prepare(struct system *system, struct part *part, const json_t *shipped,
        struct push_result *result, struct err *err)
{
    const char *po = part->receipt.po;
    struct push_result before = { 0 };
    struct err ignored = { 0 };

    if (text_empty(po))
        return nav_hold(result, err, TP6020, NULL,
                        "the shipment names no order for some goods");
    enum pushed done = check_order(system, po, &part->order, result, err);
    struct gathering to = { system, part->order, part->lines, result, err };
    part->receipt.order = part->order;
    if (done == PUSH_DONE)
        done = gather(&to, shipped);
    if (done == PUSH_DONE)
        done = check_open(&to);
    if (done != PUSH_HELD)
        return done;
    if (!find(system, &part->receipt, &part->there, &before, &ignored) ||
        !part->there)
        return PUSH_HELD;
    err_clear(err);
    *result = (struct push_result){ 0 };
    part->result = before;
    part->result.existed = true;
    return PUSH_DONE;
}

static void
add_number(struct push_result *result, const struct push_result *part)
{
    char before[sizeof result->number];

    text_copy(before, sizeof before, result->number);
    text_format(result->number, sizeof result->number, "%s%s%s", before,
                before[0] != '\0' ? ", " : "", part->number);
}

static enum pushed
post_parts(struct system *system, struct part *parts, size_t count,
           struct push_result *result, struct err *err)
{
    bool all_there = true;
    size_t lines = 0;

    for (size_t i = 0; i < count; i++) {
        struct part *part = &parts[i];
        enum pushed done = PUSH_DONE;
        if (!part->there)
            done = post(system, &part->receipt, &part->result, err);
        if (done != PUSH_DONE) {
            *result = part->result;
            err_at(err, "order %s", part->receipt.po);
            return done;
        }
        add_number(result, &part->result);
        all_there = all_there && part->result.existed;
        lines += json_array_size(part->lines);
    }
    result->existed = all_there;
    text_copy(result->state, sizeof result->state, "posted");
    text_format(result->note, sizeof result->note, "%zu line%s received, %s %s",
                lines, lines == 1 ? "" : "s",
                count == 1 ? "order" : "orders of",
                count == 1 ? parts[0].receipt.po : parts[0].receipt.shipment);
    return PUSH_DONE;
}

enum pushed
nav_push_receipt(struct system *system, const struct record *shipment,
                 const char *key, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const json_t *orders = record_node(shipment, "orders");
    size_t count = json_array_size(orders), begun = 0;
    enum pushed done = PUSH_DONE;

    if (count == 0 || count > MAX_ORDERS)
        return nav_hold(result, err, TP6020, NULL,
                        "the shipment names %zu orders; 1 to %d can be "
                        "received",
                        count, MAX_ORDERS);
    struct part *parts = arena_alloc(arena, count * sizeof *parts);
    while (done == PUSH_DONE && begun < count) {
        struct part *part = &parts[begun];
        begin_part(part, shipment, key, begun, arena);
        done =
            prepare(system, part, json_array_get(orders, begun++), result, err);
    }
    if (done == PUSH_DONE)
        done = post_parts(system, parts, count, result, err);
    drop_parts(parts, begun);
    return done;
}

/* Found means found for every order: what is missing is pushed again, and
 * what is there answers by its key. */
bool
nav_find_receipt(struct system *system, const struct record *shipment,
                 const char *key, bool *found, struct push_result *result,
                 struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const json_t *orders = record_node(shipment, "orders");
    size_t count = json_array_size(orders);
    bool good = true;

    *found = count > 0;
    for (size_t i = 0; good && *found && i < count; i++) {
        struct part part;
        begin_part(&part, shipment, key, i, arena);
        good = part.receipt.po != NULL &&
               find(system, &part.receipt, found, &part.result, err);
        if (good && *found)
            add_number(result, &part.result);
        drop_parts(&part, 1);
    }
    text_copy(result->state, sizeof result->state, "posted");
    result->existed = true;
    return good;
}
