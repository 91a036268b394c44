/* SPDX-License-Identifier: Apache-2.0 */
/* Queued interchanges leave by their partner's channel. Each delivery is an
 * effect: intended in one commit before the first byte leaves; attempted in
 * another when the channel has uploaded it, before it is renamed; settled in a
 * third when there is evidence. One that is working but not attempted was not
 * delivered, whatever the far side shows. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

enum { TRIES_TOGETHER = 2 };

struct sending {
    struct document *document;
    struct effect effect;
    struct buf bytes;
    char name[128];
    bool skip; /* its bytes could not be read; it is on hold */
};

void
delivery_name(const struct document *document, char out[128])
{
    /* A resend never takes the place of the first, nor is it taken for it. */
    if (is_resend(document))
        text_format(out, 128, "%s_%s_%s_again-%lld.edi", document->set,
                    document->partner, document->isa, (long long)document->id);
    else
        text_format(out, 128, "%s_%s_%s.edi", document->set, document->partner,
                    document->isa);
}

void
delivery_effect(const struct document *document, struct effect *effect)
{
    *effect = (struct effect){ .document = document->id };
    text_copy(effect->kind, sizeof effect->kind, "deliver");
    text_copy(effect->target, sizeof effect->target, document->partner);
    text_format(effect->key, sizeof effect->key, "%s/%s", document->partner,
                document->isa);
    if (is_resend(document))
        text_format(effect->key, sizeof effect->key, "%s/%s/again-%lld",
                    document->partner, document->isa, (long long)document->id);
}

/* An effect of an earlier time, before a person had it sent again. */
static bool
forget_attempt(struct flow *flow, struct effect *effect, struct err *err)
{
    if (effect->state == EFFECT_INTENDED || effect->state == EFFECT_FAILED)
        return true;
    effect->state = EFFECT_FAILED;
    text_copy(effect->evidence, sizeof effect->evidence, "to be sent again");
    return journal_settle(flow->journal, effect, err);
}

static bool
start_one(struct flow *flow, struct sending *sending, struct err *err)
{
    struct document *document = sending->document;
    struct err damaged = { 0 };
    bool found;

    if (!restored_waits(flow, document, &sending->skip, err))
        return false;
    if (sending->skip)
        return journal_advance(flow->journal, document, DOC_QUEUED, "held",
                               document->reason, err);
    delivery_name(document, sending->name);
    if (!journal_get(flow->journal, document->id, "x12", &sending->bytes,
                     &found, &damaged) ||
        !found) {
        if (!found)
            err_set(&damaged, TP7004, "document %lld has no X12",
                    (long long)document->id);
        trouble_hold(document, damaged.code, NULL, "%s", damaged.text);
        sending->skip = true;
        return journal_advance(flow->journal, document, DOC_QUEUED, "held",
                               document->reason, err);
    }
    delivery_effect(document, &sending->effect);
    if (!journal_intend(flow->journal, &sending->effect, err) ||
        !forget_attempt(flow, &sending->effect, err))
        return false;
    document->state = DOC_WORKING;
    document->delivered = DELIVERED_SENDING;
    return journal_advance(flow->journal, document, DOC_QUEUED, "sending",
                           sending->name, err);
}

/* How long the partner has for its 997: as its file says, else as the flow
 * does; 0 = none is expected. */
static long
ack_seconds(const struct flow *flow, const struct document *document)
{
    const struct partner *partner =
        partner_by_code(flow->conf, document->partner);
    const struct partner_set *set =
        partner ? partner_sends(partner, document->set) : NULL;
    const struct flow_text *text = text_for_origin(flow, document);

    /* The first one's is still expected, and answers both. */
    if (is_resend(document))
        return 0;
    if (set != NULL && set->ack_seconds > 0)
        return set->ack_seconds;
    return set != NULL && text != NULL && text_equal(text->expect, "997")
               ? text->expect_seconds
               : 0;
}

