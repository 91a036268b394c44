/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faults - what goes wrong on request: POST /_sandbox/faults
 *
 *   {"match":"POST purchaseInvoices","fault":"500-after","count":1}
 *
 * match is a method (or "*") and the end of the path, keys in parentheses left
 * out; "*" and "?" work as in a shell. Before: nothing happened. After: the
 * change was made and the client does not learn it.
 */
#ifndef TP_SANDBOX_FAULTS_H
#define TP_SANDBOX_FAULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_429,
    FAULT_503_BEFORE,
    FAULT_500_AFTER,
    FAULT_CUT_AFTER,
    FAULT_CUT_BEFORE,
    FAULT_SLOW,          /* answers after seconds */
    FAULT_EXPIRED_TOKEN, /* 401 as for an expired token */
    FAULT_LATE_COMMIT    /* 504 at once; the change is made after seconds */
};

struct fault {
    char match[160];
    enum fault_kind kind;
    long count; /* how often still */
    long seconds, retry_after;
    int service;
};

enum { FAULTS = 64 };

struct faults {
    struct fault list[FAULTS];
    size_t count;
};

bool faults_add(struct faults *, int service, const json_t *, struct err *);
/* Uses up one turn of the first that matches; FAULT_NONE when none does. */
struct fault faults_take(struct faults *, int service, const char *method,
                         const char *path);
json_t *faults_list(const struct faults *);

#endif
