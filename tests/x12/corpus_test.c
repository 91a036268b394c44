/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpus_test - every folder of tests/x12/valid and tests/x12/invalid holds
 * an input and what must be found in it. Each input is read whole and in
 * chunks of many sizes, by each way to scan, which must make no difference;
 * "round trip" in an expect means that writing what was read gives the same
 * bytes.
 *
 * As real_test it reads those of tests/x12/real: files of others as they were
 * found, good and bad, with the guides of their versions.
 *
 * TP_ACCEPT=1 writes the expects anew, to be reviewed. TP_QUICK=1 tries a few
 * sizes only, for mutate.py, which runs this test very often.
 */
#include <dirent.h>
#include <stdlib.h>

#include "../bench/x12_orders.h"
#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "guides.h"
#include "x12/guide.h"
#include "x12/read.h"
#include "x12/view.h"
#include "x12/views.h"
#include "x12/write.h"

enum {
    SETS = 5,
    INPUT_MAX = 1 << 20,
    ALL_SIZES = 160,
    MANY = 8192,
    QUICKLY = 7
};

static const char *const ids[SETS] = { "810", "820", "850", "856", "997" };
static struct x12_guide *guides[SETS];
static char folder[4096];
static const char *scanner; /* the way to scan; NULL = the machine's best */
static bool quick, real;

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set)
{
    if (real)
        return guides_for(user, group, set);
    for (size_t i = 0; i < SETS; i++)
        if (strcmp(ids[i], set) == 0)
            return guides[i];
    return NULL;
}

static void
load_guides(const char *source)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    const char *edi = arena_printf(arena, "%s/edi", source);
    struct x12_sources sources = x12_sources_in(edi);
    struct err err = { 0 };

    for (size_t i = 0; i < SETS; i++)
        CHECK_OK(
            x12_guide_load(&guides[i], &sources, "004010", ids[i], found, &err),
            &err);
    arena_free(&arena);
}

/* Findings as lines. */
static void
add_findings(struct buf *out, const struct x12_finding *finding)
{
    for (; finding != NULL; finding = finding->next) {
        const char *name = x12_tolerance_name(finding->tolerance);
        buf_addf(out, "  %s %s at %llu line %u%s, ",
                 x12_severity_name(finding->severity),
                 *finding->code ? finding->code
                 : name         ? name
                                : "-",
                 (unsigned long long)finding->offset, finding->line,
                 finding->consequence ? " (consequence)" : "");
        x12_finding_text(finding, out);
        buf_addc(out, '\n');
    }
}

static void
add_tree(struct buf *out, const struct x12_node *node)
{
    for (; node != NULL; node = node->next) {
        buf_addf(out, "%s%s", node->segment.id, node->child ? "(" : "");
        add_tree(out, node->child);
        buf_adds(out, node->child ? ") " : " ");
    }
}

static void
on_interchange(void *user, const struct x12_interchange *it)
{
    buf_addf(user, "interchange %s from %s:%s to %s:%s\n", it->control,
             it->sender_qualifier, it->sender, it->receiver_qualifier,
             it->receiver);
}

static void
on_set(void *user, const struct x12_result *result)
{
    buf_addf(user, "set %s %s %c\n", result->id, result->control,
             result->verdict);
    add_findings(user, result->findings);
    if (result->set != NULL) {
        buf_addf(user, "  at %llu, %llu bytes, %u segments: ",
                 (unsigned long long)result->set->offset,
                 (unsigned long long)result->set->size, result->set->segments);
        add_tree(user, result->set->first);
        buf_addc(user, '\n');
    }
}

static void
on_group_end(void *user, const struct x12_group *group)
{
    buf_addf(user, "group %s %s %c %u %u %u\n", group->functional_id,
             group->control, group->verdict, group->claimed, group->received,
             group->accepted);
    add_findings(user, group->findings);
}

static void
on_interchange_end(void *user, const struct x12_interchange *it)
{
    buf_addf(user, "end %s %c %s at %llu, %llu bytes\n", it->control,
             it->verdict, it->ta1, (unsigned long long)it->offset,
             (unsigned long long)it->size);
    add_findings(user, it->findings);
}

static void
on_finding(void *user, const struct x12_finding *finding)
{
    struct x12_finding alone = *finding;

    alone.next = NULL;
    buf_adds(user, "file\n");
    add_findings(user, &alone);
}

