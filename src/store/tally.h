/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - counters that the journal keeps of itself, for its insiders: tables
 * and triggers, and the sums that need exact decimals.
 */
#ifndef TP_STORE_TALLY_H
#define TP_STORE_TALLY_H

#include "store/journal_private.h"

/* Two scripts of one migration. */
extern const char schema_tally[], schema_tally_triggers[];

/* Adds the amount of a document that is posted now and was not before; inside
 * a write. */
bool tally_posted(struct journal *, const struct document *now,
                  const struct document *before, struct err *) MUST_USE;

#endif
