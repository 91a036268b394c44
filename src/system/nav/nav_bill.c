/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's invoice or credit memo becomes a draft with an id made of its
 * key; the draft's total is compared with the vendor's; then it is posted, if
 * that is wanted. Every step asks first what an earlier attempt left. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "system/nav/nav_bill_private.h"

static const struct nav_bill_words kinds[] = {
    { .what = "invoice",
      .set = "purchaseInvoices",
      .lines = "purchaseInvoiceLines",
      .number = "vendorInvoiceNumber",
      .date = "invoiceDate",
      .type = "Invoice",
      .page = "PurchaseInvoice",
      .page_lines = "PurchaseInvoicePurchLines",
      .page_list = "PurchaseInvoices",
      .page_number = "Vendor_Invoice_No",
      .page_key = "Vendor_Order_No",
      .page_posted = "PostedPurchaseInvoice" },
    { .what = "credit memo",
      .set = "purchaseCreditMemos",
      .lines = "purchaseCreditMemoLines",
      .number = "vendorCreditMemoNumber",
      .date = "creditMemoDate",
      .type = "Credit Memo",
      .page = "PurchaseCreditMemo",
      .page_lines = "PurchaseCreditMemoPurchLines",
      .page_list = "PurchaseCreditMemos",
      .page_number = "Vendor_Cr_Memo_No",
      .page_key = "Vendor_Authorization_No" },
};

static void
begin(struct nav_bill *bill, struct system *system,
      const struct record *invoice, const char *key, struct arena *arena)
{
    bool credit = text_equal(record_text(invoice, "kind"), "credit_memo");

    *bill = (struct nav_bill){ .system = system,
                               .nav = nav_of(system),
                               .invoice = invoice,
                               .words = &kinds[credit],
                               .arena = arena };
    bill->turned = credit && record_decimal(invoice, "total").units < 0;
    nav_uuid(bill->id, key, "");
    nav_document_number(bill->document, key, "");
    bill->path = arena_printf(arena, "%s(%s)", bill->words->set, bill->id);
}

static void
end(struct nav_bill *bill)
{
    json_decref(bill->order);
    json_decref(bill->row);
    json_decref(bill->lines);
}

static bool
read_own(struct nav_bill *bill, struct err *err)
{
    if (nav_has_pages(bill->nav))
        return nav_page_bill_read(bill, err);
    json_decref(bill->row);
    return odata_get(bill->nav->odata, ODATA_MAIN, bill->path, NULL, &bill->row,
                     err);
}

/* The same as it was seen just before. */
static bool
see_own(struct nav_bill *bill, struct err *err)
{
    json_t *seen = nav_seen(bill->nav, bill->words->set, bill->id);

    if (seen == NULL)
        return read_own(bill, err);
    if (json_is_null(seen))
        json_decref(seen);
    else
        bill->row = seen;
    return true;
}

/* Only what is known to be posted counts as posted. */
static bool
is_draft(const struct nav_bill *bill)
{
    static const char *const posted[] = { "Open", "Paid", "Canceled",
                                          "Corrective" };
    const char *status =
        odata_word(bill->arena, exact_word(bill->row, "status"));

    for (size_t i = 0; i < sizeof posted / sizeof *posted; i++)
        if (strcmp(status, posted[i]) == 0)
            return false;
    return true;
}

static void
say(const struct nav_bill *bill, struct push_result *result)
{
    bool draft = is_draft(bill), known;
    char total[DECIMAL_TEXT];

    text_copy(result->number, sizeof result->number,
              exact_word(bill->row, "number"));
    text_copy(result->state, sizeof result->state, draft ? "draft" : "posted");
    known = exact_text(bill->row, "totalAmountIncludingTax") != NULL;
    text_format(result->note, sizeof result->note, "%s %s %s%s%s%s",
                draft ? "draft of" : "posted", bill->words->what,
                result->number, known ? ", total " : "",
                known ? decimal_pretty(
                            exact_amount(bill->row, "totalAmountIncludingTax"),
                            2, total)
                      : "",
                bill->explained);
}

/* The vendor: as the record says, else as its order does. */
static enum pushed
find_vendor(struct nav_bill *bill, struct push_result *result, struct err *err)
{
    const char *po = record_text(bill->invoice, "po_number");
    char known[64];
    bool found;

    if (po != NULL && !nav_seen_order(bill->nav, po, &bill->order, err))
        return nav_failed(err);
    bill->vendor = record_text(bill->invoice, "vendor");
    if (bill->vendor == NULL && bill->order != NULL)
        bill->vendor = exact_text(bill->order, "vendor");
    if (bill->vendor == NULL)
        return nav_hold(result, err, TP6033, NULL,
                        "the %s names no vendor, and no order that has one",
                        bill->words->what);
    if (!nav_look_up(bill->system, "vendor", "", bill->vendor, &found, known,
                     err))
        return nav_failed(err);
    if (!found)
        return nav_hold(result, err, TP6033,
                        arena_printf(bill->arena, "vendor:%s", bill->vendor),
                        "vendor %s is not in NAV", bill->vendor);
    return PUSH_DONE;
}

