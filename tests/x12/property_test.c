/* SPDX-License-Identifier: Apache-2.0 */
/*
 * property_test - what holds for every set, by documents made at random from
 * its guide: the check finds nothing; writing what was read gives the same
 * bytes. With one defect put in, the check finds exactly that one, at its
 * place; all else that it tells is marked as following from it; and the 997
 * and 999 are sound.
 *
 * SEEDS=N documents of each guide (default 4), FIRST=N the first seed. A
 * failure names its seed and defect.
 */
#include <stdlib.h>

#include "defects.h"
#include "sound.h"
#include "ways.h"
#include "x12/sample.h"

enum { SEEDS = 4 };

static const struct x12_guide *guide;
static uint64_t seed;
static const char *defect_name = "";
static struct arena *arena;
static size_t documents, spoiled;
static size_t made[64]; /* by defect */
static struct document *document, *clean;

static struct x12_options
all_options(void)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = guides_for;
    options.tolerance[X12_OUTSIDE_ASCII] = X12_REJECT;
    return options;
}

static void
write_set(const struct x12_set *set, struct buf *out)
{
    struct x12_out_group group = { .functional_id = x12_guide_group(guide),
                                   .version = x12_guide_version(guide),
                                   .control = 7,
                                   .sets = &set,
                                   .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                     .sender = "US",
                                     .receiver_qualifier = "ZZ",
                                     .receiver = "THEM",
                                     .date = "20251120",
                                     .time = "0858",
                                     .control = 1,
                                     .usage = 'T',
                                     .delimiters = { '*', '>', '^', '~', 0 },
                                     .charset = X12_CHARSET_EXTENDED,
                                     .groups = &group,
                                     .group_count = 1 };
    struct err err = { 0 };

    if (strcmp(x12_guide_version(guide), "005010") != 0)
        envelope.delimiters.repetition = '\0';
    CHECK_OK(x12_write(&envelope, out, &err), &err);
}

static void
show(const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        struct buf text = { 0 };
        x12_finding_text(f, &text);
        printf("#   %s%s, offset %llu, element %u-%u(%u)\n", buf_text(&text),
               f->consequence ? " (consequence)" : "",
               (unsigned long long)f->offset, f->element, f->component,
               f->repetition);
        buf_free(&text);
    }
}

struct roots {
    const struct x12_finding *first;
    size_t count;
};

static void
count_roots(struct roots *roots, const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        if (f->consequence)
            continue;
        if (roots->count++ == 0)
            roots->first = f;
    }
}

static struct roots
roots_of(const struct x12_file *file, void (*also)(const struct x12_finding *))
{
    struct roots roots = { 0 };

#define TAKE(findings)                 \
    do {                               \
        count_roots(&roots, findings); \
        if (also != NULL)              \
            also(findings);            \
    } while (0)
    TAKE(file->findings);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        TAKE(it->findings);
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            TAKE(g->findings);
            for (const struct x12_result *r = g->results; r; r = r->next)
                TAKE(r->findings);
        }
    }
#undef TAKE
    return roots;
}

static void
fail(const struct x12_file *file, const struct expected *expected,
     const struct buf *text)
{
    printf("# %s %s, seed %llu, defect: %s\n", x12_guide_version(guide),
           x12_guide_set(guide), (unsigned long long)seed, defect_name);
    if (expected != NULL)
        printf("# expected %s %s @%u element %u-%u(%u)\n", expected->code,
               expected->segment, expected->position, expected->element,
               expected->component, expected->repetition);
    roots_of(file, show);
    printf("# %.6000s\n", buf_text(text));
    bool one_and_no_other = false;
    CHECK(one_and_no_other);
}

static bool
is_expected(const struct x12_finding *f, const struct expected *expected,
            uint64_t end)
{
    const struct piece *piece = &document->pieces[expected->piece];
    uint64_t offset = expected->piece == document->count ? end : piece->offset;

    if (expected->inside)
        offset = piece->offsets[expected->element - 1] + expected->inner;
    return strcmp(f->code, expected->code) == 0 &&
           strcmp(f->segment, expected->segment) == 0 &&
           f->position == expected->position &&
           f->element == expected->element &&
           f->component == expected->component &&
           f->repetition == expected->repetition && f->offset == offset;
}

