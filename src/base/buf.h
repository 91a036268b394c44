/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf - bytes that grow. The text is always NUL-terminated, but may hold
 * NULs itself: use size.
 *
 *   struct buf buf = { 0 };
 *   buf_addf(&buf, "%s*%s", id, value);
 *   buf_free(&buf);
 */
#ifndef TP_BASE_BUF_H
#define TP_BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

struct buf {
    char *text; /* NULL while empty; see buf_text() */
    size_t size, capacity;
};

void buf_add(struct buf *, const void *bytes, size_t size);
void buf_adds(struct buf *, const char *text);
void buf_addc(struct buf *, char);
void buf_addf(struct buf *, const char *format, ...) PRINTF(2, 3);
/* Room for that many bytes behind the text, which stays as it is until
 * buf_took() says how many of them were written. */
char *buf_room(struct buf *, size_t size);
void buf_took(struct buf *, size_t size);
/* Keeps the memory, forgets the content. */
void buf_clear(struct buf *);
/* Frees and zeroes; accepts an empty buf. Fit for CLEANUP(buf_free). */
void buf_free(struct buf *);
/* The same for a secret: nothing of it stays in memory. What grew piece by
 * piece may have left parts elsewhere; make room first. */
void buf_wipe(struct buf *);
/* Never NULL. */
const char *buf_text(const struct buf *);

#endif
