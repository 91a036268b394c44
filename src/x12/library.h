/* SPDX-License-Identifier: Apache-2.0 */
/*
 * library - what a program outside this tree needs besides the X12 engine:
 * memory, growing bytes, failures and problems, under public names.
 *
 *   struct arena *arena = x12_arena_new();
 *   ...
 *   x12_arena_free(&arena);
 *
 * Nothing here returns NULL for want of memory: that ends the process.
 */
#ifndef TP_X12_LIBRARY_H
#define TP_X12_LIBRARY_H

#include "base/buf.h"
#include "base/problems.h"
#include "x12/x12.h"

struct arena;

/* Memory that is freed all at once. */
struct arena *x12_arena_new(void);
/* Frees everything and sets the pointer to NULL; accepts NULL. */
void x12_arena_free(struct arena **);
/* Zeroed, aligned for any type. */
void *x12_arena_alloc(struct arena *, size_t size);
char *x12_arena_strdup(struct arena *, const char *text);

/* NUL-terminated, never NULL; may hold NULs itself. */
const char *x12_buf_text(const struct buf *);
/* Frees and zeroes; a buf starts as { 0 }. */
void x12_buf_free(struct buf *);

struct problems *x12_problems_new(struct arena *);
/* NULL when there is none; follow next. */
const struct problem *x12_problems_first(const struct problems *);

/* The stable name of an error's code: "TP2301". */
const char *x12_err_name(const struct err *);

/* Where the guides were installed, for x12_sources_in. */
const char *x12_guides_directory(void);
/* The release: "0.1.0". */
const char *x12_library_version(void);

#endif