void
sent_mark(struct flow *flow, struct document *document, const char *evidence)
{
    document->state = DOC_DONE;
    document->delivered = DELIVERED_SENT;
    document->acked =
        ack_seconds(flow, document) > 0 ? ACKED_WAITING : ACKED_NA;
    document->code = TP_NONE;
    document->reason[0] = '\0';
    document->attempts = 0;
    text_copy(document->evidence, sizeof document->evidence, evidence);
}

/* A 997 is due from the moment of delivery on. */
static bool
expect_ack(struct flow *flow, const struct document *document, struct err *err)
{
    struct expectation expectation = { .document = document->id };

    if (document->acked != ACKED_WAITING)
        return true;
    text_copy(expectation.partner, sizeof expectation.partner,
              document->partner);
    text_copy(expectation.what, sizeof expectation.what, "997");
    expectation.due = when_now() + (moment)ack_seconds(flow, document) * 1000;
    return journal_expect(flow->journal, &expectation, err);
}

bool
sent_after(struct flow *flow, const struct document *document, struct err *err)
{
    return journal_met(flow->journal, document->id, "leave", err) &&
           expect_ack(flow, document, err) &&
           expect_ship_notice(flow, document, err) &&
           tell_later(flow, document, "sent", err);
}

static bool
finish_one(struct flow *flow, struct sending *sending,
           const struct parcel *parcel, struct err *err)
{
    struct document *document = sending->document;

    if (parcel->sent) {
        sent_mark(flow, document, parcel->evidence);
        sending->effect.state = EFFECT_DONE;
        text_copy(sending->effect.evidence, sizeof sending->effect.evidence,
                  parcel->evidence);
    } else {
        trouble(flow, document, TROUBLE_SEND, &parcel->err);
        document->delivered =
            document->state == DOC_HELD ? DELIVERED_FAILED : DELIVERED_SENDING;
        sending->effect.state =
            document->state == DOC_UNKNOWN ? EFFECT_UNKNOWN : EFFECT_FAILED;
        text_copy(sending->effect.evidence, sizeof sending->effect.evidence,
                  document->reason);
    }
    return journal_settle(flow->journal, &sending->effect, err) &&
           journal_advance(
               flow->journal, document, DOC_WORKING,
               parcel->sent ? "sent" : doc_state_name(document->state),
               parcel->sent ? document->evidence : document->reason, err) &&
           (!parcel->sent || sent_after(flow, document, err));
}

static bool
start_all(struct flow *flow, struct sending *sendings, size_t count,
          struct err *err)
{
    if (!journal_begin(flow->journal, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!start_one(flow, &sendings[i], err)) {
            journal_abandon(flow->journal);
            return false;
        }
    return journal_commit(flow->journal, err);
}

static void
missed(const struct flow *flow, struct endpoint *endpoint,
       const struct sending *sending, const struct err *failed)
{
    if (is_door(failed))
        destination_failed(&endpoint->destination, &flow->retry, when_now(),
                           failed);
    else
        destination_missed(&endpoint->destination, &flow->retry, when_now(),
                           sending->document->id, failed);
}

static bool
finish_all(struct flow *flow, struct endpoint *endpoint,
           struct sending *sendings, const struct parcel *parcels, size_t count,
           struct err *err)
{
    const struct err *worst = NULL;
    bool passed = false;

