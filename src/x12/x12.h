/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12 - what the parts of this floor share: segments, elements, delimiters,
 * the tree of a set. Reading, checking, acknowledging and writing have their
 * headers beside this one. Source: X12.5, X12.6 (envelopes, syntax).
 */
#ifndef TP_X12_X12_H
#define TP_X12_X12_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct x12_delimiters {
    char element, component, repetition; /* repetition 0 = none */
    char terminator;
    char release; /* before a delimiter that is data; since 007040, 0 = none */
};

/* A window on the owner's bytes, not NUL-terminated. */
struct x12_element {
    const char *text;
    uint32_t size;
};

struct x12_segment {
    char id[4]; /* "BEG", NUL-terminated */
    uint32_t count;
    const struct x12_element *elements; /* elements[0] is element 01 */
    uint32_t position;                  /* in its set; ST is 1 */
    uint32_t line;                      /* in the file, from 1; 0 = not read */
    uint64_t offset;                    /* of its first byte in the file */
};

/* A segment as it was cut: the quickest way to look at many. ends[0] is
 * where the name ends, ends[n] where element n does, counted from base. Valid
 * until the callback returns. */
struct x12_views {
    char id[4];
    uint32_t count; /* of elements, without empty ones at the end */
    uint32_t position, line;
    uint64_t offset;
    const char *base;
    const uint32_t *ends;
};

/* Segments that follow each other, as they were cut. ends[i] is the number of
 * the mark after the last one of segment i, which is where the next one's
 * begin; a segment's marks are where its name ends, then where each of its
 * elements does. Valid until the callback returns. */
struct x12_batch {
    uint32_t count;          /* of segments, at least 1 */
    uint32_t position, line; /* of the first one */
    uint64_t offset;
    char id[4];
    const char *base;      /* places are counted from here */
    const uint32_t *marks; /* places of delimiters */
    const uint32_t *ends;
    uint32_t first;      /* number of the first mark */
    uint32_t start, gap; /* where the first segment starts; bytes, all of
                            them newlines, before each other one */
};

/* A segment in its place in the set: a loop is led by its first segment, and
 * the loop's other segments and inner loops are its children. HL loops nest
 * by HL02, not by position. ST and SE are not in the tree. */
struct x12_node {
    struct x12_segment segment;
    struct x12_node *parent, *child, *next;
    struct x12_node *last; /* x12_add's: the last child, if known */
};

/* One ST..SE, resolved; everything lives in the arena it was made in. */
struct x12_set {
    const char *id;      /* ST01 */
    const char *control; /* ST02 */
    const char *version; /* GS08 */
    struct x12_delimiters delimiters;
    struct x12_node *first; /* children of the set, in order */
    struct x12_node *last;  /* x12_add's: the last of these, if known */
    uint32_t segments;      /* ST and SE included */
    uint64_t offset, size;  /* its bytes in the file */
};

/* Element number 1..; an empty window when the segment is shorter. */
struct x12_element x12_get(const struct x12_segment *, uint32_t number);
/* Component 1.. of an element. */
struct x12_element x12_component(struct x12_element, char separator,
                                 uint32_t number);
bool x12_is(struct x12_element, const char *text);
/* The node that follows in the set, children first; NULL at its end. */
const struct x12_node *x12_following(const struct x12_node *);

#endif
