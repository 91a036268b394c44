/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes - for which document one in a strict lane waits.
 *
 *   if (!lanes_term(cli, &sql, &cli->err)) ...
 *
 * The term is for a SELECT from the view `documents`: the id of the earliest
 * document in the same lane that is not at its end, "" where there is none,
 * where order does not matter, and for what does not wait for its turn.
 */
#ifndef TP_CLI_LANES_H
#define TP_CLI_LANES_H

#include "cli/cli.h"

/* Adds the term to the text. */
bool lanes_term(struct cli *, struct buf *sql, struct err *) MUST_USE;

#endif
