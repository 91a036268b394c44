/* SPDX-License-Identifier: Apache-2.0 */
/* A bill of what an order received is posted on the order, by the codeunit: a
 * purchase invoice of its own would receive the goods a second time. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_bill_private.h"

/* With which the codeunit's refusal begins when the totals differ. */
#define TOTALS_DIFFER "Totals differ:"

bool
nav_bills_order(const struct nav_bill *bill)
{
    return bill->nav->bill_orders && text_equal(bill->words->what, "invoice") &&
           !text_empty(record_text(bill->invoice, "po_number"));
}

static void
say(const struct nav_bill *bill, struct push_result *result)
{
    char total[DECIMAL_TEXT];

    text_copy(result->state, sizeof result->state, "posted");
    text_format(
        result->note, sizeof result->note,
        "posted invoice %s of order %s, total %s", result->number,
        record_text(bill->invoice, "po_number"),
        decimal_pretty(record_decimal(bill->invoice, "total"), 2, total));
}

bool
nav_bill_order_find(struct nav_bill *bill, bool *found,
                    struct push_result *result, struct err *err)
{
    if (!nav_find_key(bill->nav, "FindOrderInvoice", bill->id, found, result,
                      err))
        return false;
    result->existed = *found;
    if (*found)
        say(bill, result);
    return true;
}

static json_t *
line_for(json_t *lines, const json_t *ordered)
{
    const char *number = exact_word(ordered, "line");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *have = json_array_get(lines, i);
        if (strcmp(exact_word(have, "line"), number) == 0)
            return have;
    }
    return NULL;
}

/* Several lines of a bill may be of one line of the order, at one price. */
static enum pushed
add_goods(struct nav_bill *bill, const json_t *goods, json_t *lines,
          struct push_result *result, struct err *err)
{
    struct decimal quantity = node_decimal(goods, "quantity");
    struct decimal price = node_decimal(goods, "price");
    char text[DECIMAL_TEXT], name[120];
    struct nav_billed billed;
    enum pushed done = nav_bill_goods(bill, goods, &billed, result, err);

    if (done != PUSH_DONE)
        return done;
    json_t *line = line_for(lines, billed.line);
    if (line == NULL) {
        line = json_pack("{ss ss ss}", "line", exact_word(billed.line, "line"),
                         "quantity", "0", "directUnitCost",
                         decimal_text(price, text));
        json_array_append_new(lines, line);
    }
    if (decimal_compare(exact_amount(line, "directUnitCost"), price) != 0)
        return nav_hold(result, err, TP6035, NULL,
                        "%s costs %s; line %s of order %s is billed at %s too",
                        nav_name_goods(goods, name, sizeof name),
                        decimal_text(price, text), exact_word(line, "line"),
                        exact_word(bill->order, "number"),
                        exact_word(line, "directUnitCost"));
    quantity = decimal_add(exact_amount(line, "quantity"), quantity);
    json_object_set_new(line, "quantity",
                        json_string(decimal_text(quantity, text)));
    return PUSH_DONE;
}

static enum pushed
add_charges(struct nav_bill *bill, const json_t *charges, json_t *accounts,
            struct push_result *result, struct err *err)
{
    for (size_t i = 0; i < json_array_size(charges); i++) {
        const json_t *charge = json_array_get(charges, i);
        struct decimal amount = node_decimal(charge, "amount");
        const char *text = node_text(charge, "description"), *account;
        char shown[DECIMAL_TEXT];
        if (decimal_is_zero(amount))
            continue;
        enum pushed done =
            nav_bill_account(bill, charge, &account, result, err);
        if (done != PUSH_DONE)
            return done;
        if (text == NULL)
            text = node_text(charge, "code");
        json_array_append_new(
            accounts,
            json_pack("{ss ss ss}", "account", account, "amount",
                      decimal_text(amount, shown), "description",
                      text != NULL ? nav_cut(bill->arena, text, NAV_DESCRIPTION)
                                   : ""));
    }
    return PUSH_DONE;
}

static enum pushed
gather(struct nav_bill *bill, json_t *lines, json_t *accounts,
       struct push_result *result, struct err *err)
{
    const json_t *goods = record_node(bill->invoice, "lines");
    enum pushed done = PUSH_DONE;

    for (size_t i = 0; done == PUSH_DONE && i < json_array_size(goods); i++) {
        const json_t *line = json_array_get(goods, i);
        done = add_goods(bill, line, lines, result, err);
        if (done == PUSH_DONE)
            done = add_charges(bill, node_at(line, "charges"), accounts, result,
                               err);
    }
    if (done == PUSH_DONE)
        done = add_charges(bill, record_node(bill->invoice, "charges"),
                           accounts, result, err);
    return done;
}

