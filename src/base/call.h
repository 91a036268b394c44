/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - one message between two processes of this program: values put one
 * after the other and taken in the same order. Both ends are the same program
 * on the same machine, so structs travel as they are.
 *
 *   call_open(&call, OP_SEEN);            take_flag(&call, &seen);
 *   put_text(&call, set);                 if (call.bad) ...
 *
 * What is taken points into the call. A value that is not there makes the
 * call bad and gives an empty one; text is always NUL-terminated. How many
 * bytes are taken never depends on what the other end says alone.
 */
#ifndef TP_BASE_CALL_H
#define TP_BASE_CALL_H

#include <stdint.h>

#include "base/buf.h"

struct arena;

/* In front of each message. */
struct call_head {
    uint32_t op;   /* the caller's */
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
void put_rows(struct call *, const void *rows, size_t row_size, size_t count);
void put_err(struct call *, const struct err *);

bool take_raw(struct call *, void *, size_t size);
int64_t take_number(struct call *);
const char *take_text(struct call *);
const void *take_bytes(struct call *, size_t *size);
/* Into the arena. */
void *take_rows(struct call *, struct arena *, size_t row_size, size_t *count);
/* Every text of it ended, its kind and code known. */
void take_err(struct call *, struct err *);

#endif
