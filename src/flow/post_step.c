/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the inbound documents are posted together, and in what order. */
#include <string.h>

#include "flow/post_private.h"

/* What is matched must see what became of the earlier ones of its order. */
static bool
depends(const struct document *document, const struct document *earlier)
{
    return text_equal(document->partner, earlier->partner) &&
           text_equal(document->set, earlier->set) &&
           ((document->related[0] != '\0' &&
             text_equal(document->related, earlier->related)) ||
            text_equal(document->number, earlier->number));
}

static bool
matched_with(const struct flow *flow, const struct batch *batch,
             const struct document *document)
{
    const struct flow_text *text = text_for_set(flow, document->set);

    if (text == NULL || flow_text_step(text, VERB_MATCH) == NULL)
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (depends(document, &batch->postings[i].document))
            return true;
    return false;
}

/* As many of them as make a batch. */
static void
fill(struct batch *batch, const struct document *documents, size_t count)
{
    batch->count = batch->tried = 0;
    while (batch->count < count && batch->count < batch->flow->post_most &&
           !matched_with(batch->flow, batch, &documents[batch->count])) {
        const struct document *document = &documents[batch->count];
        batch->postings[batch->count++] = (struct posting){
            .batch = batch, .document = *document, .claimed = *document
        };
    }
}

/* What the lease will not last for goes back. */
static bool
yield_all(struct flow *flow, const struct document *documents, size_t count,
          struct err *err)
{
    if (!journal_begin(flow->journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = journal_yield(flow->journal, &documents[i], err);
    good = good && journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

static bool
post_claimed(struct flow *flow, const struct document *documents, size_t count,
             struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct batch batch = { .flow = flow,
                           .arena = arena,
                           .postings = arena_alloc(
                               arena, count * sizeof *batch.postings) };
    int64_t until = when_steady() + LEASE_SECONDS / 2 * INT64_C(1000000000);

    for (size_t at = 0; at < count; at += batch.count) {
        if (when_steady() > until || !work_goes_on(flow))
            return yield_all(flow, documents + at, count - at, err);
        fill(&batch, documents + at, count - at);
        if (!post_batch(&batch, err))
            return false;
    }
    return true;
}

/* Those of one set, as many as its system takes now. */
static bool
claim_set(struct flow *flow, const struct doc_filter *filter, int room,
          struct document *documents, size_t *count, struct err *err)
{
    struct doc_filter forced = *filter;

    /* A flow that runs alone does not wait for its time. */
    force_due(flow, text_for_set(flow, filter->set), &forced);
    *count = 0;
    if (forced.early &&
        !claim_due(flow, &forced, documents, (size_t)room, count, err))
        return false;
    if (*count == 0 &&
        !claim_due(flow, filter, documents, (size_t)room, count, err))
        return false;
    return leave_waiting(flow, documents, count, err);
}

static bool
post_set(struct flow *flow, const struct flow_text *text, unsigned *moved,
         struct err *err)
{
    static struct document documents[BATCH];
    const struct flow_verb_step *step = flow_text_step(text, VERB_POST);
    const struct destination *system =
        step != NULL ? system_destination(flow, step->system) : NULL;
    struct doc_filter filter = { .direction = DIRECTION_IN,
                                 .states =
                                     1U << DOC_QUEUED | 1U << DOC_DEFERRED,
                                 .set = text->what,
                                 .order = step ? step->order : ORDER_LANE,
                                 .due_only = true };
    int room =
        system == NULL ? BATCH : destination_room(system, when_now(), BATCH);
    size_t count;

    if (room == 0) {
        filter.states = 1U << DOC_QUEUED;
        filter.due_only = false;
        return say_why(flow, system, &filter, err);
    }
    if (!claim_set(flow, &filter, room, documents, &count, err))
        return false;
    *moved += (unsigned)count;
    return count == 0 ? say_behind(flow, &filter, err)
                      : post_claimed(flow, documents, count, err);
}

/* Those that no flow posts. */
static bool
post_others(struct flow *flow, unsigned *moved, struct err *err)
{
    static struct document documents[BATCH];
    const struct doc_filter filter = { .direction = DIRECTION_IN,
                                       .states = 1U << DOC_QUEUED |
                                                 1U << DOC_DEFERRED,
                                       .due_only = true };
    size_t count, kept = 0;

    if (!claim_due(flow, &filter, documents, BATCH, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (text_for_set(flow, documents[i].set) != NULL) {
            if (!yield_all(flow, &documents[i], 1, err))
                return false;
        } else {
            documents[kept++] = documents[i];
        }
    *moved += (unsigned)kept;
    return kept == 0 || post_claimed(flow, documents, kept, err);
}

/* Receipts before the invoices that wait for them. */
static int
turn_of(const struct flow_text *text)
{
    static const char *const first[] = { "997", "999", "856" };
    int turn = 0;

    while (turn < (int)(sizeof first / sizeof first[0]) &&
           !text_equal(text->what, first[turn]))
        turn++;
    return turn;
}

bool
step_post(struct flow *flow, unsigned *moved, struct err *err)
{
    enum { TURNS = 4 };

    for (int turn = 0; turn < TURNS; turn++)
        for (const struct flow_text *text = flow->texts; text;
             text = text->next) {
            if (text->system == NULL && turn_of(text) == turn &&
                !post_set(flow, text, moved, err))
                return false;
        }
    return *moved > 0 || post_others(flow, moved, err);
}
