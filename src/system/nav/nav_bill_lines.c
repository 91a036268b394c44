/* SPDX-License-Identifier: Apache-2.0 */
/* What a bill's draft is made of: goods as item lines, charges and allowances
 * as account lines. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_bill_private.h"

struct decimal
nav_bill_amount(const struct nav_bill *bill, struct decimal stated)
{
    return bill->turned ? decimal_negate(stated) : stated;
}

static struct decimal
size_of(struct decimal value)
{
    return value.units < 0 ? decimal_negate(value) : value;
}

/* The item, by the order's line when the bill has an order. */
static enum pushed
find_item(struct nav_bill *bill, const json_t *goods, struct nav_billed *out,
          struct push_result *result, struct err *err)
{
    char name[120], waits_for[160];

    *out = (struct nav_billed){ 0 };
    if (bill->order != NULL) {
        enum pushed done = nav_match(bill->system, bill->order, goods,
                                     &out->line, result, err);
        if (done == PUSH_DONE)
            text_copy(out->item, sizeof out->item,
                      exact_word(out->line, "item"));
        return done;
    }
    if (!nav_item_of(bill->system, bill->vendor, goods, out->item, err))
        return nav_failed(err);
    if (out->item[0] != '\0')
        return PUSH_DONE;
    nav_item_fact(goods, waits_for, sizeof waits_for);
    return nav_hold(result, err, TP6032, waits_for, "%s is no item of NAV",
                    nav_name_goods(goods, name, sizeof name));
}

enum pushed
nav_bill_goods(struct nav_bill *bill, const json_t *goods,
               struct nav_billed *out, struct push_result *result,
               struct err *err)
{
    const char *ours = node_text(goods, "unit"), *ordered;
    char name[120];
    enum pushed done = find_item(bill, goods, out, result, err);

    if (done != PUSH_DONE)
        return done;
    ordered = out->line != NULL ? exact_text(out->line, "unit") : NULL;
    out->unit =
        ours != NULL ? nav_unit(bill->system, bill->arena, ours) : ordered;
    if (ordered != NULL && strcmp(ordered, out->unit) != 0)
        return nav_hold(result, err, TP6024, NULL,
                        "%s is billed in %s; order %s is in %s",
                        nav_name_goods(goods, name, sizeof name), out->unit,
                        exact_word(bill->order, "number"), ordered);
    return nav_fits(result, err, "unitOfMeasureCode", out->unit, NAV_CODE);
}

static enum pushed
add_goods(struct nav_bill *bill, const json_t *goods, json_t *lines,
          struct push_result *result, struct err *err)
{
    struct nav_billed billed;
    enum pushed done = nav_bill_goods(bill, goods, &billed, result, err);

    if (done != PUSH_DONE)
        return done;
    json_t *line = json_pack("{ss ss}", "lineType", "Item", "lineObjectNumber",
                             billed.item);
    nav_set_text(
        line, "description",
        nav_cut(bill->arena, node_text(goods, "description"), NAV_DESCRIPTION));
    nav_set_text(line, "unitOfMeasureCode", billed.unit);
    json_object_set_new(
        line, "quantity",
        exact_decimal(nav_bill_amount(bill, node_decimal(goods, "quantity"))));
    json_object_set_new(line, "unitCost",
                        exact_decimal(node_decimal(goods, "price")));
    json_array_append_new(lines, line);
    return PUSH_DONE;
}

enum pushed
nav_bill_account(struct nav_bill *bill, const json_t *charge,
                 const char **account, struct push_result *result,
                 struct err *err)
{
    const struct conf_group *group = bill->system->context.group;
    const char *code = node_text(charge, "code");
    char shown[DECIMAL_TEXT];

    *account = NULL;
    if (!text_empty(code))
        *account = conf_text(
            group, arena_printf(bill->arena, "charges.%s", code), NULL);
    if (*account == NULL)
        *account = conf_text(group, "charges.default", NULL);
    if (*account != NULL)
        return PUSH_DONE;
    return nav_hold(
        result, err, TP6032, NULL,
        "charge '%s' of %s has no account; set charges in the "
        "system's settings",
        code != NULL ? code : "without code",
        decimal_fixed(nav_bill_amount(bill, node_decimal(charge, "amount")), 2,
                      shown));
}

