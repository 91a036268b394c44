/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doc - what a document says, as a person reads it; for doc show and order
 * show.
 */
#ifndef TP_CLI_DOC_H
#define TP_CLI_DOC_H

#include "cli/cli.h"

struct document;
struct record;

/* The record, or NULL when there is none (yet); the caller frees it. */
bool doc_record(struct cli *, const struct document *, struct record **,
                struct err *) MUST_USE;
/* Its lines, or what a payment pays, as a table. */
void doc_print_lines(struct cli *, const struct record *);
/* Who buys, sells, ships: a line each. */
void doc_print_parties(const struct record *);

#endif
