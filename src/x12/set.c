/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/read_private.h"

static uint32_t
count_of(const struct open_set *set, uint16_t place)
{
    return tally_count(set->tallies, set->guide->nodes, place);
}

static uint32_t
count_in(struct open_set *set, uint16_t place)
{
    return tally_add(set->tallies, set->guide->nodes, place);
}

static void
open_loop(struct open_set *set, uint16_t loop, struct x12_node *leader)
{
    BUG_IF(set->depth + 1 >= DEPTH_MAX + 2);
    set->frames[++set->depth] =
        (struct frame){ .node = loop, .leader = leader };
    set->tallies[loop].opened = ++set->openings;
}

/* What the loop that closes should have held. */
static void
check_musts(struct x12_reader *reader, const struct node *loop)
{
    const struct open_set *set = &reader->set;
    const struct node *nodes = set->guide->nodes;
    const char *where = *loop->path ? loop->path : "the set";

    for (uint16_t i = loop->first; i < loop->first + loop->count; i++) {
        const struct node *child = &nodes[i];
        if (child->usage == 'M' && count_of(set, i) == 0) {
            note_missing(reader, "AK304=3", child->segment->id, loop->path,
                         "%s is missing, expected in %s", child->segment->id,
                         where);
            blame(reader, i);
        }
        for (uint16_t v = child->variant; v < child->variant + child->variants;
             v++)
            if (nodes[v].usage == 'M' && count_of(set, v) == 0)
                note_missing(reader, "AK304=3", child->segment->id, loop->path,
                             "%s with %s%02u = %s is missing, expected in %s",
                             child->segment->id, child->segment->id,
                             nodes[v].element, nodes[v].value, where);
    }
}

static void
close_loop(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;
    const struct node *loop = &set->guide->nodes[set->frames[set->depth].node];

    if (loop->musts)
        check_musts(reader, loop);
    set->depth--;
}

bool
set_lacks(const struct open_set *set, uint16_t place)
{
    const struct node *node = &set->guide->nodes[place];
    uint16_t v = node->variant, end = (uint16_t)(v + node->variants);

    if (node->usage == 'M' && count_of(set, place) == 0)
        return true;
    for (; v < end; v++)
        if (set->guide->nodes[v].usage == 'M' && count_of(set, v) == 0)
            return true;
    return false;
}

void
set_open_loop(struct open_set *set, uint16_t place)
{
    open_loop(set, place, NULL);
}

static struct x12_node *
copy_segment(struct x12_reader *reader)
{
    const struct x12_segment *from = &reader->segment;

    show_elements(reader);
    size_t elements = from->count * sizeof(struct x12_element);
    struct x12_node *node = arena_alloc(
        reader->set_arena, sizeof *node + elements + reader->text_size);
    struct x12_element *to = (struct x12_element *)(node + 1);
    char *text = (char *)(to + from->count);

    memcpy(text, reader->text, reader->text_size);
    node->segment = *from;
    node->segment.elements = to;
    for (uint32_t i = 0; i < from->count; i++)
        to[i] = (struct x12_element){
            .text = text + (from->elements[i].text - reader->text),
            .size = from->elements[i].size,
        };
    return node;
}

static void
attach(struct open_set *set, struct x12_node *node)
{
    struct frame *frame = &set->frames[set->depth];

    if (node == NULL)
        return;
    node->parent = frame->leader;
    if (frame->last != NULL)
        frame->last->next = node;
    else if (frame->leader != NULL)
        frame->leader->child = node;
    else
        set->set->first = node;
    frame->last = node;
}

/* A place that the set has passed already, in the loops that are open. */
static uint16_t
find_behind(const struct open_set *set, uint16_t index)
{
    const struct node *nodes = set->guide->nodes;

    for (uint32_t depth = set->depth + 1; depth-- > 0;) {
        const struct node *loop = &nodes[set->frames[depth].node];
        for (uint16_t i = loop->first; i < loop->first + loop->count; i++)
            if (nodes[i].index == index && nodes[i].usage != 'N')
                return i;
    }
    return 0;
}

/* *late: it stands behind what should follow it. */
static uint16_t
find_place(struct x12_reader *reader, uint16_t index, bool *late)
{
    struct open_set *set = &reader->set;
    const struct x12_guide *guide = set->guide;
    const struct node *nodes = guide->nodes;
    uint16_t place = guide->next[set->at * guide->index_count + index];

    if (place != 0 && count_of(set, place) >= nodes[place].most) {
        uint16_t other = guide_search(guide, set->at, index, set->tallies);
        if (other != 0)
            return other;
        note_segment(reader, nodes[place].loop ? "AK304=4" : "AK304=5",
                     "found %s once more, expected at most %u",
                     reader->segment.id, nodes[place].max);
    }
    if (place != 0)
        return place;
    if (set->behind != 0)
        place = guide->next[set->behind * guide->index_count + index];
    if (place != 0) /* what stood before was too early */
        return place;
    place = find_behind(set, index);
    *late = place != 0;
    if (*late) {
        note_segment(reader, "AK304=7", "%s stands too late in its %s",
                     reader->segment.id, nodes[place].parent ? "loop" : "set");
        return place;
    }
    reader->consequence = set->astray;
    note_segment(reader, "AK304=2",
                 "%s is not expected here; its loop is not open",
                 reader->segment.id);
    reader->consequence = false;
    return 0;
}

