/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "defects.h"

/* From the end: 1 = IEA, 2 = GE, 3 = SE. */
enum { IEA = 1, GE = 2, SE = 3 };

static struct expected
expect_trailer(const struct document *document, size_t from_end,
               uint32_t element, const char *code)
{
    struct expected expected =
        expect_element(document, document->count - from_end, element, code);

    if (from_end != SE)
        expected.position = 0;
    return expected;
}

static void
put(struct document *document, size_t from_end, uint32_t element,
    const char *value)
{
    document->pieces[document->count - from_end].elements[element - 1] = value;
}

static const char *
wrong_count(struct document *document, struct chance *chance)
{
    return arena_printf(document->arena, "%u", 50000 + any(chance, 999));
}

static bool
segments_counted(struct document *document, struct chance *chance,
                 struct expected *expected)
{
    document->counted = false;
    put(document, SE, 1, wrong_count(document, chance));
    *expected = expect_trailer(document, SE, 1, "AK502=4");
    return true;
}

static bool
sets_counted(struct document *document, struct chance *chance,
             struct expected *expected)
{
    put(document, GE, 1, wrong_count(document, chance));
    *expected = expect_trailer(document, GE, 1, "AK905=5");
    return true;
}

static bool
groups_counted(struct document *document, struct chance *chance,
               struct expected *expected)
{
    put(document, IEA, 1, wrong_count(document, chance));
    *expected = expect_trailer(document, IEA, 1, "TA105=021");
    return true;
}

static bool
set_numbered(struct document *document, struct chance *chance,
             struct expected *expected)
{
    put(document, SE, 2, wrong_count(document, chance));
    *expected = expect_trailer(document, SE, 2, "AK502=3");
    return true;
}

static bool
group_numbered(struct document *document, struct chance *chance,
               struct expected *expected)
{
    put(document, GE, 2, wrong_count(document, chance));
    *expected = expect_trailer(document, GE, 2, "AK905=4");
    return true;
}

static bool
interchange_numbered(struct document *document, struct chance *chance,
                     struct expected *expected)
{
    put(document, IEA, 2, wrong_count(document, chance));
    *expected = expect_trailer(document, IEA, 2, "TA105=001");
    return true;
}

static bool
set_twice(struct document *document, struct chance *chance,
          struct expected *expected)
{
    size_t size = document->count - GE - AT_ST + 1 - 1;
    size_t at = AT_ST + size;

    (void)chance;
    if (!document_insert(document, at, &document->pieces[AT_ST], size))
        return false;
    put(document, GE, 1, "2");
    *expected = expect_piece(document, at, "AK502=23");
    expected->position = 1;
    return true;
}

static bool
group_twice(struct document *document, struct chance *chance,
            struct expected *expected)
{
    size_t size = document->count - 2, at = document->count - IEA;

    (void)chance;
    if (!document_insert(document, at, &document->pieces[AT_GS], size))
        return false;
    put(document, IEA, 1, "2");
    *expected = expect_element(document, at, 6,
                               strcmp(document->guide->version, "005010") < 0
                                   ? "AK905=6"
                                   : "AK905=19");
    expected->position = 0;
    return true;
}

static bool
interchange_twice(struct document *document, struct chance *chance,
                  struct expected *expected)
{
    size_t at = document->count;

    (void)chance;
    if (!document_insert(document, at, document->pieces, at))
        return false;
    *expected = expect_piece(document, at, "TA105=025");
    expected->position = 0;
    return true;
}

static bool
no_set_end(struct document *document, struct chance *chance,
           struct expected *expected)
{
    (void)chance;
    document_remove(document, document->count - SE, 1);
    *expected = expect_piece(document, document->count - GE, "AK502=2");
    expected->position = 0;
    return true;
}

static bool
no_group_end(struct document *document, struct chance *chance,
             struct expected *expected)
{
    (void)chance;
    document_remove(document, document->count - GE, 1);
    *expected = expect_piece(document, document->count - IEA, "AK905=3");
    expected->position = 0;
    return true;
}

/* Cut off behind any segment: told at the end of the bytes. */
static bool
cut_off(struct document *document, struct chance *chance,
        struct expected *expected)
{
    document->counted = false;
    document->count -= 1 + any(chance, (uint32_t)document->count - 1);
    *expected = expect_piece(document, document->count, "TA105=023");
    expected->segment = "";
    expected->position = 0;
    return true;
}

static bool
no_set_start(struct document *document, struct chance *chance,
             struct expected *expected)
{
    (void)chance;
    document->counted = false;
    document_remove(document, AT_ST, 1);
    *expected = expect_piece(document, AT_ST, "TA105=024");
    expected->position = 0;
    return true;
}

static bool
no_group_start(struct document *document, struct chance *chance,
               struct expected *expected)
{
    (void)chance;
    document->counted = false;
    document_remove(document, AT_GS, 1);
    *expected = expect_piece(document, AT_GS, "TA105=022");
    expected->position = 0;
    return true;
}

const struct defect envelope_defects[] = {
    { "wrong SE01", segments_counted },
    { "wrong GE01", sets_counted },
    { "wrong IEA01", groups_counted },
    { "wrong SE02", set_numbered },
    { "wrong GE02", group_numbered },
    { "wrong IEA02", interchange_numbered },
    { "set number twice", set_twice },
    { "group number twice", group_twice },
    { "interchange twice", interchange_twice },
    { "missing SE", no_set_end },
    { "missing GE", no_group_end },
    { "cut off", cut_off },
    { "missing ST", no_set_start },
    { "missing GS", no_group_start },
    { NULL, NULL },
};
