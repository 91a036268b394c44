/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that whoever uses the reader counts on: when he is told, where
 * a finding stands, how it reads; and the edges of what is right. */
#include "x12/ack.h"
#include "x12_fixture.h"

static struct buf out;

static const struct x12_result *
result_of(const struct x12_file *file)
{
    return file->interchanges->groups->results;
}

/* The only finding of the only set. */
static const struct x12_finding *
one_of(const char *segments)
{
    struct x12_options options = fixture_options();
    const char *text = wrap("PO", "850", segments);
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    const struct x12_finding *finding = result_of(file)->findings;

    CHECK(finding == NULL || finding->next == NULL);
    return finding;
}

static const char *
code_with_date(const char *date)
{
    const struct x12_finding *finding =
        one_of(arena_printf(arena,
                            "BEG*00*SA*PO-1**20251112~DTM*002*%s~"
                            "PO1*1*1*EA*1~",
                            date));

    return finding ? finding->code : "";
}

static void
months_have_their_days(void)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    static const struct {
        const char *date, *code;
    } cases[] = {
        { "20240230", "AK403=8" }, { "20240229", "" },
        { "20230229", "AK403=8" }, { "20000229", "" },
        { "20800229", "" },        { "19000229", "AK403=8" },
        { "21000229", "AK403=8" }, { "20250001", "AK403=8" },
        { "20251301", "AK403=8" }, { "20250100", "AK403=8" },
    };

    fixture_begin();
    guide = load_guide("850");
    for (int month = 1; month <= 12; month++) {
        int last = days[month - 1];
        CHECK_TEXT(
            code_with_date(arena_printf(arena, "2025%02d%02d", month, last)),
            "");
        CHECK_TEXT(code_with_date(
                       arena_printf(arena, "2025%02d%02d", month, last + 1)),
                   "AK403=8");
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_TEXT(code_with_date(cases[i].date), cases[i].code);
    x12_guide_free(&guide);
}

static void
hours_have_their_minutes(void)
{
    static const struct {
        const char *time, *code;
    } cases[] = {
        { "0000", "" },
        { "2359", "" },
        { "2400", "AK403=9" },
        { "2360", "AK403=9" },
        { "235959", "" },
        { "235960", "AK403=9" },
        { "23595", "AK403=9" },
        { "23595999", "" },
        { "2359599", "" },
        { "0A00", "AK403=9" },
        { "2359599X", "AK403=9" },
    };

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_finding *finding =
            one_of(arena_printf(arena,
                                "BEG*00*SA*PO-1**20251112~DTM*002*20251119*%s~"
                                "PO1*1*1*EA*1~",
                                cases[i].time));
        printf("# %s\n", cases[i].time);
        CHECK_TEXT(finding ? finding->code : "", cases[i].code);
    }
    x12_guide_free(&guide);
}

/* Sentences name what was found, cut where it would get long. */
static void
sentences_are_as_they_read(void)
{
    static const struct {
        const char *segments, *sentence;
    } cases[] = {
        { "BEG*00*SA*PO-1**20251112~DTM*002*20251119*2460~PO1*1*1*EA*1~",
          "found '2460', expected a time of day" },
        { "BEG*00*SA*PO-1**20251312~PO1*1*1*EA*1~",
          "found '20251312', expected a date that exists" },
        { "BEG*00*SA*PO-1**20251112~PO1*1*4O*EA*1~",
          "found '4O', expected a number" },
        { "BEG*00*SA*PO-1**20251112~CUR*B*USD~PO1*1*1*EA*1~",
          "'B' is 1 long, expected at least 2" },
        { "BEG*00*SA*123456789012345678901234567890123456789012345**20251112~"
          "PO1*1*1*EA*1~",
          "'1234567890123456789012345678901234567890' is 45 long, expected at "
          "most 22" },
        { "BEG*00*SA*PO-1**20251112~CTT*1~", "PO1 is missing, expected in the "
                                             "set" },
        { "BEG*00*SA*PO-1**20251112~PO1*1*1~PO1*1**EA~",
          "elements 03 02 of PO1 belong together: the first needs all the "
          "others" },
        { "BEG*00*SA***20251112~PO1*1*1*EA*1~",
          "nothing found, expected: Order number" },
    };

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_finding *finding = one_of(cases[i].segments);
        CHECK_TEXT(finding ? finding->sentence : "", cases[i].sentence);
    }
    x12_guide_free(&guide);
}

