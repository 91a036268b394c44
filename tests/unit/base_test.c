/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/durable.h"
#include "base/err.h"
#include "base/text.h"
#include "base/when.h"
#include "test.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void
decimals_keep_every_digit(void)
{
    static const struct {
        const char *text, *shortest, *fixed;
        bool good;
    } cases[] = {
        { "155.70", "155.7", "155.70", true },
        { "19.99", "19.99", "19.99", true },
        { "-.5", "-0.5", "-0.50", true },
        { "0", "0", "0.00", true },
        { "000123", "123", "123.00", true },
        { "1.005", "1.005", "1.01", true },
        { "-1.005", "-1.005", "-1.01", true },
        { "999999999999999999", "999999999999999999", "999999999999999999.00",
          true },
        { "1e5", "", "", false },
        { "", "", "", false },
        { "-", "", "", false },
        { "1.2.3", "", "", false },
        { " 1", "", "", false },
        { "9999999999999999999", "", "", false },
    };
    char out[DECIMAL_TEXT];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct decimal value;
        bool good = decimal_parse(&value, cases[i].text, strlen(cases[i].text));
        CHECK(good == cases[i].good);
        if (!good)
            continue;
        CHECK_TEXT(decimal_text(value, out), cases[i].shortest);
        CHECK_TEXT(decimal_fixed(value, 2, out), cases[i].fixed);
    }
}

static void
decimals_calculate_exactly(void)
{
    char out[DECIMAL_TEXT];
    struct decimal third;

    struct decimal sum = decimal_add(decimal_of("0.1"), decimal_of("0.2"));
    CHECK(decimal_compare(sum, decimal_of("0.3")) == 0);
    CHECK_TEXT(
        decimal_text(decimal_multiply(decimal_of("155.7"), decimal_of("40")),
                     out),
        "6228");
    CHECK(decimal_divide(&third, decimal_of("10"), decimal_of("3"), 4));
    CHECK_TEXT(decimal_text(third, out), "3.3333");
    CHECK(!decimal_divide(&third, decimal_of("1"), decimal_of("0"), 2));
    CHECK_TEXT(decimal_pretty(decimal_of("-41903.2"), 2, out), "-41,903.20");
    CHECK_TEXT(decimal_pretty(decimal_of("903.2"), 2, out), "903.20");
}

static void
errors_keep_the_first_and_collect_places(void)
{
    struct err err = { 0 };

    CHECK(!err_set(&err, TP4001, "disk %s", "full"));
    err_set(&err, TP4002, "later");
    err_at(&err, "segment %d", 12);
    err_at(&err, "acme/po.edi");
    CHECK(err.code == TP4001 && err.kind == ERR_RETRY);
    CHECK_TEXT(err.text, "disk full");
    CHECK_TEXT(err.at, "acme/po.edi: segment 12");
    CHECK(err_lookup("tp4001") == err_info(TP4001));
    CHECK(err_lookup("TP0001") == NULL);
}

static void
every_error_explains_itself(void)
{
    for (int code = TP_NONE + 1; code < TP_COUNT; code++) {
        const struct err_info *info = err_info((enum err_code)code);
        CHECK(strlen(info->title) > 5);
        CHECK(strlen(info->cause) > 10);
        CHECK(strlen(info->fix) > 10);
    }
}

static void
texts_are_bounded(void)
{
    char small[5];
    long number;

    CHECK(!text_copy(small, sizeof small, "hello"));
    CHECK_TEXT(small, "hell");
    CHECK(text_matches("po-1.edi", "*.edi") && !text_matches("a.tmp", "*.edi"));
    CHECK(text_matches("abcabd", "*abd") && !text_matches("abc", "ab"));
    CHECK(text_number("123", 1000, &number) && number == 123);
    CHECK(!text_number("12x", 1000, &number) &&
          !text_number("9999", 1000, &number));
    CHECK(text_duration("24h", &number) && number == 86400);
    CHECK(text_duration("90", &number) && number == 90);
    CHECK(!text_duration("soon", &number));
    CHECK(text_length("Käse") == 4);
}

static void
near_names_are_suggested(void)
{
    static const char *const names[] = { "hostkeys", "host", "user" };

    CHECK_TEXT(text_nearest("hostkey", names, 3), "hostkeys");
    CHECK_TEXT(text_nearest("usr", names, 3), "user");
    CHECK(text_nearest("transport", names, 3) == NULL);
}

