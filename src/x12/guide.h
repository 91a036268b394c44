/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guide - what a set must look like, compiled from texts into tables.
 *
 *   if (!x12_guide_load(&guide, &sources, "004010", "850", found, &err)) ...
 *   if (!x12_guide_overlay(&theirs, guide, rules, count, found, &err)) ...
 *   x12_guide_free(&guide);
 *
 * A guide is made of four texts under "x12/<version>/": "850.guide" (the tree
 * of segments), "segments", "elements" and "codes"; the notation is described
 * in edi/x12/README. It is immutable once made; an overlay is a guide of its
 * own and does not need its base any longer. All mistakes are added to the
 * problems as "file:line: what was found, what was expected"; a load with any
 * returns false with the first of them.
 */
#ifndef TP_X12_GUIDE_H
#define TP_X12_GUIDE_H

#include "base/problems.h"
#include "x12/x12.h"

struct arena;
struct buf;
struct x12_guide;

/* Finds a text by name ("x12/004010/850.guide") and says its path for
 * messages; false when there is none. */
struct x12_sources {
    bool (*find)(void *user, const char *name, struct arena *,
                 const char **path, const char **content);
    void *user;
};

/* Sources that read below a directory ("edi"); must outlive their use. */
struct x12_sources x12_sources_in(const char *directory);

bool x12_guide_load(struct x12_guide **, const struct x12_sources *,
                    const char *version, const char *set, struct problems *,
                    struct err *) MUST_USE;
void x12_guide_free(struct x12_guide **);

/* One edit, or with segment a new one. at names a place from the set down:
 * "850/BEG02", "850/N1", "850/N1[01=ST]" (that loop must occur, or its max, for
 * that qualifier), "850/PO1/PO104", "850/REF04-2". Zero or NULL leaves a thing
 * as it is. */
struct x12_rule {
    const char *at;
    const char *where;            /* "partners/acme.conf:12"; NULL = unknown */
    char usage;                   /* 'M' must, 'O' may, 'N' must not be used */
    const char *const *codes;     /* the only values; NULL-terminated */
    const char *const *codes_add; /* values more than the base has */
    long max;                     /* occurrences; -1 = any number */
    long min_length, max_length;
    const char *pattern; /* POSIX extended; the whole value matches it */
    /* The partner's own segment: stands behind the place (a loop as a whole;
     * "PO1/PO1" is behind the loop's first segment). Usage is O and max 1 when
     * not said. NULL elements: the dictionary has the segment. */
    const char *segment;         /* "ZA1" */
    const char *const *elements; /* "AN 1 30", "ID 2 2 M"; NULL-terminated */
};

enum { X12_ANY_NUMBER = -1 };

bool x12_guide_overlay(struct x12_guide **, const struct x12_guide *base,
                       const struct x12_rule *, size_t count, struct problems *,
                       struct err *) MUST_USE;

const char *x12_guide_set(const struct x12_guide *);     /* "850" */
const char *x12_guide_version(const struct x12_guide *); /* "004010" */
const char *x12_guide_group(const struct x12_guide *);   /* GS01: "PO" */
const char *x12_guide_title(const struct x12_guide *);   /* "Purchase order" */

/* What a guide says of one place; texts belong to the guide. */
struct x12_place {
    const char *segment; /* "BEG" */
    const char *name;    /* short name of the element or segment */
    char usage;          /* 'M', 'O', 'N' */
    long max;            /* of a segment or loop; X12_ANY_NUMBER */
    bool loop;           /* the segment leads a loop */
    uint32_t element;    /* 1..; 0 = the place is a segment */
    uint32_t component;  /* 1..; 0 = the whole element */
    uint32_t number;     /* data element, "353"; 0 = composite or segment */
    char type;           /* 'A' AN, 'I' ID, 'N', 'R', 'D' DT, 'T' TM, 'C' */
    uint32_t decimals;   /* of type N: N2 = 2 */
    uint32_t min, max_length;
    bool checked; /* its codes are a closed list */
};

/* Takes a path with or without the set: "850/PO1/N1/N104", "HL/LIN03", or a
 * bare segment, found where it occurs first. False when there is none. */
bool x12_guide_find(const struct x12_guide *, const char *path,
                    struct x12_place *);
/* The element of a segment wherever it stands; for views and maps. */
bool x12_guide_element(const struct x12_guide *, const char *segment,
                       uint32_t element, uint32_t component,
                       struct x12_place *);
/* Name of a code of an element of a segment ("BEG", 2, "SA"); NULL = none. */
const char *x12_guide_code(const struct x12_guide *, const char *segment,
                           uint32_t element, uint32_t component,
                           struct x12_element value);
/* The whole guide for a person to review, overlays included. */
void x12_guide_print(const struct x12_guide *, struct buf *);

#endif
