/* SPDX-License-Identifier: Apache-2.0 */
/* What NAV has new: released orders, posted invoices. With the API by the time
 * of change, looking back a while, since a row becomes visible only when its
 * transaction ends; with pages by what nav_changes.c finds. What was taken
 * before comes again now and then with the same key and stamp. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "store/digest.h"
#include "system/nav/nav_private.h"

enum { STAMP = 32 };

/* One thing that can be pulled, by profile (API, pages). filter is what the
 * server selects; date the field that the cut-over is compared with. */
static const struct pulled {
    const char *what, *profile;
    const char *set, *lines, *number, *filter, *date;
    enum record_kind kind;
    bool fixed; /* posted documents do not change any more */
} pulled[] = {
    { "purchase_order", "nav", "purchaseOrders", "purchaseOrderLines", "number",
      "status eq 'Open'", "orderDate", RECORD_ORDER, false },
    { "sales_invoice", "nav", "salesInvoices", "salesInvoiceLines", "number",
      "(status eq 'Open' or status eq 'Paid')", "postingDate", RECORD_INVOICE,
      true },
    { "purchase_invoice", "nav", "purchaseInvoices", "purchaseInvoiceLines",
      "number", "(status eq 'Open' or status eq 'Paid')", "postingDate",
      RECORD_INVOICE, true },
    { "purchase_order", "nav-odata", "PurchaseOrder", "PurchaseOrderPurchLines",
      "No", "Document_Type eq 'Order' and Status eq 'Released'", "Order_Date",
      RECORD_ORDER, false },
    { "sales_invoice", "nav-odata", "PostedSalesInvoice",
      "PostedSalesInvoiceSalesInvLines", "No", "Cancelled eq false",
      "Posting_Date", RECORD_INVOICE, true },
    { "purchase_invoice", "nav-odata", "PostedPurchaseInvoice",
      "PostedPurchaseInvoicePurchInvLines", "No", "Cancelled eq false",
      "Posting_Date", RECORD_INVOICE, true },
};

struct pull {
    struct system *system;
    struct nav *nav;
    const struct pulled *of;
    struct binding *binding;
    struct mark *mark; /* NULL: the mark is not a time */
    record_sink *sink;
    void *user;
    struct arena *arena;
    const char *expand;
    json_t *references; /* see nav_add_references() */
};

static const struct pulled *
find_pulled(const struct nav *nav, const char *what)
{
    for (size_t i = 0; i < sizeof pulled / sizeof *pulled; i++)
        if (strcmp(pulled[i].what, what) == 0 &&
            strcmp(pulled[i].profile, nav->words->bindings) == 0)
            return &pulled[i];
    return NULL;
}

static bool
load_binding(struct pull *pull, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    const char *name = arena_printf(arena, "bindings/%s/%s.binding",
                                    pull->of->profile, pull->of->what);

    if (!binding_load(&pull->binding, name, pull->system->context.sources,
                      found, err))
        return false;
    if (binding_kind(pull->binding) != pull->of->kind)
        return err_set(err, TP6006, "%s is about %s; %s was expected", name,
                       record_kind_name(binding_kind(pull->binding)),
                       record_kind_name(pull->of->kind));
    return problems_to_err(found, err);
}

/* The stamp is the row's content as bound: posted documents have one for good,
 * and a reference that is added to the masters later is no change. */
static void
make_stamp(const struct pull *pull, const struct record *record,
           char stamp[DIGEST_TEXT])
{
    CLEANUP(buf_free) struct buf content = { 0 };

    if (pull->of->fixed) {
        text_copy(stamp, DIGEST_TEXT, "posted");
        return;
    }
    record_dump(record, &content);
    digest_sha256(stamp, buf_text(&content), content.size);
    stamp[STAMP] = '\0';
}

/* Only as far as records were taken, and never back. */
static void
advance(struct pull *pull, const json_t *row)
{
    const char *changed = exact_text(row, "lastModifiedDateTime");
    moment now, before;

    if (pull->mark == NULL || changed == NULL || !when_parse(changed, &now))
        return;
    if (!when_parse(pull->mark->text, &before) || now > before)
        text_copy(pull->mark->text, sizeof pull->mark->text, changed);
}

