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
    SCAN_WINDOW = 8192, /* with its views it stays in the nearest cache */
    SCAN_SLACK = 64,    /* entries written but not counted */
    SCAN_NAME_BITS = 8
};

enum scan_kind { SCAN_ODD, SCAN_ENVELOPE, SCAN_COMMON };

struct scan_name {
    uint32_t name;  /* as NAME() makes it */
    uint16_t index; /* as guide_index() has it, of the window's guide */
    uint8_t kind;   /* enum scan_kind */
    /* The last one of that name that was good. */
    const struct segment_def *def;
    uint64_t present;
};

struct scan_window {
    const char *at, *limit;     /* bytes indexed up to here, and there are */
    const char *base;           /* places are counted from here */
    const char *next;           /* the segment to take next, newlines skipped */
    uint64_t after, gap, apart; /* bits carried into the next block */
    /* Places of element separators and terminators. Those of the segment to
     * take next begin at first. */
    uint32_t *marks;
    size_t room, first, count;
    /* How many marks there are up to each terminator. */
    size_t end_at, end_count;
    uint32_t ends[SCAN_WINDOW + SCAN_SLACK];
    /* Places that need a closer look, few: of special bytes, and of the
     * terminators after empty elements. The one after the last is SCAN_NEVER.
     */
    size_t odd_at, odd_count;
    uint32_t odds[SCAN_WINDOW + SCAN_SLACK];
    const struct x12_guide *guide;               /* that names were asked of */
    struct scan_name names[1 << SCAN_NAME_BITS]; /* some, by hash */
    uint32_t common[1 << SCAN_NAME_BITS]; /* those of common ones again */
};

#define SCAN_NEVER UINT32_MAX

/* As NAME() puts it, whatever the machine's order of bytes. */
static inline uint32_t
scan_little(uint32_t number)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(number);
#else
    return number;
#endif
}

/* The name of two or three bytes; four may be read. */
static inline uint32_t
scan_name_of(const char *text, size_t size)
{
    static const uint32_t masks[] = { 0, 0, 0xFFFF, 0xFFFFFF };
    uint32_t name;

    memcpy(&name, text, sizeof name);
    return scan_little(name) & masks[size];
}

static inline size_t
scan_name_slot(uint32_t name)
{
    return (name * 2654435761u) >> (32 - SCAN_NAME_BITS);
}

/* What is known of a name; NULL = nothing so far. It may be in one of two
 * places, so that two names that share one do not drive each other out. */
static inline struct scan_name *
scan_known(struct scan_window *window, uint32_t name)
{
    size_t at = scan_name_slot(name);

    if (window->names[at].name == name)
        return &window->names[at];
    return window->names[at ^ 1].name == name ? &window->names[at ^ 1] : NULL;
}

/* Whether it is known to be one of a common segment. */
static inline bool
scan_is_common(const struct scan_window *window, uint32_t name)
{
    size_t at = scan_name_slot(name);

    return window->common[at] == name || window->common[at ^ 1] == name;
}

typedef void scan_indexer(struct scan_window *, const struct x12_delimiters *);
scan_indexer index_avx512, index_avx2, index_sse2, index_neon, index_scalar;
/* The indexer that has this name; NULL name = the best of this machine.
 * NULL = always the careful way ("careful", or an unknown name). */
scan_indexer *scan_way(const char *name);

/* Takes plain segments from reader->at on. */
void scan_run(struct x12_reader *);
/* scan_plain.c: takes plain segments of the set at hand, of which nobody
 * wants more than to know that they are good, or their views. Where it stops,
 * the next segment is to be taken in full. */
void scan_plain(struct x12_reader *, struct scan_window *);
void show_batch(struct x12_reader *, const struct x12_batch *);
/* Over the newlines after a terminator, at which reader->at stands. */
const char *scan_newlines(struct x12_reader *, const char *at,
                          const char *limit);
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

/* Where the next block's marks go, and what is carried into it. A copy, for
 * what is written might change the window for all the compiler knows. */
struct scan_out {
    uint32_t *marks, *ends, *odds;
    uint32_t count, base;       /* of marks so far; the block's place */
    uint64_t after, gap, apart; /* as in the window */
};

