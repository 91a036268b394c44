/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/json_text.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { DEPTH_LIMIT = 200 };

struct parsing {
    struct arena *arena;
    const char *at, *end;
    int line, depth;
    struct err *err;
};

static bool
wrong(struct parsing *parsing, const char *expected)
{
    char c = parsing->at < parsing->end ? *parsing->at : '\0';

    if (parsing->at >= parsing->end)
        return err_set(parsing->err, TP2401, "line %d: it ends, expected %s",
                       parsing->line, expected);
    return err_set(parsing->err, TP2401, "line %d: found '%c', expected %s",
                   parsing->line, c >= ' ' && c < 0x7F ? c : '?', expected);
}

static void
pass_blanks(struct parsing *parsing)
{
    while (parsing->at < parsing->end &&
           (*parsing->at == ' ' || *parsing->at == '\t' ||
            *parsing->at == '\n' || *parsing->at == '\r'))
        parsing->line += *parsing->at++ == '\n';
}

static bool
take(struct parsing *parsing, char c)
{
    pass_blanks(parsing);
    if (parsing->at >= parsing->end || *parsing->at != c)
        return false;
    parsing->at++;
    return true;
}

static bool
take_hex(struct parsing *parsing, unsigned *value)
{
    *value = 0;
    for (int i = 0; i < 4; i++, parsing->at++) {
        char c = parsing->at < parsing->end ? *parsing->at : '\0';
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (unsigned)(c - 'A') + 10;
        else
            return wrong(parsing, "four hexadecimal digits");
        *value = *value * 16 + digit;
    }
    return true;
}

static char *
put_character(char *out, unsigned c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* After "\u"; a pair of surrogates is one character. */
static bool
take_unicode(struct parsing *parsing, char **out)
{
    unsigned c, low;

    if (!take_hex(parsing, &c))
        return false;
    if (c >= 0xD800 && c < 0xDC00) {
        if (parsing->end - parsing->at < 6 || parsing->at[0] != '\\' ||
            parsing->at[1] != 'u')
            return wrong(parsing, "the second half of a surrogate pair");
        parsing->at += 2;
        if (!take_hex(parsing, &low))
            return false;
        c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
    }
    *out = put_character(*out, c);
    return true;
}

static bool
take_escape(struct parsing *parsing, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = parsing->at < parsing->end ? *parsing->at : '\0';
    const char *found = c != '\0' ? strchr(from, c) : NULL;

    if (found == NULL && c != 'u')
        return wrong(parsing, "one of \" \\ / b f n r t u after \\");
    parsing->at++;
    if (found == NULL)
        return take_unicode(parsing, out);
    *(*out)++ = to[found - from];
    return true;
}

/* After the quote. What is read is never shorter than what is kept. */
static bool
take_string(struct parsing *parsing, const char **text, size_t *size)
{
    const char *end = parsing->at;

    while (end < parsing->end && *end != '"')
        end += *end == '\\' && parsing->end - end > 1 ? 2 : 1;
    char *out = arena_alloc(parsing->arena, (size_t)(end - parsing->at) + 1);
    *text = out;
    while (parsing->at < parsing->end && *parsing->at != '"') {
        if (*parsing->at != '\\') {
            parsing->line += *parsing->at == '\n';
            *out++ = *parsing->at++;
            continue;
        }
        parsing->at++;
        if (!take_escape(parsing, &out))
            return false;
    }
    *size = (size_t)(out - *text);
    return take(parsing, '"') || wrong(parsing, "a closing quote");
}

/* A number, true, false or null, as it stands. */
static bool
take_word(struct parsing *parsing, struct json *value)
{
    const char *start = parsing->at;

    while (parsing->at < parsing->end &&
           (memchr("+-.", *parsing->at, 3) != NULL ||
            (*parsing->at >= '0' && *parsing->at <= '9') ||
            (*parsing->at >= 'a' && *parsing->at <= 'z') ||
            *parsing->at == 'E'))
        parsing->at++;
    value->size = (size_t)(parsing->at - start);
    value->text = arena_strndup(parsing->arena, start, value->size);
    return value->size > 0 || wrong(parsing, "a value");
}

static bool take_value(struct parsing *parsing, struct json *value);

static bool
take_members(struct parsing *parsing, struct json *value, char end)
{
    struct json **tail = &value->child;
    size_t ignored;

    while (!take(parsing, end)) {
        if (value->child != NULL && !take(parsing, ','))
            return wrong(parsing, end == '}' ? "',' or '}'" : "',' or ']'");
        struct json *member = arena_alloc(parsing->arena, sizeof *member);
        if (end == '}' && (!take(parsing, '"') ||
                           !take_string(parsing, &member->name, &ignored) ||
                           !take(parsing, ':')))
            return wrong(parsing, "a name in quotes, then ':'");
        if (!take_value(parsing, member))
            return false;
        *tail = member;
        tail = &member->next;
    }
    return true;
}

/* Depth is at most DEPTH_LIMIT. */
static bool
take_value(struct parsing *parsing, struct json *value)
{
    bool good;

    pass_blanks(parsing);
    value->line = parsing->line;
    if (take(parsing, '"')) {
        value->kind = JSON_TEXT;
        return take_string(parsing, &value->text, &value->size);
    }
    bool object = take(parsing, '{');
    if (!object && !take(parsing, '[')) {
        value->kind = JSON_TEXT;
        return take_word(parsing, value);
    }
    if (++parsing->depth > DEPTH_LIMIT)
        return wrong(parsing, "less depth");
    value->kind = object ? JSON_OBJECT : JSON_ARRAY;
    good = take_members(parsing, value, object ? '}' : ']');
    parsing->depth--;
    return good;
}

const struct json *
json_parse(struct arena *arena, const char *text, size_t size, struct err *err)
{
    struct parsing parsing = {
        .arena = arena, .at = text, .end = text + size, .line = 1, .err = err
    };
    struct json *root = arena_alloc(arena, sizeof *root);

    if (!take_value(&parsing, root))
        return NULL;
    pass_blanks(&parsing);
    if (parsing.at < parsing.end) {
        wrong(&parsing, "nothing more");
        return NULL;
    }
    return root;
}

const struct json *
json_member(const struct json *object, const char *name)
{
    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    for (const struct json *m = object->child; m != NULL; m = m->next)
        if (text_equal(m->name, name))
            return m;
    return NULL;
}
