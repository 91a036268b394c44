/* SPDX-License-Identifier: Apache-2.0 */
/* Payments on NAV's pages: lines of the cash receipt journal, page 255. They
 * take no id of ours; all have the document number made of the key, and what
 * is there of it is read, and compared line by line, before anything is
 * added. Posted, they are customer ledger entries of that number. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_payment_private.h"

enum { LINE_STEP = 10000 };

static const char *
of_batch(const struct nav_payment *payment)
{
    return arena_printf(
        payment->arena,
        "Journal_Template_Name eq %s and Journal_Batch_Name eq %s",
        odata_quote(payment->arena, payment->nav->payments_template),
        odata_quote(payment->arena, payment->nav->payments));
}

/* The planned line that a row of our document is, unless it is taken. */
static void
tick_off(struct nav_payment *payment, const json_t *row)
{
    const char *invoice = exact_word(row, "Applies_to_Doc_No");
    struct decimal amount = decimal_negate(exact_amount(row, "Amount"));

    for (size_t i = 0; i < payment->count; i++) {
        struct nav_payment_line *line = &payment->lines[i];
        if (line->place != LINE_MISSING ||
            decimal_compare(line->amount, amount) != 0 ||
            strcmp(line->invoice != NULL ? line->invoice : "", invoice) != 0)
            continue;
        line->place = LINE_DRAFT;
        return;
    }
}

static bool
take_row(void *user, json_t *row, struct err *err)
{
    struct nav_payment *payment = user;
    long line;

    (void)err;
    if (text_number(exact_word(row, "Line_No"), 2000000000, &line) &&
        line > payment->last_line)
        payment->last_line = line;
    if (strcmp(exact_word(row, "Document_No"), payment->document) == 0)
        tick_off(payment, row);
    return true;
}

/* A ledger entry says no more what it was applied to, but has its line's
 * description. */
static bool
take_entry(void *user, json_t *entry, struct err *err)
{
    struct nav_payment *payment = user;
    struct decimal amount = decimal_negate(exact_amount(entry, "Amount"));

    (void)err;
    for (size_t i = 0; i < payment->count; i++) {
        struct nav_payment_line *line = &payment->lines[i];
        if (line->seen[SIDE_CREDIT] ||
            decimal_compare(line->amount, amount) != 0 ||
            !text_equal(line->text, exact_word(entry, "Description")))
            continue;
        line->seen[SIDE_CREDIT] = true;
        line->place = LINE_POSTED;
        return true;
    }
    payment->unexplained = decimal_add(payment->unexplained, amount);
    return true;
}

/* The journal first: what is posted meanwhile is then seen twice, not never. */
bool
nav_page_payment_look(struct nav_payment *payment, struct err *err)
{
    struct odata_query rows = {
        .select = "Line_No,Document_No,Applies_to_Doc_No,Amount"
    };
    struct odata_query entries = { .filter = arena_printf(payment->arena,
                                                          "Document_No eq '%s'",
                                                          payment->document),
                                   .select = "Entry_No,Description,Amount" };

    if (payment->nav->payments == NULL)
        return err_set(err, TP6040,
                       "no payment journal is set ('payments' in the system's "
                       "settings)");
    rows.filter = of_batch(payment);
    payment->unexplained = decimal_from(0);
    return odata_list(payment->nav->odata, ODATA_MAIN, "CashReceiptJournal",
                      &rows, take_row, payment, err) &&
           odata_list(payment->nav->odata, ODATA_MAIN, "CustomerLedgerEntries",
                      &entries, take_entry, payment, err);
}

/* NAV before 2018 calls it Comment; where there is none it stays unsaid. */
static bool
set_comment(struct nav_payment *payment, json_t *body, const char *comment,
            struct err *err)
{
    static const char *const names[] = { "Comments", "Comment" };
    const struct metadata *all;

    if (comment == NULL)
        return true;
    if (!odata_metadata(payment->nav->odata, ODATA_MAIN, &all, err))
        return false;
    const struct entity *page = metadata_set(all, "CashReceiptJournal");
    for (size_t i = 0; page != NULL && i < 2; i++) {
        if (entity_field(all, page, names[i]) == NULL)
            continue;
        nav_set_text(body, names[i],
                     nav_cut(payment->arena, comment, NAV_COMMENT));
        break;
    }
    return true;
}

/* In the order in which NAV has to validate them: the account brings a
 * description, the document applied to an amount. */
static json_t *
body_of(struct nav_payment *payment, const struct nav_payment_line *line)
{
    json_t *body = json_pack("{ss ss}", "Journal_Template_Name",
                             payment->nav->payments_template,
                             "Journal_Batch_Name", payment->nav->payments);

    payment->last_line += LINE_STEP;
    json_object_set_new(body, "Line_No",
                        exact_decimal(decimal_from(payment->last_line)));
    nav_set_text(body, "Posting_Date", record_text(payment->record, "date"));
    nav_set_text(body, "Document_Type", "Payment");
    nav_set_text(body, "Document_No", payment->document);
    nav_set_text(body, "Account_Type", "Customer");
    nav_set_text(body, "Account_No", payment->customer);
    nav_set_text(body, "Description", line->text);
    nav_set_text(body, "External_Document_No",
                 record_text(payment->record, "trace_number"));
    if (line->invoice != NULL)
        nav_set_text(body, "Applies_to_Doc_Type", "Invoice");
    nav_set_text(body, "Applies_to_Doc_No", line->invoice);
    json_object_set_new(body, "Amount",
                        exact_decimal(decimal_negate(line->amount)));
    return body;
}

/* A number that somebody else took meanwhile is refused as a conflict: the
 * next attempt looks anew. */
bool
nav_page_payment_put(struct nav_payment *payment,
                     const struct nav_payment_line *line, struct err *err)
{
    CLEANUP(json_decrefp) json_t *body = body_of(payment, line);
    CLEANUP(json_decrefp) json_t *answer = NULL;

    if (set_comment(payment, body, line->comment, err) &&
        odata_post(payment->nav->odata, ODATA_MAIN, "CashReceiptJournal", body,
                   &answer, err))
        return true;
    return err_at(err, "invoice %s", line->invoice ? line->invoice : "-");
}
