/* SPDX-License-Identifier: Apache-2.0 */
/* Posting: receipts, receive and invoice; bound actions. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

json_t *
posting_order_line(struct sandbox *box, const json_t *order,
                   json_int_t sequence)
{
    const char *id;
    json_t *line;
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, line)
    {
        if (json_integer_value(json_object_get(line, "sequence")) == sequence)
            return line;
    }
    return NULL;
}

static struct decimal
open_quantity(const json_t *line)
{
    return decimal_subtract(row_decimal(line, "quantity"),
                            row_decimal(line, "receivedQuantity"));
}

static bool
quantity_of(const json_t *wanted, struct decimal *out)
{
    const json_t *value = json_object_get(wanted, "quantity");
    char text[40];
    if (json_is_integer(value))
        (void)text_format(text, sizeof text, "%lld",
                          (long long)json_integer_value(value));
    else
        (void)text_copy(text, sizeof text, row_text(wanted, "quantity"));
    return decimal_parse(out, text, strlen(text));
}

static bool
named_before(const json_t *lines, size_t end, json_int_t number)
{
    for (size_t i = 0; i < end; i++)
        if (json_integer_value(
                json_object_get(json_array_get(lines, i), "line")) == number)
            return true;
    return false;
}

/* Refuses in the words of the codeunit. */
static bool
check_line(struct sandbox *box, struct call *call, const json_t *order,
           const json_t *wanted)
{
    const char *number = row_text(order, "number");
    json_int_t no = json_integer_value(json_object_get(wanted, "line"));
    const json_t *line = posting_order_line(box, order, no);
    struct decimal quantity;
    char text[DECIMAL_TEXT], open[DECIMAL_TEXT];
    if (no <= 0 || !quantity_of(wanted, &quantity))
        return nav_fail(call, 400, DIALOG,
                        "The lines are not a JSON list of objects with line "
                        "and quantity.");
    if (!line)
        return nav_fail(call, 400, DIALOG, "Order %s has no line %lld.", number,
                        (long long)no);
    if (!text_equal(row_text(line, "lineType"), "Item"))
        return nav_fail(call, 400, DIALOG,
                        "Order %s line %lld is not an item line.", number,
                        (long long)no);
    if (quantity.units > 0 &&
        decimal_compare(quantity, open_quantity(line)) <= 0)
        return true;
    return nav_fail(call, 400, DIALOG,
                    "Order %s line %lld: %s cannot be received, %s is open.",
                    number, (long long)no, decimal_text(quantity, text),
                    decimal_text(open_quantity(line), open));
}

/* Everything is checked before anything is posted. */
static bool
check_lines(struct sandbox *box, struct call *call, const json_t *order,
            const json_t *lines)
{
    size_t i;
    json_t *wanted;
    json_array_foreach(lines, i, wanted)
    {
        json_int_t no = json_integer_value(json_object_get(wanted, "line"));
        if (named_before(lines, i, no))
            return nav_fail(call, 400, DIALOG, "Line %lld is named twice.",
                            (long long)no);
        if (!check_line(box, call, order, wanted))
            return false;
    }
    return json_array_size(lines) > 0 ||
           nav_fail(call, 400, DIALOG, "No line was named.");
}

static void
move_stock(struct sandbox *box, const char *number, struct decimal quantity)
{
    json_t *item = world_find(&box->world, "items", "number", number);
    if (!item)
        return;
    row_set_decimal(item, "inventory",
                    decimal_add(row_decimal(item, "inventory"), quantity));
    world_changed(&box->world, "items", item);
}

static json_t *
new_entry(struct sandbox *box, const char *item, struct decimal quantity)
{
    json_t *entries = world_table(&box->world, "itemLedgerEntries");
    json_t *row = json_pack("{s:I,s:s}", "entryNumber",
                            (json_int_t)json_object_size(entries) + 1,
                            "itemNumber", item);
    row_set_decimal(row, "quantity", quantity);
    move_stock(box, item, quantity);
    return row;
}

