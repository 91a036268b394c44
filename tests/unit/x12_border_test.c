/* SPDX-License-Identifier: Apache-2.0 */
/* More of what is exact by a byte or by one: x12_exact_test. */
#include "x12/ack.h"
#include "x12/raw.h"
#include "x12_pieces.h"

static void
use_rules(const struct x12_rule *rules, size_t count)
{
    fixture_begin();
    struct x12_guide *base = load_guide("850");
    CHECK_OK(x12_guide_overlay(&guide, base, rules, count, found, &err), &err);
    x12_guide_free(&base);
}

/* Lines are broken where they are, and nowhere else. */
static void
a_whole_line_is_not_told_as_broken(void)
{
    struct x12_options options = fixture_options();

    begin_with("850");
    for (size_t i = 0; i < X12_TOLERANCES; i++)
        options.tolerance[i] = X12_WARN;
    CHECK_TEXT(
        codes_of(read_text(wrap("PO", "850", BEG "  REF*DP*A>B~N3*X\x01~" LINE),
                           &options)),
        "indent;AK403=13 REF02 @3;AK304=2 N3 @4;AK403=6 N301 @4");
    x12_guide_free(&guide);
}

static const char *
element_numbers(const struct x12_group *group)
{
    struct buf out = { 0 };

    for (const struct x12_node *n = x12_ack_997(group, false, arena)->first;
         n != NULL; n = x12_following(n))
        if (strcmp(n->segment.id, "AK4") == 0) {
            struct x12_element at = x12_get(&n->segment, 1);
            struct x12_element number = x12_get(&n->segment, 2);
            buf_addf(&out, "%.*s:%.*s ", (int)at.size, at.text,
                     (int)number.size, number.text);
        }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

/* One level needs no parent; of two, one does. */
static void
levels_are_told_by_their_elements(void)
{
    static const struct {
        const char *levels, *codes, *numbers;
    } cases[] = {
        { "HL*1**S~", "", "" },
        { "HL*1**S~HL*2**O~", "AK403=1 HL02 @4", "2:734 " },
        { "HL*1**S~HL*1*1*O~", "AK403=7 HL01 @4", "1:628 " },
        { "HL*1**S~HL*2*7*O~", "AK403=7 HL02 @4", "2:734 " },
    };
    struct x12_options options = fixture_options();

    begin_with("856");
    options.tolerance[X12_HL_PARENT_MISSING] = X12_REJECT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_file *file =
            read_text(wrap("SH", "856",
                           arena_printf(arena, "BSN*00*01*20251120*0858~%s",
                                        cases[i].levels)),
                      &options);
        printf("# %s\n", cases[i].levels);
        CHECK_TEXT(codes_of(file), cases[i].codes);
        CHECK_TEXT(element_numbers(file->interchanges->groups),
                   cases[i].numbers);
    }
    x12_guide_free(&guide);
}

/* A component separator may be a control character; no other may be data. */
static void
a_separator_may_be_a_control_character(void)
{
    static const struct {
        const char *segment, *codes;
    } cases[] = { { "REF*DP*1**VN>2~", "" },
                  { "REF*DP*1\x1E~", "AK403=6 REF02 @3" },
                  { "REF*DP*A>B~", "AK403=13 REF02 @3" },
                  { "REF*DP*A>B*C\x1E~",
                    "AK403=13 REF02 @3;AK403=6 REF03 @3" } };
    struct x12_options options = fixture_options();

    begin_with("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = arena_strdup(
            arena, wrap("PO", "850",
                        arena_printf(arena, BEG "%s" LINE, cases[i].segment)));
        for (char *at = text; *at != '\0'; at++)
            *at = *at == '>' ? '\x1F' : *at;
        CHECK_TEXT(codes_of(read_text(text, &options)), cases[i].codes);
    }
    x12_guide_free(&guide);
}

