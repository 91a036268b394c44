/* SPDX-License-Identifier: Apache-2.0 */
/* What is new in 005010 and later: repetitions, 999, own patterns. */
#include "x12/ack.h"
#include "x12/write.h"
#include "x12_fixture.h"

#define ISA_5010                                                            \
    "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      " \
    "*251120*0858*^*00501*000000918*0*P*>~"

static struct x12_guide *
load_5010(const char *set)
{
    struct x12_sources sources = x12_sources_in(edi);
    struct x12_guide *out = NULL;

    CHECK_OK(x12_guide_load(&out, &sources, "005010", set, found, &err), &err);
    return out;
}

static const char *
wrap_5010(const char *group, const char *set, const char *segments)
{
    int count = 2;

    for (const char *at = segments; *at != '\0'; at++)
        count += *at == '~';
    return arena_printf(arena,
                        ISA_5010
                        "GS*%s*BLUEFISH01*123456789*20251120*0858*918*X*"
                        "005010~ST*%s*0001~%sSE*%d*0001~GE*1*918~"
                        "IEA*1*000000918~",
                        group, set, segments, count);
}

static void
reads_repetitions(void)
{
    static const struct {
        const char *ctx, *codes;
    } cases[] = {
        { "CTX*A>1^B>2^C", "" },
        { "CTX*A>1^B>2>3", "AK403=13 CTX01-3 @5" },
        { "CTX*A>1^>2", "AK403=1 CTX01-1 @5" },
        { "CTX*A>1^>", "AK403=1 CTX01-1 @5" },
        { "CTX*1^2^3^4^5^6^7^8^9^10^11^12", "AK403=12 CTX01 @5" },
        { "CTX*A*N1^N2", "AK403=12 CTX02 @5" },
    };

    fixture_begin();
    guide = load_5010("999");
    struct x12_options options = fixture_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *segments =
            arena_printf(arena,
                         "AK1*PO*1*005010~AK2*850*0001~IK3*N1*3**8~%s~"
                         "IK5*R~AK9*R*1*1*0~",
                         cases[i].ctx);
        const struct x12_file *file =
            read_text(wrap_5010("FA", "999", segments), &options);
        CHECK_TEXT(codes_of(file), cases[i].codes);
    }
    const char *last = "AK1*PO*1~AK2*850*0001~IK3*N1*3**8~"
                       "CTX*A^B^C^D^E^F^G^H^I^J^K~IK5*R~AK9*R*1*1*0~";
    const struct x12_file *file =
        read_text(wrap_5010("FA", "999", last), &options);
    const struct x12_finding *finding =
        file->interchanges->groups->results->findings;
    CHECK(finding->repetition == 11);
    CHECK_TEXT(finding->value, "K");
    x12_guide_free(&guide);
}

static void
answers_with_999(void)
{
    struct x12_acked_group said;
    struct buf out = { 0 };

    fixture_begin();
    guide = load_5010("850");
    struct x12_options options = fixture_options();
    const struct x12_file *file = read_text(
        wrap_5010("PO", "850",
                  "BEG*00*SA*1**20251120~REF*DP*1^2~ZZZ*1~PO1**1*EA*X~"),
        &options);
    const struct x12_group *group = file->interchanges->groups;
    struct x12_set *set = x12_ack_999(group, false, arena);
    set->control = "0001";
    const struct x12_set *sets[] = { set };
    struct x12_out_group to = { .functional_id = "FA",
                                .version = "005010",
                                .control = 1,
                                .sets = sets,
                                .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                     .sender = "US",
                                     .receiver_qualifier = "ZZ",
                                     .receiver = "THEM",
                                     .date = "20251120",
                                     .time = "0900",
                                     .control = 1,
                                     .usage = 'P',
                                     .groups = &to,
                                     .group_count = 1 };
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    CHECK(strstr(buf_text(&out),
                 "AK1*PO*918*005010~AK2*850*0001~IK3*REF*3**8~"
                 "IK4*2>>2*127*12*2~IK3*ZZZ*4**1~IK3*PO1*5*PO1*8~"
                 "IK4*4*212*6*X~IK5*R*5~AK9*R*1*1*0~") != NULL);
    x12_guide_free(&guide);
    guide = load_5010("999");
    file = read_text(buf_text(&out), &options);
    CHECK_TEXT(codes_of(file), "");
    CHECK_OK(x12_ack_read(file->interchanges->groups->results->set, arena,
                          &said, &err),
             &err);
    CHECK_TEXT(said.control, "918");
    CHECK(said.sets->verdict == 'R' && said.verdict == 'R');
    CHECK_TEXT(said.sets->errors,
               "segment 3 (REF), REF02: IK403=12, the element is repeated too "
               "often; segment 4 (ZZZ): IK304=1, the segment's name is "
               "unknown; segment 5 (PO1), PO104: IK403=6, the value holds a "
               "wrong character; IK502=5, segments are in error");
    buf_free(&out);
    x12_guide_free(&guide);
}