    if (!journal_begin(flow->journal, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (sendings[i].skip)
            continue;
        passed |= parcels[i].sent;
        if (!parcels[i].sent && parcels[i].err.kind != ERR_DATA &&
            parcels[i].err.kind != ERR_CONFLICT) {
            worst = &parcels[i].err;
            missed(flow, endpoint, &sendings[i], worst);
        }
        if (!finish_one(flow, &sendings[i], &parcels[i], err)) {
            journal_abandon(flow->journal);
            return false;
        }
    }
    if (!journal_commit(flow->journal, err))
        return false;
    if (passed && worst == NULL)
        destination_good(&endpoint->destination, when_now(), BATCH);
    if (worst != NULL)
        endpoint_drop(endpoint);
    return endpoint_save(flow, endpoint, err);
}

struct batch {
    struct flow *flow;
    struct sending *sendings;
    const struct parcel *parcels; /* one for each */
};

static bool
attempt_all(const struct batch *batch, const struct parcel *parcels,
            size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!parcels[i].begun)
            continue;
        struct effect *effect =
            &batch->sendings[&parcels[i] - batch->parcels].effect;
        text_copy(effect->evidence, sizeof effect->evidence,
                  parcels[i].evidence);
        if (!journal_attempt(batch->flow->journal, effect, err))
            return false;
    }
    return true;
}

/* Durable before a final name is given: from here on a file that is absent may
 * have been there. */
static bool
before_names(void *user, struct parcel *parcels, size_t count, struct err *err)
{
    const struct batch *batch = user;

    if (!journal_begin(batch->flow->journal, err))
        return false;
    if (attempt_all(batch, parcels, count, err) &&
        journal_commit(batch->flow->journal, err))
        return true;
    journal_abandon(batch->flow->journal);
    return false;
}

/* Tries a batch; parcels that were not tried carry the channel's failure. */
static void
put_all(struct flow *flow, struct endpoint *endpoint, struct sending *sendings,
        struct parcel *parcels, size_t count)
{
    struct err err = { 0 };
    struct channel *channel = endpoint_channel(flow, endpoint, &err);
    struct batch batch = { flow, sendings, parcels };
    struct channel_ready ready = { before_names, &batch };

    for (size_t i = 0; i < count; i++)
        parcels[i] = (struct parcel){ .name = sendings[i].name,
                                      .bytes = buf_text(&sendings[i].bytes),
                                      .size = sendings[i].bytes.size };
    if (channel != NULL &&
        channel->ops->put(channel, parcels, count, &ready, &err))
        return;
    for (size_t i = 0; i < count; i++)
        if (!parcels[i].sent && parcels[i].err.kind == ERR_NONE)
            parcels[i].err = err;
}

static bool
send_batch(struct flow *flow, struct endpoint *endpoint,
           struct document *documents, size_t count, struct err *err)
{
    struct arena *arena = arena_new();
    struct sending *sendings = arena_alloc(arena, count * sizeof *sendings);
    struct parcel *parcels = arena_alloc(arena, count * sizeof *parcels);
    size_t tried = 0;

    for (size_t i = 0; i < count; i++)
        sendings[i].document = &documents[i];
    flow->attempt.destination = &endpoint->destination;
    flow->attempt.alone = count == 1;
    bool good = start_all(flow, sendings, count, err);
    if (good) {
        for (size_t i = 0; i < count; i++)
            if (!sendings[i].skip)
                sendings[tried++] = sendings[i];
        put_all(flow, endpoint, sendings, parcels, tried);
        good = finish_all(flow, endpoint, sendings, parcels, tried, err);
    }
    flow->attempt.destination = NULL;
    for (size_t i = 0; i < tried; i++)
        buf_free(&sendings[i].bytes);
    arena_free(&arena);
    return good;
}

/* The partner's word, else the flow's. */
enum lane_order
send_order(const struct flow *flow, const struct partner_set *set)
{
    const struct flow_verb_step *send = NULL;

    if (set->order != NULL)
        return text_equal(set->order, "strict") ? ORDER_STRICT
               : text_equal(set->order, "none") ? ORDER_ANY
                                                : ORDER_LANE;
    for (const struct flow_text *text = flow->texts; text && !send;
         text = text->next) {
        const struct flow_verb_step *map = flow_text_step(text, VERB_MAP);
        if (text->system != NULL && map && text_equal(map->what, set->set))
            send = flow_text_step(text, VERB_SEND);
    }
    return send ? send->order : ORDER_LANE;
}

