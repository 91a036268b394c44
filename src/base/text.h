/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text - small helpers for NUL-terminated UTF-8 text.
 *
 * Nothing allocates except where an arena is passed. Every copy is bounded
 * and says when it did not fit.
 */
#ifndef TP_BASE_TEXT_H
#define TP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;

/* False (and a cut, terminated copy) when text does not fit in out. */
bool text_copy(char *out, size_t out_size, const char *text);
/* False (and a cut, terminated text) when it does not fit. */
bool text_format(char *out, size_t out_size, const char *format, ...)
    PRINTF(3, 4);
bool text_equal(const char *a, const char *b); /* NULL equals NULL only */
bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_empty(const char *text); /* NULL or "" */
/* What may stand between interchanges: blanks, line ends, NUL, Ctrl-Z. */
bool text_is_padding(char);
/* Cuts blanks at both ends, in place; returns the new start. */
char *text_trim(char *text);
/* The next word of *rest split at any of separators (runs count as one), or
 * NULL at the end; changes the text. */
char *text_word(char **rest, const char *separators);
/* Decimal digits only, no sign; false when not a number or above max. */
bool text_number(const char *text, long max, long *out) MUST_USE;
/* "30s", "5m", "24h", "2d", or plain seconds. */
bool text_duration(const char *text, long *seconds) MUST_USE;
/* Matches '*' and '?' as a shell does, nothing else. */
bool text_matches(const char *text, const char *pattern);
/* The nearest of count names (NULLs allowed) for "did you mean", or NULL when
 * none is near. */
const char *text_nearest(const char *text, const char *const *names,
                         size_t count);
/* Percent-encodes everything but unreserved characters (RFC 3986, 2.3). */
char *text_url_encode(struct arena *, const char *text);
/* The whole number of UTF-8 characters; a wrong byte counts as one. */
size_t text_length(const char *text);

/* The bytes of the well-formed UTF-8 character at the text (RFC 3629), 1 to 4;
 * 0 when there is none. "" has one of 1. */
size_t text_sequence(const char *text);

#endif
