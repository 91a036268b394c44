/* SPDX-License-Identifier: Apache-2.0 */
/* What lies at the edge of the reader's rules: the longest, the last, what
 * collides, what another rule would hide. */
#include "x12/ack.h"
#include "x12_pieces.h"

static void
keep_groups(void *user, const struct x12_interchange *it)
{
    const void **groups = user;

    *groups = it->groups;
}

/* The groups' memory is gone when the interchange ends. */
static void
nothing_points_at_groups_that_are_gone(void)
{
    const void *groups = "?";
    const struct x12_handler handler = { .user = &groups,
                                         .interchange_end = keep_groups };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const char *text = wrap("PO", "850", BEG LINE);
    for (int lean = 0; lean < 2; lean++) {
        options.lean = lean == 1;
        struct x12_reader *reader = x12_reader_new(&options, &handler);
        x12_feed(reader, text, strlen(text));
        x12_end(reader, NULL);
        x12_reader_free(&reader);
        CHECK((groups == NULL) == options.lean);
    }
    x12_guide_free(&guide);
}

/* Once for each place where they stand. */
static void
strays_are_told_in_the_interchange_and_in_its_group(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const struct x12_file *file =
        read_text(ISA "REF*1~REF*2~" GROUP "REF*3~REF*4~GE*0*918~"
                      "IEA*1*000000918~",
                  &options);
    CHECK_TEXT(codes_of(file), "TA105=022;TA105=024;empty_group");
    x12_guide_free(&guide);
}

static void
show(struct buf *out, const struct x12_node *node)
{
    for (; node != NULL; node = node->next) {
        buf_adds(out, node->segment.id);
        if (node->child != NULL) {
            buf_addc(out, '(');
            show(out, node->child);
            buf_addc(out, ')');
        }
        if (node->next != NULL)
            buf_addc(out, ' ');
    }
}

/* It is told, and goes to the loop that it belongs to. */
static void
what_comes_too_late_stands_where_it_belongs(void)
{
    struct x12_options options = fixture_options();
    struct buf out = { 0 };

    fixture_begin();
    guide = load_guide("850");
    const struct x12_file *file = read_text(
        wrap("PO", "850", BEG "N1*ST*A*92*12~N3*X~CUR*BY*USD~N4*CITY~" LINE),
        &options);
    CHECK_TEXT(codes_of(file), "AK304=7 CUR @5");
    show(&out, result_of(file)->set->first);
    CHECK_TEXT(buf_text(&out), "BEG N1(N3 N4) CUR PO1");
    buf_free(&out);
    x12_guide_free(&guide);
}

/* At most 99 bytes, and whole characters. */
static void
values_are_cut_at_99_bytes(void)
{
    static const struct {
        const char *piece;
        size_t times, wanted;
    } cases[] = { { "x", 98, 98 },
                  { "x", 99, 99 },
                  { "x", 120, 99 },
                  { "\xE9", 60, 98 },
                  { "\xC3\xA9", 60, 98 },
                  { "\xE2\x82\xAC", 60, 99 },
                  { "\xF0\x9F\x98\x80", 60, 96 } };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    options.tolerance[X12_OUTSIDE_ASCII] = X12_IGNORE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf value = { 0 }, json = { 0 };
        for (size_t n = 0; n < cases[i].times; n++)
            buf_adds(&value, cases[i].piece);
        const char *text =
            wrap("PO", "850",
                 arena_printf(arena, BEG "CUR*BY*%s~" LINE, value.text));
        const struct x12_finding *finding =
            result_of(read_text(text, &options))->findings;
        CHECK(finding != NULL && finding->element == 2);
        CHECK(finding && strlen(finding->value) == cases[i].wanted);
        if (finding != NULL)
            x12_finding_json(finding, &json);
        CHECK(strstr(buf_text(&json), "\\u") == NULL);
        buf_free(&value);
        buf_free(&json);
    }
    x12_guide_free(&guide);
}

static void
an_exponent_has_digits(void)
{
    static const struct {
        const char *number;
        bool good;
    } cases[] = { { "1", true },    { "1E2", true },  { "1E-2", true },
                  { "1E", false },  { "1E-", false }, { "E2", false },
                  { "-", false },   { ".", false },   { "-1.5E2", true },
                  { "1E2E", false } };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text =
            wrap("PO", "850",
                 arena_printf(arena, BEG "PO1*1*%s*EA*1~", cases[i].number));
        CHECK_TEXT(codes_of(read_text(text, &options)),
                   cases[i].good ? "" : "AK403=6 PO102 @3");
    }
    x12_guide_free(&guide);
}

/* Every letter, the first and the last one too. */
static void
a_name_with_one_small_letter_is_in_lower_case(void)
{
    struct x12_options options = fixture_options();
    const struct x12_finding *finding;

    fixture_begin();
    guide = load_guide("850");
    for (char c = 'a'; c <= 'z'; c++) {
        const char *text =
            wrap("PO", "850", arena_printf(arena, BEG "%cQ9*1~" LINE, c));
        finding = result_of(read_text(text, &options))->findings;
        CHECK(finding && finding->tolerance == X12_LOWER_CASE_IDS);
    }
    x12_guide_free(&guide);
}

