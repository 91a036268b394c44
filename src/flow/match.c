/* SPDX-License-Identifier: Apache-2.0 */
/* Three-way match: order, receipt and invoice must agree before a bill is
 * posted. Lines meet by our item number, all lines of an item together; price
 * may differ by the partner's tolerance, the quantity invoiced must have been
 * received and not been invoiced before.
 *
 * A credit memo takes back what was invoiced, whether or not it was received
 * (goods that never came are credited too), so it is not matched against
 * receipts: its price has to be the order's within the same tolerance, and its
 * quantity at most what was invoiced and not credited yet.
 *
 * What was invoiced is the greater of what the system counts on the order and
 * what our own bills of the order come to: bills are documents of their own in
 * NAV, which leave the order's count as it is. */
#include "flow/flow_private.h"

#include <string.h>

struct matching {
    struct flow *flow;
    const struct document *document;
    const struct partner_set *set;
    json_t *order;
    struct problems *found;
    const struct record *record;
    struct record **before; /* the order's bills that are posted */
    size_t before_count;
};

static bool
is_credit(const struct record *record)
{
    return text_equal(record_text(record, "kind"), "credit_memo");
}

/* A credit memo may be written with all signs turned. */
static struct decimal
quantity_of(const struct record *record, const json_t *line)
{
    struct decimal quantity = node_decimal(line, "quantity");

    if (is_credit(record) && record_decimal(record, "total").units < 0)
        return decimal_negate(quantity);
    return quantity;
}

/* "2 %" of the price, in percent; none is none. */
static struct decimal
tolerance_percent(const struct partner_set *set)
{
    char number[32];

    if (set == NULL || set->price_tolerance == NULL)
        return decimal_from(0);
    text_copy(number, sizeof number, set->price_tolerance);
    number[strcspn(number, " %")] = '\0';
    return decimal_of(number);
}

static struct decimal
distance(const json_t *one, const json_t *other)
{
    struct decimal off = decimal_subtract(node_decimal(one, "price"),
                                          node_decimal(other, "price"));

    return off.units < 0 ? decimal_negate(off) : off;
}

/* The order's line of this item; of several the nearest in price. */
static const json_t *
order_line(const struct matching *at, const json_t *line)
{
    const char *item = node_text(line, "item");
    const json_t *candidate, *best = NULL;
    size_t i;

    json_array_foreach(node_at(at->order, "lines"), i, candidate)
    {
        if (text_equal(node_text(candidate, "item"), item) &&
            (best == NULL || decimal_compare(distance(candidate, line),
                                             distance(best, line)) < 0))
            best = candidate;
    }
    return best;
}

/* What all lines of the order say of an item. */
static struct decimal
ordered_sum(const struct matching *at, const char *item, const char *field)
{
    struct decimal sum = decimal_from(0);
    const json_t *line;
    size_t i;

    json_array_foreach(node_at(at->order, "lines"), i, line)
    {
        if (text_equal(node_text(line, "item"), item))
            sum = decimal_add(sum, node_decimal(line, field));
    }
    return sum;
}

/* What all lines of this bill or credit memo have of an item. */
static struct decimal
asked_sum(const struct matching *at, const char *item)
{
    struct decimal sum = decimal_from(0);
    const json_t *line;
    size_t i;

    json_array_foreach(record_node(at->record, "lines"), i, line)
    {
        if (text_equal(node_text(line, "item"), item))
            sum = decimal_add(sum, quantity_of(at->record, line));
    }
    return sum;
}

static void
match_price(struct matching *at, const json_t *line, const json_t *ordered,
            const char *place)
{
    struct decimal price = node_decimal(line, "price"),
                   agreed = node_decimal(ordered, "price"), percent,
                   off = decimal_subtract(price, agreed);
    char theirs[DECIMAL_TEXT], ours[DECIMAL_TEXT], by[DECIMAL_TEXT];

    if (decimal_is_zero(off))
        return;
    if (!decimal_divide(&percent, decimal_multiply(off, decimal_from(100)),
                        agreed, 1))
        percent = decimal_from(100);
    struct decimal size = percent.units < 0 ? decimal_negate(percent) : percent;
    if (decimal_compare(size, tolerance_percent(at->set)) <= 0)
        return;
    problem_add(at->found, TP7032, place, NULL,
                "item %s costs %s, agreed %s: price %s%s %% (tolerance %s)",
                node_text(line, "item"), decimal_text(price, theirs),
                decimal_text(agreed, ours), percent.units > 0 ? "+" : "",
                decimal_fixed(percent, 1, by),
                at->set && at->set->price_tolerance ? at->set->price_tolerance
                                                    : "none");
}

/* What our bills, or our credit memos, of the order have of an item. */
static struct decimal
billed_before(const struct matching *at, const char *item, bool credit)
{
    struct decimal sum = decimal_from(0);
    const json_t *line;
    size_t n;

    for (size_t i = 0; i < at->before_count; i++) {
        const struct record *bill = at->before[i];
        if (is_credit(bill) != credit)
            continue;
        json_array_foreach(record_node(bill, "lines"), n, line)
        {
            if (text_equal(node_text(line, "item"), item))
                sum = decimal_add(sum, quantity_of(bill, line));
        }
    }
    return sum;
}

/* Invoiced and not credited. */
static struct decimal
invoiced_before(const struct matching *at, const char *item)
{
    struct decimal counted = ordered_sum(at, item, "invoiced"),
                   billed = billed_before(at, item, false);

    if (decimal_compare(billed, counted) < 0)
        billed = counted;
    return decimal_subtract(billed, billed_before(at, item, true));
}