/* Several bytes may end a segment, one that holds binary data, too. */
static void
binary_data_ends_with_all_of_the_terminator(void)
{
    static const struct {
        const char *data, *codes;
    } cases[] = { { "BIN*3*a~b", "terminator_multibyte" },
                  { "BIN*4*a~b", "terminator_multibyte;AK403=7 BIN01 @2" },
                  { "BIN*2*a~b", "terminator_multibyte;AK403=7 BIN01 @2" } };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text = { 0 };
        const char *at =
            arena_printf(arena, ISA GROUP "ST*102*0001~%s|SE*3*0001~" TRAILER,
                         cases[i].data);
        const char *data = strstr(at, "BIN"), *end = strchr(at, '|');
        for (; *at != '\0'; at++)
            if ((*at == '~' && (at < data || at > end)) || *at == '|')
                buf_adds(&text, "\xE2\x80\xA6");
            else
                buf_addc(&text, *at);
        printf("# %s\n", cases[i].data);
        CHECK_TEXT(codes_of(x12_read(arena, text.text, text.size, &options)),
                   cases[i].codes);
        buf_free(&text);
    }
}

/* AK404 holds the value but for what might be a delimiter. */
static void
an_acknowledgment_holds_what_was_found(void)
{
    begin_with("850");
    const struct x12_file *file =
        read_850(BEG "PO1*1*AZaz09 -.,/()[@`{:*EA*1~");
    const struct x12_node *n =
        x12_ack_997(file->interchanges->groups, false, arena)->first;
    while (n != NULL && strcmp(n->segment.id, "AK4") != 0)
        n = x12_following(n);
    CHECK(n != NULL);
    if (n != NULL) {
        struct x12_element value = x12_get(&n->segment, 4);
        CHECK_TEXT(arena_strndup(arena, value.text, value.size),
                   "AZaz09 -.,/().....");
    }
    x12_guide_free(&guide);
}

/* An odd number of bytes before characters of two. */
static void
a_value_is_cut_between_characters(void)
{
    struct x12_options options = fixture_options();
    struct buf value = { 0 };

    begin_with("850");
    options.tolerance[X12_OUTSIDE_ASCII] = X12_IGNORE;
    buf_addc(&value, 'x');
    for (int i = 0; i < 60; i++)
        buf_addc(&value, '\xE9');
    const struct x12_finding *finding =
        result_of(read_text(wrap("PO", "850",
                                 arena_printf(arena, BEG "CUR*BY*%s~" LINE,
                                              buf_text(&value))),
                            &options))
            ->findings;
    CHECK(finding != NULL && strlen(finding->value) == 99);
    buf_free(&value);
    x12_guide_free(&guide);
}

/* Fifteen bytes of a name are shown. */
static void
a_long_name_is_cut(void)
{
    begin_with("850");
    const struct x12_finding *f =
        result_of(read_850(BEG "ABCDEFGHIJKLMNOPQRSTUVWXYZ*1~" LINE))->findings;
    CHECK_TEXT(f ? f->segment : "", "ABCDEFGHIJKLMNO");
    x12_guide_free(&guide);
}

/* Data longer than a segment may be is not waited for. */
static void
binary_data_is_no_longer_than_a_segment(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    options.max_segment = 200;
    CHECK_TEXT(codes_of(read_text(ISA GROUP
                                  "ST*102*0001~BIN*201*abc~SE*3*0001~" TRAILER,
                                  &options)),
               "TA105=022;AK905=3;AK502=2");
    CHECK_TEXT(codes_of(read_text(ISA GROUP
                                  "ST*102*0001~BIN*200*abc~SE*3*0001~" TRAILER,
                                  &options)),
               "AK403=7 BIN01 @2");
}

/* What may still become a segment of the largest size is waited for. */
static void
the_largest_segment_may_come_in_pieces(void)
{
    enum { LARGEST = 300 };
    struct x12_options options;
    struct x12_handler handler = { 0 };
    struct x12_totals totals;
    struct buf text = { 0 };

    fixture_begin();
    x12_options_init(&options);
    options.max_segment = LARGEST;
    buf_adds(&text, ISA GROUP "ST*850*0001~N3*");
    for (int i = 3; i < LARGEST; i++)
        buf_addc(&text, 'x');
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    x12_feed(reader, text.text, text.size);
    x12_feed(reader, "~SE*3*0001~" TRAILER, strlen("~SE*3*0001~" TRAILER));
    x12_end(reader, &totals);
    CHECK(totals.sets == 1 && totals.rejected == 0);
    x12_reader_free(&reader);
    buf_free(&text);
}

