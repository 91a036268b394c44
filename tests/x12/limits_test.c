/* SPDX-License-Identifier: Apache-2.0 */
/* Limits are findings, not crashes: of a segment, a set, its elements, the
 * depth of levels, the findings that are kept. */
#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/problems.h"
#include "base/text.h"
#include "guides.h"
#include "ways.h"
#include "x12/read_private.h"

#define ISA                                                                 \
    "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      " \
    "*251120*0858*U*00401*000000918*0*P*>~"
#define START ISA "GS*%s*A*B*20251120*0858*918*X*004010~ST*%s*0001~"
#define HEAD  "BEG*00*SA*PO-1**20251112~"

static struct arena *arena;
static struct buf text;
static struct x12_options options;

static void
start(const char *group, const char *set)
{
    arena_reset(arena);
    buf_clear(&text);
    x12_options_init(&options);
    options.guide_for = guides_for;
    buf_addf(&text, START, group, set);
}

static const struct x12_file *
finish(unsigned segments)
{
    buf_addf(&text, "SE*%u*0001~GE*1*918~IEA*1*000000918~", segments);
    ways_agree(&text, &options);
    return x12_read(arena, text.text, text.size, &options);
}

static const struct x12_result *
result_of(const struct x12_file *file)
{
    CHECK(file->interchanges != NULL && file->interchanges->groups != NULL);
    CHECK(file->interchanges->groups->results != NULL);
    return file->interchanges->groups->results;
}

static void
add_many(const char *piece, size_t count)
{
    while (count-- > 0)
        buf_adds(&text, piece);
}

/* A segment of exactly the limit passes; one byte more and nothing that
 * follows can be trusted. */
static void
a_segment_is_no_longer_than_the_limit(void)
{
    for (int more = 0; more <= 1; more++) {
        start("PO", "850");
        options.max_segment = 200;
        buf_adds(&text, HEAD "PO1*1*1*CA*1~N9*ZZ*1~MSG*A~");
        uint64_t at = text.size;
        buf_adds(&text, "MSG*");
        add_many("A", 196 + (size_t)more);
        buf_adds(&text, "~");
        const struct x12_file *file = finish(7);
        const struct x12_finding *f = file->interchanges->findings;
        CHECK((f != NULL) == (more == 1));
        if (more == 0)
            continue;
        CHECK_TEXT(f->code, "TA105=022");
        CHECK(f->offset == at && f->next == NULL);
        CHECK(file->interchanges->verdict == X12_REJECTED);
        CHECK(!x12_usable(result_of(file)));
        CHECK(file->totals.documents == file->totals.bytes);
    }
}

static void
a_set_is_no_larger_than_the_limit(void)
{
    for (int more = 0; more <= 1; more++) {
        start("PO", "850");
        buf_adds(&text, HEAD);
        add_many("PO1*1*1*CA*1~", 10);
        /* the last segment that is looked at starts at the limit */
        options.max_set = strlen(HEAD) + strlen("ST*850*0001~") +
                          9 * strlen("PO1*1*1*CA*1~") - (size_t)more;
        const struct x12_result *result = result_of(finish(13));
        CHECK((result->verdict == X12_REJECTED) == (more == 1));
        CHECK((result->set == NULL) == (more == 1));
        CHECK(more == 0 || result->findings->level == X12_SET);
        CHECK(more == 0 || result->count == 1);
    }
}

static void
elements_are_counted_not_stored_blindly(void)
{
    start("PO", "850");
    buf_adds(&text, HEAD "PO1*1*1*CA*1~");
    uint64_t at = text.size;
    buf_adds(&text, "CTT*1");
    add_many("*1", 100000);
    buf_adds(&text, "~");
    const struct x12_result *result = result_of(finish(5));
    const struct x12_finding *f = result->findings;
    while (f != NULL && strcmp(f->code, "AK403=3") != 0)
        f = f->next;
    CHECK(f != NULL && f->position == 4 && f->element == 8);
    CHECK(f->offset == at + strlen("CTT") + 7 * 2 + 1);
}

/* 64 levels in each other pass, the next has no parent. */
static void
levels_are_no_deeper_than_the_limit(void)
{
    enum { LEVELS = 66, DEEPEST = 64, FIRST = 3 /* its position */ };
    uint64_t offsets[LEVELS + 1];
    const struct x12_finding *f;

    start("SH", "856");
    buf_adds(&text, "BSN*00*ASN-1*20251117*1432~HL*1**S~");
    for (unsigned i = 2; i <= LEVELS; i++) {
        buf_addf(&text, "HL*%u*", i);
        offsets[i] = text.size;
        buf_addf(&text, "%u*I~", i - 1);
    }
    f = result_of(finish(LEVELS + 3))->findings;
    CHECK(f != NULL && f->next == NULL);
    CHECK_TEXT(f->code, "AK403=7");
    CHECK(f->position == DEEPEST + FIRST && f->element == 2);
    CHECK(f->offset == offsets[DEEPEST + 1]);
}

