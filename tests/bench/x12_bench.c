/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_bench - how fast X12 is scanned, checked and written, as shares of the
 * speed at which memchr finds the terminators of the same bytes, in one run.
 *
 *   x12_bench [MB]        the measures (10 MB when not said)
 *   x12_bench --gen MB    only the input, on standard output
 *   x12_bench --quick MB  only the speed of full checking, as a number
 *   x12_bench --only WAY [SCANNER]
 *                         one measure, many times: scan, check, write, find; to
 *                         be looked at by a profiler, or to compare two builds
 *   x12_bench --once WAY FILE  one walk over a file of --gen: scan or check;
 *                         to count instructions
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/problems.h"
#include "x12/guide.h"
#include "x12/read.h"
#include "x12/views.h"
#include "x12/write.h"
#include "x12_orders.h"
#include "x12_stream.h"

enum { RUNS = 15, CHUNK = 256 * 1024 };

static struct x12_guide *guide;
static const char *scanner;

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    (void)group;
    return strcmp(set, x12_guide_set(guide)) == 0 ? guide : NULL;
}

static void
load(const char *source)
{
    char edi[4096];
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    snprintf(edi, sizeof edi, "%s/edi", source);
    struct x12_sources sources = x12_sources_in(edi);
    if (!x12_guide_load(&guide, &sources, "004010", "850", found, &err)) {
        fprintf(stderr, "x12_bench: %s: %s\n", err.at, err.text);
        exit(1);
    }
    arena_free(&arena);
}

static void
make_orders(struct buf *out, size_t size)
{
    struct orders orders = { .newline = "\n", .seed = 850 };

    orders_begin(&orders);
    while (orders.out.size < size)
        orders_add(&orders);
    orders_close(&orders);
    *out = orders.out;
}

/* The measures: each walks over the bytes once and returns a number that
 * depends on all it saw. */
static uint64_t
find_terminators(const struct buf *input)
{
    const char *at = input->text, *end = at + input->size;
    uint64_t count = 0;

    while ((at = memchr(at, '~', (size_t)(end - at))) != NULL) {
        count++;
        at++;
    }
    return count;
}

/* Looks at every view: its length and its first byte, if it has one. */
static void
on_batch(void *user, const struct x12_batch *batch)
{
    const unsigned char *base = (const unsigned char *)batch->base;
    const uint32_t *marks = batch->marks, *mark = marks + batch->first;
    const uint32_t *ends = batch->ends, *stop = ends + batch->count;
    uint64_t sum = 0;

    while (ends < stop) {
        const uint32_t *last = marks + *ends++ - 1;
        uint64_t before = *mark;
        sum -= (uint64_t)(last - mark); /* the separators */
        while (mark < last) {
            uint64_t end = *++mark, width = end - before;
            sum += width;
            if (width > 1)
                sum += base[before + 1];
            before = end;
        }
        mark = last + 1;
    }
    *(uint64_t *)user += sum;
}

/* The same, segment by segment. */
static void
on_views(void *user, const struct x12_views *views)
{
    uint64_t sum = 0;

    for (uint32_t i = 1; i <= views->count; i++) {
        struct x12_element element = x12_views_get(views, i);
        uint64_t first = (unsigned char)element.text[0]; /* or a delimiter */
        sum += element.size + (element.size > 0 ? first : 0);
    }
    *(uint64_t *)user += sum;
}

static void
on_interchange_end(void *user, const struct x12_interchange *it)
{
    (void)user;
    if (it->verdict != X12_ACCEPTED) {
        fprintf(stderr, "x12_bench: the interchange is not accepted\n");
        exit(1);
    }
}

static uint64_t
run_reader(const struct buf *input, const struct x12_handler *handler,
           bool checked)
{
    struct x12_options options;
    struct x12_totals totals;

    x12_options_init(&options);
    options.guide_for = checked ? guide_for : NULL;
    options.scanner = scanner;
    options.lean = true;
    struct x12_reader *reader = x12_reader_new(&options, handler);
    for (size_t at = 0; at < input->size; at += CHUNK)
        x12_feed(reader, input->text + at,
                 input->size - at < CHUNK ? input->size - at : CHUNK);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    if (totals.rejected > 0) {
        fprintf(stderr, "x12_bench: %u sets are rejected\n", totals.rejected);
        exit(1);
    }
    return totals.sets;
}