/* Blanks after an IEA that has no terminator are none of its data. */
static void
blanks_after_the_last_segment_are_nothing(void)
{
    static const char *const ends[] = { "", " ", "\n", "\r\n", " \r\n  " };
    struct x12_options options = fixture_options();

    begin_with("850");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *text = arena_strdup(arena, wrap("PO", "850", BEG LINE));
        text[strlen(text) - 1] = '\0';
        CHECK_TEXT(codes_of(read_text(
                       arena_printf(arena, "%s%s", text, ends[i]), &options)),
                   "no_final_terminator");
    }
    x12_guide_free(&guide);
}

/* Numbers are equal with and without zeros before them, 0 too. */
static void
control_numbers_are_equal_as_numbers(void)
{
    static const struct {
        const char *header, *trailer, *codes;
    } cases[] = { { "0", "00", "empty_group" },
                  { "1", "001", "empty_group" },
                  { "1", "2", "AK905=4 GE02;empty_group" } };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(codes_of(read_text(
                       arena_printf(arena,
                                    ISA "GS*PO*A*B*20251120*0858*%s*X*004010~"
                                        "GE*0*%s~IEA*1*000000918~",
                                    cases[i].header, cases[i].trailer),
                       &options)),
                   cases[i].codes);
}

/* What looks like an ISA and is none is junk, byte by byte. */
static void
a_false_header_is_junk_as_long_as_it_is(void)
{
    struct x12_options options = fixture_options();

    begin_with("850");
    const char *set = wrap("PO", "850", BEG LINE);
    const char *text = arena_printf(arena, "ISA*1*2*junk%s", set);
    const struct x12_file *file = read_text(text, &options);
    CHECK(file->junk != NULL && file->junk->offset == 0);
    CHECK(file->junk != NULL && file->junk->size == 12);
    CHECK(file->totals.junk == 12 && file->totals.sets == 1);
    x12_guide_free(&guide);
}

/* Each code is named, wherever the table has it. */
static void
codes_are_named(void)
{
    for (char c = 'A'; c <= 'Z'; c++) {
        const char codes[] = { c, c, '\0' };
        const char *const all[] = { codes, NULL };
        const struct x12_rule rules[] = { { .at = "850/BEG02", .codes = all } };
        struct x12_options options = fixture_options();
        use_rules(rules, 1);
        const struct x12_finding *f =
            result_of(
                read_text(wrap("PO", "850", "BEG*00*99*PO-1**20251112~" LINE),
                          &options))
                ->findings;
        CHECK(f != NULL && strstr(f->sentence, codes) != NULL);
        x12_guide_free(&guide);
    }
}

/* A note that is broken since a mandatory element is missing follows from it;
 * what comes after does not. */
static void
only_the_note_follows_from_what_is_missing(void)
{
    static const struct x12_rule rules[] = { { .at = "850/REF02",
                                               .usage = 'M' } };
    struct x12_options options = fixture_options();
    struct buf out = { 0 };

    use_rules(rules, 1);
    const struct x12_finding *f =
        result_of(
            read_text(wrap("PO", "850", BEG "REF*DP~PO1*1*X*EA*1~"), &options))
            ->findings;
    for (; f != NULL; f = f->next)
        buf_addf(&out, "%s%s ", f->code, f->consequence ? "!" : "");
    CHECK_TEXT(buf_text(&out), "AK403=1 AK403=2! AK403=6 ");
    buf_free(&out);
    x12_guide_free(&guide);
}

/* Marks of a pattern's ends, and a value as long as may be. */
static void
a_pattern_may_name_its_ends(void)
{
    static const struct x12_rule rules[] = {
        { .at = "850/BEG03", .pattern = "^[A-Z]+$" },
    };
    struct x12_options options = fixture_options();

    use_rules(rules, 1);
    CHECK_TEXT(
        codes_of(read_text(wrap("PO", "850", "BEG*00*SA*ABC**20251112~" LINE),
                           &options)),
        "");
    CHECK_TEXT(
        codes_of(read_text(wrap("PO", "850", "BEG*00*SA*ABC1**20251112~" LINE),
                           &options)),
        "AK403=7 BEG03 @2");
    x12_guide_free(&guide);
}