static void
partners_add_patterns_and_segments(void)
{
    static const char *const elements[] = { "AN 1 5 M", "N0 1 3", NULL };
    static const struct x12_rule rules[] = {
        { .at = "850/PO1/PO107", .pattern = "[0-9]{4}|X+" },
        { .at = "850/PO1/PID",
          .segment = "ZA1",
          .elements = elements,
          .max = 2 },
        { .at = "850/PO1/PO1", .segment = "ZB", .elements = elements },
        { .at = "850/PO1/ZA102", .usage = 'M' },
        { .at = "850/BEG", .segment = "MTX" },
        { .at = "850/REF", .usage = 'N' },
    };
    static const struct {
        const char *segments, *codes;
    } cases[] = {
        { "PO1**1*EA*1**BP*1234~ZB*A~PID*F****X~ZA1*B*7~ZA1*B*8~", "" },
        { "PO1**1*EA*1**BP*XX~", "" },
        { "PO1**1*EA*1**BP*123~", "AK403=7 PO107 @3" },
        { "PO1**1*EA*1**BP*1234~ZA1*B*1~ZA1*B*1~ZA1*C*1~", "AK304=5 ZA1 @6" },
        { "PO1**1*EA*1**BP*1234~ZB**1~", "AK403=1 ZB01 @4" },
        { "MTX**A*B~PO1**1*EA*1**BP*1234~", "" },
        { "REF*DP*1~PO1**1*EA*1**BP*1234~", "AK304=2 REF @3" },
    };
    static const struct x12_rule wrong[] = {
        { .at = "850/BEG03", .pattern = "(" },
        { .at = "850/BEG", .segment = "ZZZZ", .elements = elements },
        { .at = "850/BEG", .segment = "ZZ9" },
        { .at = "850/N1[01=ST]", .segment = "ZZ9", .elements = elements },
    };
    struct x12_guide *base, *again = NULL;

    fixture_begin();
    base = load_guide("850");
    CHECK_OK(x12_guide_overlay(&again, base, rules,
                               sizeof rules / sizeof *rules, found, &err),
             &err);
    CHECK_OK(x12_guide_overlay(&guide, again, NULL, 0, found, &err), &err);
    x12_guide_free(&again);
    struct x12_options options = fixture_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text =
            arena_printf(arena, "BEG*00*SA*1**20251120~%s", cases[i].segments);
        CHECK_TEXT(codes_of(read_text(wrap("PO", "850", text), &options)),
                   cases[i].codes);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        found = problems_new(arena);
        CHECK(!x12_guide_overlay(&again, base, &wrong[i], 1, found, &err));
        err_clear(&err);
    }
    x12_guide_free(&guide);
    x12_guide_free(&base);
}

static void
count_group(void *user, const struct x12_group *group)
{
    CHECK_TEXT(group->version, "005010");
    ++*(int *)user;
}

/* Who reads a stream is told of each group when it begins. */
static void
groups_are_told_when_they_begin(void)
{
    int count = 0;
    const struct x12_handler handler = { .user = &count,
                                         .group_begin = count_group };
    struct x12_options options;

    fixture_begin();
    x12_options_init(&options);
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    const char *text = ISA_5010 "GS*PO*A*B*20251120*0858*1*X*005010~";
    x12_feed(reader, text, strlen(text));
    CHECK(count == 1);
    x12_reader_free(&reader);
}

int
main(void)
{
    RUN(reads_repetitions);
    RUN(groups_are_told_when_they_begin);
    RUN(answers_with_999);
    RUN(partners_add_patterns_and_segments);
    arena_free(&arena);
    return test_end();
}