static void
match_credit(struct matching *at, const char *item, const char *place)
{
    struct decimal credited = asked_sum(at, item),
                   before = invoiced_before(at, item);
    char want[DECIMAL_TEXT], got[DECIMAL_TEXT], waits[160];

    if (decimal_compare(credited, before) <= 0)
        return;
    text_format(waits, sizeof waits, "bill::%s", at->document->related);
    problem_add(at->found, TP7036, place, waits,
                "item %s: %s credited, %s invoiced and not yet credited on "
                "order %s",
                item, decimal_text(credited, want), decimal_text(before, got),
                at->document->related);
}

static void
match_quantity(struct matching *at, const char *item, const char *place)
{
    bool two_way = at->set && text_equal(at->set->match, "two-way");
    struct decimal invoiced = asked_sum(at, item),
                   received =
                       ordered_sum(at, item, two_way ? "ordered" : "received"),
                   open = decimal_subtract(received, invoiced_before(at, item));
    char want[DECIMAL_TEXT], got[DECIMAL_TEXT], waits[160];

    if (decimal_compare(invoiced, open) <= 0)
        return;
    text_format(waits, sizeof waits, "receipt::%s", at->document->related);
    problem_add(at->found, TP7033, place, waits,
                "item %s: %s invoiced, %s received and not yet invoiced on "
                "order %s; waits for the goods receipt",
                item, decimal_text(invoiced, want), decimal_text(open, got),
                at->document->related);
}

static void
match_line(struct matching *at, const json_t *line, size_t index)
{
    const json_t *ordered = order_line(at, line);
    char place[48];

    name_line(line, index, place);
    if (ordered == NULL) {
        problem_add(at->found, TP7035, place, NULL,
                    "item %s is not on order %s",
                    node_text(line, "item") ? node_text(line, "item") : "?",
                    at->document->related);
        return;
    }
    match_price(at, line, ordered, place);
    if (is_credit(at->record))
        match_credit(at, node_text(line, "item"), place);
    else
        match_quantity(at, node_text(line, "item"), place);
}

static void
free_before(struct matching *at)
{
    for (size_t i = 0; i < at->before_count; i++)
        record_free(&at->before[i]);
}

/* One in doubt counts: it may be there. */
static bool
list_before(struct matching *at, struct arena *arena, struct document **bills,
            size_t *count, struct err *err)
{
    const struct document *document = at->document;
    struct doc_filter filter = { .direction = DIRECTION_IN,
                                 .states = 1U << DOC_DONE | 1U << DOC_UNKNOWN |
                                           1U << DOC_WORKING,
                                 .partner = document->partner,
                                 .set = document->set,
                                 .related = document->related };

    return journal_list(at->flow->journal, &filter, arena, bills, count, err);
}

static bool
read_before(struct matching *at, struct arena *arena, struct err *err)
{
    const struct document *document = at->document;
    struct document *bills;
    size_t count;

    if (!list_before(at, arena, &bills, &count, err))
        return false;
    at->before = arena_alloc(arena, (count + 1) * sizeof *at->before);
    for (size_t i = 0; i < count; i++) {
        if (bills[i].id == document->id)
            continue;
        if (!document_record(at->flow, &bills[i], &at->before[at->before_count],
                             err))
            return false;
        at->before_count++;
    }
    return true;
}

/* NAV removes an order that is invoiced in full: then our bills of it say why
 * it is not there. */
static bool
say_gone(struct matching *at, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf names = { 0 };
    const char *order = at->document->related;
    struct document *bills;
    char waits[160];
    size_t count;

    if (!list_before(at, arena, &bills, &count, err))
        return false;
    for (size_t i = 0; i < count && i < 5; i++)
        if (bills[i].id != at->document->id)
            buf_addf(&names, "%s%s", names.size > 0 ? ", " : "",
                     bills[i].number);
    text_format(waits, sizeof waits, "order::%s", order);
    problem_add(at->found, TP7038, "BIG04", waits,
                names.size > 0
                    ? "purchase order %s is no longer in the system; it was "
                      "invoiced before: %s"
                    : "purchase order %s is unknown in the system%s",
                order, buf_text(&names));
    return true;
}

static bool
match_lines(struct matching *at, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const json_t *line;
    size_t i;
    bool good = read_before(at, arena, err);

    if (good)
        json_array_foreach(record_node(at->record, "lines"), i, line)
        {
            match_line(at, line, i);
        }
    free_before(at);
    return good;
}

bool
match_invoice(struct flow *flow, const struct document *document,
              const struct record *record, struct problems *found,
              struct err *err)
{
    const struct partner *partner =
        partner_by_code(flow->conf, document->partner);
    struct matching at = { .flow = flow,
                           .document = document,
                           .set = partner
                                      ? partner_receives(partner, document->set)
                                      : NULL,
                           .found = found,
                           .record = record };
    struct system *system = home_system(flow, err);
    json_auto_t *order = NULL;

    if (system == NULL)
        return false;
    if (at.set != NULL && text_equal(at.set->match, "none"))
        return true;
    if (document->related[0] == '\0') {
        problem_add(found, TP7037, "BIG04", NULL,
                    "the invoice names no purchase order to be matched with");
        return true;
    }
    if (!system->ops->match_order(system, document->related, &order, err))
        return false;
    at.order = order;
    return order == NULL ? say_gone(&at, err) : match_lines(&at, err);
}
