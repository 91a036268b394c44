/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guides - how X12 files are read at the command line: the guides of the
 * settings (or of --guides DIR, without any settings), the partner's rules and
 * tolerances, by --partner or by the file's own sender and receiver.
 *
 *   struct guides *guides = guides_open(cli);
 *   guides_options(guides, head, size, &options);
 *   file = x12_read(arena, bytes, size, &options);
 *   guides_close(&guides);                          after the last use of file
 */
#ifndef TP_CLI_GUIDES_H
#define TP_CLI_GUIDES_H

#include "cli/cli.h"
#include "x12/read.h"

struct guides;
struct x12_guide;
struct partner;

/* NULL: cli->err says why. Missing or wrong settings are no reason, unless a
 * partner is asked for: any X12 can be read. */
struct guides *guides_open(struct cli *);
void guides_close(struct guides **);
/* By the file's first bytes, an ISA if it is X12. */
void guides_options(struct guides *, const char *head, size_t size,
                    struct x12_options *);
/* One guide with the partner's rules; NULL = there is none. */
const struct x12_guide *guides_get(struct guides *, const char *version,
                                   const char *set);
/* The partner found for the file last given; NULL = nobody known. */
const struct partner *guides_partner(const struct guides *);
/* The set by its group's and its own control number; without them the
 * ordinal-th of the file. NULL when it is not there. */
const struct x12_result *guides_set(const struct x12_file *, const char *group,
                                    const char *set, int32_t ordinal);
/* Mistakes in guides and rules met so far. */
const struct problems *guides_problems(const struct guides *);

#endif
