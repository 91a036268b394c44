/* SPDX-License-Identifier: Apache-2.0 */
/* Bills on NAV's pages, which take no id of ours and no lines with a header.
 * The draft's header is made first, with our key in a field that is searched
 * before anything is made; then its lines, numbered by us; last the vendor's
 * own number, without which NAV does not post: a draft that lacks it is half
 * made, by an attempt that was cut off. It is gone on with, or removed when
 * its lines are no longer those of the bill or NAV refuses one. Posting is
 * the codeunit's, which keeps the key in the same transaction. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_bill_private.h"

enum { LINE_STEP = 10000 };

/* Names of the API and of the pages, in the order in which NAV has to
 * validate them: a later one may be derived from an earlier one. */
static const char *const header_names[][2] = {
    { "vendorNumber", "Buy_from_Vendor_No" },
    { "postingDate", "Posting_Date" },
    { "invoiceDate", "Document_Date" },
    { "creditMemoDate", "Document_Date" },
    { "dueDate", "Due_Date" },
    { "currencyCode", "Currency_Code" },
};

static const char *const line_names[][2] = {
    { "lineType", "Type" },
    { "lineObjectNumber", "No" },
    { "unitOfMeasureCode", "Unit_of_Measure_Code" },
    { "quantity", "Quantity" },
    { "unitCost", "Direct_Unit_Cost" },
    { "description", "Description" },
};

static void
rename_members(json_t *to, const json_t *from, const char *const names[][2],
               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(from, names[i][0]);
        if (value != NULL)
            json_object_set(to, names[i][1], value);
    }
}

static const char *
path_of(const struct nav_bill *bill, const char *number)
{
    return arena_printf(bill->arena, "%s(Document_Type='%s',No=%s)",
                        bill->words->page,
                        text_url_encode(bill->arena, bill->words->type),
                        odata_key(bill->arena, number));
}

/* A row as the rest of the code knows it from the API. */
static json_t *
row_of(const char *number, const char *status, const char *total)
{
    json_t *row = json_pack("{ss ss}", "number", number, "status", status);

    if (!text_empty(total))
        json_object_set_new(row, "totalAmountIncludingTax", json_string(total));
    return row;
}

/* Sums are on the list page only. */
static bool
read_sums(struct nav_bill *bill, const char *number, struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter = arena_printf(
                                     bill->arena, "No eq %s",
                                     odata_quote(bill->arena, number)),
                                 .select = "No,Amount,Amount_Including_VAT" };
    size_t count;

    if (!odata_first(bill->nav->odata, ODATA_MAIN, bill->words->page_list,
                     &query, &row, &count, err))
        return false;
    struct decimal total = exact_amount(row, "Amount_Including_VAT");
    struct decimal tax = decimal_subtract(total, exact_amount(row, "Amount"));
    char text[DECIMAL_TEXT];
    bill->row = row_of(number, "Draft", decimal_text(total, text));
    json_object_set_new(bill->row, "totalTaxAmount",
                        json_string(decimal_text(tax, text)));
    return true;
}

static bool
read_draft(struct nav_bill *bill, struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter = arena_printf(
                                     bill->arena, "%s eq '%s'",
                                     bill->words->page_key, bill->document),
                                 .expand = bill->words->page_lines };
    size_t count;

    if (!odata_first(bill->nav->odata, ODATA_MAIN, bill->words->page, &query,
                     &row, &count, err))
        return false;
    if (count == 0)
        return true;
    if (count > 1)
        return err_set(err, TP6030,
                       "more than one draft %s in NAV has %s %s; delete all "
                       "but one",
                       bill->words->what, bill->words->page_key,
                       bill->document);
    bill->half_made = exact_word(row, bill->words->page_number)[0] == '\0';
    json_decref(bill->lines);
    bill->lines = json_incref(json_object_get(row, bill->words->page_lines));
    return read_sums(bill, arena_strdup(bill->arena, exact_word(row, "No")),
                     err);
}

/* Of an invoice the key goes with it when a person posts its draft. */
static bool
read_posted(struct nav_bill *bill, struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter = arena_printf(
                                     bill->arena, "%s eq '%s'",
                                     bill->words->page_key, bill->document) };
    size_t count;

    if (bill->words->page_posted == NULL)
        return true;
    if (!odata_first(bill->nav->odata, ODATA_MAIN, bill->words->page_posted,
                     &query, &row, &count, err))
        return false;
    if (count > 0)
        bill->row = row_of(exact_word(row, "No"), "Open", NULL);
    return true;
}

/* What the codeunit says: {"number":"108201","existed":false,"total":"9.5"},
 * or nothing. */
