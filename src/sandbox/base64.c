/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/base64.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const char *
base64_encode(struct arena *arena, const void *bytes, size_t size)
{
    const unsigned char *in = bytes;
    char *out = arena_alloc(arena, (size + 2) / 3 * 4 + 1);
    char *at = out;
    for (size_t i = 0; i < size; i += 3) {
        unsigned more = i + 1 < size ? in[i + 1] : 0U;
        unsigned last = i + 2 < size ? in[i + 2] : 0U;
        unsigned bits = (unsigned)in[i] << 16 | more << 8 | last;
        *at++ = digits[bits >> 18];
        *at++ = digits[bits >> 12 & 63];
        *at++ = i + 1 < size ? digits[bits >> 6 & 63] : '=';
        *at++ = i + 2 < size ? digits[bits & 63] : '=';
    }
    return out;
}

const char *
base64_decode(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, strlen(text) + 1);
    unsigned bits = 0, count = 0;
    size_t size = 0;
    for (; *text != '\0' && *text != '='; text++) {
        const char *at = strchr(digits, *text);
        if (!at)
            return "";
        bits = bits << 6 | (unsigned)(at - digits);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        out[size++] = (char)(bits >> count & 0xff);
    }
    return out;
}