/* NULL and true: there is none. */
static bool
find_double(struct nav_bill *bill, json_t **row, struct err *err)
{
    const char *number = record_text(bill->invoice, "number");
    struct odata_query query = {
        .filter =
            arena_printf(bill->arena, "%s eq %s and vendorNumber eq %s",
                         bill->words->number, odata_quote(bill->arena, number),
                         odata_quote(bill->arena, bill->vendor))
    };
    CLEANUP(json_decrefp) json_t *seen = NULL;
    size_t count;

    *row = NULL;
    if (bill->words == &kinds[0])
        seen = nav_seen(bill->nav, "number", number);
    if (seen == NULL)
        return odata_first(bill->nav->odata, ODATA_MAIN, bill->words->set,
                           &query, row, &count, err);
    for (size_t i = 0; i < json_array_size(seen) && *row == NULL; i++) {
        json_t *one = json_array_get(seen, i);
        if (strcasecmp(exact_word(one, "vendorNumber"), bill->vendor) == 0)
            *row = json_incref(one);
    }
    return true;
}

/* A document of the same vendor and number that is not ours. */
static enum pushed
refuse_double(struct nav_bill *bill, struct push_result *result,
              struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;

    if (nav_has_pages(bill->nav))
        return nav_page_bill_refuse_double(bill, result, err);
    if (!find_double(bill, &row, err))
        return nav_failed(err);
    if (row == NULL)
        return PUSH_DONE;
    return nav_hold(
        result, err, TP6030, NULL,
        "vendor %s's %s %s is in NAV already as %s (%s), not made by Tradepost",
        bill->vendor, bill->words->what, record_text(bill->invoice, "number"),
        exact_word(row, "number"),
        odata_word(bill->arena, exact_word(row, "status")));
}

/* NAV posts no document with a total below zero. */
static enum pushed
check_sign(const struct nav_bill *bill, struct push_result *result,
           struct err *err)
{
    struct decimal total =
        nav_bill_amount(bill, record_decimal(bill->invoice, "total"));
    char text[DECIMAL_TEXT];

    if (total.units >= 0)
        return PUSH_DONE;
    return nav_hold(result, err, TP6034, NULL,
                    "%s %s has the total %s; what is credited comes as a "
                    "credit memo (BIG07 is CR)",
                    bill->words->what, record_text(bill->invoice, "number"),
                    decimal_pretty(total, 2, text));
}

static enum pushed
make_draft(struct nav_bill *bill, struct push_result *result, struct err *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    CLEANUP(json_decrefp) json_t *answer = NULL;
    enum pushed done = check_sign(bill, result, err);

    if (done == PUSH_DONE)
        done = find_vendor(bill, result, err);
    if (done == PUSH_DONE && bill->row == NULL)
        done = refuse_double(bill, result, err);
    if (done == PUSH_DONE)
        done = nav_bill_body(bill, &body, result, err);
    if (done == PUSH_DONE && nav_has_pages(bill->nav))
        return nav_page_bill_make(bill, body, err);
    if (done != PUSH_DONE)
        return done;
    if (!odata_post(bill->nav->odata, ODATA_MAIN, bill->words->set, body,
                    &answer, err)) {
        if (strcmp(odata_last_code(bill->nav->odata),
                   "Internal_EntityWithSameKeyExists") != 0)
            return nav_failed(err);
        err_clear(err); /* an earlier attempt came through late */
    }
    if (!read_own(bill, err))
        return nav_failed(err);
    if (bill->row == NULL) {
        err_set(err, TP6015,
                "the draft was accepted, but is not found under the id %s",
                bill->id);
        return PUSH_UNKNOWN;
    }
    return PUSH_DONE;
}

