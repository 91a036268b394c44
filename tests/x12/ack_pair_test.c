/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ack_pair_test - a file and the 997 that another engine (pyx12) made of it:
 * ours says the same of every set and of the group. That engine had guides of
 * health care, which we have not, so that only what needs no guide is
 * compared: sets that it rejected for their elements alone are left out.
 */
#include <stdlib.h>

#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "x12/ack.h"

static struct arena *arena;

static const struct x12_file *
read_case(const char *name)
{
    const char *source = getenv("TP_SOURCE");
    const char *path =
        arena_printf(arena, "%s/tests/x12/real/pyx12_%s/input.edi",
                     source ? source : ".", name);
    struct x12_options options;
    struct buf bytes = { 0 };
    struct err err = { 0 };

    CHECK_OK(file_read(path, 1 << 20, &bytes, &err), &err);
    x12_options_init(&options);
    const struct x12_file *file = x12_read(
        arena, arena_copy(arena, bytes.text, bytes.size), bytes.size, &options);
    buf_free(&bytes);
    return file;
}

/* "AK2*837*0001 AK5*R*4 AK9*R*2*2*1*4": what a 997 says of sets and group. */
static const char *
gist(const struct x12_set *set)
{
    struct buf out = { 0 };

    for (const struct x12_node *n = set->first; n; n = x12_following(n)) {
        const char *id = n->segment.id;
        if (strcmp(id, "AK2") != 0 && strcmp(id, "AK5") != 0 &&
            strcmp(id, "AK9") != 0)
            continue;
        buf_addf(&out, "%s%s", out.size ? " " : "", id);
        for (uint32_t i = 1; i <= n->segment.count; i++) {
            struct x12_element value = x12_get(&n->segment, i);
            buf_addf(&out, "*%.*s", (int)value.size, value.text);
        }
    }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

static void
check_pair(const char *source, const char *answer)
{
    const struct x12_file *theirs = read_case(answer);
    const struct x12_interchange *it = read_case(source)->interchanges;
    struct x12_set *ours = x12_ack_997(it->groups, false, arena);
    const struct x12_set *told = theirs->interchanges->groups->results->set;

    CHECK_TEXT(gist(ours), gist(told));
    if (theirs->interchanges->ta1_count > 0) {
        struct x12_element verdict = x12_get(&theirs->interchanges->ta1s[0], 4);
        CHECK(x12_is(x12_get(x12_ack_ta1(it, arena), 4),
                     arena_strndup(arena, verdict.text, verdict.size)));
    }
}

static void
counts_and_numbers_of_trailers(void)
{
    check_pair("trailer_errors_source", "trailer_errors_res997");
}

/* AK5*R*4*5 there: elements are wrong besides; ours knows of the count. */
static void
a_count_and_elements(void)
{
    const struct x12_interchange *it =
        read_case("elements_source")->interchanges;
    const char *ours = gist(x12_ack_997(it->groups, false, arena));

    CHECK_TEXT(ours, "AK2*837*000000001 AK5*R*4 AK9*R*1*1*0");
    CHECK_TEXT(
        gist(read_case("elements_res997")->interchanges->groups->results->set),
        "AK2*837*000000001 AK5*R*4*5 AK9*R*1*1*0");
}

int
main(void)
{
    arena = arena_new();
    RUN(counts_and_numbers_of_trailers);
    RUN(a_count_and_elements);
    arena_free(&arena);
    return test_end();
}
