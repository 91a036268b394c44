/* SPDX-License-Identifier: Apache-2.0 */
#include "map/expr.h"
#include "map_fixture.h"
#include "test.h"

static const char order_json[] =
    "{\"number\":\"PO-7\",\"date\":\"2025-11-22\",\"kind\":\"rush\","
    "\"total\":\"100.5\",\"currency\":\"usd\",\"reference\":\"A-B-C\","
    "\"ship_to\":{\"name\":\"DC\"},"
    "\"charges\":[{\"kind\":\"allowance\",\"amount\":\"-5\"}],"
    "\"lines\":[{\"quantity\":\"3\",\"unit\":\"EA\",\"price\":\"10.333\"},"
    "{\"quantity\":\"2\",\"unit\":\"CA\",\"price\":\"0.5\",\"amount\":\"1\"}]}";

/* An expression on the order above, resolved; NULL with problems in found. */
static struct expr *
compile(struct arena *arena, const char *text, bool condition,
        struct problems *found)
{
    static const struct scope scope = { .kind = RECORD_ORDER, .prefix = "" };
    struct outline_line *line = outline_parse(arena, "t", text, found);
    struct cursor cursor = outline_cursor(line, arena, found);
    struct expr *expr =
        condition ? expr_parse_condition(&cursor) : expr_parse(&cursor);

    if (expr == NULL || !expr_resolve(expr, &scope, &cursor))
        return NULL;
    return cursor_ends(&cursor) ? expr : NULL;
}

static struct expr_run
running(struct arena *arena, const struct frame *frame, struct problems *found)
{
    return (struct expr_run){ .frame = frame,
                              .codes = &fixture_codes,
                              .side = "x12",
                              .arena = arena,
                              .found = found,
                              .at = "here" };
}

static struct record *
make_order(const char *json)
{
    struct record *record = NULL;
    struct err err = { 0 };

    CHECK_OK(record_parse(&record, RECORD_ORDER, json, strlen(json), &err),
             &err);
    return record;
}

static void
evaluates(void)
{
    static const struct {
        const char *text, *value; /* NULL = absent */
    } cases[] = {
        { "number", "PO-7" },
        { "ship_to.name", "DC" },
        { "vendor", NULL },
        { "\"92\" | \"91\"", "92" },
        { "vendor | number", "PO-7" },
        { "vendor default \"V1\"", "V1" },
        { "number default \"V1\"", "PO-7" },
        { "total * 100", "10050" },
        { "-total + 1", "-99.5" },
        { "1 - 2 * 3", "-5" },
        { "(1 - 2) * 3", "-3" },
        { "10 / 4", "2.5" },
        { "1 / 3", "0.333333333333" },
        { "1 / 0", NULL },
        { "total + vendor", NULL },
        { "round(10 / 3, 2)", "3.33" },
        { "round(2.5)", "3" },
        { "round(-2.5)", "-3" },
        { "count(lines)", "2" },
        { "count(charges)", "1" },
        { "sum(lines.quantity)", "5" },
        { "sum(lines.amount)", NULL }, /* one line does not say it */
        { "sum(lines.charges.amount)", "0" },
        { "sum(charges.amount)", "-5" },
        { "sum(lines, round(quantity * price, 2))", "32" },
        { "first(vendor, lines.unit)", "EA" },
        { "date(date, \"%y%m%d\")", "251122" },
        { "join(\"/\", number, vendor, kind)", "PO-7/rush" },
        { "split(reference, \"-\", 2)", "B" },
        { "split(reference, \"-\", 4)", NULL },
        { "upper(currency)", "USD" },
        { "code(order_kind, kind)", "RO" },
        { "code(order_kind, vendor)", NULL },
    };
    CLEANUP(record_free) struct record *order = make_order(order_json);
    struct frame root = { .node = order->fields };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct expr *expr = compile(arena, cases[i].text, false, found);
        struct expr_run run = running(arena, &root, found);
        const char *value;

        if (expr == NULL)
            printf("# %s does not compile\n", cases[i].text);
        CHECK(expr != NULL);
        value = expr_text(expr, &run);
        if (!text_equal(value, cases[i].value))
            printf("# %s: got %s\n", cases[i].text, value ? value : "nothing");
        CHECK(text_equal(value, cases[i].value));
        CHECK(problems_errors(found) == 0);
    }
}