#define SCAN_INLINE static inline __attribute__((always_inline))

SCAN_INLINE uint64_t
scan_end(uint32_t *out, uint32_t base, uint64_t all, uint64_t ends)
{
    uint64_t up_to = all & (ends ^ (ends - 1));

    *out = base + (uint32_t)__builtin_popcountll(up_to);
    return ends & (ends - 1);
}

/* How many marks there are up to each terminator. */
SCAN_INLINE void
scan_ends(struct scan_out *to, uint64_t all, uint64_t ends)
{
    uint32_t *out = to->ends;

    to->ends += __builtin_popcountll(ends);
    do {
        ends = scan_end(out, to->count, all, ends);
        ends = scan_end(out + 1, to->count, all, ends);
        ends = scan_end(out + 2, to->count, all, ends);
        out += 3;
    } while (ends != 0);
}

/* Writes four at a time, some too many, rather than to count to the last. */
SCAN_INLINE void
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
SCAN_INLINE void
scan_odd(struct scan_out *to, const struct scan_masks *masks)
{
    uint64_t special = masks->special & ~masks->end;
    uint64_t gap = special & (masks->end << 1 | to->after);
    uint64_t more = special & (gap << 1 | to->gap);
    uint64_t empty = masks->end & (masks->element << 1 | to->apart);
    uint64_t odd = (special & ~(gap | more)) | empty;

    to->after = masks->end >> 63;
    to->gap = gap >> 63;
    to->apart = masks->element >> 63;
    for (; odd != 0; odd &= odd - 1)
        *to->odds++ = to->base + (uint32_t)__builtin_ctzll(odd);
}

SCAN_INLINE void
scan_block(struct scan_out *to, struct scan_masks masks,
           struct scan_tools tools)
{
    uint64_t all = masks.element | masks.end;
    unsigned count = (unsigned)__builtin_popcountll(all);

    scan_odd(to, &masks);
    scan_ends(to, all, masks.end);
    tools.list(to->marks, to->base, all);
    to->marks += count;
    to->count += count;
    to->base += SCAN_BLOCK;
}

/* The last bytes, fewer than a block, maybe at the end of a page. */
SCAN_INLINE struct scan_masks
scan_rest(const struct x12_delimiters *marks, const char *at, size_t size,
          struct scan_tools tools)
{
    char padded[SCAN_BLOCK] = { 0 };
    uint64_t valid = ~(~UINT64_C(0) << size);

    memcpy(padded, at, size);
    struct scan_masks masks = tools.look(marks, padded);
    masks.element &= valid;
    masks.special &= valid;
    masks.end &= valid;
    return masks;
}

/* The next SCAN_WINDOW bytes, or what there is. */
SCAN_INLINE void
scan_index(struct scan_window *window, const struct x12_delimiters *delimiters,
           struct scan_tools tools)
{
    const struct x12_delimiters marks = *delimiters;
    size_t left = (size_t)(window->limit - window->at);
    const char *at = window->at;
    const char *stop = at + (left < SCAN_WINDOW ? left : SCAN_WINDOW);
    struct scan_out to = { .marks = window->marks + window->count,
                           .ends = window->ends + window->end_count,
                           .odds = window->odds + window->odd_count,
                           .count = (uint32_t)window->count,
                           .base = (uint32_t)(at - window->base),
                           .after = window->after,
                           .gap = window->gap,
                           .apart = window->apart };

    for (; stop - at >= SCAN_BLOCK; at += SCAN_BLOCK) {
        __builtin_prefetch(at + SCAN_WINDOW); /* what comes next time */
        scan_block(&to, tools.look(&marks, at), tools);
    }
    if (at < stop)
        scan_block(&to, scan_rest(&marks, at, (size_t)(stop - at), tools),
                   tools);
    window->at = stop;
    window->count = to.count;
    window->end_count = (size_t)(to.ends - window->ends);
    window->odd_count = (size_t)(to.odds - window->odds);
    window->after = to.after;
    window->gap = to.gap;
    window->apart = to.apart;
    *to.odds = SCAN_NEVER;
}

#endif
