/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound documents change a system, in batches. Each posting is an effect,
 * and each batch goes like this:
 *
 *   look          read, and match with the order: no transaction is open
 *   one commit    effects intended and attempted, documents working; what is
 *                 held, and acknowledgements
 *   requests      in the order of their arrival, several at a time, but for
 *                 those about the same thing (post_turns.c)
 *   one commit    effects settled, documents done, deferred, held, unknown
 *
 * A crash in between leaves working documents whose effects are attempted: the
 * system is asked about each. Therefore a batch is no longer than what is
 * posted in some seconds; what it did not come to is put back. */
#include "flow/post_private.h"

#include <string.h>

#include "base/log.h"

enum {
    BATCH_BYTES = 512 * 1024, /* of records as they lie in the journal */
    WANTED_MS = 2000,         /* how long the requests of one batch take */
    SETTLE_PART = 10          /* and at most, of the time until doubt ends */
};

static void
posting_effect(const struct document *document,
               const struct flow_verb_step *step, struct effect *effect)
{
    *effect = (struct effect){ .document = document->id };
    text_copy(effect->kind, sizeof effect->kind, step->what);
    text_copy(effect->target, sizeof effect->target, step->system);
    text_copy(effect->key, sizeof effect->key, document->key);
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

/* What the document's failure is judged by: when the door is shut it is none
 * of its own. */
static void
judge_by(struct flow *flow, const char *system, moment before)
{
    flow->attempt = (struct attempt){ system_destination(flow, system),
                                      !system_rests(flow, system), before };
}

/* True when it may be posted; else the document is on hold. */
static bool
matches(struct flow *flow, struct posting *posting)
{
    const struct flow_text *text = posting->text;
    struct document *document = &posting->document;
    struct err *failed = &posting->failed;
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    bool good = true;

    if (flow_text_step(text, VERB_MATCH) != NULL && !accepted_match(document))
        good = match_invoice(flow, document, posting->record, found, failed);
    if (good) {
        system_worked(flow, NULL, false);
        good = !trouble_hold_for(document, found);
    } else {
        system_failed(flow, NULL, document->id, failed);
        judge_by(flow, NULL, posting->claimed.updated);
        trouble(flow, document, TROUBLE_POST, failed);
        flow->attempt.destination = NULL;
    }
    arena_free(&arena);
    return good;
}

/* ---- look: what is to be done with each */

static void
read_one(struct posting *posting, size_t *bytes)
{
    struct flow *flow = posting->batch->flow;
    size_t size;

    posting->step = post_step(flow, &posting->document, &posting->text);
    posting->way = POST_HELD;
    if (!document_record_sized(flow, &posting->document, &posting->record,
                               &size, &posting->failed))
        return;
    *bytes += size;
    posting_alone(posting);
}

static void
look(struct posting *posting)
{
    struct flow *flow = posting->batch->flow;
    struct document *document = &posting->document;
    struct err *failed = &posting->failed;
    bool held;

    document->state = DOC_QUEUED;
    if (posting->record == NULL) {
        trouble(flow, document, TROUBLE_POST, failed);
        return;
    }
    if (posting->text != NULL &&
        flow_text_step(posting->text, VERB_ACKNOWLEDGE) != NULL) {
        posting->way = POST_ACKNOWLEDGE;
        return;
    }
    if (posting->step == NULL) {
        trouble_hold(document, TP7021, NULL, "no flow posts %s", document->set);
        return;
    }
    hold_cancellation(document);
    if (document->state == DOC_HELD)
        return;
    if (!restored_waits(flow, document, &held, failed))
        trouble(flow, document, TROUBLE_POST, failed);
    if (document->state != DOC_QUEUED || !matches(flow, posting))
        return;
    posting->way = POST_PUSH;
    posting_effect(document, posting->step, &posting->effect);
}

static bool
is_strict(const struct posting *posting)
{
    return posting->step != NULL && posting->step->order == ORDER_STRICT;
}

/* Under a strict order one that does not come to its end stops those behind
 * it. */
static bool
is_stopped(const struct posting *posting)
{
    if (!is_strict(posting))
        return false;
    for (const struct posting *p = posting->batch->postings; p < posting; p++)
        if (p->way != POST_ACKNOWLEDGE && p->document.state != DOC_DONE &&
            (p->way != POST_PUSH || p->tried || p->back) &&
            text_equal(p->document.partner, posting->document.partner) &&
            text_equal(p->document.set, posting->document.set))
            return true;
    return false;
}

static bool
may_look(struct posting *posting)
{
    if (!is_stopped(posting))
        return true;
    posting->way = POST_YIELD;
    return false;
}

static const char *
system_of(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->postings[i].step != NULL)
            return batch->postings[i].step->system;
    return NULL;
}

