/* SPDX-License-Identifier: Apache-2.0 */
/* The tools for files never fall over whatever the bytes are: samples with
 * bytes changed, doubled and cut off go through all of them. */
#include "base/durable.h"
#include "x12/compare.h"
#include "x12/html.h"
#include "x12/json.h"
#include "x12/path.h"
#include "x12/raw.h"
#include "x12/repair.h"
#include "x12/sef.h"
#include "x12/split.h"
#include "x12_fixture.h"

static uint32_t state = 1;

static uint32_t
chance(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static void
read_sample(const char *name, struct buf *out)
{
    const char *source = getenv("TP_SOURCE");
    const char *path =
        arena_printf(arena, "%s/tests/x12/%s", source ? source : ".", name);

    buf_clear(out);
    CHECK_OK(file_read(path, 1 << 20, out, &err), &err);
}

/* Bytes that mean something are likelier than others. */
static void
mutate(const struct buf *from, struct buf *out)
{
    static const char marks[] = "*~>^\n\0ISGETHL0{}[]=+,\"\\:";
    size_t cut = chance(8) == 0 ? chance((uint32_t)from->size) : from->size;

    buf_clear(out);
    buf_add(out, from->text, cut);
    for (uint32_t i = chance(6); i > 0 && out->size > 0; i--)
        out->text[chance((uint32_t)out->size)] =
            marks[chance(sizeof marks - 1)];
    if (chance(10) == 0)
        buf_add(out, from->text, from->size);
}

static void
keep(void *user, struct buf *text)
{
    buf_add(user, buf_text(text), text->size);
}

static bool
take_part(void *user, const struct x12_part *part)
{
    *(size_t *)user += part->bytes->size;
    return true;
}

static void
take_difference(void *user, const struct x12_difference *difference)
{
    *(size_t *)user += strlen(difference->path) + strlen(difference->a);
}

/* JSON of any bytes is JSON that can be read again. */
static void
try_json(const struct buf *bytes, const struct x12_options *options)
{
    CLEANUP(buf_free) struct buf json = { 0 };
    CLEANUP(buf_free) struct buf again = { 0 };
    const struct x12_json_sink sink = { keep, &json };
    const struct x12_json_source source = { buf_text(bytes), bytes->size,
                                            options };
    struct err wrong = { 0 };

    x12_to_json(&source, &sink);
    if (!x12_from_json(buf_text(&json), json.size, &again, &wrong))
        CHECK(strstr(wrong.text, "found '") == NULL);
}

static void
try_others(const struct buf *bytes, const struct x12_options *options)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    CLEANUP(buf_free) struct buf told = { 0 };
    struct arena *own = arena_new();
    struct err wrong = { 0 };
    size_t left, sum = 0;
    const struct x12_splitting splitting = { X12_SPLIT_SET, take_part, &sum };
    const struct x12_comparing comparing = { own, true, take_difference, &sum };

    if (!x12_repair(buf_text(bytes), bytes->size, &out, &told, &wrong))
        CHECK(out.size == 0 && wrong.code == TP2403);
    CHECK(x12_split(buf_text(bytes), bytes->size, &splitting, &left));
    const struct x12_file *file =
        x12_read(own, buf_text(bytes), bytes->size, options);
    x12_html(file, "<x>", &out);
    CHECK(strstr(buf_text(&out), "<x>") == NULL);
    x12_compare(&comparing, file, file);
    arena_free(&own);
}

static void
any_bytes(const char *name, const char *set)
{
    CLEANUP(buf_free) struct buf sample = { 0 };
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct x12_options options = fixture_options();

    guide = load_guide(set);
    read_sample(name, &sample);
    for (int i = 0; i < 300; i++) {
        mutate(&sample, &bytes);
        try_json(&bytes, &options);
        try_others(&bytes, &options);
    }
    x12_guide_free(&guide);
}

static void
any_sef(void)
{
    CLEANUP(buf_free) struct buf sample = { 0 };
    CLEANUP(buf_free) struct buf bytes = { 0 };

    read_sample("sef/schedule.sef", &sample);
    for (int i = 0; i < 500; i++) {
        struct x12_sef sef;
        struct err wrong = { 0 };
        mutate(&sample, &bytes);
        if (!x12_sef_read(&sef, "a.sef", "",
                          arena_strdup(arena, buf_text(&bytes)),
                          problems_new(arena), &wrong))
            CHECK(wrong.code == TP2404);
        x12_sef_free(&sef);
    }
}

static void
any_path(void)
{
    static const char marks[] = "N1[0=ST].4/-PO2850HL3";
    char text[24];
    struct x12_path path;

    for (int i = 0; i < 20000; i++) {
        struct err wrong = { 0 };
        size_t size = chance(sizeof text - 1);
        for (size_t at = 0; at < size; at++)
            text[at] = marks[chance(sizeof marks - 1)];
        text[size] = '\0';
        if (!x12_path_parse(&path, text, &wrong))
            CHECK(wrong.code == TP2402);
        else
            CHECK(path.count > 0);
    }
}

static void
orders(void)
{
    any_bytes("valid/sample_850/input.edi", "850");
}

static void
ship_notices(void)
{
    any_bytes("valid/sample_856/input.edi", "856");
}

static void
wrapped_files(void)
{
    any_bytes("valid/wrap80_crlf/input.edi", "850");
}

static void
long_terminators(void)
{
    any_bytes("valid/terminator_utf8_ellipsis/input.edi", "850");
}

/* What only looks like a header is passed over. */
static void
a_false_header_is_none(void)
{
    static const char text[] = "ISA*1*2~GS*3*4~IEA*5~";
    struct x12_raw raw;

    x12_raw_begin(&raw, arena, text, strlen(text));
    CHECK(!x12_raw_next(&raw));
    CHECK(raw.junk == strlen(text) && raw.junk_offset == 0);
}

int
main(void)
{
    fixture_begin();
    RUN(orders);
    RUN(ship_notices);
    RUN(wrapped_files);
    RUN(long_terminators);
    RUN(any_sef);
    RUN(a_false_header_is_none);
    RUN(any_path);
    arena_free(&arena);
    return test_end();
}
