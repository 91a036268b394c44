/* SPDX-License-Identifier: Apache-2.0 */
/* Outbound: records become X12 that the partner's guide allows, numbered and
 * queued in one commit. */
#include "flow/flow_private.h"

#include <string.h>

#include "x12/read.h"

struct making {
    struct document document;
    struct route *route;
    struct x12_set *set; /* NULL: the document is on hold or ignored */
    struct buf findings;
};

static struct route *
find_route(struct flow *flow, struct making *making)
{
    const struct partner *partner =
        partner_by_code(flow->conf, making->document.partner);
    struct route *route =
        partner ? route_of(flow, partner, making->document.set, DIRECTION_OUT)
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

static bool
make_set(struct flow *flow, struct making *making, struct arena *arena,
         struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;
    struct code_user user = { flow, making->route->partner };
    struct problems *found = problems_new(arena);
    struct map_codes codes = codes_of(&user);

    if (!document_record(flow, &making->document, &record, err))
        return false;
    if (wants_approval(flow, making, record))
        return true;
    complete(making, record);
    if (!resolve_record(flow, making->route->partner, record, found, err))
        return false;
    if (problems_errors(found) == 0 &&
        !map_write(making->route->map, record, &codes, arena, found,
                   &making->set, err))
        return false;
    if (making->set != NULL)
        making->set->version = making->route->set->version;
    problems_text(found, &making->findings);
    if (trouble_hold_for(&making->document, found))
        making->set = NULL;
    return true;
}

static const struct x12_guide *
route_guide(void *user, const struct x12_group *group, const char *set_id)
{
    const struct making *making = user;

    (void)group;
    return text_equal(set_id, making->document.set) ? making->route->guide
                                                    : NULL;
}

/* What is about to leave is read back and held to the partner's guide. */
static void
check_bytes(struct making *making, const struct buf *bytes, struct arena *arena)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = route_guide;
    options.user = making;
    const struct x12_file *file =
        x12_read(arena, buf_text(bytes), bytes->size, &options);
    BUG_IF(file->interchanges == NULL || file->interchanges->groups == NULL ||
           file->interchanges->groups->results == NULL);
    const struct x12_result *result = file->interchanges->groups->results;
    CLEANUP(buf_free) struct buf text = { 0 };
    for (const struct x12_finding *f = result->findings; f; f = f->next) {
        x12_finding_json(f, &making->findings);
        buf_addc(&making->findings, '\n');
        if (f->severity != X12_REJECT || text.size > 0)
            continue;
        x12_finding_text(f, &text);
        trouble_hold(&making->document, TP7015, NULL, "%s", buf_text(&text));
    }
    making->document.valid = result->count > 0 ? VALID_WARN : VALID_OK;
    if (text.size > 0)
        making->document.valid = VALID_BAD;
}

static struct parcel_plan
plan_of(const struct making *making)
{
    return (struct parcel_plan){ .partner = making->route->partner,
                                 .functional_id =
                                     x12_guide_group(making->route->guide),
                                 .set = making->set };
}

/* A trial writing shows what the guide refuses before a number is spent. */
static bool
try_bytes(struct flow *flow, struct making *making, struct arena *arena)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct parcel_plan plan = plan_of(making);
    struct err err = { 0 };

    if (!envelope_try(&plan, &making->document, &bytes, &err)) {
        trouble(flow, &making->document, TROUBLE_TRANSLATE, &err);
        return false;
    }
    check_bytes(making, &bytes, arena);
    return making->document.valid != VALID_BAD;
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

static void
prepare(struct flow *flow, struct making *making, struct arena *arena)
{
    struct err err = { 0 };

    making->route = find_route(flow, making);
    if (making->route == NULL)
        return;
    if (!make_set(flow, making, arena, &err)) {
        making->set = NULL;
        trouble(flow, &making->document, TROUBLE_TRANSLATE, &err);
        return;
    }
    if (making->set != NULL && !try_bytes(flow, making, arena))
        making->set = NULL;
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
    size_t count;

    bool good = claim_due(flow, &filter, claimed, BATCH, &count, err);
    struct making *makings =
        arena_alloc(arena, (good ? count : 0) * sizeof *makings + 1);
    for (size_t i = 0; good && i < count; i++) {
        makings[i].document = claimed[i];
        prepare(flow, &makings[i], arena);
    }
    good = good && (count == 0 || settle_all(flow, makings, count, err));
    for (size_t i = 0; good && i < count; i++)
        buf_free(&makings[i].findings);
    if (good)
        *moved += (unsigned)count;
    arena_free(&arena);
    return good;
}
