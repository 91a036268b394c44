/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "record/record.h"
#include "test.h"

static void
keeps_values_by_path(void)
{
    CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);

    record_set(order, "ship_to.address.city", "AUSTIN");
    record_set(order, "lines[0].quantity", "40");
    record_set(order, "lines[1].quantity", "10.5");
    CHECK_TEXT(record_text(order, "ship_to.address.city"), "AUSTIN");
    CHECK(record_text(order, "ship_to.address.state") == NULL);
    CHECK(record_count(order, "lines") == 2);
    CHECK(decimal_compare(record_decimal(order, "lines[1].quantity"),
                          decimal_of("10.50")) == 0);
    record_set(order, "lines[1].quantity", "");
    CHECK(record_text(order, "lines[1].quantity") == NULL);
}

static void
dumps_the_same_bytes_for_the_same_content(void)
{
    CLEANUP(record_free) struct record *a = record_new(RECORD_ORDER);
    CLEANUP(record_free) struct record *b = NULL;
    CLEANUP(buf_free) struct buf one = { 0 };
    CLEANUP(buf_free) struct buf two = { 0 };
    const char *json = "{\"number\": \"1\", \"buyer\": {\"name\": \"N\", "
                       "\"id\": \"9\"}}";
    struct err err = { 0 };

    record_set(a, "buyer.name", "N");
    record_set(a, "number", "1");
    record_set(a, "buyer.id", "9");
    CHECK_OK(record_parse(&b, RECORD_ORDER, json, strlen(json), &err), &err);
    record_dump(a, &one);
    record_dump(b, &two);
    CHECK_TEXT(buf_text(&one), buf_text(&two));
    CHECK_TEXT(buf_text(&one),
               "{\"buyer\":{\"id\":\"9\",\"name\":\"N\"},\"number\":\"1\"}");
}

static void
refuses_what_is_no_json(void)
{
    static const char *const wrong[] = { "", "[]", "{", "{\"a\":1,\"a\":2}" };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct record *record = NULL;
        struct err err = { 0 };

        CHECK(!record_parse(&record, RECORD_ORDER, wrong[i], strlen(wrong[i]),
                            &err));
        CHECK(err.code == TP3004);
    }
}

/* Each record has exactly one thing wrong. */
static void
names_each_problem_by_its_path(void)
{
    static const struct {
        const char *json, *at;
        enum err_code code;
    } cases[] = {
        { "{\"date\":\"2026-11-22\"}", "number", TP3001 },
        { "{\"number\":\"1\",\"date\":\"2026-02-30\"}", "date", TP3002 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"total\":\"1e3\"}",
          "total", TP3002 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"nmber\":\"2\"}", "nmber",
          TP3003 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"lines\":"
          "[{\"quantity\":\"1\",\"unit\":\"EA\"},{\"quantity\":\"1\"}]}",
          "lines[1].unit", TP3001 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"lines\":[]}", "lines",
          TP3002 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"lines\":\"x\"}", "lines",
          TP3002 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"total\":7}", "total",
          TP3002 },
        { "{\"number\":\"1\",\"date\":\"2026-02-03\",\"buyer\":{\"address\":"
          "{\"town\":\"X\"}}}",
          "buyer.address.town", TP3003 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(record_free) struct record *record = NULL;
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct err err = { 0 };

        CHECK_OK(record_parse(&record, RECORD_ORDER, cases[i].json,
                              strlen(cases[i].json), &err),
                 &err);
        record_check(record, found);
        CHECK(problems_errors(found) == 1);
        CHECK_TEXT(problems_first(found)->at, cases[i].at);
        CHECK(problems_first(found)->code == cases[i].code);
    }
}

static void
knows_its_fields(void)
{
    enum field_type type;

    CHECK(record_field(RECORD_SHIPMENT, "orders.packs.lines.quantity", &type));
    CHECK(type == FIELD_DECIMAL);
    CHECK(record_field(RECORD_INVOICE, "seller.address", &type));
    CHECK(type == FIELD_GROUP);
    CHECK(!record_field(RECORD_INVOICE, "seller.addres", &type));
    CHECK_TEXT(record_field_nearest(RECORD_INVOICE, "seller.addres"),
               "seller.address");
    CHECK_TEXT(record_field_nearest(RECORD_PAYMENT, "paid"),
               "applications.paid");
    CHECK(record_field_nearest(RECORD_STOCK, "zzzzzzzz") == NULL);
}

static void
takes_times_with_and_without_hour(void)
{
    CHECK(record_is_time("2025-11-17"));
    CHECK(record_is_time("2025-11-17T14:32"));
    CHECK(record_is_time("2025-11-17T14:32:09Z"));
    CHECK(!record_is_time("2025-11-17T24:00"));
    CHECK(!record_is_time("2025-11-17T"));
    CHECK(!record_is_time("2025-11-17T14"));
    CHECK(!record_is_time("2025-11-31T14:32"));
    CHECK(!record_is_time("2025-11-17 14:32"));
}

static void
names_its_kinds(void)
{
    for (int i = 0; i < RECORD_KINDS; i++) {
        enum record_kind kind = RECORD_KINDS;

        CHECK(
            record_kind_by_name(record_kind_name((enum record_kind)i), &kind));
        CHECK((int)kind == i);
    }
}

/* With TP_UPDATE the page is made anew, for a person to read. */
static void
manual_lists_the_schema(void)
{
    static const char begin[] = ".\\\" fields begin\n";
    static const char end[] = ".\\\" fields end\n";
    CLEANUP(buf_free) struct buf page = { 0 };
    CLEANUP(buf_free) struct buf list = { 0 };
    CLEANUP(buf_free) struct buf made = { 0 };
    const char *root = getenv("TP_SOURCE"), *from, *to;
    struct err err = { 0 };
    char folder[300], path[400];

    (void)text_format(folder, sizeof folder, "%s/doc/man", root ? root : ".");
    (void)text_format(path, sizeof path, "%s/tradepost-map.5", folder);
    CHECK_OK(file_read(path, 1 << 20, &page, &err), &err);
    record_manual(&list);
    from = strstr(buf_text(&page), begin);
    to = strstr(buf_text(&page), end);
    CHECK(from != NULL && to != NULL);
    from += strlen(begin);
    buf_add(&made, page.text, (size_t)(from - page.text));
    buf_adds(&made, buf_text(&list));
    buf_adds(&made, to);
    if (getenv("TP_UPDATE") != NULL)
        CHECK_OK(durable_write_view(folder, "tradepost-map.5", made.text,
                                    made.size, 0644, &err),
                 &err);
    else
        CHECK(strcmp(buf_text(&page), buf_text(&made)) == 0);
}

int
main(void)
{
    RUN(keeps_values_by_path);
    RUN(dumps_the_same_bytes_for_the_same_content);
    RUN(refuses_what_is_no_json);
    RUN(names_each_problem_by_its_path);
    RUN(knows_its_fields);
    RUN(takes_times_with_and_without_hour);
    RUN(names_its_kinds);
    RUN(manual_lists_the_schema);
    return test_end();
}
