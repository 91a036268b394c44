/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manual - the lists of tradepost(1) and the shell completion, made from the
 * tables of commands and options.
 */
#ifndef TP_CLI_MANUAL_H
#define TP_CLI_MANUAL_H

#include "base/buf.h"

void manual_commands(struct buf *);
void manual_options(struct buf *);
void manual_exits(struct buf *);
void manual_deviations(struct buf *);
/* Adds the text broken into lines of at most 78 columns, indented. */
void manual_wrap(struct buf *, size_t indent, const char *text);

#endif
