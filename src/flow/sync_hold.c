/* SPDX-License-Identifier: Apache-2.0 */
/* A link that waits for a person or a fact, told once for each reason. */
#include "flow/sync_private.h"

bool
sync_is_held(const struct link *link, const struct problem *why)
{
    char fits[sizeof link->reason];

    text_copy(fits, sizeof fits, why->text);
    return link->id != 0 && link->state == LINK_HELD &&
           link->code == why->code && text_equal(link->reason, fits);
}

bool
sync_hold(struct meeting *meeting, const struct problem *why, struct err *err)
{
    const struct side *side = meeting->side;
    struct link *link = &meeting->link;
    const char *fact = why->waits_for != NULL ? why->waits_for : "";
    bool known = sync_is_held(link, why);
    char detail[240];

    link->state = LINK_HELD;
    link->code = why->code;
    text_copy(link->reason, sizeof link->reason, why->text);
    text_copy(link->waits_for, sizeof link->waits_for, fact);
    /* Where a fact is missing, it is looked for again. */
    link->due = when_now() + (moment)side->flow->retry.first_seconds * 1000;
    text_format(detail, sizeof detail, "%s %s (%s) is held: %.120s",
                meeting->entity.kind, meeting->entity.number, link->system,
                why->text);
    return journal_link_put(side->flow->journal, link, known ? NULL : detail,
                            err);
}
