/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the journal's views in rows: a SELECT that is put together, whose
 * columns are those of an out, in that order.
 *
 *   CLEANUP(ask_drop) struct ask ask = { 0 };
 *   ask_begin(&ask, cli, "SELECT doc, partner FROM documents");
 *   ask_where(&ask, "partner = ?", partner);      left out when NULL or ""
 *   return ask_options(&ask, NULL, "partner", err) &&
 *          ask_list(&ask, "ORDER BY doc DESC", &out, err);
 *
 * Values are bound, never part of the text.
 */
#ifndef TP_CLI_ASK_H
#define TP_CLI_ASK_H

#include "cli/out.h"

enum { ASK_TEXTS_MAX = 16 };

struct ask {
    struct cli *cli;
    struct buf sql; /* freed by ask_rows, ask_list, ask_value and ask_drop */
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
/* What ends a list: its order, --limit (else 200 rows), and the rows. */
bool ask_list(struct ask *, const char *order, struct out *,
              struct err *) MUST_USE;
void ask_drop(struct ask *);
/* The first value of the first row, in the cli's arena; "" when none. */
bool ask_value(struct ask *, const char **value, struct err *) MUST_USE;

#endif
