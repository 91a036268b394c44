/* SPDX-License-Identifier: Apache-2.0 */
/* A customer: pays the invoices it received, one 820 for each remittance. */
#include <string.h>

#include "base/text.h"
#include "sandbox/answer.h"

struct payment {
    const struct letter *letter;
    const char *invoice, *date;
    struct decimal amount, discount, deduction;
    const char *reason; /* ADX02, "" = no deduction */
    long remit;
    bool done;
    struct payment *next;
};

static struct decimal
paid(const struct payment *payment)
{
    return decimal_subtract(
        decimal_subtract(payment->amount, payment->discount),
        payment->deduction);
}

void
customer_take(struct answer *answer, const struct letter *letter,
              const struct set *invoice)
{
    size_t from = 0;
    const struct segment *big = set_find(invoice, "BIG", &from);
    const struct segment *tds = set_find(invoice, "TDS", &from);
    const char *number = big ? big->elements[2] : "";
    if (!big || !tds || script_find(answer, number, "unpaid") ||
        script_find(answer, number, "reject"))
        return;
    struct payment *made = arena_alloc(answer->arena, sizeof *made);
    made->letter = letter;
    made->invoice = number;
    made->date = big->elements[1];
    made->amount =
        decimal_multiply(decimal_of(tds->elements[1]), decimal_of("0.01"));
    made->reason = "";
    made->remit = 1;
    const struct script_case *discount =
        script_find(answer, number, "discount");
    const struct script_case *deduct = script_find(answer, number, "deduct");
    const struct script_case *remit = script_find(answer, number, "remit");
    if (discount)
        made->discount = decimal_round(
            decimal_multiply(made->amount,
                             decimal_multiply(script_number(discount, 3),
                                              decimal_of("0.01"))),
            2);
    if (deduct) {
        made->deduction = script_number(deduct, 3);
        made->reason = deduct->words[4];
    }
    if (remit && !text_number(remit->words[3], 1000, &made->remit))
        made->remit = 1;
    struct payment **last = &answer->payments;
    while (*last)
        last = &(*last)->next;
    *last = made;
}

static void
add_payment(struct draft *draft, const struct payment *payment)
{
    struct arena *arena = draft->answer->arena;
    bool whole = decimal_is_zero(payment->discount);
    draft_add(draft, "RMR", "IV", payment->invoice, "",
              number_text(arena, paid(payment)),
              number_text(arena, payment->amount),
              whole ? "" : number_text(arena, payment->discount), NULL);
    draft_add(draft, "DTM", "003", payment->date, NULL);
    if (*payment->reason)
        draft_add(draft, "ADX",
                  number_text(arena, decimal_negate(payment->deduction)),
                  payment->reason, NULL);
}

static bool
send_remittance(struct answer *answer, struct payment *first)
{
    struct draft draft;
    struct arena *arena = answer->arena;
    struct decimal sum = decimal_from(0);
    for (struct payment *at = first; at; at = at->next)
        if (at->remit == first->remit)
            sum = decimal_add(sum, paid(at));
    draft_begin(&draft, answer, first->letter, "RA", "820");
    draft_add(&draft, "BPR", "C", number_text(arena, sum), "C", "ACH", "CCP",
              "01", "091000019", "DA", "4471002", "1411440001", "", "01",
              "111900659", "DA", "9900187", date_text(answer, 1), NULL);
    draft_add(
        &draft, "TRN", "1",
        arena_printf(arena, "%s%04ld", date_text(answer, 1), first->remit),
        "1411440001", NULL);
    draft_add(&draft, "DTM", "097", date_text(answer, 0), NULL);
    draft_add(&draft, "N1", "PR", answer->partner, NULL);
    draft_add(&draft, "N1", "PE", "CRONUS USA", NULL);
    draft_add(&draft, "ENT", "1", NULL);
    for (struct payment *at = first; at; at = at->next) {
        if (at->remit != first->remit)
            continue;
        add_payment(&draft, at);
        at->done = true;
    }
    return draft_send(&draft, arena_printf(arena, "remit%ld", first->remit));
}

bool
customer_pay(struct answer *answer)
{
    for (struct payment *at = answer->payments; at; at = at->next)
        if (!at->done && !send_remittance(answer, at))
            return false;
    return true;
}