static void
decides(void)
{
    static const struct {
        const char *text;
        enum truth truth;
    } cases[] = {
        { "kind = \"rush\"", TRUTH_TRUE },
        { "kind != \"rush\"", TRUTH_FALSE },
        { "total > \"99\"", TRUTH_TRUE }, /* as numbers: 100.5 > 99 */
        { "total = 100.50", TRUTH_TRUE },
        { "number > \"PO-60\"", TRUTH_TRUE }, /* as texts */
        { "vendor = \"V1\"", TRUTH_UNKNOWN },
        { "not vendor", TRUTH_TRUE },
        { "not vendor = \"V1\"", TRUTH_UNKNOWN },
        { "number", TRUTH_TRUE },
        { "vendor", TRUTH_FALSE },
        { "number and vendor", TRUTH_FALSE },
        { "number or vendor", TRUTH_TRUE },
        { "vendor = \"V1\" or number", TRUTH_TRUE },
        { "vendor = \"V1\" and number", TRUTH_UNKNOWN },
        { "vendor = \"V1\" and not number", TRUTH_FALSE },
        { "total >= 100.5 and total <= 100.5 and not total < 100.5",
          TRUTH_TRUE },
    };
    CLEANUP(record_free) struct record *order = make_order(order_json);
    struct frame root = { .node = order->fields };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct expr *expr = compile(arena, cases[i].text, true, found);
        struct expr_run run = running(arena, &root, found);

        CHECK(expr != NULL);
        if (expr_holds(expr, &run) != cases[i].truth)
            printf("# %s\n", cases[i].text);
        CHECK(expr_holds(expr, &run) == cases[i].truth);
    }
}

/* What comes from outside lands in the record; value NULL: nothing does. */
static void
takes_back(void)
{
    static const struct {
        const char *text, *outside, *path, *value;
        enum err_code code;
    } cases[] = {
        { "number", "PO-1", "number", "PO-1", TP_NONE },
        { "date", "20251122", "date", "2025-11-22", TP_NONE },
        { "date", "251122", "date", "2025-11-22", TP_NONE },
        { "date", "991122", "date", "1999-11-22", TP_NONE },
        { "date", "2025-11-22T00:00:00Z", "date", "2025-11-22", TP_NONE },
        { "date", "0001-01-01", "date", NULL, TP_NONE },
        { "date", "20250230", "date", NULL, TP3105 },
        { "total", "+007.50", "total", "7.5", TP_NONE },
        { "total", ".5", "total", "0.5", TP_NONE },
        { "total", "1E3", "total", NULL, TP3105 },
        { "total", "1234567890123456789", "total", NULL, TP3105 },
        { "total * 100", "762800", "total", "7628", TP_NONE },
        { "total / 100", "76.28", "total", "7628", TP_NONE },
        { "round(-total * 100)", "500", "total", "-5", TP_NONE },
        { "total + 1", "5", "total", "4", TP_NONE },
        { "total - 1", "5", "total", "6", TP_NONE },
        { "code(order_kind, kind)", "RO", "kind", "rush", TP_NONE },
        { "code(order_kind, kind)", "XX", "kind", NULL, TP3102 },
        { "kind default \"SA\"", NULL, "kind", "SA", TP_NONE },
        { "code(order_kind, kind) default \"SA\"", NULL, "kind", "standalone",
          TP_NONE },
        { "code(order_kind, kind) default \"SA\"", "RO", "kind", "rush",
          TP_NONE },
        { "vendor | customer", "V1", "vendor", "V1", TP_NONE },
        { "first(vendor, customer)", "V1", "vendor", "V1", TP_NONE },
        { "\"92\" | \"91\"", "91", "vendor", NULL, TP_NONE },
        { "\"92\" | \"91\"", "ZZ", "vendor", NULL, TP3101 },
        { "date(date, \"%d.%m.%Y\")", "22.11.2025", "date", "2025-11-22",
          TP_NONE },
        { "date(date, \"%d.%m.%Y\")", "22/11/2025", "date", NULL, TP3105 },
        { "join(\"-\", vendor, customer)", "A-B-C", "customer", "B-C",
          TP_NONE },
        { "count(lines)", "0", "vendor", NULL, TP_NONE },
        { "count(lines)", "1", "vendor", NULL, TP3104 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);
        struct frame root = { .node = order->fields };
        struct problems *found = problems_new(arena);
        struct expr *expr = compile(arena, cases[i].text, false, found);
        struct expr_run run = running(arena, &root, found);
        const char *got;

        CHECK(expr != NULL && expr_reads(expr));
        expr_take(expr, cases[i].outside, &run);
        got = record_text(order, cases[i].path);
        if (!text_equal(got, cases[i].value))
            printf("# %s of %s: got %s\n", cases[i].text,
                   cases[i].outside ? cases[i].outside : "nothing",
                   got ? got : "nothing");
        CHECK(text_equal(got, cases[i].value));
        CHECK(cases[i].code == TP_NONE
                  ? problems_errors(found) == 0
                  : problems_first(found)->code == cases[i].code);
    }
}