/* The system may read for all of them what each would ask for. */
static void
look_ahead(const struct batch *batch)
{
    struct err ignored = { 0 };
    const char *name = system_of(batch), *what = NULL;
    struct system *system =
        name != NULL ? system_by_name(batch->flow, name, &ignored) : NULL;
    struct system_push *pushes =
        arena_alloc(batch->arena, (batch->count + 1) * sizeof *pushes);
    size_t count = 0;

    if (system == NULL || system->ops->look_ahead == NULL)
        return;
    for (size_t i = 0; i < batch->count; i++) {
        const struct posting *posting = &batch->postings[i];
        if (posting->record == NULL || posting->step == NULL)
            continue;
        what = posting->step->what;
        pushes[count++] =
            (struct system_push){ posting->record, posting->document.key };
    }
    if (what != NULL)
        system->ops->look_ahead(system, what, pushes, count);
}

/* Large records end the batch: the rest of it comes in the next one. */
static void
look_all(struct batch *batch)
{
    size_t bytes = 0;

    for (size_t i = 0; i < batch->count; i++) {
        read_one(&batch->postings[i], &bytes);
        if (bytes > BATCH_BYTES)
            batch->count = i + 1;
    }
    look_ahead(batch);
    post_turns(batch, post_at_once(batch->flow, NULL), may_look, look);
}

/* ---- one commit for all of a batch */

typedef bool stage(struct flow *, struct posting *, struct err *);

