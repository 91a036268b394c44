/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edi - what the commands for X12 files share: a file's bytes, "-" being
 * standard input, and the file as read with the guides there are.
 */
#ifndef TP_CLI_EDI_H
#define TP_CLI_EDI_H

#include "cli/guides.h"
#include "x12/read.h"

enum { EDI_LIMIT_BYTES = 256 << 20 };

/* Adds the whole file; false: cli->err says why. */
bool edi_bytes(struct cli *, const char *name, struct buf *) MUST_USE;
/* Read whole, in the command's arena; NULL: cli->err says why. */
const struct x12_file *edi_read(struct cli *, struct guides *,
                                const char *name);
/* Mistakes in guides and rules are ours, not the file's: to standard error; how
 * many. */
size_t edi_problems(const struct guides *);
/* Prints and clears; the take of x12_json_sink. */
void edi_print(void *, struct buf *);

#endif
