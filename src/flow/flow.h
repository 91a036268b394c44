/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow - what happens to a document, step by step, and when.
 *
 *   if (!flow_open(&flow, conf, found, &err)) ...
 *   if (!flow_isolate(flow, &err)) ...          before the journal is opened
 *   if (!flow_attach(flow, journal, &err)) ...
 *   flow_run(flow, NULL, 0, &report, &err);    until nothing is due
 *   flow_close(&flow);
 *
 *   flow_work(flow, &shift, &report, &next, &err);   a role of the daemon: some
 *                                       of the stages, until nothing is due
 *
 * The flows are texts (etc/flows); this floor carries them out: capture from
 * systems, translate, dispatch by channels, fetch, take apart, acknowledge,
 * match, post. Each step is journalled before its effect, so a run that is
 * killed anywhere goes on where it was and repeats no effect. flow/trouble.c
 * alone decides what a failure means. Codes: TP7001-TP7099.
 */
#ifndef TP_FLOW_FLOW_H
#define TP_FLOW_FLOW_H

#include "base/problems.h"
#include "conf/conf.h"
#include "conf/partner.h"
#include "store/journal.h"

struct flow;

enum flow_stage {
    STAGE_WAKE,
    STAGE_CAPTURE,
    STAGE_TRANSLATE,
    STAGE_FETCH,
    STAGE_INTAKE,
    STAGE_POST,
    STAGE_DISPATCH,
    STAGE_ASK,
    STAGE_TELL,
    STAGE_SYNC,
    STAGE_ALERT,
    STAGE_VIEWS,
    STAGES
};
const char *flow_stage_name(enum flow_stage);

struct flow_report {
    unsigned moved[STAGES];   /* documents that went on, by stage */
    int64_t spent_ns[STAGES]; /* time, by stage */
    unsigned rounds;
    unsigned unreached; /* systems and partners that could not be asked */
    bool no_room;       /* the disk's reserve was reached: nothing was taken */
};

/* Makes spool/in/<partner>/ for each partner, where there is none. */
bool flow_drop_boxes(const struct conf *, struct err *) MUST_USE;

/* Reads and checks every flow, guide, map and code table that a partner or a
 * flow names; mistakes go to found. Conf and journal stay the caller's. */
bool flow_open(struct flow **, const struct conf *, struct problems *found,
               struct err *) MUST_USE;
/* Starts the process that reads what partners send (translate/translator.h);
 * whoever does STAGE_TRANSLATE or STAGE_INTAKE needs it. That process has what
 * this one has in memory now: no secret, journal or connection may be open. */
bool flow_isolate(struct flow *, struct err *) MUST_USE;
bool flow_attach(struct flow *, struct journal *, struct err *) MUST_USE;
void flow_close(struct flow **);
/* As flow_open, for `tradepost check`; online also holds the
 * bindings against the systems' metadata. */
bool flow_check(const struct conf *, bool online, struct problems *,
                struct err *) MUST_USE;

/* Does what is due for one flow by name (NULL = all) until nothing is. Waits
 * up to wait_seconds for documents that become due meanwhile. */
bool flow_run(struct flow *, const char *name, long wait_seconds,
              struct flow_report *, struct err *) MUST_USE;

/* Nobody waits for who tries partners that are shut: slow, waits, down. */
enum flow_doors { FLOW_ALL_DOORS, FLOW_OPEN_DOORS, FLOW_SHUT_DOORS };
/* A role's part of the work. */
struct flow_shift {
    unsigned stages;         /* 1U << STAGE_CAPTURE | ... */
    bool (*goes_on)(void *); /* between documents: false ends the work soon */
    void *user;
    enum flow_doors doors;
};
/* When there is something to do, unless the journal changes; 0 is never. */
struct flow_next {
    moment owed; /* for a document that is here, or who rests and owes one */
    moment work; /* or somebody is asked for news, alerts are looked at, ... */
};
/* Does what is due of these stages until nothing is; asks for news no sooner
 * than flows say. Several processes may work on one journal. */
bool flow_work(struct flow *, const struct flow_shift *, struct flow_report *,
               struct flow_next *, struct err *) MUST_USE;
/* The next flow_work asks everybody for news, whatever the time. */
void flow_ask_all(struct flow *);

/* What a person may do to a document; each appends an event with the reason.
 * TP7030 when its state does not allow it. */
enum flow_act {
    FLOW_RETRY,     /* go on with the failed step now */
    FLOW_REPROCESS, /* begin again from what came, with today's texts */
    FLOW_RELEASE,   /* let a held document go on */
    FLOW_HOLD,
    FLOW_IGNORE
};
bool flow_act(struct journal *, int64_t document, enum flow_act,
              const char *reason, struct err *) MUST_USE;

/* Puts another record (JSON, as doc show --record prints it) in the place of a
 * held or dead document's; its number stays. What it was stays as "original".
 * When it is retried, what came in goes on from this record. In the caller's
 * transaction; TP7078 when nothing or too much differs, else the first of the
 * schema's problems and how many there are. */
bool flow_edit(const struct conf *, struct journal *, int64_t document,
               const struct buf *json, const char *reason,
               struct err *) MUST_USE;

/* The i-th flow's first run after a moment; false when there is none. */
struct flow_next_run {
    moment at, planned; /* planned: before closed hours moved it */
    const char *why;    /* "every 4h", "leave by 16:00" */
};
bool flow_next(const struct flow *, size_t i, moment after,
               struct flow_next_run *);
const char *flow_schedule(const struct flow *, size_t i); /* "every 4h" */
/* When a flow that has times ran last; 0 = never. */
bool flow_last_run(struct journal *, const char *flow_name, moment *,
                   struct err *) MUST_USE;

/* What was sent goes out once more: the same bytes and numbers (TP7075 when it
 * was said with the same reason before), or made anew from its record with new
 * control numbers and the same posting key, in place of the first. In the
 * caller's transaction; made: the new document. TP7030 as above. */
enum flow_once_more { FLOW_RESEND, FLOW_REISSUE };
bool flow_once_more(struct journal *, int64_t document, enum flow_once_more,
                    const char *reason, int64_t *made, struct err *) MUST_USE;

/* Do a set's documents, to or from a partner, wait for the one before them? */
bool flow_is_strict(const struct flow *, const struct partner *,
                    const char *set, enum direction);

size_t flow_count(const struct flow *);
const char *flow_name(const struct flow *, size_t);
const char *flow_title(const struct flow *, size_t);
bool flow_ping_system(struct flow *, const char *name, struct buf *lines,
                      struct err *) MUST_USE;

#endif
