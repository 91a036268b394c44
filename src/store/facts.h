/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - the journal's smaller operations: effects, control numbers, cursors,
 * seen sets, code tables, expectations, and the facts that documents wait for.
 * Part of store/journal.h, whose rules on transactions and errors hold here.
 */
#ifndef TP_STORE_FACTS_H
#define TP_STORE_FACTS_H

#include "base/err.h"
#include "store/document.h"

struct arena;
struct journal;

/* An effect is journalled before it is tried. intend() is idempotent on kind
 * and key and gives the effect as it stands, maybe another document's. What is
 * done can neither be attempted nor unsettled (TP4011). */
bool journal_intend(struct journal *, struct effect *, struct err *) MUST_USE;
bool journal_attempt(struct journal *, struct effect *, struct err *) MUST_USE;
bool journal_settle(struct journal *, struct effect *, struct err *) MUST_USE;
bool journal_effects(struct journal *, int64_t document, struct arena *,
                     struct effect **, size_t *count, struct err *) MUST_USE;
/* Those of the kind that are intended or attempted, oldest first. */
bool journal_open_effects(struct journal *, const char *kind, size_t most,
                          struct arena *, struct effect **, size_t *count,
                          struct err *) MUST_USE;

/* The next control number of a series ("BLUEFISH/isa"), in this transaction;
 * never below floor + 1; after 999999999 comes 1. The series are named
 * PARTNER/isa and PARTNER/gs, so that verify finds what used a number. When
 * the last unsent document of an interchange ends dead, ignored or replaced,
 * its numbers become voids by themselves; others by journal_void(). */
bool journal_number(struct journal *, const char *series, long floor,
                    long *number, struct err *) MUST_USE;

bool journal_void(struct journal *, const char *series, long number,
                  const char *reason, struct err *) MUST_USE;

/* "" when there is none. */
bool journal_cursor(struct journal *, const char *name, char out[512],
                    struct err *) MUST_USE;
bool journal_cursor_set(struct journal *, const char *name, const char *text,
                        struct err *) MUST_USE;
/* Seen sets: files and records that were taken before. */
bool journal_seen(struct journal *, const char *set, const char *item,
                  bool *seen, struct err *) MUST_USE;
bool journal_seen_add(struct journal *, const char *set, const char *item,
                      struct err *) MUST_USE;
/* Run-time code tables, before the shipped ones. A partner's own rows come
 * before those of partner ""; a row answers both ways round. other "" removes.
 * Setting releases the documents held for "table:PARTNER:value" or
 * "table::value", in the same transaction; for partner "" those of any. */
bool journal_code(struct journal *, const char *table, const char *partner,
                  const char *from, const char *to, const char *value,
                  char out[128], bool *found, struct err *) MUST_USE;
bool journal_code_set(struct journal *, const char *table, const char *partner,
                      const char *from, const char *to, const char *value,
                      const char *other, struct err *) MUST_USE;

/* The held documents that wait for the fact go back to received (queued, when
 * they have their outbound interchange), due now; event "released". */
bool journal_release_waiting(struct journal *, const char *waits_for,
                             size_t *count, struct err *) MUST_USE;
/* The facts that held documents wait for, each once. */
bool journal_waits(struct journal *, struct arena *, const char *const **texts,
                   size_t *count, struct err *) MUST_USE;

/* Something that must arrive by a time: a 997 for a document. */
bool journal_expect(struct journal *, const struct expectation *,
                    struct err *) MUST_USE;
bool journal_met(struct journal *, int64_t document, const char *what,
                 struct err *) MUST_USE;
/* What has not been met and is due at or before the moment, oldest first. */
bool journal_overdue(struct journal *, moment, struct arena *,
                     struct expectation **, size_t *count,
                     struct err *) MUST_USE;

#endif