/* As far as ISA16 it has so many bytes at most. */
static void
a_header_is_not_endless(void)
{
    /* ISA02, 04, 06, 08, 09, 10: what each may be longer. */
    static const size_t more[] = { 53, 53, 48, 48, 57, 37 };
    static const int widened[] = { 2, 4, 6, 8, 9, 10 };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t extra = 0; extra < 2; extra++) {
        struct buf text = { 0 };
        int element = 0;
        for (const char *at = ISA; *at != '\0'; at++) {
            for (size_t i = 0; *at == '*' && i < 6; i++)
                for (size_t n = more[i] + (i == 5 ? extra : 0);
                     widened[i] == element && n > 0; n--)
                    buf_addc(&text, ' ');
            element += *at == '*';
            buf_addc(&text, *at);
        }
        buf_adds(&text, "IEA*0*000000918~");
        const struct x12_file *file =
            x12_read(arena, text.text, text.size, &options);
        CHECK(file->totals.interchanges == (extra == 0 ? 1 : 0));
        CHECK((file->totals.junk > 0) == (extra > 0));
        buf_free(&text);
    }
}

/* Nor is one of its values. */
static void
a_value_of_a_header_is_not_endless(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (int size = 62; size <= 65; size++) {
        const char *text = arena_printf(
            arena,
            "ISA*00*          *00*          *ZZ*%-*s*01*123456789      *251120*"
            "0858*U*00401*000000918*0*P*>~IEA*0*000000918~",
            size, "BLUEFISH01");
        CHECK(read_text(text, &options)->totals.interchanges == (size < 64));
    }
}

/* Strays are told once for each place where they stand. */
static void
strays_after_a_set_are_told_again(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    CHECK_TEXT(codes_of(read_text(
                   ISA GROUP "REF*1~REF*2~ST*850*0001~SE*2*0001~REF*3~REF*4~"
                             "ST*850*0002~SE*2*0002~GE*2*918~IEA*1*000000918~",
                   &options)),
               "TA105=024;TA105=024");
}

/* Segments as they stand, with what the header says. */
static void
raw_segments_know_their_delimiters(void)
{
    struct x12_raw raw;

    fixture_begin();
    const char *text = wrap("PO", "850", BEG);
    x12_raw_begin(&raw, arena, text, strlen(text));
    CHECK(x12_raw_next(&raw) && raw.header && !raw.wrapped);
    CHECK(raw.delimiters.element == '*' && raw.delimiters.component == '>');
    CHECK(raw.delimiters.terminator == '~');
    char *broken = arena_alloc(arena, strlen(text) * 2);
    size_t size = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        broken[size++] = text[i];
        if (i % 40 == 39)
            broken[size++] = '\n';
    }
    x12_raw_begin(&raw, arena, broken, size);
    CHECK(x12_raw_next(&raw) && raw.header && raw.wrapped);
    CHECK(x12_raw_next(&raw) && x12_raw_is(&raw, "GS"));
    CHECK(x12_is(x12_get(&raw.segment, 3), "123456789"));
}

int
main(void)
{
    RUN(a_whole_line_is_not_told_as_broken);
    RUN(levels_are_told_by_their_elements);
    RUN(a_separator_may_be_a_control_character);
    RUN(binary_data_ends_with_all_of_the_terminator);
    RUN(an_acknowledgment_holds_what_was_found);
    RUN(a_value_is_cut_between_characters);
    RUN(a_long_name_is_cut);
    RUN(binary_data_is_no_longer_than_a_segment);
    RUN(the_largest_segment_may_come_in_pieces);
    RUN(blanks_after_the_last_segment_are_nothing);
    RUN(control_numbers_are_equal_as_numbers);
    RUN(a_false_header_is_junk_as_long_as_it_is);
    RUN(codes_are_named);
    RUN(only_the_note_follows_from_what_is_missing);
    RUN(a_pattern_may_name_its_ends);
    RUN(a_header_is_not_endless);
    RUN(a_value_of_a_header_is_not_endless);
    RUN(strays_after_a_set_are_told_again);
    RUN(raw_segments_know_their_delimiters);
    arena_free(&arena);
    return test_end();
}
