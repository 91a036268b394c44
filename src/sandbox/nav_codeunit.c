/* SPDX-License-Identifier: Apache-2.0 */
/* The codeunit TradepostPosting as customers publish it: OData unbound
 * actions. A document key posts once; a second call answers the first number.
 */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"

#define DIALOG "Application_DialogException"

static void
answer_value(struct call *call, json_t *value)
{
    json_t *text = json_string("");
    if (value) {
        struct buf out CLEANUP(buf_free) = { 0 };
        json_to_buf(&out, value);
        json_decref(text);
        text = json_string(buf_text(&out));
        json_decref(value);
    }
    call_answer_json(
        call, 200,
        json_pack("{s:o,s:o}", "@odata.context",
                  json_sprintf("http://%s/BC/ODataV4/$metadata#Edm.String",
                               call->host),
                  "value", text));
}

/* Each parameter must be there, and be a text. */
static bool
check_parameters(struct call *call, const json_t *body,
                 const char *const *names)
{
    for (; *names; names++)
        if (!json_is_string(json_object_get(body, *names)))
            return nav_fail(call, 400, "BadRequest",
                            "The parameter '%s' is missing, or no string.",
                            *names);
    return true;
}

static json_t *
posting_answer(const json_t *posting, bool existed)
{
    return json_pack("{s:s,s:b}", "number", row_text(posting, "number"),
                     "existed", (int)existed);
}

static json_t *
released_order(struct sandbox *box, struct call *call, const char *number)
{
    json_t *order = world_find(&box->world, "purchaseOrders", "number", number);
    if (!order) {
        nav_fail(call, 400, DIALOG,
                 "The Purchase Header does not exist. Identification fields "
                 "and values: Document Type='Order',No.='%s'",
                 number);
        return NULL;
    }
    if (!text_equal(row_text(order, "_status"), "Released")) {
        nav_fail(call, 400, DIALOG,
                 "Status must be equal to 'Released' in Purchase Header: "
                 "Document Type=Order, No.=%s. Current value is '%s'.",
                 number, row_text(order, "_status"));
        return NULL;
    }
    return order;
}

static void
post_receipt(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey",    "orderNumber",
                                         "shipmentNumber", "postingDate",
                                         "lines",          NULL };
    if (!check_parameters(call, body, names))
        return;
    const char *key = row_text(body, "documentKey");
    json_t *posting = world_find(&box->world, "_postings", "key", key);
    if (posting) {
        answer_value(call, posting_answer(posting, true));
        return;
    }
    json_t *lines CLEANUP(json_decrefp) =
        json_loads(row_text(body, "lines"), 0, NULL);
    if (!*key || !json_is_array(lines) ||
        !when_is_date(row_text(body, "postingDate"))) {
        nav_fail(call, 400, DIALOG,
                 "documentKey, postingDate and lines must have a value.");
        return;
    }
    json_t *order = released_order(box, call, row_text(body, "orderNumber"));
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
    answer_value(call, posting_answer(posting, false));
}

static void
find_receipt(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "documentKey", NULL };
    if (!check_parameters(call, body, names))
        return;
    const json_t *posting = world_find(&box->world, "_postings", "key",
                                       row_text(body, "documentKey"));
    answer_value(call, posting ? posting_answer(posting, true) : NULL);
}

/* documentType is "order" (also when left out) or "invoice". */
static void
set_status(struct sandbox *box, struct call *call, const json_t *body)
{
    static const char *const names[] = { "orderNumber", "state", "note", NULL };
    if (!check_parameters(call, body, names))
        return;
    const char *type = row_text(body, "documentType");
    bool invoice = text_equal(type, "invoice");
    const char *table = invoice ? "salesInvoices" : "purchaseOrders";
    json_t *row =
        world_find(&box->world, table, "number", row_text(body, "orderNumber"));
    if (!row || (*type && !invoice && !text_equal(type, "order"))) {
        nav_fail(call, 400, DIALOG,
                 "The %s does not exist. Identification fields and values: "
                 "No.='%s'",
                 invoice ? "Sales Invoice Header" : "Purchase Header",
                 row_text(body, "orderNumber"));
        return;
    }
    row_set(row, "_ediStatus", row_text(body, "state"));
    row_set(row, "_ediNote", row_text(body, "note"));
    world_changed(&box->world, table, row);
    world_effect(&box->world, "status", table, row, row_text(body, "state"));
    call_answer(call, 204, NULL, "");
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
    else if (text_equal(procedure, "SetStatus"))
        set_status(box, call, body);
    else
        nav_fail(call, 404, "BadRequest_ResourceNotFound",
                 "Resource not found for the segment 'TradepostPosting_%s'.",
                 procedure);
}