void
posting_goods(struct sandbox *box, const json_t *document, const json_t *line,
              const char *type, struct decimal quantity)
{
    json_t *row = new_entry(box, row_text(line, "lineObjectNumber"), quantity);
    row_set(row, "postingDate", row_text(document, "postingDate"));
    row_set(row, "entryType", "Purchase");
    row_set(row, "sourceType", "Vendor");
    row_set(row, "sourceNumber", row_text(document, "vendorNumber"));
    row_set(row, "documentType", type);
    row_set(row, "documentNumber", row_text(document, "number"));
    row_set(row, "description", row_text(line, "description"));
    row_set(row, "_location", row_text(line, "_location"));
    row_set(row, "_orderNumber", row_text(document, "orderNumber"));
    json_object_set(row, "_orderLine", json_object_get(line, "sequence"));
    world_put(&box->world, "itemLedgerEntries", row);
}

void
posting_journal_entry(struct sandbox *box, json_t *line)
{
    const char *type = row_text(line, "Entry_Type");
    struct decimal quantity = row_decimal(line, "Quantity");
    if (text_equal(type, "Sale") || text_equal(type, "Negative Adjmt."))
        quantity = decimal_negate(quantity);
    json_t *row = new_entry(box, row_text(line, "Item_No"), quantity);
    row_set(row, "postingDate", row_text(line, "Posting_Date"));
    row_set(row, "entryType", *type ? type : "Purchase");
    row_set(row, "documentNumber", row_text(line, "Document_No"));
    row_set(row, "description", row_text(line, "Description"));
    row_set(row, "_location", row_text(line, "Location_Code"));
    row_set(row, "_externalNumber", row_text(line, "External_Document_No"));
    world_put(&box->world, "itemLedgerEntries", row);
    row_set(row, "number", row_text(line, "Document_No"));
    world_effect(&box->world, "post", "itemLedgerEntries", row,
                 row_text(line, "External_Document_No"));
}

static void
receive_line(struct sandbox *box, const json_t *receipt, json_t *line,
             struct decimal quantity)
{
    char text[DECIMAL_TEXT];
    struct decimal received =
        decimal_add(row_decimal(line, "receivedQuantity"), quantity);
    row_set_decimal(line, "receivedQuantity", received);
    row_set_decimal(line, "receiveQuantity",
                    decimal_subtract(row_decimal(line, "quantity"), received));
    world_changed(&box->world, "purchaseOrderLines", line);
    json_t *posted = json_pack(
        "{s:s,s:s,s:O,s:s,s:s,s:s,s:s,s:s,s:s,s:O}", "documentId",
        row_text(receipt, "id"), "_documentNumber", row_text(receipt, "number"),
        "sequence", json_object_get(line, "sequence"), "lineObjectNumber",
        row_text(line, "lineObjectNumber"), "description",
        row_text(line, "description"), "unitOfMeasureCode",
        row_text(line, "unitOfMeasureCode"), "unitCost",
        row_text(line, "directUnitCost"), "quantity",
        decimal_text(quantity, text), "_location", row_text(line, "_location"),
        "_orderLine", json_object_get(line, "sequence"));
    row_set(posted, "lineType", "Item");
    row_set(posted, "_reference", row_text(line, "_reference"));
    row_set(posted, "expectedReceiptDate",
            row_text(line, "expectedReceiptDate"));
    world_put(&box->world, "purchaseReceiptLines", posted);
    posting_goods(box, receipt, line, "Purchase Receipt", quantity);
}

static bool
all_lines(struct sandbox *box, const json_t *order, const char *done)
{
    const char *id;
    json_t *line;
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, line)
    {
        if (decimal_compare(row_decimal(line, done),
                            row_decimal(line, "quantity")) < 0)
            return false;
    }
    return true;
}

