/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/plain.h"

#include <stdint.h>

#include "base/text.h"

/* U+00C0..U+017F; "" has no near letter. */
static const char *const latin[] = {
    "A", "A", "A",  "A",  "A", "A", "AE", "C",  "E", "E", "E",  "E", "I", "I",
    "I", "I", "D",  "N",  "O", "O", "O",  "O",  "O", "x", "O",  "U", "U", "U",
    "U", "Y", "TH", "ss", "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e",
    "e", "e", "i",  "i",  "i", "i", "d",  "n",  "o", "o", "o",  "o", "o", "/",
    "o", "u", "u",  "u",  "u", "y", "th", "y",  "A", "a", "A",  "a", "A", "a",
    "C", "c", "C",  "c",  "C", "c", "C",  "c",  "D", "d", "D",  "d", "E", "e",
    "E", "e", "E",  "e",  "E", "e", "E",  "e",  "G", "g", "G",  "g", "G", "g",
    "G", "g", "H",  "h",  "H", "h", "I",  "i",  "I", "i", "I",  "i", "I", "i",
    "I", "i", "IJ", "ij", "J", "j", "K",  "k",  "k", "L", "l",  "L", "l", "L",
    "l", "L", "l",  "L",  "l", "N", "n",  "N",  "n", "N", "n",  "n", "N", "n",
    "O", "o", "O",  "o",  "O", "o", "OE", "oe", "R", "r", "R",  "r", "R", "r",
    "S", "s", "S",  "s",  "S", "s", "S",  "s",  "T", "t", "T",  "t", "T", "t",
    "U", "u", "U",  "u",  "U", "u", "U",  "u",  "U", "u", "U",  "u", "W", "w",
    "Y", "y", "Y",  "Z",  "z", "Z", "z",  "Z",  "z", "s",
};

static const struct {
    uint32_t code;
    const char *plain;
} others[] = {
    { 0xA0, " " },     { 0xA9, "(C)" },  { 0xAB, "\"" },    { 0xAD, "-" },
    { 0xAE, "(R)" },   { 0xB0, " " },    { 0xB4, "'" },     { 0xB7, "." },
    { 0xBB, "\"" },    { 0xBC, "1/4" },  { 0xBD, "1/2" },   { 0xBE, "3/4" },
    { 0x2010, "-" },   { 0x2011, "-" },  { 0x2012, "-" },   { 0x2013, "-" },
    { 0x2014, "-" },   { 0x2018, "'" },  { 0x2019, "'" },   { 0x201A, "," },
    { 0x201C, "\"" },  { 0x201D, "\"" }, { 0x201E, "\"" },  { 0x2022, "." },
    { 0x2026, "..." }, { 0x202F, " " },  { 0x20AC, "EUR" }, { 0x2122, "TM" },
};

/* The character's code, 0 = no UTF-8; *width says how many bytes it has. */
static uint32_t
decode(const unsigned char *at, size_t size, size_t *width)
{
    uint32_t code = at[0];

    *width = at[0] < 0x80                    ? 1
             : at[0] >= 0xC2 && at[0] < 0xE0 ? 2
             : at[0] >= 0xE0 && at[0] < 0xF0 ? 3
             : at[0] >= 0xF0 && at[0] < 0xF5 ? 4
                                             : 0;
    if (*width == 0 || *width > size) {
        *width = 1;
        return 0;
    }
    if (*width > 1)
        code = at[0] & (0x7Fu >> *width);
    for (size_t i = 1; i < *width; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            *width = 1;
            return 0;
        }
        code = code << 6 | (at[i] & 0x3F);
    }
    return code;
}

static const char *
nearest(uint32_t code)
{
    if (code >= 0xC0 && code < 0xC0 + sizeof latin / sizeof *latin)
        return latin[code - 0xC0];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].code == code)
            return others[i].plain;
    return "?";
}

size_t
plain_character(const char *text, size_t size, char out[8])
{
    size_t width;
    uint32_t code = decode((const unsigned char *)text, size, &width);
    char ascii[2] = { (char)code, '\0' };

    if (code < ' ' || code == 0x7F)
        text_copy(out, 8, " ");
    else
        text_copy(out, 8, code < 0x80 ? ascii : nearest(code));
    return width;
}