static void
findings_are_counted_and_kept_up_to_the_limit(void)
{
    uint32_t kept = 0;

    start("PO", "850");
    options.max_findings = 7;
    buf_adds(&text, HEAD);
    add_many("ZZZ*1~", 50);
    buf_adds(&text, "PO1*1*1*CA*1~");
    const struct x12_result *result = result_of(finish(54));
    for (const struct x12_finding *f = result->findings; f; f = f->next)
        kept++;
    CHECK(kept == 7 && result->count == 50);
    CHECK(result->verdict == X12_REJECTED);
}

/* Newlines after segments say that others are data: here only plain segments,
 * of names that were seen before, have any. */
static void
newlines_between_plain_segments_are_seen(void)
{
    start("PO", "850");
    buf_adds(&text, "BEG*00*SA*PO-1**20251112~\nREF*DP*1~\nREF*DP*2~"
                    "PO1*1*1*CA*1~PID*F****A\nB~PID*F****A~PID*F~");
    const struct x12_result *result = result_of(finish(9));
    CHECK(result->findings != NULL &&
          result->group->interchange->findings == NULL);
    CHECK_TEXT(result->findings->code, "AK403=6");
}

static struct x12_guide *theirs;

static const struct x12_guide *
their_guide(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    (void)group;
    return strcmp(set, "850") == 0 ? theirs : NULL;
}

/* What is remembered of a name in one place says nothing of another one. */
static void
a_partners_place_is_checked_for_itself(void)
{
    const struct x12_group group = { .version = "004010" };
    const struct x12_rule rule = { .at = "850/PO1/N1/N102", .usage = 'N' };
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(x12_guide_overlay(&theirs, guides_for(NULL, &group, "850"), &rule,
                               1, found, &err),
             &err);
    start("PO", "850");
    options.guide_for = their_guide;
    buf_adds(&text, HEAD "N1*BY*A*92*12~PO1*1*1*CA*1~N1*BY*A*92*12~");
    const struct x12_finding *f = result_of(finish(6))->findings;
    CHECK(f != NULL && f->next == NULL);
    CHECK_TEXT(f->code, "AK403=10");
    CHECK(f->position == 5 && f->element == 2);
    x12_guide_free(&theirs);
}

/* Nor does what is remembered of it in another guide, or a place that a
 * segment stood in too late once the set goes on. */
static void
a_sets_place_is_its_own(void)
{
    start("PO", "850");
    buf_adds(&text, HEAD "REF*DP*1~REF*DP*2~PO1*1*1*CA*1~PID*F****A~"
                         "SE*7*0001~ST*810*0002~BIG*20250101*1~REF*DP*1~"
                         "REF*DP*2~IT1*1*1*EA*1~PID*F****A~TDS*1~");
    CHECK(result_of(finish(8))->findings == NULL);
    start("PO", "850");
    buf_adds(&text, HEAD "PO1*1*1*CA*1~PID*F****A~CUR*BY*USD~"
                         "PID*F****A~CN1*05~");
    const struct x12_finding *f = result_of(finish(8))->findings;
    CHECK(f != NULL && f->next != NULL && f->next->next == NULL);
    CHECK(f->position == 5 && f->next->position == 7);
}

/* Of two rules, one tells how often a place may be used for one qualifier, the
 * other that it must be. */
static void
a_partners_qualifiers_are_checked(void)
{
    const struct x12_group group = { .version = "004010" };
    const struct x12_rule rules[] = {
        { .at = "850/N1[01=ST]", .max = 1 },
        { .at = "850/PO1/N1[01=ST]", .usage = 'M' },
    };
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(x12_guide_overlay(&theirs, guides_for(NULL, &group, "850"), rules,
                               2, found, &err),
             &err);
    start("PO", "850");
    options.guide_for = their_guide;
    buf_adds(&text, HEAD "N1*ST*A~N1*ST*B~PO1*1*1*CA*1~N1*ST*C~PO1*2*1*CA*1~"
                         "PID*F****A~PO1*3*1*CA*1~N1*ST*D~");
    const struct x12_finding *f = result_of(finish(11))->findings;
    CHECK(f != NULL && f->next != NULL && f->next->next == NULL);
    CHECK_TEXT(f->code, "AK304=4");
    CHECK_TEXT(f->next->code, "AK304=3");
    x12_guide_free(&theirs);
}

