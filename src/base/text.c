/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"

bool
text_copy(char *out, size_t out_size, const char *text)
{
    size_t size = strlen(text);
    bool fits = size < out_size;

    if (!fits)
        size = out_size - 1;
    memmove(out, text, size);
    out[size] = '\0';
    return fits;
}

bool
text_format(char *out, size_t out_size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int size = vsnprintf(out, out_size, format, args);
    va_end(args);
    return size >= 0 && (size_t)size < out_size;
}

bool
text_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *text, const char *suffix)
{
    size_t size = strlen(text), tail = strlen(suffix);

    return size >= tail && memcmp(text + size - tail, suffix, tail) == 0;
}

bool
text_is_padding(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0' ||
           c == 0x1A;
}

bool
text_empty(const char *text)
{
    return text == NULL || *text == '\0';
}

char *
text_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        text[--size] = '\0';
    return text;
}

char *
text_word(char **rest, const char *separators)
{
    char *word = *rest + strspn(*rest, separators);

    if (*word == '\0')
        return NULL;
    char *end = word + strcspn(word, separators);
    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return word;
}

bool
text_number(const char *text, long max, long *out)
{
    long value = 0;

    if (text_empty(text))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || value > (max - (*text - '0')) / 10)
            return false;
        value = value * 10 + (*text - '0');
    }
    *out = value;
    return true;
}

bool
text_duration(const char *text, long *seconds)
{
    static const struct {
        char unit;
        long factor;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    char number[16];
    size_t size = text ? strlen(text) : 0;
    long factor = 1;

    if (size == 0 || size >= sizeof number)
        return false;
    memcpy(number, text, size + 1);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (number[size - 1] == units[i].unit) {
            factor = units[i].factor;
            number[size - 1] = '\0';
            break;
        }
    if (!text_number(number, 100000000, seconds))
        return false;
    *seconds *= factor;
    return true;
}

bool
text_matches(const char *text, const char *pattern)
{
    const char *star = NULL, *retry = text;

    while (*text != '\0') {
        if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* Levenshtein distance of short texts, letter case ignored. */
static size_t
distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1], length = strlen(b);

    if (strlen(a) > LONGEST || length > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t above = row[j];
            size_t best = diagonal + (tolower((unsigned char)a[i - 1]) !=
                                      tolower((unsigned char)b[j - 1]));
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[length];
}

const char *
text_nearest(const char *text, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t best = strlen(text) / 3 + 2;

    for (size_t i = 0; i < count; i++) {
        if (names[i] == NULL)
            continue;
        size_t far = distance(text, names[i]);
        if (far < best) {
            best = far;
            nearest = names[i];
        }
    }
    return nearest;
}

char *
text_url_encode(struct arena *arena, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, strlen(text) * 3 + 1), *at = out;

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c) != NULL) {
            *at++ = (char)c;
            continue;
        }
        *at++ = '%';
        *at++ = hex[c >> 4];
        *at++ = hex[c & 15];
    }
    return out;
}

size_t
text_length(const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

/* First bytes of characters of 2, 3 and 4 bytes begin at these. */
static size_t
announced(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

size_t
text_sequence(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = announced(at[0]);

    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    /* Overlong forms, surrogates, and what lies above U+10FFFF. */
    if ((at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xED && at[1] > 0x9F) ||
        (at[0] == 0xF0 && at[1] < 0x90) || (at[0] == 0xF4 && at[1] > 0x8F))
        return 0;
    return size;
}
