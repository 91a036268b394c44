/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sef - guides from a partner's SEF file, as the texts that guides are made of.
 *
 *   if (!x12_sef_read(&sef, "a.sef", "", text, found, &err)) ...
 *   added = x12_sef_merge(ours, "", buf_text(&sef.segments), &merged);
 *
 * Taken: .VER .INI .SETS .SEGS .COMS .ELMS .CODES. Notes, texts and semantic
 * rules are passed over. HL loops in each other become one, whose levels the
 * data nests; levels that order their segments differently are refused.
 * Mistakes are told as "file:line". Source: SEF 1.6.
 */
#ifndef TP_X12_SEF_H
#define TP_X12_SEF_H

#include "base/buf.h"
#include "base/problems.h"

struct arena;

enum { X12_SEF_SETS = 64 };

struct x12_sef {
    char group[3];   /* GS01 of sets whose number does not say it, or "" */
    char version[7]; /* "004010", of .INI */
    struct {
        char id[8];
        struct buf guide; /* the text of 850.guide */
        int line;         /* of the file */
    } sets[X12_SEF_SETS];
    size_t set_count;
    /* A definition a line, each with its place in the file as a comment. */
    struct buf composites, segments, elements, codes;
    struct buf passed; /* ".TEXT, .MASKS": sections that are not taken */
};

/* path is what problems are told with. group is GS01 of sets whose number does
 * not say it; "" = the second field of .INI, where it is two capitals. TP2404.
 */
bool x12_sef_read(struct x12_sef *, const char *path, const char *group,
                  char *text, struct problems *, struct err *) MUST_USE;
void x12_sef_free(struct x12_sef *);
/* Our text, and the definitions that neither it has nor the one that it builds
 * on ("" = none); returns how many. */
size_t x12_sef_merge(const char *ours, const char *base, const char *theirs,
                     struct buf *merged);

#endif
