/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - memory that is freed all at once, one arena per document.
 *
 *   struct arena *arena = arena_new();
 *   char *name = arena_printf(arena, "%s.edi", number);
 *   arena_free(&arena);
 *
 * Never returns NULL: out of memory ends the process, which the spool makes
 * safe. Memory comes zeroed and aligned for any type.
 */
#ifndef TP_BASE_ARENA_H
#define TP_BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena;

struct arena *arena_new(void);
/* Frees everything and sets the pointer to NULL; accepts NULL. */
void arena_free(struct arena **);
/* Forgets all content but keeps the first block for the next document. */
void arena_reset(struct arena *);
void *arena_alloc(struct arena *, size_t size);
void *arena_copy(struct arena *, const void *bytes, size_t size);
char *arena_strdup(struct arena *, const char *text);
/* Copies size bytes and ends them with NUL. */
char *arena_strndup(struct arena *, const char *text, size_t size);
char *arena_printf(struct arena *, const char *format, ...) PRINTF(2, 3);
/* Bytes handed out since the start or the last reset. */
size_t arena_used(const struct arena *);

/* Plain allocation for objects with a life of their own; ends the process
 * when memory is out. release() sets the caller's pointer to NULL. */
void *obtain(size_t size);
void *obtain_more(void *old, size_t old_size, size_t new_size);
char *obtain_text(const char *text);
void release_memory(void **);
/* For libraries that ask for obtain() and its counterpart. */
void drop_memory(void *memory);
/* Says so and ends the process, which the spool makes safe. */
void out_of_memory(void) __attribute__((noreturn));
#define OUT_OF_MEMORY_IF(condition) \
    do {                            \
        if (condition)              \
            out_of_memory();        \
    } while (0)
#define release(pointer) release_memory((void **)(pointer))

#endif
