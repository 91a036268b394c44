/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, ALIGN = alignof(max_align_t) };

struct block {
    struct block *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct block *first, *last;
    size_t used;
};

void
out_of_memory(void)
{
    fputs("out of memory\n", stderr);
    abort();
}

void *
obtain(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *
obtain_more(void *old, size_t old_size, size_t new_size)
{
    char *memory = realloc(old, new_size ? new_size : 1);

    if (memory == NULL)
        out_of_memory();
    if (new_size > old_size)
        memset(memory + old_size, 0, new_size - old_size);
    return memory;
}

char *
obtain_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(obtain(size), text, size);
}

void
release_memory(void **memory)
{
    free(*memory);
    *memory = NULL;
}

void
drop_memory(void *memory)
{
    free(memory);
}

static struct block *
block_new(size_t size)
{
    struct block *block = obtain(sizeof *block + size);

    block->size = size;
    return block;
}

struct arena *
arena_new(void)
{
    struct arena *arena = obtain(sizeof *arena);

    arena->first = arena->last = block_new(FIRST_BLOCK);
    return arena;
}

static void
free_from(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void
arena_free(struct arena **arena)
{
    if (*arena == NULL)
        return;
    free_from((*arena)->first);
    free(*arena);
    *arena = NULL;
}

void
arena_reset(struct arena *arena)
{
    struct block *first = arena->first;

    free_from(first->next);
    memset(first->bytes, 0, first->used);
    first->next = NULL;
    first->used = 0;
    arena->last = first;
    arena->used = 0;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
    struct block *last = arena->last;
    size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;

    BUG_IF(need < size);
    if (last->size - last->used < need) {
        size_t doubled =
            last->size * 2 < (1U << 20) ? last->size * 2 : 1U << 20;
        last->next = block_new(need > doubled ? need : doubled);
        last = arena->last = last->next;
    }
    void *memory = last->bytes + last->used;
    last->used += need;
    arena->used += need;
    return memory;
}

void *
arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    void *copy = arena_alloc(arena, size);

    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text) + 1);
}

char *
arena_strndup(struct arena *arena, const char *text, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size > 0)
        memcpy(copy, text, size);
    return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;

    va_start(args, format);
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    BUG_IF(size < 0);
    char *text = arena_alloc(arena, (size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

size_t
arena_used(const struct arena *arena)
{
    return arena->used;
}
