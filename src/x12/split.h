/* SPDX-License-Identifier: Apache-2.0 */
/*
 * split - one file for each set, group or interchange, each in an envelope.
 *
 *   count = x12_split(bytes, size, X12_SPLIT_SET, take, user);
 *
 * Segments stay as they stand (a wrapped file's lines are joined); the
 * envelope of each part repeats the headers and counts what is in it. A set
 * without SE, or what stands in no set, is in no part, and is told.
 */
#ifndef TP_X12_SPLIT_H
#define TP_X12_SPLIT_H

#include "base/buf.h"
#include "x12/x12.h"

enum x12_split_by { X12_SPLIT_SET, X12_SPLIT_GROUP, X12_SPLIT_INTERCHANGE };

struct x12_part {
    size_t number;          /* from 1 */
    const char *set;        /* ST01 of its first set; "" = none */
    const char *control[3]; /* ISA13, GS06, ST02; "" = more than one */
    const struct buf *bytes;
};

struct x12_splitting {
    enum x12_split_by by;
    /* False stops. */
    bool (*take)(void *user, const struct x12_part *);
    void *user;
};

/* False when take stopped it. *left counts bytes that are in no part. */
bool x12_split(const void *bytes, size_t size, const struct x12_splitting *,
               size_t *left);

#endif
