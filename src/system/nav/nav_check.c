/* SPDX-License-Identifier: Apache-2.0 */
/* Is everything there: sign-in, company, entities, the codeunit, every field
 * of every binding. And where NAV keeps what became of a document. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "system/nav/nav_private.h"

static const char *const binding_names[] = { "purchase_order", "sales_invoice",
                                             "purchase_invoice" };

static void
check_field(const struct metadata *all, const struct entity *entity,
            const struct binding *binding, const char *name, const char *field,
            struct problems *found)
{
    const char *set = binding_entity(binding);

    if (entity_field(all, entity, field) != NULL)
        return;
    const char *near = entity_nearest(all, entity, field);
    problem_add(found, TP6006, name, NULL,
                near != NULL ? "%s has no field '%s'; did you mean '%s'?"
                             : "%s has no field '%s'",
                set, field, near);
}

static void
check_binding(const struct metadata *all, const struct binding *binding,
              const char *name, struct problems *found)
{
    const char *set = binding_entity(binding);
    const struct entity *entity = metadata_set(all, set);

    if (entity == NULL) {
        const char *near = metadata_nearest_set(all, set);
        problem_add(found, TP6005, name, NULL,
                    near != NULL ? "the service has no '%s'; did you mean "
                                   "'%s'?"
                                 : "the service has no '%s'",
                    set, near);
        return;
    }
    for (size_t i = 0; i < binding_field_count(binding); i++) {
        const char *field = binding_field(binding, i);
        if (field[0] != '@')
            check_field(all, entity, binding, name, field, found);
    }
}

static bool
check_named(struct system *system, const struct metadata *all, const char *what,
            struct problems *found, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct map_sources *sources = system->context.sources;
    const char *name = arena_printf(arena, "bindings/%s/%s.binding",
                                    nav_of(system)->words->bindings, what);
    const char *path, *text;
    struct binding *binding = NULL;

    if (!sources->find(sources->user, name, arena, &path, &text))
        return true; /* not used here */
    if (!binding_load(&binding, name, sources, found, err))
        return false;
    check_binding(all, binding, path, found);
    binding_free(&binding);
    return true;
}

/* What the code itself reads of orders. */
static void
check_words(const struct nav *nav, const struct metadata *all,
            const char *place, struct problems *found)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct nav_words *w = nav->words;
    const struct entity *orders = metadata_set(all, w->orders);
    const char *const header[] = { w->number, w->vendor, w->date, w->status };
    const char *const line[] = {
        w->line,     w->type,     w->item,     w->unit,
        w->quantity, w->received, w->invoiced, w->price
    };

    if (orders == NULL) {
        problem_add(found, TP6005, place, NULL, "the service has no '%s'",
                    w->orders);
        return;
    }
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        if (entity_field(all, orders, header[i]) == NULL)
            problem_add(found, TP6006, place, NULL, "%s has no field '%s'",
                        w->orders, header[i]);
    for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
        const char *path =
            arena_printf(arena, "%s.%s", w->order_lines, line[i]);
        if (entity_field(all, orders, path) == NULL)
            problem_add(found, TP6006, place, NULL, "%s has no field '%s'",
                        w->orders, path);
    }
}

/* What bills and payments need of pages, where the page is published at all:
 * who does not use them need not publish it. */
static const char *const page_fields[][2] = {
    { "PurchaseInvoice", "No" },
    { "PurchaseInvoice", "Buy_from_Vendor_No" },
    { "PurchaseInvoice", "Posting_Date" },
    { "PurchaseInvoice", "Document_Date" },
    { "PurchaseInvoice", "Due_Date" },
    { "PurchaseInvoice", "Vendor_Invoice_No" },
    { "PurchaseInvoice", "Vendor_Order_No" },
    { "PurchaseInvoice", "PurchaseInvoicePurchLines.Direct_Unit_Cost" },
    { "PurchaseInvoices", "Amount" },
    { "PurchaseInvoices", "Amount_Including_VAT" },
    { "PurchaseCreditMemo", "Vendor_Cr_Memo_No" },
    { "PurchaseCreditMemo", "Vendor_Authorization_No" },
    { "PurchaseCreditMemo", "PurchaseCreditMemoPurchLines.Direct_Unit_Cost" },
    { "PurchaseCreditMemos", "Amount" },
    { "PurchaseCreditMemos", "Amount_Including_VAT" },
    { "VendorLedgerEntries", "External_Document_No" },
    { "CashReceiptJournal", "Document_No" },
    { "CashReceiptJournal", "Applies_to_Doc_Type" },
    { "CashReceiptJournal", "Applies_to_Doc_No" },
    { "CashReceiptJournal", "External_Document_No" },
    { "CustomerLedgerEntries", "Document_No" },
};

