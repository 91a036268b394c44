/* SPDX-License-Identifier: Apache-2.0 */
/* The rule at the end of a zone file, for the years after its table. */
#include <ctype.h>
#include <string.h>

#include "base/zone_private.h"

enum { DAY = 86400, HOUR = 3600 };

static bool
take_number(const char **text, int most, int *out)
{
    int digits = 0;

    for (*out = 0; isdigit((unsigned char)**text) && digits < 4; digits++)
        *out = *out * 10 + (*(*text)++ - '0');
    return digits > 0 && *out <= most;
}

/* "EST" or "<+1030>" */
static bool
take_letters(const char **text, char out[ZONE_LETTERS])
{
    bool quoted = **text == '<';
    size_t size = 0;

    *text += quoted;
    while (quoted ? **text != '>' && **text != '\0'
                  : isalpha((unsigned char)**text)) {
        if (size + 1 >= ZONE_LETTERS)
            return false;
        out[size++] = *(*text)++;
    }
    out[size] = '\0';
    if (quoted && *(*text)++ != '>')
        return false;
    return size >= 3;
}

/* "[+-]hh[:mm[:ss]]" in seconds */
static bool
take_time(const char **text, int *out)
{
    int sign = **text == '-' ? -1 : 1, hour, minute = 0, second = 0;

    *text += **text == '-' || **text == '+';
    if (!take_number(text, 167, &hour))
        return false;
    if (**text == ':' && (++*text, !take_number(text, 59, &minute)))
        return false;
    if (**text == ':' && (++*text, !take_number(text, 59, &second)))
        return false;
    *out = sign * (hour * HOUR + minute * 60 + second);
    return true;
}

static bool
take_comma(const char **text, char comma)
{
    return **text == comma && (*text)++ != NULL;
}

/* ",M3.2.0/2", ",J60" or ",59" */
static bool
take_change(const char **text, struct zone_change *change)
{
    change->second = 2 * HOUR;
    if (!take_comma(text, ','))
        return false;
    if (take_comma(text, 'M')) {
        change->kind = CHANGE_WEEKDAY;
        if (!take_number(text, 12, &change->month) || change->month == 0 ||
            !take_comma(text, '.') || !take_number(text, 5, &change->week) ||
            change->week == 0 || !take_comma(text, '.') ||
            !take_number(text, 6, &change->day))
            return false;
    } else {
        bool julian = take_comma(text, 'J');
        change->kind = julian ? CHANGE_JULIAN : CHANGE_DAY;
        if (!take_number(text, 365, &change->day) ||
            (julian && change->day == 0))
            return false;
    }
    return !take_comma(text, '/') || take_time(text, &change->second);
}

bool
zone_rule_parse(struct zone_rule *rule, const char *text)
{
    int west;

    memset(rule, 0, sizeof *rule);
    if (!take_letters(&text, rule->standard.letters) ||
        !take_time(&text, &west))
        return false;
    rule->standard.offset = -west;
    rule->there = true;
    if (*text == '\0')
        return true;
    rule->changes = rule->summer.summer = true;
    rule->summer.offset = HOUR - west;
    if (!take_letters(&text, rule->summer.letters))
        return false;
    if (*text != ',') {
        if (!take_time(&text, &west))
            return false;
        rule->summer.offset = -west;
    }
    return take_change(&text, &rule->begin) && take_change(&text, &rule->end) &&
           *text == '\0';
}

static int64_t
change_day(const struct zone_change *change, int year)
{
    int64_t first = zone_day(year, 1, 1);

    if (change->kind == CHANGE_DAY)
        return first + change->day;
    if (change->kind == CHANGE_JULIAN)
        return first + change->day - 1 +
               (change->day >= 60 && zone_month_length(year, 2) == 29);
    int length = zone_month_length(year, change->month);
    first = zone_day(year, change->month, 1);
    int day =
        (change->day - zone_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    return first + (day < length ? day : day - 7);
}

/* The two changes of a year in UTC: [0] to summer, [1] back. */
static void
changes_of(const struct zone_rule *rule, int year, int64_t out[2])
{
    out[0] = change_day(&rule->begin, year) * DAY + rule->begin.second -
             rule->standard.offset;
    out[1] = change_day(&rule->end, year) * DAY + rule->end.second -
             rule->summer.offset;
}

struct zone_span
zone_rule_span(const struct zone_rule *rule, int64_t second)
{
    struct zone_span span = { &rule->standard, INT64_MAX };
    int year = zone_date(second / DAY - (second % DAY < 0)).year;
    int64_t last = INT64_MIN, changes[2];

    for (int y = year - 1; rule->changes && y <= year + 1; y++) {
        changes_of(rule, y, changes);
        for (int i = 0; i < 2; i++) {
            if (changes[i] > second && changes[i] < span.until)
                span.until = changes[i];
            if (changes[i] <= second && changes[i] >= last) {
                last = changes[i];
                span.type = i == 0 ? &rule->summer : &rule->standard;
            }
        }
    }
    return span;
}