/* An allowance is taken off: one negative piece, since NAV wants prices
 * positive. */
static enum pushed
add_charge(struct nav_bill *bill, const json_t *charge, json_t *lines,
           struct push_result *result, struct err *err)
{
    struct decimal amount =
        nav_bill_amount(bill, node_decimal(charge, "amount"));
    const char *code = node_text(charge, "code"), *account;
    const char *text = node_text(charge, "description");

    if (decimal_is_zero(amount))
        return PUSH_DONE;
    enum pushed done = nav_bill_account(bill, charge, &account, result, err);
    if (done != PUSH_DONE)
        return done;
    json_t *line = json_pack("{ss ss}", "lineType", "Account",
                             "lineObjectNumber", account);
    nav_set_text(
        line, "description",
        nav_cut(bill->arena, text != NULL ? text : code, NAV_DESCRIPTION));
    json_object_set_new(line, "quantity",
                        exact_number(amount.units < 0 ? "-1" : "1"));
    json_object_set_new(line, "unitCost", exact_decimal(size_of(amount)));
    json_array_append_new(lines, line);
    return PUSH_DONE;
}

static enum pushed
add_charges(struct nav_bill *bill, const json_t *charges, json_t *lines,
            struct push_result *result, struct err *err)
{
    enum pushed done = PUSH_DONE;

    for (size_t i = 0; done == PUSH_DONE && i < json_array_size(charges); i++)
        done = add_charge(bill, json_array_get(charges, i), lines, result, err);
    return done;
}

static enum pushed
add_lines(struct nav_bill *bill, json_t *lines, struct push_result *result,
          struct err *err)
{
    const json_t *goods = record_node(bill->invoice, "lines");
    enum pushed done = PUSH_DONE;

    for (size_t i = 0; done == PUSH_DONE && i < json_array_size(goods); i++) {
        const json_t *line = json_array_get(goods, i);
        done = add_goods(bill, line, lines, result, err);
        if (done == PUSH_DONE)
            done =
                add_charges(bill, node_at(line, "charges"), lines, result, err);
    }
    if (done == PUSH_DONE)
        done = add_charges(bill, record_node(bill->invoice, "charges"), lines,
                           result, err);
    if (done == PUSH_DONE && json_array_size(lines) == 0)
        return nav_hold(result, err, TP6032, NULL, "the %s has no lines",
                        bill->words->what);
    return done;
}

/* NAV writes its own currency as an empty code. */
const char *
nav_bill_currency(const struct nav_bill *bill)
{
    const char *code = record_text(bill->invoice, "currency");
    const struct conf *conf = bill->system->context.conf;
    const char *own = conf != NULL ? conf_company(conf)->currency : NULL;

    return text_equal(code, own) ? NULL : code;
}

enum pushed
nav_bill_lengths(const struct nav_bill *bill, struct push_result *result,
                 struct err *err)
{
    enum pushed done =
        nav_fits(result, err, bill->words->number,
                 record_text(bill->invoice, "number"), NAV_EXTERNAL);

    if (done == PUSH_DONE)
        done = nav_fits(result, err, "currencyCode", nav_bill_currency(bill),
                        NAV_CODE);
    return done;
}

enum pushed
nav_bill_body(struct nav_bill *bill, json_t **body, struct push_result *result,
              struct err *err)
{
    const char *date = record_text(bill->invoice, "date");
    json_t *lines = json_array();

    *body = json_pack("{ss}", "id", bill->id);
    nav_set_text(*body, bill->words->number,
                 record_text(bill->invoice, "number"));
    nav_set_text(*body, "vendorNumber", bill->vendor);
    nav_set_text(*body, bill->words->date, date);
    nav_set_text(*body, "postingDate", date);
    nav_set_text(*body, "dueDate", record_text(bill->invoice, "due_date"));
    nav_set_text(*body, "currencyCode", nav_bill_currency(bill));
    enum pushed done = nav_bill_lengths(bill, result, err);
    if (done == PUSH_DONE)
        done = add_lines(bill, lines, result, err);
    json_object_set_new(*body, bill->words->lines, lines);
    return done;
}
