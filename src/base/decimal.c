/* SPDX-License-Identifier: Apache-2.0 */
#include "base/decimal.h"

#include <string.h>

enum { MAX_SCALE = 18, MAX_DIGITS = 18 };

static decimal_units
times_ten(decimal_units units, int count)
{
    while (count-- > 0)
        BUG_IF(__builtin_mul_overflow(units, (decimal_units)10, &units));
    return units;
}

bool
decimal_parse(struct decimal *out, const char *text, size_t size)
{
    const char *end = text + size;
    bool negative = false, point = false;
    int digits = 0, scale = 0;
    decimal_units units = 0;

    if (text < end && (*text == '-' || *text == '+'))
        negative = *text++ == '-';
    for (; text < end; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        units = units * 10 + (*text - '0');
        if (++digits > 2 * MAX_DIGITS)
            return false;
        scale += point;
    }
    if (digits == 0)
        return false;
    while (scale > 0 && units % 10 == 0) {
        units /= 10;
        scale--;
    }
    decimal_units limit = times_ten(1, MAX_DIGITS);
    if (scale > MAX_SCALE || units >= limit)
        return false;
    *out = (struct decimal){ negative ? -units : units, scale };
    return true;
}

struct decimal
decimal_of(const char *text)
{
    struct decimal value = { 0, 0 };

    if (text == NULL || !decimal_parse(&value, text, strlen(text)))
        return (struct decimal){ 0, 0 };
    return value;
}

struct decimal
decimal_from(long long whole)
{
    return (struct decimal){ whole, 0 };
}

static void
align_scales(struct decimal *a, struct decimal *b)
{
    int scale = a->scale > b->scale ? a->scale : b->scale;

    a->units = times_ten(a->units, scale - a->scale);
    b->units = times_ten(b->units, scale - b->scale);
    a->scale = b->scale = scale;
}

struct decimal
decimal_add(struct decimal a, struct decimal b)
{
    align_scales(&a, &b);
    BUG_IF(__builtin_add_overflow(a.units, b.units, &a.units));
    return a;
}

struct decimal
decimal_subtract(struct decimal a, struct decimal b)
{
    return decimal_add(a, decimal_negate(b));
}

struct decimal
decimal_multiply(struct decimal a, struct decimal b)
{
    struct decimal product = { 0, a.scale + b.scale };

    BUG_IF(__builtin_mul_overflow(a.units, b.units, &product.units));
    return product.scale > MAX_SCALE ? decimal_round(product, MAX_SCALE)
                                     : product;
}

static decimal_units
divide_half_away(decimal_units a, decimal_units b)
{
    decimal_units quotient = a / b, rest = a % b;
    decimal_units twice = rest < 0 ? -rest : rest;
    decimal_units whole = b < 0 ? -b : b;

    if (twice >= whole - twice)
        quotient += (a < 0) == (b < 0) ? 1 : -1;
    return quotient;
}

bool
decimal_divide(struct decimal *out, struct decimal a, struct decimal b,
               int scale)
{
    if (b.units == 0)
        return false;
    int shift = scale + b.scale - a.scale;
    if (shift >= 0)
        a.units = times_ten(a.units, shift);
    else
        b.units = times_ten(b.units, -shift);
    *out = (struct decimal){ divide_half_away(a.units, b.units), scale };
    return true;
}

struct decimal
decimal_negate(struct decimal value)
{
    value.units = -value.units;
    return value;
}

struct decimal
decimal_round(struct decimal value, int scale)
{
    if (value.scale <= scale)
        return value;
    decimal_units step = times_ten(1, value.scale - scale);
    return (struct decimal){ divide_half_away(value.units, step), scale };
}

int
decimal_compare(struct decimal a, struct decimal b)
{
    align_scales(&a, &b);
    return (a.units > b.units) - (a.units < b.units);
}

bool
decimal_is_zero(struct decimal value)
{
    return value.units == 0;
}

/* Writes units with scale digits after the point and, when asked, a comma
 * every three digits before it. */
static const char *
format(decimal_units units, int scale, bool commas, char out[DECIMAL_TEXT])
{
    char *at = out + DECIMAL_TEXT - 1;
    bool negative = units < 0;
    int written = 0;

    *at = '\0';
    do {
        int digit = (int)(units % 10);
        if (scale > 0 && written == scale)
            *--at = '.';
        else if (commas && written > scale && (written - scale) % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + (digit < 0 ? -digit : digit));
        units /= 10;
        written++;
    } while (units != 0 || written <= scale);
    if (negative)
        *--at = '-';
    memmove(out, at, (size_t)(out + DECIMAL_TEXT - at));
    return out;
}

const char *
decimal_text(struct decimal value, char out[DECIMAL_TEXT])
{
    while (value.scale > 0 && value.units % 10 == 0) {
        value.units /= 10;
        value.scale--;
    }
    return format(value.units, value.scale, false, out);
}

const char *
decimal_fixed(struct decimal value, int scale, char out[DECIMAL_TEXT])
{
    value = decimal_round(value, scale);
    return format(times_ten(value.units, scale - value.scale), scale, false,
                  out);
}

const char *
decimal_pretty(struct decimal value, int scale, char out[DECIMAL_TEXT])
{
    value = decimal_round(value, scale);
    return format(times_ten(value.units, scale - value.scale), scale, true,
                  out);
}
