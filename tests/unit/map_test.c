/* SPDX-License-Identifier: Apache-2.0 */
/* What maps say about their own mistakes, and edges of reading and writing
 * that no folder of tests/map shows. */
#include "map/map.h"

#include "map_fixture.h"
#include "map_tree.h"
#include "test.h"

#define HEAD "map 850 order 004010\n"

static bool
load(struct map **map, struct fixture *fixture, struct problems *found)
{
    struct map_sources sources = { fixture_find, fixture };
    struct err err = { 0 };

    return map_load(map, "test.map", &sources, found, &err);
}

/* Each text has one mistake, in the line that `at` names. */
static void
names_mistakes_by_file_and_line(void)
{
    static const struct {
        const char *text, *at, *sentence;
        enum err_code code;
    } cases[] = {
        { "BEG 03 = number\n", "test.map",
          "found no head, expected a line as map 850 order 004010", TP3202 },
        { "map 850 ordr 004010\n", "test.map:1",
          "found 'ordr', expected a kind of record: order, shipment, invoice, "
          "payment, ack ...",
          TP3202 },
        { HEAD "BEG 03 = nmber\n", "test.map:2",
          "found 'nmber', expected a field of order; did you mean 'number'?",
          TP3203 },
        { HEAD "PO1 each lnes\n", "test.map:2",
          "found 'lnes', expected a field of order; did you mean 'lines'?",
          TP3203 },
        { HEAD "PO1 each total\n", "test.map:2",
          "found 'total', expected a list", TP3203 },
        { "map 856 shipment 004010\nHL[O] each number\n", "test.map:2",
          "found 'number', expected a list", TP3203 },
        { HEAD "PO1 each lines 02 = quantty\n", "test.map:2",
          "found 'quantty', expected a field of order; did you mean "
          "'quantity'?",
          TP3203 },
        { HEAD "PO1 each lines 02 = x\n", "test.map:2",
          "found 'x', expected a field of order; did you mean 'lines'?",
          TP3203 },
        { HEAD "BEG 3x = number\n", "test.map:2",
          "found 'x', expected =, -> or <-", TP3202 },
        { HEAD "BEG 00 = number\n", "test.map:2",
          "found '00', expected an element's number, 01 to 99", TP3202 },
        { HEAD "BEG 03 number\n", "test.map:2",
          "found 'number', expected =, -> or <-", TP3202 },
        { HEAD "BEG 03 = number extra\n", "test.map:2",
          "found 'extra', expected an element as 02 = field, or the end of "
          "the line",
          TP3202 },
        { HEAD "N1[01] 02 = buyer.name\n", "test.map:2",
          "found ']', expected [01=ST]", TP3202 },
        { HEAD "N1[01=ST 02 = buyer.name\n", "test.map:2",
          "found '02', expected ']'", TP3202 },
        { HEAD "chek total = 1\n", "test.map:2",
          "found 'chek', expected a segment or map, include, replace, drop, "
          "check or ignore; did you mean 'check'?",
          TP3202 },
        { HEAD "\tBEG 03 = number\n", "test.map:2",
          "found a tab, expected blanks for indentation", TP3202 },
        { HEAD "N1[01=ST]\n    N3 01 = number\n  N4 01 = number\n",
          "test.map:4",
          "found 2 blanks in front, expected as many as a line above has",
          TP3202 },
        { HEAD "BEG 03 = upper(number)\n", "test.map:2",
          "element 03 cannot be read back from this expression; write '<-' to "
          "only write it",
          TP3204 },
        { HEAD "BEG 02 = code(order_kind kind)\n", "test.map:2",
          "found 'kind', expected code(table, field)", TP3202 },
        { HEAD "include \"none.map\"\n", "test.map:2", "none.map is not found",
          TP3201 },
        { HEAD "include \"test.map\"\n", "test.map:2",
          "the texts include each other without end", TP3206 },
        { "include \"other.map\"\nreplace CUR 02 = currency\n", "test.map:2",
          "found CUR, expected a line that the included map has, as "
          "N1[01=ST]/N3",
          TP3205 },
        { "include \"other.map\"\ndrop REF\n", "test.map:2",
          "found REF, which fits more than one line, expected its selection "
          "too, as REF[01=DP]",
          TP3205 },
        { "include \"other.map\"\ndrop BEG09\n", "test.map:2",
          "found the end of the line, expected an element that the line has",
          TP3202 },
        { "map 856 shipment 004010\nHL 03 = number\n", "test.map:2",
          "found 'HL', expected its level's code, as HL[O]", TP3203 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        struct problems *found = problems_new(arena);
        struct fixture fixture = { NULL, cases[i].text,
                                   HEAD "BEG 03 = number\n"
                                        "REF[01=DP] 02 = department\n"
                                        "REF[01=VN] 02 = reference\n" };
        struct map *map = NULL;

        CHECK(!load(&map, &fixture, found));
        CHECK_TEXT(problems_first(found)->text, cases[i].sentence);
        CHECK_TEXT(problems_first(found)->at, cases[i].at);
        CHECK(problems_first(found)->code == cases[i].code);
    }
}

static void
reports_all_mistakes_at_once(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL,
                               HEAD "BEG 03 = nmber 05 = dte\n"
                                    "foo bar\n"
                                    "PO1 each lines 02 = quantty\n"
                                    "  PID 05 = descripton\n",
                               NULL };
    struct map *map = NULL;

    CHECK(!load(&map, &fixture, found));
    CHECK(problems_errors(found) == 5);
}