static void
on_views(void *user, const struct x12_views *views)
{
    buf_addf(user, "%s %u line %u at %llu", views->id, views->position,
             views->line, (unsigned long long)views->offset);
    for (uint32_t i = 1; i <= views->count; i++) {
        struct x12_element element = x12_views_get(views, i);
        buf_addc(user, '|');
        buf_add(user, element.text, element.size);
    }
    buf_addc(user, '\n');
}

static void
on_batch(void *user, const struct x12_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        struct x12_views views = x12_batch_views(batch, i);
        on_views(user, &views);
    }
}

static void
on_segment(void *user, const struct x12_segment *segment)
{
    buf_addf(user, "%s %u line %u at %llu", segment->id, segment->position,
             segment->line, (unsigned long long)segment->offset);
    for (uint32_t i = 0; i < segment->count; i++) {
        buf_addc(user, '|');
        buf_add(user, segment->elements[i].text, segment->elements[i].size);
    }
    buf_addc(user, '\n');
}

/* TREES: as the expects have it. LEAN: checked without trees. The others:
 * not checked, each segment shown in one of three forms. */
enum mode { TREES, LEAN, BATCHES, VIEWS, SEGMENTS };
static enum mode mode;

/* All events of the input, fed in chunks of a size. */
static void
record(const struct buf *input, size_t chunk, struct buf *out)
{
    struct x12_handler handler = { .user = out,
                                   .interchange_begin = on_interchange,
                                   .set = on_set,
                                   .group_end = on_group_end,
                                   .interchange_end = on_interchange_end,
                                   .finding = on_finding };
    struct x12_options options;
    struct x12_totals totals;

    x12_options_init(&options);
    if (mode == TREES || mode == LEAN)
        options.guide_for = guide_for;
    options.lean = mode != TREES;
    handler.batch = mode == BATCHES ? on_batch : NULL;
    handler.views = mode == VIEWS ? on_views : NULL;
    handler.segment = mode == SEGMENTS ? on_segment : NULL;
    options.scanner = scanner;
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    for (size_t at = 0; at < input->size; at += chunk)
        x12_feed(reader, input->text + at,
                 input->size - at < chunk ? input->size - at : chunk);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    buf_addf(
        out, "total %llu: %llu in documents, %llu white, %llu junk\n",
        (unsigned long long)totals.bytes, (unsigned long long)totals.documents,
        (unsigned long long)totals.spaces, (unsigned long long)totals.junk);
    CHECK(totals.bytes == input->size);
    CHECK(totals.documents + totals.spaces + totals.junk == totals.bytes);
}

static void
check_chunks(const struct buf *input, const struct buf *whole)
{
    struct buf out = { 0 };
    size_t few = scanner == NULL && input->size < MANY ? 0 : ALL_SIZES - 40;

    for (size_t size = 1; size <= input->size;
         size += size + few < ALL_SIZES && !quick ? 1 : 1 + size / 3) {
        if (quick)
            size *= QUICKLY;
        buf_clear(&out);
        record(input, size, &out);
        if (strcmp(buf_text(&out), buf_text(whole)) != 0)
            printf("# chunks of %zu bytes differ, scanner %s\n", size,
                   scanner ? scanner : "best");
        CHECK_TEXT(buf_text(&out), buf_text(whole));
    }
    buf_free(&out);
}

static void
check_ways(const struct buf *input, const struct buf *whole)
{
    static const char *const ways[] = { NULL, "careful", "scalar", "sse2",
                                        "avx2" };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        scanner = ways[i];
        check_chunks(input, whole);
    }
    scanner = NULL;
}

static const char *
mode_name(void)
{
    return (
        (const char *[]){ "", "lean", "batches", "views", "segments" })[mode];
}

/* Without trees, too, every way gives the same; and so do all forms of
 * segments. */
