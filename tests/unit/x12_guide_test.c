/* SPDX-License-Identifier: Apache-2.0 */
#include "x12_fixture.h"

/* A small set of texts for guides that are wrong. */
static const char *elements, *segments, *codes, *text;

static bool
find(void *user, const char *name, struct arena *to, const char **path,
     const char **content)
{
    (void)user;
    *path = arena_strdup(to, name);
    *content = strstr(name, "elements")   ? elements
               : strstr(name, "segments") ? segments
               : strstr(name, "codes")    ? codes
                                          : text;
    return *content != NULL;
}

static void
sound_texts(void)
{
    elements = "1 AN 1 5 \"One\"\n2 ID 2 2\n3 N2 1 9\n";
    segments = "AAA \"First\" 1! 2\nBBB 3 | P0101\nCCC (1 2)x3\n";
    codes = "2 all XX \"x\" YY\n";
    text = "set 900 ZZ \"Test\"\n  AAA M 1\n  BBB O >1 loop\n    CCC O 2\n";
    segments = "AAA \"First\" 1! 2\nBBB 3\nCCC (1 2)x3 | P0102\n";
}

static bool
load_texts(struct x12_guide **out)
{
    struct x12_sources sources = { .find = find };

    *out = NULL;
    return x12_guide_load(out, &sources, "004010", "900", found, &err);
}

static void
loads_what_is_shipped(void)
{
    static const char *const sets[] = { "810", "820", "850", "856", "997" };
    static const char *const groups[] = { "IN", "RA", "PO", "SH", "FA" };

    for (size_t i = 0; i < 5; i++) {
        fixture_begin();
        guide = load_guide(sets[i]);
        CHECK_TEXT(x12_guide_set(guide), sets[i]);
        CHECK_TEXT(x12_guide_group(guide), groups[i]);
        CHECK_TEXT(x12_guide_version(guide), "004010");
        x12_guide_free(&guide);
    }
}

static void
finds_places(void)
{
    struct x12_place place;

    fixture_begin();
    guide = load_guide("850");
    CHECK(x12_guide_find(guide, "850/BEG02", &place));
    CHECK(place.number == 92 && place.usage == 'M' && place.type == 'I');
    CHECK(x12_guide_find(guide, "PO1/PO104", &place));
    CHECK(place.number == 212 && place.type == 'R' && place.max_length == 17);
    CHECK(x12_guide_find(guide, "850/PO1/N1", &place));
    CHECK(place.loop && place.max == 200 && place.element == 0);
    CHECK(x12_guide_find(guide, "SCH01", &place)); /* deep in PO1 */
    CHECK(x12_guide_find(guide, "REF04-2", &place));
    CHECK(place.number == 127 && place.usage == 'M');
    CHECK(!x12_guide_find(guide, "850/BEG99", &place));
    CHECK(!x12_guide_find(guide, "850/ZZZ", &place));
    CHECK(!x12_guide_find(guide, "", &place));
    CHECK(x12_guide_element(guide, "BEG", 5, 0, &place));
    CHECK_TEXT(place.name, "Date");
    CHECK_TEXT(
        x12_guide_code(guide, "BEG", 2, 0, (struct x12_element){ "SA", 2 }),
        "Stand-alone");
    CHECK(x12_guide_code(guide, "BEG", 2, 0, (struct x12_element){ "??", 2 }) ==
          NULL);
    x12_guide_free(&guide);
}

