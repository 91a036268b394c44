/* SPDX-License-Identifier: Apache-2.0 */
/* What is exact by a byte or by one: sizes, counts, places, verdicts. Each
 * case is here because a break of the reader showed in no other test. */
#include "x12/ack.h"
#include "x12_pieces.h"

#define ISA_704                                                             \
    "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      " \
    "*251120*0858*^*00704*000000918*0*P*>~"

static const char *
first_sentence(const struct x12_finding *finding)
{
    return finding != NULL ? finding->sentence : "";
}

/* A release character that is none is told; one that is one is not. */
static void
a_release_character_is_no_other_thing(void)
{
    static const struct {
        const char *mark, *told;
    } cases[] = { { "?", "" },
                  { "\\", "" },
                  { "", "trailing_separators ISX01;TA105=022 ISX01" },
                  { "??", "TA105=022 ISX01" },
                  { "A", "TA105=022 ISX01" },
                  { "7", "TA105=022 ISX01" },
                  { " ", "TA105=022 ISX01" },
                  { ">", "TA105=022 ISX01" },
                  { "^", "TA105=022 ISX01" } };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_file *file = read_text(
            arena_printf(arena,
                         ISA_704 "ISX*%s~GS*PO*A*B*20251120*0858*918*"
                                 "X*007040~ST*850*0001~SE*2*0001~" TRAILER,
                         cases[i].mark),
            &options);
        char released = file->interchanges->delimiters.release;
        printf("# '%s'\n", cases[i].mark);
        CHECK_TEXT(codes_of(file), cases[i].told);
        CHECK(released == (*cases[i].told ? '\0' : cases[i].mark[0]));
    }
}

/* Of what is released, separators are data; those that are not, are not. */
static void
a_component_is_none_where_it_is_released(void)
{
    struct x12_options options = fixture_options();

    begin_with("850");
    options.tolerance[X12_NO_GUIDE] = X12_IGNORE;
    const char *text = ISA_704
        "ISX*?~GS*PO*A*B*20251120*0858*918*X*007040~ST*850*0001~"
        "BEG*00*SA*P?>1**20251112~REF*DP*A>B~" LINE "SE*5*0001~" TRAILER;
    CHECK_TEXT(codes_of(read_text(text, &options)), "AK403=13 REF02 @3");
    x12_guide_free(&guide);
}

/* Levels that an earlier set had are not those of a later one. */
static void
levels_are_the_sets_own(void)
{
    struct x12_options options = fixture_options();

    begin_with("856");
    const char *text = arena_printf(
        arena,
        ISA "GS*SH*A*B*20251120*0858*918*X*004010~"
            "ST*856*0001~BSN*00*01*20251120*0858~HL*1**S~HL*2*1*O~HL*3*9*I~"
            "SE*6*0001~"
            "ST*856*0002~BSN*00*02*20251120*0858~HL*1**S~HL*2*1*O~SE*5*0002~"
            "GE*2*918~IEA*1*000000918~");
    const struct x12_result *r = result_of(read_text(text, &options));
    CHECK_TEXT(codes_of(read_text(text, &options)), "AK403=7 HL02 @5");
    CHECK(r->next->verdict == X12_ACCEPTED && r->next->count == 0);
    x12_guide_free(&guide);
}

/* Where the broken one ends, the next begins. */
static void
a_broken_interchange_ends_where_the_next_begins(void)
{
    struct x12_options options = fixture_options();
    struct buf text = { 0 };

    begin_with("850");
    options.max_segment = 300;
    const char *sound = wrap("PO", "850", BEG LINE);
    buf_adds(&text, "junk");
    size_t head = text.size;
    buf_adds(&text, ISA GROUP "ST*850*0001~");
    for (int i = 0; i < 400; i++)
        buf_addc(&text, 'x');
    size_t broken = text.size - head;
    buf_adds(&text, sound);
    const struct x12_interchange *it =
        x12_read(arena, text.text, text.size, &options)->interchanges;
    CHECK(it->offset == head && it->size == broken);
    CHECK(it->next != NULL && it->next->offset == head + broken);
    CHECK(it->next->size == strlen(sound));
    buf_free(&text);
    x12_guide_free(&guide);
}

static void
a_group_is_as_long_as_it_is(void)
{
    begin_with("850");
    const char *text = wrap("PO", "850", BEG LINE);
    struct x12_options options = fixture_options();
    const struct x12_group *group =
        read_text(text, &options)->interchanges->groups;
    CHECK(text + group->offset == strstr(text, "GS*"));
    CHECK(text + group->offset + group->size == strstr(text, "IEA*"));
    x12_guide_free(&guide);
}