static void
tells_its_head_and_sources(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(map_free) struct map *map = NULL;
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL, "include \"other.map\"\n",
                               HEAD "BEG 03 = number\n" };

    CHECK(load(&map, &fixture, found));
    CHECK_TEXT(map_set(map), "850");
    CHECK_TEXT(map_version(map), "004010");
    CHECK(map_kind(map) == RECORD_ORDER);
    CHECK(map_source_count(map) == 2);
    CHECK_TEXT(map_source(map, 0), "test.map");
    CHECK_TEXT(map_source(map, 1), "other.map");
    CHECK(map_source(map, 2) == NULL);
}

/* Reads with the given map; the caller frees the record. */
static struct record *
read_with(struct arena *arena, const char *text, const char *input,
          struct problems *found)
{
    struct fixture fixture = { NULL, text, NULL };
    CLEANUP(map_free) struct map *map = NULL;
    struct record *record = NULL;
    struct err err = { 0 };

    CHECK(load(&map, &fixture, found));
    CHECK_OK(map_read(map, tree_read(arena, map_set(map), input),
                      &fixture_codes, found, &record, &err),
             &err);
    return record;
}

static void
takes_bytes_that_are_no_utf8_as_latin1(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *order = read_with(
        arena, HEAD "BEG 03 = number 04 = comment 05 = date 06 = reference\n",
        "BEG***1*CAF\xE9*20251122*\xC3\xA9  ~\n", found);

    CHECK_TEXT(record_text(order, "comment"), "CAF\xC3\xA9");
    CHECK_TEXT(record_text(order, "reference"), "\xC3\xA9");
    CHECK(problems_errors(found) == 0);
}

static void
keeps_the_first_of_two_values(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *order =
        read_with(arena, HEAD "BEG 03 = number 05 = date 06 = number\n",
                  "BEG***1**20251122*2~\n", found);

    CHECK_TEXT(record_text(order, "number"), "1");
    CHECK(problems_errors(found) == 0 && problems_warnings(found) == 1);
    CHECK(problems_first(found)->code == TP3106);
    CHECK_TEXT(problems_first(found)->at, "segment 2: BEG06");
}

static void
reports_a_segment_that_comes_twice(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    CLEANUP(record_free)
    struct record *order =
        read_with(arena, HEAD "BEG 03 = number 05 = date\nCUR 02 = currency\n",
                  "BEG***1**20251122~\nCUR*BY*USD~\nCUR*BY*EUR~\n", found);

    CHECK_TEXT(record_text(order, "currency"), "USD");
    CHECK(problems_warnings(found) == 2);
    CHECK_TEXT(problems_first(found)->at, "segment 3: CUR01");
    CHECK_TEXT(problems_first(found)->next->text,
               "found 'CUR*BY*EUR', which no line of the map takes up");
}

static void
refuses_another_set(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(map_free) struct map *map = NULL;
    struct problems *found = problems_new(arena);
    struct fixture fixture = { NULL, HEAD "BEG 03 = number\n", NULL };
    CLEANUP(record_free) struct record *invoice = record_new(RECORD_INVOICE);
    struct record *record = NULL;
    struct x12_set *set = NULL;
    struct err err = { 0 };

    CHECK(load(&map, &fixture, found));
    CHECK(!map_read(map, tree_read(arena, "810", ""), NULL, found, &record,
                    &err));
    err_clear(&err);
    CHECK(!map_write(map, invoice, NULL, arena, found, &set, &err));
}

