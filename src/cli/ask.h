/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the journal's views in rows: a SELECT that is put together, whose
 * columns are those of an out, in that order.
 *
 *   struct ask ask;
 *   ask_begin(&ask, cli, "SELECT doc, partner FROM documents");
 *   ask_where(&ask, "partner = ?", partner);      left out when NULL or ""
 *   ask_end(&ask, "ORDER BY doc DESC");
 *   if (!ask_rows(&ask, &out, &err)) ...
 *
 * Values are bound, never part of the text.
 */
#ifndef TP_CLI_ASK_H
#define TP_CLI_ASK_H

#include "cli/out.h"

enum { ASK_TEXTS_MAX = 16 };

struct ask {
    struct cli *cli;
    struct buf sql; /* freed by ask_rows and ask_value */
    const char *texts[ASK_TEXTS_MAX];
    size_t count;
    bool where;
};

void ask_begin(struct ask *, struct cli *, const char *select);
/* Each "?" of the condition stands for the text. */
void ask_where(struct ask *, const char *condition, const char *text);
/* A condition without a value. */
void ask_only(struct ask *, const char *condition);
/* --since, --until and --partner on these columns; NULL where there is none. */
bool ask_options(struct ask *, const char *created_ms, const char *partner,
                 struct err *) MUST_USE;
void ask_end(struct ask *, const char *order);
/* Adds --limit, or the fallback; 0 = all. */
bool ask_limit(struct ask *, int32_t fallback, struct err *) MUST_USE;
bool ask_rows(struct ask *, struct out *, struct err *) MUST_USE;
/* The first value of the first row, in the cli's arena; "" when none. */
bool ask_value(struct ask *, const char **value, struct err *) MUST_USE;

#endif