static void
a_finding_of_the_set_is_in_no_loop(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const char *text = wrap("PO", "850",
                            "BEG*00*SA*PO-1**20251112~PO1*1*1*EA*1~PID*FF****A~"
                            "SE*9*0001~ST*850*0002~");
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    const struct x12_finding *f = result_of(file)->findings;
    CHECK_TEXT(f->code, "AK403=5");
    CHECK_TEXT(f->loop, "PO1/PID");
    buf_clear(&out);
    x12_finding_json(f, &out);
    CHECK(strstr(buf_text(&out), "\"loop\":\"PO1/PID\"") != NULL);
    CHECK_TEXT(f->next->code, "AK502=4");
    CHECK_TEXT(f->next->loop, "");
    text = wrap("PO", "850",
                "BEG*00*SA*PO-1**20251112~PO1*1*1*EA*1~PID*F****A*****9~");
    file = x12_read(arena, text, strlen(text), &options);
    CHECK_TEXT(result_of(file)->findings->code, "AK403=3");
    CHECK_TEXT(result_of(file)->findings->loop, "PO1/PID");
    x12_guide_free(&guide);
}

/* Bytes that are no UTF-8 are shown as the characters of ISO 8859-1, what
 * commands terminals as a dot. */
static void
values_are_printable_as_utf8(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const char *text =
        wrap("PO", "850",
             "BEG*99\\\"\xFF\xC3\xA9\x85*SA*PO-1**20251112~PO1*1*1*EA*1~");
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    buf_clear(&out);
    x12_finding_json(result_of(file)->findings, &out);
    CHECK(strstr(buf_text(&out), "\"value\":\"99\\\\\\\"\xC3\xBF\xC3\xA9.\"") !=
          NULL);
    x12_guide_free(&guide);
}

static void
count_set(void *user, const struct x12_result *result)
{
    (void)result;
    ++*(int *)user;
}

static void
a_set_is_told_when_it_is_whole(void)
{
    static const char marks[] = "~\x85";

    for (size_t i = 0; i < 2; i++) {
        int count = 0;
        const struct x12_handler handler = { .user = &count, .set = count_set };
        struct x12_options options;
        fixture_begin();
        char *text =
            arena_strdup(arena, wrap("PO", "850", "BEG*00*SA*PO-1**20251112~"));
        for (char *at = text; *at != '\0'; at++)
            *at = *at == '~' ? marks[i] : *at;
        x12_options_init(&options);
        struct x12_reader *reader = x12_reader_new(&options, &handler);
        const char *end = strstr(text, "GE*1");
        x12_feed(reader, text, (size_t)(end - text));
        CHECK(count == 1);
        x12_reader_free(&reader);
    }
}

static void
a_name_that_is_none_has_no_id(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    const char *text = wrap("PO", "850", "C?R*1~ABCD*2~A*3~cur*4~");
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    const struct x12_node *node = result_of(file)->set->first;
    for (int i = 0; i < 3; i++, node = node->next)
        CHECK_TEXT(node->segment.id, "???");
    CHECK_TEXT(node->segment.id, "CUR");
}

static void
other_alphabets_are_named(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *name;
    } cases[] = {
        { "I\0S\0A\0*\0", 8, "UTF-16" },
        { "\0I\0S\0A\0*", 8, "UTF-16" },
        { "\xFF\xFEI\0S\0", 6, "UTF-16" },
        { "\xFE\xFF\0I\0S", 6, "UTF-16" },
        { "\xC9\xE2\xC1\x5C\xF0\xF0", 6, "EBCDIC" },
    };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_file *file =
            x12_read(arena, cases[i].bytes, cases[i].size, &options);
        CHECK(file->findings != NULL && file->findings->next == NULL);
        CHECK(strstr(file->findings->sentence, cases[i].name) != NULL);
        CHECK(file->totals.junk == cases[i].size);
    }
}

