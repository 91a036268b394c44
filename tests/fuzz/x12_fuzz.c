/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_fuzz - any bytes are read, checked, shown and acknowledged without
 * harm; every byte is accounted for; chunks make no difference to what is
 * found; an acknowledgment of ours is sound.
 *
 * Built with -fsanitize=fuzzer by `make fuzz`; x12_replay.c feeds it the
 * corpus and changed copies of it in `make check`.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "x12/ack.h"
#include "x12/guide.h"
#include "x12/view.h"
#include "x12/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SETS = 5 };

static const char *const ids[SETS] = { "810", "820", "850", "856", "997" };
static struct x12_guide *guides[SETS];

static void
must(bool truth)
{
    if (!truth)
        abort();
}

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    (void)group;
    for (size_t i = 0; i < SETS; i++)
        if (strcmp(ids[i], set) == 0)
            return guides[i];
    return NULL;
}

static void
load_guides(void)
{
    const char *source = getenv("TP_SOURCE");
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct x12_sources sources =
        x12_sources_in(arena_printf(arena, "%s/edi", source ? source : "."));
    struct err err = { 0 };

    for (size_t i = 0; i < SETS; i++)
        must(x12_guide_load(&guides[i], &sources, "004010", ids[i], found,
                            &err));
    arena_free(&arena);
}

static void
on_set(void *user, const struct x12_result *result)
{
    *(uint32_t *)user += result->count + 1;
}

static void
on_finding(void *user, const struct x12_finding *finding)
{
    *(uint32_t *)user += (uint32_t)finding->level + 1;
}

/* How many things chunks of a size find. */
static uint32_t
read_chunks(const uint8_t *bytes, size_t size, size_t chunk,
            const struct x12_options *options)
{
    uint32_t count = 0;
    struct x12_handler handler = { .user = &count,
                                   .set = on_set,
                                   .finding = on_finding };
    struct x12_reader *reader = x12_reader_new(options, &handler);
    struct x12_totals totals;

    for (size_t at = 0; at < size; at += chunk)
        x12_feed(reader, bytes + at, size - at < chunk ? size - at : chunk);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    must(totals.bytes == size);
    must(totals.documents + totals.spaces + totals.junk == size);
    return count;
}

/* A 997 of ours is written and read back without a finding. */
static void
acknowledge(struct arena *arena, const struct x12_group *group,
            const struct x12_options *options)
{
    struct x12_set *ack = x12_ack_997(group, false, arena);
    const struct x12_set *sets[1] = { ack };
    struct x12_out_group to = { .functional_id = "FA",
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
                                     .usage = 'T',
                                     .charset = X12_CHARSET_EXTENDED,
                                     .groups = &to,
                                     .group_count = 1 };
    struct buf out = { 0 };
    struct err err = { 0 };

    if (ack == NULL)
        return;
    ack->control = "0001";
    must(x12_write(&envelope, &out, &err));
    const struct x12_file *file = x12_read(arena, out.text, out.size, options);
    must(file->interchanges->verdict == X12_ACCEPTED);
    must(file->interchanges->groups->received == 1);
    buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct x12_options options;
    struct arena *arena = arena_new();
    struct buf out = { 0 };
    size_t chunk = size > 0 ? 1 + bytes[size / 2] % 61u : 1;

    if (guides[0] == NULL)
        load_guides();
    x12_options_init(&options);
    options.guide_for = guide_for;
    uint32_t count = read_chunks(bytes, size, size ? size : 1, &options);
    must(read_chunks(bytes, size, chunk, &options) == count);
    options.scanner = "careful";
    must(read_chunks(bytes, size, size ? size : 1, &options) == count);
    options.scanner = NULL;
    options.lean = true;
    must(read_chunks(bytes, size, chunk, &options) == count);
    options.lean = false;
    const struct x12_file *file = x12_read(arena, bytes, size, &options);
    x12_view(file, &out);
    x12_view_findings_json(file, &out);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        must(x12_ack_ta1(it, arena) != NULL);
        for (const struct x12_group *g = it->groups; g; g = g->next)
            acknowledge(arena, g, &options);
    }
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