static void
add_padded(const char *segment, unsigned more)
{
    buf_adds(&text, segment);
    add_many("1", 1 + (size_t)more);
    buf_adds(&text, "~");
}

/* Bytes are looked at 64 at a time, and 8192: what needs care is seen wherever
 * it stands. */
static void
no_border_hides_what_needs_care(void)
{
    enum { BEFORE = 891 }; /* segments up to the larger border */

    for (unsigned pad = 0; pad < 64; pad++) {
        start("PO", "850");
        buf_adds(&text, HEAD);
        add_many("REF*DP*1~", BEFORE);
        add_padded("REF*DP*", pad / 3);
        add_padded("REF*DP*", pad / 3);
        add_padded("REF*DP*", pad / 3 + pad % 3);
        buf_adds(&text, "REF*DP*1*~PO1*1*1*CA*1~N9*ZZ*1~MSG*A~MSG*A>");
        add_many("B", 60);
        buf_adds(&text, "~");
        const struct x12_result *result = result_of(finish(BEFORE + 11));
        CHECK(result->count == 2);
    }
}

/* Segments that are a name alone, among others; names of one and four. */
static void
names_alone_are_taken_like_others(void)
{
    static const char *const names[] = { "N1", "REF", "X", "XXXX", "\x01", "" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        start("PO", "850");
        buf_addf(&text, HEAD "REF*DP*1~%s~REF*DP*1~PO1*1*1*CA*1~N1*BY*A~%s~",
                 names[i], names[i]);
        CHECK(result_of(finish(*names[i] != '\0' ? 8 : 6))->count > 0);
    }
}

/* Reads text byte by byte; how often each byte was looked at. */
static uint64_t
looks(void)
{
    struct x12_handler handler = { 0 };
    struct x12_totals totals;
    struct x12_reader *reader = x12_reader_new(&options, &handler);

    for (size_t i = 0; i < text.size; i++)
        x12_feed(reader, text.text + i, 1);
    uint64_t looked = reader->looked;
    x12_end(reader, &totals);
    CHECK(totals.bytes == text.size && totals.interchanges <= 1);
    x12_reader_free(&reader);
    return looked / text.size;
}

/* A reader that began anew with each chunk would look at each byte of these
 * tens of thousands of times. */
static void
work_does_not_grow_with_the_number_of_chunks(void)
{
    enum { LONG = 100000, FEW = 16 /* seven bytes are held at least */ };
    static const char *const starts[] = { "N3*", "BIN*100000*", "N3*A\n" };
    static const char *const pieces[] = { "A",    "*",  "\n",       "~",
                                          "\x01", ">A", "\xC2\x85", " " };

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
            start("PO", "850");
            buf_adds(&text, HEAD);
            buf_adds(&text, starts[i]);
            add_many(pieces[k], LONG / strlen(pieces[k]));
            buf_adds(&text, "~SE*4*0001~GE*1*918~IEA*1*000000918~");
            CHECK(looks() <= FEW);
        }
    }
    buf_clear(&text); /* released terminators */
    buf_adds(&text, ISA "ISX*?~GS*PO*A*B*20251120*0858*918*X*007040~"
                        "ST*850*0001~N3*");
    memcpy(text.text + strlen(ISA) - strlen("00401*000000918*0*P*>~"), "00704",
           5);
    add_many("?~", LONG);
    CHECK(looks() <= FEW);
    buf_clear(&text); /* line breaks after a wrapped ISA16 */
    buf_adds(&text, ISA);
    text.text[50] = '\n';
    text.text[text.size - 1] = '\n';
    add_many("\n", LONG);
    CHECK(looks() <= FEW);
}

int
main(void)
{
    guides_load();
    arena = arena_new();
    RUN(a_segment_is_no_longer_than_the_limit);
    RUN(a_set_is_no_larger_than_the_limit);
    RUN(elements_are_counted_not_stored_blindly);
    RUN(levels_are_no_deeper_than_the_limit);
    RUN(findings_are_counted_and_kept_up_to_the_limit);
    RUN(newlines_between_plain_segments_are_seen);
    RUN(a_partners_place_is_checked_for_itself);
    RUN(a_sets_place_is_its_own);
    RUN(a_partners_qualifiers_are_checked);
    RUN(no_border_hides_what_needs_care);
    RUN(names_alone_are_taken_like_others);
    RUN(work_does_not_grow_with_the_number_of_chunks);
    buf_free(&text);
    arena_free(&arena);
    guides_free();
    return test_end();
}
