/* SPDX-License-Identifier: Apache-2.0 */
/* The codeunit TradepostPosting as customers publish it: OData unbound
 * actions. A document key posts once; a second call answers the first number.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

/* Takes the reference of a text. */
static void
answer_text(struct call *call, json_t *text)
{
    call_answer_json(
        call, 200,
        json_pack("{s:o,s:o}", "@odata.context",
                  json_sprintf("http://%s/BC/ODataV4/$metadata#Edm.String",
                               call->host),
                  "value", text));
}

/* JSON inside a text, as the codeunit returns it; NULL is an empty text. */
void
codeunit_answer(struct call *call, json_t *value)
{
    struct buf out CLEANUP(buf_free) = { 0 };
    if (value)
        json_to_buf(&out, value);
    json_decref(value);
    answer_text(call, json_string(buf_text(&out)));
}

/* Each parameter must be there; names end in ":g" for a guid, ":d" for a
 * date. */
bool
codeunit_parameters(struct call *call, const json_t *body,
                    const char *const *names)
{
    for (; *names; names++) {
        char name[40];
        (void)text_copy(name, sizeof name, *names);
        char *type = strchr(name, ':');
        if (type)
            *type++ = '\0';
        const char *value = json_string_value(json_object_get(body, name));
        bool good =
            value &&
            (!type || (*type == 'g' ? is_guid(value) : when_is_date(value)));
        if (!good)
            return nav_fail(call, 400, "BadRequest",
                            "The parameter '%s' is missing, or its value "
                            "cannot be converted.",
                            name);
    }
    return true;
}

json_t *
codeunit_posting(const json_t *posting, bool existed)
{
    return json_pack("{s:s,s:b}", "number", row_text(posting, "number"),
                     "existed", (int)existed);
}

json_t *
codeunit_order(struct sandbox *box, struct call *call, const char *number)
{
    json_t *order = world_find(&box->world, "purchaseOrders", "number", number);
    if (!order)
        nav_fail(call, 400, DIALOG, "Order %s does not exist.", number);
    else if (!text_equal(row_text(order, "_status"), "Released"))
        nav_fail(call, 400, DIALOG, "Order %s is not released.", number);
    else
        return order;
    return NULL;
}

static void
post_receipt(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g",  "orderNumber",
                                         "shipmentNumber", "postingDate:d",
                                         "lines",          NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const char *key = row_text(body, "documentKey");
    json_t *posting = world_find(&box->world, "_postings", "key", key);
    if (posting) {
        codeunit_answer(call, codeunit_posting(posting, true));
        return;
    }
    json_t *lines CLEANUP(json_decrefp) =
        json_loads(row_text(body, "lines"), 0, NULL);
    if (text_equal(key, GUID_NONE)) {
        nav_fail(call, 400, DIALOG, "A document key is needed.");
        return;
    }
    json_t *order = codeunit_order(box, call, row_text(body, "orderNumber"));
    if (order && !json_is_array(lines)) {
        nav_fail(call, 400, DIALOG,
                 "The lines are not a JSON list of objects with line and "
                 "quantity.");
        return;
    }
    json_t *receipt =
        order ? posting_receipt(box, call, order, lines,
                                row_text(body, "postingDate"),
                                row_text(body, "shipmentNumber"), key)
              : NULL;
    if (!receipt)
        return;
    posting = world_put(&box->world, "_postings",
                        json_pack("{s:s,s:s}", "key", key, "number",
                                  row_text(receipt, "number")));
    codeunit_answer(call, codeunit_posting(posting, false));
}

static void
find_receipt(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g", NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const json_t *posting = world_find(&box->world, "_postings", "key",
                                       row_text(body, "documentKey"));
    codeunit_answer(call, posting ? codeunit_posting(posting, true) : NULL);
}

static json_t *
bill_answer(const json_t *posting, bool existed)
{
    json_t *answer = codeunit_posting(posting, existed);
    row_set(answer, "total", row_text(posting, "total"));
    return answer;
}

static json_t *
bill_draft(struct sandbox *box, struct call *call, const json_t *body,
           const struct bill_kind **kind)
{
    const char *type = row_text(body, "documentType");
    const char *number = row_text(body, "number");
    *kind = bill_kind_of(strcasecmp(type, "credit memo") == 0
                             ? "purchaseCreditMemos"
                             : "purchaseInvoices");
    if (strcasecmp(type, (*kind)->what) != 0) {
        nav_fail(call, 400, DIALOG,
                 "A document type is invoice or credit memo, not %s.", type);
        return NULL;
    }
    json_t *row = world_find(&box->world, (*kind)->table, "number", number);
    if (row && !bill_is_posted(row))
        return row;
    nav_fail(call, 400, DIALOG, "Purchase %s %s does not exist.", (*kind)->what,
             number);
    return NULL;
}

