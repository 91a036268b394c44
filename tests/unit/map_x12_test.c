/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped guides and maps together, as they run: each correct folder of
 * tests/map in an envelope is read with its guide, mapped, written, and read
 * again. Both readings must be accepted and give the same record.
 */
#include "map_fixture.h"
#include "test.h"
#include "x12/guide.h"
#include "x12/read.h"
#include "x12/write.h"

static const char *const good[][2] = {
    { "sample-850", "850" },
    { "sample-810", "810" },
    { "sample-856", "856" },
    { "sample-820", "820" },
    { "order-rich", "850" },
    { "invoice-credit-memo", "810" },
    { "ship-packs-around-items", "856" },
    { "ship-packs-inside-items", "856" },
    { "ship-pallets", "856" },
    { "ack-partly-rejected", "997" },
};

static const char *name, *set_id;

/* The input between an ISA and an IEA. */
static const char *
in_envelope(struct arena *arena, const char *set, const char *body)
{
    size_t segments = 2;

    for (const char *c = body; *c != 0; c++)
        segments += *c == '~';
    return arena_printf(
        arena,
        "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      "
        "*251120*0858*U*00401*000000918*0*P*>~\n"
        "GS*%s*BLUEFISH01*123456789*20251120*0858*918*X*004010~\nST*%s*0001~\n"
        "%sSE*%zu*0001~\nGE*1*918~\nIEA*1*000000918~\n",
        text_equal(set, "997")   ? "FA"
        : text_equal(set, "850") ? "PO"
        : text_equal(set, "856") ? "SH"
        : text_equal(set, "820") ? "RA"
                                 : "IN",
        set, body, segments);
}

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set)
{
    (void)group;
    (void)set;
    return user;
}

static const struct x12_result *
read_set(struct arena *arena, const struct x12_guide *guide, const char *text)
{
    struct x12_options options;
    const struct x12_file *file;
    const struct x12_result *result;

    x12_options_init(&options);
    options.guide_for = guide_for;
    options.user = (void *)(uintptr_t)guide;
    file = x12_read(arena, text, strlen(text), &options);
    CHECK(file->interchanges != NULL && file->interchanges->groups != NULL);
    result = file->interchanges->groups->results;
    CHECK(result != NULL && result->set != NULL);
    return result;
}

static const char *
write_set(struct arena *arena, struct x12_set *set, const char *group)
{
    const struct x12_set *sets[] = { set };
    struct x12_out_group out = { .functional_id = group,
                                 .version = "004010",
                                 .control = 1,
                                 .sets = sets,
                                 .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                     .sender = "US",
                                     .receiver_qualifier = "ZZ",
                                     .receiver = "THEM",
                                     .date = "20251120",
                                     .time = "0858",
                                     .control = 1,
                                     .usage = 'P',
                                     .charset = X12_CHARSET_EXTENDED,
                                     .groups = &out,
                                     .group_count = 1 };
    struct buf buf = { 0 };
    struct err err = { 0 };
    const char *text;

    set->control = "0001";
    CHECK_OK(x12_write(&envelope, &buf, &err), &err);
    text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

static void
accept(const struct x12_result *result)
{
    if (result->verdict != X12_ACCEPTED)
        printf("# %s: verdict %c, %u findings\n", name, result->verdict,
               result->count);
    CHECK(result->verdict == X12_ACCEPTED);
}

static void
comes_back(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(x12_guide_free) struct x12_guide *guide = NULL;
    CLEANUP(map_free) struct map *map = NULL;
    CLEANUP(record_free) struct record *first = NULL;
    CLEANUP(record_free) struct record *second = NULL;
    struct problems *found = problems_new(arena);
    struct x12_sources texts =
        x12_sources_in(arena_printf(arena, "%s/edi", fixture_root()));
    struct fixture fixture = { NULL, NULL, NULL };
    struct map_sources sources = { fixture_find, &fixture };
    struct err err = { 0 };
    struct x12_set *set = NULL;
    const struct x12_result *result;
    const char *input;

    CHECK(fixture_file(
        arena,
        arena_printf(arena, "%s/tests/map/%s/input.edi", fixture_root(), name),
        &input));
    CHECK_OK(x12_guide_load(&guide, &texts, "004010", set_id, found, &err),
             &err);
    CHECK_OK(map_load(&map, arena_printf(arena, "maps/%s.map", set_id),
                      &sources, found, &err),
             &err);
    result = read_set(arena, guide, in_envelope(arena, set_id, input));
    accept(result);
    CHECK_OK(map_read(map, result->set, &fixture_codes, found, &first, &err),
             &err);
    CHECK(problems_errors(found) == 0 && problems_warnings(found) == 0);
    CHECK_OK(map_write(map, first, &fixture_codes, arena, found, &set, &err),
             &err);
    result =
        read_set(arena, guide, write_set(arena, set, x12_guide_group(guide)));
    accept(result);
    CHECK_OK(map_read(map, result->set, &fixture_codes, found, &second, &err),
             &err);
    CHECK(json_equal(first->fields, second->fields));
    CHECK(problems_errors(found) == 0 && problems_warnings(found) == 0);
}

int
main(void)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        name = good[i][0];
        set_id = good[i][1];
        test_run(name, comes_back);
    }
    return test_end();
}
