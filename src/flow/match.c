/* SPDX-License-Identifier: Apache-2.0 */
/* Three-way match: order, receipt and invoice must agree before a bill is
 * posted. Lines meet by our item number; price may differ by the partner's
 * tolerance, the quantity invoiced must have been received and not been
 * invoiced before. */
#include "flow/flow_private.h"

#include <string.h>

struct matching {
    struct flow *flow;
    const struct document *document;
    const struct partner_set *set;
    json_t *order;
    struct problems *found;
};

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

static const json_t *
order_line(const struct matching *at, const json_t *line)
{
    const char *item = node_text(line, "item");
    const json_t *candidate;
    size_t i;

    json_array_foreach(node_at(at->order, "lines"), i, candidate)
    {
        if (text_equal(node_text(candidate, "item"), item))
            return candidate;
    }
    return NULL;
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

static void
match_quantity(struct matching *at, const json_t *line, const json_t *ordered,
               const char *place)
{
    bool two_way = at->set && text_equal(at->set->match, "two-way");
    struct decimal invoiced = node_decimal(line, "quantity"),
                   received =
                       node_decimal(ordered, two_way ? "ordered" : "received"),
                   before = node_decimal(ordered, "invoiced"),
                   open = decimal_subtract(received, before);
    char want[DECIMAL_TEXT], got[DECIMAL_TEXT], waits[160];

    if (decimal_compare(invoiced, open) <= 0)
        return;
    text_format(waits, sizeof waits, "receipt::%s", at->document->related);
    problem_add(at->found, TP7033, place, waits,
                "item %s: %s invoiced, %s received and not yet invoiced on "
                "order %s; waits for the goods receipt",
                node_text(line, "item"), decimal_text(invoiced, want),
                decimal_text(open, got), at->document->related);
}

static void
match_line(struct matching *at, const json_t *line, size_t number)
{
    const json_t *ordered = order_line(at, line);
    char place[32];

    text_format(place, sizeof place, "line %zu", number + 1);
    if (ordered == NULL) {
        problem_add(at->found, TP7035, place, NULL,
                    "item %s is not on order %s",
                    node_text(line, "item") ? node_text(line, "item") : "?",
                    at->document->related);
        return;
    }
    match_price(at, line, ordered, place);
    match_quantity(at, line, ordered, place);
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
                           .found = found };
    struct system *system = home_system(flow, err);
    json_auto_t *order = NULL;
    const json_t *line;
    char waits[160];
    size_t i;

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
    if (order == NULL) {
        text_format(waits, sizeof waits, "order::%s", document->related);
        problem_add(found, TP7038, "BIG04", waits,
                    "purchase order %s is unknown in the system",
                    document->related);
        return true;
    }
    at.order = order;
    json_array_foreach(record_node(record, "lines"), i, line)
    {
        match_line(&at, line, i);
    }
    return true;
}
