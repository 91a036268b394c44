/* SPDX-License-Identifier: Apache-2.0 */
/* Outbound: records become X12 that the partner's guide allows, numbered and
 * queued in one commit. */
#include "flow/flow_private.h"

#include <string.h>

struct making {
    struct document document;
    struct route *route;
    struct x12_set *set; /* NULL: the document is on hold or ignored */
    const char *group;   /* GS01 */
    struct buf findings;
};

static struct route *
find_route(struct flow *flow, struct making *making)
{
    const struct partner *partner =
        partner_by_code(flow->conf, making->document.partner);
    struct route *route = partner ? routes_find(flow->routes, partner,
                                                making->document.set, ROUTE_OUT)
                                  : NULL;

    if (route == NULL || route->map == NULL)
        trouble_hold(&making->document, TP7013, NULL,
                     "partner '%s' is not set up to be sent %s",
                     making->document.partner, making->document.set);
    return route && route->map ? route : NULL;
}

/* A step with a condition that holds for this record: a person decides. */
static bool
wants_approval(struct flow *flow, struct making *making,
               const struct record *record)
{
    const struct flow_text *text = text_for_origin(flow, &making->document);
    const struct flow_verb_step *step = text ? text->steps : NULL;
    const struct flow_when *failed;

    for (; step != NULL; step = step->next) {
        if (step->verb != VERB_APPROVE || making->document.code == TP7014 ||
            !conditions_met(flow, step->when, making->route->partner,
                            &making->document, record, &failed))
            continue;
        trouble_hold(&making->document, TP7014, NULL,
                     "waits for approval by %s", step->what);
        return true;
    }
    return false;
}

/* Purpose and partner numbers are ours to say. */
static void
complete(struct making *making, struct record *record)
{
    const struct partner *partner = making->route->partner;

    record_set(record, "purpose", making->document.purpose);
    if (record_text(record, "vendor") == NULL && partner->vendor != NULL &&
        record->kind == RECORD_ORDER)
        record_set(record, "vendor", partner->vendor);
}

/* What is about to leave was read back as the partner would read it. */
static void
judge_made(struct flow *flow, struct making *making, const struct made *made)
{
    struct document *document = &making->document;

    problems_text(made->found, &making->findings);
    if (made->failed.kind != ERR_NONE) {
        trouble(flow, document, TROUBLE_TRANSLATE, &made->failed);
        return;
    }
    buf_adds(&making->findings, made->findings);
    if (trouble_hold_for(document, made->found))
        return;
    document->valid = made->count > 0 ? VALID_WARN : VALID_OK;
    if (made->why[0] != '\0') {
        document->valid = VALID_BAD;
        trouble_hold(document, TP7015, NULL, "%s", made->why);
        return;
    }
    making->set = made->set;
    making->group = made->group;
}

static bool
make_set(struct flow *flow, struct making *making, struct arena *arena,
         struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    const struct partner *partner = making->route->partner;
    struct problems *found = problems_new(arena);
    const struct read_handler handler = { .code = answer_code,
                                          .code_user = flow };
    struct make_job job = { .partner = partner->code,
                            .set = making->route->set->set,
                            .test = making->document.test };
    struct made made;

    if (!document_record(flow, &making->document, &record, err))
        return false;
    if (wants_approval(flow, making, record))
        return true;
    complete(making, record);
    if (!resolve_record(flow, partner, record, found, err))
        return false;
    problems_text(found, &making->findings);
    if (trouble_hold_for(&making->document, found))
        return true;
    job.record = record;
    if (!translator_make(flow->translator, &job, &handler, arena, &made, err))
        return false;
    judge_made(flow, making, &made);
    return true;
}

static struct parcel_plan
plan_of(const struct making *making)
{
    return (struct parcel_plan){ .partner = making->route->partner,
                                 .functional_id = making->group,
                                 .set = making->set };
}

/* What its flow has a cut-off time for is expected to have left by then. */
static bool
expect_leaving(struct flow *flow, const struct document *document,
               struct err *err)
{
    const struct flow_text *text = text_for_origin(flow, document);
    struct expectation expectation = { .document = document->id };

