/* SPDX-License-Identifier: Apache-2.0 */
/* A remittance becomes lines of a customer payment journal, one for each
 * invoice it pays, for a person to post. Each line has an id made of the key
 * and its place, and all have a document number made of the key, by which
 * they are found once they are posted. NAV takes only payments, no deductions
 * there: what the customer took off as a whole (an adjustment or a credit) is
 * taken off the last invoices named, which stay open by it; the lines add up
 * to the money received. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_payment_private.h"

enum { NAMED_INVOICES = 5 };

static enum pushed
find_journal(struct nav_payment *payment, struct push_result *result,
             struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    const char *code = payment->nav->payments;
    size_t count;

    if (code == NULL)
        return nav_hold(result, err, TP6040, NULL,
                        "no payment journal is set ('payments' in the "
                        "system's settings)");
    if (nav_has_pages(payment->nav))
        return PUSH_DONE; /* NAV refuses a line of a batch it does not have */
    struct odata_query query = { .filter = arena_printf(
                                     payment->arena, "code eq %s",
                                     odata_quote(payment->arena, code)) };
    if (!odata_first(payment->nav->odata, ODATA_MAIN, "customerPaymentJournals",
                     &query, &row, &count, err))
        return nav_failed(err);
    if (count == 0)
        return nav_hold(result, err, TP6040, NULL,
                        "NAV has no customer payment journal '%s'", code);
    text_copy(payment->journal, sizeof payment->journal, exact_word(row, "id"));
    return PUSH_DONE;
}

static struct decimal
sum_of(const json_t *list, const char *name)
{
    struct decimal sum = { 0, 0 };

    for (size_t i = 0; i < json_array_size(list); i++)
        sum = decimal_add(sum, node_decimal(json_array_get(list, i), name));
    return sum;
}

/* What is applied and adjusted has to be what was paid. */
static enum pushed
check_sum(struct nav_payment *payment, struct push_result *result,
          struct err *err)
{
    const struct record *record = payment->record;
    const json_t *applied = record_node(record, "applications");
    struct decimal paid = record_decimal(record, "amount");
    struct decimal sum =
        decimal_add(sum_of(applied, "paid"),
                    sum_of(record_node(record, "adjustments"), "amount"));
    char a[DECIMAL_TEXT], b[DECIMAL_TEXT];

    if (json_array_size(applied) == 0)
        return nav_hold(
            result, err, TP6040, NULL, "payment %s of %s names no invoice",
            record_text(record, "trace_number"), decimal_pretty(paid, 2, a));
    if (decimal_compare(paid, sum) == 0)
        return PUSH_DONE;
    return nav_hold(result, err, TP6040, NULL,
                    "payment %s is %s, its applications and adjustments come "
                    "to %s",
                    record_text(record, "trace_number"),
                    decimal_pretty(paid, 2, a), decimal_pretty(sum, 2, b));
}

/* What reduces the payment as a whole: positive. */
static struct decimal
deducted(const json_t *list, const char *name)
{
    struct decimal sum = { 0, 0 };

    for (size_t i = 0; i < json_array_size(list); i++) {
        struct decimal one = node_decimal(json_array_get(list, i), name);
        if (one.units < 0)
            sum = decimal_subtract(sum, one);
    }
    return sum;
}

/* Deductions come off the last applications first. False when they are more
 * than is paid; *rest is by how much. */
static bool
spread(const struct record *record, struct decimal *shares,
       struct decimal *rest)
{
    const json_t *list = record_node(record, "applications");

    *rest = decimal_add(deducted(list, "paid"),
                        deducted(record_node(record, "adjustments"), "amount"));
    for (size_t i = json_array_size(list); i-- > 0;) {
        struct decimal paid = node_decimal(json_array_get(list, i), "paid");
        if (paid.units <= 0)
            continue;
        bool all = decimal_compare(*rest, paid) >= 0;
        shares[i] =
            all ? (struct decimal){ 0, 0 } : decimal_subtract(paid, *rest);
        *rest = all ? decimal_subtract(*rest, paid) : (struct decimal){ 0, 0 };
    }
    return decimal_is_zero(*rest);
}

