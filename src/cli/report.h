/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - a report's definition: etc/reports/NAME.report, see
 * tradepost-report(5).
 *
 *   report register "Document register"
 *   columns doc:count created:time type partner amount:amount currency
 *   title doc "Doc id"
 *   query SELECT doc, created_ms AS created, type, ... FROM documents
 *         WHERE (?3 = '' OR partner = ?3)
 *   total amount by currency
 *
 * An indented line goes on with the line before it. ?1 and ?2 are the ends of
 * the period in milliseconds, ?3 is the partner's code; each may be ''.
 */
#ifndef TP_CLI_REPORT_H
#define TP_CLI_REPORT_H

#include "cli/out.h"

enum { REPORT_PARAMETERS = 3 };

struct report {
    const char *name, *title, *query;
    struct column columns[COLUMNS_MAX + 1];
    size_t column_count;
    const char *total, *by; /* NULL = no total */
    size_t parameters;      /* how many of ?1..?3 the query uses */
};

/* Parses the text; everything lives in the arena. TP8010 with path:line. */
bool report_parse(struct report *, struct arena *, const char *path,
                  const char *text, struct err *) MUST_USE;

#endif
