/* SPDX-License-Identifier: Apache-2.0 */
/* receiveAndInvoice: the API's own action, which receives what the lines say
 * and invoices it at once. It takes no key, so a receipt of the same goods on
 * the same day cannot be told from ours: a person decides then. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

struct receipt_search {
    const struct nav_receipt *receipt;
    char number[64]; /* of one that looks the same */
};

static bool
same_goods(const json_t *ours, const json_t *theirs)
{
    size_t matched = 0, there = 0;

    for (size_t i = 0; i < json_array_size(theirs); i++)
        there += !decimal_is_zero(
            exact_amount(json_array_get(theirs, i), "quantity"));
    for (size_t i = 0; i < json_array_size(ours); i++) {
        const json_t *line = json_array_get(ours, i);
        for (size_t k = 0; k < json_array_size(theirs); k++) {
            const json_t *other = json_array_get(theirs, k);
            matched += strcmp(exact_word(line, "item"),
                              exact_word(other, "lineObjectNumber")) == 0 &&
                       decimal_compare(exact_amount(line, "quantity"),
                                       exact_amount(other, "quantity")) == 0;
        }
    }
    return matched > 0 && matched == json_array_size(ours) && matched == there;
}

static bool
look_at(void *user, json_t *row, struct err *err)
{
    struct receipt_search *search = user;

    (void)err;
    if (json_array_size(search->receipt->lines) == 0 ||
        same_goods(search->receipt->lines,
                   json_object_get(row, "purchaseReceiptLines")))
        text_copy(search->number, sizeof search->number,
                  exact_word(row, "number"));
    return true;
}

static bool
search(struct nav *nav, struct receipt_search *search, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct odata_query query = {
        .filter = arena_printf(arena, "orderNumber eq %s and postingDate ge %s",
                               odata_quote(arena, search->receipt->po),
                               search->receipt->date),
        .expand = "purchaseReceiptLines"
    };

    return odata_list(nav->odata, ODATA_MAIN, "purchaseReceipts", &query,
                      look_at, search, err);
}

bool
nav_receive_find(struct system *system, const struct nav_receipt *receipt,
                 bool *found, struct push_result *result, struct err *err)
{
    struct receipt_search of = { .receipt = receipt };

    (void)result;
    *found = false;
    if (!search(nav_of(system), &of, err))
        return false;
    if (of.number[0] == '\0')
        return true;
    return err_set_kind(err, TP6010, ERR_DATA,
                        "order %s has receipt %s since %s; "
                        "receive-and-invoice cannot tell whether it is this "
                        "shipment: compare, then retry or ignore",
                        receipt->po, of.number, receipt->date);
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
        struct decimal quantity = { 0, 0 };
        for (size_t k = 0; k < json_array_size(receipt->lines); k++) {
            const json_t *own = json_array_get(receipt->lines, k);
            if (strcmp(exact_word(own, "id"), exact_word(line, "id")) == 0)
                quantity = exact_amount(own, "quantity");
        }
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
    struct receipt_search made = { .receipt = receipt };
    bool found;

    if (nav->words->modified == NULL) {
        err_set(err, TP6001,
                "receipts = receive-and-invoice needs profile bc-api-v2");
        return PUSH_FAILED;
    }
    if (!nav_receive_find(system, receipt, &found, result, err)) {
        if (err->kind != ERR_DATA)
            return nav_failed(err);
        text_copy(result->note, sizeof result->note, err->text);
        return PUSH_HELD;
    }
    const char *order = arena_printf(arena, "purchaseOrders(%s)",
                                     exact_word(receipt->order, "id"));
    if (!set_quantities(nav, receipt, err)) {
        /* Quantities to receive are set again by the next attempt. */
        err->kind = err->kind == ERR_UNSURE ? ERR_RETRY : err->kind;
        return PUSH_FAILED;
    }
    if (!odata_act(nav->odata, ODATA_MAIN, order,
                   "Microsoft.NAV.receiveAndInvoice", err))
        return nav_failed(err);
    struct err ignored = { 0 };
    if (search(nav, &made, &ignored))
        text_copy(result->number, sizeof result->number, made.number);
    return PUSH_DONE;
}
