/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal - the authority: what was accepted, what it became, what was done.
 *
 *   if (!journal_open(&journal, "/var/lib/tradepost", &err)) ...
 *   journal_begin(journal, &err);
 *   journal_add(journal, &document, &err);             several operations,
 *   journal_cursor_set(journal, "nav/orders", text, &err);
 *   journal_commit(journal, &err);                     one durable commit
 *   journal_close(&journal);
 *
 * Named operations, never SQL: this is their in-process form, on SQLite in WAL
 * mode with synchronous=FULL. An operation outside begin/commit commits by
 * itself. When commit returns true, it survives a power cut. Every change of
 * a document appends to the hash-chained events. One process at a time
 * (TP4010); readers may open with journal_open_reader(). Codes: TP4001-TP4099.
 */
#ifndef TP_STORE_JOURNAL_H
#define TP_STORE_JOURNAL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/when.h"
#include "store/document.h"

struct arena;
struct journal;

/* Makes the journal, or migrates it forward; a newer schema is refused. */
bool journal_open(struct journal **, const char *dir, struct err *) MUST_USE;
bool journal_open_reader(struct journal **, const char *dir,
                         struct err *) MUST_USE;
void journal_close(struct journal **);
/* Who does what follows, for the events: "system", "anna". Copied. */
void journal_set_actor(struct journal *, const char *actor);

bool journal_begin(struct journal *, struct err *) MUST_USE;
bool journal_commit(struct journal *, struct err *) MUST_USE;
void journal_abandon(struct journal *);
/* True between begin and its end. */
bool journal_writes(const struct journal *);

/* Bytes from outside, kept whole. The same bytes from the same source twice
 * give the first id and known = true. TP4019 when the reserve is reached. */
struct arrival {
    const char *partner; /* code, "" = not known yet */
    const char *channel; /* "sftp", "drop" */
    const char *name;    /* as the far side called it: data, never a path */
    const void *bytes;
    size_t size;
    const char *path; /* instead of bytes: a plain file, copied in pieces */
};
bool journal_accept(struct journal *, const struct arrival *, int64_t *id,
                    bool *known, struct err *) MUST_USE;
/* The oldest arrival behind the one with the id `after` (0 = of all) whose
 * bytes have not been taken apart yet. */
bool journal_next_arrival(struct journal *, int64_t after, struct interchange *,
                          bool *found, struct err *) MUST_USE;
/* Adds an interchange inside an arrival, or one of ours to send. */
bool journal_add_interchange(struct journal *, struct interchange *,
                             struct err *) MUST_USE;
bool journal_set_interchange(struct journal *, const struct interchange *,
                             struct err *) MUST_USE;
/* Keeps the bytes of an interchange of ours, with their size and hash. */
bool journal_keep(struct journal *, struct interchange *, const void *bytes,
                  size_t size, struct err *) MUST_USE;
bool journal_interchange(struct journal *, int64_t id, struct interchange *,
                         bool *found, struct err *) MUST_USE;
/* Was (sender, receiver, control number) there before? SAME = same bytes. */
enum known { KNOWN_NOT, KNOWN_SAME, KNOWN_OTHER };
bool journal_known(struct journal *, const struct interchange *, enum known *,
                   int64_t *first_id, struct err *) MUST_USE;

/* Adds a document in its state; its key is unique: an existing one gives the
 * first document's id and known = true, nothing changes. */
bool journal_add(struct journal *, struct document *, bool *known,
                 struct err *) MUST_USE;
bool journal_document(struct journal *, int64_t id, struct document *,
                      bool *found, struct err *) MUST_USE;
/* Writes the whole row back if its state in the journal is still `from` and the
 * lease is ours; else TP4011 (CONFLICT). Appends an event: what and detail.
 * The state table is enforced, and that held, dead and ignored have a reason
 * and deferred a time (TP4012). Ends the lease, unless it is 0. */
bool journal_advance(struct journal *, struct document *, enum doc_state from,
                     const char *what, const char *detail,
                     struct err *) MUST_USE;
/* An event without a change of state. */
bool journal_note(struct journal *, int64_t document, const char *what,
                  const char *detail, struct err *) MUST_USE;

/* Leases the oldest due documents that fit, in lane order; each gets a
 * fencing token. A lease ends by advance, or after seconds (boot time). */
bool journal_claim(struct journal *, const struct doc_filter *, int seconds,
                   struct document *out, size_t max, size_t *count,
                   struct err *) MUST_USE;
bool journal_yield(struct journal *, const struct document *,
                   struct err *) MUST_USE;
/* Who still works on what it claimed says so: the leases of this token that
 * nobody took meanwhile last for seconds from now. */
bool journal_renew(struct journal *, int64_t token, int seconds,
                   struct err *) MUST_USE;
/* For the one process that knows that no worker is left: ends all leases. */
bool journal_end_leases(struct journal *, struct err *) MUST_USE;
/* The first moment after now at which a document of the direction that waits
 * becomes due; 0 when none does. */
bool journal_next_due(struct journal *, enum direction, moment *due,
                      struct err *) MUST_USE;
bool journal_list(struct journal *, const struct doc_filter *, struct arena *,
                  struct document **out, size_t *count, struct err *) MUST_USE;

/* What a document is made of, by role: "record", "x12", "source", "findings",
 * "ack", "answer". Small ones lie in the journal, large ones in store/<sha256>;
 * the hash is checked on the way out (TP4020). */
bool journal_put(struct journal *, int64_t document, const char *role,
                 const void *bytes, size_t size, struct err *) MUST_USE;
bool journal_get(struct journal *, int64_t document, const char *role,
                 struct buf *, bool *found, struct err *) MUST_USE;
bool journal_bytes(struct journal *, int64_t interchange, struct buf *,
                   struct err *) MUST_USE;
/* Adds a piece of them, of at most size bytes, less only at their end. A piece
 * has no hash to be checked by: who reads all of them checks that. */
bool journal_read(struct journal *, int64_t interchange, int64_t offset,
                  size_t size, struct buf *, struct err *) MUST_USE;

bool journal_events(struct journal *, int64_t document, struct arena *,
                    struct event **, size_t *count, struct err *) MUST_USE;

#include "store/facts.h"
#include "store/hint.h"
#include "store/incident.h"
#include "store/query.h"
#include "store/sealed.h"
#include "store/space.h"

#endif
