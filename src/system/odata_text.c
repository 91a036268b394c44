/* SPDX-License-Identifier: Apache-2.0 */
/* OData's ways to write a value: literals, keys, member names. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "system/odata.h"

char *
odata_quote(struct arena *arena, const char *text)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    buf_addc(&out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_addc(&out, '\'');
        buf_addc(&out, *text);
    }
    buf_addc(&out, '\'');
    return arena_strndup(arena, out.text, out.size);
}

char *
odata_key(struct arena *arena, const char *text)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buf_addc(&out, '\'');
        buf_addc(&out, *text);
    }
    return arena_printf(arena, "'%s'", text_url_encode(arena, buf_text(&out)));
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* "_x0020_" at text gives 0x20; -1 when there is no such code. */
static long
member_code(const char *text)
{
    long code = 0;

    if (text[0] != '_' || text[1] != 'x')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return text[6] == '_' && code >= 0x20 && !surrogate ? code : -1;
}

static void
add_utf8(struct buf *out, long code)
{
    if (code < 0x80) {
        buf_addc(out, (char)code);
        return;
    }
    if (code < 0x800) {
        buf_addc(out, (char)(0xc0 | (code >> 6)));
    } else {
        buf_addc(out, (char)(0xe0 | (code >> 12)));
        buf_addc(out, (char)(0x80 | ((code >> 6) & 0x3f)));
    }
    buf_addc(out, (char)(0x80 | (code & 0x3f)));
}

const char *
odata_word(struct arena *arena, const char *member)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    if (strstr(member, "_x") == NULL)
        return member;
    while (*member != '\0') {
        long code = member_code(member);
        if (code >= 0)
            add_utf8(&out, code);
        else
            buf_addc(&out, *member);
        member += code >= 0 ? 7 : 1;
    }
    return arena_strndup(arena, buf_text(&out), out.size);
}
