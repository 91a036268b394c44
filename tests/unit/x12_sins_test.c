/* SPDX-License-Identifier: Apache-2.0 */
/* Each tolerated sin, by a case of tests/x12: rejected, warned of, ignored. */
#include "base/durable.h"
#include "x12_fixture.h"

static const struct {
    const char *file;
    enum x12_tolerance sin;
    const char *code;      /* when rejected; NULL = it is no sin there */
    const char *from, *to; /* what is changed in the file, of the same line */
} cases[] = {
    { "valid/trailing_separators", X12_TRAILING_SEPARATORS, "AK403=3", NULL,
      NULL },
    { "valid/isa_trimmed", X12_ISA_TRIMMED, "TA105=022", NULL, NULL },
    { "valid/isa_extra_space", X12_ISA_LENGTH, "TA105=022", NULL, NULL },
    { "valid/wrap80_crlf", X12_WRAPPED, "TA105=022", NULL, NULL },
    { "valid/wrap78_lf", X12_WRAPPED, "TA105=022", NULL, NULL },
    { "valid/bom", X12_BOM, "TA105=022", NULL, NULL },
    { "valid/no_final_terminator", X12_NO_FINAL_TERMINATOR, "TA105=022", NULL,
      NULL },
    { "valid/spaces_before_segments", X12_INDENT, "TA105=022", NULL, NULL },
    { "invalid/lowercase_ids", X12_LOWER_CASE_IDS, "AK304=1", NULL, NULL },
    { "valid/empty_segment", X12_EMPTY_SEGMENT, "TA105=022", NULL, NULL },
    { "valid/terminator_utf8_ellipsis", X12_TERMINATOR_MULTIBYTE, "TA105=004",
      NULL, NULL },
    { "valid/latin1_name", X12_OUTSIDE_ASCII, "AK403=6", NULL, NULL },
    { "valid/terminator_0x85", X12_OUTSIDE_ASCII, NULL, NULL, NULL },
    { "valid/sample_850", X12_OUTSIDE_BASIC, "AK403=6", NULL, NULL },
    { "valid/hl_empty_parent", X12_HL_PARENT_MISSING, "AK403=1", NULL, NULL },
    { "valid/empty_group", X12_EMPTY_GROUP, "AK905=5", NULL, NULL },
    { "invalid/se_count_wrong", X12_COUNT_MISMATCH, "AK502=4", NULL, NULL },
    { "invalid/ge_count_wrong", X12_COUNT_MISMATCH, "AK905=5", NULL, NULL },
    { "invalid/iea_count_wrong", X12_COUNT_MISMATCH, "TA105=021", NULL, NULL },
    { "invalid/se_ctl_wrong", X12_CONTROL_MISMATCH, "AK502=3", NULL, NULL },
    { "invalid/ge_ctl_wrong", X12_CONTROL_MISMATCH, "AK905=4", NULL, NULL },
    { "invalid/iea_ctl_wrong", X12_CONTROL_MISMATCH, "TA105=001", NULL, NULL },
    { "invalid/dup_st02", X12_DUPLICATE_SET, "AK502=23", NULL, NULL },
    { "invalid/garbage_between", X12_DUPLICATE_INTERCHANGE, "TA105=025", NULL,
      NULL },
    { "invalid/apimeister_999", X12_NO_GUIDE, "AK502=1", NULL, NULL },
    { "valid/sample_850", X12_DUPLICATE_GROUP, "AK905=6", "IEA*1*",
      "GS*PO*BLUEFISH01*123456789*20251120*0858*918*X*004010~GE*0*918~IEA*2*" },
    { "valid/sample_850", X12_DUPLICATE_GROUP_IN_FILE, "AK905=6", "*000000918~",
      "*000000918~ISA*00*          *00*          *ZZ*BLUEFISH01     *01*"
      "123456789      *251120*0858*U*00401*000000919*0*P*>~GS*PO*BLUEFISH01*"
      "123456789*20251120*0858*918*X*004010~GE*0*918~IEA*1*000000919~" },
    { "valid/sample_850", X12_UNKNOWN_SEGMENT, "AK304=1", "CUR*BY", "ZZ9*BY" },
    { "valid/sample_850", X12_BLANK_VALUE, "AK403=6", "REF*DP*042",
      "REF*DP* " },
    { "valid/sample_850", X12_BLANK_MANDATORY, "AK403=6", "*PO-106233*",
      "*   *" },
    { "valid/sample_850", X12_CODE_NOT_IN_LIST, "AK403=7", "BEG*00", "BEG*QQ" },
    { "valid/sample_850", X12_TOO_MANY_ELEMENTS, "AK403=3", "L PKWY~",
      "L PKWY*B*C~" },
    { "valid/sample_850", X12_JUNK, "", "000000918~\n", "000000918~\njunk" },
};

static struct x12_guide *guides[2]; /* 850, 856 */

static const struct x12_guide *
guide_of(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    (void)group;
    return strcmp(set, "850") == 0   ? guides[0]
           : strcmp(set, "856") == 0 ? guides[1]
                                     : NULL;
}

struct tally {
    int sins, rejects; /* findings of the sin, and of those that reject */
    const char *code;  /* of the first of them */
};

static void
count(struct tally *tally, enum x12_tolerance sin, const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        if (f->tolerance != sin)
            continue;
        if (tally->sins++ == 0)
            tally->code = f->code;
        tally->rejects += f->severity == X12_REJECT;
    }
}