static void
names_what_releases_an_unknown_code(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);
    struct frame root = { .node = order->fields };
    struct problems *found = problems_new(arena);
    struct expr *expr = compile(arena, "code(unit, comment)", false, found);
    struct expr_run run = running(arena, &root, found);

    expr_take(expr, "EAX", &run);
    CHECK_TEXT(problems_first(found)->waits_for, "unit:EAX");
    CHECK_TEXT(problems_first(found)->text,
               "unit 'EAX' has no counterpart; the nearest that has one is "
               "'EA'");
}

static void
refuses(void)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        { "numbr", "found 'numbr', expected a field of order; did you mean "
                   "'number'?" },
        { "lines", "found 'lines', expected a single value, not a group or "
                   "list" },
        { "ship_to", "found 'ship_to', expected a single value, not a group "
                     "or list" },
        { "lines.quantity",
          "found 'lines.quantity', expected a single value: say which one by "
          "each, sum, count or first" },
        { "sum(total)", "found 'total', expected a field inside a list" },
        { "summ(total)", "found 'summ(', expected a function; did you mean "
                         "'sum'?" },
        { "code(unit)", "found ')', expected code(table, field)" },
        { "split(number, 1, \"-\")",
          "found 'split(...)', expected split(field, \"-\", 1)" },
        { "(number", "found the end of the line, expected ')'" },
        { "1 +", "found the end of the line, expected a field, a function, a "
                 "number or a text in quotes" },
        { "\"open", "found a quote without its end, expected a second \"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);

        CHECK(compile(arena, cases[i].text, false, found) == NULL);
        CHECK_TEXT(problems_first(found)->text, cases[i].sentence);
        CHECK_TEXT(problems_first(found)->at, "t:1");
    }
}

static void
knows_what_cannot_be_taken_back(void)
{
    static const char *const texts[] = { "upper(number)",
                                         "split(reference, \"-\", 1)",
                                         "total * total", "100 * total",
                                         "number = \"1\"" };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct expr *expr = compile(arena, texts[i], true, found);

        CHECK(expr != NULL && !expr_reads(expr));
    }
}

/* Amounts at the edge of what decimals hold must not end the process. */
static void
survives_large_numbers(void)
{
    static const char *const texts[] = { "total * total",
                                         "total / 0.000000000000000001",
                                         "total * total * total",
                                         "sum(lines, quantity * price)" };
    CLEANUP(record_free)
    struct record *order = make_order(
        "{\"total\":\"999999999999999999\",\"lines\":["
        "{\"quantity\":\"999999999999999999\",\"price\":\"999999999999999999\"}"
        ",{\"quantity\":\"0.000000000000000001\","
        "\"price\":\"0.000000000000000001\"}]}");
    struct frame root = { .node = order->fields };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct expr *expr = compile(arena, texts[i], false, found);
        struct expr_run run = running(arena, &root, found);

        CHECK(expr != NULL);
        (void)expr_text(expr, &run);
    }
}

static void
converts_times(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free) struct record *order = record_new(RECORD_STOCK);
    struct frame root = { .node = order->fields };
    static const struct scope scope = { .kind = RECORD_STOCK, .prefix = "" };
    static const char *const cases[][2] = {
        { "202511171432", "2025-11-17T14:32" },
        { "20251117143209", "2025-11-17T14:32:09" },
        { "20251117", "2025-11-17" },
        { "2025-11-17T14:32:09.123Z", "2025-11-17T14:32:09Z" },
        { "2025-11-17T14:32:09+02:00", "2025-11-17T12:32:09Z" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problems *found = problems_new(arena);
        struct outline_line *line = outline_parse(arena, "t", "as_of", found);
        struct cursor cursor = outline_cursor(line, arena, found);
        struct expr *expr = expr_parse(&cursor);
        struct expr_run run = running(arena, &root, found);

        CHECK(expr_resolve(expr, &scope, &cursor));
        record_set(order, "as_of", NULL);
        expr_take(expr, cases[i][0], &run);
        CHECK_TEXT(record_text(order, "as_of"), cases[i][1]);
    }
}

int
main(void)
{
    RUN(evaluates);
    RUN(decides);
    RUN(takes_back);
    RUN(names_what_releases_an_unknown_code);
    RUN(refuses);
    RUN(knows_what_cannot_be_taken_back);
    RUN(survives_large_numbers);
    RUN(converts_times);
    return test_end();
}