/* A byte that is no character of a name shows as a dot. */
static void
a_name_shows_no_control_characters(void)
{
    static const char *const names[] = { "A\x01"
                                         "B",
                                         "A\x7F"
                                         "B",
                                         "A\xFF"
                                         "B" };

    begin_with("850");
    for (size_t i = 0; i < 3; i++) {
        const struct x12_finding *f =
            result_of(read_850(arena_printf(arena, BEG "%s*1~" LINE, names[i])))
                ->findings;
        CHECK_TEXT(f ? f->segment : "", "A.B");
    }
    x12_guide_free(&guide);
}

/* TA1s stand before the groups, a thousand at most. */
static void
interchange_acknowledgments_have_their_place_and_number(void)
{
    struct x12_options options;
    struct buf text = { 0 };

    fixture_begin();
    x12_options_init(&options);
    const struct x12_file *file = read_text(
        ISA GROUP "TA1*000000001*251120*0858*A*000~GE*0*918~IEA*1*000000918~",
        &options);
    CHECK_TEXT(codes_of(file), "TA105=024;empty_group");
    CHECK(file->interchanges->ta1_count == 0);
    buf_adds(&text, ISA);
    for (int i = 0; i < 1000; i++)
        buf_adds(&text, "TA1*000000001*251120*0858*A*000~");
    size_t size = text.size;
    buf_adds(&text, "IEA*0*000000918~");
    file = x12_read(arena, text.text, text.size, &options);
    CHECK_TEXT(codes_of(file), "");
    CHECK(file->interchanges->ta1_count == 1000);
    buf_clear(&text);
    text.size = 0;
    buf_adds(&text, ISA);
    for (int i = 0; i < 1001; i++)
        buf_adds(&text, "TA1*000000001*251120*0858*A*000~");
    buf_adds(&text, "IEA*0*000000918~");
    CHECK(text.size > size);
    file = x12_read(arena, text.text, text.size, &options);
    CHECK_TEXT(codes_of(file), "TA105=022");
    CHECK(file->interchanges->ta1_count == 1000);
    buf_free(&text);
}

/* Years of two digits are those from 2000 on: the first had a February 29. */
static void
short_years_begin_in_2000(void)
{
    static const struct {
        const char *date, *codes;
    } cases[] = { { "000229", "" },
                  { "040229", "" },
                  { "010229", "TA105=014 ISA09" },
                  { "990228", "" } };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = arena_strdup(arena, ISA GROUP "GE*0*918~IEA*1*000000918~");
        memcpy(strstr(text, "*251120*") + 1, cases[i].date, 6);
        options.tolerance[X12_EMPTY_GROUP] = X12_IGNORE;
        CHECK_TEXT(codes_of(read_text(text, &options)), cases[i].codes);
    }
}

/* Errors of elements may be let pass; those of the set itself may not. */
static void
errors_of_the_set_reject_it_for_everybody(void)
{
    struct x12_options options = fixture_options();

    begin_with("850");
    options.on_error = X12_WITH_ERRORS;
    const struct x12_result *r =
        result_of(read_text(wrap("PO", "850", BEG "PO1*1*X*EA*1~"), &options));
    CHECK(r->verdict == X12_WITH_ERRORS);
    char *text = arena_strdup(arena, wrap("PO", "850", BEG LINE));
    strstr(text, "SE*4*")[3] = '5';
    r = result_of(read_text(text, &options));
    CHECK(r->count == 1 && r->verdict == X12_REJECTED);
    x12_guide_free(&guide);
}