static void
check_modes(const struct buf *input)
{
    static const char *const ways[] = { "careful", NULL, "scalar", "sse2",
                                        "avx2" };
    const size_t chunks[] = { input->size + 1, 4096, 777, 64, 13 };
    struct buf wanted = { 0 }, out = { 0 };

    for (mode = LEAN; mode <= SEGMENTS; mode++) {
        if (mode <= BATCHES)
            buf_clear(&wanted);
        for (size_t i = 0; i < 25; i += quick ? QUICKLY : 1) {
            scanner = ways[i / 5];
            buf_clear(&out);
            record(input, chunks[i % 5], &out);
            if (wanted.size == 0)
                buf_add(&wanted, out.text, out.size);
            if (strcmp(buf_text(&out), buf_text(&wanted)) != 0)
                printf("# chunks of %zu bytes differ, %s by scanner %s\n",
                       chunks[i % 5], mode_name(), scanner ? scanner : "best");
            CHECK_TEXT(buf_text(&out), buf_text(&wanted));
        }
    }
    mode = TREES;
    scanner = NULL;
    buf_free(&wanted);
    buf_free(&out);
}

/* Longer than what is looked at together; every now and then something that
 * needs care. */
static void
long_input(void)
{
    static const char *const odd[] = {
        "\n\nREF*ZZ*1~\r\n",
        "~",
        "  REF*ZZ*indented~\n",
        "REF*ZZ*caf\xC3\xA9~\n",
        "REF*ZZ*A>B>C~",
        "REF*ZZ*trailing***~\n",
        "ref*ZZ*lower~\n",
        "BIN*5*~~*~\n~\n",
        "REF*ZZ*\x01~\n",
        "BIN*9*ABC~\n",
        "PO1*A*-*x*1.2.3~\n",
        "N1*ST**92*1~",
        "REF~\n",
        "ZZZ*1~\n",
        "PO1**1**9*~\n",
        /* just good, and just not */
        "CUR*BY*USD~CUR*BY*USDX~CUR*B*USD~CUR*BY*US~",
        "REF*DP*123456789012345678901234567890~",
        "REF*DP*1234567890123456789012345678901~",
        "REF*D*1~REF*DPXX*1~REF*QQ*1~REF*dp*1~",
        "DTM*002*20240229~DTM*002*20250229~DTM*002*20251301~",
        "DTM*002*20250431~DTM*002*2025010~DTM*002*2025O101~",
        "DTM*002*20250101*2359~DTM*002*20250101*2360~",
        "DTM*002*20250101*235959~DTM*002*20250101*12345~",
        "PO1*1*123456789*EA*1.5~PO1*1*1234567890*EA*1~",
        "PO1*1*12345678.9*EA*1.5~PO1*1*123456789.1*EA*1~",
        "PO1*1*1.*EA*.5~PO1*1*.*EA*.5~PO1*1*1/2*EA*1~",
        "PO1*1*1:2*EA*1~PO1*1*1.5.5*EA*1~PO1*1*-1*EA*1~",
        "PO1*1*1E5*EA*1~PO1*1*1*XX*1~PO1*1*1*E*1~",
        "PO1*123456789012345678901*1*EA*1~",
        "ITD*01*3*2.5**10.0~ITD*01*3*2**10**3X~",
        "ITD*01*3*2**1**1234567~ITD*01*3*2**10**-30~",
        "PID*F*********1~PID*X****A~PID*F*1***A~",
        "PER*BD*A*TE~PER*BD*A**5~FOB*CC*A~FOB*CCC~",
        ("REF*DP*1~\nREFX*DP*1~\nRE*DP*1~\r"
         "CUR*BY*USD~\rCUR*BY*USD~\nCUR*BY*USDX~\n"),
        "CUR*BY*USD~\nREF*DP*1~CN1*05*1~\nN1*ST*A~\nN3*A~XN1*BT*B~\n",
    };
    struct orders orders = { .newline = "\n", .seed = 12 };
    struct buf whole = { 0 };

    orders_begin(&orders);
    for (size_t i = 0; orders.out.size < 100000; i++) {
        const char *text = odd[i % (sizeof odd / sizeof *odd)];
        orders_add(&orders);
        size_t at = orders.out.size - 40; /* inside the set */
        while (orders.out.text[at - 1] != '~')
            at--;
        struct buf rest = { 0 };
        buf_adds(&rest, orders.out.text + at);
        orders.out.size = at;
        buf_adds(&orders.out, text);
        buf_adds(&orders.out, rest.text);
        buf_free(&rest);
    }
    orders_close(&orders);
    check_modes(&orders.out);
    record(&orders.out, orders.out.size, &whole);
    CHECK(whole.size > 1000);
    buf_free(&whole);
    buf_free(&orders.out);
}