static uint64_t
scan_singly(const struct buf *input)
{
    uint64_t sum = 0;
    struct x12_handler handler = { .user = &sum, .views = on_views };

    run_reader(input, &handler, false);
    return sum;
}

static uint64_t
scan(const struct buf *input)
{
    uint64_t sum = 0;
    struct x12_handler handler = { .user = &sum, .batch = on_batch };

    run_reader(input, &handler, false);
    return sum;
}

/* As machines without AVX-512 do it. */
static uint64_t
scan_avx2(const struct buf *input)
{
    scanner = "avx2";
    uint64_t sum = scan(input);
    scanner = NULL;
    return sum;
}

static uint64_t
check(const struct buf *input)
{
    struct x12_handler handler = { .interchange_end = on_interchange_end };

    return run_reader(input, &handler, true);
}

/* Writing takes sets that are in memory. */
static struct x12_envelope envelope;

static uint64_t
write_again(const struct buf *input)
{
    static struct buf out;
    struct err err = { 0 };

    (void)input;
    buf_clear(&out);
    if (!x12_write(&envelope, &out, &err)) {
        fprintf(stderr, "x12_bench: %s: %s\n", err.at, err.text);
        exit(1);
    }
    return out.size;
}

static void
prepare_writing(struct arena *arena, const struct buf *input)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = guide_for;
    const struct x12_file *file =
        x12_read(arena, input->text, input->size, &options);
    const struct x12_group *group = file->interchanges->groups;
    const struct x12_set **sets =
        arena_alloc(arena, group->received * sizeof *sets);
    struct x12_out_group *to = arena_alloc(arena, sizeof *to);
    size_t count = 0;
    for (const struct x12_result *r = group->results; r != NULL; r = r->next)
        sets[count++] = r->set;
    *to = (struct x12_out_group){ .functional_id = "PO",
                                  .version = "004010",
                                  .control = 1,
                                  .sets = sets,
                                  .count = count };
    envelope = (struct x12_envelope){ .sender_qualifier = "ZZ",
                                      .sender = "BENCH",
                                      .receiver_qualifier = "ZZ",
                                      .receiver = "RECEIVER",
                                      .date = "20250115",
                                      .time = "1200",
                                      .control = 1,
                                      .usage = 'P',
                                      .newline = "\n",
                                      .charset = X12_CHARSET_EXTENDED,
                                      .groups = to,
                                      .group_count = 1 };
}

/* MB a second. */
static double
measure_once(uint64_t (*walk)(const struct buf *), const struct buf *input)
{
    static volatile uint64_t kept;
    double start = own_seconds();

    kept = walk(input);
    (void)kept;
    return (double)input->size / 1e6 / (own_seconds() - start);
}

/* The best of the runs. */
static double
measure(uint64_t (*walk)(const struct buf *), const struct buf *input)
{
    double best = 0;

    for (int i = 0; i < RUNS; i++) {
        double speed = measure_once(walk, input);
        best = speed > best ? speed : best;
    }
    return best;
}

static void
show(const char *what, double speed, double limit, double wanted)
{
    printf("%-34s %7.0f MB/s %6.1f %%", what, speed, speed / limit * 100);
    if (wanted > 0)
        printf("  (wanted: %.0f %%)", wanted);
    printf("\n");
}

static void
show_ways(const struct buf *input, double limit)
{
    static const char *const ways[] = { "avx512", "avx2", "sse2", "scalar",
                                        "careful" };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char what[40];
        scanner = ways[i];
        snprintf(what, sizeof what, "  scanned by %s", ways[i]);
        show(what, measure(scan, input), limit, 0);
    }
    scanner = NULL;
}

