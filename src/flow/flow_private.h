/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow_private - what the steps of this floor share.
 *
 * A step is a function that does one batch of what is due and adds to *moved
 * how many documents went on. It returns false only when the journal failed
 * or a bug was found; everything else ends in a document's state, decided by
 * trouble.c.
 */
#ifndef TP_FLOW_FLOW_PRIVATE_H
#define TP_FLOW_FLOW_PRIVATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "channel/channel.h"
#include "flow/destination.h"
#include "flow/flow.h"
#include "flow/texts.h"
#include "map/codes.h"
#include "map/map.h"
#include "net/traffic.h"
#include "store/restored.h"
#include "system/system.h"
#include "translate/translator.h"

enum { BATCH = 100, LEASE_SECONDS = 300 };

/* A partner's channel, opened when first needed in a run. */
struct endpoint {
    const struct partner *partner;
    struct channel *channel;
    struct destination destination, kept; /* kept: as the journal has it */
    bool missed; /* it rested when partners were asked */
    struct traffic traffic;
};

struct flow_system {
    const char *name;
    struct system *system;
    struct destination destination, kept;
    struct traffic traffic;
};

/* A fact that has released documents. */
struct woken {
    const char *fact;
    struct woken *next;
};

struct alerts;
struct sync_binding;
struct table;
struct named_table;
struct code_answer;

struct code_user {
    struct flow *flow;
    const struct partner *partner;
};

/* limits.retry_first, retry_longest, give_up of tradepost.conf */
struct retry_policy {
    long first_seconds, longest_seconds, give_up_seconds;
    int poison_tries; /* limits.quarantine */
    uint64_t seed;    /* of the jitter: another one in each house */
};

/* What a failure is judged by: whether it was the only document tried, where,
 * and when it was touched before. */
struct attempt {
    const struct destination *destination; /* NULL: nobody else is there */
    bool alone;
    moment before;
};

struct flow {
    const struct conf *conf;
    struct retry_policy retry;
    struct attempt attempt;
    struct journal *journal; /* NULL while only checking */
    struct arena *arena;     /* as long as the engine */
    struct problems *found;  /* of the opening */
    struct flow_text *texts;
    const struct flow_text *only; /* run this flow alone; NULL = all */
    struct table *tables;
    struct named_table *named_tables;
    struct code_answer *code_answers; /* of this stage */
    unsigned stage;                   /* counted from 1 */
    struct routes *routes;            /* loaded maps and guides */
    struct translator *translator;    /* NULL: nothing is translated here */
    bool woken;                       /* facts were asked for in this round */
    struct woken *woken_facts;        /* that released something in this run */
    struct arena *facts;              /* theirs */
    unsigned stages;                  /* that are done here: 1U << STAGE_ */
    const struct flow_shift *shift;   /* NULL: nobody may end the work early */
    moment next_wake, next_tell;
    int64_t next_figures;       /* of when_steady(); 0 = there is no news */
    bool no_room;               /* nothing new is taken in now */
    bool was_full;              /* the same, at some time in this run */
    int64_t lease, renewed;     /* token of the last claim; of when_steady() */
    size_t post_most;           /* in one batch; from how long the last took */
    struct endpoint *endpoints; /* one per partner, in conf's order */
    struct flow_system *systems;
    size_t system_count;
    struct map_sources sources;
    struct code_user any_partner; /* for systems' bindings */
    struct map_codes system_codes;
    struct sync_binding *bindings; /* of sync flows */
    moment *next_pull;             /* per flow text, in order */
    struct alerts *alerts;
    int64_t *hints;     /* the same: the last hint that was followed */
    unsigned unreached; /* of this run */
    struct restored restored;
    int64_t restored_read; /* when, of when_steady() */
};

/* lease.c: journal_claim() for LEASE_SECONDS, renewed while bytes move. */
bool claim_due(struct flow *, const struct doc_filter *, struct document *,
               size_t max, size_t *count, struct err *);
void lease_watch(struct flow *);
void lease_unwatch(void);
/* dispatch.c: of the lane of a set to a partner. */
enum lane_order send_order(const struct flow *, const struct partner_set *);
/* Asked between two documents: false when the rest is for another time. */
bool work_goes_on(const struct flow *);
/* ask.c: of which direction this process brings documents to their end. */
enum direction asked_direction(const struct flow *);