static void
times_convert(void)
{
    moment at;
    char out[WHEN_STAMP];

    CHECK(when_parse("2026-11-22T14:32:00Z", &at));
    CHECK_TEXT(when_stamp(at, out), "2026-11-22T14:32:00Z");
    CHECK(when_parse("2026-11-22T14:32:00.1234567+02:00", &at));
    CHECK_TEXT(when_stamp(at, out), "2026-11-22T12:32:00Z");
    CHECK(at % 1000 == 123);
    CHECK_TEXT(when_date(at, "America/New_York", out), "2026-11-22");
    CHECK(when_parse("2026-11-22T03:00:00Z", &at));
    CHECK_TEXT(when_date(at, "America/New_York", out), "2026-11-21");
    CHECK(when_is_date("2024-02-29") && !when_is_date("2026-02-29"));
    CHECK(!when_is_date("2026-13-01") && !when_is_date("20261122"));
    CHECK(!when_parse("2026-11-22T25:00:00Z", &at));
}

static void
arenas_and_bufs_grow(void)
{
    struct arena *arena = arena_new();
    struct buf buf = { 0 };

    for (int i = 0; i < 1000; i++) {
        char *text = arena_printf(arena, "%d-%0200d", i, i);
        CHECK(text[0] == '0' + (i >= 100  ? i / 100
                                : i >= 10 ? i / 10
                                          : i) %
                                   10);
        buf_addf(&buf, "%d,", i);
    }
    CHECK(arena_used(arena) > 200000);
    arena_reset(arena);
    CHECK(arena_used(arena) == 0);
    CHECK_TEXT(buf_text(&buf) + buf.size - 4, "999,");
    buf_clear(&buf);
    buf_adds(&buf, "GS");
    memset(buf_room(&buf, 100000), '*', 100000);
    CHECK(buf.size == 2);
    buf_took(&buf, 3);
    CHECK_TEXT(buf_text(&buf), "GS***");
    buf_free(&buf);
    arena_free(&arena);
    CHECK(arena == NULL);
    arena_free(&arena);
}

static void
files_are_written_whole(void)
{
    char dir[] = "/tmp/tp-base-XXXXXX", path[64];
    struct err err = { 0 };
    struct buf buf = { 0 };

    CHECK(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/a/b/c", dir);
    CHECK_OK(durable_mkdir(path, 0700, &err), &err);
    CHECK_OK(durable_write(path, "x.edi", "ISA", 3, 0600, &err), &err);
    snprintf(path, sizeof path, "%s/a/b/c/x.edi", dir);
    CHECK_OK(file_read(path, 100, &buf, &err), &err);
    CHECK_TEXT(buf_text(&buf), "ISA");
    CHECK(!file_read(path, 2, &buf, &err) && err.code == TP4002);
    err_clear(&err);
    CHECK_OK(file_read_plain(path, 100, &buf, &err), &err);
    snprintf(path, sizeof path, "%s/pipe", dir);
    CHECK(mkfifo(path, 0600) == 0);
    alarm(10); /* opening a pipe to read waits for a writer */
    CHECK(!file_read_plain(path, 100, &buf, &err) && err.code == TP4002);
    err_clear(&err);
    CHECK(!file_read_plain(dir, 100, &buf, &err) && err.code == TP4002);
    alarm(0);
    err_clear(&err);
    CHECK_OK(durable_remove_tree(dir, &err), &err);
    CHECK(!file_exists(dir));
    CHECK(!durable_write(dir, "x", "", 0, 0600, &err) && err.code == TP4001);
    buf_free(&buf);
}

static void
characters_are_measured(void)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        { "", 1 },
        { "A", 1 },
        { "\xC3\xA9", 2 },
        { "\xE2\x82\xAC", 3 },
        { "\xF0\x9F\x98\x80", 4 },
        { "\xF4\x8F\xBF\xBF", 4 },
        { "\x80", 0 }, /* begins in the middle */
        { "\xC3", 0 }, /* cut */
        { "\xE2\x82", 0 },
        { "\xC0\xAF", 0 }, /* overlong */
        { "\xE0\x9F\xBF", 0 },
        { "\xF0\x8F\xBF\xBF", 0 },
        { "\xED\xA0\x80", 0 },     /* a surrogate */
        { "\xF4\x90\x80\x80", 0 }, /* above U+10FFFF */
        { "\xFF", 0 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(text_sequence(cases[i].text) == cases[i].size);
}

int
main(void)
{
    RUN(characters_are_measured);
    RUN(decimals_keep_every_digit);
    RUN(decimals_calculate_exactly);
    RUN(errors_keep_the_first_and_collect_places);
    RUN(every_error_explains_itself);
    RUN(texts_are_bounded);
    RUN(near_names_are_suggested);
    RUN(times_convert);
    RUN(arenas_and_bufs_grow);
    RUN(files_are_written_whole);
    return test_end();
}
