/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world - the simulated company: tables of rows, and the ledger of effects.
 *
 *   world_put(world, "vendors", row);        steals the row; it needs an "id"
 *   world_effect(world, "insert", "vendors", row, "");
 *   world_commit(world, &err);               at the end of each request
 *
 * Rows are JSON objects under the API's names; members that start with "_" are
 * the sandbox's own. Amounts are decimal texts, never JSON numbers. With a
 * directory every change is appended to DIR/state.log, so that a killed
 * sandbox comes back with its state, and each effect to DIR/effects.jsonl, the
 * witness that tests count. A torn last line is a change that never happened.
 */
#ifndef TP_SANDBOX_WORLD_H
#define TP_SANDBOX_WORLD_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"

enum { GUID_TEXT = 37 };

#define GUID_NONE "00000000-0000-0000-0000-000000000000"
#define NO_DATE   "0001-01-01"

struct world {
    json_t *tables; /* name -> id -> row, in order of insertion */
    json_t *lines;  /* name -> documentId -> id -> row: the same rows */
    struct buf log; /* changes since the last commit */
    struct buf ledger;
    char *dir;      /* NULL = in memory only */
    size_t effects; /* so far */
    bool loaded;    /* from a state.log: no demo data is needed */
    bool replaying;
};

bool world_open(struct world *, const char *dir, struct err *) MUST_USE;
void world_close(struct world *);
bool world_commit(struct world *, struct err *) MUST_USE;

/* Adds or replaces by "id"; one that is missing is made. Sets
 * lastModifiedDateTime. Takes the reference. */
json_t *world_put(struct world *, const char *table, json_t *row);
/* As world_put, keeping the stamps: for demo data. */
json_t *world_seed(struct world *, const char *table, json_t *row);
/* To be called after changing a row in place. */
void world_changed(struct world *, const char *table, json_t *row);
void world_delete(struct world *, const char *table, const char *id);
/* Never NULL: a table that is not there is made. */
json_t *world_table(struct world *, const char *table);
/* The rows whose "documentId" is this, by id, in order of insertion; borrowed,
 * for reading. A row keeps its documentId once it was put. */
json_t *world_lines(struct world *, const char *table, const char *document);
json_t *world_by_id(struct world *, const char *table, const char *id);
/* The first row whose member has the value, or NULL. */
json_t *world_find(struct world *, const char *table, const char *member,
                   const char *value);
/* One line of the ledger; key may be "". */
void world_effect(struct world *, const char *kind, const char *table,
                  json_t *row, const char *key);
/* The next number of a series: "107001", "107002" ... as kept in a table. */
const char *world_number(struct world *, struct arena *, const char *series,
                         long first);
/* Deterministic, from the text. */
void guid_of(const char *text, char out[GUID_TEXT]);
bool is_guid(const char *text);
/* FNV-1a over the bytes, with a start value. */
unsigned long long hash_bytes(unsigned long long start, const void *bytes,
                              size_t size);

/* "" when the member is missing or no text. */
const char *row_text(const json_t *row, const char *member);
struct decimal row_decimal(const json_t *row, const char *member);
void row_set(json_t *row, const char *member, const char *text);
void row_set_decimal(json_t *row, const char *member, struct decimal);
/* Compact JSON of any value. */
void json_to_buf(struct buf *, const json_t *value);

#endif
