/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - one question to the keeper, or its answer: values put one after the
 * other and taken in the same order. Both ends are the same program on the
 * same machine (the greeting proves it), so structs travel as they are.
 *
 *   call_open(&call, OP_SEEN);            take_flag(&call, &seen);
 *   put_text(&call, set);                 if (call.bad) ...
 *
 * What is taken points into the call. A value that is not there makes the
 * call bad and gives an empty one; text is always NUL-terminated.
 */
#ifndef TP_STORE_CALL_H
#define TP_STORE_CALL_H

#include <stdint.h>

#include "base/buf.h"
#include "store/document.h"

struct arena;

enum op {
#define OP(name, kind, function) OP_##name,
#include "store/ops.tbl"
#undef OP
    OPS
};

/* In front of each question and answer. */
struct call_head {
    uint32_t op;   /* an enum op; in an answer 1 = good, 0 = a struct err */
    uint32_t size; /* of what follows */
};
/* A payload has at most 256 MB. */
#define CALL_MAX UINT32_C(314572800) /* 300 MB */

struct call {
    struct buf buf; /* head and values */
    size_t at;      /* taken so far */
    bool bad;
};

void call_open(struct call *, uint32_t op);
void call_seal(struct call *); /* writes the size into the head */
void call_free(struct call *);

void put_raw(struct call *, const void *, size_t size);
void put_number(struct call *, int64_t);
void put_text(struct call *, const char *); /* NULL stays NULL */
void put_bytes(struct call *, const void *, size_t size);
void put_filter(struct call *, const struct doc_filter *);
void put_rows(struct call *, const void *rows, size_t row_size, size_t count);

bool take_raw(struct call *, void *, size_t size);
int64_t take_number(struct call *);
const char *take_text(struct call *);
const void *take_bytes(struct call *, size_t *size);
void take_filter(struct call *, struct doc_filter *);
/* Into the arena. */
void *take_rows(struct call *, struct arena *, size_t row_size, size_t *count);

/* Rows as they came from another process: every text ended. */
void take_document(struct call *, struct document *);
void take_interchange(struct call *, struct interchange *);
void take_effect(struct call *, struct effect *);
void take_expectation(struct call *, struct expectation *);

#endif
