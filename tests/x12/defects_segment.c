/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "defects.h"

enum { COPIES_MAX = 25 };

/* A piece of the set at random that is good; 0 = none is. */
static size_t
find_piece(const struct document *document, struct chance *chance,
           bool (*good)(const struct document *, size_t))
{
    size_t start = any(chance, (uint32_t)document->count);

    for (size_t i = 0; i < document->count; i++) {
        size_t at = (start + i) % document->count;
        if (document->pieces[at].node != 0 && good(document, at))
            return at;
    }
    return 0;
}

static const struct node *
node_of(const struct document *document, size_t at)
{
    return &document->guide->nodes[document->pieces[at].node];
}

/* Only the place where it stands takes the segment. */
static bool
is_unique(const struct document *document, size_t at)
{
    return places_of(document->guide, node_of(document, at)->index) == 1;
}

static size_t
any_place(const struct document *document, struct chance *chance)
{
    return AT_ST + 1 + any(chance, (uint32_t)document->count - AT_ST - 3);
}

static bool
unknown_segment(struct document *document, struct chance *chance,
                struct expected *expected)
{
    size_t at = any_place(document, chance);
    struct piece piece = { .id = any(chance, 2) ? "ZZ9" : "Q0",
                           .count = 1,
                           .elements = { "X" } };

    document_insert(document, at, &piece, 1);
    *expected = expect_piece(document, at, "AK304=1");
    return true;
}

static bool
is_envelope(const char *id)
{
    static const char *const names[] = { "ISA", "IEA", "GS",  "GE", "ST",
                                         "SE",  "TA1", "BIN", "BDS" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(id, names[i]) == 0)
            return true;
    return false;
}

static bool
foreign_segment(struct document *document, struct chance *chance,
                struct expected *expected)
{
    const struct dictionary *known = document->guide->dictionary;
    const char *id =
        known->segments[any(chance, (uint32_t)known->segment_count)].id;
    size_t at = any_place(document, chance);
    struct piece piece = { .id = id, .count = 1, .elements = { "1" } };

    if (is_envelope(id) ||
        guide_index(document->guide, pack_id(id, strlen(id))) != KNOWN_SEGMENT)
        return false;
    document_insert(document, at, &piece, 1);
    *expected = expect_piece(document, at, "AK304=6");
    return true;
}

static bool
is_any(const struct document *document, size_t at)
{
    (void)document, (void)at;
    return true;
}

static bool
lower_case(struct document *document, struct chance *chance,
           struct expected *expected)
{
    size_t at = find_piece(document, chance, is_any);
    char *id = arena_strdup(document->arena, document->pieces[at].id);

    if (at == 0)
        return false;
    id[0] = (char)(id[0] | 0x20); /* names start with a letter */
    document->pieces[at].id = id;
    *expected = expect_piece(document, at, "AK304=1");
    return true;
}

/* Do all pieces but [from, to) stand where they stood, and those nowhere? */
static bool
stand_still(struct document *document, size_t from, size_t to)
{
    static uint16_t before[PIECES_MAX];
    bool same = true;

    for (size_t i = 0; i < document->count; i++)
        before[i] = document->pieces[i].node;
    document_walk(document);
    for (size_t i = 0; i < document->count; i++)
        same &=
            document->pieces[i].node == (i >= from && i < to ? 0 : before[i]);
    return same;
}

static bool
is_needed_leaf(const struct document *document, size_t at)
{
    const struct node *node = node_of(document, at);

    return node->usage == 'M' && !node->loop && node->max == 1 &&
           strcmp(document->pieces[at].id, "LE") != 0;
}

/* Told where its loop ends: at the first segment that is outside. */
static bool
missing_segment(struct document *document, struct chance *chance,
                struct expected *expected)
{
    size_t at = find_piece(document, chance, is_needed_leaf), end = at;

    if (at == 0)
        return false;
    const char *id = document->pieces[at].id;
    uint16_t loop = node_of(document, at)->parent;
    document_remove(document, at, 1);
    if (!stand_still(document, 0, 0))
        return false;
    while (strcmp(document->pieces[end].id, "SE") != 0 &&
           (loop == 0 ||
            (document->pieces[end].node != loop &&
             node_inside(document->guide, document->pieces[end].node, loop))))
        end++;
    *expected = expect_piece(document, end, "AK304=3");
    expected->segment = id;
    return true;
}

static bool
is_needed_loop(const struct document *document, size_t at)
{
    const struct node *node = node_of(document, at);
    size_t count = 0;

    for (size_t i = 0; i < document->count; i++)
        count += document->pieces[i].node == document->pieces[at].node;
    return node->usage == 'M' && node->loop && node->parent == 0 &&
           count == 1 && strcmp(document->pieces[at].id, "HL") != 0;
}

/* The leader goes; what it led has no place any more. */
static bool
missing_loop(struct document *document, struct chance *chance,
             struct expected *expected)
{
    size_t at = find_piece(document, chance, is_needed_loop);

    if (at == 0)
        return false;
    const char *id = document->pieces[at].id;
    size_t end = document_loop_end(document, at);
    document_remove(document, at, 1);
    if (!stand_still(document, at, end - 1))
        return false;
    while (strcmp(document->pieces[at].id, "SE") != 0)
        at++;
    *expected = expect_piece(document, at, "AK304=3");
    expected->segment = id;
    return true;
}