/* The variant that the segment's qualifier selects, or the place itself. */
static uint16_t
find_variant(struct x12_reader *reader, uint16_t place)
{
    struct open_set *set = &reader->set;
    const struct node *nodes = set->guide->nodes, *base = &nodes[place];

    if (base->variants == 0)
        return place;
    show_elements(reader);
    for (uint16_t v = base->variant; v < base->variant + base->variants; v++) {
        if (!x12_is(x12_get(&reader->segment, nodes[v].element),
                    nodes[v].value))
            continue;
        uint32_t count = count_in(set, v);
        if (nodes[v].usage == 'N')
            note_segment(reader, "AK304=2",
                         "%s with %s%02u = %s is not to be used",
                         base->segment->id, base->segment->id, nodes[v].element,
                         nodes[v].value);
        else if (count > nodes[v].most)
            note_segment(reader, nodes[v].loop ? "AK304=4" : "AK304=5",
                         "found %s with %s%02u = %s once more, expected at "
                         "most %u",
                         base->segment->id, base->segment->id, nodes[v].element,
                         nodes[v].value, nodes[v].max);
        return v;
    }
    return place;
}

/* The segment at hand, to be nested when the set ends. */
static void
remember_level(struct x12_reader *reader, struct x12_node *node)
{
    struct open_set *set = &reader->set;
    struct level level = { .node = node };

    if (set->level_count == set->level_room) {
        size_t room = set->level_room ? set->level_room * 2 : 32;
        set->levels =
            obtain_more(set->levels, set->level_room * sizeof *set->levels,
                        room * sizeof *set->levels);
        set->level_room = room;
    }
    show_elements(reader);
    level.segment = node ? node->segment : copy_segment(reader)->segment;
    for (uint32_t i = 0; i < 2 && i < reader->segment.count; i++)
        level.offsets[i] = offset_of(reader, reader->segment.elements[i].text);
    set->levels[set->level_count++] = level;
}

/* A segment that comes too late, into its loop; the set goes on from where it
 * was or, when what follows has no place there, from the segment. */
static uint16_t
place_late(struct x12_reader *reader, struct x12_node *node, uint16_t place)
{
    struct open_set *set = &reader->set;
    uint32_t depth = set->depth, outer = depth;

    while (set->frames[outer].node != set->guide->nodes[place].parent)
        outer--;
    set->depth = outer;
    attach(set, node);
    set->depth = depth;
    count_in(set, place);
    set->behind = place;
    return find_variant(reader, place);
}

/* The segment into the tree; its place in the guide, 0 = it has none. */
static uint16_t
place_segment(struct x12_reader *reader, struct x12_node *node)
{
    struct open_set *set = &reader->set;
    const struct x12_guide *guide = set->guide;
    uint16_t index = segment_index(reader);
    uint16_t place = 0;
    bool late = false;

    if (index >= KNOWN_SEGMENT)
        note_sin(reader, X12_UNKNOWN_SEGMENT,
                 index == NO_SEGMENT ? "AK304=1" : "AK304=6", NULL,
                 "the segment %s is not in the guide of %s", reader->id_text,
                 guide->set);
    else
        place = find_place(reader, index, &late);
    set->astray = place == 0;
    if (place == 0) {
        attach(set, node);
        return 0;
    }
    if (late && !guide->nodes[place].loop)
        return place_late(reader, node, place);
    while (set->frames[set->depth].node != guide->nodes[place].parent)
        close_loop(reader);
    count_in(set, place);
    attach(set, node);
    set->behind = 0;
    if (guide->nodes[place].variants > 0)
        place = find_variant(reader, place);
    set->at = place;
    if (guide->nodes[place].hl && guide->nodes[place].parent == 0)
        remember_level(reader, node);
    if (guide->nodes[place].loop)
        open_loop(set, place, node);
    if (reader->name == NAME('L', 'S', 0) || reader->name == NAME('L', 'E', 0))
        check_loop_name(reader);
    return place;
}

static bool
too_large(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;

    if (reader->segment.offset - set->set->offset <= reader->options.max_set)
        return false;
    if (!set->too_large)
        note_set(reader, "", "the set is larger than %zu bytes",
                 reader->options.max_set);
    set->too_large = true;
    return true;
}

void
set_take(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;

    if (too_large(reader))
        return;
    struct x12_node *node = set->tree ? copy_segment(reader) : NULL;
    if (set->guide == NULL) {
        attach(set, node);
    } else {
        uint16_t place = place_segment(reader, node);
        const struct segment_def *def = set->guide->nodes[place].segment;
        bool quick = place != 0 && reader->marked && !reader->composite;
        if (quick)
            quick = check_quick(reader, def, reader->marks_base, reader->marks,
                                reader->segment.count);
        if (place != 0 && !quick)
            check_segment(reader, def);
    }
    if (!reader->binary && is_binary(reader->name))
        check_binary(reader);
    if (reader->odd || reader->basic)
        check_characters(reader);
}

void
set_close_loops(struct x12_reader *reader)
{
    while (reader->set.depth > 0)
        close_loop(reader);
    check_musts(reader, &reader->set.guide->nodes[0]);
}
