/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/decimal.h"
#include "cli/out_private.h"

enum { CURRENCIES = 32 };

struct sum {
    const char *by;
    struct decimal amount;
};

static size_t
column_by_name(const struct out *out, const char *name)
{
    size_t column = 0;

    while (column < out->column_count &&
           !text_equal(out->columns[column].name, name))
        column++;
    return column;
}

static void
add(struct sum *sums, size_t *count, const char *by, struct decimal amount)
{
    size_t i = 0;

    while (i < *count && !text_equal(sums[i].by, by))
        i++;
    if (i == CURRENCIES)
        return;
    if (i == *count) {
        sums[i] = (struct sum){ .by = by };
        (*count)++;
    }
    sums[i].amount = decimal_add(sums[i].amount, amount);
}

void
out_totals(const struct out *out, const char *amount, const char *by,
           struct buf *buf)
{
    struct sum sums[CURRENCIES];
    size_t count = 0, amounts = column_by_name(out, amount);
    size_t names = by ? column_by_name(out, by) : out->column_count;
    char pretty[DECIMAL_TEXT];
    struct decimal value;

    for (size_t row = 0; amounts < out->column_count && row < out_rows(out);
         row++) {
        const char *text = out_at(out, row, amounts);
        const char *name =
            names < out->column_count ? out_at(out, row, names) : "";
        if (decimal_parse(&value, text, strlen(text)) &&
            !(by != NULL && name[0] == '\0' && decimal_is_zero(value)))
            add(sums, &count, name, value);
    }
    for (size_t i = 0; i < count; i++)
        buf_addf(
            buf, "%s%s%s%s", i ? ", " : "",
            decimal_pretty(sums[i].amount,
                           sums[i].amount.scale > 2 ? sums[i].amount.scale : 2,
                           pretty),
            sums[i].by[0] ? " " : "", sums[i].by);
}
