/* SPDX-License-Identifier: Apache-2.0 */
/* What partners say of what we sent: 997 down to set, segment and element,
 * TA1 for whole interchanges. */
#include "flow/flow_private.h"

#include <string.h>

#include "x12/ack.h"

static enum acked
verdict_of(char letter)
{
    switch (letter) {
    case 'A':
        return ACKED_ACCEPTED;
    case 'E':
        return ACKED_WITH_ERRORS;
    case 'P':
        return ACKED_PARTIAL;
    default:
        return ACKED_REJECTED;
    }
}

/* What is wrong with a set or segment; "there are errors below" goes without
 * saying when they are told. */
static void
describe_code(const char *kind, const char *code, struct buf *out)
{
    char full[24];

    text_format(full, sizeof full, "%s=%.10s", kind, code);
    const char *meaning = x12_code_meaning(full);
    buf_addf(out, "%s [%s]", meaning ? meaning : "refused", full);
}

/* "segment 11 (PO1), element 3 'XX': the code is unknown [AK403=7]" */
static void
describe_segment(const json_t *segment, struct buf *out)
{
    const char *id = node_text(segment, "id");
    const char *position = node_text(segment, "position");
    const char *code = node_text(segment, "code");
    const json_t *element;
    size_t i;

    const json_t *elements = node_at(segment, "elements");

    buf_addf(out, "segment %s (%s)", position ? position : "?", id ? id : "?");
    if (code != NULL &&
        (!text_equal(code, "8") || json_array_size(elements) == 0)) {
        buf_adds(out, ": ");
        describe_code("AK304", code, out);
    }
    json_array_foreach(elements, i, element)
    {
        const char *number = node_text(element, "position");
        const char *value = node_text(element, "value");
        const char *wrong = node_text(element, "code");
        buf_addf(out, ", element %s%s%s%s: ", number ? number : "?",
                 value ? " '" : "", value ? value : "", value ? "'" : "");
        describe_code("AK403", wrong ? wrong : "?", out);
    }
}

static void
complaint(const json_t *set, struct buf *out)
{
    const json_t *segment, *code;
    size_t i;

    json_array_foreach(node_at(set, "segments"), i, segment)
    {
        if (out->size > 0)
            buf_adds(out, "; ");
        describe_segment(segment, out);
    }
    json_array_foreach(node_at(set, "codes"), i, code)
    {
        const char *text = node_text(code, "code");
        if (out->size > 0 && text_equal(text, "5"))
            continue;
        if (out->size > 0)
            buf_adds(out, "; ");
        describe_code("AK502", text ? text : "?", out);
    }
}

/* Whoever acknowledges a file has it: a delivery in doubt is no longer. */
static bool
close_delivery(struct flow *flow, struct document *sent, struct err *err)
{
    enum doc_state from = sent->state;

    if (from == DOC_QUEUED || from == DOC_DEFERRED) {
        sent->state = DOC_WORKING;
        if (!journal_advance(flow->journal, sent, from, "acknowledged",
                             "although not known to be delivered", err))
            return false;
        sent->lease = 0;
        from = DOC_WORKING;
    }
    sent_mark(flow, sent, "the partner acknowledged it");
    return journal_advance(flow->journal, sent, from, "sent", sent->evidence,
                           err);
}

static bool
in_doubt(const struct document *sent)
{
    return sent->state == DOC_QUEUED || sent->state == DOC_DEFERRED ||
           sent->state == DOC_WORKING || sent->state == DOC_UNKNOWN ||
           (sent->state == DOC_HELD && sent->code == TP7016);
}

/* A rejection and an acceptance of the same thing. */
static bool
contradicts(enum acked before, enum acked now)
{
    bool taken = before == ACKED_ACCEPTED || before == ACKED_WITH_ERRORS ||
                 before == ACKED_PARTIAL;

    return now == ACKED_REJECTED ? taken : before == ACKED_REJECTED;
}

/* The later word counts, and that there was another one is said. */
static bool
note_contradiction(struct flow *flow, struct document *sent, enum acked before,
                   struct err *err)
{
    char said[sizeof sent->reason];

    if (!contradicts(before, sent->acked))
        return true;
    text_format(said, sizeof said, "%s said '%s' before and says '%s' now",
                sent->partner, acked_name(before), acked_name(sent->acked));
    if (sent->state == DOC_DONE && sent->acked == ACKED_ACCEPTED) {
        sent->code = TP7047;
        text_format(sent->reason, sizeof sent->reason,
                    "%s: which of the two is meant?", said);
    } else if (sent->state == DOC_DONE) {
        text_copy(said, sizeof said, sent->reason);
        text_format(sent->reason, sizeof sent->reason,
                    "%.250s (it was %s before)", said, acked_name(before));
    }
    text_format(said, sizeof said, "%s said '%s' before and says '%s' now",
                sent->partner, acked_name(before), acked_name(sent->acked));
    return journal_note(flow->journal, sent->id, "contradicted", said, err);
}

