/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound: one checked set becomes a record with our numbers in it. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

void
prepared_free(struct prepared *prepared)
{
    record_free(&prepared->record);
    buf_free(&prepared->findings);
}

static void
describe(const struct partner *partner,
         const struct read_interchange *interchange, const struct read_set *set,
         struct document *document)
{
    document->direction = DIRECTION_IN;
    document->delivered = DELIVERED_FETCHED;
    document->test = interchange->test;
    text_copy(document->partner, sizeof document->partner, partner->code);
    text_copy(document->set, sizeof document->set, set->id);
    text_copy(document->isa, sizeof document->isa, interchange->control);
    text_copy(document->gs, sizeof document->gs, set->group);
    text_copy(document->st, sizeof document->st, set->control);
    text_copy(document->version, sizeof document->version, set->version);
}

static void
judge_findings(const struct read_set *set, struct prepared *prepared)
{
    struct document *document = &prepared->document;

    buf_adds(&prepared->findings, set->findings);
    document->valid = set->count > 0 ? VALID_WARN : VALID_OK;
    if (!set->rejected)
        return;
    document->valid = VALID_BAD;
    trouble_hold(document, TP7020, NULL, "rejected: %s", set->why);
}

static void
ignore(struct document *document, enum err_code code, const char *reason)
{
    document->state = DOC_IGNORED;
    document->code = code;
    text_copy(document->reason, sizeof document->reason, reason);
}

/* What the flow and the cut-over say about a document that is good. */
static void
judge_policy(struct flow *flow, const struct partner *partner,
             const struct flow_text *text, struct prepared *prepared)
{
    const char *cutover = conf_company(flow->conf)->cutover;
    struct document *document = &prepared->document;
    const struct flow_when *failed;

    if (document->date[0] != '\0' && cutover != NULL &&
        strcmp(document->date, cutover) < 0) {
        ignore(document, TP7010, "older than the cut-over date");
    } else if (!conditions_met(flow, text->conditions, partner, document,
                               prepared->record, &failed)) {
        if (failed->otherwise == ELSE_HOLD)
            trouble_hold(document, TP7011, NULL, "%s", failed->reason);
        else
            ignore(document, TP7011, failed->reason);
    }
}

/* Our numbers in a record; what is missing holds the document. mapped: false
 * when there is no record, for what failed says. */
static void
resolve_into(struct flow *flow, const struct partner *partner, bool mapped,
             struct prepared *prepared, struct problems *found,
             struct err *failed)
{
    bool good = mapped;

    if (mapped) {
        good = resolve_record(flow, partner, prepared->record, found, failed);
        document_describe(flow, &prepared->document, prepared->record);
    }
    problems_text(found, &prepared->findings);
    if (good)
        trouble_hold_for(&prepared->document, found);
    else
        trouble(flow, &prepared->document, TROUBLE_TRANSLATE, failed);
}

bool
translate_again(struct flow *flow, struct read_job *job, const char *name,
                struct err *err)
{
    struct err failed = *err;

    if (!translator_again(flow->translator, job, err))
        return false;
    log_err(LOG_WARNING, &failed, name);
    return true;
}

/* What the map made gets our numbers. */
static void
take_record(struct flow *flow, const struct partner *partner,
            struct read_set *set, struct prepared *prepared)
{
    bool mapped = set->failed.kind == ERR_NONE;

    prepared->record = set->record;
    set->record = NULL;
    if (mapped && prepared->record == NULL)
        mapped =
            err_set(&set->failed, TP7080, "the translator said nothing of it");
    resolve_into(flow, partner, mapped, prepared, set->found, &set->failed);
}

/* A set nobody reads is kept and shown, never lost. */
static struct route *
readable(struct flow *flow, const struct partner *partner,
         const struct flow_text **text, struct document *document)
{
    struct route *route =
        routes_find(flow->routes, partner, document->set, ROUTE_IN);

    *text = text_for_set(flow, document->set);
    if (route != NULL && route->map != NULL && *text != NULL)
        return route;
    const char *place = conf_place(partner->group);
    if (route == NULL || route->map == NULL)
        trouble_hold(document, TP7021, NULL,
                     "partner %s is not set up to send us %s; add { set = "
                     "\"%s\"; } to receive in %.*s",
                     partner->code, document->set, document->set,
                     (int)strcspn(place, ":"), place);
    else
        trouble_hold(document, TP7021, NULL,
                     "no flow begins with %s from a partner", document->set);
    return NULL;
}

void
prepare_set(struct flow *flow, const struct partner *partner,
            const struct read_interchange *interchange, struct read_set *set,
            struct prepared *prepared)
{
    struct document *document = &prepared->document;
    const struct flow_text *text;

    describe(partner, interchange, set, document);
    document->state = DOC_QUEUED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    judge_findings(set, prepared);
    /* That nobody reads it comes before what is wrong in it. */
    struct route *route = readable(flow, partner, &text, document);
    if (route == NULL || !set->whole)
        return;
    text_copy(document->texts, sizeof document->texts, route->texts);
    enum doc_state judged = document->state;
    char reason[sizeof document->reason];
    text_copy(reason, sizeof reason, document->reason);
    enum err_code code = document->code;
    take_record(flow, partner, set, prepared);
    if (judged == DOC_HELD) {
        document->state = judged;
        document->code = code;
        text_copy(document->reason, sizeof document->reason, reason);
        document->waits_for[0] = '\0';
    }
    document->posted = POSTED_WAITING;
    judge_policy(flow, partner, text, prepared);
}

bool
prepare_edited(struct flow *flow, const struct partner *partner,
               struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    const struct flow_text *text = text_for_set(flow, document->set);
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct err failed = { 0 };

    if (!document_record(flow, document, &prepared->record, err))
        return false;
    document->state = DOC_QUEUED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    document->posted = POSTED_WAITING;
    if (partner == NULL || text == NULL)
        trouble_hold(document, TP7021, NULL, "nobody posts set %s of %s",
                     document->set, document->partner);
    else {
        resolve_into(flow, partner, true, prepared, problems_new(arena),
                     &failed);
        judge_policy(flow, partner, text, prepared);
    }
    return true;
}