/* One interchange, one group: enough for the clean samples. */
static void
check_round_trip(const struct buf *input)
{
    struct arena *arena = arena_new();
    struct buf out = { 0 };
    struct x12_options options;
    struct err err = { 0 };

    x12_options_init(&options);
    options.guide_for = guide_for;
    const struct x12_file *file =
        x12_read(arena, input->text, input->size, &options);
    const struct x12_interchange *it = file->interchanges;
    const struct x12_group *group = it->groups;
    const struct x12_set *set = group->results->set;
    struct x12_out_group to = { .functional_id = group->functional_id,
                                .sender = group->sender,
                                .receiver = group->receiver,
                                .version = group->version,
                                .control = atol(group->control),
                                .sets = &set,
                                .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = it->sender_qualifier,
                                     .sender = it->sender,
                                     .receiver_qualifier =
                                         it->receiver_qualifier,
                                     .receiver = it->receiver,
                                     .date = group->date,
                                     .time = it->time,
                                     .control = atol(it->control),
                                     .usage = it->usage,
                                     .ack_requested = it->ack_requested,
                                     .delimiters = it->delimiters,
                                     .newline =
                                         input->text[106] == '\n' ? "\n" : "",
                                     .charset = X12_CHARSET_UTF8,
                                     .groups = &to,
                                     .group_count = 1 };
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    CHECK_TEXT(buf_text(&out), buf_text(input));
    buf_free(&out);
    arena_free(&arena);
}

static void
accept_as_it_is(struct buf *whole, const struct buf *expect)
{
    struct err err = { 0 };

    if (strstr(buf_text(expect), "round trip\n") != NULL)
        buf_adds(whole, "round trip\n");
    CHECK_OK(durable_write_view(folder, "expect", whole->text, whole->size,
                                0644, &err),
             &err);
}

static void
run_case(void)
{
    char path[4200];
    struct buf input = { 0 }, expect = { 0 }, whole = { 0 };
    struct err err = { 0 };

    snprintf(path, sizeof path, "%s/input.edi", folder);
    CHECK_OK(file_read(path, INPUT_MAX, &input, &err), &err);
    snprintf(path, sizeof path, "%s/expect", folder);
    if (file_exists(path))
        CHECK_OK(file_read(path, INPUT_MAX, &expect, &err), &err);
    record(&input, input.size ? input.size : 1, &whole);
    if (getenv("TP_ACCEPT") != NULL)
        accept_as_it_is(&whole, &expect);
    else if (strstr(buf_text(&expect), "round trip\n") != NULL)
        buf_adds(&whole, "round trip\n");
    if (getenv("TP_ACCEPT") == NULL)
        CHECK_TEXT(buf_text(&whole), buf_text(&expect));
    CHECK(real || (strstr(folder, "/invalid/") != NULL) ==
                      (strstr(buf_text(&whole), "  reject ") != NULL));
    if (strstr(buf_text(&expect), "round trip\n") != NULL)
        check_round_trip(&input);
    buf_clear(&whole);
    record(&input, input.size ? input.size : 1, &whole);
    check_ways(&input, &whole);
    check_modes(&input);
    buf_free(&input);
    buf_free(&expect);
    buf_free(&whole);
}

static int
is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "NOTICE") != 0;
}

static void
run_all(const char *source, const char *kind)
{
    char directory[4000];
    struct dirent **entries = NULL;

    snprintf(directory, sizeof directory, "%s/tests/x12/%s", source, kind);
    int count = scandir(directory, &entries, is_case, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(folder, sizeof folder, "%.3000s/%.200s", directory,
                 entries[i]->d_name);
        test_run(strstr(folder, "tests/x12"), run_case);
        free(entries[i]);
    }
    free(entries);
    if (count <= 0)
        printf("not ok %d - no cases in %s\n", ++test_number, directory);
    test_failed += count <= 0;
}

int
main(int argc, char **argv)
{
    const char *source = getenv("TP_SOURCE");

    source = source ? source : ".";
    quick = getenv("TP_QUICK") != NULL;
    real = argc > 0 && strstr(argv[0], "real_test") != NULL;
    if (real) {
        guides_load();
        run_all(source, "real");
        guides_free();
        return test_end();
    }
    load_guides(source);
    run_all(source, "valid");
    run_all(source, "invalid");
    test_run("a long input", long_input);
    for (size_t i = 0; i < SETS; i++)
        x12_guide_free(&guides[i]);
    return test_end();
}
