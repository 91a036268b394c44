/* SPDX-License-Identifier: Apache-2.0 */
/* Cron's five fields: numbers, names, lists, ranges and steps. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "flow/schedule.h"

struct field {
    const char *title;
    int least, most;
    int (*named)(const char *name, size_t size);
};

static int
find_name(const char *names, const char *name, size_t size)
{
    if (size == 3)
        for (size_t i = 0; names[i * 3] != '\0'; i++)
            if (strncasecmp(names + i * 3, name, 3) == 0)
                return (int)i;
    return -1;
}

int
weekday_named(const char *name, size_t size)
{
    return find_name("sunmontuewedthufrisat", name, size);
}

int
month_named(const char *name, size_t size)
{
    int found = find_name("janfebmaraprmayjunjulaugsepoctnovdec", name, size);

    return found < 0 ? -1 : found + 1;
}

static const struct field minute = { "minute", 0, 59, NULL };
static const struct field hour = { "hour", 0, 23, NULL };
static const struct field day = { "day of the month", 1, 31, NULL };
static const struct field month = { "month", 1, 12, month_named };
static const struct field weekday = { "day of the week", 0, 7, weekday_named };

/* A number or a name of the field at *text, which moves on. */
static bool
take_value(const struct field *field, const char **text, int *out)
{
    const char *start = *text;
    size_t size = 0;
    long value;
    char number[8];

    while (isalnum((unsigned char)start[size]))
        size++;
    *text += size;
    *out = field->named != NULL ? field->named(start, size) : -1;
    if (*out >= 0)
        return true;
    text_format(number, sizeof number, "%.*s", (int)(size < 7 ? size : 7),
                start);
    if (!text_number(number, field->most, &value) || value < field->least)
        return false;
    *out = (int)value;
    return true;
}

/* "*", "5", "9-17", any of them with "/2" */
static bool
take_range(const struct field *field, const char **text, uint64_t *bits)
{
    int from = field->least, to = field->most, step = 1;
    bool range = true;

    if (**text == '*') {
        ++*text;
        /* Sunday is 0 here; 7 is but another word for it. */
        to -= field->most == 7;
    } else {
        if (!take_value(field, text, &from))
            return false;
        to = from;
        range = **text == '-';
        if (range && (++*text, !take_value(field, text, &to)))
            return false;
        if (to == 0 && from > 0 && field->most == 7)
            to = 7; /* fri-sun */
    }
    if (**text == '/') {
        char digits[8];
        long value;
        size_t size = strspn(++*text, "0123456789");
        text_format(digits, sizeof digits, "%.*s", (int)(size < 7 ? size : 7),
                    *text);
        if (!range || !text_number(digits, 366, &value) || value == 0)
            return false;
        *text += size;
        step = (int)value;
    }
    for (int i = from; i <= to; i += step)
        *bits |= (uint64_t)1 << i;
    return from <= to;
}

static bool
parse_field(const struct field *field, const char *text, uint64_t *bits)
{
    *bits = 0;
    for (;;) {
        if (!take_range(field, &text, bits))
            return false;
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

static uint32_t
fold_sunday(uint64_t bits)
{
    return (uint32_t)((bits | bits >> 7) & 0x7f);
}

/* Is there a day at all? 30 February is none; 29 February needs years. */
static bool
ever(const struct cron *cron)
{
    int64_t first = zone_day(2000, 1, 1);

    for (int64_t at = first; at < first + INT64_C(366) * 28; at++)
        if (cron_has_day(cron, at))
            return true;
    return false;
}

bool
cron_parse(struct cron *cron, const char *text, char expected[200])
{
    static const struct field *const fields[] = { &minute, &hour, &day, &month,
                                                  &weekday };
    enum { FIELDS = sizeof fields / sizeof fields[0] };
    uint64_t bits[FIELDS] = { 0 };
    char copy[120], *rest = copy, *words[FIELDS + 1] = { NULL };
    size_t count = 0;

    if (text_copy(copy, sizeof copy, text))
        for (char *word; count <= FIELDS && (word = text_word(&rest, " \t"));)
            words[count++] = word;
    if (count != FIELDS) {
        text_copy(expected, 200,
                  "five fields: minute, hour, day of the month, month, day of "
                  "the week");
        return false;
    }
    for (size_t i = 0; i < FIELDS; i++)
        if (!parse_field(fields[i], words[i], &bits[i])) {
            text_format(expected, 200, "'%s' to be a %s from %d to %d%s",
                        words[i], fields[i]->title, fields[i]->least,
                        fields[i]->most,
                        fields[i]->named ? ", or its name" : "");
            return false;
        }
    *cron = (struct cron){
        bits[0],           (uint32_t)bits[1],    (uint32_t)bits[2],
        (uint32_t)bits[3], fold_sunday(bits[4]), words[2][0] == '*',
        words[4][0] == '*'
    };
    if (ever(cron))
        return true;
    text_copy(expected, 200, "a day that some year has");
    return false;
}

bool
cron_has_day(const struct cron *cron, int64_t at)
{
    struct date date = zone_date(at);
    bool by_day = cron->days >> date.day & 1U;
    bool by_weekday = cron->weekdays >> zone_weekday(at) & 1U;

    if (!(cron->months >> date.month & 1U))
        return false;
    return cron->any_day || cron->any_weekday ? by_day && by_weekday
                                              : by_day || by_weekday;
}

bool
weekdays_parse(const char *text, uint32_t *out)
{
    uint64_t bits;

    if (text_equal(text, "weekdays"))
        text = "mon-fri";
    if (!isalpha((unsigned char)text[0]) || !parse_field(&weekday, text, &bits))
        return false;
    *out = fold_sunday(bits);
    return true;
}
