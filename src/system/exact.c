/* SPDX-License-Identifier: Apache-2.0 */
#include "system/exact.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* Stands before the digits of a number that is to be written bare. */
enum { NUMBER_MARK = '\x02' };

/* The parts of a number: sign, digits before and after the point, exponent. */
struct literal {
    bool negative;
    const char *whole, *fraction;
    size_t whole_size, fraction_size, size;
    long exponent;
};

static size_t
count_digits(const char *text, const char *end)
{
    size_t count = 0;

    while (text + count < end && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

static bool
lex_exponent(struct literal *out, const char **at, const char *end)
{
    if (*at == end || (**at != 'e' && **at != 'E'))
        return true;
    (*at)++;
    bool negative = *at < end && **at == '-';
    if (*at < end && (**at == '-' || **at == '+'))
        (*at)++;
    size_t digits = count_digits(*at, end);
    if (digits == 0 || digits > 4)
        return false;
    for (size_t i = 0; i < digits; i++)
        out->exponent = out->exponent * 10 + ((*at)[i] - '0');
    if (negative)
        out->exponent = -out->exponent;
    *at += digits;
    return true;
}

/* RFC 8259, section 6. */
static bool
lex_number(struct literal *out, const char *text, const char *end)
{
    const char *at = text;

    *out = (struct literal){ 0 };
    out->negative = at < end && *at == '-';
    at += out->negative;
    out->whole = at;
    out->whole_size = count_digits(at, end);
    at += out->whole_size;
    if (out->whole_size == 0 || (out->whole_size > 1 && out->whole[0] == '0'))
        return false;
    if (at < end && *at == '.') {
        out->fraction = ++at;
        out->fraction_size = count_digits(at, end);
        at += out->fraction_size;
        if (out->fraction_size == 0)
            return false;
    }
    if (!lex_exponent(out, &at, end))
        return false;
    out->size = (size_t)(at - text);
    return true;
}

/* Adds the digits with the point moved to where the exponent wants it. */
static bool
add_plain(struct buf *out, const struct literal *number)
{
    char digits[EXACT_DIGITS + 1];
    size_t count = number->whole_size + number->fraction_size;
    long point = (long)number->whole_size + number->exponent;

    if (count > EXACT_DIGITS || point > EXACT_DIGITS || point < -EXACT_DIGITS)
        return false;
    memcpy(digits, number->whole, number->whole_size);
    if (number->fraction_size > 0)
        memcpy(digits + number->whole_size, number->fraction,
               number->fraction_size);
    if (number->negative)
        buf_addc(out, '-');
    if (point <= 0) {
        buf_adds(out, "0.");
        for (long i = point; i < 0; i++)
            buf_addc(out, '0');
        buf_add(out, digits, count);
        return true;
    }
    for (long i = 0; i < (long)count || i < point; i++) {
        if (i == point)
            buf_addc(out, '.');
        buf_addc(out, i < (long)count ? digits[i] : '0');
    }
    return true;
}

/* Where a text that starts at the quote ends: behind the closing one. */
static const char *
skip_text(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        if (*at == '\\' && at + 1 < end)
            at++;
    return at < end ? at + 1 : end;
}

/* A number may only be followed by what ends a value: not by ":", which would
 * make it a name. */
static bool
ends_value(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0')
        at++;
    return at == end || *at == ',' || *at == ']' || *at == '}';
}

static bool
quote_number(struct buf *out, const char **at, const char *end)
{
    struct literal number;

    if (!lex_number(&number, *at, end) || !ends_value(*at + number.size, end))
        return false;
    buf_addc(out, '"');
    if (!add_plain(out, &number))
        return false;
    buf_addc(out, '"');
    *at += number.size;
    return true;
}

/* Copies JSON with each number turned into a text. *why is set when false. */
static bool
quote_numbers(struct buf *out, const char *json, size_t size, const char **why)
{
    const char *at = json, *end = json + size;
    int depth = 0;

    while (at < end) {
        const char *from = at;
        if (*at == '"') {
            at = skip_text(at, end);
            buf_add(out, from, (size_t)(at - from));
            continue;
        }
        if (*at == '-' || (*at >= '0' && *at <= '9')) {
            *why = "holds a number that is not one or is too long";
            if (!quote_number(out, &at, end))
                return false;
            continue;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        *why = "is nested too deeply";
        if (depth > EXACT_DEPTH)
            return false;
        buf_addc(out, *at++);
    }
    return true;
}

bool
exact_parse(json_t **out, const char *json, size_t size, struct err *err)
{
    CLEANUP(buf_free) struct buf quoted = { 0 };
    const char *why = "";
    json_error_t error;

    if (!quote_numbers(&quoted, json, size, &why))
        return err_set(err, TP6012, "the answer %s; JSON was expected", why);
    json_t *parsed =
        json_loadb(buf_text(&quoted), quoted.size,
                   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (parsed == NULL)
        return err_set(err, TP6012,
                       "the answer is not the JSON that was expected: line "
                       "%d: %.100s",
                       error.line, error.text);
    *out = parsed;
    return true;
}

json_t *
exact_number(const char *text)
{
    CLEANUP(buf_free) struct buf marked = { 0 };
    struct literal number;
    size_t size = strlen(text);

    if (!lex_number(&number, text, text + size) || number.size != size)
        return NULL;
    buf_addc(&marked, NUMBER_MARK);
    buf_adds(&marked, text);
    return json_string(marked.text);
}

json_t *
exact_decimal(struct decimal value)
{
    char text[DECIMAL_TEXT];

    return exact_number(decimal_text(value, text));
}

static void
add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c < 0x20)
            buf_addf(out, "\\u%04x", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
}

static void
dump_text(struct buf *out, const char *text)
{
    struct literal number;
    size_t size = strlen(text);

    if (text[0] == NUMBER_MARK && lex_number(&number, text + 1, text + size) &&
        number.size == size - 1)
        buf_add(out, text + 1, size - 1);
    else
        add_quoted(out, text);
}

static void
dump_object(struct buf *out, json_t *object)
{
    const char *name, *separator = "";
    json_t *member;

    buf_addc(out, '{');
    json_object_foreach(object, name, member)
    {
        buf_adds(out, separator);
        separator = ",";
        add_quoted(out, name);
        buf_addc(out, ':');
        exact_dump(out, member);
    }
    buf_addc(out, '}');
}

static void
dump_array(struct buf *out, const json_t *array)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            buf_addc(out, ',');
        exact_dump(out, json_array_get(array, i));
    }
    buf_addc(out, ']');
}

void
exact_dump(struct buf *out, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        dump_object(out, value);
        break;
    case JSON_ARRAY:
        dump_array(out, value);
        break;
    case JSON_STRING:
        dump_text(out, json_string_value(value));
        break;
    case JSON_INTEGER:
        buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_adds(out, json_is_true(value) ? "true" : "false");
        break;
    case JSON_NULL:
        buf_adds(out, "null");
        break;
    case JSON_REAL: /* a binary fraction is never an amount of ours */
    default:
        BUG_IF(true);
    }
}

const char *
exact_text(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    return NULL;
}

const char *
exact_word(const json_t *object, const char *name)
{
    const char *text = exact_text(object, name);

    return text != NULL ? text : "";
}

struct decimal
exact_amount(const json_t *object, const char *name)
{
    const char *text = exact_word(object, name);

    return decimal_of(text[0] == NUMBER_MARK ? text + 1 : text);
}
