/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out - rows in the format that was asked for: a table for people, JSON,
 * JSON lines, CSV or TSV.
 *
 *   out_begin(&out, cli, "doc", columns);
 *   out_cell(&out, "5131"); ...               a cell for each column
 *   out_end(&out);                            prints
 *
 * In JSON each object carries "schema": "tradepost.<name>/1"; names of
 * members never change, new ones may come. Amounts stay texts, counts are
 * numbers, an empty cell is null. CSV follows RFC 4180, and a cell that a
 * spreadsheet would take for a formula gets a leading "'". In text, control
 * characters become dots, so nothing in a file can command a terminal.
 */
#ifndef TP_CLI_OUT_H
#define TP_CLI_OUT_H

#include "cli/cli.h"

enum column_kind {
    COLUMN_TEXT,
    COLUMN_COUNT,    /* a whole number, right-aligned */
    COLUMN_AMOUNT,   /* a decimal, right-aligned; shown with separators */
    COLUMN_QUANTITY, /* a decimal, right-aligned as it is */
    COLUMN_TIME,   /* given as milliseconds; shown in the zone, else a stamp */
    COLUMN_SECOND, /* the same, shown with its seconds */
    COLUMN_AXIS,   /* a word of the four axes; a letter in the table */
    COLUMN_EXTRA   /* a text that the table leaves out */
};

struct column {
    const char *name;  /* the member in JSON, and in --columns */
    const char *title; /* the header of the table */
    enum column_kind kind;
};

enum { COLUMNS_MAX = 32 };

struct out {
    const struct cli *cli;
    const char *schema;
    const struct column *columns; /* ended by a NULL name */
    size_t column_count, cell_count;
    size_t chosen[COLUMNS_MAX], chosen_count; /* columns to print */
    const char **cells;                       /* row by row */
    size_t capacity;
};

/* False when --columns names a column that does not exist (TP8002). */
bool out_begin(struct out *, struct cli *, const char *schema,
               const struct column *, struct err *) MUST_USE;
/* Copies; NULL is empty. */
void out_cell(struct out *, const char *text);
void out_cellf(struct out *, const char *format, ...) PRINTF(2, 3);
size_t out_rows(const struct out *);
void out_end(struct out *);
/* "{" and the row's members, for a caller that adds more and the "}". */
void out_members(const struct out *, size_t row, bool schema, struct buf *);
/* The rows' sums of one column per value of another: "9,634.00 USD, 3.00 CAD";
 * rows without an amount count nothing. */
void out_totals(const struct out *, const char *amount, const char *by,
                struct buf *);
/* The table alone, for reports that are written to a file. */
void out_table(const struct out *, struct buf *);

/* A JSON text in quotes; bytes that are no UTF-8 become U+FFFD. */
void out_json_text(struct buf *, const char *text);
/* Text that may go to a terminal: control characters become dots. */
void out_clean(struct buf *, const char *text);

#endif
