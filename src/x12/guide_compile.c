/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/guide_private.h"

enum { PLACES_MAX = 2000 /* the sets of X12 have some hundreds */ };

uint32_t
pack_id(const char *id, size_t size)
{
    uint32_t packed = 0;

    for (size_t i = 0; i < size && i < 4; i++)
        packed |= (uint32_t)(unsigned char)id[i] << (8 * i);
    return packed;
}

static uint32_t
id_start(const struct x12_guide *guide, uint32_t packed)
{
    return (packed * 2654435761u) >> 12 & guide->id_mask;
}

uint16_t
guide_index(const struct x12_guide *guide, uint32_t packed)
{
    for (uint32_t at = id_start(guide, packed); guide->id_keys[at] != 0;
         at = (at + 1) & guide->id_mask)
        if (guide->id_keys[at] == packed)
            return guide->id_values[at];
    return NO_SEGMENT;
}

static void
put_id(struct x12_guide *guide, uint32_t packed, uint16_t value)
{
    uint32_t at = id_start(guide, packed);

    while (guide->id_keys[at] != 0 && guide->id_keys[at] != packed)
        at = (at + 1) & guide->id_mask;
    if (guide->id_keys[at] == 0 || guide->id_values[at] == KNOWN_SEGMENT)
        guide->id_values[at] = value;
    guide->id_keys[at] = packed;
}

static size_t
count_items(const struct item *item)
{
    size_t count = 1;

    for (const struct item *child = item->child; child; child = child->next)
        count += count_items(child);
    for (const struct item *other = item->variants; other; other = other->next)
        count += count_items(other);
    return count;
}

/* Every known segment gets an entry; those of the set an index of their own. */
static void
index_segments(struct x12_guide *guide, struct item **items)
{
    const struct dictionary *known = guide->dictionary;
    uint32_t size = 64;

    while (size < known->segment_count * 4)
        size *= 2;
    guide->id_mask = size - 1;
    guide->id_keys = arena_alloc(guide->arena, size * sizeof(uint32_t));
    guide->id_values = arena_alloc(guide->arena, size * sizeof(uint16_t));
    for (size_t i = 0; i < known->segment_count; i++)
        put_id(guide,
               pack_id(known->segments[i].id, strlen(known->segments[i].id)),
               KNOWN_SEGMENT);
    for (uint32_t i = 1; i < guide->node_count; i++) {
        const char *id = items[i]->segment->id;
        uint32_t packed = pack_id(id, strlen(id));
        if (guide_index(guide, packed) >= KNOWN_SEGMENT)
            put_id(guide, packed, (uint16_t)guide->index_count++);
        guide->nodes[i].index = guide_index(guide, packed);
    }
}

static const char *
loop_path(struct x12_guide *guide, const struct item *item)
{
    const struct item *loop = item->loop ? item : item->parent;

    if (loop == NULL || loop->segment == NULL)
        return "";
    const char *above = loop->parent ? loop_path(guide, loop->parent) : "";
    return arena_printf(guide->arena, "%s%s%s", above, *above ? "/" : "",
                        loop->segment->id);
}

static enum look
look_of(const struct slot *slot)
{
    if (slot->inside != NULL || slot->pattern != NULL || slot->min > slot->max)
        return LOOK_CARE;
    if (slot->type != 'I' && slot->codes != NULL && slot->codes->all)
        return LOOK_CARE;
    switch (slot->type) {
    case 'A':
        return LOOK_LENGTH;
    case 'I':
        return slot->codes != NULL && slot->codes->all ? LOOK_CODE
                                                       : LOOK_LENGTH;
    case 'N':
        return LOOK_DIGITS;
    case 'R':
        return LOOK_REAL;
    case 'D':
        return LOOK_DATE;
    case 'T':
        return LOOK_TIME;
    default:
        return LOOK_CARE;
    }
}

/* What the number of bytes may be; for numbers with signs and points, and
 * wherever care is needed, no more than one is said. */
static void
fill_bounds(struct segment_def *def, uint32_t i)
{
    const struct slot *slot = &def->slots[i];
    struct bounds *bounds = &def->bounds[i / 4];
    bool all = slot->look != LOOK_REAL && slot->look != LOOK_CARE;

    bounds->min[i % 4] = all && slot->min < INT32_MAX ? (int32_t)slot->min : 1;
    bounds->max[i % 4] =
        all && slot->max < INT32_MAX ? (int32_t)slot->max : INT32_MAX;
    def->looks |= (uint64_t)(slot->look != LOOK_LENGTH) << i;
    def->cares |= (uint64_t)(slot->look == LOOK_CARE) << i;
    def->texts |= (uint64_t)(slot->look == LOOK_LENGTH) << i;
}

static void
fill_masks(struct x12_guide *guide, struct segment_def *def)
{
    /* Definitions of the dictionary are shared, and outlive the guide. */
    struct arena *arena = def->own ? guide->arena : guide->dictionary->arena;

    if (def->bounds == NULL)
        def->bounds =
            arena_alloc(arena, (def->count / 4 + 1) * sizeof *def->bounds);
    def->must = def->banned = def->looks = def->cares = def->texts = 0;
    def->quick_count = def->count < ELEMENTS_MAX ? def->count : 0;
    for (uint32_t i = 0; i < def->count; i++) {
        struct slot *slot = &def->slots[i];
        def->must |= (uint64_t)(slot->usage == 'M') << i;
        def->banned |= (uint64_t)(slot->usage == 'N') << i;
        slot->plain = (slot->type == 'A' || slot->type == 'I') &&
                      (slot->codes == NULL || !slot->codes->all) &&
                      slot->pattern == NULL;
        slot->look = (uint8_t)look_of(slot);
        slot->span = slot->max - slot->min;
        fill_bounds(def, i);
        if (slot->inside != NULL)
            fill_masks(guide, slot->inside);
    }
}

