/* SPDX-License-Identifier: Apache-2.0 */
/* receiveAndInvoice: the API's own action, which receives what the lines say
 * and invoices it at once. It takes no key, but NAV wants a vendor's invoice
 * number and takes each once: shipment and order make one, put on the order by
 * its page, and the posted invoice is found by it. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

enum { NUMBER_MAX = 35 };

static void
make_number(char out[NUMBER_MAX + 1], const struct nav_receipt *receipt)
{
    char made[24];

    if (text_format(out, NUMBER_MAX + 1, "%s/%s", receipt->shipment,
                    receipt->po))
        return;
    nav_document_number(made, receipt->key, receipt->po);
    text_copy(out, NUMBER_MAX + 1, made);
}

bool
nav_receive_find(struct system *system, const struct nav_receipt *receipt,
                 bool *found, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *row = NULL;
    char number[NUMBER_MAX + 1];
    size_t count;

    make_number(number, receipt);
    struct odata_query query = {
        .filter = arena_printf(
            arena, "vendorInvoiceNumber eq %s and orderNumber eq %s",
            odata_quote(arena, number), odata_quote(arena, receipt->po))
    };
    if (!odata_first(nav_of(system)->odata, ODATA_MAIN, "purchaseInvoices",
                     &query, &row, &count, err))
        return false;
    *found = count > 0;
    if (*found)
        text_copy(result->number, sizeof result->number,
                  exact_word(row, "number"));
    return true;
}

static bool
set_number(struct nav *nav, const struct nav_receipt *receipt, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *body = json_object();
    CLEANUP(json_decrefp) json_t *answer = NULL;
    char number[NUMBER_MAX + 1];

    make_number(number, receipt);
    json_object_set_new(body, "Vendor_Invoice_No", json_string(number));
    return odata_patch(
        nav->odata, ODATA_PAGES,
        arena_printf(arena, "PurchaseOrder(Document_Type='Order',No=%s)",
                     odata_key(arena, receipt->po)),
        NULL, body, &answer, err);
}

static struct decimal
shipped_on(const struct nav_receipt *receipt, const json_t *line)
{
    for (size_t i = 0; i < json_array_size(receipt->lines); i++) {
        const json_t *own = json_array_get(receipt->lines, i);
        if (strcmp(exact_word(own, "id"), exact_word(line, "id")) == 0)
            return exact_amount(own, "quantity");
    }
    return decimal_from(0);
}

/* Every line is told what to receive and invoice: nothing, unless shipped. */
static bool
set_quantities(struct nav *nav, const struct nav_receipt *receipt,
               struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const json_t *lines = json_object_get(receipt->order, "lines");

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        struct decimal quantity = shipped_on(receipt, line);
        CLEANUP(json_decrefp) json_t *body = json_object();
        CLEANUP(json_decrefp) json_t *answer = NULL;
        json_object_set_new(body, "receiveQuantity", exact_decimal(quantity));
        json_object_set_new(body, "invoiceQuantity", exact_decimal(quantity));
        if (!odata_patch(nav->odata, ODATA_MAIN,
                         arena_printf(arena, "purchaseOrderLines(%s)",
                                      exact_word(line, "id")),
                         NULL, body, &answer, err))
            return false;
    }
    return true;
}

enum pushed
nav_receive_post(struct system *system, const struct nav_receipt *receipt,
                 struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    struct err ignored = { 0 };
    bool found = false;

    if (nav->words->modified == NULL) {
        err_set(err, TP6001,
                "receipts = receive-and-invoice needs profile bc-api-v2");
        return PUSH_FAILED;
    }
    if (!nav_receive_find(system, receipt, &found, result, err))
        return nav_failed(err);
    result->existed = found;
    if (found)
        return PUSH_DONE;
    const char *order = arena_printf(arena, "purchaseOrders(%s)",
                                     exact_word(receipt->order, "id"));
    if (!set_number(nav, receipt, err) || !set_quantities(nav, receipt, err)) {
        /* What was set is set again by the next attempt. */
        err->kind = err->kind == ERR_UNSURE ? ERR_RETRY : err->kind;
        return PUSH_FAILED;
    }
    if (!odata_act(nav->odata, ODATA_MAIN, order,
                   "Microsoft.NAV.receiveAndInvoice", err))
        return nav_failed(err);
    if (!nav_receive_find(system, receipt, &found, result, &ignored))
        result->number[0] = '\0'; /* it is posted; only its number is missing */
    return PUSH_DONE;
}
