/* SPDX-License-Identifier: Apache-2.0 */
/* Ship notices that must come: expected from the moment an order is sent, met
 * by the notice about it, whatever becomes of that. */
#include "flow/flow_private.h"

#include <string.h>

/* When the notice about the order is due; 0: nobody waits for it. "before
 * arrival" is before the day on which the order wants the goods. */
static bool
due_of(struct flow *flow, const struct document *order, moment *due,
       struct err *err)
{
    const struct partner *partner = partner_by_code(flow->conf, order->partner);
    const struct partner_set *set =
        partner != NULL ? partner_receives(partner, "856") : NULL;
    struct record *record = NULL;
    long seconds;

    *due = 0;
    if (set == NULL || set->due == NULL || !text_equal(order->set, "850"))
        return true;
    if (text_duration(set->due, &seconds)) {
        *due = when_now() + (moment)seconds * 1000;
        return true;
    }
    if (!document_record(flow, order, &record, err))
        return false;
    const char *date =
        record != NULL ? record_text(record, "requested_date") : NULL;
    if (date != NULL && when_is_date(date) && !when_parse(date, due))
        *due = 0;
    record_free(&record);
    return true;
}

bool
expect_ship_notice(struct flow *flow, const struct document *order,
                   struct err *err)
{
    struct expectation expectation = { .document = order->id };

    if (!due_of(flow, order, &expectation.due, err))
        return false;
    if (expectation.due == 0)
        return true;
    text_copy(expectation.partner, sizeof expectation.partner, order->partner);
    text_copy(expectation.what, sizeof expectation.what, "856");
    return journal_expect(flow->journal, &expectation, err);
}

bool
ship_notice_came(struct flow *flow, const struct document *notice,
                 struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .partner = notice->partner,
                                 .set = "850",
                                 .number = notice->related };
    struct document *orders;
    size_t count;

    if (!text_equal(notice->set, "856") || notice->related[0] == '\0')
        return true;
    struct arena *arena = arena_new();
    bool good =
        journal_list(flow->journal, &filter, arena, &orders, &count, err);
    for (size_t i = 0; good && i < count; i++)
        good = journal_met(flow->journal, orders[i].id, "856", err);
    arena_free(&arena);
    return good;
}
