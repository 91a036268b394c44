/* SPDX-License-Identifier: Apache-2.0 */
/*
 * destination - how a partner's channel or a business system fares, shared by
 * all its documents and kept in the journal (a cursor for each).
 *
 *            a success           its door fails      two sign-ins refused
 *   up       up                  down                stopped
 *   slow     slow, twice as many down                stopped
 *            at a time, then up
 *   waits    slow                down                stopped    (it asked to)
 *   down     slow, two at a time down, for longer    stopped    (one probe)
 *   paused   -                   -                   -          (a person)
 *   stopped  -                   -                   -          (a person)
 *
 * A door fails when nobody gets through (no connection, no sign-in), or when
 * three different documents fail in a row; one that fails while others pass is
 * that document's trouble (trouble.c). What a destination asks for with
 * Retry-After is waited for and is no failure. Paused and stopped end by
 * `tradepost endpoint resume` alone. Every change of state is an audit event.
 */
#ifndef TP_FLOW_DESTINATION_H
#define TP_FLOW_DESTINATION_H

#include "base/err.h"
#include "base/when.h"

struct journal;
struct retry_policy;

enum destination_state {
    DESTINATION_UP,
    DESTINATION_SLOW,
    DESTINATION_WAITS,
    DESTINATION_DOWN,
    DESTINATION_PAUSED,
    DESTINATION_STOPPED,
    DESTINATION_STATES
};
const char *destination_state_name(enum destination_state);

struct destination {
    char name[48];     /* "partner/BLUEFISH", "system/nav" */
    char settings[17]; /* a hash of what the settings say of it; "" = unknown */
    enum destination_state state;
    moment since; /* of the state */
    moment until; /* when it is tried next, of waits and down; else 0 */
    moment good;  /* the last success; 0 = none yet */
    int times;    /* that its door failed in a row */
    int refused;  /* sign-ins in a row */
    int failing;  /* different documents in a row */
    int64_t last_failed;
    int limit;          /* slow: documents at a time */
    enum err_code code; /* of the last failure */
    char why[240];
};

/* One that the journal does not know yet is up. Name and settings are given.
 * One that was down or stopped begins slowly when its settings are others;
 * kept: as the journal has it. */
bool destination_load(struct journal *, struct destination *,
                      struct destination *kept, struct err *) MUST_USE;
/* Writes it when it changed, with an event when its state did; before: as it
 * was loaded, and then as it is now. */
bool destination_save(struct journal *, const struct destination *,
                      struct destination *before, struct err *) MUST_USE;

/* How many documents it may be sent at once now; most when it is well. */
int destination_room(const struct destination *, moment now, int most);
void destination_good(struct destination *, moment now, int most);
/* Nobody got through. */
void destination_failed(struct destination *, const struct retry_policy *,
                        moment now, const struct err *);
/* One document did not; true when that makes it an outage. */
bool destination_missed(struct destination *, const struct retry_policy *,
                        moment now, int64_t document, const struct err *);
/* By a person, with the reason; false when it is so already. */
bool destination_pause(struct destination *, moment now, const char *reason);
bool destination_resume(struct destination *, moment now, const char *reason);

#endif