/* A place with variants lacks what its own variants lack. */
static void
a_variant_stands_for_its_own_place(void)
{
    static const struct x12_rule rules[] = {
        { .at = "850/N1[01=ST]", .usage = 'M' },
        { .at = "850/REF[01=DP]", .usage = 'M' },
        { .at = "850/DTM[01=002]", .usage = 'M' },
        { .at = "850/N1[01=BT]", .max = 1 },
    };
    struct x12_options options = fixture_options();
    struct x12_guide *base;

    fixture_begin();
    base = load_guide("850");
    CHECK_OK(x12_guide_overlay(&guide, base, rules, 4, found, &err), &err);
    x12_guide_free(&base);
    CHECK_TEXT(codes_of(read_text(wrap("PO", "850",
                                       BEG "REF*DP*1~DTM*002*20251112~"
                                           "N1*ST*A*92*12~" LINE),
                                  &options)),
               "");
    CHECK_TEXT(
        codes_of(read_text(
            wrap("PO", "850", BEG "REF*DP*1~N1*ST*A*92*12~" LINE), &options)),
        "AK304=3 DTM @6");
    CHECK_TEXT(
        codes_of(read_text(
            wrap("PO", "850", BEG "DTM*002*20251112~N1*ST*A*92*12~" LINE),
            &options)),
        "AK304=3 REF @6");
    CHECK_TEXT(codes_of(read_text(wrap("PO", "850",
                                       BEG "REF*DP*1~DTM*002*20251112~"
                                           "N1*BY*A*92*12~" LINE),
                                  &options)),
               "AK304=3 N1 @7");
    x12_guide_free(&guide);
}

/* Lengths that are none: too many digits, no digits, no end. */
static void
a_binary_length_is_a_number(void)
{
    static const struct {
        const char *segments, *codes;
    } cases[] = {
        { "BIN*3*a~b~", "" },
        { "BIN*123456789012345*abc~", "AK403=7 BIN01 @2" },
        { "BIN*ABC*a value long enough for all of it~", "AK403=7 BIN01 @2" },
        { "BIN**a value long enough for all of it, too~", "AK403=7 BIN01 @2" },
        { "BIN*7~", "AK403=7 BIN01 @2" },
        { "BIN*6X~", "AK403=7 BIN01 @2" },
        { "BDS*ASC*3*a~b~", "" },
        { "BDS*ASC*X*a value long enough for all of it~", "AK403=7 BDS02 @2" },
        { "BDS*no separator follows within the first bytes of it~",
          "AK403=7 BDS02 @2" },
    };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text =
            arena_printf(arena, ISA GROUP "ST*102*0001~%sSE*3*0001~" TRAILER,
                         cases[i].segments);
        printf("# %s\n", cases[i].segments);
        CHECK_TEXT(codes_of(read_text(text, &options)), cases[i].codes);
    }
}

/* A loop's name that is too long names no loop. */
static void
a_loop_that_is_named_too_long_is_told_once(void)
{
    static const struct {
        const char *start, *end, *codes;
    } cases[] = { { "N9", "N9", "" },
                  { "N9", "N1", "AK403=7 LE01 @6" },
                  { "ABCDEFG", "N1", "AK403=5 LS01 @4;AK403=7 LE01 @6" },
                  { "ABCDEFGH", "N1", "AK403=5 LS01 @4" } };

    begin_with("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(codes_of(read_850(
                       arena_printf(arena, BEG LINE "LS*%s~LDT*AA*1*DA~LE*%s~",
                                    cases[i].start, cases[i].end))),
                   cases[i].codes);
    x12_guide_free(&guide);
}

/* AK301 names segments of two and of three letters. */
static void
an_acknowledgment_names_the_segment(void)
{
    begin_with("850");
    const struct x12_file *file = read_850(BEG "N1*STST*A~"
                                               "PO1*1*X*EA*1~"
                                               "A*1~");
    const struct x12_node *n =
        x12_ack_997(file->interchanges->groups, false, arena)->first;
    struct buf out = { 0 };
    for (; n != NULL; n = x12_following(n))
        if (strcmp(n->segment.id, "AK3") == 0) {
            struct x12_element name = x12_get(&n->segment, 1);
            buf_addf(&out, "%.*s ", (int)name.size, name.text);
        }
    CHECK_TEXT(buf_text(&out), "N1 PO1 ZZZ ");
    buf_free(&out);
    x12_guide_free(&guide);
}

/* Sentences show forty bytes of a value. */
static void
sentences_show_forty_bytes(void)
{
#define FORTY "1234567890123456789012345678901234567890"
    struct x12_options options = fixture_options();

    begin_with("850");
    char *text = arena_printf(
        arena, ISA GROUP "ST*850*0001~" BEG LINE "SE*%s7*0001~" TRAILER, FORTY);
    CHECK_TEXT(first_sentence(result_of(read_text(text, &options))->findings),
               "the trailer says '" FORTY "' segments, there are 4");
    x12_guide_free(&guide);
}