static bool
together(struct flow *flow, struct posting *postings, size_t count, stage *one,
         struct err *err)
{
    if (!journal_begin(flow->journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = one(flow, &postings[i], err);
    good = good && journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

/* When one fails, each goes on its own, and the one is set aside. */
static bool
one_by_one(const struct batch *batch, const struct posting *before, stage *one,
           struct err *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct posting *posting = &batch->postings[i];
        *posting = before[i];
        if (together(batch->flow, posting, 1, one, err))
            continue;
        if (!set_aside(batch->flow, before[i].document.id,
                       before[i].document.lease, err))
            return false;
        posting->way = POST_YIELD;
        posting->document.lease = 0;
    }
    return true;
}

static bool
all(const struct batch *batch, stage *one, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct posting *before = arena_copy(
        arena, batch->postings, batch->count * sizeof *batch->postings);

    if (together(batch->flow, batch->postings, batch->count, one, err))
        return true;
    if (!is_stuck(err))
        return false;
    err_clear(err);
    return one_by_one(batch, before, one, err);
}

static bool
become_queued(struct flow *flow, struct document *document, struct err *err)
{
    enum doc_state then = document->state;

    document->state = DOC_QUEUED;
    if (!journal_advance(flow->journal, document, DOC_DEFERRED, "queued",
                         "due again", err))
        return false;
    document->state = then;
    return true;
}

static bool
begin_acknowledging(struct flow *flow, struct posting *posting, struct err *err)
{
    struct document *document = &posting->document;

    document->state = DOC_WORKING;
    return journal_advance(flow->journal, document, DOC_QUEUED, "acknowledging",
                           "", err) &&
           acknowledge(flow, document, posting->record, err) &&
           journal_advance(flow->journal, document, DOC_WORKING, "applied",
                           document->evidence, err);
}

static bool
begin_one(struct flow *flow, struct posting *posting, struct err *err)
{
    struct document *document = &posting->document;
    struct journal *journal = flow->journal;

    if (posting->way == POST_YIELD)
        return journal_yield(journal, document, err);
    if (posting->claimed.state == DOC_DEFERRED &&
        !become_queued(flow, document, err))
        return false;
    if (posting->way == POST_ACKNOWLEDGE)
        return begin_acknowledging(flow, posting, err);
    if (posting->way == POST_HELD) {
        document->posted = POSTED_HELD;
        return journal_advance(journal, document, DOC_QUEUED,
                               doc_state_name(document->state),
                               document->reason, err);
    }
    document->state = DOC_WORKING;
    return journal_intend(journal, &posting->effect, err) &&
           journal_attempt(journal, &posting->effect, err) &&
           journal_advance(journal, document, DOC_QUEUED, "posting",
                           posting->effect.target, err);
}

static bool
end_one(struct flow *flow, struct posting *posting, struct err *err)
{
    struct document *document = &posting->document;
    bool done = document->state == DOC_DONE;

    if (posting->way != POST_PUSH)
        return true;
    const char *what = done ? "posted" : doc_state_name(document->state);
    const char *detail = done             ? document->evidence
                         : posting->tried ? document->reason
                                          : posting->effect.evidence;
    return journal_settle(flow->journal, &posting->effect, err) &&
           journal_advance(flow->journal, document, DOC_WORKING, what, detail,
                           err) &&
           (!done || posted_after(flow, document, err));
}

/* ---- requests */

static void
push(struct posting *posting)
{
    struct flow *flow = posting->batch->flow;
    const char *name = posting->step->system;
    struct system *system = system_by_name(flow, name, &posting->failed);

    posting->pushed = PUSH_FAILED;
    if (system != NULL)
        posting->pushed = system->ops->push(
            system, posting->step->what, posting->record, posting->document.key,
            &posting->result, &posting->failed);
    if (posting->pushed == PUSH_FAILED || posting->pushed == PUSH_UNKNOWN)
        system_failed(flow, name, posting->document.id, &posting->failed);
    else
        system_worked(flow, name, true);
    judge_by(flow, name, posting->claimed.updated);
    apply_result(flow, &posting->document, &posting->effect, posting->pushed,
                 &posting->result, &posting->failed);
    flow->attempt.destination = NULL;
}

static void
put_back(struct posting *posting)
{
    posting->back = true;
    posting->document.state = DOC_QUEUED;
    posting->effect.state = EFFECT_FAILED;
    text_copy(posting->effect.evidence, sizeof posting->effect.evidence,
              "not tried: the batch ended before its turn");
}

static int64_t
spent_ms(const struct batch *batch)
{
    return (when_steady() - batch->begun) / 1000000;
}

static bool
is_late(const struct posting *posting)
{
    struct flow *flow = posting->batch->flow;
    struct err ignored = { 0 };
    const struct system *system =
        system_by_name(flow, posting->step->system, &ignored);

    return system != NULL &&
           spent_ms(posting->batch) >
               post_settle_seconds(flow, posting->step->system, system) * 1000 /
                   SETTLE_PART;
}

/* The first is tried in any case. */
static bool
may_push(struct posting *posting)
{
    struct batch *batch = posting->batch;

    if (posting->way != POST_PUSH)
        return false;
    if (batch->tried > 0 &&
        (is_late(posting) || is_stopped(posting) ||
         !work_goes_on(batch->flow) ||
         system_rests(batch->flow, posting->step->system))) {
        put_back(posting);
        return false;
    }
    posting->tried = true;
    batch->tried++;
    return true;
}

static void
push_all(struct batch *batch)
{
    struct flow *flow = batch->flow;

    batch->begun = when_steady();
    post_turns(batch, post_at_once(flow, system_of(batch)), may_push, push);
    if (spent_ms(batch) > WANTED_MS)
        flow->post_most = (flow->post_most + 1) / 2;
    else if (batch->tried == flow->post_most && batch->tried < BATCH)
        flow->post_most *= 2;
}

bool
post_batch(struct batch *batch, struct err *err)
{
    look_all(batch);
    bool good = all(batch, begin_one, err);
    if (good) {
        push_all(batch);
        good = all(batch, end_one, err);
    }
    for (size_t i = 0; i < batch->count; i++)
        record_free(&batch->postings[i].record);
    return good;
}
