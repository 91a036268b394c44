/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier: 997 for what it received, 856 and 810 for each order. */
#include <string.h>

#include "base/text.h"
#include "sandbox/answer.h"

/* The number by which a set is known in the script: BEG03, BIG02. */
static const char *
document_number(const struct set *set)
{
    size_t from = 0;
    bool order = text_equal(set->id, "850");
    const struct segment *head = set_find(set, order ? "BEG" : "BIG", &from);
    return head ? head->elements[order ? 3 : 2] : "";
}

/* reject TAG OCCURRENCE ELEMENT REFERENCE CODE */
static void
add_rejection(struct draft *draft, const struct set *set,
              const struct script_case *how)
{
    struct arena *arena = draft->answer->arena;
    long occurrence = 1, element = 1;
    size_t from = 0, place = 0;
    const struct segment *segment = NULL;
    if (!text_number(how->words[4], 1000, &occurrence) ||
        !text_number(how->words[5], ELEMENTS - 1, &element))
        return;
    for (const struct segment *next;
         occurrence-- > 0 && (next = set_find(set, how->words[3], &from));) {
        segment = next;
        place = from;
    }
    if (!segment)
        return;
    draft_add(draft, "AK3", how->words[3], arena_printf(arena, "%zu", place),
              "", "8", NULL);
    draft_add(draft, "AK4", how->words[5], how->words[6], how->words[7],
              segment->elements[element], NULL);
}

bool
supplier_acknowledge(struct answer *answer, const struct letter *letter,
                     const struct group *group)
{
    struct draft draft;
    size_t good = 0;
    struct arena *arena = answer->arena;
    if (group->count == 0 ||
        script_find(answer, document_number(&group->sets[0]), "no-997"))
        return true;
    draft_begin(&draft, answer, letter, "FA", "997");
    draft_add(&draft, "AK1", group->function, group->control, NULL);
    for (size_t i = 0; i < group->count; i++) {
        const struct set *set = &group->sets[i];
        const struct script_case *rejected =
            script_find(answer, document_number(set), "reject");
        draft_add(&draft, "AK2", set->id, set->control, NULL);
        if (rejected)
            add_rejection(&draft, set, rejected);
        draft_add(&draft, "AK5", rejected ? "R" : "A", rejected ? "5" : "",
                  NULL);
        good += !rejected;
    }
    const char *all = arena_printf(arena, "%zu", group->count);
    draft_add(&draft, "AK9",
              good == group->count ? "A" : (good == 0 ? "R" : "P"), all, all,
              arena_printf(arena, "%zu", good), NULL);
    return draft_send(
        &draft, arena_printf(arena, "%s%s", group->function, group->control));
}

/* What is shipped and charged of one PO1. */
struct shipped {
    const struct segment *line;
    struct decimal quantity, price;
    const char *unknown; /* an item number of the supplier's own, or NULL */
};

static bool
is_line(const struct script_case *at, size_t number)
{
    long wanted;
    return at && text_number(at->words[3], 100000, &wanted) &&
           (size_t)wanted == number;
}

static struct shipped
ship(const struct answer *answer, const char *order, size_t number,
     const struct segment *line)
{
    struct shipped out = { .line = line,
                           .quantity = decimal_of(line->elements[2]),
                           .price = decimal_of(line->elements[4]) };
    const struct script_case *over = script_find(answer, order, "over-ship");
    const struct script_case *shorter =
        script_find(answer, order, "short-ship");
    const struct script_case *price = script_find(answer, order, "price");
    const struct script_case *unknown =
        script_find(answer, order, "unknown-item");
    if (is_line(over, number))
        out.quantity = decimal_add(out.quantity, script_number(over, 4));
    if (is_line(shorter, number))
        out.quantity =
            decimal_subtract(out.quantity, script_number(shorter, 4));
    if (is_line(price, number)) {
        /* per cent more, at least a cent */
        struct decimal more = decimal_round(
            decimal_multiply(
                out.price,
                decimal_multiply(script_number(price, 4), decimal_of("0.01"))),
            2);
        if (decimal_is_zero(more))
            more = decimal_of("0.01");
        out.price = decimal_add(out.price, more);
    }
    if (is_line(unknown, number))
        out.unknown = unknown->words[4];
    return out;
}

/* The order's ship-to as it was written: N1, N3, N4. */
static void
copy_ship_to(struct draft *draft, const struct set *order)
{
    bool ours = false;
    for (size_t i = 0; i < order->count; i++) {
        const char *const *e = order->segments[i].elements;
        if (text_equal(e[0], "N1"))
            ours = text_equal(e[1], "ST");
        else if (!text_equal(e[0], "N3") && !text_equal(e[0], "N4"))
            ours = false;
        if (ours)
            draft_add(draft, e[0], e[1], e[2], e[3], e[4], NULL);
    }
}

static void
add_items(struct draft *draft, const char *tag, const char *number,
          const struct shipped *shipped)
{
    const struct segment *line = shipped->line;
    const char *ours = pair_value(line, 6, "BP");
    const char *theirs = pair_value(line, 6, "VN");
    if (shipped->unknown) {
        ours = "";
        theirs = shipped->unknown;
    }
    const char *first = *theirs ? "VN" : (*ours ? "BP" : "");
    const char *second = *theirs && *ours ? "BP" : "";
    struct arena *arena = draft->answer->arena;
    if (text_equal(tag, "LIN"))
        draft_add(draft, tag, number, first, *theirs ? theirs : ours, second,
                  *second ? ours : "", NULL);
    else
        draft_add(draft, tag, number, number_text(arena, shipped->quantity),
                  line->elements[3], number_text(arena, shipped->price), "",
                  first, *theirs ? theirs : ours, second, *second ? ours : "",
                  NULL);
}

