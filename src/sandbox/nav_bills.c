/* SPDX-License-Identifier: Apache-2.0 */
/* Purchase invoices and credit memos: their names, and posting them. Amounts
 * of vendor ledger entries are negative for invoices, positive for credit
 * memos, as in NAV. */
#include <string.h>

#include "base/text.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

static const struct bill_kind kinds[] = {
    { .table = "purchaseInvoices",
      .lines = "purchaseInvoiceLines",
      .number = "vendorInvoiceNumber",
      .date = "invoiceDate",
      .what = "invoice",
      .type = "Invoice",
      .label = "Vendor Invoice No.",
      .series = "P-INV",
      .posted_series = "P-INV+",
      .first = 107201,
      .first_posted = 108201 },
    { .table = "purchaseCreditMemos",
      .lines = "purchaseCreditMemoLines",
      .number = "vendorCreditMemoNumber",
      .date = "creditMemoDate",
      .what = "credit memo",
      .type = "Credit Memo",
      .label = "Vendor Cr. Memo No.",
      .series = "P-CR",
      .posted_series = "P-CR+",
      .first = 1001,
      .first_posted = 109001 },
};

const struct bill_kind *
bill_kind_of(const char *table)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(kinds[i].table, table) ||
            text_equal(kinds[i].lines, table))
            return &kinds[i];
    return NULL;
}

bool
bill_is_posted(const json_t *row)
{
    return text_equal(row_text(row, "_posted"), "yes");
}

bool
bill_refuse_posted(struct call *call, const struct bill_kind *kind)
{
    return nav_fail(call, 400, DIALOG,
                    "The action can be applied to a draft %s only.",
                    kind->what);
}

bool
bill_check_number(struct sandbox *box, struct call *call,
                  const struct bill_kind *kind, const json_t *row,
                  const char *number)
{
    const char *id;
    json_t *other;
    if (!*number)
        return nav_fail(call, 400, DIALOG,
                        "%s must have a value in Purchase Header: Document "
                        "Type=%s, No.=%s. It cannot be zero or empty.",
                        kind->label, kind->type, row_text(row, "number"));
    json_object_foreach(world_table(&box->world, kind->table), id, other)
    {
        if (bill_is_posted(other) &&
            text_equal(row_text(other, "vendorNumber"),
                       row_text(row, "vendorNumber")) &&
            text_equal(row_text(other, kind->number), number))
            return nav_fail(call, 400, DIALOG,
                            "Purchase %s %s already exists for this vendor.",
                            kind->type, number);
    }
    return true;
}

static bool
check_lines(struct sandbox *box, struct call *call,
            const struct bill_kind *kind, const json_t *row)
{
    size_t count = 0;
    const char *id;
    json_t *line;
    json_object_foreach(
        world_lines(&box->world, kind->lines, row_text(row, "id")), id, line)
    {
        if (text_equal(row_text(line, "lineType"), "Comment"))
            continue;
        if (decimal_is_zero(row_decimal(line, "quantity")))
            return nav_fail(call, 400, DIALOG,
                            "One or more document lines with a value in the "
                            "No. field do not have a quantity specified.");
        count++;
    }
    return count > 0 ||
           nav_fail(call, 400, DIALOG, "There is nothing to post.");
}

/* Goods of a document that belongs to no receipt come in, or go back, with
 * it. */
static void
move_goods(struct sandbox *box, const struct bill_kind *kind, const json_t *row,
           const json_t *line)
{
    struct decimal quantity = row_decimal(line, "quantity");
    bool invoice = text_equal(kind->what, "invoice");
    if (text_equal(row_text(line, "lineType"), "Item"))
        posting_goods(box, row, line,
                      invoice ? "Purchase Invoice" : "Purchase Credit Memo",
                      invoice ? quantity : decimal_negate(quantity));
}

/* The lines go with the document, to where the posted ones are. */
static void
post_lines(struct sandbox *box, const struct bill_kind *kind, const json_t *row)
{
    const char *id;
    json_t *line;
    json_object_foreach(
        world_lines(&box->world, kind->lines, row_text(row, "id")), id, line)
    {
        row_set(line, "_documentNumber", row_text(row, "number"));
        row_set(line, "_posted", "yes");
        world_changed(&box->world, kind->lines, line);
        move_goods(box, kind, row, line);
    }
}

/* Pages call an account line by its table's name. */
static void
take_page_type(json_t *row)
{
    const char *page = row_text(row, "_type");
    if (*page && !*row_text(row, "lineType"))
        row_set(row, "lineType",
                text_equal(page, "G/L Account") ? "Account" : page);
    const char *type = row_text(row, "lineType");
    if (!*page && *type)
        row_set(row, "_type",
                text_equal(type, "Account") ? "G/L Account" : type);
}

bool
bill_check_line(struct sandbox *box, struct call *call,
                const struct bill_kind *kind, json_t *row)
{
    json_int_t number = json_integer_value(json_object_get(row, "sequence"));
    const char *id;
    json_t *other;
    take_page_type(row);
    json_object_foreach(world_table(&box->world, kind->lines), id, other)
    {
        if (number > 0 && !text_equal(id, row_text(row, "id")) &&
            text_equal(row_text(other, "documentId"),
                       row_text(row, "documentId")) &&
            json_integer_value(json_object_get(other, "sequence")) == number)
            return nav_fail(call, 400, "Internal_EntityWithSameKeyExists",
                            "The record in table Purchase Line already "
                            "exists. Identification fields and values: "
                            "Document Type='%s',Document No.='%s',Line "
                            "No.='%lld'",
                            kind->type, row_text(row, "_documentNumber"),
                            (long long)number);
    }
    return true;
}

void
bill_ledger(struct sandbox *box, const struct bill_kind *kind,
            const json_t *row)
{
    json_t *entries = world_table(&box->world, "vendorLedgerEntries");
    struct decimal total = row_decimal(row, "totalAmountIncludingTax");
    json_t *entry =
        json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:b}", "Entry_No",
                  (json_int_t)json_object_size(entries) + 1, "Posting_Date",
                  row_text(row, "postingDate"), "Document_Type", kind->type,
                  "Document_No", row_text(row, "number"),
                  "External_Document_No", row_text(row, kind->number),
                  "Vendor_No", row_text(row, "vendorNumber"), "Open", 1);
    if (text_equal(kind->what, "invoice"))
        total = decimal_negate(total);
    row_set_decimal(entry, "Amount", total);
    row_set_decimal(entry, "Remaining_Amount", total);
    world_put(&box->world, "vendorLedgerEntries", entry);
}

bool
bill_post(struct sandbox *box, struct call *call, const struct bill_kind *kind,
          json_t *row)
{
    if (bill_is_posted(row))
        return bill_refuse_posted(call, kind);
    if (!bill_check_number(box, call, kind, row, row_text(row, kind->number)) ||
        !check_lines(box, call, kind, row))
        return false;
    if (row_decimal(row, "totalAmountIncludingTax").units < 0)
        return nav_fail(call, 400, DIALOG,
                        "The total amount for the %s must be 0 or greater.",
                        kind->what);
    row_set(row, "_draftNumber", row_text(row, "number"));
    row_set(row, "number",
            world_number(&box->world, call->arena, kind->posted_series,
                         kind->first_posted));
    row_set(row, "_posted", "yes");
    row_set(row, "status", "Open");
    world_changed(&box->world, kind->table, row);
    post_lines(box, kind, row);
    bill_ledger(box, kind, row);
    world_effect(&box->world, "post", kind->table, row,
                 row_text(row, kind->number));
    return true;
}
