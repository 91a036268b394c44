/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of HL segments: by HL02 where it is used, else by the order of
 * levels that the guide states. */
#include <string.h>

#include "base/arena.h"
#include "x12/read_private.h"

enum { NONE = -1, NEST_MAX = 64 };

struct nesting {
    struct x12_reader *reader;
    struct level *levels;
    long count;
    long *parents; /* by level; NONE = the set */
    uint32_t *depths;
    uint32_t *table; /* hash of HL01: index + 1 */
    size_t mask;
    bool doubtful; /* some HL01 is missing, or there twice */
};

static struct x12_element
element(const struct nesting *nesting, long level, uint32_t number)
{
    return x12_get(&nesting->levels[level].segment, number);
}

static bool
same(struct x12_element a, struct x12_element b)
{
    return a.size == b.size && memcmp(a.text, b.text, a.size) == 0;
}

static size_t
hash(struct x12_element id)
{
    uint64_t key = 14695981039346656037u;

    for (uint32_t i = 0; i < id.size; i++)
        key = (key ^ (unsigned char)id.text[i]) * 1099511628211u;
    return (size_t)(key >> 11);
}

/* The table's place of the number, or the free one where it would go. */
static uint32_t *
look_up(const struct nesting *nesting, struct x12_element id)
{
    size_t at = hash(id) & nesting->mask;

    while (nesting->table[at] != 0 &&
           !same(element(nesting, nesting->table[at] - 1, 1), id))
        at = (at + 1) & nesting->mask;
    return &nesting->table[at];
}

/* "before 'value' after" at an element of the level. */
static void
complain(struct nesting *nesting, long level, uint32_t number,
         const char *before, const char *after)
{
    struct x12_element value = element(nesting, level, number);
    struct spot spot = { .element = number,
                         .number = number == 1 ? 628 : 734,
                         .value = &value,
                         .offset = nesting->levels[level].offsets[number - 1] };

    note_node(nesting->reader, &nesting->levels[level].segment, X12_TOLERANCES,
              "AK403=7", &spot, "%s '%.*s' %s", before, SHOWN(value), after);
}

static void
number_levels(struct nesting *nesting)
{
    for (long i = 0; i < nesting->count; i++) {
        struct x12_element id = element(nesting, i, 1);
        nesting->doubtful |= id.size == 0;
        if (id.size == 0)
            continue;
        uint32_t *place = look_up(nesting, id);
        if (*place == 0)
            *place = (uint32_t)i + 1;
        else
            complain(nesting, i, 1, "the hierarchy number", "is there before");
        nesting->doubtful |= *place != (uint32_t)i + 1;
    }
}

static long
find_parent(struct nesting *nesting, long level)
{
    struct x12_element id = element(nesting, level, 2);

    if (id.size == 0)
        return NONE;
    long parent = (long)*look_up(nesting, id) - 1;
    nesting->reader->consequence = parent == NONE && nesting->doubtful;
    if (parent == NONE)
        complain(nesting, level, 2, "the parent",
                 "is missing: no HL01 has this number");
    else if (parent == level)
        complain(nesting, level, 2, "the level", "names itself as parent");
    else if (parent > level)
        complain(nesting, level, 2, "the parent",
                 "appears later, expected before its child");
    else if (nesting->depths[parent] + 1 >= NEST_MAX)
        complain(nesting, level, 2, "the levels above",
                 "are too many to nest deeper");
    else
        return parent;
    nesting->reader->consequence = false;
    return NONE;
}

static void
link_by_number(struct nesting *nesting)
{
    for (long i = 0; i < nesting->count; i++) {
        long parent = nesting->parents[i] = find_parent(nesting, i);
        nesting->depths[i] = parent == NONE ? 0 : nesting->depths[parent] + 1;
    }
}

