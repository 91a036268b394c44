/* SPDX-License-Identifier: Apache-2.0 */
/* A shipment becomes receipts, one for each order that it names, however often
 * it names it. All orders are checked before the first is received; should one
 * fail after that, what was received is said, and pushing again adds what is
 * missing. */
#include <string.h>
#include <strings.h>

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

/* What the shipment says of one order, in all the places where it names it. */
static enum pushed
gather(struct gathering *to, const json_t *shipped)
{
    enum pushed done = PUSH_DONE;

    for (size_t i = 0; i < json_array_size(shipped); i++) {
        const json_t *order = json_array_get(shipped, i);
        const json_t *packs = node_at(order, "packs");
        if (done == PUSH_DONE)
            done = gather_list(to, node_at(order, "lines"));
        for (size_t p = 0; done == PUSH_DONE && p < json_array_size(packs); p++)
            done = gather_list(to, node_at(json_array_get(packs, p), "lines"));
    }
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

    if (nav_of(system)->receipts == NAV_CODEUNIT
            ? !nav_seen_order(nav_of(system), po, order, err)
            : !nav_order(nav_of(system), po, order, err))
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
        return nav_codeunit_post(system, receipt, result, err);
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
        return nav_codeunit_find(system, receipt, found, result, err);
    }
}

/* One order's part of a shipment on its way. */
struct part {
    struct nav_receipt receipt;
    json_t *shipped;       /* all that the shipment says of the order; owned */
    json_t *order, *lines; /* owned */
    struct push_result result;
    bool there; /* posted before */
};

struct parts {
    struct part *list;
    size_t count;
};

enum { MAX_ORDERS = 500, NAMED_RECEIPTS = 3 };

static void
drop_parts(struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        json_decref(parts->list[i].shipped);
        json_decref(parts->list[i].order);
        json_decref(parts->list[i].lines);
    }
}

/* NAV's numbers are the same in capitals and not. */
static struct part *
part_of(struct parts *parts, const char *po)
{
    for (size_t i = 0; i < parts->count; i++) {
        const char *have = parts->list[i].receipt.po;
        if (have != NULL && po != NULL && strcasecmp(have, po) == 0)
            return &parts->list[i];
    }
    return NULL;
}

/* The key of a part is made of the shipment's key and the order: an order that
 * is named twice has to be one part, or its second goods would be taken for
 * the first ones come again. */
static void
begin_parts(struct parts *parts, const struct record *shipment, const char *key,
            struct arena *arena)
{
    const json_t *orders = record_node(shipment, "orders");
    const char *at = record_text(shipment, "shipped_at");
    const char *number = record_text(shipment, "number");
    json_t *shipped;
    size_t i;

    *parts = (struct parts){ 0 };
    parts->list =
        arena_alloc(arena, (json_array_size(orders) + 1) * sizeof *parts->list);
    json_array_foreach((json_t *)(uintptr_t)orders, i, shipped)
    {
        const char *po = node_text(shipped, "po_number");
        struct part *part = part_of(parts, po);
        if (part == NULL) {
            part = &parts->list[parts->count++];
            *part =
                (struct part){ .lines = json_array(), .shipped = json_array() };
            part->receipt = (struct nav_receipt){
                .lines = part->lines,
                .shipment = number != NULL ? number : "",
                .date = arena_printf(arena, "%.10s", at != NULL ? at : ""),
                .key = key,
                .po = po,
            };
        }
        json_array_append(part->shipped, shipped);
    }
}

/* Matches and checks one part. An order that refuses may do so because this
 * very receipt is on it already. */
static enum pushed
prepare(struct system *system, struct part *part, struct push_result *result,
        struct err *err)
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
        done = gather(&to, part->shipped);
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

/* The receipts' numbers, or as many as there is room for and how many more;
 * never a part of one. With orders, the order of each too. */
static void
list_numbers(const struct parts *parts, size_t count, size_t most, bool orders,
             struct buf *out)
{
    size_t named = count < most ? count : most;

