/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of a SEF file: each the tree of its segments. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/sef_private.h"

enum { DEPTH_LIMIT = 12, SEGMENTS_LIMIT = 2000 };

static const struct {
    const char *set, *group;
} groups[] = {
    { "810", "IN" }, { "820", "RA" }, { "824", "AG" }, { "830", "PS" },
    { "832", "SC" }, { "846", "IB" }, { "850", "PO" }, { "852", "PD" },
    { "855", "PR" }, { "856", "SH" }, { "860", "PC" }, { "861", "RC" },
    { "862", "SS" }, { "864", "TX" }, { "865", "CA" }, { "867", "PT" },
    { "870", "RS" }, { "875", "OG" }, { "880", "GP" }, { "940", "OW" },
    { "943", "AR" }, { "944", "RE" }, { "945", "SW" }, { "947", "AW" },
    { "997", "FA" }, { "999", "FA" }, { "204", "SM" }, { "210", "IM" },
    { "214", "QM" }, { "753", "RF" }, { "754", "RG" }, { "816", "OR" },
};

/* GS01 of a set; NULL: it is told that nothing says it. */
static const char *
group_of(struct sef_reading *reading, const char *id)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (text_equal(groups[i].set, id))
            return groups[i].group;
    if (reading->sef->group[0] != '\0')
        return reading->sef->group;
    sef_wrong(reading,
              "nothing says in which groups the set %s travels (GS01); "
              "--group does",
              id);
    return NULL;
}

/* "N1:200" after "{": how often; the text goes on at "[". */
static const char *
take_repeat(const char *at, char max[SEF_WORD])
{
    size_t size = strcspn(at, "[]{}");
    const char *colon = memchr(at, ':', size);

    sef_word(max, "1", 1);
    if (colon != NULL)
        sef_word(max, colon + 1, (size_t)(at + size - colon - 1));
    max[strcspn(max, "+*@")] = '\0';
    return at + size;
}

/* Marks between segments: "^" starts a table, "+20" and "-5" change how
 * positions are counted, which guides do not do. NULL: it is none. */
static const char *
past_mark(const char *at)
{
    if (*at == '\0' || strchr("^+-@ \t", *at) == NULL)
        return NULL;
    bool counted = *at != '^';
    at++;
    return counted ? at + strspn(at, "0123456789") : at;
}

/* What HL03 calls the levels SEF does not say; this is the usual order. */
static void
guess_levels(const char *set, size_t levels, struct buf *out)
{
    static const char *const usual[] = {
        "HL[S] > HL[I]", "HL[S] > HL[O] > HL[I]",
        "HL[S] > HL[O] > HL[P] > HL[I]", "HL[S] > HL[O] > HL[T] > HL[P] > HL[I]"
    };

    if (text_equal(set, "856") && levels > 1 &&
        levels - 2 < sizeof usual / sizeof usual[0])
        buf_addf(out,
                 "# Guessed by their number: make it what the partner sends.\n"
                 "levels %s\n",
                 usual[levels - 2]);
}

/* The tree that is being read. */
struct growing {
    struct sef_reading *reading;
    struct sef_tree tree;
    char
        loop[SEF_WORD]; /* how often the loop comes that a { began; "" = none */
    int depth;
    size_t count;
};

/* "{" and "}": the loop's first segment is still to come, or it was. */
static const char *
take_brace(struct growing *growing, const char *at)
{
    struct sef_reading *reading = growing->reading;

    if (growing->loop[0] != '\0')
        sef_wrong(reading, "found '%.20s', expected the loop's first segment",
                  at);
    else if (*at == '{' && growing->depth == DEPTH_LIMIT)
        sef_wrong(reading,
                  "found '%.20s', expected at most %d loops in each "
                  "other",
                  at, DEPTH_LIMIT);
    else if (*at == '{')
        return take_repeat(at + 1, growing->loop);
    else if (growing->depth == 0)
        sef_wrong(reading, "found '%.20s', expected { before it", at);
    else {
        growing->depth--;
        sef_tree_close(&growing->tree);
        return at + 1;
    }
    return NULL;
}

static const char *
take_segment(struct growing *growing, const char *at)
{
    struct sef_entry entry;
    bool leads = growing->loop[0] != '\0';

    at = sef_entry(growing->reading, at, &entry);
    if (at == NULL || text_equal(entry.id, "ST") || text_equal(entry.id, "SE"))
        return at;
    if (++growing->count > SEGMENTS_LIMIT) {
        sef_wrong(growing->reading, "found more than %d segments in a set",
                  SEGMENTS_LIMIT);
        return NULL;
    }
    if (leads)
        sef_word(entry.max, growing->loop, strlen(growing->loop));
    sef_tree_add(&growing->tree, &entry, leads);
    growing->depth += leads;
    growing->loop[0] = '\0';
    return at;
}

static const char *
take_mark(struct growing *growing, const char *at)
{
    const char *next = past_mark(at);

    if (next == NULL)
        sef_wrong(growing->reading, "found '%.10s', expected [ { or }", at);
    return next;
}

/* The tree of a set, one line for each segment. */
static void
take_tree(struct sef_reading *reading, const char *set, const char *at,
          struct buf *out)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    struct growing growing = { .reading = reading };

    sef_tree_begin(&growing.tree, arena);
    while (at != NULL && *at != '\0') {
        if (*at == '{' || *at == '}')
            at = take_brace(&growing, at);
        else if (*at == '[')
            at = take_segment(&growing, at);
        else
            at = take_mark(&growing, at);
    }
    if (at != NULL && (growing.depth > 0 || growing.loop[0] != '\0'))
        sef_wrong(reading, "a loop of set %s has no }", set);
    if (growing.tree.wrong[0] != '\0')
        sef_wrong(reading, "%s, which cannot be imported", growing.tree.wrong);
    sef_tree_print(&growing.tree, out);
    guess_levels(set, growing.tree.levels, out);
}

static bool
is_taken(const struct x12_sef *sef, const char *id)
{
    for (size_t i = 0; i < sef->set_count; i++)
        if (text_equal(sef->sets[i].id, id))
            return true;
    return false;
}

void
sef_set(struct sef_reading *reading, const char *id, const char *tree)
{
    struct x12_sef *sef = reading->sef;

    if (strlen(id) != 3 || sef->set_count == X12_SEF_SETS) {
        sef_wrong(reading,
                  "found the set '%.20s', expected three characters and "
                  "at most %d sets",
                  id, X12_SEF_SETS);
        return;
    }
    if (is_taken(sef, id)) {
        sef_wrong(reading, "the set %s stands in the file twice", id);
        return;
    }
    const char *group = group_of(reading, id);
    text_copy(sef->sets[sef->set_count].id, 8, id);
    sef->sets[sef->set_count].line = reading->line;
    struct buf *out = &sef->sets[sef->set_count++].guide;
    buf_addf(out, "# Imported from %s.\nset %s %s \"Imported\"\n",
             reading->source, id, group ? group : "");
    take_tree(reading, id, tree, out);
}
