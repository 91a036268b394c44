/* SPDX-License-Identifier: Apache-2.0 */
/* What a posting leads to, and whether one in doubt has happened. */
#include "flow/flow_private.h"

#include <string.h>

void
posted_mark(struct document *document, const struct push_result *result)
{
    document->state = DOC_DONE;
    document->posted =
        text_equal(result->state, "draft") ? POSTED_DRAFT : POSTED_POSTED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    document->attempts = 0;
    text_copy(document->system_number, sizeof document->system_number,
              result->number);
    text_copy(document->evidence, sizeof document->evidence, result->note);
}

/* Invoices that wait for this receipt go on. */
static bool
wake_invoices(struct flow *flow, const struct document *document,
              struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    const json_t *order;
    size_t i, count;

    if (!document_record(flow, document, &record, err))
        return false;
    json_array_foreach(record_node(record, "orders"), i, order)
    {
        char fact[160];
        const char *number = node_text(order, "po_number");
        text_format(fact, sizeof fact, "receipt:%s:%s", document->partner,
                    number ? number : "");
        if (!journal_release_waiting(flow->journal, fact, &count, err))
            return false;
    }
    return true;
}

/* So do the order's credit memos that wait for this bill. */
static bool
wake_credits(struct flow *flow, const struct document *document,
             struct err *err)
{
    char fact[160];
    size_t count;

    text_format(fact, sizeof fact, "bill:%s:%s", document->partner,
                document->related);
    return journal_release_waiting(flow->journal, fact, &count, err);
}

bool
posted_after(struct flow *flow, const struct document *document,
             struct err *err)
{
    if (text_equal(document->kind, "shipment"))
        return wake_invoices(flow, document, err);
    if (text_equal(document->kind, "invoice"))
        return wake_credits(flow, document, err);
    return true;
}

const struct flow_verb_step *
post_step(struct flow *flow, const struct document *document,
          const struct flow_text **text)
{
    *text = text_for_set(flow, document->set);
    return *text ? flow_text_step(*text, VERB_POST) : NULL;
}

long
post_settle_seconds(const struct flow *flow, const char *name,
                    const struct system *system)
{
    return conf_seconds(conf_system(flow->conf, name), "settle",
                        system->ops->settle_seconds);
}

bool
ask_system(struct flow *flow, struct document *document, int *found,
           struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    struct push_result result = { .number = "" };
    const struct flow_text *text;
    const struct flow_verb_step *step = post_step(flow, document, &text);
    bool there = false;

    if (step == NULL)
        return err_set(err, TP7021, "no flow posts %s", document->set);
    struct system *system = system_by_name(flow, step->system, err);
    if (system == NULL || !document_record(flow, document, &record, err))
        return false;
    if (!system->ops->find(system, step->what, record, document->key, &there,
                           &result, err)) {
        system_failed(flow, step->system, document->id, err);
        return false;
    }
    system_worked(flow, step->system, false);
    *found = there;
    if (there) {
        posted_mark(document, &result);
        return true;
    }
    /* A tenth more, since the request of a batch leaves up to that much after
     * it was noted. */
    return is_settled(
        flow, document, step->what,
        (moment)post_settle_seconds(flow, step->system, system) * 1100, err);
}
