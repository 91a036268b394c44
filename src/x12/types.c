/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/read_private.h"

enum { DIGITS_MAX = 19 /* of a number, zeros in front included */ };
#define NUMBER_MAX 999999999999

static bool
all_digits(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return size > 0;
}

static int
two(const char *digits)
{
    return (digits[0] - '0') * 10 + (digits[1] - '0');
}

bool
real_date(const char *digits, size_t size)
{
    static const int days[] = {
        31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if ((size != 6 && size != 8) || !all_digits(digits, size))
        return false;
    int century = size == 8 ? two(digits) : 20;
    const char *rest = digits + (size - 6);
    int year = century * 100 + two(rest);
    int month = two(rest + 2), day = two(rest + 4);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    return month != 2 || day < 29 || leap;
}

bool
real_time(const char *digits, size_t size)
{
    if (size < 4 || size == 5 || !all_digits(digits, size))
        return false;
    return two(digits) < 24 && two(digits + 2) < 60 &&
           (size < 6 || two(digits + 4) < 60);
}

/* [-]digits */
static char
check_whole(const char *text, size_t size, size_t *length)
{
    size_t sign = size > 0 && text[0] == '-';

    *length = size - sign;
    return all_digits(text + sign, size - sign) ? '\0' : '6';
}

/* [-]digits[.digits][E[-]digits]; the digits before or after the point may be
 * missing, not both. Neither sign, point nor exponent counts as length. */
static char
check_real(const char *text, size_t size, size_t *length)
{
    size_t at = size > 0 && text[0] == '-', digits = 0, exponent = 0;
    bool point = false;

    for (; at < size && text[at] != 'E'; at++) {
        if (text[at] >= '0' && text[at] <= '9')
            digits++;
        else if (text[at] == '.' && !point)
            point = true;
        else
            break;
    }
    *length = digits;
    if (at < size && text[at] == 'E' && digits > 0) {
        at += at + 1 < size && text[at + 1] == '-' ? 2 : 1;
        for (; at < size && text[at] >= '0' && text[at] <= '9'; at++)
            exponent++;
        digits = exponent;
    }
    if (at < size || digits == 0) {
        *length = size;
        return '6';
    }
    return '\0';
}

char
check_type(char type, const char *text, size_t size, size_t *length)
{
    *length = size;
    switch (type) {
    case 'N':
        return check_whole(text, size, length);
    case 'R':
        return check_real(text, size, length);
    case 'D':
        return real_date(text, size) ? '\0' : '8';
    case 'T':
        return real_time(text, size) ? '\0' : '9';
    default:
        return '\0';
    }
}

long
number_of(struct x12_element element)
{
    long number = 0;

    if (element.size == 0 || element.size > DIGITS_MAX)
        return -1;
    for (uint32_t i = 0; i < element.size; i++) {
        unsigned digit = (unsigned)(element.text[i] - '0');
        number = number * 10 + (long)digit;
        if (digit > 9 || number > NUMBER_MAX)
            return -1;
    }
    return number;
}

bool
only_blanks(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ')
            return false;
    return true;
}
