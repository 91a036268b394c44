/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow_private.h"

#include <string.h>

#include "x12/write.h"

/* ISA13 and GS06 of the partner's own series, in this transaction. ST02 is
 * 0001, since an interchange carries one set. */
static bool
give_numbers(struct flow *flow, const struct parcel_plan *plan,
             struct document *document, long *isa, long *gs, struct err *err)
{
    const struct partner *partner = plan->partner;
    char series[64];

    text_format(series, sizeof series, "%s/isa", partner->code);
    if (!journal_number(flow->journal, series, partner->last_isa, isa, err))
        return false;
    text_format(document->isa, sizeof document->isa, "%09ld", *isa);
    *gs = 0;
    if (plan->set == NULL)
        return true;
    text_format(series, sizeof series, "%s/gs", partner->code);
    if (!journal_number(flow->journal, series, partner->last_gs, gs, err))
        return false;
    text_format(document->gs, sizeof document->gs, "%ld", *gs);
    text_copy(document->st, sizeof document->st, "0001");
    return true;
}

/* The row that carries the control number from now on. */
static bool
journal_it(struct flow *flow, const struct x12_envelope *envelope,
           struct document *document, const struct buf *bytes, size_t from,
           struct err *err)
{
    struct interchange row = { .direction = DIRECTION_OUT,
                               .test = document->test,
                               .size = (int64_t)(bytes->size - from) };

    interchange_hash(&row, buf_text(bytes) + from);
    text_copy(row.state, sizeof row.state, "made");
    text_copy(row.partner, sizeof row.partner, document->partner);
    text_copy(row.control, sizeof row.control, document->isa);
    text_format(row.sender, sizeof row.sender, "%s:%s",
                envelope->sender_qualifier, envelope->sender);
    text_format(row.receiver, sizeof row.receiver, "%s:%s",
                envelope->receiver_qualifier, envelope->receiver);
    if (!journal_add_interchange(flow->journal, &row, err))
        return false;
    document->interchange = row.id;
    document->ordinal = 1;
    return true;
}

bool
envelope_make(struct flow *flow, const struct parcel_plan *plan,
              struct document *document, struct buf *out, struct err *err)
{
    const char *zone = conf_company(flow->conf)->zone;
    struct x12_envelope envelope =
        route_envelope(plan->partner, document->test);
    char date[16], time[8];
    long isa, gs;

    when_format(when_now(), zone, "%Y%m%d", date, sizeof date);
    when_format(when_now(), zone, "%H%M", time, sizeof time);
    if (!give_numbers(flow, plan, document, &isa, &gs, err))
        return false;
    const struct x12_set *set = plan->set;
    if (set != NULL)
        plan->set->control = document->st;
    struct x12_out_group group = { .functional_id = plan->functional_id,
                                   .sender = plan->partner->our_gs_id,
                                   .receiver = plan->partner->gs_id,
                                   .version = set ? set->version : NULL,
                                   .control = gs,
                                   .sets = &set,
                                   .count = 1 };
    envelope.version = set ? NULL : "00401";
    envelope.date = date;
    envelope.time = time;
    envelope.control = isa;
    envelope.ta1s = &plan->ta1;
    envelope.ta1_count = plan->ta1 != NULL;
    envelope.groups = &group;
    envelope.group_count = set != NULL;
    size_t from = out->size;
    return x12_write(&envelope, out, err) &&
           journal_it(flow, &envelope, document, out, from, err);
}