/* A posted document starts as a copy of the order's header. */
static json_t *
copy_header(const json_t *order, const char *number, const char *date)
{
    json_t *row = json_deep_copy(order);
    json_object_del(row, "id");
    row_set(row, "number", number);
    row_set(row, "orderNumber", row_text(order, "number"));
    row_set(row, "orderId", row_text(order, "id"));
    row_set(row, "invoiceDate", date);
    row_set(row, "postingDate", date);
    row_set(row, "dueDate", date);
    json_object_del(row, "status");
    return row;
}

json_t *
posting_receipt(struct sandbox *box, struct call *call, json_t *order,
                const json_t *lines, const char *date, const char *shipment,
                const char *key)
{
    size_t i;
    json_t *wanted;
    if (!check_lines(box, call, order, lines))
        return NULL;
    json_t *receipt = copy_header(
        order, world_number(&box->world, call->arena, "P-RCPT", 107001), date);
    row_set(receipt, "_shipmentNo", shipment);
    world_put(&box->world, "purchaseReceipts", receipt);
    json_array_foreach(lines, i, wanted)
    {
        struct decimal quantity;
        json_t *line = posting_order_line(
            box, order, json_integer_value(json_object_get(wanted, "line")));
        if (quantity_of(wanted, &quantity))
            receive_line(box, receipt, line, quantity);
    }
    row_set(order, "Vendor_Shipment_No", shipment);
    json_object_set_new(
        order, "fullyReceived",
        json_boolean(all_lines(box, order, "receivedQuantity")));
    world_changed(&box->world, "purchaseOrders", order);
    world_effect(&box->world, "receipt", "purchaseReceipts", receipt, key);
    return receipt;
}

static void
invoice_line(struct sandbox *box, const json_t *invoice, json_t *line)
{
    struct decimal quantity = row_decimal(line, "invoiceQuantity");
    struct decimal amount = decimal_round(
        decimal_multiply(quantity, row_decimal(line, "directUnitCost")), 2);
    json_t *posted = json_deep_copy(line);
    json_object_del(posted, "id");
    row_set(posted, "documentId", row_text(invoice, "id"));
    row_set(posted, "_documentNumber", row_text(invoice, "number"));
    row_set(posted, "_posted", "yes");
    row_set(posted, "unitCost", row_text(line, "directUnitCost"));
    row_set_decimal(posted, "quantity", quantity);
    row_set_decimal(posted, "amountExcludingTax", amount);
    row_set_decimal(posted, "amountIncludingTax", amount);
    world_put(&box->world, "purchaseInvoiceLines", posted);
    row_set_decimal(
        line, "invoicedQuantity",
        decimal_add(row_decimal(line, "invoicedQuantity"), quantity));
    row_set(line, "invoiceQuantity", "0");
    world_changed(&box->world, "purchaseOrderLines", line);
}

/* An order that is wholly invoiced is gone, as in NAV. */
static void
remove_order(struct sandbox *box, const json_t *order)
{
    json_t *ids CLEANUP(json_decrefp) = json_array();
    const char *id;
    json_t *row;
    size_t i;
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, row)
    {
        json_array_append_new(ids, json_string(id));
    }
    json_array_foreach(ids, i, row)
    {
        world_delete(&box->world, "purchaseOrderLines", json_string_value(row));
    }
    world_delete(&box->world, "purchaseOrders", row_text(order, "id"));
}

static void
invoice_account(struct sandbox *box, const json_t *invoice,
                const json_t *charge, size_t index)
{
    const char *amount = row_text(charge, "amount");
    json_t *line = json_pack(
        "{s:s,s:s,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "documentId",
        row_text(invoice, "id"), "_documentNumber", row_text(invoice, "number"),
        "sequence", (json_int_t)(index + 1) * 10 + 1000000, "lineType",
        "Account", "lineObjectNumber", row_text(charge, "account"),
        "description", row_text(charge, "description"), "quantity",
        *amount == '-' ? "-1" : "1", "unitCost",
        *amount == '-' ? amount + 1 : amount, "amountExcludingTax", amount,
        "amountIncludingTax", amount);
    row_set(line, "_posted", "yes");
    world_put(&box->world, "purchaseInvoiceLines", line);
}