static void
add_shipment_head(struct draft *draft, const struct set *order,
                  const char *bill)
{
    struct answer *answer = draft->answer;
    draft_add(draft, "HL", "1", "", "S", NULL);
    draft_add(draft, "TD1", "CTN25",
              arena_printf(answer->arena, "%zu", order->count), "", "", "", "G",
              arena_printf(answer->arena, "%zu", order->count * 12), "LB",
              NULL);
    draft_add(draft, "TD5", "O", "2", "UPSN", "M", NULL);
    draft_add(draft, "REF", "BM", bill, NULL);
    draft_add(draft, "DTM", "011", date_text(answer, 0), NULL);
    draft_add(draft, "N1", "SF", answer->partner, NULL);
    copy_ship_to(draft, order);
}

static bool
send_shipment(struct answer *answer, const struct letter *letter,
              const struct set *order, const struct segment *beg)
{
    struct draft draft;
    struct arena *arena = answer->arena;
    const char *po = beg->elements[3];
    size_t from = 0, number = 0;
    char time[8];
    when_format(answer->now, NULL, "%H%M", time, sizeof time);
    draft_begin(&draft, answer, letter, "SH", "856");
    draft_add(&draft, "BSN", "00", arena_printf(arena, "ASN-%s", po),
              date_text(answer, 0), time, "0001", NULL);
    add_shipment_head(&draft, order, arena_printf(arena, "88%s", po));
    draft_add(&draft, "HL", "2", "1", "O", NULL);
    draft_add(&draft, "PRF", po, "", "", beg->elements[5], NULL);
    for (const struct segment *line;
         (line = set_find(order, "PO1", &from)) != NULL;) {
        struct shipped shipped = ship(answer, po, ++number, line);
        const char *given = line->elements[1];
        const char *n = *given ? given : arena_printf(arena, "%zu", number);
        draft_add(&draft, "HL", arena_printf(arena, "%zu", number + 2), "2",
                  "I", NULL);
        add_items(&draft, "LIN", n, &shipped);
        draft_add(&draft, "SN1", n, number_text(arena, shipped.quantity),
                  line->elements[3], NULL);
    }
    draft_add(&draft, "CTT", arena_printf(arena, "%zu", number + 2), NULL);
    return draft_send(&draft, po);
}

static const char *
cents(struct arena *arena, struct decimal amount)
{
    return number_text(
        arena, decimal_round(decimal_multiply(amount, decimal_from(100)), 0));
}

static bool
send_invoice(struct answer *answer, const struct letter *letter,
             const struct set *order, const struct segment *beg)
{
    struct draft draft;
    struct arena *arena = answer->arena;
    const char *po = beg->elements[3];
    const struct script_case *freight = script_find(answer, po, "freight");
    struct decimal sum = decimal_from(0);
    size_t from = 0, number = 0;
    draft_begin(&draft, answer, letter, "IN", "810");
    draft_add(&draft, "BIG", date_text(answer, 0),
              arena_printf(arena, "INV-%s", po), beg->elements[5], po, "", "",
              "DR", NULL);
    draft_add(&draft, "CUR", "SE", "USD", NULL);
    draft_add(&draft, "N1", "SE", answer->partner, NULL);
    copy_ship_to(&draft, order);
    draft_add(&draft, "ITD", "01", "3", "2", "", "10", "", "30", NULL);
    draft_add(&draft, "DTM", "011", date_text(answer, 0), NULL);
    for (const struct segment *line;
         (line = set_find(order, "PO1", &from)) != NULL;) {
        struct shipped shipped = ship(answer, po, ++number, line);
        const char *given = line->elements[1];
        add_items(&draft, "IT1",
                  *given ? given : arena_printf(arena, "%zu", number),
                  &shipped);
        sum = decimal_add(
            sum, decimal_round(
                     decimal_multiply(shipped.quantity, shipped.price), 2));
    }
    if (freight)
        sum = decimal_add(sum, script_number(freight, 3));
    draft_add(&draft, "TDS", cents(arena, sum), NULL);
    if (freight)
        draft_add(&draft, "SAC", "C", "D240", "", "",
                  cents(arena, script_number(freight, 3)), NULL);
    draft_add(&draft, "CTT", arena_printf(arena, "%zu", number), NULL);
    return draft_send(&draft, po);
}

bool
supplier_answer(struct answer *answer, const struct letter *letter,
                const struct set *order)
{
    size_t from = 0;
    const struct segment *beg = set_find(order, "BEG", &from);
    const char *po = beg ? beg->elements[3] : "";
    if (!beg || script_find(answer, po, "reject"))
        return true;
    if (!script_find(answer, po, "no-856") &&
        !send_shipment(answer, letter, order, beg))
        return false;
    if (script_find(answer, po, "no-810"))
        return true;
    return send_invoice(answer, letter, order, beg) &&
           (!script_find(answer, po, "duplicate") ||
            send_invoice(answer, letter, order, beg));
}