static bool
take_posted(struct nav_bill *bill, const struct buf *value, struct err *err)
{
    CLEANUP(json_decrefp) json_t *answer = NULL;

    if (value->size == 0)
        return true;
    if (!exact_parse(&answer, value->text, value->size, err))
        return false;
    json_decref(bill->row);
    bill->row = row_of(exact_word(answer, "number"), "Open",
                       exact_text(answer, "total"));
    return true;
}

static bool
find_posted(struct nav_bill *bill, struct err *err)
{
    CLEANUP(buf_free) struct buf value = { 0 };
    CLEANUP(json_decrefp)
    json_t *body = json_pack("{ss}", "documentKey", bill->id);

    return odata_inquire(
               bill->nav->odata,
               arena_printf(bill->arena, "%s_FindInvoice", bill->nav->codeunit),
               body, &value, err) &&
           take_posted(bill, &value, err);
}

/* The codeunit first: it waits for a posting that is under way. */
bool
nav_page_bill_read(struct nav_bill *bill, struct err *err)
{
    json_decref(bill->row);
    bill->row = NULL;
    bill->half_made = false;
    if (bill->nav->post && (!find_posted(bill, err) || bill->row != NULL))
        return err->code == TP_NONE;
    if (!read_draft(bill, err) || bill->row != NULL)
        return err->code == TP_NONE;
    return read_posted(bill, err);
}

enum pushed
nav_page_bill_refuse_double(struct nav_bill *bill, struct push_result *result,
                            struct err *err)
{
    CLEANUP(json_decrefp) json_t *draft = NULL;
    CLEANUP(json_decrefp) json_t *posted = NULL;
    const char *number = record_text(bill->invoice, "number");
    const char *theirs = odata_quote(bill->arena, number);
    const char *vendor = odata_quote(bill->arena, bill->vendor);
    struct odata_query drafts = {
        .filter =
            arena_printf(bill->arena, "%s eq %s and Buy_from_Vendor_No eq %s",
                         bill->words->page_number, theirs, vendor)
    };
    struct odata_query entries = {
        .filter = arena_printf(bill->arena,
                               "External_Document_No eq %s and Vendor_No eq %s "
                               "and Document_Type eq '%s'",
                               theirs, vendor, bill->words->type)
    };
    size_t count, entered;

    if (!odata_first(bill->nav->odata, ODATA_MAIN, bill->words->page, &drafts,
                     &draft, &count, err) ||
        !odata_first(bill->nav->odata, ODATA_MAIN, "VendorLedgerEntries",
                     &entries, &posted, &entered, err))
        return nav_failed(err);
    if (count == 0 && entered == 0)
        return PUSH_DONE;
    return nav_hold(result, err, TP6030, NULL,
                    "vendor %s's %s %s is in NAV already as %s (%s), not made "
                    "by Tradepost",
                    bill->vendor, bill->words->what, number,
                    entered > 0 ? exact_word(posted, "Document_No")
                                : exact_word(draft, "No"),
                    entered > 0 ? "posted" : "a draft");
}

static bool
make_header(struct nav_bill *bill, const json_t *body, struct err *err)
{
    CLEANUP(json_decrefp)
    json_t *header = json_pack("{ss}", "Document_Type", bill->words->type);
    CLEANUP(json_decrefp) json_t *answer = NULL;

    rename_members(header, body, header_names,
                   sizeof header_names / sizeof *header_names);
    json_object_set_new(header, bill->words->page_key,
                        json_string(bill->document));
    if (!odata_post(bill->nav->odata, ODATA_MAIN, bill->words->page, header,
                    &answer, err) ||
        !read_draft(bill, err))
        return false;
    return bill->row != NULL ||
           err_set(err, TP6015,
                   "the draft was accepted, but is not found by %s %s",
                   bill->words->page_key, bill->document);
}

static json_t *
page_line(const struct nav_bill *bill, const json_t *line, long number)
{
    json_t *made = json_pack("{ss ss}", "Document_Type", bill->words->type,
                             "Document_No", exact_word(bill->row, "number"));

    json_object_set_new(made, "Line_No", exact_decimal(decimal_from(number)));
    rename_members(made, line, line_names,
                   sizeof line_names / sizeof *line_names);
    if (text_equal(json_string_value(json_object_get(line, "lineType")),
                   "Account"))
        json_object_set_new(made, "Type", json_string("G/L Account"));
    return made;
}

/* The line of that number in the draft, or NULL. */
static const json_t *
draft_line(const struct nav_bill *bill, long number)
{
    for (size_t i = 0; i < json_array_size(bill->lines); i++) {
        const json_t *line = json_array_get(bill->lines, i);
        long has;
        if (text_number(exact_word(line, "Line_No"), 2000000000, &has) &&
            has == number)
            return line;
    }
    return NULL;
}

