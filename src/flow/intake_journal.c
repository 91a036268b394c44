/* SPDX-License-Identifier: Apache-2.0 */
/* What came of an arrival enters the journal: its documents, and the answers
 * that its sender gets. */
#include "flow/intake_private.h"

#include <string.h>

static bool
answered(struct apart *apart, const char *key, bool *known, struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .key = key,
                                 .limit = 1 };
    struct document *first;
    size_t count;

    if (!journal_list(apart->flow->journal, &filter, apart->arena, &first,
                      &count, err))
        return false;
    *known = count > 0;
    return true;
}

static bool
add_answer(struct apart *apart, const struct part *part,
           const struct parcel_plan *plan, const char *number, struct err *err)
{
    struct flow *flow = apart->flow;
    struct document document = { .direction = DIRECTION_OUT,
                                 .state = DOC_QUEUED,
                                 .valid = VALID_OK,
                                 .delivered = DELIVERED_QUEUED,
                                 .test = part->from->test };
    CLEANUP(buf_free) struct buf bytes = { 0 };
    bool known;

    text_copy(document.set, sizeof document.set,
              plan->set ? plan->set->id : "TA1");
    if (plan->set != NULL)
        text_copy(document.version, sizeof document.version,
                  plan->set->version);
    text_copy(document.kind, sizeof document.kind, "ack");
    text_copy(document.partner, sizeof document.partner, part->partner->code);
    text_format(document.number, sizeof document.number, "%s", number);
    text_copy(document.related, sizeof document.related, part->from->control);
    text_copy(document.purpose, sizeof document.purpose, "original");
    key_posting(flow, document.key, &document, part->from->control);
    if (!answered(apart, document.key, &known, err))
        return false;
    if (known)
        return true;
    return envelope_make(flow, plan, &document, &bytes, err) &&
           journal_add(flow->journal, &document, &known, err) &&
           journal_put(flow->journal, document.id, "x12", bytes.text,
                       bytes.size, err);
}

/* A duplicate or foreign interchange is not answered a second time. */
bool
intake_answers(struct apart *apart, const struct part *part, struct err *err)
{
    const struct partner *partner = part->partner;
    bool rejected = part->from && part->from->rejected;

    const struct prepared *first = part->sets;
    bool any = part->any ||
               (first != NULL && (first->document.ordinal > 0 || rejected));

    if (part->from == NULL || partner == NULL || !any)
        return true;
    struct parcel_plan plan = { .partner = partner,
                                .ta1 = part->from->ta1_answer };
    if (plan.ta1 != NULL &&
        !add_answer(apart, part, &plan, part->from->control, err))
        return false;
    plan = (struct parcel_plan){ .partner = partner, .functional_id = "FA" };
    const struct read_answer *answer = part->from->answers;
    for (; answer != NULL; answer = answer->next) {
        plan.set = answer->set;
        if (!add_answer(apart, part, &plan, answer->group, err))
            return false;
    }
    return true;
}

bool
intake_part(struct apart *apart, struct part *part, struct err *err)
{
    if (!journal_add_interchange(apart->flow->journal, &part->row, err))
        return false;
    for (struct prepared *set = part->sets; set != NULL; set = set->next) {
        set->document.interchange = part->row.id;
        if (!add_prepared(apart->flow, set, err))
            return false;
    }
    return intake_answers(apart, part, err) &&
           (part->from == NULL ||
            acknowledge_ta1s(apart->flow, part->partner, part->from, err));
}

/* Whether an interchange that was new when it was judged still is: one of
 * the same batch may have come first. */
static bool
still_first(struct apart *apart, bool *first, struct err *err)
{
    *first = true;
    for (struct part *part = apart->parts; *first && part; part = part->next) {
        enum known known = KNOWN_NOT;
        int64_t id;
        if (part->first &&
            !journal_known(apart->flow->journal, &part->row, &known, &id, err))
            return false;
        *first = known == KNOWN_NOT;
    }
    return true;
}

bool
apart_journal(struct apart *apart, bool *again, struct err *err)
{
    struct interchange *arrival = apart->arrival;
    bool first;

    if (!still_first(apart, &first, err))
        return false;
    *again = !first;
    if (*again)
        return true;
    bool good = true;
    for (struct part *part = apart->parts; good && part; part = part->next)
        good = intake_part(apart, part, err);
    text_copy(arrival->state, sizeof arrival->state, "split");
    return good && journal_set_interchange(apart->flow->journal, arrival, err);
}
