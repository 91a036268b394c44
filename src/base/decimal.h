/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal - exact amounts and quantities; binary floating point is never used.
 *
 *   struct decimal price, quantity, amount;
 *   if (decimal_parse(&price, "155.70", 6) && ...)
 *       amount = decimal_round(decimal_multiply(price, quantity), 2);
 *
 * A value is units / 10^scale, up to 36 digits in all and scale 0..18. What
 * does not fit is refused by decimal_parse(); arithmetic that overflows ends
 * the process (BUG_IF), which parsed input of at most 18 digits cannot reach
 * by one multiplication.
 */
#ifndef TP_BASE_DECIMAL_H
#define TP_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

__extension__ typedef __int128 decimal_units;

struct decimal {
    decimal_units units;
    int scale;
};

enum { DECIMAL_TEXT = 64 }; /* size of a buffer that holds any value */

/* Takes [+-]digits[.digits], at most 18 digits; no exponent, no blanks. */
bool decimal_parse(struct decimal *, const char *text, size_t size) MUST_USE;
/* As decimal_parse on a NUL-terminated text; an empty or wrong text is 0. */
struct decimal decimal_of(const char *text);
struct decimal decimal_from(long long whole);
struct decimal decimal_add(struct decimal, struct decimal);
struct decimal decimal_subtract(struct decimal, struct decimal);
struct decimal decimal_multiply(struct decimal, struct decimal);
/* Half away from zero at the given scale; false when dividing by zero. */
bool decimal_divide(struct decimal *, struct decimal, struct decimal,
                    int scale) MUST_USE;
struct decimal decimal_negate(struct decimal);
/* Half away from zero, as invoices are rounded. */
struct decimal decimal_round(struct decimal, int scale);
int decimal_compare(struct decimal, struct decimal); /* <0, 0, >0 */
bool decimal_is_zero(struct decimal);
/* Shortest form, as X12 type R wants it: "155.7", "0.5", "-3". */
const char *decimal_text(struct decimal, char out[DECIMAL_TEXT]);
/* Exactly scale digits after the point: "155.70". Rounds. */
const char *decimal_fixed(struct decimal, int scale, char out[DECIMAL_TEXT]);
/* With thousands separators, for people: "41,903.20". */
const char *decimal_pretty(struct decimal, int scale, char out[DECIMAL_TEXT]);

#endif