typedef bool flow_step(struct flow *, unsigned *moved, struct err *);
flow_step step_wake, step_capture, step_translate, step_fetch, step_intake,
    step_post, step_dispatch, step_ask, step_tell, step_sync, step_alert,
    step_views;

/* routes.c */
void flow_open_routes(struct flow *);
/* The flow that begins with this set from a partner, or this entity of a
 * system; NULL when there is none or another one runs alone. */
const struct flow_text *text_for_set(const struct flow *, const char *set);
const struct flow_text *text_for_origin(const struct flow *,
                                        const struct document *);

/* sync.c */
void sync_close(struct flow *);
/* Holds the system's bindings of sync flows to their records. */
void sync_check(struct flow *, const struct system *);

/* codes.c */
bool tables_open(struct flow *, struct err *);
void tables_close(struct flow *);
struct map_codes codes_of(struct code_user *);
/* As read_handler.code; the user is a flow. */
bool answer_code(void *user, const char *partner, const char *const words[3],
                 const char *value, struct arena *, const char **out,
                 const char **guess);

/* places.c: channels and systems */
bool places_open(struct flow *, struct err *);
void places_close(struct flow *);
/* NULL and err when it cannot be opened, or was stopped in this run. */
struct channel *endpoint_channel(struct flow *, struct endpoint *,
                                 struct err *);
struct endpoint *endpoint_of(struct flow *, const struct partner *);
bool endpoint_rests(const struct endpoint *);
/* Whether it is this shift's to try, as it was loaded last. */
bool endpoint_is_ours(const struct flow *, const struct endpoint *);
/* Closes a broken connection. */
void endpoint_drop(struct endpoint *);
/* Nobody gets through: no connection, no sign-in, or too many requests. */
bool is_door(const struct err *);
/* Notes that nobody got through to it, and closes it. */
void endpoint_failed(const struct flow *, struct endpoint *,
                     const struct err *);
/* How the partner's channel fares, as the journal has it, and back. */
bool endpoint_load(struct flow *, struct endpoint *, struct err *);
bool endpoint_save(struct flow *, struct endpoint *, struct err *);
/* The same for every business system. */
bool systems_load(struct flow *, struct err *);
bool systems_save(struct flow *, struct err *);
/* NULL when there is no such system. */
struct destination *system_destination(struct flow *, const char *name);
/* NULL and err when it cannot be opened, or rests. */
struct system *system_by_name(struct flow *, const char *name, struct err *);
bool system_rests(struct flow *, const char *name);
/* Notes a failure of the system (name NULL: the house's): of its door (no
 * connection, no sign-in, too many requests), else of the one document that was
 * tried (0: of none). */
void system_failed(struct flow *, const char *name, int64_t document,
                   const struct err *);
/* document: one was taken, not only a question answered. */
void system_worked(struct flow *, const char *name, bool document);
/* The business system of the house: the first in tradepost.conf. */
struct system *home_system(struct flow *, struct err *);
size_t text_index(const struct flow *, const struct flow_text *);

/* fetch.c: before anything new is taken in; open = false, and a line in the log
 * when it begins, while the disk's reserve is reached. */
bool takes_in(struct flow *, bool *open, struct err *) MUST_USE;

/* when.c: conditions of flow texts. record may be NULL. */
bool conditions_met(const struct flow *, const struct flow_when *,
                    const struct partner *, const struct document *,
                    const struct record *, const struct flow_when **failed);

/* due.c: is the flow to begin now? It ran: its next time is reckoned. */
bool flow_due(struct flow *, const struct flow_text *, bool *due, struct err *);
bool flow_ran(struct flow *, const struct flow_text *, struct err *);
/* The same for all flows that begin at partners. */
bool fetch_due(struct flow *, bool *due, struct err *);
bool fetch_ran(struct flow *, struct err *);
/* Queued documents whose flow is closed now, or that come between its runs, are
 * taken out of the list, with the time from which they may go on and why. */
bool leave_waiting(struct flow *, struct document *, size_t *count,
                   struct err *);
/* When this flow runs alone, because somebody said so, nothing of it waits for
 * its time. */
void force_due(const struct flow *, const struct flow_text *,
               struct doc_filter *);