/* Some of their bytes are only junk. */
static void
junk_is_no_other_alphabet(void)
{
    static const char *const junk[] = { "\xC9",         "\xC9\xE2",
                                        "\xC9\xE2\xC0", "\xC9\xE3\xC1",
                                        "\xC8\xE2\xC1", "\xFF",
                                        "\xFE",         "\xEF\xBB" };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        const struct x12_file *file = read_text(
            arena_printf(arena, "%s%s", junk[i],
                         wrap("PO", "850", "BEG*00*SA*PO-1**20251112~")),
            &options);
        printf("# %zu\n", i);
        CHECK(file->totals.interchanges == 1);
        CHECK(file->totals.junk == strlen(junk[i]));
    }
}

/* A byte that is nothing stands before the header. */
static void
a_nul_before_a_header_is_junk(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    const char *sound = wrap("PO", "850", "BEG*00*SA*PO-1**20251112~");
    char *text = arena_alloc(arena, strlen(sound) + 2);
    memcpy(text + 1, sound, strlen(sound));
    const struct x12_file *file =
        x12_read(arena, text, strlen(sound) + 1, &options);
    CHECK(file->totals.interchanges == 1);
}

/* AK902 of a group that says no number is 0; AK203 is cut at 35. */
static void
acknowledgments_hold_what_fits(void)
{
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    const char *text = arena_printf(
        arena, ISA "GS*\tPO\t*A*B*20251120*0858*918*X*005010~ST*850*0001*"
                   "12345678901234567890123456789012345X~SE*9*0001~GE*X*918~"
                   "IEA*1*000000918~");
    const struct x12_group *group =
        read_text(text, &options)->interchanges->groups;
    CHECK_TEXT(group->functional_id, "PO"); /* without its blanks */
    const struct x12_node *n = x12_ack_999(group, false, arena)->first;
    bool ak2 = false, ik5 = false, ak9 = false;
    for (; n != NULL; n = x12_following(n)) {
        if (strcmp(n->segment.id, "AK2") == 0)
            ak2 = x12_is(x12_get(&n->segment, 3),
                         "12345678901234567890123456789012345");
        if (strcmp(n->segment.id, "IK5") == 0)
            ik5 = x12_is(x12_get(&n->segment, 2), "4");
        if (strcmp(n->segment.id, "AK9") == 0)
            ak9 = x12_is(x12_get(&n->segment, 2), "0");
    }
    CHECK(ak2 && ik5 && ak9);
}

static void
keep_first(void *user, const struct x12_interchange *it)
{
    struct x12_element value = x12_get(&it->ta1s[0], 1);

    buf_add(user, value.text, value.size);
}

/* The caller's bytes may be gone when a TA1 is told. */
static void
a_ta1_is_kept(void)
{
    const struct x12_handler handler = { .user = &out,
                                         .interchange_end = keep_first };
    struct x12_options options;
    char chunk[16];

    fixture_begin();
    x12_options_init(&options);
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    const char *text = ISA "TA1*000000001*251120*0858*A*000~"
                           "TA1*000000002*251120*0858*A*000~"
                           "TA1*000000003*251120*0858*A*000~IEA*0*000000918~";
    buf_clear(&out);
    for (size_t at = 0, size = strlen(text); at < size; at += sizeof chunk) {
        size_t piece = size - at < sizeof chunk ? size - at : sizeof chunk;
        memcpy(chunk, text + at, piece);
        x12_feed(reader, chunk, piece);
        memset(chunk, '#', sizeof chunk);
    }
    x12_end(reader, NULL);
    x12_reader_free(&reader);
    CHECK_TEXT(buf_text(&out), "000000001");
}

