/* SPDX-License-Identifier: Apache-2.0 */
/* What NAV fills in and refuses when a row is written. The sentences are those
 * of the API pages where they are public. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

static bool
refuse(struct call *call, const char *text)
{
    return nav_fail(call, 400, DIALOG, "%s", text);
}

static void
fill(json_t *row, const char *member, const char *value)
{
    if (!*row_text(row, member))
        row_set(row, member, value);
}

static bool
unique(struct sandbox *box, struct call *call, const char *table,
       const json_t *row, const char *member)
{
    const json_t *other =
        world_find(&box->world, table, member, row_text(row, member));
    if (!other || text_equal(row_text(other, "id"), row_text(row, "id")))
        return true;
    return nav_fail(call, 400, "Internal_EntityWithSameKeyExists",
                    "The record in table %s already exists. Identification "
                    "fields and values: %s='%s'",
                    table, member, row_text(row, member));
}

/* By number or by id, whichever was given. */
static json_t *
look_up(struct sandbox *box, const char *table, const json_t *row,
        const char *number_member, const char *id_member)
{
    const char *number = row_text(row, number_member);
    if (*number)
        return world_find(&box->world, table, "number", number);
    return world_by_id(&box->world, table, row_text(row, id_member));
}

static void
copy_address(json_t *row, const json_t *from, const char *prefix)
{
    static const char *const parts[][2] = {
        { "AddressLine1", "addressLine1" },
        { "AddressLine2", "addressLine2" },
        { "City", "city" },
        { "State", "state" },
        { "PostCode", "postalCode" },
        { "Country", "country" },
    };
    char member[60];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)text_format(member, sizeof member, "%s%s", prefix, parts[i][0]);
        fill(row, member, row_text(from, parts[i][1]));
    }
}

bool
rules_vendor_open(struct call *call, const json_t *vendor)
{
    return !text_equal(row_text(vendor, "blocked"), "All") ||
           nav_fail(call, 400, DIALOG,
                    "You cannot create this type of document when Vendor "
                    "%s is blocked with type All",
                    row_text(vendor, "number"));
}

static bool
take_vendor(struct sandbox *box, struct call *call, json_t *row)
{
    if (!*row_text(row, "vendorNumber") && !*row_text(row, "vendorId"))
        return refuse(call,
                      "A \"vendorNumber\" or a \"vendorID\" must be provided.");
    json_t *vendor = look_up(box, "vendors", row, "vendorNumber", "vendorId");
    if (!vendor)
        return refuse(call, "The vendor cannot be found.");
    if (!rules_vendor_open(call, vendor))
        return false;
    row_set(row, "vendorNumber", row_text(vendor, "number"));
    row_set(row, "vendorId", row_text(vendor, "id"));
    row_set(row, "vendorName", row_text(vendor, "displayName"));
    fill(row, "payToVendorNumber", row_text(vendor, "number"));
    fill(row, "payToVendorId", row_text(vendor, "id"));
    fill(row, "payToName", row_text(vendor, "displayName"));
    fill(row, "currencyCode", "USD");
    copy_address(row, vendor, "buyFrom");
    copy_address(row, vendor, "payTo");
    return true;
}

static void
fill_dates(json_t *row, const char *document_date)
{
    char today[WHEN_DATE];
    (void)when_date(when_now(), NULL, today);
    fill(row, document_date, today);
    fill(row, "postingDate", today);
}

static bool
rule_bill(struct sandbox *box, struct call *call, const struct bill_kind *kind,
          json_t *row, bool made)
{
    if (!made && bill_is_posted(row))
        return bill_refuse_posted(call, kind);
    if (!take_vendor(box, call, row))
        return false;
    fill_dates(row, kind->date);
    fill(row, "dueDate", row_text(row, kind->date));
    fill(row, "_posted", "no");
    fill(row, "status", "Draft");
    if (made)
        row_set(
            row, "number",
            world_number(&box->world, call->arena, kind->series, kind->first));
    return true;
}

static bool
rule_order(struct sandbox *box, struct call *call, json_t *row, bool made)
{
    if (!take_vendor(box, call, row))
        return false;
    fill_dates(row, "orderDate");
    fill(row, "_orderDate", row_text(row, "orderDate"));
    fill(row, "_status", "Open");
    fill(row, "status", "Draft");
    if (made && !*row_text(row, "number"))
        row_set(row, "number",
                world_number(&box->world, call->arena, "P-ORD", 106301));
    return unique(box, call, "purchaseOrders", row, "number");
}

static struct decimal
line_amount(const json_t *row, const char *price)
{
    struct decimal whole =
        decimal_multiply(row_decimal(row, "quantity"), row_decimal(row, price));
    return decimal_round(decimal_subtract(decimal_round(whole, 2),
                                          row_decimal(row, "discountAmount")),
                         2);
}

