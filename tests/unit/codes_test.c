/* SPDX-License-Identifier: Apache-2.0 */
#include "map/codes.h"

#include "base/arena.h"
#include "base/text.h"
#include "test.h"

static const char table[] = "# a comment\n"
                            "ours,x12,nav,note\r\n"
                            "EA,EA|UN | PC,PCS,each\r\n"
                            "CA,CA,\"BOX, \"\"large\"\"\",\n"
                            "\n"
                            "DZ,DZ,,no counterpart\n"
                            ",ZZ,OLD,only nav knows\n";

static const char *
find(const struct codes *codes, const char *from, const char *to,
     const char *value)
{
    const char *out = NULL;

    return codes_find(codes, from, to, value, &out) ? out : "-";
}

static void
finds_in_both_directions(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(codes_free) struct codes *codes = NULL;
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(codes_load(&codes, "codes/unit.csv", table, found, &err), &err);
    CHECK_TEXT(find(codes, "ours", "x12", "EA"), "EA");
    CHECK_TEXT(find(codes, "x12", "ours", "PC"), "EA");
    CHECK_TEXT(find(codes, "x12", "ours", "UN"), "EA");
    CHECK_TEXT(find(codes, "ours", "nav", "CA"), "BOX, \"large\"");
    CHECK_TEXT(find(codes, "nav", "ours", "BOX, \"large\""), "CA");
    CHECK_TEXT(find(codes, "ours", "nav", "DZ"), "-");
    CHECK_TEXT(find(codes, "nav", "ours", "OLD"), "-");
    CHECK_TEXT(find(codes, "ours", "odoo", "EA"), "-");
    CHECK_TEXT(find(codes, "ours", "x12", "ea"), "-");
    CHECK_TEXT(codes_guess(codes, "x12", "EAX"), "EA");
    CHECK(codes_guess(codes, "x12", "QQQQQQ") == NULL);
    CHECK(codes_rows(codes) == 4 && codes_has_side(codes, "nav"));
    CHECK_TEXT(codes_cell(codes, 0, 1), "EA|UN | PC");
    CHECK_TEXT(codes_side(codes, 3), "note");
    CHECK(codes_side(codes, 4) == NULL);
}

static void
reports_every_mistake_with_its_line(void)
{
    static const struct {
        const char *content, *at, *sentence;
        enum err_code code;
    } cases[] = {
        { "", "t.csv:1",
          "found no header, expected 2 to 16 sides, as ours,x12,note", TP3301 },
        { "ours,ours\n", "t.csv:1",
          "found an empty or repeated side in the header", TP3301 },
        { "ours,x12\nEA\n", "t.csv:2",
          "found more or fewer cells than the header has", TP3301 },
        { "ours,x12\nEA,\"EA\n", "t.csv:2", "found a quote without its end",
          TP3301 },
        { "ours,x12\nEA,EA\n#\nEA,CA\n", "t.csv:4",
          "ours 'EA' leads to x12 'CA' and, in line 2, to 'EA'", TP3302 },
        { "ours,x12\nEA,EA\nCA,CA|EA\n", "t.csv:3",
          "x12 'EA' leads to ours 'CA' and, in line 2, to 'EA'", TP3302 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct codes *codes = NULL;
        struct err err = { 0 };

        CHECK(!codes_load(&codes, "t.csv", cases[i].content, found, &err));
        CHECK(problems_errors(found) == 1);
        CHECK_TEXT(problems_first(found)->at, cases[i].at);
        CHECK_TEXT(problems_first(found)->text, cases[i].sentence);
        CHECK(problems_first(found)->code == cases[i].code);
    }
}

/* nav PCS leads to EA from two rows: no ambiguity, both mean the same. */
static void
allows_two_rows_that_agree(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(codes_free) struct codes *codes = NULL;
    struct problems *found = problems_new(arena);
    struct err err = { 0 };

    CHECK_OK(codes_load(&codes, "t", "ours,x12,nav\nEA,EA,PCS\nEA,,PCS\n",
                        found, &err),
             &err);
    CHECK_TEXT(find(codes, "nav", "ours", "PCS"), "EA");
    CHECK_TEXT(find(codes, "ours", "x12", "EA"), "EA");
}

int
main(void)
{
    RUN(finds_in_both_directions);
    RUN(reports_every_mistake_with_its_line);
    RUN(allows_two_rows_that_agree);
    return test_end();
}
