/* SPDX-License-Identifier: Apache-2.0 */
/* compare_private - who meets whom: pair.c; what then differs: compare.c. */
#ifndef TP_X12_COMPARE_PRIVATE_H
#define TP_X12_COMPARE_PRIVATE_H

#include "x12/compare.h"

struct entry {
    const void *what;         /* a node or a result */
    const char *key;          /* of the pass at hand; NULL = takes no part */
    size_t index, occurrence; /* of its name, in an unbroken run */
    struct entry *other;      /* whom it met */
};

struct entries {
    struct entry *list;
    size_t count;
};

/* The key of a pass; NULL = takes no part. */
typedef const char *key_maker(struct arena *, const void *what);

/* Those that have met nobody yet meet in order where their keys are equal. */
void pair_by(struct arena *, struct entries *a, struct entries *b,
             key_maker *make);

/* Passes for nodes, the strictest first. */
key_maker key_exact, key_full, key_item, key_plain;
/* "PO1[01=2]", its occurrence only where there is no key. */
const char *node_label(struct arena *, const struct x12_node *,
                       size_t occurrence);
const char *segment_text(struct arena *, const struct x12_segment *);
/* "PO-1"; "" when the set has none. */
const char *business_number(struct arena *, const struct x12_set *);

#endif