static const char *
comment_of(struct arena *arena, const json_t *application, struct decimal share)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    const json_t *list = node_at(application, "adjustments");
    struct decimal discount = node_decimal(application, "discount");
    struct decimal less =
        decimal_subtract(node_decimal(application, "paid"), share);
    char text[DECIMAL_TEXT];

    if (!decimal_is_zero(discount))
        buf_addf(&out, "discount %s taken; ", decimal_fixed(discount, 2, text));
    if (!decimal_is_zero(less))
        buf_addf(&out, "%s of the payment's deductions taken off here; ",
                 decimal_fixed(less, 2, text));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *reason = node_text(one, "reason");
        const char *reference = node_text(one, "reference");
        buf_addf(&out, "deduction %s%s%s%s%s; ",
                 decimal_fixed(node_decimal(one, "amount"), 2, text),
                 reason ? ", reason " : "", reason ? reason : "",
                 reference ? ", " : "", reference ? reference : "");
    }
    return out.size < 2 ? NULL : arena_strndup(arena, out.text, out.size - 2);
}

static struct nav_payment_line *
add_line(struct nav_payment *payment, const char *list, size_t i,
         struct decimal amount)
{
    struct nav_payment_line *line = &payment->lines[payment->count++];

    nav_uuid(line->id, payment->key,
             arena_printf(payment->arena, "%s%zu", list, i));
    line->amount = amount;
    return line;
}

static void
plan_applications(struct nav_payment *payment, const struct decimal *shares)
{
    const json_t *list = record_node(payment->record, "applications");
    struct arena *arena = payment->arena;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *application = json_array_get(list, i);
        if (shares[i].units <= 0)
            continue;
        struct nav_payment_line *line = add_line(payment, "", i, shares[i]);
        line->invoice = node_text(application, "invoice_number");
        line->text =
            nav_cut(arena, arena_printf(arena, "Payment of %s", line->invoice),
                    NAV_DESCRIPTION);
        line->comment = comment_of(arena, application, shares[i]);
    }
}

/* Money of the remittance that belongs to no invoice: on account. */
static void
plan_adjustments(struct nav_payment *payment)
{
    const json_t *list = record_node(payment->record, "adjustments");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        struct decimal amount = node_decimal(one, "amount");
        const char *reason = node_text(one, "reason");
        if (amount.units <= 0)
            continue;
        add_line(payment, "a", i, amount)->text = nav_cut(
            payment->arena,
            arena_printf(payment->arena, "Adjustment%s%s",
                         reason ? ", reason " : "", reason ? reason : ""),
            NAV_DESCRIPTION);
    }
}

/* The same record and key plan the same lines, whenever it is asked. */
static enum pushed
plan(struct nav_payment *payment, struct push_result *result, struct err *err)
{
    const struct record *record = payment->record;
    size_t most = record_count(record, "applications") +
                  record_count(record, "adjustments") + 1;
    struct decimal *shares = arena_alloc(payment->arena, most * sizeof *shares);
    struct decimal rest;
    char text[DECIMAL_TEXT];

    payment->lines = arena_alloc(payment->arena, most * sizeof *payment->lines);
    if (!spread(record, shares, &rest))
        return nav_hold(result, err, TP6040, NULL,
                        "payment %s deducts %s more than it pays",
                        record_text(record, "trace_number"),
                        decimal_pretty(rest, 2, text));
    plan_applications(payment, shares);
    plan_adjustments(payment);
    if (payment->count == 0)
        return nav_hold(result, err, TP6040, NULL,
                        "payment %s brings no money: what it pays and what it "
                        "deducts come to nothing; apply it by hand",
                        record_text(record, "trace_number"));
    return PUSH_DONE;
}