static bool
is_demanding(const struct item *item)
{
    bool must = item->usage == 'M';

    for (const struct item *v = item->variants; v != NULL; v = v->next)
        must |= v->usage == 'M';
    return must;
}

/* What the loop's children ask for. */
static void
fill_demands(struct node *node, const struct item *item)
{
    for (const struct item *child = item->child; child; child = child->next) {
        node->musts |= is_demanding(child);
        node->varied |= child->variants != NULL;
    }
}

/* The set's tops of hierarchies are remembered, LS and LE belong together. */
static bool
is_simple(const struct node *node)
{
    const char *id = node->segment != NULL ? node->segment->id : "LS";

    return node->variants == 0 && !(node->hl && node->parent == 0) &&
           strcmp(id, "LS") != 0 && strcmp(id, "LE") != 0;
}

static void
fill_node(struct x12_guide *guide, const struct item *item)
{
    struct node *node = &guide->nodes[item->node];

    node->segment = item->segment;
    node->usage = item->usage;
    node->loop = item->loop;
    node->hl = item->segment != NULL && strcmp(item->segment->id, "HL") == 0;
    node->max = item->max == X12_ANY_NUMBER ? 0 : (uint32_t)item->max;
    node->parent = item->parent ? item->parent->node : 0;
    node->base = item->base ? item->base->node : item->node;
    node->element = item->element;
    node->value = item->value;
    node->path = loop_path(guide, item);
    node->most = node->max ? node->max : UINT32_MAX;
    node->demanding = is_demanding(item);
    node->simple = is_simple(node);
    fill_demands(node, item);
    if (item->segment != NULL)
        fill_masks(guide, item->segment);
}

/* Numbers the items level by level, so that siblings lie side by side. */
static void
number_items(struct x12_guide *guide, struct item **items)
{
    uint16_t last = 0;

    items[0] = guide->root;
    for (uint16_t at = 0; at <= last; at++) {
        struct node *node = &guide->nodes[at];
        node->first = (uint16_t)(last + 1);
        for (struct item *child = items[at]->child; child; child = child->next)
            items[child->node = ++last] = child;
        node->count = (uint16_t)(last + 1 - node->first);
        node->variant = (uint16_t)(last + 1);
        for (struct item *v = items[at]->variants; v; v = v->next)
            items[v->node = ++last] = v;
        node->variants = (uint16_t)(last + 1 - node->variant);
    }
    for (uint16_t at = 0; at <= last; at++)
        fill_node(guide, items[at]);
}

static bool
fits(const struct x12_guide *guide, uint16_t node, uint16_t index,
     const struct tally *tallies)
{
    const struct node *at = &guide->nodes[node];

    return at->index == index && at->usage != 'N' &&
           (tallies == NULL ||
            tally_count(tallies, guide->nodes, node) < at->most);
}

uint16_t
guide_search(const struct x12_guide *guide, uint16_t node, uint16_t index,
             const struct tally *tallies)
{
    const struct node *nodes = guide->nodes;
    uint16_t at = nodes[node].first;
    uint16_t end = (uint16_t)(at + nodes[node].count);

    for (;;) {
        for (; at < end; at++)
            if (fits(guide, at, index, tallies))
                return at;
        if (node == 0)
            return 0;
        at = nodes[node].base;
        node = nodes[node].parent;
        end = (uint16_t)(nodes[node].first + nodes[node].count);
    }
}

static void
fill_next(struct x12_guide *guide)
{
    size_t width = guide->index_count;

    guide->next =
        arena_alloc(guide->arena, guide->node_count * width * sizeof(uint16_t));
    for (uint32_t node = 0; node < guide->node_count; node++)
        for (size_t index = 0; index < width; index++)
            guide->next[node * width + index] =
                guide_search(guide, (uint16_t)node, (uint16_t)index, NULL);
}

/* The table of what follows what grows with the square. */
bool
guide_fits(const struct x12_guide *guide, const char *where,
           struct problems *problems)
{
    size_t count = count_items(guide->root);

    if (count > PLACES_MAX)
        problem_add(problems, TP2001, where ? where : "rules", NULL,
                    "set %s has %zu segments and loops, expected at most %d",
                    guide->set, count, PLACES_MAX);
    return count <= PLACES_MAX;
}

void
guide_compile(struct x12_guide *guide)
{
    guide->node_count = (uint32_t)count_items(guide->root);
    BUG_IF(guide->node_count > PLACES_MAX);
    guide->nodes =
        arena_alloc(guide->arena, guide->node_count * sizeof *guide->nodes);
    struct item **items =
        arena_alloc(guide->arena, guide->node_count * sizeof *items);
    number_items(guide, items);
    guide->nodes[0].index = NO_SEGMENT;
    index_segments(guide, items);
    fill_next(guide);
}
