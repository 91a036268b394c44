/* SPDX-License-Identifier: Apache-2.0 */
/* Which delimiters an interchange is written with. */
#ifndef TP_X12_WRITE_PRIVATE_H
#define TP_X12_WRITE_PRIVATE_H

#include "x12/write.h"

/* ISA12 of the envelope: "004010" becomes "00401". */
void marks_version(const struct x12_envelope *, char out[6]);
struct x12_delimiters marks_choose(const struct x12_envelope *);
/* The element of BIN or BDS that is data, 2 or 3; 0 = another segment. */
uint32_t x12_binary(const struct x12_segment *);

#endif
