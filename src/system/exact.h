/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exact - JSON whose numbers stay the digits that were written.
 *
 *   if (!exact_parse(&answer, text, size, &err)) ...
 *   exact_text(answer, "amount")                   "155.70", never a double
 *   json_object_set_new(body, "amount", exact_number("155.70"));
 *   exact_dump(&buf, body);                        {"amount":155.70}
 *
 * Reading turns each number into a text of plain digits (1.5E-2 is "0.015")
 * before the JSON library sees it. Writing puts a text made by exact_number()
 * out without quotes. Refused with TP6012: more than 32 levels, a name twice
 * in one object, numbers beyond 40 digits, anything that is not RFC 8259.
 */
#ifndef TP_SYSTEM_EXACT_H
#define TP_SYSTEM_EXACT_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/err.h"

enum { EXACT_DEPTH = 32, EXACT_DIGITS = 40 };

/* The caller owns *out. */
bool exact_parse(json_t **out, const char *json, size_t size,
                 struct err *) MUST_USE;
/* A number for exact_dump(); NULL when the text is no JSON number. */
json_t *exact_number(const char *text);
json_t *exact_decimal(struct decimal);
/* Members stay in the order in which they were set. */
void exact_dump(struct buf *, json_t *);

/* A member as text ("true" and "false" for flags); NULL when it is absent,
 * null or no scalar. Lives as long as the object. */
const char *exact_text(const json_t *object, const char *name);
/* The same, "" instead of NULL. */
const char *exact_word(const json_t *object, const char *name);
/* 0 when absent or no number; takes what exact_number() made too. */
struct decimal exact_amount(const json_t *object, const char *name);

#endif