/* A number that is cut is another number. */
static enum pushed
check_lengths(const struct nav_payment *payment, struct push_result *result,
              struct err *err)
{
    enum pushed done =
        nav_fits(result, err, "externalDocumentNumber",
                 record_text(payment->record, "trace_number"), NAV_EXTERNAL);

    for (size_t i = 0; done == PUSH_DONE && i < payment->count; i++)
        done = nav_fits(result, err, "appliesToInvoiceNumber",
                        payment->lines[i].invoice, NAV_NUMBER);
    return done;
}

static json_t *
body_of(const struct nav_payment *payment, const struct nav_payment_line *line)
{
    json_t *body =
        json_pack("{ss ss ss ss ss}", "id", line->id, "journalId",
                  payment->journal, "customerNumber", payment->customer,
                  "postingDate", record_text(payment->record, "date"),
                  "documentNumber", payment->document);

    nav_set_text(body, "externalDocumentNumber",
                 record_text(payment->record, "trace_number"));
    nav_set_text(body, "appliesToInvoiceNumber", line->invoice);
    nav_set_text(body, "description", line->text);
    nav_set_text(body, "comment",
                 nav_cut(payment->arena, line->comment, NAV_COMMENT));
    json_object_set_new(body, "amount",
                        exact_decimal(decimal_negate(line->amount)));
    return body;
}

/* Inserts a line; one of its id that is there by now is the same. */
static bool
put_line(struct nav_payment *payment, const struct nav_payment_line *line,
         struct err *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    CLEANUP(json_decrefp) json_t *answer = NULL;
    struct odata *service = payment->nav->odata;

    if (nav_has_pages(payment->nav))
        return nav_page_payment_put(payment, line, err);
    body = body_of(payment, line);
    if (odata_post(service, ODATA_MAIN, "customerPayments", body, &answer, err))
        return true;
    if (strcmp(odata_last_code(service), "Internal_EntityWithSameKeyExists") !=
        0)
        return err_at(err, "invoice %s", line->invoice ? line->invoice : "-");
    err_clear(err);
    return true;
}

static void
begin(struct nav_payment *payment, struct system *system,
      const struct record *record, const char *key)
{
    payment->system = system;
    payment->nav = nav_of(system);
    payment->record = record;
    payment->key = key;
    payment->customer = record_text(record, "customer");
    nav_document_number(payment->document, key, "");
}

static size_t
count_at(const struct nav_payment *payment, enum nav_line_place place)
{
    size_t count = 0;

    for (size_t i = 0; i < payment->count; i++)
        count += payment->lines[i].place == place;
    return count;
}

static void
say(const struct nav_payment *payment, struct push_result *result)
{
    size_t posted = count_at(payment, LINE_POSTED);
    size_t drafts = payment->count - posted;

    text_copy(result->number, sizeof result->number, payment->document);
    text_copy(result->state, sizeof result->state,
              drafts == 0 ? "posted" : "draft");
    if (drafts == 0)
        text_format(result->note, sizeof result->note,
                    "%zu line%s posted as %s, found in the ledger", posted,
                    posted == 1 ? "" : "s", payment->document);
    else
        text_format(result->note, sizeof result->note,
                    posted == 0 ? "%zu line%s in journal %s, to be posted by a "
                                  "person"
                                : "%zu line%s in journal %s, to be posted by a "
                                  "person; %zu posted before",
                    drafts, drafts == 1 ? "" : "s", payment->nav->payments,
                    posted);
}

/* Lines are missing, and the ledger has money of this document that no line
 * explains: a line may have been changed before it was posted. */
static enum pushed
hold_missing(const struct nav_payment *payment, struct push_result *result,
             struct err *err)
{
    CLEANUP(buf_free) struct buf names = { 0 };
    char amount[DECIMAL_TEXT];

