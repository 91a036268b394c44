/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remote - the operations of store/journal.h, asked of the keeper. A journal
 * that was connected has one of these; the public functions hand on to the
 * remote_ ones, which have the same contract.
 */
#ifndef TP_STORE_REMOTE_H
#define TP_STORE_REMOTE_H

#include "store/call.h"
#include "store/journal.h"

/* Equal for the same program alone; another one is refused (TP4041). */
void keeper_greeting(char out[96]);
/* A connected socket to DIR/keeper.sock that has been greeted. */
bool keeper_call(const char *dir, int *fd, struct err *) MUST_USE;

struct remote;

void remote_close(struct remote **);
/* The read-only journal beside the keeper, opened when first needed. */
bool remote_reader(struct journal *, struct journal **, struct err *) MUST_USE;

/* For the stubs: a question opened; put, sent and answered; taken whole. */
struct call *ask(struct journal *, enum op);
bool answered(struct journal *, struct err *) MUST_USE;
bool whole(struct journal *, struct err *) MUST_USE;
/* Adds the bytes that were taken. */
void take_into(struct call *, struct buf *);

void remote_actor(struct journal *);
bool remote_begin(struct journal *, struct err *) MUST_USE;
bool remote_commit(struct journal *, struct err *) MUST_USE;
void remote_abandon(struct journal *);
bool remote_claim(struct journal *, const struct doc_filter *, int seconds,
                  struct document *out, size_t max, size_t *count,
                  struct err *) MUST_USE;
bool remote_waits(struct journal *, struct arena *, const char *const **texts,
                  size_t *count, struct err *) MUST_USE;
bool remote_refresh(struct journal *, enum op, struct err *) MUST_USE;
bool remote_accept(struct journal *journal, const struct arrival *arrival,
                   int64_t *id, bool *known, struct err *err) MUST_USE;
bool remote_next_arrival(struct journal *journal, int64_t after,
                         struct interchange *out, bool *found,
                         struct err *err) MUST_USE;
bool remote_read(struct journal *journal, int64_t interchange, int64_t offset,
                 size_t size, struct buf *out, struct err *err);
bool remote_add_interchange(struct journal *journal, struct interchange *it,
                            struct err *err) MUST_USE;
bool remote_set_interchange(struct journal *journal,
                            const struct interchange *it,
                            struct err *err) MUST_USE;
bool remote_keep(struct journal *journal, struct interchange *it,
                 const void *bytes, size_t size, struct err *err) MUST_USE;
bool remote_interchange(struct journal *journal, int64_t id,
                        struct interchange *out, bool *found,
                        struct err *err) MUST_USE;
bool remote_known(struct journal *journal, const struct interchange *it,
                  enum known *known, int64_t *first_id,
                  struct err *err) MUST_USE;
bool remote_bytes(struct journal *journal, int64_t interchange, struct buf *out,
                  struct err *err) MUST_USE;
bool remote_add(struct journal *journal, struct document *document, bool *known,
                struct err *err) MUST_USE;
bool remote_document(struct journal *journal, int64_t id, struct document *out,
                     bool *found, struct err *err) MUST_USE;
bool remote_advance(struct journal *journal, struct document *document,
                    enum doc_state from, const char *what, const char *detail,
                    struct err *err) MUST_USE;
bool remote_note(struct journal *journal, int64_t document, const char *what,
                 const char *detail, struct err *err) MUST_USE;
bool remote_yield(struct journal *journal, const struct document *document,
                  struct err *err) MUST_USE;
bool remote_renew(struct journal *journal, int64_t token, int seconds,
                  struct err *err) MUST_USE;
bool remote_end_leases(struct journal *journal, struct err *err) MUST_USE;
bool remote_list(struct journal *journal, const struct doc_filter *wanted,
                 struct arena *arena, struct document **out, size_t *count,
                 struct err *err) MUST_USE;
bool remote_put(struct journal *journal, int64_t document, const char *role,
                const void *bytes, size_t size, struct err *err) MUST_USE;
bool remote_get(struct journal *journal, int64_t document, const char *role,
                struct buf *out, bool *found, struct err *err) MUST_USE;
bool remote_events(struct journal *journal, int64_t document,
                   struct arena *arena, struct event **out, size_t *count,
                   struct err *err) MUST_USE;
bool remote_intend(struct journal *journal, struct effect *effect,
                   struct err *err) MUST_USE;
bool remote_attempt(struct journal *journal, struct effect *effect,
                    struct err *err) MUST_USE;
bool remote_settle(struct journal *journal, struct effect *effect,
                   struct err *err) MUST_USE;
bool remote_effects(struct journal *journal, int64_t document,
                    struct arena *arena, struct effect **out, size_t *count,
                    struct err *err) MUST_USE;
bool remote_open_effects(struct journal *journal, const char *kind, size_t most,
                         struct arena *arena, struct effect **out,
                         size_t *count, struct err *err) MUST_USE;
bool remote_next_due(struct journal *journal, enum direction direction,
                     moment *due, struct err *err) MUST_USE;
bool remote_number(struct journal *journal, const char *series, long floor,
                   long *number, struct err *err) MUST_USE;
bool remote_void(struct journal *journal, const char *series, long number,
                 const char *reason, struct err *err) MUST_USE;
bool remote_cursor(struct journal *journal, const char *name, char out[512],
                   struct err *err) MUST_USE;
bool remote_cursor_set(struct journal *journal, const char *name,
                       const char *text, struct err *err) MUST_USE;
bool remote_seen(struct journal *journal, const char *set, const char *item,
                 bool *seen, struct err *err) MUST_USE;
bool remote_seen_add(struct journal *journal, const char *set, const char *item,
                     struct err *err) MUST_USE;
bool remote_code(struct journal *journal, const char *table,
                 const char *partner, const char *from, const char *to,
                 const char *value, char out[128], bool *found,
                 struct err *err) MUST_USE;
bool remote_code_set(struct journal *journal, const char *table,
                     const char *partner, const char *from, const char *to,
                     const char *value, const char *other,
                     struct err *err) MUST_USE;
bool remote_release_waiting(struct journal *journal, const char *waits_for,
                            size_t *count, struct err *err) MUST_USE;
bool remote_expect(struct journal *journal, const struct expectation *it,
                   struct err *err) MUST_USE;
bool remote_met(struct journal *journal, int64_t document, const char *what,
                struct err *err) MUST_USE;
bool remote_overdue(struct journal *journal, int64_t until, struct arena *arena,
                    struct expectation **out, size_t *count,
                    struct err *err) MUST_USE;
bool remote_secret(struct journal *journal, const char *name,
                   const char *environment, struct sealed *out,
                   struct buf *bytes, bool *found, struct err *err) MUST_USE;
bool remote_secret_put(struct journal *journal, struct sealed *it,
                       const void *bytes, size_t size, const char *what,
                       struct err *err) MUST_USE;
struct purge;
bool remote_purge(struct journal *, struct purge *, struct err *) MUST_USE;
bool remote_sweep(struct journal *, struct err *) MUST_USE;
bool remote_secrets(struct journal *journal, struct arena *arena,
                    struct sealed **out, size_t *count,
                    struct err *err) MUST_USE;

#endif
