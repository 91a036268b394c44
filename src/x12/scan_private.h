/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_private - the scanner's two steps, which let the processor work ahead.
 *
 * First a window of some KB is indexed: 64 bytes at a time become bit masks,
 * and the bits become places of delimiters, almost without a branch that
 * depends on the text: that is what makes it fast, for a branch guessed wrong
 * costs as much as a whole segment may. look() and index are compiled for each
 * instruction set:
 *
 *   static inline struct scan_masks look(const struct x12_delimiters *, ...);
 *   void index_avx2(...) { scan_index(window, marks, tools); }
 *
 * Then the window's segments are taken one after the other (scan_window.c)
 * for as long as they are of plain form. At anything else (blanks before a
 * name, an empty or a binary segment, control characters) reader->at is left
 * where that segment starts, for the careful way in scan.c. Both give the
 * same events.
 */
#ifndef TP_X12_SCAN_PRIVATE_H
#define TP_X12_SCAN_PRIVATE_H

#include <string.h>

#include "x12/read_private.h"

/* Bit i is about bytes[i]. */
struct scan_masks {
    uint64_t element, end; /* separators and terminators */
    uint64_t special;      /* inner separators; < blank, > '~' */
};

enum {
    SCAN_BLOCK = 64,
    SCAN_WINDOW = 4096, /* with its views it stays in the nearest cache */
    SCAN_SLACK = 64,    /* entries written but not counted */
    SCAN_NAMES = 64
};

enum scan_kind { SCAN_ODD, SCAN_ENVELOPE, SCAN_COMMON };

struct scan_name {
    uint32_t name; /* as NAME() makes it */
    enum scan_kind kind;
};

struct scan_window {
    const char *at, *limit; /* bytes indexed up to here, and there are */
    const char *base;       /* places are counted from here */
    const char *next;       /* the segment to take next, newlines skipped */
    uint64_t after, gap;    /* bits carried into the next block */
    /* Places of element separators and terminators. Those of the segment to
     * take next begin at first. */
    uint32_t *marks;
    size_t room, first, count;
    /* How many marks there are up to each terminator. */
    size_t end_at, end_count;
    uint32_t ends[SCAN_WINDOW + SCAN_SLACK];
    /* Where bytes stand that need a closer look; few. */
    size_t special_at, special_count;
    const char *specials[SCAN_WINDOW + SCAN_SLACK];
    struct scan_name names[SCAN_NAMES]; /* some that were seen, by hash */
};

typedef void scan_indexer(struct scan_window *, const struct x12_delimiters *);
scan_indexer index_avx2, index_sse2, index_neon, index_scalar;
/* The indexer that has this name; NULL name = the best of this machine.
 * NULL = always the careful way ("careful", or an unknown name). */
scan_indexer *scan_way(const char *name);

/* Takes plain segments from reader->at on. */
void scan_run(struct x12_reader *);
/* Wrapped lines, several bytes to end a segment, release characters. */
bool needs_care(const struct x12_reader *);
/* The elements, with room for one more after count. */
struct x12_element *scan_room(struct x12_reader *, size_t count);

/* What each instruction set has of its own. */
struct scan_tools {
    struct scan_masks (*look)(const struct x12_delimiters *, const char *);
    /* Writes the numbers of the bits, each added to base; the space behind
     * may be written to, as far as for SCAN_BLOCK of them. */
    void (*list)(uint32_t *out, uint32_t base, uint64_t bits);
};

static inline __attribute__((always_inline)) uint64_t
scan_end(uint32_t *out, uint32_t base, uint64_t all, uint64_t ends)
{
    uint64_t up_to = all & (ends ^ (ends - 1));

    *out = base + (uint32_t)__builtin_popcountll(up_to);
    return ends & (ends - 1);
}

/* Numbers of the marks that are terminators; base marks are before. */
static inline __attribute__((always_inline)) void
scan_ends(struct scan_window *window, uint64_t all, uint64_t ends)
{
    uint32_t *out = window->ends + window->end_count;
    uint32_t base = (uint32_t)window->count;

    window->end_count += (size_t)__builtin_popcountll(ends);
    do {
        ends = scan_end(out, base, all, ends);
        ends = scan_end(out + 1, base, all, ends);
        ends = scan_end(out + 2, base, all, ends);
        out += 3;
    } while (ends != 0);
}

/* Writes four at a time, some too many, rather than to count to the last. */
static inline __attribute__((always_inline)) void
scan_list(uint32_t *out, uint32_t base, uint64_t bits)
{
    for (; bits != 0; out += 4) {
        for (int i = 0; i < 4; i++, bits &= bits - 1) {
            uint64_t any = bits | UINT64_C(1) << 63;
            out[i] = base + (uint32_t)__builtin_ctzll(any);
        }
    }
}

/* A newline after a terminator is nothing special, nor is what follows one
 * there: the first byte of a segment is looked at anyway. */
static inline __attribute__((always_inline)) void
scan_special(struct scan_window *window, const char *block,
             const struct scan_masks *masks)
{
    uint64_t special = masks->special & ~masks->end;
    uint64_t gap = special & (masks->end << 1 | window->after);
    uint64_t more = special & (gap << 1 | window->gap);

    window->after = masks->end >> 63;
    window->gap = gap >> 63;
    for (special &= ~(gap | more); special != 0; special &= special - 1)
        window->specials[window->special_count++] =
            block + __builtin_ctzll(special);
}

static inline __attribute__((always_inline)) void
scan_block(struct scan_window *window, const char *block,
           struct scan_masks masks, struct scan_tools tools)
{
    uint64_t all = masks.element | masks.end;

    scan_special(window, block, &masks);
    scan_ends(window, all, masks.end);
    tools.list(window->marks + window->count, (uint32_t)(block - window->base),
               all);
    window->count += (size_t)__builtin_popcountll(all);
}

/* The next SCAN_WINDOW bytes, or what there is. */
static inline __attribute__((always_inline)) void
scan_index(struct scan_window *window, const struct x12_delimiters *delimiters,
           struct scan_tools tools)
{
    const struct x12_delimiters marks = *delimiters;
    size_t left = (size_t)(window->limit - window->at);
    const char *at = window->at;
    const char *stop = at + (left < SCAN_WINDOW ? left : SCAN_WINDOW);
    char padded[SCAN_BLOCK] = { 0 };

    for (; stop - at >= SCAN_BLOCK; at += SCAN_BLOCK)
        scan_block(window, at, tools.look(&marks, at), tools);
    if (at < stop) { /* maybe at the end of a page */
        uint64_t valid = ~(~UINT64_C(0) << (stop - at));
        memcpy(padded, at, (size_t)(stop - at));
        struct scan_masks masks = tools.look(&marks, padded);
        masks.element &= valid;
        masks.special &= valid;
        masks.end &= valid;
        scan_block(window, at, masks, tools);
    }
    window->at = stop;
}

#endif
