/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes - code tables: what a value of one side is called on another.
 *
 *   if (!codes_load(&unit, "codes/unit.csv", content, found, &err)) ...
 *   if (codes_find(unit, "ours", "x12", "EA", &value, &guess)) ...
 *   codes_free(&unit);
 *
 * A table is CSV (RFC 4180: quotes, doubled quotes inside). Its first line
 * names the sides: ours,x12,nav,note; the side "note" is for people. A cell
 * may list alternatives, EA|UN: all are understood, the first is written. An
 * empty cell has no counterpart. "#" starts a comment line. Direction by
 * direction, one value must not lead to two (TP3302).
 *
 * Whoever has several sources (a partner's table, the shipped one, values
 * entered at run time, what a system keeps) asks them in turn from his
 * map_codes.look_up; codes_guess() finds the nearest over one table.
 */
#ifndef TP_MAP_CODES_H
#define TP_MAP_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problems.h"

struct codes;

/* content is NUL-terminated and copied. Mistakes are all reported, as
 * file:line; then false, and no table. */
bool codes_load(struct codes **, const char *path, const char *content,
                struct problems *, struct err *) MUST_USE;
void codes_free(struct codes **);
/* The counterpart; false when the value, or a counterpart, is not there.
 * Texts live as long as the table. */
bool codes_find(const struct codes *, const char *from, const char *to,
                const char *value, const char **out);
/* The value of the side nearest to this one, or NULL. */
const char *codes_guess(const struct codes *, const char *side,
                        const char *value);
bool codes_has_side(const struct codes *, const char *side);
/* The sides of the header, and the rows, for lists and checks: the i-th, NULL
 * behind the last. A cell is as written, "" when empty. */
const char *codes_side(const struct codes *, size_t);
size_t codes_rows(const struct codes *);
const char *codes_cell(const struct codes *, size_t row, size_t side);

#endif