/* The written segments of an order of one line. */
static const char *
written(struct arena *arena, const char *text, const char *path,
        const char *value)
{
    struct fixture fixture = { NULL, text, NULL };
    CLEANUP(map_free) struct map *map = NULL;
    CLEANUP(record_free) struct record *order = record_new(RECORD_ORDER);
    CLEANUP(buf_free) struct buf out = { 0 };
    struct problems *found = problems_new(arena);
    struct x12_set *set = NULL;
    struct err err = { 0 };

    record_set(order, "number", "1");
    record_set(order, "date", "2025-11-22");
    if (path != NULL)
        record_set(order, path, value);
    CHECK(load(&map, &fixture, found));
    CHECK_OK(map_write(map, order, &fixture_codes, arena, found, &set, &err),
             &err);
    tree_write(set->first, &out);
    return arena_strdup(arena, buf_text(&out));
}

static void
writes_what_the_record_has(void)
{
    static const struct {
        const char *text, *path, *value, *want;
    } cases[] = {
        /* a qualifier without its value is left out, the segment too */
        { HEAD "N1[01=ST] 02 = ship_to.name 03 = \"92\" 04 = ship_to.id\n",
          "ship_to.name", "DC", "N1*ST*DC~\n" },
        { HEAD "N1[01=ST] 02 = ship_to.name 03 = \"92\" 04 = ship_to.id\n",
          "ship_to.id", "4", "N1*ST**92*4~\n" },
        { HEAD "N1[01=ST] 02 = ship_to.name 03 = \"92\" 04 = ship_to.id\n",
          NULL, NULL, "" },
        /* a leader is there when its loop has something */
        { HEAD "N1[01=ST] 02 = ship_to.name\n  N4 01 = ship_to.address.city\n",
          "ship_to.address.city", "AUSTIN", "N1*ST~\nN4*AUSTIN~\n" },
        { HEAD "FOB 01 = \"CC\"\n", NULL, NULL, "FOB*CC~\n" },
        { HEAD "FOB 01 = \"a # b\" # c\n# d\n", NULL, NULL, "FOB*a # b~\n" },
        { HEAD "FOB 01 = \"CC\" when total > 5\n", "total", "5", "" },
        { HEAD "FOB when total > 5 01 = \"CC\"\n", "total", "5.01",
          "FOB*CC~\n" },
        { HEAD "CUR 01 = \"BY\" 02 = currency default \"USD\" when number\n",
          NULL, NULL, "" },
        { HEAD "BEG 03 = number 01 = purpose default \"00\"\n", NULL, NULL,
          "BEG*00**1~\n" },
        { HEAD "BEG 03-2 = number 03-1 = kind\n", NULL, NULL, "BEG***>1~\n" },
        { HEAD "DTM 02+03 = date\n", NULL, NULL, "DTM**20251122~\n" },
        { HEAD "PO1 06.. = pairs(BP|IN number, VN vendor)\n", "vendor", "V",
          "PO1******BP*1*VN*V~\n" },
        { HEAD "PO1 06.. = pairs(BP|IN vendor, VN number)\n", NULL, NULL,
          "PO1******VN*1~\n" },
        { HEAD "MSG each comment by 9 01 = comment\n", "comment",
          "CALL AHEAD\n\nABCDEFGHIJK L",
          "MSG*CALL~\nMSG*AHEAD~\nMSG*ABCDEFGHI~\nMSG*JK L~\n" },
        { HEAD "BEG 03 -> number 05 = date\n", NULL, NULL,
          "BEG*****20251122~\n" },
        { HEAD "BEG 03 <- join(\"-\", kind, number)\n", "kind", "K",
          "BEG***K-1~\n" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();

        CHECK_TEXT(written(arena, cases[i].text, cases[i].path, cases[i].value),
                   cases[i].want);
    }
}

int
main(void)
{
    RUN(names_mistakes_by_file_and_line);
    RUN(reports_all_mistakes_at_once);
    RUN(tells_its_head_and_sources);
    RUN(takes_bytes_that_are_no_utf8_as_latin1);
    RUN(keeps_the_first_of_two_values);
    RUN(reports_a_segment_that_comes_twice);
    RUN(refuses_another_set);
    RUN(writes_what_the_record_has);
    return test_end();
}