/* An inbound set on its way into the journal. Lives in the arena of its
 * arrival, except for record and findings: prepared_free(). */
struct prepared {
    struct document document;
    struct record *record;
    struct buf findings; /* JSON lines */
    const char *bytes;   /* ST to SE */
    size_t size;
    struct prepared *next;
};
void prepared_free(struct prepared *);
/* prepare.c: what was read, with our numbers in it; ends in a state of the
 * document. */
void prepare_set(struct flow *, const struct partner *,
                 const struct read_interchange *, struct read_set *,
                 struct prepared *);
/* As translator_again(), which is told: of what file. */
bool translate_again(struct flow *, struct read_job *, const char *name,
                     struct err *);
/* What a person edited (edit.c) goes on from its record, not from its bytes. */
#define EDITED_PART "edited"
bool prepare_edited(struct flow *, const struct partner *, struct prepared *,
                    struct err *);
bool forget_edit(struct journal *, int64_t document, struct err *);
bool is_edited(struct journal *, int64_t document, bool *, struct err *);
/* An arrival's reason when a person released what it was held for. */
#define ACCEPTED_BY_PERSON "accepted by a person"
/* intake.c: everything that comes of one arrival. apart_take reads, checks and
 * maps, and changes nothing; apart_journal does, in the caller's transaction,
 * or says that it has to be taken apart again, because what was read then has
 * changed. */
struct apart;
bool apart_take(struct flow *, struct interchange *arrival, struct apart **,
                struct err *) MUST_USE;
bool apart_journal(struct apart *, bool *again, struct err *) MUST_USE;
void apart_free(struct apart **);
/* large.c: the same, set by set, of large arrivals; in many commits. What was
 * done is found again and not done twice. */
bool is_large(int64_t size);
bool large_take(struct flow *, struct interchange *arrival, struct err *);
/* describe.c: of the row->size bytes. */
void interchange_hash(struct interchange *, const char *bytes);
/* duplicate.c: adds it, in the caller's transaction; a second one of the same
 * business number is ignored, held, or takes the first one's place. */
bool add_prepared(struct flow *, struct prepared *, struct err *);
/* A cancellation that would be posted next is put on hold instead. */
void hold_cancellation(struct document *);
/* again.c: inbound documents that were released. */
bool take_released(struct flow *, unsigned *moved, struct err *);
/* resolve.c: our numbers for vendor, customer, items and places. */
bool resolve_record(struct flow *, const struct partner *, struct record *,
                    struct problems *, struct err *);
/* "line 10000", by the line's own number or its place in the document. */
void name_line(const json_t *line, size_t index, char place[48]);
/* match.c: three-way match; good = false puts the document on hold. */
bool match_invoice(struct flow *, const struct document *,
                   const struct record *, struct problems *, struct err *);
/* acks.c: what an acknowledgement says about what we sent, in the caller's
 * transaction. */
bool acknowledge(struct flow *, struct document *, const struct record *,
                 struct err *);
bool acknowledge_ta1s(struct flow *, const struct partner *,
                      const struct read_interchange *, struct err *);
/* envelope.c: numbers and bytes of one interchange that carries one set, or
 * one TA1 when set is NULL, in the caller's transaction. Fills the document's
 * numbers. */
struct x12_set;
struct x12_segment;
struct parcel_plan {
    const struct partner *partner;
    const char *functional_id; /* GS01 */
    struct x12_set *set;
    const struct x12_segment *ta1;
};
bool envelope_make(struct flow *, const struct parcel_plan *, struct document *,
                   struct buf *, struct err *);

/* dispatch.c: a delivery with evidence; the name of its file, unique and
 * repeatable. after: what follows, in the caller's transaction. */
void delivery_name(const struct document *, char out[128]);
void sent_mark(struct flow *, struct document *, const char *evidence);
bool sent_after(struct flow *, const struct document *, struct err *);
/* expect.c: the ship notice about an order that was sent; and that it came.
 * In the caller's transaction. */
bool expect_ship_notice(struct flow *, const struct document *order,
                        struct err *) MUST_USE;
bool ship_notice_came(struct flow *, const struct document *notice,
                      struct err *) MUST_USE;
void delivery_effect(const struct document *, struct effect *);
/* restored.c: after the journal was put back (store/restored.h). Makes
 * what a person has not let go since held; the caller advances. */