static bool
may_be_too_many(const struct document *document, size_t at)
{
    const struct node *node = node_of(document, at);

    return node->max > 0 && node->max < COPIES_MAX && is_unique(document, at) &&
           strcmp(document->pieces[at].id, "LE") != 0 &&
           strcmp(document->pieces[at].id, "LS") != 0;
}

/* The last of its kind in the loop that holds it, and how many there are. */
static size_t
last_in_loop(const struct document *document, size_t at, uint32_t *count)
{
    uint16_t node = document->pieces[at].node;
    uint16_t loop = document->guide->nodes[node].parent;
    size_t first = at, last = at;

    for (size_t i = at; i-- > AT_ST && document->pieces[i].node != loop;)
        if (document->pieces[i].node == node)
            first = i;
    *count = 0;
    for (size_t i = first; i < document->count; i++) {
        if (document->pieces[i].node == node) {
            last = i;
            ++*count;
        }
        if (i > first && loop != 0 && document->pieces[i].node == loop)
            break;
    }
    return last;
}

static bool
over_max(struct document *document, struct chance *chance,
         struct expected *expected)
{
    size_t at = find_piece(document, chance, may_be_too_many);
    uint32_t count;

    if (at == 0)
        return false;
    at = last_in_loop(document, at, &count);
    const struct node *node = node_of(document, at);
    size_t end = node->loop ? document_loop_end(document, at) : at + 1;
    size_t size = end - at;
    for (; count <= node->max; count++, at += size)
        if (!document_insert(document, at + size, &document->pieces[at], size))
            return false;
    *expected = expect_piece(document, at, node->loop ? "AK304=4" : "AK304=5");
    return true;
}

static bool
may_be_late(const struct document *document, size_t at)
{
    const struct piece *a = &document->pieces[at], *b = a + 1;
    const struct node *first = node_of(document, at);

    if (b->node == 0 || strcmp(b->id, "LE") == 0)
        return false;
    const struct node *second = node_of(document, at + 1);
    return first->parent == second->parent && a->node != b->node &&
           !first->loop && !second->loop && is_unique(document, at) &&
           b[1].node != a->node && b[1].node != 0;
}

/* Two neighbours change places. */
static bool
wrong_order(struct document *document, struct chance *chance,
            struct expected *expected)
{
    size_t at = find_piece(document, chance, may_be_late);

    if (at == 0)
        return false;
    struct piece a = document->pieces[at];
    document->pieces[at] = document->pieces[at + 1];
    document->pieces[at + 1] = a;
    *expected = expect_piece(document, at + 1, "AK304=7");
    return stand_still(document, at + 1, at + 2);
}

static bool
is_level(const struct document *document, size_t at)
{
    return strcmp(document->pieces[at].id, "HL") == 0 &&
           *document->pieces[at].elements[1] != '\0';
}

static bool
is_loop_end(const struct document *document, size_t at)
{
    return strcmp(document->pieces[at].id, "LE") == 0;
}

static bool
unknown_parent(struct document *document, struct chance *chance,
               struct expected *expected)
{
    size_t at = find_piece(document, chance, is_level);

    if (at == 0)
        return false;
    document->pieces[at].elements[1] = "987654";
    *expected = expect_element(document, at, 2, "AK403=7");
    return true;
}

static bool
own_parent(struct document *document, struct chance *chance,
           struct expected *expected)
{
    size_t at = find_piece(document, chance, is_level);

    if (at == 0)
        return false;
    document->pieces[at].elements[1] = document->pieces[at].elements[0];
    *expected = expect_element(document, at, 2, "AK403=7");
    return true;
}

/* A parent that comes later: its own child, where it has one, is a cycle. */
static bool
later_parent(struct document *document, struct chance *chance,
             struct expected *expected)
{
    size_t at = find_piece(document, chance, is_level), other = at + 1;

    if (at == 0)
        return false;
    while (other < document->count && !is_level(document, other))
        other++;
    if (other == document->count)
        return false;
    document->pieces[at].elements[1] = document->pieces[other].elements[0];
    *expected = expect_element(document, at, 2, "AK403=7");
    return true;
}

/* The number of a level before it; its children are then the other's. */
static bool
same_level_number(struct document *document, struct chance *chance,
                  struct expected *expected)
{
    size_t at = find_piece(document, chance, is_level), other = at;

    if (at == 0)
        return false;
    while (other > AT_ST &&
           (other == at || strcmp(document->pieces[other].id, "HL") != 0))
        other--;
    if (other == AT_ST)
        return false;
    document->pieces[at].elements[0] = document->pieces[other].elements[0];
    *expected = expect_element(document, at, 1, "AK403=7");
    return true;
}

static bool
other_loop_name(struct document *document, struct chance *chance,
                struct expected *expected)
{
    size_t at = find_piece(document, chance, is_loop_end);

    if (at == 0)
        return false;
    document->pieces[at].elements[0] = "9Z9Z";
    *expected = expect_element(document, at, 1, "AK403=7");
    return true;
}

const struct defect segment_defects[] = {
    { "unknown segment", unknown_segment },
    { "another set's segment", foreign_segment },
    { "a name in lower case", lower_case },
    { "missing segment", missing_segment },
    { "missing loop", missing_loop },
    { "too often", over_max },
    { "wrong order", wrong_order },
    { "unknown parent", unknown_parent },
    { "its own parent", own_parent },
    { "later parent", later_parent },
    { "level number twice", same_level_number },
    { "another loop's name", other_loop_name },
    { NULL, NULL },
};
