/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain - the nearest ASCII for a character: the stated transliteration.
 *
 * Letters lose their accents, "ß" becomes "ss", "Æ" "AE", typographic quotes,
 * dashes and blanks their plain forms; anything else becomes "?".
 */
#ifndef TP_X12_PLAIN_H
#define TP_X12_PLAIN_H

#include <stddef.h>

/* Writes the ASCII for the UTF-8 character at text; returns how many bytes
 * the character has. Bytes that are no UTF-8 and controls become blanks. */
size_t plain_character(const char *text, size_t size, char out[8]);

#endif