static void
set_amounts(json_t *row, const char *price)
{
    static const char *const members[] = { "amountExcludingTax",
                                           "amountIncludingTax", "netAmount",
                                           "netAmountIncludingTax" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        row_set_decimal(row, members[i], line_amount(row, price));
}

static bool
take_item(struct sandbox *box, struct call *call, json_t *row,
          const char *price)
{
    json_t *item = look_up(box, "items", row, "lineObjectNumber", "itemId");
    if (!item)
        return refuse(call, "Item does not exist.");
    if (json_is_true(json_object_get(item, "blocked")))
        return nav_fail(call, 400, DIALOG,
                        "Blocked must be equal to 'No' in Item: No.=%s. "
                        "Current value is 'Yes'.",
                        row_text(item, "number"));
    row_set(row, "itemId", row_text(item, "id"));
    row_set(row, "lineObjectNumber", row_text(item, "number"));
    fill(row, "description", row_text(item, "displayName"));
    fill(row, "unitOfMeasureCode", row_text(item, "baseUnitOfMeasureCode"));
    if (!json_object_get(row, price))
        row_set(row, price, row_text(item, "unitCost"));
    return true;
}

static bool
take_object(struct sandbox *box, struct call *call, json_t *row,
            const char *price)
{
    if (!*row_text(row, "lineType")) {
        bool item = *row_text(row, "itemId") != '\0';
        bool account = *row_text(row, "accountId") != '\0';
        row_set(row, "lineType",
                item ? "Item" : (account ? "Account" : "Comment"));
    }
    const char *type = row_text(row, "lineType");
    if (text_equal(type, "Item"))
        return take_item(box, call, row, price);
    if (!text_equal(type, "Account"))
        return true;
    const json_t *account =
        look_up(box, "accounts", row, "lineObjectNumber", "accountId");
    if (!account)
        return refuse(call, "Account does not exist.");
    row_set(row, "accountId", row_text(account, "id"));
    row_set(row, "lineObjectNumber", row_text(account, "number"));
    fill(row, "description", row_text(account, "displayName"));
    return true;
}

static void
next_sequence(struct sandbox *box, const char *table, const char *parent,
              json_t *row, const char *member)
{
    json_int_t most = 0;
    const char *id;
    json_t *other;
    if (json_integer_value(json_object_get(row, member)) > 0)
        return;
    json_object_foreach(world_table(&box->world, table), id, other)
    {
        json_int_t has = json_integer_value(json_object_get(other, member));
        if (text_equal(row_text(other, parent), row_text(row, parent)) &&
            has > most)
            most = has;
    }
    json_object_set_new(row, member, json_integer(most + 10000));
}

/* The header, by id from the API and by number from a page. */
static json_t *
document_of(struct sandbox *box, const char *table, json_t *row)
{
    json_t *header =
        world_by_id(&box->world, table, row_text(row, "documentId"));
    if (!header && *row_text(row, "_documentNumber"))
        header = world_find(&box->world, table, "number",
                            row_text(row, "_documentNumber"));
    if (header) {
        row_set(row, "documentId", row_text(header, "id"));
        row_set(row, "_documentNumber", row_text(header, "number"));
    }
    return header;
}

static bool
rule_bill_line(struct sandbox *box, struct call *call,
               const struct bill_kind *kind, json_t *row)
{
    const json_t *header = document_of(box, kind->table, row);
    if (!header)
        return refuse(call, "The \"documentId\" does not match a document.");
    if (bill_is_posted(header))
        return bill_refuse_posted(call, kind);
    if (!bill_check_line(box, call, kind, row) ||
        !take_object(box, call, row, "unitCost"))
        return false;
    next_sequence(box, kind->lines, "documentId", row, "sequence");
    set_amounts(row, "unitCost");
    return true;
}

/* Quantities and prices of a released order are closed; what is to be
 * received and invoiced is not. */
static bool
keeps_release(struct call *call, const json_t *header, const json_t *old,
              const json_t *row)
{
    static const char *const closed[] = { "quantity", "directUnitCost",
                                          "lineObjectNumber" };
    bool changed = !old;
    for (size_t i = 0; old && i < sizeof closed / sizeof *closed; i++)
        changed |=
            !text_equal(row_text(old, closed[i]), row_text(row, closed[i]));
    if (!changed || !text_equal(row_text(header, "_status"), "Released"))
        return true;
    return nav_fail(call, 400, DIALOG,
                    "Status must be equal to 'Open' in Purchase Header: "
                    "Document Type=Order, No.=%s. Current value is "
                    "'Released'.",
                    row_text(header, "number"));
}

static bool
rule_order_line(struct sandbox *box, struct call *call, json_t *row)
{
    const json_t *header = document_of(box, "purchaseOrders", row);
    const json_t *old =
        world_by_id(&box->world, "purchaseOrderLines", row_text(row, "id"));
    if (!header)
        return refuse(call, "The \"documentId\" does not match a document.");
    if (!keeps_release(call, header, old, row) ||
        !take_object(box, call, row, "directUnitCost"))
        return false;
    struct decimal open = decimal_subtract(
        row_decimal(row, "quantity"), row_decimal(row, "receivedQuantity"));
    char text[DECIMAL_TEXT];
    if (!json_object_get(row, "receiveQuantity"))
        row_set_decimal(row, "receiveQuantity", open);
    if (!json_object_get(row, "invoiceQuantity"))
        row_set_decimal(row, "invoiceQuantity", open);
    if (decimal_compare(row_decimal(row, "receiveQuantity"), open) > 0)
        return nav_fail(call, 400, DIALOG,
                        "You cannot receive more than %s units.",
                        decimal_text(open, text));
    next_sequence(box, "purchaseOrderLines", "documentId", row, "sequence");
    set_amounts(row, "directUnitCost");
    return true;
}

static bool
rule_payment(struct sandbox *box, struct call *call, json_t *row, bool made)
{
    const json_t *journal = world_by_id(&box->world, "customerPaymentJournals",
                                        row_text(row, "journalId"));
    if (!journal)
        return refuse(call, "You must specify a journal batch ID or a journal "
                            "ID to get a journal line.");
    const json_t *invoice =
        look_up(box, "salesInvoices", row, "appliesToInvoiceNumber",
                "appliesToInvoiceId");
    if (!invoice && *row_text(row, "appliesToInvoiceId"))
        return refuse(call, "The \"appliesToInvoiceId\" should be the ID of an "
                            "Open, Paid, Corrective, or Canceled Invoice.");
    if (invoice) {
        row_set(row, "appliesToInvoiceId", row_text(invoice, "id"));
        row_set(row, "appliesToInvoiceNumber", row_text(invoice, "number"));
        if (!*row_text(row, "customerId"))
            fill(row, "customerNumber", row_text(invoice, "customerNumber"));
    }
    const json_t *customer =
        look_up(box, "customers", row, "customerNumber", "customerId");
    if (!customer)
        return refuse(call,
                      "The \"customerNumber\" does not match to a Customer.");
    row_set(row, "customerNumber", row_text(customer, "number"));
    row_set(row, "customerId", row_text(customer, "id"));
    next_sequence(box, "customerPayments", "journalId", row, "lineNumber");
    if (row_decimal(row, "amount").units >= 0)
        return nav_fail(
            call, 400, DIALOG,
            "Amount must be negative in Gen. Journal Line Journal "
            "Template Name='CASHRCPT',Journal Batch Name='%s',Line "
            "No.='%lld'.",
            row_text(journal, "code"),
            (long long)json_integer_value(json_object_get(row, "lineNumber")));
    fill(row, "journalDisplayName", row_text(journal, "code"));
    fill_dates(row, "postingDate");
    fill(row, "description", row_text(customer, "displayName"));
    if (made && !*row_text(row, "documentNumber"))
        row_set(row, "documentNumber",
                world_number(&box->world, call->arena, "G", 20001));
    return true;
}

static bool
no_relation(struct call *call, const char *field, const char *value,
            const char *related)
{
    return nav_fail(call, 400, "Internal_InvalidTableRelation",
                    "The field %s of table Gen. Journal Line contains a value "
                    "(%s) that cannot be found in the related table (%s).",
                    field, value, related);
}

/* A line of the cash receipt journal, page 255: a customer's payment. */
static bool
rule_cash_receipt(struct sandbox *box, struct call *call, json_t *row,
                  bool made)
{
    const char *batch = row_text(row, "Journal_Batch_Name");
    const char *applied = row_text(row, "Applies_to_Doc_No");
    const json_t *customer = world_find(&box->world, "customers", "number",
                                        row_text(row, "Account_No"));
    const char *id;
    json_t *other;
    fill(row, "Journal_Template_Name", "CASHRCPT");
    if (!text_equal(row_text(row, "Journal_Template_Name"), "CASHRCPT") ||
        !world_find(&box->world, "customerPaymentJournals", "code", batch))
        return no_relation(call, "Journal Batch Name", batch,
                           "Gen. Journal Batch");
    if (text_equal(row_text(row, "Account_Type"), "Customer") && !customer)
        return no_relation(call, "Account No.", row_text(row, "Account_No"),
                           "Customer");
    if (*applied &&
        !world_find(&box->world, "salesInvoices", "number", applied))
        return no_relation(call, "Applies-to Doc. No.", applied,
                           "Cust. Ledger Entry");
    if (row_decimal(row, "Amount").units >= 0)
        return nav_fail(call, 400, DIALOG,
                        "Amount must be negative in Gen. Journal Line Journal "
                        "Template Name='CASHRCPT',Journal Batch Name='%s'.",
                        batch);
    json_object_foreach(world_table(&box->world, "genJournal"), id, other)
    {
        if (made && json_equal(json_object_get(other, "Line_No"),
                               json_object_get(row, "Line_No")))
            return nav_fail(call, 400, "Internal_EntityWithSameKeyExists",
                            "The record in table Gen. Journal Line already "
                            "exists.");
    }
    fill(row, "Description", row_text(customer, "displayName"));
    next_sequence(box, "genJournal", "Journal_Batch_Name", row, "Line_No");
    return true;
}

static bool
rule_item_journal(struct sandbox *box, struct call *call, json_t *row)
{
    const json_t *item =
        world_find(&box->world, "items", "number", row_text(row, "Item_No"));
    if (!item)
        return nav_fail(call, 400, "Internal_InvalidTableRelation",
                        "The field Item No. of table Item Journal Line "
                        "contains a value (%s) that cannot be found in the "
                        "related table (Item).",
                        row_text(row, "Item_No"));
    fill(row, "Journal_Template_Name", "ITEM");
    fill(row, "Journal_Batch_Name", "DEFAULT");
    fill(row, "Description", row_text(item, "displayName"));
    fill(row, "Unit_of_Measure_Code", row_text(item, "baseUnitOfMeasureCode"));
    next_sequence(box, "itemJournal", "Journal_Batch_Name", row, "Line_No");
    row_set_decimal(
        row, "Amount",
        decimal_round(decimal_multiply(row_decimal(row, "Quantity"),
                                       row_decimal(row, "Unit_Amount")),
                      2));
    return true;
}

static bool
rule_master(struct sandbox *box, struct call *call, const char *table,
            json_t *row)
{
    bool coded = text_equal(table, "locations") ||
                 text_equal(table, "unitsOfMeasure") ||
                 text_equal(table, "customerPaymentJournals");
    const char *key = coded ? "code" : "number";
    if (coded && !*row_text(row, key))
        return refuse(call, "Code must be filled in. Enter a value.");
    if (!*row_text(row, key))
        row_set(row, key, world_number(&box->world, call->arena, table, 50001));
    return unique(box, call, table, row, key);
}

bool
rules_apply(struct sandbox *box, struct call *call, const struct entity *entity,
            json_t *row, bool made)
{
    static const char *const masters[] = {
        "vendors",   "customers",      "items",
        "locations", "unitsOfMeasure", "customerPaymentJournals"
    };
    const char *table = entity->table;
    const struct bill_kind *kind = bill_kind_of(table);
    if (kind)
        return text_equal(table, kind->table)
                   ? rule_bill(box, call, kind, row, made)
                   : rule_bill_line(box, call, kind, row);
    if (text_equal(table, "purchaseOrders"))
        return rule_order(box, call, row, made);
    if (text_equal(table, "purchaseOrderLines"))
        return rule_order_line(box, call, row);
    if (text_equal(table, "customerPayments"))
        return rule_payment(box, call, row, made);
    if (text_equal(table, "genJournal"))
        return rule_cash_receipt(box, call, row, made);
    if (text_equal(table, "itemJournal"))
        return rule_item_journal(box, call, row);
    for (size_t i = 0; i < sizeof masters / sizeof *masters; i++)
        if (text_equal(table, masters[i]))
            return rule_master(box, call, table, row);
    return true;
}

void
rules_total(struct world *world, const char *table, json_t *header)
{
    char lines[60];
    struct decimal sum = decimal_from(0);
    const char *id;
    json_t *line;
    const struct bill_kind *kind = bill_kind_of(table);
    if ((!kind || !text_equal(table, kind->table)) &&
        !text_equal(table, "purchaseOrders") &&
        !text_equal(table, "salesInvoices"))
        return;
    (void)text_format(lines, sizeof lines, "%.*sLines", (int)strlen(table) - 1,
                      table);
    json_object_foreach(world_lines(world, lines, row_text(header, "id")), id,
                        line)
    {
        sum = decimal_add(sum, row_decimal(line, "amountExcludingTax"));
    }
    sum = decimal_subtract(sum, row_decimal(header, "discountAmount"));
    row_set_decimal(header, "totalAmountExcludingTax", sum);
    row_set_decimal(header, "totalAmountIncludingTax", sum);
    world_changed(world, table, header);
}