static bool
make_due(struct flow *flow, struct document *documents, size_t count,
         struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (documents[i].state != DOC_DEFERRED)
            continue;
        documents[i].state = DOC_QUEUED;
        if (!journal_advance(flow->journal, &documents[i], DOC_DEFERRED,
                             "queued", "due again", err))
            return false;
        documents[i].lease = 0;
    }
    return true;
}

/* What the flow that runs alone sends does not wait for its time. */
static bool
claim_forced(struct flow *flow, struct doc_filter filter,
             struct document *documents, size_t room, size_t *count,
             struct err *err)
{
    const struct flow_verb_step *map =
        flow->only ? flow_text_step(flow->only, VERB_MAP) : NULL;

    if (map == NULL || !text_equal(map->what, filter.set))
        return true;
    force_due(flow, flow->only, &filter);
    return claim_due(flow, &filter, documents, room, count, err);
}

/* Who failed twice is tried alone: it alone shall bear what comes of it. */
static bool
cut_batch(struct flow *flow, struct document *documents, size_t *count,
          struct err *err)
{
    size_t keep = 0;

    flow->attempt.before = documents[0].updated;
    while (keep < *count && documents[keep].attempts < TRIES_TOGETHER)
        keep++;
    if (keep == 0)
        keep = 1;
    for (size_t i = keep; i < *count; i++)
        if (!journal_yield(flow->journal, &documents[i], err))
            return false;
    *count = keep;
    return true;
}

static bool
send_lane(struct flow *flow, struct endpoint *endpoint, const char *set,
          enum lane_order order, unsigned *moved, struct err *err)
{
    static struct document documents[BATCH];
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states =
                                     1U << DOC_QUEUED | 1U << DOC_DEFERRED,
                                 .partner = endpoint->partner->code,
                                 .set = set,
                                 .order = order,
                                 .due_only = true };
    size_t count = 0;

    int room = destination_room(&endpoint->destination, when_now(), BATCH);

    if (room == 0)
        return true;
    if (!claim_forced(flow, filter, documents, (size_t)room, &count, err) ||
        (count == 0 &&
         !claim_due(flow, &filter, documents, (size_t)room, &count, err)))
        return false;
    if (count == 0)
        return say_behind(flow, &filter, err);
    if (!cut_batch(flow, documents, &count, err))
        return false;
    *moved += (unsigned)count;
    return make_due(flow, documents, count, err) &&
           leave_waiting(flow, documents, &count, err) &&
           (count == 0 || send_batch(flow, endpoint, documents, count, err));
}

static bool
say_why_not_sent(struct flow *flow, const struct endpoint *endpoint,
                 struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_QUEUED,
                                 .partner = endpoint->partner->code };

    return say_why(flow, &endpoint->destination, &filter, err);
}

/* Answers first: partners wait for them. */
static bool
send_to(struct flow *flow, struct endpoint *endpoint, unsigned *moved,
        struct err *err)
{
    const struct partner *partner = endpoint->partner;

    if (partner->suspended)
        return true;
    if (!endpoint_load(flow, endpoint, err))
        return false;
    if (!endpoint_is_ours(flow, endpoint))
        return true;
    if (!send_lane(flow, endpoint, "TA1", ORDER_ANY, moved, err) ||
        !send_lane(flow, endpoint, "997", ORDER_ANY, moved, err) ||
        !send_lane(flow, endpoint, "999", ORDER_ANY, moved, err))
        return false;
    for (size_t i = 0; i < partner->send_count; i++)
        if (!send_lane(flow, endpoint, partner->send[i].set,
                       send_order(flow, &partner->send[i]), moved, err))
            return false;
    return !endpoint_rests(endpoint) || say_why_not_sent(flow, endpoint, err);
}

bool
step_dispatch(struct flow *flow, unsigned *moved, struct err *err)
{
    for (size_t i = 0; i < partner_count(flow->conf); i++)
        if (!send_to(flow, &flow->endpoints[i], moved, err))
            return false;
    return true;
}