static void
check_pages(const struct metadata *all, const char *place,
            struct problems *found)
{
    for (size_t i = 0; i < sizeof page_fields / sizeof *page_fields; i++) {
        const char *set = page_fields[i][0], *field = page_fields[i][1];
        const struct entity *page = metadata_set(all, set);
        if (page != NULL && entity_field(all, page, field) == NULL)
            problem_add(found, TP6006, place, NULL, "%s has no field '%s'", set,
                        field);
    }
}

bool
nav_check(struct system *system, struct problems *found, struct err *err)
{
    struct nav *nav = nav_of(system);
    const char *place = conf_place(system->context.group);
    const struct metadata *all;

    if (!odata_metadata(nav->odata, ODATA_MAIN, &all, err))
        return false;
    check_words(nav, all, place, found);
    if (nav_has_pages(nav))
        check_pages(all, place, found);
    if (nav->receipts == NAV_RECEIVE_AND_INVOICE &&
        nav->words->modified == NULL)
        problem_add(found, TP6001, place, NULL,
                    "receipts = receive-and-invoice needs profile bc-api-v2");
    for (size_t i = 0; i < sizeof binding_names / sizeof *binding_names; i++)
        if (!check_named(system, all, binding_names[i], found, err))
            return false;
    return true;
}

static bool
probe_codeunit(struct nav *nav, struct buf *report, struct err *err)
{
    static const char *const none = "00000000-0000-0000-0000-000000000000";
    struct push_result ignored = { 0 };
    bool found;

    if (nav->receipts == NAV_RECEIVE_AND_INVOICE)
        return true;
    if (!nav_find_key(nav, "FindReceipt", none, &found, &ignored, err) ||
        (nav->bill_orders &&
         !nav_find_key(nav, "FindOrderInvoice", none, &found, &ignored, err)))
        return err_at(err, "codeunit %s", nav->codeunit);
    buf_addf(report, "codeunit   ok  %s answers\n", nav->codeunit);
    return true;
}

bool
nav_probe(struct system *system, struct buf *report, struct err *err)
{
    struct nav *nav = nav_of(system);
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .select = nav->words->number };
    const char *address;
    size_t count;
    int64_t began = when_steady();

    if (!odata_address(nav->odata, ODATA_MAIN, &address, err))
        return false;
    buf_addf(report, "company    ok  %s\n", address);
    query.filter = nav->words->modified != NULL ? "number eq '-'"
                                                : "Document_Type eq 'Order' "
                                                  "and No eq '-'";
    if (!odata_first(nav->odata, ODATA_MAIN, nav->words->orders, &query, &row,
                     &count, err))
        return false;
    buf_addf(report, "orders     ok  %s\n", nav->words->orders);
    if (!probe_codeunit(nav, report, err))
        return false;
    buf_addf(report, "answered   in  %lld ms\n",
             (long long)((when_steady() - began) / 1000000));
    return true;
}

static bool
tell_codeunit(struct nav *nav, const char *what, const char *number,
              const char *state, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    const char *type =
        strcmp(what, "purchase_order") == 0 ? "order" : "invoice";
    CLEANUP(json_decrefp)
    json_t *body = json_pack("{ss ss ss ss}", "documentType", type,
                             "orderNumber", number, "state", state, "note", "");

    return odata_call(nav->odata,
                      arena_printf(arena, "%s_SetStatus", nav->codeunit), body,
                      &value, err);
}

/* The order page's own field, by caption or by name. */
static bool
tell_field(struct nav *nav, const char *number, const char *state,
           struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *body = json_object();
    CLEANUP(json_decrefp) json_t *answer = NULL;
    char field[128];

    if (!metadata_name_of(nav->status_field, field, sizeof field))
        return err_set(err, TP6001, "status_field '%s' is no field's name",
                       nav->status_field);
    json_object_set_new(body, field, json_string(state));
    return odata_patch(
        nav->odata, ODATA_PAGES,
        arena_printf(arena, "PurchaseOrder(Document_Type='Order',No=%s)",
                     odata_key(arena, number)),
        NULL, body, &answer, err);
}

/* Saying it twice is no harm, so a telling in doubt is said again. */
bool
nav_tell(struct system *system, const char *what, const char *number,
         const char *state, struct err *err)
{
    struct nav *nav = nav_of(system);
    bool told = true;

    if (nav->status_field != NULL && strcmp(what, "purchase_order") == 0)
        told = tell_field(nav, number, state, err);
    else if (nav->receipts == NAV_CODEUNIT)
        told = tell_codeunit(nav, what, number, state, err);
    if (!told && err->kind == ERR_UNSURE)
        err->kind = ERR_RETRY;
    return told;
}
