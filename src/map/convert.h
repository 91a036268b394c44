/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert - values between the record's form and the outside's: dates, times,
 * numbers. The record's form: "2026-11-22", "2026-11-22T14:32", "155.7".
 *
 * Functions that read answer NULL for what they cannot read. Source: X12.6
 * data types DT, TM, R.
 */
#ifndef TP_MAP_CONVERT_H
#define TP_MAP_CONVERT_H

#include "record/record.h"

struct arena;

/* Any outside form of the type to the record's: "20261122", "261122",
 * "2026-11-22T00:00:00Z", "202611221432", "+5", ".5". "" when it stands for
 * absent ("0001-01-01"). */
const char *convert_in(enum field_type, const char *text, struct arena *);
/* "date", "number": what convert_in() would have taken. */
const char *convert_expected(enum field_type);
/* Bytes of a file as UTF-8 text: what is no UTF-8 is read as Latin-1, a NUL
 * becomes U+FFFD. NULL when nothing but blanks is there; blanks at the end
 * mean nothing in X12. */
const char *convert_bytes(const char *bytes, size_t size, struct arena *);
/* The record's form to X12: "20261122"; with a time both parts, "" when the
 * hour is not known. */
const char *convert_x12_date(const char *text, struct arena *);
const char *convert_x12_time(const char *text, struct arena *);
/* By a pattern of %Y %y %m %d %H %M %S and other characters. */
const char *convert_by_pattern(const char *text, const char *pattern,
                               struct arena *);
const char *convert_from_pattern(const char *text, const char *pattern,
                                 struct arena *);

#endif