/* Is every line of the draft one of the bill's? */
static bool
may_go_on(const struct nav_bill *bill, const json_t *lines)
{
    size_t known = 0;

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *wanted = json_array_get(lines, i);
        const json_t *has = draft_line(bill, (long)(i + 1) * LINE_STEP);
        if (has == NULL)
            continue;
        known++;
        if (strcmp(exact_word(has, "No"),
                   exact_word(wanted, "lineObjectNumber")) != 0 ||
            decimal_compare(exact_amount(has, "Quantity"),
                            exact_amount(wanted, "quantity")) != 0 ||
            decimal_compare(exact_amount(has, "Direct_Unit_Cost"),
                            exact_amount(wanted, "unitCost")) != 0)
            return false;
    }
    return known == json_array_size(bill->lines);
}

static bool
add_lines(struct nav_bill *bill, const json_t *lines, struct err *err)
{
    const char *path = arena_printf(
        bill->arena, "%s/%s", path_of(bill, exact_word(bill->row, "number")),
        bill->words->page_lines);

    for (size_t i = 0; i < json_array_size(lines); i++) {
        long number = (long)(i + 1) * LINE_STEP;
        if (draft_line(bill, number) != NULL)
            continue;
        CLEANUP(json_decrefp)
        json_t *line = page_line(bill, json_array_get(lines, i), number);
        CLEANUP(json_decrefp) json_t *answer = NULL;
        if (odata_post(bill->nav->odata, ODATA_MAIN, path, line, &answer, err))
            continue;
        if (strcmp(odata_last_code(bill->nav->odata),
                   "Internal_EntityWithSameKeyExists") != 0)
            return err_at(err, "draft %s line %ld",
                          exact_word(bill->row, "number"), number);
        err_clear(err); /* an earlier attempt came through late */
    }
    return true;
}

/* The vendor's number: the draft is whole now. */
static bool
finish(struct nav_bill *bill, struct err *err)
{
    CLEANUP(json_decrefp) json_t *body = json_object();
    CLEANUP(json_decrefp) json_t *answer = NULL;

    nav_set_text(body, bill->words->page_number,
                 record_text(bill->invoice, "number"));
    return odata_patch(bill->nav->odata, ODATA_MAIN,
                       path_of(bill, exact_word(bill->row, "number")), NULL,
                       body, &answer, err);
}

static bool
remove_draft(struct nav_bill *bill, struct err *err)
{
    const char *path = path_of(bill, exact_word(bill->row, "number"));

    json_decref(bill->row);
    bill->row = NULL;
    return odata_delete(bill->nav->odata, ODATA_MAIN, path, err);
}

/* A refused draft is not left behind; that it could not be removed is no
 * other failure, the next attempt finds it. */
static enum pushed
give_up(struct nav_bill *bill, struct err *err)
{
    struct err ignored = { 0 };

    if (err->kind == ERR_DATA && bill->row != NULL)
        (void)remove_draft(bill, &ignored);
    return nav_failed(err);
}

enum pushed
nav_page_bill_make(struct nav_bill *bill, const json_t *body, struct err *err)
{
    const json_t *lines = json_object_get(body, bill->words->lines);

    if (bill->row != NULL && !may_go_on(bill, lines) &&
        !remove_draft(bill, err))
        return nav_failed(err);
    if (bill->row == NULL && !make_header(bill, body, err))
        return nav_failed(err);
    if (!add_lines(bill, lines, err) || !finish(bill, err))
        return give_up(bill, err);
    if (!nav_page_bill_read(bill, err))
        return nav_failed(err);
    if (bill->row != NULL)
        return PUSH_DONE;
    err_set(err, TP6015, "the draft with %s %s is gone", bill->words->page_key,
            bill->document);
    return PUSH_UNKNOWN;
}

bool
nav_page_bill_post(struct nav_bill *bill, struct err *err)
{
    CLEANUP(buf_free) struct buf value = { 0 };
    CLEANUP(json_decrefp)
    json_t *body =
        json_pack("{ss ss ss}", "documentKey", bill->id, "documentType",
                  bill->words->what, "number", exact_word(bill->row, "number"));
    const char *action =
        arena_printf(bill->arena, "%s_PostInvoice", bill->nav->codeunit);

    if (!odata_call(bill->nav->odata, action, body, &value, err))
        return false;
    if (value.size == 0)
        return err_set(err, TP6015, "%s answered without a number", action);
    return take_posted(bill, &value, err);
}