json_t *
posting_invoice(struct sandbox *box, struct call *call, json_t *order,
                const json_t *accounts)
{
    const char *id;
    json_t *line;
    size_t i;
    json_t *invoice = copy_header(
        order, world_number(&box->world, call->arena, "P-INV+", 108201),
        row_text(order, "postingDate"));
    row_set(invoice, "_posted", "yes");
    row_set(invoice, "status", "Open");
    row_set(invoice, "vendorInvoiceNumber",
            row_text(order, "_vendorInvoiceNo"));
    world_put(&box->world, "purchaseInvoices", invoice);
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, line)
    {
        if (row_decimal(line, "invoiceQuantity").units > 0)
            invoice_line(box, invoice, line);
    }
    json_array_foreach((json_t *)(uintptr_t)accounts, i, line)
    {
        invoice_account(box, invoice, line, i);
    }
    rules_total(&box->world, "purchaseInvoices", invoice);
    bill_ledger(box, bill_kind_of("purchaseInvoices"), invoice);
    world_effect(&box->world, "post", "purchaseInvoices", invoice,
                 row_text(invoice, "vendorInvoiceNumber"));
    if (all_lines(box, order, "invoicedQuantity"))
        remove_order(box, order);
    return invoice;
}

static json_t *
lines_to_receive(struct sandbox *box, const json_t *order)
{
    json_t *lines = json_array();
    const char *id;
    json_t *line;
    json_object_foreach(
        world_lines(&box->world, "purchaseOrderLines", row_text(order, "id")),
        id, line)
    {
        if (row_decimal(line, "receiveQuantity").units > 0)
            json_array_append_new(
                lines, json_pack("{s:O,s:s}", "line",
                                 json_object_get(line, "sequence"), "quantity",
                                 row_text(line, "receiveQuantity")));
    }
    return lines;
}

static void
receive_and_invoice(struct sandbox *box, struct call *call, json_t *order)
{
    json_t *lines CLEANUP(json_decrefp) = lines_to_receive(box, order);
    if (!bill_check_number(box, call, bill_kind_of("purchaseInvoices"), order,
                           row_text(order, "_vendorInvoiceNo")))
        return;
    if (json_array_size(lines) > 0 &&
        !posting_receipt(box, call, order, lines,
                         row_text(order, "postingDate"), "", ""))
        return;
    posting_invoice(box, call, order, NULL);
    call_answer(call, 204, NULL, "");
}

void
nav_action(struct sandbox *box, struct call *call, const struct target *target)
{
    const struct step *step = &target->steps[0];
    const char *action = target->steps[target->count - 1].name;
    const struct entity *entity = schema_find(target->face, step->name);
    if (!call_is(call, "POST") || target->count != 2 || !entity ||
        !step->keyed) {
        nav_fail(call, 404, "BadRequest_ResourceNotFound",
                 "Resource not found for the segment '%s'.", action);
        return;
    }
    json_t *row = nav_row(box, call, entity, step->key);
    if (!row)
        return;
    const struct bill_kind *kind = bill_kind_of(entity->set);
    if (kind && text_equal(action, "Microsoft.NAV.post")) {
        if (bill_post(box, call, kind, row))
            call_answer(call, 204, NULL, "");
    } else if (text_equal(entity->set, "purchaseOrders") &&
               text_equal(action, "Microsoft.NAV.receiveAndInvoice"))
        receive_and_invoice(box, call, row);
    else
        nav_fail(call, 404, "BadRequest_ResourceNotFound",
                 "Resource not found for the segment '%s'.", action);
}
