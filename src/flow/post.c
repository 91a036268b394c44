/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound documents change a system. Each posting is an effect: intended and
 * attempted in one commit before the request, settled in another. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

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

static const struct flow_verb_step *
post_step(struct flow *flow, const struct document *document,
          const struct flow_text **text)
{
    *text = text_for_set(flow, document->set);
    return *text ? flow_text_step(*text, VERB_POST) : NULL;
}

static void
posting_effect(const struct document *document,
               const struct flow_verb_step *step, struct effect *effect)
{
    *effect = (struct effect){ .document = document->id };
    text_copy(effect->kind, sizeof effect->kind, step->what);
    text_copy(effect->target, sizeof effect->target, step->system);
    text_copy(effect->key, sizeof effect->key, document->key);
}

static bool
begin_posting(struct flow *flow, struct document *document,
              struct effect *effect, struct err *err)
{
    struct journal *journal = flow->journal;
    enum doc_state from = document->state;

    if (!journal_begin(journal, err))
        return false;
    document->state = DOC_WORKING;
    bool good = journal_intend(journal, effect, err) &&
                journal_attempt(journal, effect, err) &&
                journal_advance(journal, document, from, "posting",
                                effect->target, err) &&
                journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    return good;
}

static void
apply_result(struct flow *flow, struct document *document,
             struct effect *effect, enum pushed pushed,
             const struct push_result *result, const struct err *failed)
{
    switch (pushed) {
    case PUSH_DONE:
        posted_mark(document, result);
        effect->state = EFFECT_DONE;
        text_copy(effect->number, sizeof effect->number, result->number);
        text_copy(effect->evidence, sizeof effect->evidence, result->note);
        return;
    case PUSH_HELD:
        trouble_hold(document, failed->kind != ERR_NONE ? failed->code : TP7031,
                     NULL, "%s",
                     failed->kind != ERR_NONE ? failed->text : result->note);
        if (result->waits_for[0] != '\0')
            trouble_waits(document, result->waits_for);
        document->posted = POSTED_HELD;
        effect->state = EFFECT_FAILED;
        break;
    case PUSH_FAILED:
        trouble(flow, document, TROUBLE_POST, failed);
        effect->state =
            document->state == DOC_UNKNOWN ? EFFECT_UNKNOWN : EFFECT_FAILED;
        break;
    case PUSH_UNKNOWN:
        trouble(flow, document, TROUBLE_POST, failed);
        document->state = DOC_UNKNOWN;
        effect->state = EFFECT_UNKNOWN;
        break;
    }
    text_copy(effect->evidence, sizeof effect->evidence, document->reason);
}

static bool
end_posting(struct flow *flow, struct document *document, struct effect *effect,
            struct err *err)
{
    struct journal *journal = flow->journal;
    bool done = document->state == DOC_DONE;

    if (!journal_begin(journal, err))
        return false;
    bool good =
        journal_settle(journal, effect, err) &&
        journal_advance(journal, document, DOC_WORKING,
                        done ? "posted" : doc_state_name(document->state),
                        done ? document->evidence : document->reason, err) &&
        (!done || posted_after(flow, document, err)) &&
        journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    return good;
}

/* True when it may be posted; else the document is on hold. */
static bool
matches(struct flow *flow, const struct flow_text *text,
        struct document *document, const struct record *record,
        struct err *failed)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    bool good = true;

    if (flow_text_step(text, VERB_MATCH) != NULL &&
        !(document->code >= TP7032 && document->code <= TP7038))
        good = match_invoice(flow, document, record, found, failed);
    if (good)
        good = !trouble_hold_for(document, found);
    else {
        system_failed(flow, NULL, failed);
        trouble(flow, document, TROUBLE_POST, failed);
    }
    arena_free(&arena);
    return good;
}

static bool
post_record(struct flow *flow, struct document *document,
            const struct flow_verb_step *step, const struct record *record,
            struct err *err)
{
    struct push_result result = { .number = "" };
    struct err failed = { 0 };
    struct effect effect;
    enum pushed pushed = PUSH_FAILED;

    posting_effect(document, step, &effect);
    if (!begin_posting(flow, document, &effect, err))
        return false;
    struct system *system = system_by_name(flow, step->system, &failed);
    if (system != NULL)
        pushed = system->ops->push(system, step->what, record, document->key,
                                   &result, &failed);
    if (pushed == PUSH_FAILED)
        system_failed(flow, step->system, &failed);
    apply_result(flow, document, &effect, pushed, &result, &failed);
    return end_posting(flow, document, &effect, err);
}

