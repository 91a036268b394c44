/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare - two files by what they mean.
 *
 *   count = x12_compare(&comparing, a, b);          take is called for each
 *
 * Sets meet by type and business number (850 by BEG03), wherever they stand;
 * inside, segments and loops meet by what is equal, then by their keys
 * (keys.tbl: an order's line by its number and item, N1 by its qualifier, an
 * HL by its level and content), then in order. Numbers are compared as
 * numbers where the guide says they are. Delimiters, control numbers, dates
 * and times of envelopes, counts of trailers and the numbers of HL segments
 * mean nothing, unless all is set. Takes n log n in the number of segments.
 */
#ifndef TP_X12_COMPARE_H
#define TP_X12_COMPARE_H

#include "x12/read.h"

struct arena;

enum x12_difference_kind { X12_CHANGED, X12_ONLY_A, X12_ONLY_B };

struct x12_difference {
    enum x12_difference_kind kind;
    const char *set, *number; /* "850", "PO-1"; "" for the envelope */
    const char *path;         /* "PO1[01=2]/PID.05", "ISA.06" */
    const char *name;         /* our name of the element; may be "" */
    const char *a, *b;        /* values, or whole segments; "" = none */
};

struct x12_comparing {
    struct arena *arena; /* every text of a difference lives there */
    bool all;
    void (*take)(void *user, const struct x12_difference *);
    void *user;
};

size_t x12_compare(const struct x12_comparing *, const struct x12_file *a,
                   const struct x12_file *b);

#endif
