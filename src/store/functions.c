/* SPDX-License-Identifier: Apache-2.0 */
/* SQL functions for reports: exact sums, ages, the movable clock. */
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "store/journal_private.h"

enum { DAY_MINUTES = 24 * 60 };

/* Whether the sum stays far inside what a decimal holds. */
static bool
can_add(struct decimal a, struct decimal b)
{
    const decimal_units limit = (decimal_units)1 << 125;
    int scale = a.scale > b.scale ? a.scale : b.scale;

    for (; a.scale < scale; a.scale++)
        if (__builtin_mul_overflow(a.units, (decimal_units)10, &a.units))
            return false;
    for (; b.scale < scale; b.scale++)
        if (__builtin_mul_overflow(b.units, (decimal_units)10, &b.units))
            return false;
    return a.units < limit && a.units > -limit && b.units < limit &&
           b.units > -limit;
}

/* SQLite aligns a context to 8 bytes, a decimal wants 16: hence the copies. */
static void
add_amount(sqlite3_context *context, int count, sqlite3_value **values)
{
    void *memory = sqlite3_aggregate_context(context, sizeof(struct decimal));
    const char *text = (const char *)sqlite3_value_text(values[0]);
    struct decimal amount, sum;

    (void)count;
    if (memory == NULL || text_empty(text))
        return;
    memcpy(&sum, memory, sizeof sum);
    if (!decimal_parse(&amount, text, strlen(text)) || !can_add(sum, amount)) {
        sqlite3_result_error(context,
                             "decimal_sum: not an amount, or too large", -1);
        return;
    }
    sum = decimal_add(sum, amount);
    memcpy(memory, &sum, sizeof sum);
}

static void
end_amount(sqlite3_context *context)
{
    const void *memory = sqlite3_aggregate_context(context, 0);
    struct decimal sum = { 0, 0 };
    char text[DECIMAL_TEXT];

    if (memory != NULL)
        memcpy(&sum, memory, sizeof sum);
    decimal_text(sum, text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static bool
operands(sqlite3_context *context, sqlite3_value **values, struct decimal *a,
         struct decimal *b)
{
    struct decimal *out[] = { a, b };

    for (int i = 0; i < 2; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        *out[i] = (struct decimal){ 0, 0 };
        if (!text_empty(text) && !decimal_parse(out[i], text, strlen(text))) {
            sqlite3_result_error(context, "not an amount", -1);
            return false;
        }
    }
    return true;
}

static void
subtract(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct decimal a, b;
    char text[DECIMAL_TEXT];

    (void)count;
    if (!operands(context, values, &a, &b))
        return;
    if (!can_add(a, b)) {
        sqlite3_result_error(context, "amounts too large", -1);
        return;
    }
    decimal_text(decimal_subtract(a, b), text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void
compare(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct decimal a, b;

    (void)count;
    if (operands(context, values, &a, &b) && can_add(a, b))
        sqlite3_result_int(context, decimal_compare(a, b));
}

static void
now(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    (void)values;
    sqlite3_result_int64(context, when_now());
}

/* "2d 3h", "9h", "12m": two units at most, as people say it. */
static void
age(sqlite3_context *context, int count, sqlite3_value **values)
{
    long long minutes = sqlite3_value_int64(values[0]) / 60000;
    char text[48];

    (void)count;
    if (minutes < 0)
        minutes = 0;
    if (minutes >= DAY_MINUTES)
        text_format(text, sizeof text, "%lldd %lldh", minutes / DAY_MINUTES,
                    minutes / 60 % 24);
    else if (minutes >= 60)
        text_format(text, sizeof text, "%lldh %lldm", minutes / 60,
                    minutes % 60);
    else
        text_format(text, sizeof text, "%lldm", minutes);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* The kind of an error code: "data", "config" ... */
static void
kind(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *name = (const char *)sqlite3_value_text(values[0]);
    const struct err_info *info = name != NULL ? err_lookup(name) : NULL;

    (void)count;
    sqlite3_result_text(context, info != NULL ? err_kind_name(info->kind) : "",
                        -1, SQLITE_STATIC);
}

static void
fix(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *name = (const char *)sqlite3_value_text(values[0]);
    const struct err_info *info = name != NULL ? err_lookup(name) : NULL;

    (void)count;
    sqlite3_result_text(context, info != NULL ? info->fix : "", -1,
                        SQLITE_STATIC);
}

int
functions_add(sqlite3 *db)
{
    static const struct {
        const char *name;
        int arguments, flags;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } list[] = {
        { "decimal_subtract", 2, SQLITE_DETERMINISTIC, subtract },
        { "decimal_compare", 2, SQLITE_DETERMINISTIC, compare },
        { "now_ms", 0, 0, now },
        { "age_text", 1, SQLITE_DETERMINISTIC, age },
        { "error_kind", 1, SQLITE_DETERMINISTIC, kind },
        { "error_fix", 1, SQLITE_DETERMINISTIC, fix },
    };
    int result = sqlite3_create_function_v2(
        db, "decimal_sum", 1,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, NULL,
        add_amount, end_amount, NULL);

    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (result == SQLITE_OK)
            result = sqlite3_create_function_v2(
                db, list[i].name, list[i].arguments,
                SQLITE_UTF8 | SQLITE_INNOCUOUS | list[i].flags, NULL,
                list[i].call, NULL, NULL, NULL);
    return result;
}
