/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw - segments of X12 as they stand, without a guide, a check or a verdict:
 * for tools that show, divide or mend files.
 *
 *   x12_raw_begin(&raw, arena, bytes, size);
 *   while (x12_raw_next(&raw))
 *       ... raw.segment, raw.text
 *
 * Delimiters are taken from each ISA; line breaks inside the segments of a
 * wrapped file are left out. What stands outside interchanges is passed over
 * and told in junk. Elements are windows on the bytes (in wrapped files: on
 * memory of raw) until the next call; the array of them is used again.
 * Reading takes time in proportion to the bytes. Source: X12.5.
 */
#ifndef TP_X12_RAW_H
#define TP_X12_RAW_H

#include "x12/x12.h"

struct arena;

/* Bytes of an ISA as far as ISA16, at most; any longer one is none. */
enum { X12_RAW_ISA_MAX = 400 };

struct x12_raw {
    /* the segment at hand */
    struct x12_segment segment; /* offset: of its first byte */
    const char *id;             /* its name as it stands, of id_size bytes */
    size_t id_size;
    const char *text; /* without terminator and line breaks */
    size_t text_size;
    size_t after;    /* offset of what follows its terminator */
    bool terminated; /* false: the bytes end first */
    bool header;     /* the ISA of an interchange; others only look like it */
    bool odd_isa;    /* it is not 106 bytes long */
    size_t junk;     /* bytes passed over before it, outside ISA..IEA */
    size_t junk_offset;

    struct x12_delimiters delimiters;
    char tail[4]; /* more bytes of the terminator */
    size_t tail_size;
    bool wrapped, inside; /* inside: after an ISA, no IEA yet */

    struct arena *arena;
    const char *bytes;
    size_t size, at;
    struct x12_element *elements;
    size_t room;
    char *squeezed;
    size_t squeezed_room;
};

void x12_raw_begin(struct x12_raw *, struct arena *, const void *bytes,
                   size_t size);
/* False at the end of the bytes; junk may then be set. */
bool x12_raw_next(struct x12_raw *);
/* Goes on at an offset, in the interchange at hand. */
void x12_raw_seek(struct x12_raw *, size_t offset);
/* Is the segment at hand called so? */
bool x12_raw_is(const struct x12_raw *, const char *id);

#endif
