/* SPDX-License-Identifier: Apache-2.0 */
/* Where the lines of a payment are: in the journal by their ids; posted ones
 * have left it, and are known by the document number, description and amount
 * of their general ledger entries. */
#include "base/text.h"
#include "system/nav/nav_payment_private.h"

static bool
in_journal(struct nav_payment *payment, struct nav_payment_line *line,
           struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    const char *path =
        arena_printf(payment->arena, "customerPayments(%s)", line->id);

    if (!odata_get(payment->nav->odata, ODATA_MAIN, path, NULL, &row, err))
        return false;
    line->place = row != NULL ? LINE_DRAFT : LINE_MISSING;
    return true;
}

/* Marks the first line that the entry is of and that has none yet. */
static void
mark_line(struct nav_payment *payment, const char *text, struct decimal amount,
          enum nav_side side)
{
    for (size_t i = 0; i < payment->count; i++) {
        struct nav_payment_line *line = &payment->lines[i];
        if (line->seen[side] || !text_equal(line->text, text) ||
            decimal_compare(line->amount, amount) != 0)
            continue;
        line->seen[side] = true;
        line->place = LINE_POSTED;
        return;
    }
}

/* A line makes two entries: a credit of the customer's account, which a
 * discount raises, and a debit of the bank's, which may be one of several
 * lines. One of them says enough. */
static bool
take_entry(void *user, json_t *entry, struct err *err)
{
    struct nav_payment *payment = user;
    struct decimal credit = exact_amount(entry, "creditAmount");
    struct decimal debit = exact_amount(entry, "debitAmount");
    const char *text = exact_word(entry, "description");

    (void)err;
    if (!decimal_is_zero(credit))
        mark_line(payment, text, credit, SIDE_CREDIT);
    if (!decimal_is_zero(debit))
        mark_line(payment, text, debit, SIDE_DEBIT);
    payment->unexplained = decimal_add(payment->unexplained, credit);
    return true;
}

/* The journal first: what is posted meanwhile is then seen twice, not never. */
bool
nav_payment_look(struct nav_payment *payment, struct err *err)
{
    struct odata_query query = { .filter = arena_printf(
                                     payment->arena, "documentNumber eq '%s'",
                                     payment->document) };

    if (nav_has_pages(payment->nav))
        return nav_page_payment_look(payment, err);
    payment->unexplained = decimal_from(0);
    for (size_t i = 0; i < payment->count; i++)
        if (!in_journal(payment, &payment->lines[i], err))
            return false;
    if (!odata_list(payment->nav->odata, ODATA_MAIN, "generalLedgerEntries",
                    &query, take_entry, payment, err))
        return false;
    for (size_t i = 0; i < payment->count; i++)
        if (payment->lines[i].place == LINE_POSTED)
            payment->unexplained = decimal_subtract(payment->unexplained,
                                                    payment->lines[i].amount);
    return true;
}
