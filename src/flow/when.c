/* SPDX-License-Identifier: Apache-2.0 */
/* The conditions of flow texts. */
#include "flow/flow_private.h"
#include "map/expr.h"

/* A condition that cannot be told is not met. */
static bool
field_met(const struct flow_when *when, const struct record *record)
{
    struct arena *arena = arena_new();
    struct frame frame = { .node = record ? record->fields : NULL };
    struct expr_run run = { .frame = &frame,
                            .side = "ours",
                            .arena = arena,
                            .found = problems_new(arena),
                            .at = "" };
    bool holds = record != NULL && when->condition != NULL &&
                 expr_holds(when->condition, &run) == TRUTH_TRUE;

    arena_free(&arena);
    return holds;
}

static bool
met(const struct flow *flow, const struct flow_when *when,
    const struct partner *partner, const struct document *document,
    const struct record *record)
{
    const struct partner_set *set;

    switch (when->test) {
    case TEST_FIELD:
        return field_met(when, record);
    case TEST_PARTNER_SENDS:
        set = partner ? partner_sends(partner, when->set) : NULL;
        return set != NULL && !set->self_billing;
    case TEST_PARTNER_BILLS_ITSELF:
        set = partner ? partner_sends(partner, when->set) : NULL;
        return set != NULL && set->self_billing;
    case TEST_PARTNER_RECEIVES:
        return partner && partner_receives(partner, when->set) != NULL;
    case TEST_NOT_TEST:
        return !document->test || !conf_company(flow->conf)->production;
    }
    return false;
}

bool
conditions_met(const struct flow *flow, const struct flow_when *when,
               const struct partner *partner, const struct document *document,
               const struct record *record, const struct flow_when **failed)
{
    for (; when != NULL; when = when->next)
        if (!met(flow, when, partner, document, record)) {
            *failed = when;
            return false;
        }
    return true;
}