static void
acknowledge(const struct x12_file *file)
{
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next)
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            if (strcmp(g->functional_id, "FA") == 0)
                continue;
            check_sound(arena, g, x12_ack_997(g, false, arena));
            if (strcmp(g->version, "005010") == 0)
                check_sound(arena, g, x12_ack_999(g, false, arena));
        }
}

/* The defect's one finding, whatever else is said. */
static void
spoil(const struct defect *defect, size_t number)
{
    struct chance chance = { seed * 0x9E3779B97F4A7C15u + number + 1 };
    struct x12_options options = all_options();
    struct expected expected;
    struct buf text = { 0 };

    *document = *clean;
    defect_name = defect->name;
    if (!defect->make(document, &chance, &expected))
        return;
    document_write(document, &text);
    ways_agree(&text, &options);
    const struct x12_file *file =
        x12_read(arena, text.text, text.size, &options);
    struct roots roots = roots_of(file, NULL);
    if (roots.count != 1 || !is_expected(roots.first, &expected, text.size))
        fail(file, &expected, &text);
    acknowledge(file);
    buf_free(&text);
    spoiled++;
    made[number]++;
}

static size_t
spoil_all(const struct defect *defects, size_t number)
{
    for (; defects->name != NULL; defects++)
        spoil(defects, number++);
    return number;
}

static void
one_document(void)
{
    struct x12_options options = all_options();
    struct x12_sample_wish wish = { .seed = seed,
                                    .percent = 5 + (unsigned)(seed % 5) * 10,
                                    .repeats = 1 + (unsigned)(seed % 3) };
    struct x12_set *set = x12_sample(guide, arena, &wish);
    struct buf text = { 0 }, again = { 0 };

    set->control = "0001";
    defect_name = "none";
    write_set(set, &text);
    ways_agree(&text, &options);
    const struct x12_file *file =
        x12_read(arena, text.text, text.size, &options);
    if (roots_of(file, NULL).count > 0)
        fail(file, NULL, &text);
    const struct x12_group *group = file->interchanges->groups;
    CHECK(x12_usable(group->results));
    write_set(group->results->set, &again);
    CHECK_TEXT(buf_text(&again), buf_text(&text));
    documents++;
    if (file->interchanges->groups->results->set->segments < PIECES_MAX / 3) {
        clean->arena = arena;
        document_take(clean, guide, buf_text(&text));
        size_t next = spoil_all(element_defects, 0);
        next = spoil_all(segment_defects, next);
        spoil_all(envelope_defects, next);
    }
    buf_free(&text);
    buf_free(&again);
}

static uint64_t
setting(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);

    return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

static void
documents_of_the_guide(void)
{
    uint64_t first = setting("FIRST", 1), count = setting("SEEDS", SEEDS);

    for (seed = first; seed < first + count; seed++) {
        arena_reset(arena);
        one_document();
    }
}

static void
report(const struct defect *defects, size_t number)
{
    for (; defects->name != NULL; defects++)
        printf("# %6zu %s\n", made[number++], defects->name);
}

static size_t
length(const struct defect *defects)
{
    size_t count = 0;

    while (defects[count].name != NULL)
        count++;
    return count;
}

/* No defect is one that never could be put in. */
static void
every_defect_was_made(void)
{
    size_t a = length(element_defects), b = a + length(segment_defects);
    size_t end = b + length(envelope_defects);

    report(element_defects, 0);
    report(segment_defects, a);
    report(envelope_defects, b);
    printf("# %zu documents, %zu with one defect\n", documents, spoiled);
    for (size_t i = 0; i < end; i++)
        CHECK(made[i] > 0);
}

int
main(void)
{
    char name[100];

    guides_load();
    arena = arena_new();
    document = obtain(sizeof *document);
    clean = obtain(sizeof *clean);
    for (size_t i = 0; (guide = guides_at(i)) != NULL; i++) {
        snprintf(name, sizeof name, "documents of %s %s",
                 x12_guide_version(guide), x12_guide_set(guide));
        test_run(name, documents_of_the_guide);
    }
    RUN(every_defect_was_made);
    release(&document);
    release(&clean);
    arena_free(&arena);
    guides_free();
    return test_end();
}