static struct x12_guide *
with_rules(const struct x12_rule *rules, size_t count)
{
    struct x12_guide *base = load_guide("850"), *theirs = NULL;

    CHECK_OK(x12_guide_overlay(&theirs, base, rules, count, found, &err), &err);
    x12_guide_free(&base);
    return theirs;
}

/* A shorter value is not matched with the end of the one before. */
static void
a_pattern_sees_its_value_only(void)
{
    static const struct x12_rule rules[] = {
        { .at = "850/BEG03", .pattern = "[A-Z]+[0-9]+" },
        { .at = "850/BEG04", .pattern = "[A-Z]+" },
    };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = with_rules(rules, 2);
    CHECK_TEXT(codes_of(read_text(wrap("PO", "850",
                                       "BEG*00*SA*ABCDEFGH123456*XY*20251112~"
                                       "PO1*1*1*EA*1~"),
                                  &options)),
               "");
    CHECK_TEXT(codes_of(read_text(wrap("PO", "850",
                                       "BEG*00*SA*ABCDEFGH*XY1*20251112~"
                                       "PO1*1*1*EA*1~"),
                                  &options)),
               "AK403=7 BEG03 @2;AK403=7 BEG04 @2");
    x12_guide_free(&guide);
}

/* The set's last loop is still open when SE comes. */
static void
the_last_loop_must_be_whole(void)
{
    static const struct x12_rule rules[] = {
        { .at = "850/CTT/AMT", .usage = 'M' },
    };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = with_rules(rules, 1);
    CHECK_TEXT(
        codes_of(read_text(wrap("PO", "850", BEG LINE "CTT*1~"), &options)),
        "AK304=3 AMT @5");
    x12_guide_free(&guide);
}

static const char *
consequences(const struct x12_file *file)
{
    struct buf out = { 0 };
    const struct x12_finding *f = result_of(file)->findings;

    for (; f != NULL; f = f->next)
        buf_addf(&out, "%s%s %s%s", out.size ? ";" : "", f->code, f->segment,
                 f->consequence ? "!" : "");
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

/* What the missing loop would have held follows from its being missing; what
 * it would not, does not. */
static void
only_what_the_loop_holds_is_its_consequence(void)
{
    static const struct x12_rule rules[] = { { .at = "850/N1", .usage = 'M' } };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = with_rules(rules, 1);
    CHECK_TEXT(consequences(read_text(wrap("PO", "850", BEG "N3*STREET~" LINE),
                                      &options)),
               "AK304=2 N3!;AK304=3 N1");
    CHECK_TEXT(consequences(read_text(
                   wrap("PO", "850", BEG "SDQ*EA*92*1*1~" LINE), &options)),
               "AK304=2 SDQ;AK304=3 N1");
    x12_guide_free(&guide);
}

static void
a_note_names_all_its_elements(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const struct x12_file *file = read_text(
        wrap("PO", "850", BEG "CUR*BY*USD*********20251112~" LINE), &options);
    const struct x12_finding *finding = result_of(file)->findings;
    CHECK_TEXT(finding ? finding->sentence : "",
               "elements 11 10 of CUR belong together: the first needs all the "
               "others");
    file = read_text(wrap("PO", "850", BEG "CUR*BY*USD********007~" LINE),
                     &options);
    finding = result_of(file)->findings;
    CHECK_TEXT(finding ? finding->sentence : "",
               "elements 10 11 12 of CUR belong together: the first needs one "
               "of the others");
    x12_guide_free(&guide);
}

/* Many marks in few places. */
static void
numbers_that_collide_are_told_apart(void)
{
    struct buf text = { 0 };
    struct x12_options options;
    int again = 0, first = 0;

    fixture_begin();
    x12_options_init(&options);
    buf_adds(&text, ISA GROUP);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 2000; i++)
            buf_addf(&text, "ST*850*X%05d~SE*2*X%05d~", i * 7, i * 7);
    buf_adds(&text, "GE*4000*918~IEA*1*000000918~");
    const struct x12_file *file =
        x12_read(arena, text.text, text.size, &options);
    for (const struct x12_result *r = result_of(file); r; r = r->next) {
        first += again == 0 && r->findings == NULL;
        again += r->findings != NULL;
    }
    CHECK(first == 2000 && again == 2000);
    buf_free(&text);
}

static void
junk_is_told_with_its_place_and_size(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const char *set = wrap("PO", "850", BEG LINE);
    const struct x12_file *file =
        read_text(arena_printf(arena, "?!%s12345%s", set, set), &options);
    const struct x12_junk *junk = file->junk;
    CHECK(junk && junk->offset == 0 && junk->size == 2);
    junk = junk ? junk->next : NULL;
    CHECK(junk && junk->offset == 2 + strlen(set) && junk->size == 5);
    CHECK(junk && junk->next == NULL);
    x12_guide_free(&guide);
}

