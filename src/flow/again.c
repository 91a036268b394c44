/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound documents that were released: their set is read, checked and mapped
 * once more with today's texts, and the document goes on from there. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

/* A whole file that waited is taken apart anew; its document has served. */
static bool
whole_again(struct flow *flow, struct document *document, struct err *err)
{
    struct interchange row, arrival;
    bool found;

    if (!journal_interchange(flow->journal, document->interchange, &row, &found,
                             err) ||
        !journal_interchange(flow->journal, row.arrival, &arrival, &found, err))
        return false;
    text_copy(row.state, sizeof row.state, "replaced");
    row.control[0] = '\0';
    text_copy(arrival.state, sizeof arrival.state, "received");
    if (document->code == TP7028 || document->code == TP7029)
        text_copy(arrival.reason, sizeof arrival.reason, ACCEPTED_BY_PERSON);
    document->state = DOC_IGNORED;
    document->code = TP_NONE;
    text_copy(document->reason, sizeof document->reason,
              "the file was taken apart again");
    if (!journal_begin(flow->journal, err))
        return false;
    bool good = journal_set_interchange(flow->journal, &row, err) &&
                journal_set_interchange(flow->journal, &arrival, err) &&
                journal_advance(flow->journal, document, DOC_RECEIVED,
                                "taken apart again", "", err) &&
                journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

static const struct x12_result *
nth_result(const struct x12_interchange *interchange, int32_t ordinal)
{
    const struct x12_group *group = interchange->groups;

    for (; group != NULL; group = group->next)
        for (const struct x12_result *result = group->results; result;
             result = result->next)
            if (--ordinal == 0)
                return result;
    return NULL;
}

static bool
advance(struct flow *flow, struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    CLEANUP(buf_free) struct buf json = { 0 };

    hold_cancellation(document);
    if (prepared->record != NULL) {
        record_dump(prepared->record, &json);
        if (!journal_put(flow->journal, document->id, "record", json.text,
                         json.size, err))
            return false;
    }
    if (prepared->findings.size > 0 &&
        !journal_put(flow->journal, document->id, "findings",
                     prepared->findings.text, prepared->findings.size, err))
        return false;
    if (document->state != DOC_QUEUED)
        return journal_advance(flow->journal, document, DOC_RECEIVED,
                               doc_state_name(document->state),
                               document->reason, err);
    document->state = DOC_TRANSLATED;
    if (!journal_advance(flow->journal, document, DOC_RECEIVED, "translated",
                         "", err))
        return false;
    document->state = DOC_QUEUED;
    return journal_advance(flow->journal, document, DOC_TRANSLATED, "queued",
                           "", err);
}

static void
hold_lost(struct document *document)
{
    trouble_hold(document, TP7021, NULL,
                 "partner %s or set %s of its interchange is no longer there",
                 document->partner, document->set);
}

/* From the interchange's bytes, all of them in memory. */
static bool
prepare_small(struct flow *flow, const struct partner *partner,
              struct prepared *prepared, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct x12_options options;
    struct code_user reader;

    if (!journal_bytes(flow->journal, prepared->document.interchange, &bytes,
                       err))
        return false;
    read_options(flow, partner, &options, &reader);
    const struct x12_interchange *found =
        x12_read(arena, buf_text(&bytes), bytes.size, &options)->interchanges;
    const struct x12_result *result =
        found != NULL ? nth_result(found, prepared->document.ordinal) : NULL;
    if (result != NULL)
        return prepare_set(flow, partner, found, result, prepared, err);
    hold_lost(&prepared->document);
    return true;
}

static bool
prepare_again(struct flow *flow, struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    const struct partner *partner =
        partner_by_code(flow->conf, document->partner);
    struct interchange row;
    bool found;

    if (!journal_interchange(flow->journal, document->interchange, &row, &found,
                             err))
        return false;
    if (!found || partner == NULL) {
        hold_lost(document);
        return true;
    }
    if (!is_large(row.size))
        return prepare_small(flow, partner, prepared, err);
    if (!large_set(flow, &row, partner, prepared, &found, err))
        return false;
    if (!found)
        hold_lost(document);
    return true;
}

static bool
advance_alone(struct flow *flow, struct prepared *prepared, struct err *err)
{
    if (!journal_begin(flow->journal, err))
        return false;
    if (advance(flow, prepared, err) && journal_commit(flow->journal, err))
        return true;
    journal_abandon(flow->journal);
    return false;
}

static bool
edited_again(struct flow *flow, struct document *document, struct err *err)
{
    struct prepared prepared = { .document = *document };
    bool good =
        prepare_edited(flow, partner_by_code(flow->conf, document->partner),
                       &prepared, err) &&
        advance_alone(flow, &prepared, err);
    prepared_free(&prepared);
    return good;
}

static bool
set_again(struct flow *flow, struct document *document, struct err *err)
{
    struct prepared prepared = { .document = *document };
    bool good = prepare_again(flow, &prepared, err) &&
                advance_alone(flow, &prepared, err);

    prepared_free(&prepared);
    return good;
}

static bool
go_again(struct flow *flow, struct document *document, struct err *err)
{
    bool edited;

    if (document->ordinal == 0)
        return whole_again(flow, document, err);
    if (!is_edited(flow->journal, document->id, &edited, err))
        return false;
    return edited ? edited_again(flow, document, err)
                  : set_again(flow, document, err);
}

bool
take_released(struct flow *flow, unsigned *moved, struct err *err)
{
    static struct document documents[BATCH];
    struct doc_filter filter = { .direction = DIRECTION_IN,
                                 .states = 1U << DOC_RECEIVED,
                                 .due_only = true };
    size_t count;

    /* Our numbers come from there. */
    if (system_rests(flow, NULL))
        return true;
    if (!claim_due(flow, &filter, documents, BATCH, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t lease = documents[i].lease;
        if (!go_again(flow, &documents[i], err) &&
            !set_aside(flow, documents[i].id, lease, err))
            return false;
    }
    *moved += (unsigned)count;
    return true;
}