/* What a person or a rule closed stays closed, with its reason; so does a
 * contradiction that the partner has not taken back. */
static void
explain(struct document *sent, const char *detail)
{
    if (sent->state != DOC_DONE ||
        (sent->code == TP7047 && sent->acked == ACKED_ACCEPTED))
        return;
    sent->reason[0] = '\0';
    sent->code = TP_NONE;
    if (sent->acked == ACKED_REJECTED) {
        sent->code = TP7040;
        text_format(sent->reason, sizeof sent->reason, "rejected by %s: %.240s",
                    sent->partner, detail[0] ? detail : "no reason was given");
    } else if (sent->acked != ACKED_ACCEPTED) {
        sent->code = TP7041;
        text_format(sent->reason, sizeof sent->reason,
                    "accepted by %s with errors: %.240s", sent->partner,
                    detail[0] ? detail : "no detail was given");
    }
}

static bool
apply(struct flow *flow, struct document *sent, char verdict,
      const char *detail, struct err *err)
{
    char state[16];

    if (in_doubt(sent) && !close_delivery(flow, sent, err))
        return false;
    enum doc_state from = sent->state;
    enum acked before = sent->acked;
    sent->lease = 0;
    sent->acked = verdict_of(verdict);
    explain(sent, detail);
    text_copy(state, sizeof state, acked_name(sent->acked));
    return note_contradiction(flow, sent, before, err) &&
           journal_advance(flow->journal, sent, from, state, sent->reason,
                           err) &&
           journal_met(flow->journal, sent->id, "997", err) &&
           tell_later(flow, sent, state, err);
}

static const json_t *
find_set(const struct record *ack, const struct document *sent)
{
    const json_t *set;
    size_t i;

    json_array_foreach(record_node(ack, "sets"), i, set)
    {
        if (text_equal(node_text(set, "set"), sent->set) &&
            text_equal(node_text(set, "control"), sent->st))
            return set;
    }
    return NULL;
}

/* The set's own word, else the group's when that is for all. */
static bool
judge(struct flow *flow, const struct record *ack, struct document *sent,
      struct err *err)
{
    const json_t *set = find_set(ack, sent);
    const char *status =
        set ? node_text(set, "status") : record_text(ack, "status");
    CLEANUP(buf_free) struct buf detail = { 0 };

    if (set != NULL)
        complaint(set, &detail);
    if (set == NULL && text_equal(status, "P"))
        return true;
    return apply(flow, sent, status ? status[0] : 'R', buf_text(&detail), err);
}

bool
acknowledge(struct flow *flow, struct document *document,
            const struct record *record, struct err *err)
{
    const char *control = record_text(record, "group_control");
    struct arena *arena = arena_new();
    /* Control numbers start again one day: the newest carriers count. */
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .partner = document->partner,
                                 .gs = control ? control : "" };
    struct document *sent;
    size_t count = 0, applied = 0;
    bool good = journal_list(flow->journal, &filter, arena, &sent, &count, err);

    for (size_t i = 0; good && i < count; i++) {
        if (sent[i].delivered == DELIVERED_NA || is_acknowledgment(sent[i].set))
            continue;
        good = judge(flow, record, &sent[i], err);
        applied++;
    }
    arena_free(&arena);
    if (!good)
        return false;
    document->state = applied > 0 ? DOC_DONE : DOC_HELD;
    document->posted = applied > 0 ? POSTED_NA : POSTED_HELD;
    if (applied == 0)
        trouble_hold(document, TP7042, NULL,
                     "acknowledges group %s, which was never sent to %s",
                     control ? control : "?", document->partner);
    else
        text_format(document->evidence, sizeof document->evidence,
                    "%zu document%s of group %s: %s", applied,
                    applied == 1 ? "" : "s", control,
                    record_text(record, "status"));
    return true;
}

static bool
apply_ta1(struct flow *flow, const struct partner *partner,
          const struct x12_acked_interchange *ta1, struct arena *arena,
          struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .partner = partner->code,
                                 .isa = ta1->control };
    char code[16], detail[160];
    struct document *sent;
    size_t count;

    if (ta1->verdict == 'A')
        return true;
    text_format(code, sizeof code, "TA105=%s", ta1->note);
    const char *meaning = x12_code_meaning(code);
    text_format(detail, sizeof detail, "the whole interchange, %s [%s]",
                meaning ? meaning : "for a reason of its own", code);
    if (!journal_list(flow->journal, &filter, arena, &sent, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!apply(flow, &sent[i], ta1->verdict, detail, err))
            return false;
    return true;
}

bool
acknowledge_ta1s(struct flow *flow, const struct partner *partner,
                 const struct read_interchange *from, struct err *err)
{
    struct arena *arena = arena_new();
    bool good = true;

    for (size_t i = 0; good && partner && i < from->ta1_count; i++)
        good = apply_ta1(flow, partner, &from->ta1s[i], arena, err);
    arena_free(&arena);
    return good;
}
