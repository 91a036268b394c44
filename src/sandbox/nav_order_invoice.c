/* SPDX-License-Identifier: Apache-2.0 */
/* The codeunit's PostOrderInvoice: what was received on an order is invoiced,
 * with the vendor's prices and charges, once for each key. */
#include <string.h>

#include "base/text.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

static bool
bad_lines(struct call *call)
{
    return nav_fail(call, 400, DIALOG,
                    "The lines are not a JSON list of objects with line, "
                    "quantity and directUnitCost, or account and amount.");
}

static bool
amount_of(const json_t *wanted, const char *name, struct decimal *out)
{
    const char *text = row_text(wanted, name);
    return decimal_parse(out, text, strlen(text));
}

static bool
check_account(struct sandbox *box, struct call *call, const json_t *wanted,
              struct decimal *sum)
{
    const char *account = row_text(wanted, "account");
    struct decimal amount;
    if (!amount_of(wanted, "amount", &amount) || decimal_is_zero(amount))
        return bad_lines(call);
    if (!world_find(&box->world, "accounts", "number", account))
        return nav_fail(call, 400, DIALOG, "Account %s does not exist.",
                        account);
    *sum = decimal_add(*sum, amount);
    return true;
}

static bool
check_goods(struct sandbox *box, struct call *call, const json_t *order,
            const json_t *wanted, struct decimal *sum)
{
    json_int_t no = json_integer_value(json_object_get(wanted, "line"));
    const json_t *line = posting_order_line(box, order, no);
    const char *number = row_text(order, "number");
    struct decimal quantity, price;
    char text[DECIMAL_TEXT], other[DECIMAL_TEXT];
    if (!amount_of(wanted, "quantity", &quantity) ||
        !amount_of(wanted, "directUnitCost", &price))
        return bad_lines(call);
    if (!line)
        return nav_fail(call, 400, DIALOG, "Order %s has no line %lld.", number,
                        (long long)no);
    struct decimal open =
        decimal_subtract(row_decimal(line, "receivedQuantity"),
                         row_decimal(line, "invoicedQuantity"));
    if (quantity.units <= 0 || decimal_compare(quantity, open) > 0)
        return nav_fail(call, 400, DIALOG,
                        "Order %s line %lld: %s cannot be invoiced, %s is "
                        "received and not invoiced.",
                        number, (long long)no, decimal_text(quantity, text),
                        decimal_text(open, other));
    *sum =
        decimal_add(*sum, decimal_round(decimal_multiply(quantity, price), 2));
    return true;
}

static bool
check_twice(struct call *call, const json_t *lines, size_t at)
{
    const json_t *line = json_object_get(json_array_get(lines, at), "line");
    for (size_t i = 0; line && i < at; i++)
        if (json_equal(json_object_get(json_array_get(lines, i), "line"), line))
            return nav_fail(call, 400, DIALOG, "Line %lld is named twice.",
                            (long long)json_integer_value(line));
    return true;
}

/* Everything is checked before anything is changed, the total last. */
static bool
check_lines(struct sandbox *box, struct call *call, const json_t *order,
            const json_t *lines, const char *expected)
{
    struct decimal sum = decimal_from(0), total, cent = { 1, 2 };
    char text[DECIMAL_TEXT];
    const json_t *wanted;
    size_t i;
    if (json_array_size(lines) == 0 ||
        !decimal_parse(&total, expected, strlen(expected)))
        return bad_lines(call);
    json_array_foreach((json_t *)(uintptr_t)lines, i, wanted)
    {
        if (!check_twice(call, lines, i))
            return false;
        if (json_object_get(wanted, "account")
                ? !check_account(box, call, wanted, &sum)
                : !check_goods(box, call, order, wanted, &sum))
            return false;
    }
    struct decimal off = decimal_subtract(sum, total);
    if (off.units < 0)
        off = decimal_negate(off);
    return decimal_compare(off, cent) <= 0 ||
           nav_fail(call, 400, DIALOG,
                    "Totals differ: the invoice comes to %s (tax 0.00), %s was "
                    "expected.",
                    decimal_fixed(sum, 2, text), expected);
}

static void
set_lines(struct sandbox *box, const json_t *order, const json_t *lines,
          json_t *accounts)
{
    const char *id;
    json_t *line, *wanted;
    size_t i;
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, line)
    {
        row_set(line, "invoiceQuantity", "0");
    }
    json_array_foreach((json_t *)(uintptr_t)lines, i, wanted)
    {
        line = posting_order_line(
            box, order, json_integer_value(json_object_get(wanted, "line")));
        if (!line) {
            json_array_append(accounts, wanted);
            continue;
        }
        row_set(line, "invoiceQuantity", row_text(wanted, "quantity"));
        row_set(line, "directUnitCost", row_text(wanted, "directUnitCost"));
    }
}

static json_t *
post_checked(struct sandbox *box, struct call *call, json_t *order,
             const json_t *lines, const json_t *body)
{
    json_t *accounts CLEANUP(json_decrefp) = json_array();
    set_lines(box, order, lines, accounts);
    row_set(order, "_vendorInvoiceNo", row_text(body, "vendorInvoiceNumber"));
    row_set(order, "postingDate", row_text(body, "postingDate"));
    world_changed(&box->world, "purchaseOrders", order);
    json_t *invoice = posting_invoice(box, call, order, accounts);
    row_set(invoice, "invoiceDate", row_text(body, "documentDate"));
    world_changed(&box->world, "purchaseInvoices", invoice);
    return world_put(&box->world, "_orderInvoices",
                     json_pack("{s:s,s:s}", "key",
                               row_text(body, "documentKey"), "number",
                               row_text(invoice, "number")));
}

void
order_invoice_post(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g",
                                         "orderNumber",
                                         "vendorInvoiceNumber",
                                         "postingDate:d",
                                         "documentDate:d",
                                         "lines",
                                         "total",
                                         NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const json_t *posting = world_find(&box->world, "_orderInvoices", "key",
                                       row_text(body, "documentKey"));
    if (posting) {
        codeunit_answer(call, codeunit_posting(posting, true));
        return;
    }
    json_t *lines CLEANUP(json_decrefp) =
        json_loads(row_text(body, "lines"), 0, NULL);
    json_t *order = codeunit_order(box, call, row_text(body, "orderNumber"));
    if (!order ||
        !rules_vendor_open(call, world_find(&box->world, "vendors", "number",
                                            row_text(order, "vendorNumber"))) ||
        !bill_check_number(box, call, bill_kind_of("purchaseInvoices"), order,
                           row_text(body, "vendorInvoiceNumber")) ||
        !check_lines(box, call, order, lines, row_text(body, "total")))
        return;
    posting = post_checked(box, call, order, lines, body);
    codeunit_answer(call, codeunit_posting(posting, false));
}

void
order_invoice_find(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g", NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const json_t *posting = world_find(&box->world, "_orderInvoices", "key",
                                       row_text(body, "documentKey"));
    codeunit_answer(call, posting ? codeunit_posting(posting, true) : NULL);
}
