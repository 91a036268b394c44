/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_fuzz - any bytes are read, checked, shown and acknowledged without
 * harm; every byte is accounted for; chunks and the way to scan make no
 * difference to any finding or its place; our own reader finds nothing wrong
 * with the 997 and 999 of whatever it was.
 *
 * Built with -fsanitize=fuzzer by `make fuzz`; x12_replay.c feeds it the
 * corpus and changed copies of it in `make check`.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../x12/guides.h"
#include "base/arena.h"
#include "base/buf.h"
#include "must.h"
#include "x12/ack.h"
#include "x12/view.h"
#include "x12/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
add(uint64_t *sum, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        *sum = (*sum ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
}

static void
add_findings(uint64_t *sum, const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        uint64_t numbers[] = { f->level,      (uint64_t)f->severity,
                               f->position,   f->element,
                               f->component,  f->repetition,
                               f->offset,     f->line,
                               f->consequence };
        add(sum, numbers, sizeof numbers);
        add(sum, f->sentence, strlen(f->sentence));
        add(sum, f->code, strlen(f->code));
    }
}

static void
on_segment(void *user, const struct x12_segment *segment)
{
    uint64_t numbers[] = { segment->offset, segment->line, segment->count };

    add(user, numbers, sizeof numbers);
    for (uint32_t i = 0; i < segment->count; i++)
        add(user, segment->elements[i].text, segment->elements[i].size);
}

static void
on_set(void *user, const struct x12_result *result)
{
    add_findings(user, result->findings);
}

static void
on_group(void *user, const struct x12_group *group)
{
    add_findings(user, group->findings);
}

static void
on_interchange(void *user, const struct x12_interchange *interchange)
{
    add_findings(user, interchange->findings);
}

static void
on_finding(void *user, const struct x12_finding *finding)
{
    struct x12_finding alone = *finding;

    alone.next = NULL;
    add_findings(user, &alone);
}

/* A sum over all segments and findings. */
static uint64_t
read_chunks(const uint8_t *bytes, size_t size, size_t chunk,
            const struct x12_options *options)
{
    uint64_t sum = 14695981039346656037u;
    struct x12_handler handler = { .user = &sum,
                                   /* lean: plain segments are not shown */
                                   .segment = options->lean ? NULL : on_segment,
                                   .set = on_set,
                                   .group_end = on_group,
                                   .interchange_end = on_interchange,
                                   .finding = on_finding };
    struct x12_reader *reader = x12_reader_new(options, &handler);
    struct x12_totals totals;

    for (size_t at = 0; at < size; at += chunk)
        x12_feed(reader, bytes + at, size - at < chunk ? size - at : chunk);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    must(totals.bytes == size);
    must(totals.documents + totals.spaces + totals.junk == size);
    return sum;
}

/* Written and read back without a finding. */
static void
check_sound(struct arena *arena, const char *version, struct x12_set *ack)
{
    const struct x12_set *sets[1] = { ack };
    struct x12_out_group to = { .functional_id = "FA",
                                .version = version,
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
    struct x12_options options;
    struct buf out = { 0 };
    struct err err = { 0 };

    if (ack == NULL)
        return;
    x12_options_init(&options);
    options.guide_for = guides_for;
    ack->control = "0001";
    must(x12_write(&envelope, &out, &err));
    const struct x12_file *file = x12_read(arena, out.text, out.size, &options);
    const struct x12_interchange *it = file->interchanges;
    must(it->verdict == X12_ACCEPTED && it->findings == NULL);
    must(it->groups->received == 1 && it->groups->accepted == 1);
    must(it->groups->results->findings == NULL);
    buf_free(&out);
}

static void
acknowledge(struct arena *arena, const struct x12_group *group)
{
    bool new_release = strncmp(group->version, "005", 3) == 0;

    check_sound(arena, new_release ? "005010" : "004010",
                x12_ack_997(group, false, arena));
    if (new_release)
        check_sound(arena, "005010", x12_ack_999(group, true, arena));
}

static void
check_ways(const uint8_t *bytes, size_t size, struct x12_options *options)
{
    static const char *const ways[] = { "careful", "scalar", "sse2", "avx2",
                                        NULL };
    size_t chunk = size > 0 ? 1 + bytes[size / 2] % 61u : 1;

    for (int lean = 0; lean <= 1; lean++) {
        options->lean = lean;
        uint64_t sum = read_chunks(bytes, size, chunk, options);
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            options->scanner = ways[i];
            must(read_chunks(bytes, size, size ? size : 1, options) == sum);
        }
    }
    options->lean = false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct x12_options options;
    struct arena *arena = arena_new();
    struct buf out = { 0 };

    if (guides_at(0) == NULL)
        guides_load();
    x12_options_init(&options);
    options.guide_for = guides_for;
    check_ways(bytes, size, &options);
    const struct x12_file *file = x12_read(arena, bytes, size, &options);
    x12_view(file, &out);
    x12_view_findings_json(file, &out);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        must(x12_ack_ta1(it, arena) != NULL);
        for (const struct x12_group *g = it->groups; g; g = g->next)
            acknowledge(arena, g);
    }
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