bool restored_waits(struct flow *, struct document *, bool *held, struct err *);
/* Advances; what may have happened since the backup becomes unknown instead of
 * queued, so that the other side is asked. */
bool let_go(struct journal *, struct document *, enum doc_state from,
            const char *what, const char *reason, struct err *);
/* Is the document's effect unknown because of that? */
bool was_put_back(struct flow *, const struct document *, bool *, struct err *);
/* While nobody is let to the destination its documents stay queued and cost
 * nothing; each says why, once. */
bool say_why(struct flow *, const struct destination *,
             const struct doc_filter *, struct err *);
/* The same for what waits in strict lanes: of one partner, or of all. */
bool say_behind(struct flow *, const struct doc_filter *lanes, struct err *);
/* A match that a person accepted is not made again: the code stays. */
bool accepted_match(const struct document *);
/* once_more.c: the same bytes, sent again on purpose. */
#define RESEND_KEY "resend/"
bool is_resend(const struct document *);
/* post.c: the same for a posting. ask_system: found 1 yes, 0 no; the document
 * is filled when found. */
void posted_mark(struct document *, const struct push_result *);
bool posted_after(struct flow *, const struct document *, struct err *);
bool ask_system(struct flow *, struct document *, int *found, struct err *);
/* The step that posts it, or NULL, and its flow. */
const struct flow_verb_step *post_step(struct flow *, const struct document *,
                                       const struct flow_text **);
/* How long a posting in doubt may still appear. */
long post_settle_seconds(const struct flow *, const char *name,
                         const struct system *);
/* ask.c: that an effect was not found is believed only this long after it was
 * attempted, since the far side may commit after we looked. False before that
 * (TP7034, with the seconds to wait). */
bool is_settled(struct flow *, const struct document *, const char *kind,
                long settle_seconds, struct err *) MUST_USE;
/* tell.c: has the system that a document came from told what became of it. */
bool tell_later(struct flow *, const struct document *, const char *state,
                struct err *);

/* trouble.c: what a failure means. */
enum trouble_step {
    TROUBLE_TRANSLATE,
    TROUBLE_SEND,
    TROUBLE_POST,
    TROUBLE_ASK
};
/* Sets state, due, code and reason of the document; true when the endpoint or
 * system must rest for this run. The caller advances. */
bool trouble(const struct flow *, struct document *, enum trouble_step,
             const struct err *);
/* One that was asked for and did not happen, again: true when it is poison, as
 * others passed since it failed, and on hold now. */
bool trouble_poison(const struct flow *, struct document *,
                    const struct destination *, moment failed,
                    enum trouble_step);
/* A failure that belongs to one document (the journal itself is well) holds
 * that document and lets the run go on; false when it is the journal's. Ends
 * an open transaction. lease as it was claimed. */
bool is_stuck(const struct err *);
bool set_aside(struct flow *, int64_t document, int64_t lease, struct err *);
void trouble_hold(struct document *, enum err_code, const char *waits_for,
                  const char *format, ...) PRINTF(4, 5);
/* The pause after the nth failure, as tradepost.conf has it. */
long retry_pause(const struct retry_policy *, int attempt);
/* The same in milliseconds, with an eighth of jitter that differs by who. */
moment retry_wait(const struct retry_policy *, int attempt, int64_t who);
/* The fact that releases it; "item:9" and "item::9" become "item:ACME:9". */
void trouble_waits(struct document *, const char *waits_for);
/* Holds for the first problem that is not a warning; false when there is
 * none. */
bool trouble_hold_for(struct document *, const struct problems *);

/* figures.c: now, or when it is time. What fails is logged and kept. */
void figures_save(struct flow *, bool now);
/* When it will be time; 0 = there is nothing to save. */
moment figures_due(const struct flow *);

/* describe.c */
/* currency: the company's when the record names none. */
void document_describe(const struct flow *, struct document *,
                       const struct record *);
void key_posting(const struct flow *, char out[200], const struct document *,
                 const char *revision);
bool document_record(struct flow *, const struct document *, struct record **,
                     struct err *);
/* The same, and how long it is in the journal: a measure of its memory. */
bool document_record_sized(struct flow *, const struct document *,
                           struct record **, size_t *size, struct err *);
void problems_text(const struct problems *, struct buf *);

#endif
