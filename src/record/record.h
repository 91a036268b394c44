/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record - a document's content in the neutral form, between X12 and systems.
 *
 *   CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);
 *   record_set(order, "ship_to.address.city", "AUSTIN");
 *   record_set(order, "lines[0].quantity", "40");
 *   record_check(order, found);          all problems at once, by field path
 *
 * Fields are a JSON object; every scalar is a text (decimals exactly as
 * decimal_text() writes them, dates "2026-11-22", flags "true"). What fields
 * a kind has, with type and presence, is written in record/schema.tbl; a
 * field that is not there is refused (record_check), and a bug in C code. An
 * absent field is absent, never "".
 */
#ifndef TP_RECORD_RECORD_H
#define TP_RECORD_RECORD_H

#include <jansson.h>

#include "base/decimal.h"
#include "base/err.h"
#include "base/problems.h"

enum record_kind {
    RECORD_ORDER,
    RECORD_SHIPMENT,
    RECORD_INVOICE,
    RECORD_PAYMENT,
    RECORD_ACK,
    RECORD_PARTY,
    RECORD_ITEM,
    RECORD_STOCK,
    RECORD_JOURNAL,
    RECORD_KINDS
};

struct record {
    enum record_kind kind;
    json_t *fields; /* owned */
};

struct record *record_new(enum record_kind);
void record_free(struct record **);
const char *record_kind_name(enum record_kind); /* "order" */
bool record_kind_by_name(const char *name, enum record_kind *);

/* Values by path; NULL (or 0) when absent. The text lives as long as the
 * field. */
const char *record_text(const struct record *, const char *path);
struct decimal record_decimal(const struct record *, const char *path);
const json_t *record_node(const struct record *, const char *path);
size_t record_count(const struct record *, const char *path); /* of a list */
/* The same on a node inside the record, e.g. one of lines. */
const char *node_text(const json_t *, const char *path);
struct decimal node_decimal(const json_t *, const char *path);
const json_t *node_at(const json_t *, const char *path);
/* On a node: without a look at the schema, for whoever has checked the path.
 * A NULL or empty text removes; node_add() appends an element to a list. */
void node_set(json_t *, const char *path, const char *text);
json_t *node_add(json_t *, const char *path);
/* Makes groups and lists on the way; a NULL or empty text removes. */
void record_set(struct record *, const char *path, const char *text);
void record_set_decimal(struct record *, const char *path, struct decimal);

/* Holds the record to its schema. */
void record_check(const struct record *, struct problems *);
bool record_is_time(const char *text); /* fit for FIELD_TIME */
/* The type of the field a path (indexes left out: "lines.quantity") leads to;
 * false when the kind has no such field. */
enum field_type {
    FIELD_TEXT,
    FIELD_DECIMAL,
    FIELD_DATE,
    FIELD_TIME, /* "2026-11-22T14:32"; the date alone when no hour is known */
    FIELD_FLAG,
    FIELD_GROUP,
    FIELD_LIST
};
bool record_field(enum record_kind, const char *path, enum field_type *);
/* The nearest field name for "did you mean", or NULL. */
const char *record_field_nearest(enum record_kind, const char *path);

struct buf;
/* Every kind's fields as a manual lists them: "lines.quantity number !". */
void record_manual(struct buf *);

/* Canonical JSON (sorted keys, no blanks); the same content gives the same
 * bytes. The caller frees with buf_free. */
void record_dump(const struct record *, struct buf *);
bool record_parse(struct record **, enum record_kind, const char *json,
                  size_t size, struct err *) MUST_USE;

/* From now on the process ends when there is no memory for JSON: jansson would
 * leave out what it has none for. */
void record_lacks_no_memory(void);

#endif
