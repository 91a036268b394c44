/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound: one checked set becomes a record with our numbers in it. */
#include "flow/flow_private.h"

#include <string.h>

void
prepared_free(struct prepared *prepared)
{
    record_free(&prepared->record);
    buf_free(&prepared->findings);
}

static void
describe(const struct partner *partner,
         const struct x12_interchange *interchange,
         const struct x12_result *result, struct document *document)
{
    document->direction = DIRECTION_IN;
    document->delivered = DELIVERED_FETCHED;
    document->test = interchange->test;
    text_copy(document->partner, sizeof document->partner, partner->code);
    text_copy(document->set, sizeof document->set, result->id);
    text_copy(document->isa, sizeof document->isa, interchange->control);
    text_copy(document->gs, sizeof document->gs, result->group->control);
    text_copy(document->st, sizeof document->st, result->control);
    text_copy(document->version, sizeof document->version,
              result->group->version);
}

/* The first finding that rejects, of the group when the group is rejected. */
static const struct x12_finding *
rejecting(const struct x12_result *result)
{
    const struct x12_finding *finding = result->findings;

    while (finding != NULL && finding->severity != X12_REJECT)
        finding = finding->next;
    if (finding != NULL)
        return finding;
    if (result->group->verdict == X12_REJECTED)
        for (finding = result->group->findings; finding != NULL;
             finding = finding->next)
            if (finding->severity == X12_REJECT)
                return finding;
    return NULL;
}

static void
judge_findings(const struct x12_result *result, struct prepared *prepared)
{
    const struct x12_finding *first = rejecting(result);
    CLEANUP(buf_free) struct buf text = { 0 };
    struct document *document = &prepared->document;

    for (const struct x12_finding *f = result->findings; f; f = f->next) {
        x12_finding_json(f, &prepared->findings);
        buf_addc(&prepared->findings, '\n');
    }
    document->valid = result->count > 0 ? VALID_WARN : VALID_OK;
    if (result->verdict != X12_REJECTED &&
        result->group->verdict != X12_REJECTED)
        return;
    document->valid = VALID_BAD;
    if (first != NULL)
        x12_finding_text(first, &text);
    trouble_hold(document, TP7020, NULL, "rejected: %s", buf_text(&text));
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

static void
map_set_into(struct flow *flow, const struct route *route,
             const struct x12_result *result, struct prepared *prepared)
{
    struct code_user user = { flow, route->partner };
    struct map_codes codes = codes_of(&user);
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct err failed = { 0 };

    bool mapped = map_read(route->map, result->set, &codes, found,
                           &prepared->record, &failed);
    resolve_into(flow, route->partner, mapped, prepared, found, &failed);
}

/* A set nobody reads is kept and shown, never lost. */
static struct route *
readable(struct flow *flow, const struct partner *partner,
         const struct flow_text **text, struct document *document)
{
    struct route *route = route_of(flow, partner, document->set, DIRECTION_IN);

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

bool
prepare_set(struct flow *flow, const struct partner *partner,
            const struct x12_interchange *interchange,
            const struct x12_result *result, struct prepared *prepared,
            struct err *err)
{
    struct document *document = &prepared->document;
    const struct flow_text *text;

    (void)err;
    describe(partner, interchange, result, document);
    document->state = DOC_QUEUED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    judge_findings(result, prepared);
    /* That nobody reads it comes before what is wrong in it. */
    struct route *route = readable(flow, partner, &text, document);
    if (route == NULL || result->set == NULL)
        return true;
    text_copy(document->texts, sizeof document->texts, route->texts);
    enum doc_state judged = document->state;
    char reason[sizeof document->reason];
    text_copy(reason, sizeof reason, document->reason);
    enum err_code code = document->code;
    map_set_into(flow, route, result, prepared);
    if (judged == DOC_HELD) {
        document->state = judged;
        document->code = code;
        text_copy(document->reason, sizeof document->reason, reason);
        document->waits_for[0] = '\0';
    }
    document->posted = POSTED_WAITING;
    judge_policy(flow, partner, text, prepared);
    return true;
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
