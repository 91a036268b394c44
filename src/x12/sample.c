/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/sample.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/guide_private.h"
#include "x12/write.h"

enum { TRIES = 20, VALUE_MAX = 12 /* longer values only where they must */ };

struct making {
    const struct x12_guide *guide;
    struct arena *arena;
    const struct x12_sample_wish *wish;
    struct x12_set *set;
    uint64_t state;
    uint16_t at; /* the guide's node of the last segment */
};

static uint32_t
chance(struct making *making, uint32_t below)
{
    BUG_IF(below == 0);
    making->state ^= making->state << 13;
    making->state ^= making->state >> 7;
    making->state ^= making->state << 17;
    return (uint32_t)(making->state >> 33) % below;
}

static bool
wanted(struct making *making)
{
    return chance(making, 100) < making->wish->percent;
}

/* Any code of the list that fits. */
static bool
take_code(struct making *making, const struct slot *slot, struct buf *out)
{
    const struct code_list *codes = slot->codes;
    uint32_t start = chance(making, codes->mask + 1);

    for (uint32_t i = 0; i <= codes->mask; i++) {
        uint64_t key = codes->keys[(start + i) & codes->mask];
        char value[CODE_MAX + 1] = "";
        memcpy(value, &key, CODE_MAX);
        size_t size = strlen(value);
        if (size < slot->min || size > slot->max || size == 0)
            continue;
        buf_adds(out, value);
        return true;
    }
    return false;
}

static void
take_date(struct making *making, const struct slot *slot, struct buf *out)
{
    bool wild = making->wish->repeats > 0;
    unsigned year = wild ? chance(making, 100) : 25;
    unsigned month = wild ? 1 + chance(making, 12) : 11;
    unsigned day = wild ? 1 + chance(making, 28) : 20;

    buf_addf(out, "%s%02u%02u%02u", slot->max < 8 ? "" : "20", year, month,
             day);
}

static void
take_time(struct making *making, const struct slot *slot, struct buf *out)
{
    bool wild = making->wish->repeats > 0;
    unsigned hour = wild ? chance(making, 24) : 8;
    unsigned minute = wild ? chance(making, 60) : 58;

    buf_addf(out, "%02u%02u", hour, minute);
    if (slot->min > 4 || (wild && slot->max >= 6 && chance(making, 2) != 0))
        buf_addf(out, "%02u", wild ? chance(making, 60) : 0);
}

/* Sign, point and exponent do not count towards the length. */
static void
take_number(struct making *making, const struct slot *slot, uint32_t size,
            struct buf *out)
{
    bool wild = making->wish->repeats > 0;
    uint32_t point = size;

    if (wild && slot->type == 'R')
        point = chance(making, size + 1);
    if (wild && chance(making, 8) == 0)
        buf_addc(out, '-');
    for (uint32_t i = 1; i < size; i++) {
        if (i == point)
            buf_addc(out, '.');
        buf_addc(out, slot->type == 'N' ? '0' : '1');
    }
    buf_addf(out, "%u", 1 + chance(making, 9));
    if (wild && slot->type == 'R' && chance(making, 16) == 0)
        buf_addf(out, "E%s%u", chance(making, 2) ? "-" : "", chance(making, 9));
}

static uint32_t
take_size(struct making *making, const struct slot *slot)
{
    uint32_t least = slot->min > 0 ? slot->min : 1;
    uint32_t most = slot->max < VALUE_MAX ? slot->max : VALUE_MAX;

    if (making->wish->repeats == 0 || most <= least)
        return least;
    return least + chance(making, most - least + 1);
}

static void
take_value(struct making *making, const struct slot *slot, struct buf *out)
{
    if (slot->codes != NULL && take_code(making, slot, out))
        return;
    if (slot->type == 'D') {
        take_date(making, slot, out);
    } else if (slot->type == 'T') {
        take_time(making, slot, out);
    } else if (slot->type == 'N' || slot->type == 'R') {
        take_number(making, slot, take_size(making, slot), out);
    } else {
        uint32_t size = take_size(making, slot);
        for (uint32_t i = 0; i < size; i++)
            buf_addc(out, (char)('A' + chance(making, 26)));
    }
}