    for (size_t i = 0; i < named; i++) {
        const struct part *part = &parts->list[i];
        buf_addf(out, "%s%s", i > 0 ? ", " : "", part->result.number);
        if (orders)
            buf_addf(out, " posted for order %s", part->receipt.po);
    }
    if (count > named)
        buf_addf(out, " and %zu more", count - named);
}

static void
set_numbers(const struct parts *parts, size_t count, struct push_result *result)
{
    for (size_t most = count; most > 0; most--) {
        CLEANUP(buf_free) struct buf out = { 0 };
        list_numbers(parts, count, most, false, &out);
        if (text_copy(result->number, sizeof result->number, buf_text(&out)))
            return;
    }
}

/* The first failed after others were posted: they are named before what the
 * failure says. */
static void
say_partly(const struct parts *parts, size_t posted, struct push_result *result,
           struct err *err)
{
    CLEANUP(buf_free) struct buf before = { 0 };
    char sentence[sizeof err->text];

    *result = parts->list[posted].result;
    result->number[0] = '\0';
    if (posted == 0) {
        err_at(err, "order %s", parts->list[0].receipt.po);
        return;
    }
    set_numbers(parts, posted, result);
    list_numbers(parts, posted, NAMED_RECEIPTS, true, &before);
    text_copy(sentence, sizeof sentence, err->text);
    text_format(err->text, sizeof err->text, "%s; order %s: %s",
                buf_text(&before), parts->list[posted].receipt.po, sentence);
    text_copy(result->note, sizeof result->note, err->text);
    text_copy(result->state, sizeof result->state, "partly posted");
}

static enum pushed
post_parts(struct system *system, const struct parts *parts,
           struct push_result *result, struct err *err)
{
    size_t lines = 0, count = parts->count;

    result->existed = true;
    for (size_t i = 0; i < count; i++) {
        struct part *part = &parts->list[i];
        enum pushed done = PUSH_DONE;
        if (!part->there)
            done = post(system, &part->receipt, &part->result, err);
        if (done != PUSH_DONE) {
            say_partly(parts, i, result, err);
            return done;
        }
        result->existed = result->existed && part->result.existed;
        lines += json_array_size(part->lines);
    }
    set_numbers(parts, count, result);
    text_copy(result->state, sizeof result->state, "posted");
    text_format(result->note, sizeof result->note, "%zu line%s received, %s %s",
                lines, lines == 1 ? "" : "s",
                count == 1 ? "order" : "orders of",
                count == 1 ? parts->list[0].receipt.po
                           : parts->list[0].receipt.shipment);
    return PUSH_DONE;
}

enum pushed
nav_push_receipt(struct system *system, const struct record *shipment,
                 const char *key, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    size_t named = record_count(shipment, "orders");
    enum pushed done = PUSH_DONE;
    struct parts parts;

    if (named == 0 || named > MAX_ORDERS)
        return nav_hold(result, err, TP6020, NULL,
                        "the shipment names %zu orders; 1 to %d can be "
                        "received",
                        named, MAX_ORDERS);
    /* receive-and-invoice makes a number of its own. */
    if (nav_of(system)->receipts != NAV_RECEIVE_AND_INVOICE)
        done = nav_fits(result, err, "Vendor Shipment No.",
                        record_text(shipment, "number"), NAV_EXTERNAL);
    begin_parts(&parts, shipment, key, arena);
    for (size_t i = 0; done == PUSH_DONE && i < parts.count; i++)
        done = prepare(system, &parts.list[i], result, err);
    if (done == PUSH_DONE)
        done = post_parts(system, &parts, result, err);
    drop_parts(&parts);
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
    struct parts parts;
    bool good = true;
    size_t there = 0;

    begin_parts(&parts, shipment, key, arena);
    *found = parts.count > 0;
    while (good && *found && there < parts.count) {
        struct part *part = &parts.list[there];
        good = part->receipt.po != NULL &&
               find(system, &part->receipt, found, &part->result, err);
        there += good && *found;
    }
    set_numbers(&parts, there, result);
    drop_parts(&parts);
    text_copy(result->state, sizeof result->state,
              *found      ? "posted"
              : there > 0 ? "partly posted"
                          : "");
    result->existed = true;
    return good;
}
