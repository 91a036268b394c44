/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_private - the scanner's inner loop, compiled for each instruction set:
 *
 *   static inline struct scan_masks look(const struct x12_reader *, ...);
 *   void run_avx2(struct x12_reader *reader) { scan_run(reader, look); }
 *
 * look() tells of 64 bytes what they are: bit i is about bytes[i]. A run takes
 * segments one after the other for as long as they are whole and of plain
 * form. At anything else (the bytes end, blanks before a name, an empty or a
 * binary segment, control characters) it leaves reader->at where that segment
 * starts, for the careful way in scan.c. Both give the same events.
 */
#ifndef TP_X12_SCAN_PRIVATE_H
#define TP_X12_SCAN_PRIVATE_H

#include <string.h>

#include "x12/read_private.h"

struct scan_masks {
    uint64_t element, end; /* separators and terminators */
    uint64_t special;      /* inner separators; < blank, > '~' */
};

enum { SCAN_BLOCK = 64 };

void run_avx2(struct x12_reader *);
void run_sse2(struct x12_reader *);
void run_neon(struct x12_reader *);
void run_scalar(struct x12_reader *);
/* The way to run that has this name; NULL name = the best of this machine.
 * NULL = always the careful way ("careful", or an unknown name). */
void (*scan_way(const char *name))(struct x12_reader *);

/* The elements, with room for one more block after count. */
struct x12_element *scan_room(struct x12_reader *, size_t count);
/* Takes the segment of count elements that starts at first. Where the next
 * one starts, or NULL: the run is over. */
const char *scan_take(struct x12_reader *, const char *first, size_t count,
                      bool special);

/* Bits at and above the offset. */
static inline uint64_t
scan_from(size_t offset)
{
    return offset < SCAN_BLOCK ? ~UINT64_C(0) << offset : 0;
}

struct scan_run {
    struct x12_element *out;
    size_t count;      /* of these */
    const char *first; /* of the segment at hand */
    const char *start; /* of the element at hand */
    uint64_t special;  /* seen in the segment at hand */
};

static inline __attribute__((always_inline)) void
scan_elements(struct scan_run *run, const char *block, uint64_t separators)
{
    const char *start = run->start;
    struct x12_element *out = run->out + run->count;

    for (; separators != 0; separators &= separators - 1) {
        const char *stop = block + __builtin_ctzll(separators);
        *out++ = (struct x12_element){ start, (uint32_t)(stop - start) };
        start = stop + 1;
    }
    run->count = (size_t)(out - run->out);
    run->start = start;
}

/* The segments that end in the block; false: the run is over. */
static inline __attribute__((always_inline)) bool
scan_block(struct x12_reader *reader, struct scan_run *run, const char *block,
           struct scan_masks masks)
{
    while (masks.end != 0) {
        unsigned end = (unsigned)__builtin_ctzll(masks.end);
        uint64_t below = ~scan_from(end);
        scan_elements(run, block, masks.element & below);
        run->special |= masks.special & below;
        run->out[run->count++] =
            (struct x12_element){ run->start,
                                  (uint32_t)(block + end - run->start) };
        const char *next =
            scan_take(reader, run->first, run->count, run->special != 0);
        if (next == NULL)
            return false;
        *run = (struct scan_run){ reader->elements, 0, next, next, 0 };
        uint64_t rest = scan_from((size_t)(next - block));
        masks.element &= rest;
        masks.special &= rest;
        masks.end &= rest;
    }
    scan_elements(run, block, masks.element);
    run->special |= masks.special;
    return true;
}

static inline __attribute__((always_inline)) void
scan_run(struct x12_reader *reader,
         struct scan_masks (*look)(const struct x12_reader *, const char *))
{
    const char *limit = reader->bytes + reader->size;
    const char *block = reader->bytes + reader->at;
    struct scan_run run = { reader->elements, 0, block, block, 0 };
    char padded[SCAN_BLOCK];

    while (limit - block >= SCAN_BLOCK) {
        run.out = scan_room(reader, run.count);
        if (!scan_block(reader, &run, block, look(reader, block)))
            return;
        block += SCAN_BLOCK;
        if (run.first > block)
            block = run.first;
    }
    if (block < limit) { /* maybe at the end of a page */
        size_t left = (size_t)(limit - block);
        memcpy(padded, block, left);
        struct scan_masks masks = look(reader, padded);
        uint64_t valid = ~scan_from(left);
        masks.element &= valid;
        masks.special &= valid;
        masks.end &= valid;
        run.out = scan_room(reader, run.count);
        if (!scan_block(reader, &run, block, masks))
            return;
    }
    reader->at = (size_t)(run.first - reader->bytes);
}

#endif
