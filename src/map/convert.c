/* SPDX-License-Identifier: Apache-2.0 */
#include "map/convert.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/when.h"

enum { ISO_DATE = 10, ISO_MINUTE = 16, PIVOT_YEAR = 70 };

static bool
all_digits(const char *text, size_t size)
{
    return strspn(text, "0123456789") >= size;
}

static const char *
number_in(const char *text, struct arena *arena)
{
    char shortest[DECIMAL_TEXT];
    struct decimal value;

    if (!decimal_parse(&value, text, strlen(text)))
        return NULL;
    return arena_strdup(arena, decimal_text(value, shortest));
}

/* The size of the UTF-8 character at the start, 0 when there is none. */
static size_t
utf8_size(const unsigned char *bytes, size_t size)
{
    size_t length = bytes[0] < 0x80                       ? 1
                    : bytes[0] >= 0xC2 && bytes[0] < 0xE0 ? 2
                    : bytes[0] >= 0xE0 && bytes[0] < 0xF0 ? 3
                    : bytes[0] >= 0xF0 && bytes[0] < 0xF5 ? 4
                                                          : 0;

    if (length == 0 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xBF)
            return 0;
    if (length == 3 && ((bytes[0] == 0xE0 && bytes[1] < 0xA0) ||
                        (bytes[0] == 0xED && bytes[1] > 0x9F)))
        return 0;
    if (length == 4 && ((bytes[0] == 0xF0 && bytes[1] < 0x90) ||
                        (bytes[0] == 0xF4 && bytes[1] > 0x8F)))
        return 0;
    return length;
}

const char *
convert_bytes(const char *bytes, size_t size, struct arena *arena)
{
    const unsigned char *from = (const unsigned char *)bytes;
    char *out, *at;

    while (size > 0 && bytes[size - 1] == ' ')
        size--;
    if (size == 0)
        return NULL;
    out = at = arena_alloc(arena, size * 3 + 1);
    while (size > 0) {
        size_t one = utf8_size(from, size);

        if (*from == 0) {
            memcpy(at, "\xEF\xBF\xBD", 3);
            at += 3;
            one = 1;
        } else if (one == 0) {
            *at++ = (char)(0xC0 | *from >> 6);
            *at++ = (char)(0x80 | (*from & 0x3F));
            one = 1;
        } else {
            memcpy(at, from, one);
            at += one;
        }
        from += one;
        size -= one;
    }
    return out;
}

/* "20261122" and "261122" to "2026-11-22". */
static const char *
compact_date(const char *text, size_t size, struct arena *arena)
{
    const char *date, *century = "";

    if (size == 6)
        century =
            (text[0] - '0') * 10 + text[1] - '0' < PIVOT_YEAR ? "20" : "19";
    size -= 4;
    date = arena_printf(arena, "%s%.*s-%.2s-%.2s", century, (int)size, text,
                        text + size, text + size + 2);
    return when_is_date(date) ? date : NULL;
}

static bool
is_no_date(const char *text)
{
    return text_starts(text, "0001-01-01");
}

static const char *
date_in(const char *text, struct arena *arena)
{
    size_t size = strlen(text);
    char date[ISO_DATE + 1];

    if (is_no_date(text))
        return "";
    if ((size == 8 || size == 6) && all_digits(text, size))
        return compact_date(text, size, arena);
    (void)text_copy(date, sizeof date, text);
    if (!when_is_date(date) || (size > ISO_DATE && text[ISO_DATE] != 'T'))
        return NULL;
    return arena_strdup(arena, date);
}

/* "202611221432", with seconds and hundredths where X12 has them. */
static const char *
compact_time(const char *text, size_t size, struct arena *arena)
{
    const char *date = compact_date(text, 8, arena), *time;

    if (date == NULL)
        return NULL;
    time = arena_printf(arena, "%sT%.2s:%.2s%s%.2s", date, text + 8, text + 10,
                        size >= 14 ? ":" : "", size >= 14 ? text + 12 : "");
    return record_is_time(time) ? time : NULL;
}