/* Nothing is invoiced that was not received, or was invoiced before. */
static enum pushed
check_received(const struct nav_bill *bill, const json_t *lines,
               struct push_result *result, struct err *err)
{
    const char *po = exact_word(bill->order, "number");
    const json_t *ordered = json_object_get(bill->order, "lines");

    if (json_array_size(lines) == 0)
        return nav_hold(result, err, TP6032, NULL, "the invoice has no lines");
    for (size_t i = 0; i < json_array_size(ordered); i++) {
        json_t *line = json_array_get(ordered, i);
        const json_t *billed = line_for((json_t *)(uintptr_t)lines, line);
        struct decimal open = decimal_subtract(exact_amount(line, "received"),
                                               exact_amount(line, "invoiced"));
        struct decimal quantity = exact_amount(billed, "quantity");
        char text[DECIMAL_TEXT];
        if (billed == NULL ||
            (quantity.units > 0 && decimal_compare(quantity, open) <= 0))
            continue;
        return nav_hold(
            result, err, TP6035, arena_printf(bill->arena, "receipt:%s", po),
            "order %s line %s (%s): %s billed, %s received and not "
            "yet invoiced",
            po, exact_word(line, "line"), exact_word(line, "item"),
            exact_word(billed, "quantity"), decimal_text(open, text));
    }
    return PUSH_DONE;
}

/* The order's currency is the invoice's: NAV takes no other for it. */
static enum pushed
check_currency(const struct nav_bill *bill, struct push_result *result,
               struct err *err)
{
    const struct conf *conf = bill->system->context.conf;
    const char *own = conf != NULL ? conf_company(conf)->currency : "";
    const char *theirs = record_text(bill->invoice, "currency");
    const char *ordered = exact_text(bill->order, "currency");

    if (text_empty(ordered))
        ordered = own;
    if (theirs == NULL || text_equal(theirs, ordered))
        return PUSH_DONE;
    return nav_hold(result, err, TP6035, NULL,
                    "the invoice is in %s; order %s is in %s", theirs,
                    exact_word(bill->order, "number"), ordered);
}

/* [{"line":10000,"quantity":"2","directUnitCost":"9.8"},{"account":...}] */
static char *
lines_text(struct arena *arena, json_t *lines, const json_t *accounts)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    for (size_t i = 0; i < json_array_size(lines); i++) {
        json_t *line = json_array_get(lines, i);
        json_object_set_new(line, "line",
                            exact_decimal(exact_amount(line, "line")));
    }
    json_array_extend(lines, (json_t *)(uintptr_t)accounts);
    exact_dump(&out, lines);
    return arena_strdup(arena, buf_text(&out));
}

static enum pushed
call(struct nav_bill *bill, const char *lines, struct push_result *result,
     struct err *err)
{
    CLEANUP(buf_free) struct buf value = { 0 };
    const struct record *invoice = bill->invoice;
    const char *stated = record_text(invoice, "date");
    const char *date = stated != NULL ? stated : ""; /* NAV refuses it */
    const char *action =
        arena_printf(bill->arena, "%s_PostOrderInvoice", bill->nav->codeunit);
    char total[DECIMAL_TEXT];
    CLEANUP(json_decrefp)
    json_t *body = json_pack(
        "{ss ss ss ss ss ss ss}", "documentKey", bill->id, "orderNumber",
        exact_word(bill->order, "number"), "vendorInvoiceNumber",
        record_text(invoice, "number"), "postingDate", date, "documentDate",
        date, "lines", lines, "total",
        decimal_text(record_decimal(invoice, "total"), total));

    if (!odata_call(bill->nav->odata, action, body, &value, err)) {
        if (err->kind != ERR_DATA || strstr(err->text, TOTALS_DIFFER) == NULL)
            return nav_failed(err);
        char said[sizeof err->text];
        text_copy(said, sizeof said, strstr(err->text, TOTALS_DIFFER));
        said[strcspn(said, "\"")] = '\0'; /* the end of what NAV says */
        err_clear(err);
        return nav_hold(result, err, TP6031, NULL, "invoice %s: %s",
                        record_text(invoice, "number"), said);
    }
    nav_take_number(&value, result);
    if (result->number[0] != '\0') {
        say(bill, result);
        return PUSH_DONE;
    }
    err_set(err, TP6015, "%s answered without an invoice's number", action);
    return PUSH_UNKNOWN;
}

enum pushed
nav_bill_order_post(struct nav_bill *bill, struct push_result *result,
                    struct err *err)
{
    CLEANUP(json_decrefp) json_t *lines = json_array();
    CLEANUP(json_decrefp) json_t *accounts = json_array();
    enum pushed done = check_currency(bill, result, err);

    if (done == PUSH_DONE)
        done = gather(bill, lines, accounts, result, err);
    if (done == PUSH_DONE)
        done = check_received(bill, lines, result, err);
    if (done != PUSH_DONE)
        return done;
    return call(bill, lines_text(bill->arena, lines, accounts), result, err);
}