/* In turns, so that what else the machine does meets all of them alike. */
static void
compare(const struct buf *input)
{
    static const struct {
        const char *what;
        uint64_t (*walk)(const struct buf *);
        double wanted;
    } rows[] = { { "memchr finds the terminators", find_terminators, 0 },
                 { "scanned to element views", scan, 50 },
                 { "the same, by AVX2", scan_avx2, 50 },
                 { "the same, segment by segment", scan_singly, 0 },
                 { "read with full checking", check, 15 },
                 { "written", write_again, 10 } };
    enum { ROWS = sizeof rows / sizeof *rows };
    double best[ROWS] = { 0 };

    if (scan(input) != scan_singly(input)) {
        fprintf(stderr, "x12_bench: two ways to see elements differ\n");
        exit(1);
    }
    for (int i = 0; i < RUNS * ROWS; i++) {
        double speed = measure_once(rows[i % ROWS].walk, input);
        best[i % ROWS] = speed > best[i % ROWS] ? speed : best[i % ROWS];
    }
    for (int i = 0; i < ROWS; i++)
        show(rows[i].what, best[i], best[0], rows[i].wanted);
    show_ways(input, best[0]);
}

static void
bench(size_t size)
{
    struct buf input = { 0 };
    struct arena *arena = arena_new();

    make_orders(&input, size);
    printf("%.1f MB, %llu segments\n", (double)input.size / 1e6,
           (unsigned long long)find_terminators(&input));
    prepare_writing(arena, &input);
    compare(&input);
    arena_free(&arena);
    buf_free(&input);
}

static uint64_t (*walk_of(const char *way))(const struct buf *)
{
    return strcmp(way, "scan") == 0    ? scan
           : strcmp(way, "check") == 0 ? check
           : strcmp(way, "find") == 0  ? find_terminators
                                       : write_again;
}

static void
only(const char *way)
{
    struct buf input = { 0 };
    struct arena *arena = arena_new();

    make_orders(&input, 10000000);
    prepare_writing(arena, &input);
    for (int i = 0; i < 10; i++)
        printf("%s %7.0f MB/s\n", way, measure(walk_of(way), &input));
    arena_free(&arena);
    buf_free(&input);
}

static void
once(const char *way, const char *path)
{
    struct buf input = { 0 };
    struct err err = { 0 };

    if (!file_read(path, (size_t)1 << 30, &input, &err)) {
        fprintf(stderr, "x12_bench: %s: %s\n", err.at, err.text);
        exit(1);
    }
    printf("%llu segments\n", (unsigned long long)find_terminators(&input));
    walk_of(way)(&input);
    buf_free(&input);
}

static void
stream_checked(size_t size)
{
    struct x12_handler handler = { .interchange_end = on_interchange_end };
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = guide_for;
    options.lean = true;
    stream(size, &options, &handler);
}

static void
quick(size_t size)
{
    struct buf input = { 0 };

    make_orders(&input, size);
    printf("%.0f\n", measure(check, &input));
    buf_free(&input);
}

int
main(int argc, char **argv)
{
    const char *source = getenv("TP_SOURCE");
    size_t size = 10;

    load(source ? source : TP_SOURCEDIR);
    if (argc == 3 && strcmp(argv[1], "--gen") == 0) {
        struct buf out = { 0 };
        make_orders(&out, (size_t)atol(argv[2]) * 1000000);
        fwrite(out.text, 1, out.size, stdout);
        buf_free(&out);
    } else if (argc == 3 && strcmp(argv[1], "--stream") == 0) {
        stream_checked((size_t)atol(argv[2]) * 1000000);
    } else if (argc == 3 && strcmp(argv[1], "--quick") == 0) {
        quick((size_t)atol(argv[2]) * 1000000);
    } else if (argc >= 3 && strcmp(argv[1], "--only") == 0) {
        scanner = argv[3];
        only(argv[2]);
    } else if (argc == 4 && strcmp(argv[1], "--once") == 0) {
        once(argv[2], argv[3]);
    } else {
        if (argc == 2)
            size = (size_t)atol(argv[1]);
        bench(size * 1000000);
        for (size_t mb = 1; mb <= 1000; mb *= 10)
            stream_apart(mb);
    }
    x12_guide_free(&guide);
    return 0;
}
