/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures - named queries whose answers are figures for people and monitors.
 *
 *   for (const struct figure *f = figures; f->name != NULL; f++)
 *       journal_query(journal, f->select, NULL, 0, on_row, user, &err);
 *
 * Each row is one sample: the last column is the value, the others are labels
 * and their values. A histogram's first column says which part of it the row
 * is: "bucket" (with the label le), "sum" or "count". The names are stable.
 */
#ifndef TP_STORE_FIGURES_H
#define TP_STORE_FIGURES_H

enum figure_kind { FIGURE_GAUGE, FIGURE_COUNTER, FIGURE_HISTOGRAM };

struct figure {
    const char *name; /* "tradepost_acks_late" */
    enum figure_kind kind;
    const char *help; /* one sentence */
    const char *select;
};
extern const struct figure figures[]; /* ended by a NULL name */

#endif
