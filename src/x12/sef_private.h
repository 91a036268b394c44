/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sef_private - what the readers of a SEF file's sections share: where they
 * are in the file, and how mistakes are told.
 */
#ifndef TP_X12_SEF_PRIVATE_H
#define TP_X12_SEF_PRIVATE_H

#include "x12/sef.h"
#include "x12/sef_tree.h"

struct sef_reading {
    struct x12_sef *sef;
    const char *path;
    char source[64]; /* the file's name, as comments may hold it */
    struct problems *found;
    int line;
    char section[12];
};

/* A mistake in the line at hand, TP2404. */
void sef_wrong(struct sef_reading *, const char *format, ...) PRINTF(2, 3);
void sef_word(char out[SEF_WORD], const char *text, size_t size);
/* At "["; returns what follows "]", or NULL: it is told what is wrong. */
const char *sef_entry(struct sef_reading *, const char *at, struct sef_entry *);
/* sef_set.c: "850=..." becomes the text of a guide. */
void sef_set(struct sef_reading *, const char *id, const char *tree);

#endif