static bool
give(struct pull *pull, const json_t *row, const char *key, struct err *err)
{
    struct problems *found = problems_new(pull->arena);
    CLEANUP(record_free) struct record *record = NULL;
    char stamp[DIGEST_TEXT];

    if (!binding_read(pull->binding, row, pull->system->context.codes, found,
                      &record, err))
        return err_at(err, "%s", key);
    make_stamp(pull, record, stamp);
    if (pull->of->kind == RECORD_ORDER && pull->nav->words->reference == NULL &&
        !nav_add_references(pull->nav, pull->references, record, err))
        return err_at(err, "%s", key);
    pull->system->found = problems_errors(found) > 0 ? found : NULL;
    bool taken = pull->sink(pull->user, record, key, stamp, err);
    pull->system->found = NULL;
    return taken;
}

static bool
take_row(void *user, json_t *row, struct err *err)
{
    struct pull *pull = user;
    const char *number = exact_text(row, pull->of->number);

    if (number == NULL)
        return err_set(err, TP6012, "a row of %s has no %s", pull->of->set,
                       pull->of->number);
    const char *key =
        arena_printf(pull->arena, "%s:%s", pull->of->what, number);
    if (!give(pull, row, key, err))
        return false;
    advance(pull, row);
    return true;
}

/* A row that changed is read again with its lines. */
static bool
take_changed(void *user, json_t *row, struct err *err)
{
    struct pull *pull = user;
    CLEANUP(json_decrefp) json_t *whole = NULL;
    const char *number = exact_word(row, pull->of->number);
    struct odata_query query = { .filter = arena_printf(
                                     pull->arena, "%s and %s eq %s",
                                     pull->of->filter, pull->of->number,
                                     odata_quote(pull->arena, number)),
                                 .expand = pull->expand };
    size_t count;

    if (!odata_first(pull->nav->odata, ODATA_MAIN, pull->of->set, &query,
                     &whole, &count, err))
        return false;
    return count == 0 || take_row(pull, whole, err);
}

static const char *
since_cutover(const struct pull *pull)
{
    const struct conf *conf = pull->system->context.conf;
    const char *cutover = conf != NULL ? conf_company(conf)->cutover : NULL;
    const char *filter = binding_option(pull->binding, "filter");

    if (filter == NULL)
        filter = pull->of->filter;
    if (text_empty(cutover))
        return filter;
    return arena_printf(pull->arena, "%s and %s ge %s", filter, pull->of->date,
                        cutover);
}

static bool
pull_by_time(struct pull *pull, struct err *err)
{
    struct odata_query query = { .filter = since_cutover(pull),
                                 .expand = pull->expand,
                                 .orderby = "lastModifiedDateTime",
                                 .replica = true };
    char from[WHEN_STAMP];
    moment last;

    if (when_parse(pull->mark->text, &last))
        query.filter = arena_printf(
            pull->arena, "%s and lastModifiedDateTime ge %s", query.filter,
            when_stamp(last - (moment)pull->nav->overlap_seconds * 1000, from));
    return odata_list(pull->nav->odata, ODATA_MAIN, pull->of->set, &query,
                      take_row, pull, err);
}

static bool
pull_by_content(struct pull *pull, struct err *err)
{
    struct mark *mark = pull->mark;

    pull->mark = NULL;
    return nav_pull_changed(pull->nav, pull->of->set, since_cutover(pull), mark,
                            take_changed, pull, err);
}

bool
nav_pull(struct system *system, const char *what, struct mark *mark,
         record_sink *sink, void *user, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    struct pull pull = { .system = system,
                         .nav = nav,
                         .of = find_pulled(nav, what),
                         .mark = mark,
                         .sink = sink,
                         .user = user,
                         .arena = arena,
                         .references = json_object() };

    bool good = pull.of != NULL
                    ? load_binding(&pull, err)
                    : err_set(err, TP6001,
                              "nav gives purchase_order, sales_invoice and "
                              "purchase_invoice, not '%s'",
                              what);
    if (good) {
        pull.expand = binding_option(pull.binding, "expand");
        if (pull.expand == NULL)
            pull.expand = pull.of->lines;
        good = nav->words->modified != NULL ? pull_by_time(&pull, err)
                                            : pull_by_content(&pull, err);
    }
    binding_free(&pull.binding);
    json_decref(pull.references);
    return good;
}