    if (text != NULL)
        expectation.due = schedule_cutoff(
            &text->schedule,
            schedule_may_leave(&text->schedule, document->created));
    if (expectation.due == 0)
        return true;
    text_copy(expectation.partner, sizeof expectation.partner,
              document->partner);
    text_copy(expectation.what, sizeof expectation.what, "leave");
    return journal_expect(flow->journal, &expectation, err);
}

static bool
queue(struct flow *flow, struct making *making, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct document *document = &making->document;
    struct parcel_plan plan = plan_of(making);

    if (!envelope_make(flow, &plan, document, &bytes, err))
        return false;
    text_copy(document->version, sizeof document->version,
              making->set->version);
    text_copy(document->texts, sizeof document->texts, making->route->texts);
    document->state = DOC_TRANSLATED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    document->delivered = DELIVERED_QUEUED;
    if (!journal_put(flow->journal, document->id, "x12", bytes.text, bytes.size,
                     err) ||
        !journal_advance(flow->journal, document, DOC_RECEIVED, "translated",
                         "X12 made and checked", err))
        return false;
    document->state = DOC_QUEUED;
    document->due = 0;
    return journal_advance(flow->journal, document, DOC_TRANSLATED, "queued",
                           "", err) &&
           expect_leaving(flow, document, err);
}

static bool
settle(struct flow *flow, struct making *making, struct err *err)
{
    struct document *document = &making->document;

    if (making->findings.size > 0 &&
        !journal_put(flow->journal, document->id, "findings",
                     making->findings.text, making->findings.size, err))
        return false;
    if (making->set != NULL)
        return queue(flow, making, err);
    return journal_advance(flow->journal, document, DOC_RECEIVED,
                           doc_state_name(document->state), document->reason,
                           err);
}

/* False when nothing can be translated here any more. */
static bool
prepare(struct flow *flow, struct making *making, struct arena *arena,
        struct err *err)
{
    struct err failed = { 0 };

    making->route = find_route(flow, making);
    if (making->route == NULL || make_set(flow, making, arena, &failed))
        return true;
    making->set = NULL;
    if (failed.code == TP7082) {
        *err = failed;
        return false;
    }
    trouble(flow, &making->document, TROUBLE_TRANSLATE, &failed);
    return true;
}

/* All in one commit; when one of them fails, each on its own. */
static bool
settle_together(struct flow *flow, struct making *makings, size_t count,
                struct err *err)
{
    if (!journal_begin(flow->journal, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!settle(flow, &makings[i], err))
            return false;
    return journal_commit(flow->journal, err);
}

static bool
settle_all(struct flow *flow, struct making *makings, size_t count,
           struct err *err)
{
    struct arena *arena = arena_new();
    struct document *before = arena_alloc(arena, count * sizeof *before);

    for (size_t i = 0; i < count; i++)
        before[i] = makings[i].document;
    bool good = settle_together(flow, makings, count, err);
    if (!good)
        journal_abandon(flow->journal);
    if (!good && is_stuck(err)) {
        err_clear(err);
        good = true;
        for (size_t i = 0; good && i < count; i++) {
            makings[i].document = before[i];
            good = settle_together(flow, &makings[i], 1, err) ||
                   set_aside(flow, before[i].id, before[i].lease, err);
        }
    }
    arena_free(&arena);
    return good;
}

bool
step_translate(struct flow *flow, unsigned *moved, struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_RECEIVED,
                                 .due_only = true };
    static struct document claimed[BATCH];
    struct arena *arena = arena_new();
    size_t count = 0;

    bool good = claim_due(flow, &filter, claimed, BATCH, &count, err);
    struct making *makings = arena_alloc(arena, count * sizeof *makings + 1);
    for (size_t i = 0; good && i < count; i++) {
        makings[i].document = claimed[i];
        good = prepare(flow, &makings[i], arena, err);
    }
    good = good && (count == 0 || settle_all(flow, makings, count, err));
    for (size_t i = 0; i < count; i++)
        buf_free(&makings[i].findings);
    if (good)
        *moved += (unsigned)count;
    arena_free(&arena);
    return good;
}