static bool
advance_held(struct flow *flow, struct document *document, enum doc_state from,
             struct err *err)
{
    document->posted = POSTED_HELD;
    return journal_advance(flow->journal, document, from,
                           doc_state_name(document->state), document->reason,
                           err);
}

static bool
acknowledge_one(struct flow *flow, struct document *document,
                const struct record *record, struct err *err)
{
    enum doc_state from = document->state;

    if (!journal_begin(flow->journal, err))
        return false;
    document->state = DOC_WORKING;
    bool good = journal_advance(flow->journal, document, from, "acknowledging",
                                "", err) &&
                acknowledge(flow, document, record, err) &&
                journal_advance(flow->journal, document, DOC_WORKING, "applied",
                                document->evidence, err) &&
                journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

static bool
post_one(struct flow *flow, struct document *document, struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    enum doc_state from = document->state;
    struct err failed = { 0 };
    const struct flow_text *text;
    const struct flow_verb_step *step = post_step(flow, document, &text);

    if (!document_record(flow, document, &record, &failed)) {
        trouble(flow, document, TROUBLE_POST, &failed);
        return advance_held(flow, document, from, err);
    }
    if (text != NULL && flow_text_step(text, VERB_ACKNOWLEDGE) != NULL)
        return acknowledge_one(flow, document, record, err);
    if (step == NULL) {
        trouble_hold(document, TP7021, NULL, "no flow posts %s", document->set);
        return advance_held(flow, document, from, err);
    }
    if (from == DOC_QUEUED)
        hold_cancellation(document);
    if (document->state == DOC_HELD)
        return advance_held(flow, document, from, err);
    if (!matches(flow, text, document, record, &failed))
        return advance_held(flow, document, from, err);
    return post_record(flow, document, step, record, err);
}

/* Receipts before the invoices that wait for them. */
bool
step_post(struct flow *flow, unsigned *moved, struct err *err)
{
    static const char *const order[] = { "997", "999", "856", NULL };
    static struct document documents[BATCH];
    struct doc_filter filter = { .direction = DIRECTION_IN,
                                 .states =
                                     1U << DOC_QUEUED | 1U << DOC_DEFERRED,
                                 .due_only = true };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        size_t count;
        filter.set = order[i];
        if (!journal_claim(flow->journal, &filter, LEASE_SECONDS, documents,
                           BATCH, &count, err))
            return false;
        for (size_t at = 0; at < count; at++) {
            struct document *document = &documents[at];
            int64_t lease = document->lease;
            if (document->state == DOC_DEFERRED) {
                document->state = DOC_QUEUED;
                if (!journal_advance(flow->journal, document, DOC_DEFERRED,
                                     "queued", "due again", err))
                    return false;
            }
            if (!post_one(flow, document, err) &&
                !set_aside(flow, document->id, lease, err))
                return false;
        }
        *moved += (unsigned)count;
    }
    return true;
}

/* Not found is believed only after the server's longest execution time: it
 * may commit after we looked. */
static bool
too_early(struct flow *flow, const struct document *document,
          const struct flow_verb_step *step, const struct system *system,
          moment *again, struct err *err)
{
    struct arena *arena = arena_new();
    struct effect *effects;
    size_t count = 0;
    long settle = conf_seconds(conf_system(flow->conf, step->system), "settle",
                               system->ops->settle_seconds);

    *again = 0;
    bool good = journal_effects(flow->journal, document->id, arena, &effects,
                                &count, err);
    for (size_t i = 0; good && i < count; i++)
        if (text_equal(effects[i].kind, step->what) &&
            effects[i].attempted + (moment)settle * 1000 > when_now())
            *again = effects[i].attempted + (moment)settle * 1000;
    arena_free(&arena);
    return good;
}

bool
ask_system(struct flow *flow, struct document *document, int *found,
           struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    struct push_result result = { .number = "" };
    const struct flow_text *text;
    const struct flow_verb_step *step = post_step(flow, document, &text);
    moment again;
    bool there = false;

    if (step == NULL)
        return err_set(err, TP7021, "no flow posts %s", document->set);
    struct system *system = system_by_name(flow, step->system, err);
    if (system == NULL || !document_record(flow, document, &record, err))
        return false;
    if (!system->ops->find(system, step->what, record, document->key, &there,
                           &result, err)) {
        system_failed(flow, step->system, err);
        return false;
    }
    *found = there;
    if (there) {
        posted_mark(document, &result);
        return true;
    }
    if (!too_early(flow, document, step, system, &again, err))
        return false;
    if (again == 0)
        return true;
    err_set_kind(err, TP7034, ERR_THROTTLED,
                 "not there yet; believed only after the quiet period");
    err->retry_after_seconds = (int)((again - when_now()) / 1000) + 1;
    return false;
}