static const char *
time_in(const char *text, struct arena *arena)
{
    size_t size = strlen(text);
    char stamp[WHEN_STAMP];
    moment at;

    if (is_no_date(text))
        return "";
    if (size >= 12 && size <= 16 && all_digits(text, size))
        return compact_time(text, size, arena);
    if (record_is_time(text))
        return text;
    if (size > ISO_MINUTE && when_parse(text, &at))
        return arena_strdup(arena, when_stamp(at, stamp));
    return date_in(text, arena);
}

static const char *
flag_in(const char *text)
{
    if (text_equal(text, "true") || text_equal(text, "Y"))
        return "true";
    return text_equal(text, "false") || text_equal(text, "N") ? "false" : NULL;
}

const char *
convert_in(enum field_type type, const char *text, struct arena *arena)
{
    switch (type) {
    case FIELD_DECIMAL:
        return number_in(text, arena);
    case FIELD_DATE:
        return date_in(text, arena);
    case FIELD_TIME:
        return time_in(text, arena);
    case FIELD_FLAG:
        return flag_in(text);
    case FIELD_TEXT:
        return text;
    case FIELD_GROUP:
    case FIELD_LIST:
        return NULL;
    }
    return NULL;
}

const char *
convert_expected(enum field_type type)
{
    switch (type) {
    case FIELD_DECIMAL:
        return "a number of at most 18 digits";
    case FIELD_DATE:
        return "a date that exists, as 20261122";
    case FIELD_TIME:
        return "a date and time that exist, as 20261122 and 1432";
    case FIELD_FLAG:
        return "true or false";
    case FIELD_TEXT:
    case FIELD_GROUP:
    case FIELD_LIST:
        return "a single value";
    }
    return "";
}

const char *
convert_x12_date(const char *text, struct arena *arena)
{
    if (strlen(text) < ISO_DATE)
        return text;
    return arena_printf(arena, "%.4s%.2s%.2s", text, text + 5, text + 8);
}

const char *
convert_x12_time(const char *text, struct arena *arena)
{
    const char *clock = text + ISO_DATE + 1;

    if (strlen(text) < ISO_MINUTE)
        return "";
    return arena_printf(arena, "%.2s%.2s%.2s", clock, clock + 3,
                        clock[5] == ':' ? clock + 6 : "");
}

/* Where a letter of a pattern stands in "2026-11-22T14:32:09". */
static const char *
pattern_part(char letter, size_t *at, size_t *size)
{
    static const struct {
        char letter;
        unsigned char at, size;
    } parts[] = { { 'Y', 0, 4 },  { 'y', 2, 2 },  { 'm', 5, 2 }, { 'd', 8, 2 },
                  { 'H', 11, 2 }, { 'M', 14, 2 }, { 'S', 17, 2 } };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].letter == letter) {
            *at = parts[i].at;
            *size = parts[i].size;
            return "";
        }
    return NULL;
}

const char *
convert_by_pattern(const char *text, const char *pattern, struct arena *arena)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    size_t at, size;

    for (; *pattern != 0; pattern++) {
        if (*pattern != '%' || pattern_part(pattern[1], &at, &size) == NULL) {
            buf_addc(&out, *pattern);
            continue;
        }
        pattern++;
        if (strlen(text) >= at + size)
            buf_add(&out, text + at, size);
        else
            buf_adds(&out, "00");
    }
    return arena_strdup(arena, buf_text(&out));
}

const char *
convert_from_pattern(const char *text, const char *pattern, struct arena *arena)
{
    char iso[] = "2000-01-01T00:00:00";
    bool clock = false;
    size_t at, size;

    for (; *pattern != 0; pattern++) {
        if (*pattern != '%' || pattern_part(pattern[1], &at, &size) == NULL) {
            if (*text++ != *pattern)
                return NULL;
            continue;
        }
        pattern++;
        if (!all_digits(text, size))
            return NULL;
        memcpy(iso + at, text, size);
        clock |= at > ISO_DATE;
        text += size;
    }
    iso[clock ? ISO_MINUTE : ISO_DATE] = 0;
    return *text == 0 && record_is_time(iso) ? arena_strdup(arena, iso) : NULL;
}
