/* SPDX-License-Identifier: Apache-2.0 */
/* A remittance becomes lines of a customer payment journal, one for each
 * invoice it pays, for a person to post. Each line has an id made of the key
 * and its place, and all have a document number made of the key, by which
 * they are found once they are posted. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

enum { TEXT_MAX = 250 };

struct payment {
    struct nav *nav;
    const struct record *record;
    const char *key, *customer;
    char document[24];
    char journal[64]; /* its id */
    struct arena *arena;
};

static enum pushed
find_journal(struct payment *payment, struct push_result *result,
             struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    const char *code = payment->nav->payments;
    size_t count;

    if (code == NULL)
        return nav_hold(result, err, TP6040, NULL,
                        "no payment journal is set ('payments' in the "
                        "system's settings)");
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
check_sum(struct payment *payment, struct push_result *result, struct err *err)
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

static void
note_adjustments(struct buf *comment, const json_t *application)
{
    const json_t *list = node_at(application, "adjustments");
    struct decimal discount = node_decimal(application, "discount");
    char text[DECIMAL_TEXT];

    if (!decimal_is_zero(discount))
        buf_addf(comment, "discount %s taken",
                 decimal_fixed(discount, 2, text));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *reason = node_text(one, "reason");
        const char *reference = node_text(one, "reference");
        buf_addf(comment, "%sdeduction %s%s%s%s%s",
                 comment->size > 0 ? "; " : "",
                 decimal_fixed(node_decimal(one, "amount"), 2, text),
                 reason ? ", reason " : "", reason ? reason : "",
                 reference ? ", " : "", reference ? reference : "");
    }
}

static void
cut_text(json_t *line, const char *name, const char *text, size_t max)
{
    char cut[TEXT_MAX + 1];

    text_format(cut, max + 1, "%s", text);
    while (json_object_set_new(line, name, json_string(cut)) != 0 &&
           cut[0] != '\0')
        cut[strlen(cut) - 1] = '\0';
}

static json_t *
make_line(struct payment *payment, const char *id, struct decimal amount)
{
    json_t *line =
        json_pack("{ss ss ss ss ss}", "id", id, "journalId", payment->journal,
                  "customerNumber", payment->customer, "postingDate",
                  record_text(payment->record, "date"), "documentNumber",
                  payment->document);

    cut_text(line, "externalDocumentNumber",
             record_text(payment->record, "trace_number"), 35);
    json_object_set_new(line, "amount", exact_decimal(decimal_negate(amount)));
    return line;
}

/* Inserts the line unless it is there; *made counts. */
static bool
insert_line(struct payment *payment, json_t *line, size_t *made,
            struct err *err)
{
    CLEANUP(json_decrefp) json_t *answer = NULL;

    if (odata_post(payment->nav->odata, ODATA_MAIN, "customerPayments", line,
                   &answer, err)) {
        ++*made;
        return true;
    }
    if (strcmp(odata_last_code(payment->nav->odata),
               "Internal_EntityWithSameKeyExists") != 0)
        return false;
    err_clear(err);
    return true;
}

static bool
line_there(struct payment *payment, const char *id, bool *there,
           struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    const char *path = arena_printf(payment->arena, "customerPayments(%s)", id);

    if (!odata_get(payment->nav->odata, ODATA_MAIN, path, NULL, &row, err))
        return false;
    *there = row != NULL;
    return true;
}

static const char *
line_id(struct payment *payment, const char *list, size_t i)
{
    char *id = arena_alloc(payment->arena, NAV_UUID);

    nav_uuid(id, payment->key, arena_printf(payment->arena, "%s%zu", list, i));
    return id;
}

static bool
put_application(struct payment *payment, size_t i, size_t *made,
                struct err *err)
{
    CLEANUP(buf_free) struct buf comment = { 0 };
    const json_t *application =
        json_array_get(record_node(payment->record, "applications"), i);
    const char *invoice = node_text(application, "invoice_number");
    const char *id = line_id(payment, "", i);
    bool there;

    if (!line_there(payment, id, &there, err) || there)
        return err->code == TP_NONE;
    CLEANUP(json_decrefp)
    json_t *line = make_line(payment, id, node_decimal(application, "paid"));
    cut_text(line, "appliesToInvoiceNumber", invoice, 20);
    cut_text(line, "description",
             arena_printf(payment->arena, "Payment of %s", invoice), 100);
    note_adjustments(&comment, application);
    if (comment.size > 0)
        cut_text(line, "comment", comment.text, TEXT_MAX);
    return insert_line(payment, line, made, err) ||
           err_at(err, "invoice %s", invoice);
}