/* Nine digits; a number of ten is none, and is answered as 0. */
static void
a_control_number_has_nine_digits(void)
{
    static const struct {
        const char *control, *code, *answer;
    } cases[] = { { "999999999", NULL, "999999999" },
                  { "1000000000", "TA105=018", "000000000" },
                  { "00000A918", "TA105=018", "000000000" } };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = arena_printf(
            arena,
            "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789   "
            "   *251120*0858*U*00401*%s*0*P*>~TA1*000000001*251120*0858*A*000~"
            "IEA*0*%s~",
            cases[i].control, cases[i].control);
        const struct x12_interchange *it =
            read_text(text, &options)->interchanges;
        bool told = false;
        for (const struct x12_finding *f = it->findings; f; f = f->next)
            told |= cases[i].code && strcmp(f->code, cases[i].code) == 0;
        CHECK(told == (cases[i].code != NULL));
        CHECK(x12_is(x12_get(x12_ack_ta1(it, arena), 1), cases[i].answer));
    }
}

/* A terminator of three bytes, of one, and of three again, behind junk. */
static void
each_interchange_has_its_own_terminator(void)
{
    struct x12_options options = fixture_options();
    struct buf text = { 0 };

    fixture_begin();
    guide = load_guide("850");
    for (int i = 0; i < 3; i++) {
        const char *set = wrap("PO", "850", BEG LINE);
        buf_adds(&text, "junk");
        for (; *set != '\0'; set++)
            if (*set == '~' && i != 1)
                buf_adds(&text, "\xE2\x80\xA6");
            else
                buf_addc(&text, *set);
    }
    options.tolerance[X12_DUPLICATE_INTERCHANGE] = X12_IGNORE;
    const struct x12_file *file =
        x12_read(arena, text.text, text.size, &options);
    CHECK(file->totals.sets == 3 && file->totals.rejected == 0);
    CHECK(file->totals.junk == 12);
    buf_free(&text);
    x12_guide_free(&guide);
}

/* Each element of a TA1 by what it should have been. */
static void
an_interchange_acknowledgment_is_told_by_element(void)
{
    static const struct {
        const char *ta1, *sentence;
    } cases[] = {
        { "000000000*251120*0858*A*000", NULL },
        { "00000000X*251120*0858*A*000",
          "found '00000000X', expected a control number of nine digits" },
        { "000000001*251320*0858*A*000",
          "found '251320', expected a date as YYMMDD" },
        { "000000001*251120*2558*A*000",
          "found '2558', expected a time as HHMM" },
        { "000000001*251120*0858*X*000", "found 'X', expected A, E or R" },
        { "000000001*251120*0858*A*0A0", "found '0A0', expected three digits" },
    };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text =
            arena_printf(arena, ISA "TA1*%s~IEA*0*000000918~", cases[i].ta1);
        const struct x12_finding *finding =
            read_text(text, &options)->interchanges->findings;
        CHECK_TEXT(finding ? finding->sentence : "",
                   cases[i].sentence ? cases[i].sentence : "");
        CHECK(cases[i].sentence == NULL || finding == NULL ||
              finding->element == i);
    }
}

/* Broken lines are no data where a release character stands, either: not even
 * between it and what it releases. */
static void
a_wrapped_file_may_release(void)
{
    const char *whole =
        "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      "
        "*251120*0858*^*00704*000000918*0*P*>~ISX*?~GS*PO*A*B*20251120*0858*"
        "918*X*007040~ST*850*0001~BEG*00*SA*PO?*1?~??**20251112~SE*3*"
        "0001~" TRAILER;
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t width = 20; width < 100; width++) {
        struct buf text = { 0 };
        for (size_t at = 0; whole[at] != '\0'; at++) {
            buf_addc(&text, whole[at]);
            if (at % width == width - 1)
                buf_addc(&text, '\n');
        }
        const struct x12_result *r =
            result_of(x12_read(arena, text.text, text.size, &options));
        CHECK(r != NULL && r->set != NULL);
        if (r != NULL && r->set != NULL)
            CHECK(x12_is(x12_get(&r->set->first->segment, 3), "PO*1~?"));
        buf_free(&text);
    }
}

int
main(void)
{
    RUN(nothing_points_at_groups_that_are_gone);
    RUN(strays_are_told_in_the_interchange_and_in_its_group);
    RUN(what_comes_too_late_stands_where_it_belongs);
    RUN(values_are_cut_at_99_bytes);
    RUN(an_exponent_has_digits);
    RUN(a_name_with_one_small_letter_is_in_lower_case);
    RUN(a_pattern_sees_its_value_only);
    RUN(the_last_loop_must_be_whole);
    RUN(only_what_the_loop_holds_is_its_consequence);
    RUN(a_note_names_all_its_elements);
    RUN(numbers_that_collide_are_told_apart);
    RUN(junk_is_told_with_its_place_and_size);
    RUN(a_control_number_has_nine_digits);
    RUN(an_interchange_acknowledgment_is_told_by_element);
    RUN(each_interchange_has_its_own_terminator);
    RUN(a_wrapped_file_may_release);
    arena_free(&arena);
    return test_end();
}