    for (size_t i = 0; i < payment->count; i++) {
        const struct nav_payment_line *line = &payment->lines[i];
        if (line->place == LINE_MISSING)
            buf_addf(&names, "%s%s %s", names.size > 0 ? ", " : "",
                     line->invoice != NULL ? line->invoice : line->text,
                     decimal_pretty(line->amount, 2, amount));
    }
    return nav_hold(result, err, TP6040, NULL,
                    "payment %s: the ledger has %s as %s that fits no line of "
                    "it; neither there nor in the journal: %s",
                    record_text(payment->record, "trace_number"),
                    decimal_pretty(payment->unexplained, 2, amount),
                    payment->document, buf_text(&names));
}

/* NAV takes a line for any number; nobody would see what it does not pay. The
 * first that is missing is what the document waits for. */
static enum pushed
check_invoices(const struct nav_payment *payment, struct push_result *result,
               struct err *err)
{
    CLEANUP(buf_free) struct buf names = { 0 };
    const char *first = NULL;
    size_t missing = 0;

    for (size_t i = 0; i < payment->count; i++) {
        const struct nav_payment_line *line = &payment->lines[i];
        char number[64];
        bool found = true;
        if (line->place != LINE_MISSING || line->invoice == NULL)
            continue;
        if (!nav_look_up(payment->system, "invoice", "", line->invoice, &found,
                         number, err))
            return nav_failed(err);
        if (found)
            continue;
        first = first != NULL ? first : line->invoice;
        if (++missing <= NAMED_INVOICES)
            buf_addf(&names, "%s%s", missing > 1 ? ", " : "", line->invoice);
    }
    if (missing == 0)
        return PUSH_DONE;
    if (missing > NAMED_INVOICES)
        buf_addf(&names, " and %zu more", missing - NAMED_INVOICES);
    return nav_hold(
        result, err, TP6041, arena_printf(payment->arena, "invoice:%s", first),
        "payment %s pays invoice%s %s, which %s not posted in NAV",
        record_text(payment->record, "trace_number"), missing > 1 ? "s" : "",
        buf_text(&names), missing > 1 ? "are" : "is");
}

/* Adds the lines that are certain to be nowhere. */
static enum pushed
put_lines(struct nav_payment *payment, struct push_result *result,
          struct err *err)
{
    size_t missing = count_at(payment, LINE_MISSING);

    if (missing > 0 && !decimal_is_zero(payment->unexplained))
        return hold_missing(payment, result, err);
    enum pushed done = check_invoices(payment, result, err);
    if (done != PUSH_DONE)
        return done;
    for (size_t i = 0; i < payment->count; i++)
        if (payment->lines[i].place == LINE_MISSING &&
            !put_line(payment, &payment->lines[i], err))
            return nav_failed(err);
    result->existed = missing == 0;
    say(payment, result);
    return PUSH_DONE;
}

enum pushed
nav_push_payment(struct system *system, const struct record *record,
                 const char *key, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav_payment payment = { .arena = arena };

    begin(&payment, system, record, key);
    if (payment.customer == NULL)
        return nav_hold(result, err, TP6033, NULL,
                        "payment %s names no customer",
                        record_text(record, "trace_number"));
    enum pushed done = check_sum(&payment, result, err);
    if (done == PUSH_DONE)
        done = plan(&payment, result, err);
    if (done == PUSH_DONE)
        done = check_lengths(&payment, result, err);
    if (done == PUSH_DONE)
        done = find_journal(&payment, result, err);
    if (done != PUSH_DONE)
        return done;
    if (!nav_payment_look(&payment, err))
        return nav_failed(err);
    return put_lines(&payment, result, err);
}

/* Found when every line is there: pushing again adds the missing ones. */
bool
nav_find_payment(struct system *system, const struct record *record,
                 const char *key, bool *found, struct push_result *result,
                 struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav_payment payment = { .arena = arena };
    struct err unplanned = { 0 };

    begin(&payment, system, record, key);
    if (plan(&payment, result, &unplanned) != PUSH_DONE || payment.count == 0)
        return true;
    if (!nav_payment_look(&payment, err))
        return false;
    say(&payment, result);
    *found = count_at(&payment, LINE_MISSING) == 0;
    return true;
}