static void
change(size_t i, struct buf *input)
{
    const char *from = cases[i].from;
    char *at = from ? strstr(input->text, from) : NULL;
    struct buf changed = { 0 };

    CHECK((at != NULL) == (from != NULL));
    if (at == NULL)
        return;
    buf_add(&changed, input->text, (size_t)(at - input->text));
    buf_adds(&changed, cases[i].to);
    buf_adds(&changed, at + strlen(from));
    buf_free(input);
    *input = changed;
}

static struct tally
read_case(size_t i, enum x12_severity severity)
{
    struct buf input = { 0 };
    struct tally tally = { .code = "" };
    struct x12_options options;
    const char *path =
        arena_printf(arena, "%s/../tests/x12/%s/input.edi", edi, cases[i].file);

    x12_options_init(&options);
    options.guide_for = guide_of;
    options.tolerance[cases[i].sin] = (unsigned char)severity;
    CHECK_OK(file_read(path, 1 << 20, &input, &err), &err);
    change(i, &input);
    const struct x12_file *file =
        x12_read(arena, input.text, input.size, &options);
    buf_free(&input);
    count(&tally, cases[i].sin, file->findings);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        count(&tally, cases[i].sin, it->findings);
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            count(&tally, cases[i].sin, g->findings);
            for (const struct x12_result *r = g->results; r; r = r->next)
                count(&tally, cases[i].sin, r->findings);
            if (severity != X12_REJECT && g->results != NULL &&
                it->verdict != X12_REJECTED)
                CHECK(x12_usable(g->results));
        }
    }
    return tally;
}

static void
partners_choose(void)
{
    fixture_begin();
    guides[0] = load_guide("850");
    guides[1] = load_guide("856");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        printf("# %s\n", cases[i].file);
        struct tally tally = read_case(i, X12_IGNORE);
        CHECK(tally.sins == 0);
        tally = read_case(i, X12_WARN);
        CHECK((tally.sins > 0) == (cases[i].code != NULL));
        CHECK(tally.rejects == 0);
        tally = read_case(i, X12_REJECT);
        CHECK(tally.sins == tally.rejects);
        CHECK_TEXT(tally.code, cases[i].code ? cases[i].code : "");
    }
    x12_guide_free(&guides[0]);
    x12_guide_free(&guides[1]);
}

static void
each_name_has_a_case(void)
{
    for (int sin = 0; sin < X12_TOLERANCES; sin++) {
        size_t seen = 0;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            seen += (int)cases[i].sin == sin;
        printf("# %s\n", x12_tolerance_name((enum x12_tolerance)sin));
        CHECK(seen > 0);
    }
}

static void
names_are_known(void)
{
    enum x12_tolerance sin;

    for (int i = 0; i < X12_TOLERANCES; i++) {
        const char *name = x12_tolerance_name((enum x12_tolerance)i);
        CHECK(x12_tolerance_by_name(name, &sin) && (int)sin == i);
    }
    CHECK(x12_tolerance_by_name("isa_unpadded", &sin));
    CHECK(sin == X12_ISA_TRIMMED);
    CHECK(x12_tolerance_name(X12_TOLERANCES) == NULL);
}

#define BEG  "BEG*00*SA*PO-1**20251112~"
#define LINE "PO1*1*1*EA*1~"

/* Of each printable character whether it is in the basic set. */
static void
the_basic_set_is_what_it_is(void)
{
    static const char basic[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
                                "!\"&'()+,-./:;?=";
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    options.tolerance[X12_OUTSIDE_BASIC] = X12_REJECT;
    for (char c = ' '; c < 0x7F; c++) {
        if (c == '*' || c == '~')
            continue;
        const char *text = wrap(
            "PO", "850", arena_printf(arena, BEG "REF*DP*A%c%cB~" LINE, c, c));
        const struct x12_finding *f =
            read_text(text, &options)->interchanges->groups->results->findings;
        bool told = f != NULL && f->tolerance == X12_OUTSIDE_BASIC;
        CHECK(told == (c != '>' && strchr(basic, c) == NULL));
        CHECK(!told || (f->element == 2 && f->next == NULL));
    }
    x12_guide_free(&guide);
}

/* The first byte as well as the last; each by its own rule. */
static void
bytes_that_are_no_characters_are_told(void)
{
    static const struct {
        const char *value, *found;
    } texts[] = { { "\x01"
                    "AB",
                    "AK403=6 REF02 @3" },
                  { "AB\x1F", "AK403=6 REF02 @3" },
                  { "A\x7F"
                    "B",
                    "AK403=6 REF02 @3" },
                  { "\x80"
                    "AB",
                    "charset_extended REF02 @3" },
                  { "AB\xFF", "charset_extended REF02 @3" } };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK_TEXT(
            codes_of(read_text(wrap("PO", "850",
                                    arena_printf(arena, BEG "REF*DP*%s~" LINE,
                                                 texts[i].value)),
                               &options)),
            texts[i].found);
    x12_guide_free(&guide);
}

int
main(void)
{
    RUN(partners_choose);
    RUN(each_name_has_a_case);
    RUN(names_are_known);
    RUN(the_basic_set_is_what_it_is);
    RUN(bytes_that_are_no_characters_are_told);
    arena_free(&arena);
    return test_end();
}
