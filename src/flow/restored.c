/* SPDX-License-Identifier: Apache-2.0 */
/* After the journal was put back, what happened since the backup is not known:
 * nothing goes out by itself, and what a person lets go on is asked for at the
 * other side first. See store/restored.h. */
#include "flow/flow_private.h"

#include <string.h>

#define NOT_KNOWN "not known since the journal was put back"

/* What happened to the document after that event. */
static bool
since(struct journal *journal, int64_t document, int64_t event, bool *any,
      bool *released, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct event *events;
    size_t count;

    *any = *released = false;
    if (!journal_events(journal, document, arena, &events, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (events[i].id <= event)
            continue;
        *any = true;
        *released |= text_equal(events[i].what, "release") ||
                     text_equal(events[i].what, "retry");
    }
    return true;
}

/* Read once a second at most: it hardly ever changes. */
static bool
look(struct flow *flow, struct err *err)
{
    int64_t now = when_steady();

    if (flow->restored_read != 0 && now - flow->restored_read < 1000000000)
        return true;
    flow->restored_read = now;
    return journal_restored(flow->journal, &flow->restored, err);
}

bool
restored_waits(struct flow *flow, struct document *document, bool *held,
               struct err *err)
{
    const struct restored *restored = &flow->restored;
    bool any, released;

    *held = false;
    if (!look(flow, err))
        return false;
    if (restored->event == 0 || restored->resumed)
        return true;
    if (!since(flow->journal, document->id, restored->event, &any, &released,
               err))
        return false;
    if (released)
        return true;
    *held = true;
    trouble_hold(document, TP4065, NULL,
                 "the journal was put back, and this may have been %s before; "
                 "release to ask the other side first, or ignore",
                 document->direction == DIRECTION_OUT ? "sent" : "posted");
    return true;
}

/* Only what was ready to leave can have left. */
static bool
may_have_left(struct journal *journal, const struct document *document,
              bool *may, struct err *err)
{
    CLEANUP(buf_free) struct buf record = { 0 };

    *may = document->isa[0] != '\0';
    return document->direction == DIRECTION_OUT ||
           journal_get(journal, document->id, "record", &record, may, err);
}

static bool
must_ask(struct journal *journal, const struct document *document, bool *must,
         struct err *err)
{
    struct restored restored;
    bool any, released;

    *must = false;
    if (!journal_restored(journal, &restored, err))
        return false;
    if (restored.event == 0)
        return true;
    if (!since(journal, document->id, restored.event, &any, &released, err))
        return false;
    if (released || (any && document->code != TP4065))
        return true;
    return may_have_left(journal, document, must, err);
}

/* An effect in doubt, as after a crash. */
static bool
doubt(struct journal *journal, const struct document *document, struct err *err)
{
    struct effect effect = { .document = document->id };

    if (document->direction == DIRECTION_OUT) {
        delivery_effect(document, &effect);
    } else {
        text_copy(effect.kind, sizeof effect.kind, "restored");
        text_copy(effect.key, sizeof effect.key, document->key);
    }
    if (!journal_intend(journal, &effect, err))
        return false;
    if (effect.state == EFFECT_DONE)
        return true;
    effect.state = EFFECT_UNKNOWN;
    text_copy(effect.evidence, sizeof effect.evidence, NOT_KNOWN);
    return journal_settle(journal, &effect, err);
}

bool
let_go(struct journal *journal, struct document *document, enum doc_state from,
       const char *what, const char *reason, struct err *err)
{
    bool must = false;

    if ((from == DOC_HELD || from == DOC_DEAD) &&
        (document->state == DOC_QUEUED || document->state == DOC_RECEIVED) &&
        !must_ask(journal, document, &must, err))
        return false;
    if (!must)
        return journal_advance(journal, document, from, what, reason, err);
    /* An act is a part of its caller's transaction, where that has one. */
    bool own = !journal_writes(journal);
    if (own && !journal_begin(journal, err))
        return false;
    document->state = DOC_UNKNOWN;
    bool good = doubt(journal, document, err) &&
                journal_advance(journal, document, from, what, reason, err) &&
                (!own || journal_commit(journal, err));
    if (!good && own)
        journal_abandon(journal);
    return good;
}

bool
was_put_back(struct flow *flow, const struct document *document, bool *was,
             struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct effect *effects;
    size_t count;

    *was = false;
    if (!journal_effects(flow->journal, document->id, arena, &effects, &count,
                         err))
        return false;
    for (size_t i = 0; i < count; i++)
        *was |= effects[i].state == EFFECT_UNKNOWN &&
                text_equal(effects[i].evidence, NOT_KNOWN);
    return true;
}