static void
says_where_a_text_is_wrong(void)
{
    static const struct {
        const char **which;
        const char *wrong, *at;
    } cases[] = {
        { &elements, "1 AN 5 1\n", "x12/004010/elements:1" },
        { &elements, "1 AN 1 5\n2 QQ 1 1\n", "x12/004010/elements:2" },
        { &segments, "AAA 1\n\nBBB 77\nCCC 1\n", "x12/004010/segments:3" },
        { &segments, "AAA 1 | P0199\nBBB 1\nCCC 1", "x12/004010/segments:1" },
        { &segments, "AAA (1 2\nBBB 1\nCCC 1", "x12/004010/segments:1" },
        { &codes, "99 all A\n", "x12/004010/codes:1" },
        { &codes, "2 perhaps XX\n", "x12/004010/codes:1" },
        { &text, "set 900 ZZ\n  DDD M 1\n", "x12/004010/900.guide:2" },
        { &text, "set 900 ZZ\n  AAA M many\n", "x12/004010/900.guide:2" },
        { &text, "set 900 ZZ\n  AAA M 1\n    BBB M 1\n",
          "x12/004010/900.guide:3" },
        { &text, "set 901 ZZ\n  AAA M 1\n", "x12/004010/900.guide:1" },
        { &text, "set 900 ZZ\n  AAA M 1\nlevels S\n",
          "x12/004010/900.guide:3" },
        { &text, "set 900 ZZ\n  AAA M 1\ncodes AAA77 X\n",
          "x12/004010/900.guide:3" },
        { &text, NULL, "x12/004010/900.guide" },
    };
    struct x12_guide *out;

    fixture_begin();
    sound_texts();
    CHECK_OK(load_texts(&out), &err);
    x12_guide_free(&out);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_begin();
        sound_texts();
        *cases[i].which = cases[i].wrong;
        CHECK(!load_texts(&out) && out == NULL);
        CHECK(err.kind == ERR_CONFIG);
        CHECK_TEXT(problems_first(found)->at, cases[i].at);
    }
}

static const struct x12_file *
read_order(const char *segments_of_set)
{
    struct x12_options options = fixture_options();

    return read_text(wrap("PO", "850", segments_of_set), &options);
}

static struct x12_guide *
overlay(const struct x12_rule *rules, size_t count)
{
    struct x12_guide *base = load_guide("850"), *theirs = NULL;

    CHECK_OK(x12_guide_overlay(&theirs, base, rules, count, found, &err), &err);
    x12_guide_free(&base); /* the overlay stands alone */
    return theirs;
}

static void
overlays_change_what_is_asked(void)
{
    static const char *const kinds[] = { "SA", "NE", NULL };
    static const char *const more[] = { "99", NULL };
    static const struct x12_rule rules[] = {
        { .at = "850/BEG02", .codes = kinds },
        { .at = "850/BEG01", .codes_add = more },
        { .at = "850/N1[01=ST]", .usage = 'M', .max = 1 },
        { .at = "850/N1[01=ST]/N4", .usage = 'M' },
        { .at = "850/PO1/PO104", .usage = 'M' },
        { .at = "850/CTT", .usage = 'M' },
        { .at = "850/CTT/CTT02", .usage = 'N' },
        { .at = "850/PO1/PO107", .min_length = 5, .max_length = 5 },
    };

    fixture_begin();
    guide = overlay(rules, sizeof rules / sizeof *rules);
    CHECK_TEXT(
        codes_of(read_order("BEG*99*SA*1**20251112~N1*BY*A~N1*ST*B~N4*XY~"
                            "PO1*1*1*EA*5**BP*12345~CTT*1~")),
        "");
    CHECK_TEXT(codes_of(read_order("BEG*00*RL*1**20251112~N1*BY*A~"
                                   "PO1*1*1*EA***BP*123456~CTT*1*50~")),
               "AK403=7 BEG02 @2;AK403=1 PO104 @4;AK403=5 PO107 @4;"
               "AK403=10 CTT02 @5;AK304=3 N1 @6");
    CHECK_TEXT(codes_of(read_order("BEG*00*SA*1**20251112~N1*ST*A~"
                                   "N1*ST*B~N4*XY~PO1*1*1*EA*1~CTT*1~")),
               "AK304=3 N4 @4;AK304=4 N1 @4");
    x12_guide_free(&guide);
}

