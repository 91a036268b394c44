/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TP_CLI_OUT_PRIVATE_H
#define TP_CLI_OUT_PRIVATE_H

#include "cli/out.h"

const char *out_at(const struct out *, size_t row, size_t column);
/* The moment that a COLUMN_TIME holds as text. */
moment out_moment(const char *text);
void out_json(const struct out *, struct buf *);
void out_jsonl(const struct out *, struct buf *);
void out_csv(const struct out *, struct buf *);
void out_tsv(const struct out *, struct buf *);

#endif
