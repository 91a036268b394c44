/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/library.h"

#include "base/arena.h"

struct arena *
x12_arena_new(void)
{
    return arena_new();
}

void
x12_arena_free(struct arena **arena)
{
    arena_free(arena);
}

void *
x12_arena_alloc(struct arena *arena, size_t size)
{
    return arena_alloc(arena, size);
}

char *
x12_arena_strdup(struct arena *arena, const char *text)
{
    return arena_strdup(arena, text);
}

const char *
x12_buf_text(const struct buf *buf)
{
    return buf_text(buf);
}

void
x12_buf_free(struct buf *buf)
{
    buf_free(buf);
}

struct problems *
x12_problems_new(struct arena *arena)
{
    return problems_new(arena);
}

const struct problem *
x12_problems_first(const struct problems *problems)
{
    return problems_first(problems);
}

const char *
x12_err_name(const struct err *err)
{
    return err_name(err->code);
}

const char *
x12_guides_directory(void)
{
    return TP_DATADIR;
}

const char *
x12_library_version(void)
{
    return TP_X12_RELEASE;
}
