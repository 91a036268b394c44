/* SPDX-License-Identifier: Apache-2.0 */
/* The same business document more than once: sent again, corrected, or
 * cancelled (BEG01, BSN01, BIG08). */
#include "flow/flow_private.h"

#include <string.h>

static bool
posted_or_trying(enum doc_state state)
{
    return state == DOC_DONE || state == DOC_WORKING || state == DOC_UNKNOWN;
}

static void
ignore(struct document *document, enum err_code code)
{
    document->state = DOC_IGNORED;
    document->code = code;
    document->posted = POSTED_NA;
}

static bool
same_content(struct flow *flow, const struct document *first,
             const struct prepared *prepared, bool *same, struct err *err)
{
    CLEANUP(buf_free) struct buf old = { 0 }, new = { 0 };
    bool found;

    if (!journal_get(flow->journal, first->id, "record", &old, &found, err))
        return false;
    if (prepared->record != NULL)
        record_dump(prepared->record, &new);
    *same = found && old.size ==
                         new.size &&memcmp(buf_text(&old), buf_text(&new),
                                           old.size) == 0;
    return true;
}

static bool
replace_first(struct flow *flow, struct document *first,
              const struct document *by, struct err *err)
{
    enum doc_state from = first->state;

    first->state = DOC_REPLACED;
    text_format(first->reason, sizeof first->reason,
                "superseded by the partner's %s of %s", by->purpose, by->date);
    return journal_advance(flow->journal, first, from, "replaced",
                           first->reason, err);
}

/* A correction of something already posted is a person's business. */
static bool
correct(struct flow *flow, struct document *first, struct document *document,
        struct err *err)
{
    bool cancels = text_equal(document->purpose, "cancellation");

    if (posted_or_trying(first->state)) {
        trouble_hold(document, TP7022, NULL,
                     "%s %s by document %lld, which is posted as %s; correct "
                     "it in the system, then ignore this one",
                     document->number, cancels ? "is cancelled" : "is replaced",
                     (long long)first->id, first->system_number);
        return true;
    }
    if (first->state != DOC_REPLACED && first->state != DOC_IGNORED &&
        !replace_first(flow, first, document, err))
        return false;
    if (cancels) {
        text_format(document->reason, sizeof document->reason,
                    "cancels document %lld, which was not posted",
                    (long long)first->id);
        ignore(document, TP7022);
    }
    return true;
}

/* What was rejected is corrected by sending it again. */
static bool
replace_rejected(struct flow *flow, int64_t id, const struct document *document,
                 struct err *err)
{
    struct document first;
    bool found;

    return journal_document(flow->journal, id, &first, &found, err) &&
           (first.state == DOC_REPLACED || first.state == DOC_IGNORED ||
            replace_first(flow, &first, document, err));
}

static bool
repeat(struct flow *flow, const struct document *first,
       struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    bool same;

    if (!same_content(flow, first, prepared, &same, err))
        return false;
    if (same && first->state != DOC_IGNORED) {
        text_format(document->reason, sizeof document->reason,
                    "duplicate of document %lld: same number, same content",
                    (long long)first->id);
        ignore(document, TP7023);
        return true;
    }
    if (first->state == DOC_IGNORED) {
        trouble_hold(document, TP7024, NULL,
                     "%s arrived before as document %lld, which a person "
                     "ignored (%.120s); release or ignore this one",
                     document->number, (long long)first->id, first->reason);
        return true;
    }
    if (first->valid == VALID_BAD && !posted_or_trying(first->state))
        return replace_rejected(flow, first->id, document, err);
    trouble_hold(document, TP7024, NULL,
                 "%s arrived before as document %lld with other content; "
                 "compare them, then release or ignore this one",
                 document->number, (long long)first->id);
    return true;
}

/* What a rule kept out (a test, the cut-over) is no first one. */
static bool
counts(const struct document *document)
{
    return document->state != DOC_IGNORED || document->code == TP7044;
}

/* Of several with this number, the one that took effect comes first; else the
 * oldest that counts. found = false when none does. */
static bool
find_first(struct flow *flow, const struct document *document,
           struct document *first, bool *found, struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_IN,
                                 .partner = document->partner,
                                 .set = document->set,
                                 .number = document->number };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct document *others;
    size_t count = 0;

    *found = false;
    if (!journal_list(flow->journal, &filter, arena, &others, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (others[i].test != document->test || !counts(&others[i]))
            continue;
        if (!*found || (posted_or_trying(others[i].state) &&
                        !posted_or_trying(first->state)))
            *first = others[i];
        *found = true;
    }
    return true;
}

/* Gives it a key of its own beside the first one's. */
static bool
second(struct flow *flow, struct prepared *prepared, bool *known,
       struct err *err)
{
    struct document *document = &prepared->document, first;
    char revision[64];
    bool found;

    if (!find_first(flow, document, &first, &found, err))
        return false;
    if (found && (text_equal(document->purpose, "original")
                      ? !repeat(flow, &first, prepared, err)
                      : !correct(flow, &first, document, err)))
        return false;
    text_format(revision, sizeof revision, "%s-%lld-%d", document->purpose,
                (long long)document->interchange, (int)document->ordinal);
    key_posting(flow, document->key, document, revision);
    if (found)
        document->original = first.id;
    document->id = 0;
    return journal_add(flow->journal, document, known, err);
}

static bool
put_contents(struct flow *flow, struct prepared *prepared, struct err *err)
{
    int64_t id = prepared->document.id;
    CLEANUP(buf_free) struct buf json = { 0 };

    if (prepared->record != NULL) {
        record_dump(prepared->record, &json);
        if (!journal_put(flow->journal, id, "record", json.text, json.size,
                         err))
            return false;
    }
    if (prepared->findings.size > 0 &&
        !journal_put(flow->journal, id, "findings", prepared->findings.text,
                     prepared->findings.size, err))
        return false;
    return prepared->size == 0 ||
           journal_put(flow->journal, id, "x12", prepared->bytes,
                       prepared->size, err);
}

/* Sets that could not be mapped have no number of their own to be known by;
 * acknowledgements repeat group numbers over time. */
static void
make_key(struct flow *flow, struct document *document)
{
    char revision[64];

    if (document->number[0] == '\0' || document->ordinal == 0 ||
        is_acknowledgment(document->set)) {
        text_format(revision, sizeof revision, "%s-%s-%s-%d-%lld",
                    document->isa, document->gs, document->st,
                    (int)document->ordinal, (long long)document->interchange);
        key_posting(flow, document->key, document, revision);
    } else {
        key_posting(flow, document->key, document, "1");
    }
}

void
hold_cancellation(struct document *document)
{
    if (!text_equal(document->purpose, "cancellation") ||
        document->state != DOC_QUEUED)
        return;
    trouble_hold(document, TP7022, NULL,
                 "cancels %s; nothing is posted of a cancellation: correct "
                 "the system by hand if need be, then ignore it",
                 document->number);
    document->posted = POSTED_HELD;
}

bool
add_prepared(struct flow *flow, struct prepared *prepared, struct err *err)
{
    struct document *document = &prepared->document;
    bool known;

    make_key(flow, document);
    hold_cancellation(document);
    if (!journal_add(flow->journal, document, &known, err))
        return false;
    if (known && !second(flow, prepared, &known, err))
        return false;
    return known || (put_contents(flow, prepared, err) &&
                     ship_notice_came(flow, document, err));
}
