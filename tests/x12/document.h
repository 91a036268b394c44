/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - a set in its envelope as a list of pieces that a test can spoil
 * one at a time, and where each of them then stands in the bytes.
 *
 *   document_take(&document, guide, text);     text as document_write makes it
 *   document.pieces[3].elements[1] = "";
 *   document_write(&document, &out);           out and the offsets are anew
 */
#ifndef TP_TESTS_X12_DOCUMENT_H
#define TP_TESTS_X12_DOCUMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "x12/guide_private.h"

enum { PIECES_MAX = 3000, PIECE_ELEMENTS = 66 };

/* A segment; elements[0] is element 01, composites in one text. */
struct piece {
    const char *id;
    uint16_t node; /* its place in the guide; 0 for ISA GS ST SE GE IEA */
    uint32_t count;
    const char *elements[PIECE_ELEMENTS];
    uint64_t offset;                  /* once written */
    uint64_t offsets[PIECE_ELEMENTS]; /* of its elements */
};

/* All segments from ISA to IEA: pieces[2] is ST. */
struct document {
    const struct x12_guide *guide;
    struct arena *arena;
    struct piece pieces[PIECES_MAX];
    size_t count;
    bool counted; /* SE01 was left to document_write */
};

enum { AT_ISA, AT_GS, AT_ST };

void document_take(struct document *, const struct x12_guide *,
                   const char *text);
void document_write(struct document *, struct buf *);
/* Puts copies of count pieces before at; false when there is no room. */
bool document_insert(struct document *, size_t at, const struct piece *,
                     size_t count);
void document_remove(struct document *, size_t at, size_t count);
/* The place of each piece as the guide says it, anew. False when a piece has
 * none. */
bool document_walk(struct document *);
/* Is node inside loop, or the loop's leader itself? */
bool node_inside(const struct x12_guide *, uint16_t node, uint16_t loop);
/* The first piece behind at that is outside the loop that leads there. */
size_t document_loop_end(const struct document *, size_t at);
/* How many places of the guide have the segment. */
size_t places_of(const struct x12_guide *, uint16_t index);

#endif
