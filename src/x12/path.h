/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path - values of X12 picked by where they stand.
 *
 *   if (!x12_path_parse(&path, "N1[01=ST].04", &err)) ...
 *   x12_path_find(&path, result, take, user);          for each set
 *
 *   BEG.03  BEG03          an element of every BEG
 *   C040: REF.04-2         a component
 *   N1[01=ST].04           only where element 01 is ST; several may follow
 *   PO1[2].02              only the second
 *   PO1[2]/PID.05          a segment in the loop that PO1 leads
 *   HL[03=I]/SN1.02        levels as HL02 nests them
 *   /N1.02                 not inside a loop; 850/N1.02: in this set only
 *   PO1                    the whole segment
 *
 * Matches come in the order of the tree. The path owns nothing.
 */
#ifndef TP_X12_PATH_H
#define TP_X12_PATH_H

#include "x12/raw.h"
#include "x12/read.h"

enum { X12_PATH_STEPS = 16, X12_PATH_TESTS = 4, X12_PATH_VALUE = 80 };

struct x12_path_test {
    uint32_t element, component;
    char value[X12_PATH_VALUE];
};

struct x12_path_step {
    char id[4];
    struct x12_path_test tests[X12_PATH_TESTS];
    size_t test_count;
    uint32_t occurrence; /* from 1; 0 = every one */
};

struct x12_path {
    char set[4];   /* "" = any */
    bool anchored; /* the first step stands in no loop */
    struct x12_path_step steps[X12_PATH_STEPS];
    size_t count;
    uint32_t element, component; /* 0 = the whole segment or element */
};

struct x12_match {
    const struct x12_segment *segment;
    struct x12_element value; /* empty for a whole segment */
};

/* TP2402. */
bool x12_path_parse(struct x12_path *, const char *text, struct err *) MUST_USE;
/* ISA, GS, ST and their trailers, TA1: not in a set's tree. */
bool x12_path_is_envelope(const struct x12_path *);
/* Returns how many there were; elements that are empty do not count. */
size_t x12_path_find(const struct x12_path *, const struct x12_result *,
                     void (*take)(void *user, const struct x12_match *),
                     void *user);
/* Is the raw segment what an envelope's path asks for? *seen counts those
 * that are, for the occurrence. */
bool x12_path_raw(const struct x12_path *, const struct x12_raw *,
                  uint32_t *seen, struct x12_match *);

#endif