static void
overlays_of_overlays_stand_alone(void)
{
    static const char *const kinds[] = { "SA", NULL }, *const add[] = { "RL",
                                                                        NULL };
    static const struct x12_rule first[] = { { .at = "850/BEG02",
                                               .codes = kinds } };
    static const struct x12_rule second[] = {
        { .at = "850/BEG02", .codes_add = add },
    };
    static const struct x12_rule third[] = {
        { .at = "850/REF", .usage = 'N' }, { .at = "850/PO1[03=CA]", .max = 1 }
    };
    struct x12_guide *base;

    fixture_begin();
    base = overlay(first, 1);
    CHECK_OK(x12_guide_overlay(&guide, base, second, 1, found, &err), &err);
    x12_guide_free(&base);
    base = guide;
    CHECK_OK(x12_guide_overlay(&guide, base, third, 2, found, &err), &err);
    x12_guide_free(&base);
    CHECK_TEXT(codes_of(read_order("BEG*00*RL*1**20251112~PO1*1*1*EA*1~")), "");
    CHECK_TEXT(codes_of(read_order("BEG*00*NE*1**20251112~PO1*1*1*EA*1~")),
               "AK403=7 BEG02 @2");
    CHECK_TEXT(codes_of(read_order("BEG*00*SA*1**20251112~REF*DP*1~"
                                   "PO1*1*1*CA*1~PO1*1*1*CA*1~")),
               "AK304=2 REF @3;AK304=4 PO1 @5");
    x12_guide_free(&guide);
}

static void
says_which_rule_is_wrong(void)
{
    static const char *const two[] = { "ABC", NULL };
    static const char *const none[] = { "", NULL };
    static const char *const three[] = { "AN 1 30", "ID 2 2 M", NULL };
    static const struct x12_rule wrong[] = {
        { .at = "810/BEG02", .usage = 'M' },
        { .at = "850/BEG99", .usage = 'M' },
        { .at = "850/XXX", .usage = 'M' },
        { .at = "850/BEG/N102", .usage = 'M' },
        { .at = "850/N1[1=ST]", .usage = 'M' },
        { .at = "850/N1[09=ST]", .usage = 'M' },
        { .at = "850/BEG02", .max = 3 },
        { .at = "850/BEG02", .codes = two },
        { .at = "850/REF04", .codes = none }, /* a composite: no length */
        { .at = "850/BEG02-1", .usage = 'M' },
        { .at = "850/BEG03", .min_length = 30 },
        { .at = "850/N1", .max_length = 3 },
        { .at = "850/N1", .usage = 'X' },
        { .at = "850/", .usage = 'M' },
        { .at = "850/BEG03", .pattern = "[a-" },
        { .at = "850/BEG03", .pattern = "(a{99}){99}" },
        { .at = "850/BEG03", .pattern = "(.)\\1" },
        { .at = "850/BEG", .segment = "ZZ2" },
        { .at = "850/BEG", .segment = "REF", .elements = three },
        { .at = "850/BEG", .segment = "ZZZZ", .elements = three },
        { .at = "850/BEG", .segment = "ZZ1", .elements = two },
    };
    struct x12_guide *base, *out = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct x12_rule rule = wrong[i];
        fixture_begin();
        base = load_guide("850");
        rule.where = "partners/a.conf:12";
        CHECK(!x12_guide_overlay(&out, base, &rule, 1, found, &err));
        CHECK(err.code == TP2003 && out == NULL);
        CHECK_TEXT(err.at, "partners/a.conf:12");
        CHECK(strstr(err.text, rule.at) != NULL);
        x12_guide_free(&base);
    }
}

static void
prints_itself(void)
{
    static const struct x12_rule rules[] = {
        { .at = "850/N1[01=ST]", .usage = 'M', .max = 1 }
    };
    struct buf out = { 0 };

    fixture_begin();
    guide = overlay(rules, 1);
    x12_guide_print(guide, &out);
    CHECK(strstr(buf_text(&out), "N1[01=ST] M 1 loop") != NULL);
    CHECK(strstr(buf_text(&out), "BEG01   M 353 ID 2..2 Purpose : 00 01") !=
          NULL);
    CHECK(strstr(buf_text(&out), "P0304 P0607") != NULL);
    buf_free(&out);
    x12_guide_free(&guide);
}

int
main(void)
{
    RUN(loads_what_is_shipped);
    RUN(finds_places);
    RUN(says_where_a_text_is_wrong);
    RUN(overlays_change_what_is_asked);
    RUN(overlays_of_overlays_stand_alone);
    RUN(says_which_rule_is_wrong);
    RUN(prints_itself);
    arena_free(&arena);
    return test_end();
}