static bool
holds(const struct note *note, uint64_t present)
{
    uint64_t here = present & note->all;
    bool first = (present >> (note->first - 1) & 1) != 0;

    switch (note->kind) {
    case 'P':
        return here == 0 || here == note->all;
    case 'R':
        return here != 0;
    case 'E':
        return (here & (here - 1)) == 0;
    case 'C':
        return !first || here == note->all;
    default:
        return !first || (here & note->others) != 0;
    }
}

/* What is missing comes; of what excludes itself only the first stays. */
static uint64_t
mend(const struct note *note, uint64_t present)
{
    uint64_t here = present & note->all;
    uint64_t lowest = note->others & (~note->others + 1);

    switch (note->kind) {
    case 'P':
    case 'C':
        return present | note->all;
    case 'R':
        return present | (uint64_t)1 << (note->first - 1);
    case 'E':
        return (present & ~note->all) | (here & (~here + 1));
    default:
        return present | lowest;
    }
}

static bool
keep_notes(const struct segment_def *def, uint64_t must, uint64_t *present)
{
    bool good = false;

    for (int i = 0; i < TRIES && !good; i++) {
        good = true;
        for (uint32_t n = 0; n < def->note_count; n++)
            if (!holds(&def->notes[n], *present)) {
                *present = mend(&def->notes[n], *present) | must;
                good = false;
            }
    }
    return good;
}

/* Which elements are there: bit 0 = element 01. */
static uint64_t
choose(struct making *making, const struct segment_def *def)
{
    uint64_t must = 0, some = 0, banned = 0;

    for (uint32_t i = 0; i < def->count && i < ELEMENTS_MAX; i++) {
        uint64_t bit = (uint64_t)1 << i;
        must |= def->slots[i].usage == 'M' ? bit : 0;
        banned |= def->slots[i].usage == 'N' ? bit : 0;
        some |= wanted(making) ? bit : 0;
    }
    uint64_t present = must | (some & ~banned);
    if (keep_notes(def, must, &present) && (present & banned) == 0 &&
        present != 0)
        return present;
    present = must != 0 ? must : 1;
    keep_notes(def, must, &present);
    return present;
}

static void
take_composite(struct making *making, const struct slot *slot, struct buf *out)
{
    const struct segment_def *def = slot->inside;
    uint64_t present = choose(making, def);
    uint32_t empty = 0;

    for (uint32_t i = 0; i < def->count; i++, empty++) {
        if ((present >> i & 1) == 0)
            continue;
        for (; empty > 0; empty--)
            buf_addc(out, making->set->delimiters.component);
        take_value(making, &def->slots[i], out);
    }
}

/* How often something is there that may be there so often at most. */
static uint32_t
times(struct making *making, long max)
{
    uint32_t more = making->wish->repeats;

    if (more == 0 || max == 1)
        return 1;
    if (max != X12_ANY_NUMBER && (long)more >= max)
        more = (uint32_t)max - 1;
    return 1 + chance(making, more + 1);
}

/* The element, repeated where that may be. */
static void
take_element(struct making *making, const struct slot *slot, struct buf *out)
{
    for (uint32_t n = times(making, (long)slot->repeats); n > 0; n--) {
        if (slot->inside != NULL)
            take_composite(making, slot, out);
        else
            take_value(making, slot, out);
        if (n > 1)
            buf_addc(out, making->set->delimiters.repetition);
    }
}

static struct x12_node *
add_segment(struct making *making, const struct item *item,
            struct x12_node *parent)
{
    const struct segment_def *def = item->segment;
    uint64_t present = choose(making, def);
    const char *values[ELEMENTS_MAX] = { NULL };
    uint32_t count = 0;

    for (uint32_t i = 0; i < def->count && i < ELEMENTS_MAX; i++) {
        CLEANUP(buf_free) struct buf value = { 0 };
        if ((present >> i & 1) == 0)
            continue;
        take_element(making, &def->slots[i], &value);
        values[i] = arena_strdup(making->arena, buf_text(&value));
        count = i + 1;
    }
    if (item->value != NULL) {
        values[item->element - 1] = item->value;
        count = count < item->element ? item->element : count;
    }
    if (strcmp(def->id, "LE") == 0 && parent != NULL) { /* repeats LS01 */
        struct x12_element name = x12_get(&parent->segment, 1);
        values[0] = arena_strndup(making->arena, name.text, name.size);
    }
    return x12_add_values(making->arena, making->set, parent, def->id, values,
                          count);
}

