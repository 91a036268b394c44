/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incident - something that somebody must know about: it begins once and ends
 * once, and each channel hears of both at most once. Part of store/journal.h.
 *
 *   journal_incident_begin(journal, &incident, channels, count, &known, &err);
 *   journal_notices(journal, now, arena, &notices, &count, &err);
 *   journal_notice_move(journal, n->id, "due", "attempted", 0, "", &moved,
 * &err);
 *   ... tell it ...
 *   journal_notice_move(journal, n->id, "attempted", "done", 0, ..., &err);
 *
 * A notice is due, attempted, and then done, due again (it surely did not
 * arrive), unknown (it may have; it is not repeated), failed (given up), or
 * dropped (the incident ended before anybody was told).
 */
#ifndef TP_STORE_INCIDENT_H
#define TP_STORE_INCIDENT_H

#include "base/err.h"
#include "base/when.h"

struct arena;
struct journal;

struct incident {
    int64_t id;
    char fingerprint[120]; /* one open incident for each */
    char class[24], partner[32];
    int32_t severity; /* 1 now, 2 within the hour, 3 for the list only */
    char subject[160], text[320];
    moment begun, ended; /* ended 0: open */
};

struct notice {
    int64_t id;
    char edge[8], channel[24], state[12]; /* "start" or "end" */
    int32_t attempts;
    moment due;
    struct incident incident;
};

/* channels are told at the moment `due`. known: one is open already, *it is it.
 */
bool journal_incident_begin(struct journal *, struct incident *it,
                            const char *const *channels, size_t count,
                            moment due, bool *known, struct err *) MUST_USE;
/* The channels that heard of its start hear of its end; ended is false when it
 * was over before. */
bool journal_incident_end(struct journal *, int64_t id, moment due, bool *ended,
                          struct err *) MUST_USE;
/* Somebody has seen it; found is false when there is none. */
bool journal_incident_ack(struct journal *, int64_t id, bool *found,
                          struct err *) MUST_USE;
bool journal_incidents(struct journal *, struct arena *, struct incident **open,
                       size_t *count, struct err *) MUST_USE;
/* Those due at or before the moment, and those attempted, oldest first. */
bool journal_notices(struct journal *, moment, struct arena *, struct notice **,
                     size_t *count, struct err *) MUST_USE;
/* moved is false when it is not in the state `from` any more. */
bool journal_notice_move(struct journal *, int64_t id, const char *from,
                         const char *to, moment due, const char *detail,
                         bool *moved, struct err *) MUST_USE;

#endif
