/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may do to a document, and the pings of both sides. */
#include "flow/flow_private.h"

#include <string.h>

bool
accepted_match(const struct document *document)
{
    return document->code >= TP7032 && document->code <= TP7038;
}

/* Where a document goes on. What has its X12 and number is sent as it is;
 * what has not is translated with today's texts. */
static enum doc_state
resume_state(const struct document *document)
{
    if (document->direction == DIRECTION_OUT)
        return document->isa[0] != '\0' ? DOC_QUEUED : DOC_RECEIVED;
    return accepted_match(document) ? DOC_QUEUED : DOC_RECEIVED;
}

static bool
refuse(const struct document *document, const char *what, struct err *err)
{
    return err_set(err, TP7030, "document %lld is %s and cannot be %s",
                   (long long)document->id, doc_state_name(document->state),
                   what);
}

/* What was given a number may be at the partner's: it is reissued instead. */
static bool
reprocess(struct document *document, struct err *err)
{
    bool out = document->direction == DIRECTION_OUT;

    if (document->state != DOC_HELD && document->state != DOC_DEAD &&
        document->state != DOC_IGNORED && document->state != DOC_DEFERRED)
        return refuse(document, "reprocessed", err);
    if (out && document->isa[0] != '\0')
        return refuse(document, "reprocessed: it has a control number; reissue",
                      err);
    document->state = DOC_RECEIVED;
    document->code = TP_NONE;
    document->reason[0] = document->waits_for[0] = '\0';
    document->due = 0;
    document->attempts = 0;
    return true;
}

static bool
apply(struct document *document, enum flow_act act, const char *reason,
      struct err *err)
{
    enum doc_state state = document->state;

    switch (act) {
    case FLOW_RETRY:
        if (state != DOC_DEFERRED && state != DOC_DEAD && state != DOC_HELD &&
            state != DOC_UNKNOWN)
            return refuse(document, "retried", err);
        if (state == DOC_HELD || state == DOC_DEAD)
            document->state = resume_state(document);
        if (accepted_match(document))
            document->code = TP_NONE;
        break;
    case FLOW_REPROCESS:
        return reprocess(document, err);
    case FLOW_RELEASE:
        if (state != DOC_HELD)
            return refuse(document, "released", err);
        if (document->code == TP7022)
            return err_set(err, TP7030,
                           "document %lld corrects what is posted: correct "
                           "it in the system by hand, then ignore it",
                           (long long)document->id);
        document->state = resume_state(document);
        break;
    case FLOW_HOLD:
        if (state != DOC_RECEIVED && state != DOC_QUEUED &&
            state != DOC_DEFERRED)
            return refuse(document, "held", err);
        trouble_hold(document, TP7043, NULL, "held by a person: %s", reason);
        return true;
    case FLOW_IGNORE:
        if (state != DOC_HELD && state != DOC_DEAD && state != DOC_DEFERRED &&
            state != DOC_RECEIVED && state != DOC_QUEUED)
            return refuse(document, "ignored", err);
        document->state = DOC_IGNORED;
        document->code = TP7044;
        text_copy(document->reason, sizeof document->reason, reason);
        return true;
    }
    document->due = document->state == DOC_DEFERRED ? when_now() : 0;
    document->attempts = 0;
    return true;
}

bool
flow_act(struct journal *journal, int64_t id, enum flow_act act,
         const char *reason, struct err *err)
{
    static const char *const names[] = { "retry", "reprocess", "release",
                                         "hold", "ignore" };
    struct document document;
    bool found;

    if (!journal_document(journal, id, &document, &found, err))
        return false;
    if (!found)
        return err_set(err, TP7039, "there is no document %lld", (long long)id);
    enum doc_state from = document.state;
    return apply(&document, act, reason, err) &&
           (act != FLOW_REPROCESS || forget_edit(journal, id, err)) &&
           let_go(journal, &document, from, names[act], reason, err);
}

bool
flow_ping_system(struct flow *flow, const char *name, struct buf *report,
                 struct err *err)
{
    struct system *system = system_by_name(flow, name, err);

    return system != NULL && system->ops->probe(system, report, err);
}