/* Would a reader put the segment at this place? */
static bool
is_found(const struct making *making, const struct item *item)
{
    const char *id = item->segment->id;
    uint16_t index = guide_index(making->guide, pack_id(id, strlen(id)));
    uint16_t base = making->guide->nodes[item->node].base;

    return guide_search(making->guide, making->at, index, NULL) == base;
}

static void add_children(struct making *making, const struct item *parent,
                         struct x12_node *node);

static void
add_item(struct making *making, const struct item *item,
         struct x12_node *parent)
{
    struct x12_node *node = add_segment(making, item, parent);

    making->at = making->guide->nodes[item->node].base;
    if (item->child != NULL)
        add_children(making, item, node);
}

enum { LEVEL_NODES = 24 };

/* More levels below those that there are, at random. */
static void
add_more_levels(struct making *making, const struct item *item,
                struct x12_node **nodes, uint32_t count)
{
    const struct x12_guide *guide = making->guide;
    const struct levels *levels = &guide->levels[guide->level_count - 1];
    uint32_t ranks[LEVEL_NODES];
    uint32_t end = count + times(making, LEVEL_NODES) - 1;

    for (uint32_t i = 0; i < count; i++)
        ranks[i] = i;
    for (uint32_t i = count; i < end && i < LEVEL_NODES; i++) {
        uint32_t above = chance(making, i);
        ranks[i] = ranks[above] + (ranks[above] + 1 < levels->count);
        nodes[i] = x12_add(making->arena, making->set, nodes[above], "HL",
                           arena_printf(making->arena, "%u", i + 1),
                           arena_printf(making->arena, "%u", above + 1),
                           levels->order[ranks[i]], NULL);
        making->at = item->node;
        add_children(making, item, nodes[i]);
    }
}

/* A chain of levels, each in the one before. */
static void
add_levels(struct making *making, const struct item *item,
           struct x12_node *parent)
{
    struct x12_node *nodes[LEVEL_NODES];

    const struct x12_guide *guide = making->guide;
    const struct levels *levels = &guide->levels[guide->level_count - 1];

    for (uint32_t i = 0; i < levels->count; i++) {
        const char *number = arena_printf(making->arena, "%u", i + 1);
        const char *above = i ? arena_printf(making->arena, "%u", i) : "";
        parent = x12_add(making->arena, making->set, parent, "HL", number,
                         above, levels->order[i], NULL);
        nodes[i] = parent;
        making->at = item->node;
        add_children(making, item, parent);
    }
    if (making->wish->repeats > 0)
        add_more_levels(making, item, nodes, levels->count);
}

static void
add_variants(struct making *making, const struct item *item,
             struct x12_node *parent)
{
    for (const struct item *v = item->variants; v != NULL; v = v->next)
        if (v->usage == 'M')
            add_item(making, v, parent);
}

/* Depth is that of the guide. */
static void
add_children(struct making *making, const struct item *parent,
             struct x12_node *node)
{
    for (const struct item *item = parent->child; item; item = item->next) {
        bool level = strcmp(item->segment->id, "HL") == 0;
        bool must = item->usage == 'M';
        add_variants(making, item, node);
        if (item->usage == 'N' || (!must && !wanted(making)) ||
            (!must && !is_found(making, item)))
            continue;
        if (level && making->guide->level_count > 0) {
            add_levels(making, item, node);
            continue;
        }
        for (uint32_t n = times(making, item->max); n > 0; n--)
            add_item(making, item, node);
    }
}

struct x12_set *
x12_sample(const struct x12_guide *guide, struct arena *arena,
           const struct x12_sample_wish *wish)
{
    struct making making = {
        .guide = guide,
        .arena = arena,
        .wish = wish,
        .set = x12_set_new(arena, guide->set, guide->version),
        .state = wish->seed * 0x9E3779B97F4A7C15u + 0x2545F4914F6CDD1Du,
    };

    if (making.state == 0)
        making.state = 1;
    add_children(&making, guide->root, NULL);
    return making.set;
}