/* Money of the remittance that belongs to no invoice: on account. */
static bool
put_adjustment(struct payment *payment, size_t i, size_t *made, struct err *err)
{
    const json_t *adjustment =
        json_array_get(record_node(payment->record, "adjustments"), i);
    const char *reason = node_text(adjustment, "reason");
    const char *id = line_id(payment, "a", i);
    bool there;

    if (!line_there(payment, id, &there, err) || there)
        return err->code == TP_NONE;
    CLEANUP(json_decrefp)
    json_t *line = make_line(payment, id, node_decimal(adjustment, "amount"));
    cut_text(line, "description",
             arena_printf(payment->arena, "Adjustment%s%s",
                          reason ? ", reason " : "", reason ? reason : ""),
             100);
    return insert_line(payment, line, made, err);
}

/* Posted lines have left the journal; their document number is on the general
 * ledger entries. */
static bool
find_posted(struct payment *payment, bool *found, struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter = arena_printf(
                                     payment->arena, "documentNumber eq '%s'",
                                     payment->document) };
    size_t count;

    if (!odata_first(payment->nav->odata, ODATA_MAIN, "generalLedgerEntries",
                     &query, &row, &count, err))
        return false;
    *found = count > 0;
    return true;
}

static bool
begin(struct payment *payment, struct system *system,
      const struct record *record, const char *key, struct err *err)
{
    payment->nav = nav_of(system);
    payment->record = record;
    payment->key = key;
    payment->customer = record_text(record, "customer");
    nav_document_number(payment->document, key, "");
    return payment->nav->words->modified != NULL ||
           err_set(err, TP6001,
                   "bills and payments need profile bc-api-v2; the pages of "
                   "nav-odata cannot take them");
}

static void
say(const struct payment *payment, bool posted, struct push_result *result)
{
    size_t lines = record_count(payment->record, "applications") +
                   record_count(payment->record, "adjustments");

    text_copy(result->number, sizeof result->number, payment->document);
    text_copy(result->state, sizeof result->state, posted ? "posted" : "draft");
    text_format(result->note, sizeof result->note, "%zu line%s %s %s, %s",
                lines, lines == 1 ? "" : "s",
                posted ? "posted as" : "in journal",
                posted ? payment->document : payment->nav->payments,
                posted ? "found in the ledger" : "to be posted by a person");
}

static enum pushed
put_lines(struct payment *payment, struct push_result *result, struct err *err)
{
    size_t applications = record_count(payment->record, "applications");
    size_t adjustments = record_count(payment->record, "adjustments");
    size_t made = 0;

    for (size_t i = 0; i < applications; i++)
        if (!put_application(payment, i, &made, err))
            return nav_failed(err);
    for (size_t i = 0; i < adjustments; i++)
        if (!put_adjustment(payment, i, &made, err))
            return nav_failed(err);
    result->existed = made == 0;
    say(payment, false, result);
    return PUSH_DONE;
}

enum pushed
nav_push_payment(struct system *system, const struct record *record,
                 const char *key, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct payment payment = { .arena = arena };
    bool posted = false;

    if (!begin(&payment, system, record, key, err))
        return PUSH_FAILED;
    if (payment.customer == NULL)
        return nav_hold(result, err, TP6033, NULL,
                        "payment %s names no customer",
                        record_text(record, "trace_number"));
    enum pushed done = check_sum(&payment, result, err);
    if (done == PUSH_DONE)
        done = find_journal(&payment, result, err);
    if (done != PUSH_DONE)
        return done;
    if (!find_posted(&payment, &posted, err))
        return nav_failed(err);
    if (posted) {
        say(&payment, true, result);
        result->existed = true;
        return PUSH_DONE;
    }
    return put_lines(&payment, result, err);
}

/* Found when every line is there: pushing again adds the missing ones. */
bool
nav_find_payment(struct system *system, const struct record *record,
                 const char *key, bool *found, struct push_result *result,
                 struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct payment payment = { .arena = arena };
    size_t applications = record_count(record, "applications");
    size_t adjustments = record_count(record, "adjustments");
    bool there = applications > 0;

    if (!begin(&payment, system, record, key, err) ||
        !find_posted(&payment, found, err))
        return false;
    say(&payment, *found, result);
    if (*found)
        return true;
    for (size_t i = 0; there && i < applications; i++)
        if (!line_there(&payment, line_id(&payment, "", i), &there, err))
            return false;
    for (size_t i = 0; there && i < adjustments; i++)
        if (!line_there(&payment, line_id(&payment, "a", i), &there, err))
            return false;
    *found = there;
    return true;
}