/* So many numbers without an order that no runs come of them. */
static void
numbers_in_any_order_are_remembered(void)
{
    struct buf text = { 0 };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    buf_adds(&text, ISA "GS*PO*A*B*20251120*0858*918*X*004010~");
    for (int i = 0; i < 300; i++)
        buf_addf(&text, "ST*850*%s%04d~SE*2*%s%04d~", i % 3 ? "" : "A",
                 9000 - i * 7, i % 3 ? "" : "A", 9000 - i * 7);
    buf_adds(&text, "ST*850*A9000~SE*2*A9000~ST*850*8300~SE*2*8300~"
                    "ST*850*6907~SE*2*6907~ST*850*06907~SE*2*06907~"
                    "GE*304*918~IEA*1*000000918~");
    const struct x12_file *file =
        x12_read(arena, text.text, text.size, &options);
    int again = 0, number = 0;
    for (const struct x12_result *r = result_of(file); r; r = r->next) {
        CHECK(r->findings == NULL || number >= 300);
        again += r->findings != NULL;
        number++;
    }
    CHECK(number == 304 && again == 3);
    buf_free(&text);
}

static void
an_element_too_many_has_no_number(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const char *text = wrap(
        "PO", "850", "BEG*00*SA*PO-1**20251112~PO1*1*1*EA*1~PID*F****A*****9~");
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    const struct x12_node *n =
        x12_ack_997(file->interchanges->groups, false, arena)->first;
    while (strcmp(n->segment.id, "AK4") != 0)
        n = x12_following(n);
    CHECK(x12_is(x12_get(&n->segment, 1), "10"));
    CHECK(x12_is(x12_get(&n->segment, 2), ""));
    CHECK(x12_is(x12_get(&n->segment, 3), "3"));
    x12_guide_free(&guide);
}

/* What is released counts twice in the file. */
static void
a_place_behind_a_release_is_right(void)
{
    const char *text = arena_printf(
        arena,
        "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      "
        "*251120*0858*^*00704*000000918*0*P*>~ISX*?~"
        "GS*PO*A*B*20251120*0858*1*X*007040~ST*850*0001~"
        "N1*ST*A?*B??C*@\x07~N1*ST*AB*@\x07~SE*4*0001~GE*1*1~"
        "IEA*1*000000918~");
    struct x12_options options;

    x12_options_init(&options);
    const struct x12_file *file = x12_read(arena, text, strlen(text), &options);
    const struct x12_finding *f = result_of(file)->findings;
    CHECK_TEXT(f->code, "AK403=6");
    CHECK(f->element == 3);
    CHECK(text + f->offset == strstr(text, "@\x07~"));
    CHECK(text + f->next->offset == strstr(text + f->offset + 1, "@\x07~"));
}

static void
who_wants_a_999_gets_one_since_005010(void)
{
    static const struct {
        const char *version, *id;
    } cases[] = { { "004010", "997" },
                  { "005010", "999" },
                  { "005010X231", "999" },
                  { "006020", "999" } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct x12_group group = { .functional_id = "PO",
                                         .control = "1",
                                         .version = cases[i].version,
                                         .verdict = X12_ACCEPTED };
        fixture_begin();
        CHECK_TEXT(x12_ack_group(&group, true, false, arena)->id, cases[i].id);
        CHECK_TEXT(x12_ack_group(&group, false, false, arena)->id, "997");
    }
}

int
main(void)
{
    RUN(months_have_their_days);
    RUN(hours_have_their_minutes);
    RUN(sentences_are_as_they_read);
    RUN(a_finding_of_the_set_is_in_no_loop);
    RUN(values_are_printable_as_utf8);
    RUN(a_set_is_told_when_it_is_whole);
    RUN(a_name_that_is_none_has_no_id);
    RUN(other_alphabets_are_named);
    RUN(junk_is_no_other_alphabet);
    RUN(a_nul_before_a_header_is_junk);
    RUN(acknowledgments_hold_what_fits);
    RUN(a_ta1_is_kept);
    RUN(numbers_in_any_order_are_remembered);
    RUN(an_element_too_many_has_no_number);
    RUN(a_place_behind_a_release_is_right);
    RUN(who_wants_a_999_gets_one_since_005010);
    buf_free(&out);
    arena_free(&arena);
    return test_end();
}
