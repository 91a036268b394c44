/* SPDX-License-Identifier: Apache-2.0 */
/* Inbound documents that were released: their set is read, checked and mapped
 * once more with today's texts, and the document goes on from there. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/heartbeat.h"
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

/* One set of an interchange, read once more. */
struct once {
    struct flow *flow;
    const struct partner *partner;
    struct prepared *prepared;
    const struct read_interchange *from;
    bool found;
};

static bool
give_piece(void *user, uint64_t offset, size_t size, struct buf *out,
           struct err *err)
{
    const struct once *once = user;

    heartbeat();
    return journal_read(once->flow->journal,
                        once->prepared->document.interchange, (int64_t)offset,
                        size, out, err);
}

static bool
take_interchange(void *user, const struct read_interchange *told,
                 struct read_wish *wish, struct err *err)
{
    struct once *once = user;
    int32_t ordinal = once->prepared->document.ordinal;

    (void)err;
    if (once->from == NULL)
        *wish = (struct read_wish){ ordinal, ordinal };
    once->from = told;
    return true;
}

static bool
take_set(void *user, struct read_set *set, struct err *err)
{
    struct once *once = user;

    (void)err;
    once->found = true;
    prepare_set(once->flow, once->partner, once->from, set, once->prepared);
    return true;
}

static bool
pass_junk(void *user, uint64_t offset, uint64_t size, struct err *err)
{
    (void)user, (void)offset, (void)size, (void)err;
    return true;
}

static bool
read_once(struct once *once, const struct interchange *row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct flow *flow = once->flow;
    const struct read_handler handler = { .user = once,
                                          .piece = give_piece,
                                          .interchange = take_interchange,
                                          .set = take_set,
                                          .junk = pass_junk,
                                          .code = answer_code,
                                          .code_user = flow };
    struct read_job job = { .partner = once->partner->code,
                            .size = (uint64_t)row->size,
                            .arena = arena };
    struct document before = once->prepared->document;
    struct read_sum sum;

    if (!is_large(row->size)) {
        if (!journal_bytes(flow->journal, row->id, &bytes, err))
            return false;
        job.bytes = buf_text(&bytes);
        job.size = bytes.size;
    }
    while (!translator_read(flow->translator, &job, &handler, &sum, err)) {
        if (!translate_again(flow, &job, row->name, err))
            return false;
        prepared_free(once->prepared);
        *once->prepared = (struct prepared){ .document = before };
        once->from = NULL;
    }
    return true;
}

static bool
prepare_again(struct flow *flow, struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    struct once once = { .flow = flow,
                         .partner =
                             partner_by_code(flow->conf, document->partner),
                         .prepared = prepared };
    struct interchange row;
    bool found;

    if (!journal_interchange(flow->journal, document->interchange, &row, &found,
                             err))
        return false;
    if (found && once.partner != NULL && !read_once(&once, &row, err))
        return false;
    if (!once.found)
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