static void
post_invoice(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g", "documentType",
                                         "number", NULL };
    const struct bill_kind *kind;
    if (!codeunit_parameters(call, body, names))
        return;
    const char *key = row_text(body, "documentKey");
    json_t *posting = world_find(&box->world, "_billPostings", "key", key);
    if (posting) {
        codeunit_answer(call, bill_answer(posting, true));
        return;
    }
    json_t *row = bill_draft(box, call, body, &kind);
    if (!row || !bill_post(box, call, kind, row))
        return;
    posting = world_put(&box->world, "_billPostings",
                        json_pack("{s:s,s:s,s:s}", "key", key, "number",
                                  row_text(row, "number"), "total",
                                  row_text(row, "totalAmountIncludingTax")));
    codeunit_answer(call, bill_answer(posting, false));
}

static void
find_invoice(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey:g", NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const json_t *posting = world_find(&box->world, "_billPostings", "key",
                                       row_text(body, "documentKey"));
    codeunit_answer(call, posting ? bill_answer(posting, true) : NULL);
}

static void
set_status(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentType", "orderNumber", "state",
                                         "note", NULL };
    if (!codeunit_parameters(call, body, names))
        return;
    const char *type = row_text(body, "documentType");
    const char *number = row_text(body, "orderNumber");
    bool invoice = strcasecmp(type, "invoice") == 0;
    if (!invoice && strcasecmp(type, "order") != 0) {
        nav_fail(call, 400, DIALOG,
                 "A document type is order or invoice, not %s.", type);
        return;
    }
    const char *table = invoice ? "salesInvoices" : "purchaseOrders";
    json_t *row = world_find(&box->world, table, "number", number);
    if (!row && !invoice &&
        world_find(&box->world, "purchaseReceipts", "orderNumber", number)) {
        call_answer(call, 204, NULL, ""); /* done, and gone */
        return;
    }
    if (!row) {
        nav_fail(call, 400, DIALOG, "%s %s does not exist.",
                 invoice ? "Posted sales invoice" : "Order", number);
        return;
    }
    row_set(row, "_ediStatus",
            arena_printf(call->arena, "%.30s", row_text(body, "state")));
    row_set(row, "_ediNote",
            arena_printf(call->arena, "%.250s", row_text(body, "note")));
    world_changed(&box->world, table, row);
    world_effect(&box->world, "status", table, row, row_text(body, "state"));
    call_answer(call, 204, NULL, "");
}

static bool
is_entry(const json_t *row, const json_t *body)
{
    return text_equal(row_text(row, "Journal_Template_Name"),
                      row_text(body, "templateName")) &&
           text_equal(row_text(row, "Journal_Batch_Name"),
                      row_text(body, "batchName")) &&
           text_equal(row_text(row, "Document_No"),
                      row_text(body, "documentNumber"));
}

/* Posts the journal's entries of one document; they leave the journal. */
static void
post_item_journal(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "templateName", "batchName",
                                         "documentNumber", NULL };
    json_t *ids CLEANUP(json_decrefp) = json_array();
    const char *id;
    json_t *row;
    size_t i;
    if (!codeunit_parameters(call, body, names))
        return;
    json_object_foreach(world_table(&box->world, "itemJournal"), id, row)
    {
        if (is_entry(row, body))
            json_array_append_new(ids, json_string(id));
    }
    if (json_array_size(ids) == 0) {
        nav_fail(call, 400, DIALOG,
                 "Journal %s %s has no entries of document %s.",
                 row_text(body, "templateName"), row_text(body, "batchName"),
                 row_text(body, "documentNumber"));
        return;
    }
    json_array_foreach(ids, i, row)
    {
        const char *entry = json_string_value(row);
        posting_journal_entry(box,
                              world_by_id(&box->world, "itemJournal", entry));
        world_delete(&box->world, "itemJournal", entry);
    }
    answer_text(call, json_sprintf("%zu", json_array_size(ids)));
}

void
nav_codeunit(struct sandbox *box, struct call *call, const char *procedure)
{
    json_t *body CLEANUP(json_decrefp) = call_body(call);
    if (!call_is(call, "POST"))
        nav_fail(call, 405, "BadRequest_MethodNotAllowed",
                 "An action is called by POST.");
    else if (!body)
        nav_fail(call, 400, "BadRequest", "The body is not valid JSON.");
    else if (text_equal(procedure, "PostReceipt"))
        post_receipt(box, call, body);
    else if (text_equal(procedure, "FindReceipt"))
        find_receipt(box, call, body);
    else if (text_equal(procedure, "PostInvoice"))
        post_invoice(box, call, body);
    else if (text_equal(procedure, "FindInvoice"))
        find_invoice(box, call, body);
    else if (text_equal(procedure, "PostOrderInvoice"))
        order_invoice_post(box, call, body);
    else if (text_equal(procedure, "FindOrderInvoice"))
        order_invoice_find(box, call, body);
    else if (text_equal(procedure, "SetStatus"))
        set_status(box, call, body);
    else if (text_equal(procedure, "PostItemJournal"))
        post_item_journal(box, call, body);
    else
        nav_fail(call, 404, "BadRequest_ResourceNotFound",
                 "Resource not found for the segment 'TradepostPosting_%s'.",
                 procedure);
}