/* The levels whose condition holds in this set, else those without one. */
static const struct levels *
choose_levels(const struct nesting *nesting)
{
    const struct open_set *set = &nesting->reader->set;
    const struct x12_guide *guide = set->guide;

    for (uint32_t i = 0; i < guide->level_count; i++) {
        const struct levels *levels = &guide->levels[i];
        if (levels->value == NULL)
            return levels;
        for (const struct x12_node *n = set->set->first; n; n = n->next)
            if (strcmp(n->segment.id, levels->segment) == 0 &&
                x12_is(x12_get(&n->segment, levels->element), levels->value))
                return levels;
    }
    return NULL;
}

/* How far down the level stands; an unknown one below all others. */
static uint32_t
rank(const struct levels *levels, struct x12_element code)
{
    uint32_t at = 0;

    while (levels != NULL && at < levels->count &&
           !x12_is(code, levels->order[at]))
        at++;
    return at;
}

static void
link_by_rank(struct nesting *nesting)
{
    const struct levels *levels = choose_levels(nesting);
    long last[LEVELS_MAX + 1]; /* the open level of each rank */

    for (uint32_t i = 0; i <= LEVELS_MAX; i++)
        last[i] = NONE;
    for (long i = 0; i < nesting->count; i++) {
        uint32_t at = rank(levels, element(nesting, i, 3));
        long parent = NONE;
        for (uint32_t above = 0; above < at; above++)
            if (last[above] != NONE)
                parent = last[above];
        for (uint32_t below = at; below <= LEVELS_MAX; below++)
            last[below] = NONE;
        last[at] = i;
        nesting->parents[i] = parent;
    }
}

static bool
names_parents(const struct nesting *nesting)
{
    for (long i = 0; i < nesting->count; i++)
        if (element(nesting, i, 2).size > 0)
            return true;
    return false;
}

static struct x12_node *
last_child(struct x12_node *node)
{
    struct x12_node *last = node->child;

    while (last != NULL && last->next != NULL)
        last = last->next;
    return last;
}

static void
add_child(struct x12_node *parent, struct x12_node **last,
          struct x12_node *child)
{
    if (*last != NULL)
        (*last)->next = child;
    else
        parent->child = child;
    *last = child;
    child->parent = parent;
    child->next = NULL;
}

/* Levels leave the set's own list and go below their parents. */
static void
move_levels(struct nesting *nesting)
{
    struct x12_set *set = nesting->reader->set.set;
    struct x12_node **lasts = arena_alloc(
        nesting->reader->set_arena, (size_t)nesting->count * sizeof *lasts);
    struct x12_node *node = set->first, **end = &set->first;
    long level = 0;

    for (long i = 0; i < nesting->count; i++)
        lasts[i] = last_child(nesting->levels[i].node);
    while (node != NULL) {
        struct x12_node *next = node->next;
        bool is_level =
            level < nesting->count && node == nesting->levels[level].node;
        long parent = is_level ? nesting->parents[level] : NONE;
        level += is_level;
        if (parent == NONE) {
            *end = node;
            end = &node->next;
        } else {
            add_child(nesting->levels[parent].node, &lasts[parent], node);
        }
        node = next;
    }
    *end = NULL;
}

void
nest_levels(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;
    struct nesting nesting = { .reader = reader,
                               .levels = set->levels,
                               .count = (long)set->level_count };
    size_t count = set->level_count, size = 16;

    if (count == 0)
        return;
    while (size < count * 2)
        size *= 2;
    nesting.mask = size - 1;
    nesting.table = arena_alloc(reader->set_arena, size * sizeof(uint32_t));
    nesting.parents = arena_alloc(reader->set_arena, count * sizeof(long));
    nesting.depths = arena_alloc(reader->set_arena, count * sizeof(uint32_t));
    number_levels(&nesting);
    if (count == 1 || names_parents(&nesting)) {
        link_by_number(&nesting);
    } else {
        struct spot spot = { .element = 2, .number = 734 };
        note_node(reader, &nesting.levels[1].segment, X12_HL_PARENT_MISSING,
                  "AK403=1", &spot,
                  "no HL names its parent; the tree follows the order of the "
                  "levels");
        if (set->tree) /* else nothing depends on it */
            link_by_rank(&nesting);
    }
    if (set->tree)
        move_levels(&nesting);
}