/* To the cent: one cent of rounding is explained, more waits. */
static enum pushed
compare_totals(struct nav_bill *bill, struct push_result *result,
               struct err *err)
{
    struct decimal ours = exact_amount(bill->row, "totalAmountIncludingTax");
    struct decimal tax = exact_amount(bill->row, "totalTaxAmount");
    struct decimal theirs =
        nav_bill_amount(bill, record_decimal(bill->invoice, "total"));
    struct decimal cent = { 1, 2 };
    char a[DECIMAL_TEXT], b[DECIMAL_TEXT], c[DECIMAL_TEXT], d[DECIMAL_TEXT];
    struct decimal off = decimal_subtract(theirs, ours);
    struct decimal size = off.units < 0 ? decimal_negate(off) : off;
    if (decimal_is_zero(off))
        return PUSH_DONE;
    if (decimal_compare(size, cent) <= 0) {
        text_format(bill->explained, sizeof bill->explained,
                    "; the vendor's is %s, %s by rounding",
                    decimal_pretty(theirs, 2, a), decimal_fixed(off, 2, b));
        return PUSH_DONE;
    }
    return nav_hold(result, err, TP6031, NULL,
                    "%s %s: the vendor %s %s, draft %s in NAV comes to %s (tax "
                    "%s), a difference of %s",
                    bill->words->what, record_text(bill->invoice, "number"),
                    bill->words == &kinds[0] ? "asks for" : "credits",
                    decimal_pretty(theirs, 2, a),
                    exact_word(bill->row, "number"), decimal_pretty(ours, 2, b),
                    decimal_pretty(tax, 2, c), decimal_pretty(off, 2, d));
}

static enum pushed
post_draft(struct nav_bill *bill, struct err *err)
{
    if (nav_has_pages(bill->nav))
        return nav_page_bill_post(bill, err) ? PUSH_DONE : nav_failed(err);
    if (!odata_act(bill->nav->odata, ODATA_MAIN, bill->path,
                   "Microsoft.NAV.post", err))
        return nav_failed(err);
    /* It is posted; its number is a matter of reading. */
    struct err ignored = { 0 };
    json_t *draft = bill->row;
    bill->row = NULL;
    if (!read_own(bill, &ignored) || bill->row == NULL)
        bill->row = json_pack("{ss ss}", "number", exact_word(draft, "number"),
                              "status", "Open");
    json_decref(draft);
    return PUSH_DONE;
}

/* The order says what was received: it is invoiced there, without a draft. */
static enum pushed
try_on_order(struct nav_bill *bill, struct push_result *result, struct err *err)
{
    const char *po = record_text(bill->invoice, "po_number");
    enum pushed done = check_sign(bill, result, err);

    if (done == PUSH_DONE)
        done = find_vendor(bill, result, err);
    if (done == PUSH_DONE && bill->order == NULL)
        done = nav_hold(result, err, TP6020,
                        arena_printf(bill->arena, "order:%s", po),
                        "order %s is not in NAV", po);
    if (done == PUSH_DONE)
        done = nav_bill_lengths(bill, result, err);
    if (done == PUSH_DONE)
        done = refuse_double(bill, result, err);
    return done == PUSH_DONE ? nav_bill_order_post(bill, result, err) : done;
}

/* What refuses may do so because this very bill is posted already; posting
 * itself answers by the key. */
static enum pushed
post_on_order(struct nav_bill *bill, struct push_result *result,
              struct err *err)
{
    enum pushed done = try_on_order(bill, result, err);
    struct push_result before = { 0 };
    struct err ignored = { 0 };
    bool found = false;

    if (done != PUSH_HELD ||
        !nav_bill_order_find(bill, &found, &before, &ignored) || !found)
        return done;
    err_clear(err);
    *result = before;
    return PUSH_DONE;
}

static enum pushed
push_bill(struct nav_bill *bill, struct push_result *result, struct err *err)
{
    enum pushed done = PUSH_DONE;

    if (!see_own(bill, err))
        return nav_failed(err);
    if (bill->row == NULL && nav_bills_order(bill))
        return post_on_order(bill, result, err);
    result->existed = bill->row != NULL && !bill->half_made;
    if (bill->row == NULL || bill->half_made)
        done = make_draft(bill, result, err);
    if (done == PUSH_DONE && is_draft(bill)) {
        done = compare_totals(bill, result, err);
        if (done == PUSH_DONE && bill->nav->post) {
            result->existed = false;
            done = post_draft(bill, err);
        }
    }
    if (done == PUSH_DONE)
        say(bill, result);
    return done;
}

enum pushed
nav_push_bill(struct system *system, const struct record *invoice,
              const char *key, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav_bill bill;

    begin(&bill, system, invoice, key, arena);
    enum pushed done = push_bill(&bill, result, err);
    end(&bill);
    return done;
}

/* A draft that still has to be posted is not found: pushing goes on with it,
 * and makes no second one. */
bool
nav_find_bill(struct system *system, const struct record *invoice,
              const char *key, bool *found, struct push_result *result,
              struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav_bill bill;

    begin(&bill, system, invoice, key, arena);
    bool good = read_own(&bill, err);
    if (good && bill.row != NULL) {
        *found = !is_draft(&bill) || (!bill.nav->post && !bill.half_made);
        say(&bill, result);
    } else if (good && nav_bills_order(&bill))
        good = nav_bill_order_find(&bill, found, result, err);
    end(&bill);
    return good;
}
