/* SPDX-License-Identifier: Apache-2.0 */
/* Documents whose effect may have happened: the far side is asked before
 * anything is tried again. A working document whose lease ended was left by a
 * run that died; it is unknown in the same way. */
#include "flow/flow_private.h"

#include <string.h>

static bool
settle_effects(struct flow *flow, const struct document *document,
               enum effect_state state, struct err *err)
{
    struct arena *arena = arena_new();
    struct effect *effects;
    size_t count;

    bool good = journal_effects(flow->journal, document->id, arena, &effects,
                                &count, err);
    for (size_t i = 0; good && i < count; i++) {
        if (effects[i].state == EFFECT_DONE ||
            text_equal(effects[i].kind, "tell"))
            continue;
        effects[i].state = state;
        text_copy(effects[i].evidence, sizeof effects[i].evidence,
                  document->evidence);
        text_copy(effects[i].number, sizeof effects[i].number,
                  document->system_number);
        good = journal_settle(flow->journal, &effects[i], err);
    }
    arena_free(&arena);
    return good;
}

/* Found: done, with what the far side said as evidence. */
static bool
close_found(struct flow *flow, struct document *document, struct err *err)
{
    bool out = document->direction == DIRECTION_OUT;

    if (!journal_begin(flow->journal, err))
        return false;
    bool good = settle_effects(flow, document, EFFECT_DONE, err) &&
                journal_advance(flow->journal, document, DOC_UNKNOWN, "found",
                                document->evidence, err) &&
                (out ? sent_after(flow, document, err)
                     : posted_after(flow, document, err)) &&
                journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

/* Where it was to go; NULL when that is not set up any longer. */
static const struct destination *
gone_to(struct flow *flow, const struct document *document)
{
    const struct partner *partner =
        partner_by_code(flow->conf, document->partner);
    const struct flow_text *text;
    const struct flow_verb_step *step;

    if (document->direction == DIRECTION_OUT)
        return partner ? &endpoint_of(flow, partner)->destination : NULL;
    step = post_step(flow, document, &text);
    return step ? system_destination(flow, step->system) : NULL;
}

/* When it was tried last. */
static bool
last_tried(struct flow *flow, const struct document *document, moment *last,
           struct err *err)
{
    struct arena *arena = arena_new();
    struct effect *effects;
    size_t count;

    *last = 0;
    bool good = journal_effects(flow->journal, document->id, arena, &effects,
                                &count, err);
    for (size_t i = 0; good && i < count; i++)
        if (effects[i].attempted > *last &&
            !text_equal(effects[i].kind, "tell"))
            *last = effects[i].attempted;
    arena_free(&arena);
    return good;
}

static bool
try_again(struct flow *flow, struct document *document, struct err *err)
{
    bool out = document->direction == DIRECTION_OUT;
    moment tried;

    if (!last_tried(flow, document, &tried, err))
        return false;
    document->state = DOC_QUEUED;
    document->due = 0;
    bool poison = trouble_poison(flow, document, gone_to(flow, document), tried,
                                 out ? TROUBLE_SEND : TROUBLE_POST);
    if (!journal_begin(flow->journal, err))
        return false;
    bool good =
        settle_effects(flow, document, EFFECT_FAILED, err) &&
        journal_advance(flow->journal, document, DOC_UNKNOWN,
                        poison ? "held" : "not found",
                        poison ? document->reason : "tried again", err) &&
        journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

/* By a clock that ran ahead: when that was is not known, but that it was before
 * the document was looked at last. */
static moment
attempted_by(const struct document *document, const struct effect *effect,
             moment now)
{
    if (!when_is_ahead(effect->attempted, now))
        return effect->attempted;
    return when_is_ahead(document->updated, now) ? now : document->updated;
}

bool
is_settled(struct flow *flow, const struct document *document, const char *kind,
           moment quiet, struct err *err)
{
    struct arena *arena = arena_new();
    struct effect *effects;
    size_t count = 0;
    moment now = when_now(), again = 0;

    bool good = journal_effects(flow->journal, document->id, arena, &effects,
                                &count, err);
    for (size_t i = 0; good && i < count; i++)
        if (text_equal(effects[i].kind, kind) && effects[i].attempted > 0)
            again = attempted_by(document, &effects[i], now) + quiet;
    arena_free(&arena);
    if (!good || again <= now)
        return good;
    err_set_kind(err, TP7034, ERR_THROTTLED,
                 "not there yet; believed only after the quiet period");
    err->retry_after_seconds = (int)((again - now) / 1000) + 1;
    return false;
}

static bool
ask_channel(struct flow *flow, struct document *document, int *found,
            struct err *err)
{
    const struct partner *partner =
        partner_by_code(flow->conf, document->partner);
    CLEANUP(buf_free) struct buf bytes = { 0 };
    enum channel_found answer = FOUND_UNKNOWN;
    struct channel *channel;
    char name[128], evidence[200];
    bool there;

    if (partner == NULL)
        return err_set(err, TP7013, "partner '%s' is not set up any longer",
                       document->partner);
    struct endpoint *endpoint = endpoint_of(flow, partner);
    channel = endpoint_channel(flow, endpoint, err);
    if (channel == NULL)
        return false;
    if (!journal_get(flow->journal, document->id, "x12", &bytes, &there, err))
        return false;
    delivery_name(document, name);
    if (!channel->ops->find(channel, name, bytes.size, &answer, err)) {
        endpoint_failed(flow, endpoint, err);
        return false;
    }
    /* Whether it was ever renamed is what nobody knows. */
    if (answer == FOUND_TAKEN) {
        if (!was_put_back(flow, document, &there, err))
            return false;
        answer = there ? FOUND_UNKNOWN : FOUND_TAKEN;
    }
    *found = answer == FOUND_UNKNOWN ? -1 : answer != FOUND_NO;
    if (*found == 1) {
        text_format(evidence, sizeof evidence,
                    answer == FOUND_TAKEN
                        ? "%s renamed, and taken by the partner since, "
                          "%zu bytes"
                        : "%s found at the partner's side, %zu bytes",
                    name, bytes.size);
        sent_mark(flow, document, evidence);
        return true;
    }
    if (!is_settled(flow, document, "deliver",
                    (moment)channel->settle_seconds * 1000, err))
        return false;
    document->delivered = DELIVERED_QUEUED;
    return true;
}

/* Held rather than sent twice. */
static bool
cannot_tell(struct flow *flow, struct document *document, struct err *err)
{
    trouble_hold(document, TP7016, NULL,
                 "may have arrived and the partner's side does not tell; ask "
                 "the partner for interchange %s, then release to send the "
                 "same file again or ignore",
                 document->isa);
    return journal_advance(flow->journal, document, DOC_UNKNOWN, "held",
                           document->reason, err);
}

/* The channel that is asked; NULL: a system is. */
static struct endpoint *
asked_endpoint(struct flow *flow, const struct document *document)
{
    const struct partner *partner =
        document->direction == DIRECTION_OUT
            ? partner_by_code(flow->conf, document->partner)
            : NULL;

    return partner != NULL ? endpoint_of(flow, partner) : NULL;
}

/* While nobody is let to the far side it is not asked, and the document is not
 * charged with that. */
static bool
shut_out(struct flow *flow, struct document *document, bool *shut,
         struct err *err)
{
    enum { LATER_MS = 600000 };
    const struct destination *destination = gone_to(flow, document);
    moment now = when_now();

    *shut = destination != NULL && destination_room(destination, now, 1) == 0;
    if (!*shut)
        return true;
    document->due =
        destination->until > now ? destination->until : now + LATER_MS;
    text_copy(document->reason, sizeof document->reason, destination->why);
    return journal_advance(flow->journal, document, DOC_UNKNOWN, "waits",
                           document->reason, err);
}

static bool
ask_one(struct flow *flow, struct document *document, struct err *err)
{
    struct err failed = { 0 };
    int found = -1;
    bool shut;
    struct endpoint *endpoint = asked_endpoint(flow, document);

    /* Other documents, and other processes, may have found it shut or open. */
    if ((endpoint != NULL && !endpoint_load(flow, endpoint, err)) ||
        !shut_out(flow, document, &shut, err))
        return false;
    if (shut)
        return true;
    bool good = document->direction == DIRECTION_OUT
                    ? ask_channel(flow, document, &found, &failed)
                    : ask_system(flow, document, &found, &failed);

    if (endpoint != NULL && !endpoint_save(flow, endpoint, err))
        return false;
    if (!good) {
        trouble(flow, document, TROUBLE_ASK, &failed);
        return journal_advance(flow->journal, document, DOC_UNKNOWN, "asked",
                               document->reason, err);
    }
    if (found == 1)
        return close_found(flow, document, err);
    if (found == 0)
        return try_again(flow, document, err);
    return cannot_tell(flow, document, err);
}

/* Whether the run that died may have given the file its name. */
static bool
was_attempted(struct flow *flow, const struct document *document,
              bool *attempted, struct err *err)
{
    struct arena *arena = arena_new();
    struct effect *effects;
    size_t count;

    *attempted = false;
    bool good = journal_effects(flow->journal, document->id, arena, &effects,
                                &count, err);
    for (size_t i = 0; good && i < count; i++)
        *attempted |= text_equal(effects[i].kind, "deliver") &&
                      (effects[i].state == EFFECT_ATTEMPTED ||
                       effects[i].state == EFFECT_UNKNOWN);
    arena_free(&arena);
    return good;
}

/* A dead run's working documents become unknown before they are asked for. A
 * file that had no name yet was not delivered: nobody need be asked. */
static bool
adopt(struct flow *flow, struct document *document, struct err *err)
{
    bool attempted = true;

    if (document->state != DOC_WORKING)
        return true;
    if (document->direction == DIRECTION_OUT &&
        !was_attempted(flow, document, &attempted, err))
        return false;
    text_copy(document->reason, sizeof document->reason,
              attempted ? "the run that worked on it ended in the middle" : "");
    if (attempted) {
        document->state = DOC_UNKNOWN;
    } else {
        document->state = DOC_QUEUED;
        document->delivered = DELIVERED_QUEUED;
        document->due = 0;
    }
    return journal_advance(flow->journal, document, DOC_WORKING,
                           attempted ? "unknown" : "not sent",
                           attempted ? document->reason
                                     : "the run ended before it had its name",
                           err);
}

/* Brings one on; moved when it waits no longer. */
static bool
bring_on(struct flow *flow, struct document *document, unsigned *moved,
         struct err *err)
{
    if (!adopt(flow, document, err) ||
        (document->state == DOC_UNKNOWN && !ask_one(flow, document, err)))
        return false;
    *moved += document->state != DOC_UNKNOWN;
    return true;
}

/* Whoever sends asks partners, whoever posts asks systems. */
enum direction
asked_direction(const struct flow *flow)
{
    bool sends = (flow->stages >> STAGE_DISPATCH & 1U) != 0;
    bool posts = (flow->stages >> STAGE_POST & 1U) != 0;

    return sends == posts ? DIRECTION_ANY
           : sends        ? DIRECTION_OUT
                          : DIRECTION_IN;
}

/* partner: NULL for all. */
static bool
ask_for(struct flow *flow, const char *partner, unsigned *moved,
        struct err *err)
{
    static struct document documents[BATCH];
    struct doc_filter filter = { .direction = asked_direction(flow),
                                 .states =
                                     1U << DOC_UNKNOWN | 1U << DOC_WORKING,
                                 .partner = partner,
                                 .due_only = true };
    size_t count;

    if (!claim_due(flow, &filter, documents, BATCH, &count, err))
        return false;
    for (size_t i = 0; i < count && work_goes_on(flow); i++) {
        int64_t lease = documents[i].lease;
        if (!bring_on(flow, &documents[i], moved, err) &&
            !set_aside(flow, documents[i].id, lease, err))
            return false;
    }
    return true;
}

static bool
has_any(struct flow *flow, bool *any, struct err *err)
{
    struct arena *arena = arena_new();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states =
                                     1U << DOC_UNKNOWN | 1U << DOC_WORKING,
                                 .due_only = true,
                                 .limit = 1 };
    struct document *documents;
    size_t count = 0;
    bool good =
        journal_list(flow->journal, &filter, arena, &documents, &count, err);

    *any = count > 0;
    arena_free(&arena);
    return good;
}

/* What another process sends is working, too: each keeps to its own doors. */
bool
step_ask(struct flow *flow, unsigned *moved, struct err *err)
{
    bool any;

    if (flow->shift == NULL || flow->shift->doors == FLOW_ALL_DOORS)
        return ask_for(flow, NULL, moved, err);
    if (!has_any(flow, &any, err))
        return false;
    for (size_t i = 0; any && i < partner_count(flow->conf); i++) {
        struct endpoint *endpoint = &flow->endpoints[i];
        if (!endpoint_load(flow, endpoint, err) ||
            (endpoint_is_ours(flow, endpoint) &&
             !ask_for(flow, endpoint->partner->code, moved, err)))
            return false;
    }
    return true;
}