/* The first and the last digit, everywhere in a number. */
static void
all_digits_are_digits(void)
{
    static const char *const numbers[] = { "0",   "9",   "-9",   "9.9",
                                           "0.0", "1E9", "1E0",  "9E-9",
                                           ".9",  "9.",  "90E90" };

    begin_with("850");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        printf("# %s\n", numbers[i]);
        CHECK_TEXT(codes_of(read_850(
                       arena_printf(arena, BEG "PO1*1*%s*EA*1~", numbers[i]))),
                   "");
    }
    x12_guide_free(&guide);
}

/* The first and the last character of each size stay what they are, but for
 * control characters. */
static void
json_holds_all_characters(void)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        { "\xC2\xA0", "\xC2\xA0" },
        { "\xDF\xBF", "\xDF\xBF" },
        { "\xC3\x85", "\xC3\x85" },
        { "\xE0\xA0\x80", "\xE0\xA0\x80" },
        { "\xEF\xBF\xBD", "\xEF\xBF\xBD" },
        { "\xF0\x90\x80\x80", "\xF0\x90\x80\x80" },
        { "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF" },
        { "\xC2\x85", "." }, /* a control character */
        { "\x80"
          "D",
          ".D" },
    };
    struct x12_options options = fixture_options();

    begin_with("850");
    options.tolerance[X12_OUTSIDE_ASCII] = X12_IGNORE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf json = { 0 };
        const struct x12_finding *finding =
            result_of(
                read_text(wrap("PO", "850",
                               arena_printf(arena, BEG "CUR*BY*%sABC~" LINE,
                                            cases[i].in)),
                          &options))
                ->findings;
        CHECK(finding != NULL);
        if (finding != NULL)
            x12_finding_json(finding, &json);
        CHECK(strstr(buf_text(&json),
                     arena_printf(arena, "\"%sABC\"", cases[i].out)) != NULL);
        buf_free(&json);
    }
    x12_guide_free(&guide);
}

/* Where numbers are there twice, a missing parent may be their fault; what
 * comes after is not. */
static void
only_the_missing_parent_follows_from_double_numbers(void)
{
    struct x12_options options = fixture_options();
    struct buf out = { 0 };

    begin_with("856");
    char *text = arena_strdup(
        arena, wrap("SH", "856",
                    "BSN*00*01*20251120*0858~HL*1**S~HL*1*1*O~HL*3*9*I~"));
    memcpy(strstr(text, "SE*6*"), "SE*7*", 5);
    const struct x12_finding *f =
        result_of(read_text(text, &options))->findings;
    for (; f != NULL; f = f->next)
        buf_addf(&out, "%s%s ", f->code, f->consequence ? "!" : "");
    CHECK_TEXT(buf_text(&out), "AK403=7 AK403=7! AK502=4 ");
    buf_free(&out);
    x12_guide_free(&guide);
}

/* Blanks before a segment are told where it starts, before binary data, too. */
static void
blanks_before_a_segment_are_told_there(void)
{
    static const char *const segments[] = { "REF*DP*1~", "BIN*3*a~b~" };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    options.tolerance[X12_INDENT] = X12_WARN;
    for (size_t i = 0; i < 2; i++) {
        const char *text = arena_printf(
            arena, ISA GROUP "ST*102*0001~  %sSE*3*0001~" TRAILER, segments[i]);
        const struct x12_file *file = read_text(text, &options);
        CHECK_TEXT(codes_of(file), "indent");
        const struct x12_finding *f = file->interchanges->findings;
        f = f != NULL ? f : result_of(file)->findings;
        CHECK(f != NULL && text + f->offset == strstr(text, segments[i]));
    }
}

int
main(void)
{
    RUN(a_release_character_is_no_other_thing);
    RUN(a_component_is_none_where_it_is_released);
    RUN(levels_are_the_sets_own);
    RUN(a_broken_interchange_ends_where_the_next_begins);
    RUN(a_group_is_as_long_as_it_is);
    RUN(a_name_shows_no_control_characters);
    RUN(interchange_acknowledgments_have_their_place_and_number);
    RUN(short_years_begin_in_2000);
    RUN(errors_of_the_set_reject_it_for_everybody);
    RUN(a_variant_stands_for_its_own_place);
    RUN(a_binary_length_is_a_number);
    RUN(a_loop_that_is_named_too_long_is_told_once);
    RUN(an_acknowledgment_names_the_segment);
    RUN(sentences_show_forty_bytes);
    RUN(blanks_before_a_segment_are_told_there);
    RUN(only_the_missing_parent_follows_from_double_numbers);
    RUN(all_digits_are_digits);
    RUN(json_holds_all_characters);
    arena_free(&arena);
    return test_end();
}
