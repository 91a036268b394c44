/* SPDX-License-Identifier: Apache-2.0 */
/* spool_private - one document as the spool shows it. */
#ifndef TP_STORE_SPOOL_PRIVATE_H
#define TP_STORE_SPOOL_PRIVATE_H

#include "base/buf.h"
#include "store/journal_private.h"
#include "store/spool.h"

enum { VIEW_NAME = 200 };

struct view {
    char path[256]; /* "hold/2026/11/22/NAME.edi"; "" = not shown */
    bool held;      /* NAME.edi.why stands beside it */
    struct buf bytes, why;
};

/* Made from the journal alone: the same rows give the same view. */
bool view_of(struct journal *, const struct document *, struct view *,
             struct err *) MUST_USE;
void view_free(struct view *);
/* The last event that the views show. */
bool spool_mark(struct journal *, int64_t *mark, struct err *) MUST_USE;

#endif
