/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum { ID_SIZE = 3 /* of ST01 */, FEW = 4 };

static inline void
clear_counts(struct open_set *set, uint16_t loop)
{
    const struct node *nodes = set->guide->nodes, *node = &nodes[loop];

    /* Most loops hold few segments: no call for these. */
    if (node->count > FEW)
        memset(set->counts + node->first, 0, node->count * sizeof *set->counts);
    else
        for (uint32_t i = 0; i < node->count; i++)
            set->counts[node->first + i] = 0;
    for (uint16_t i = 0; node->varied && i < node->count; i++) {
        const struct node *child = &nodes[node->first + i];
        memset(set->counts + child->variant, 0,
               child->variants * sizeof *set->counts);
    }
}

static void
open_loop(struct open_set *set, uint16_t loop, struct x12_node *leader)
{
    BUG_IF(set->depth + 1 >= DEPTH_MAX + 2);
    set->frames[++set->depth] =
        (struct frame){ .node = loop, .leader = leader };
    clear_counts(set, loop);
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
        if (child->usage == 'M' && set->counts[i] == 0) {
            note_missing(reader, "AK304=3", child->segment->id, loop->path,
                         "%s is missing, expected in %s", child->segment->id,
                         where);
            blame(reader, i);
        }
        for (uint16_t v = child->variant; v < child->variant + child->variants;
             v++)
            if (nodes[v].usage == 'M' && set->counts[v] == 0)
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

    if (place != 0 && nodes[place].max != 0 &&
        set->counts[place] >= nodes[place].max) {
        uint16_t other = guide_search(guide, set->at, index, set->counts);
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
        set->counts[v]++;
        if (nodes[v].usage == 'N')
            note_segment(reader, "AK304=2",
                         "%s with %s%02u = %s is not to be used",
                         base->segment->id, base->segment->id, nodes[v].element,
                         nodes[v].value);
        else if (nodes[v].max != 0 && set->counts[v] > nodes[v].max)
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
    set->counts[place]++;
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
    set->counts[place]++;
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
        if (place != 0 && !(reader->marked && check_quick(reader, def)))
            check_segment(reader, def);
    }
    if (!reader->binary && is_binary(reader->name))
        check_binary(reader);
    if (reader->odd || reader->basic)
        check_characters(reader);
}

static void
check_header(struct x12_reader *reader)
{
    const struct x12_result *result = reader->set.result;

    if (strlen(result->id) != ID_SIZE)
        note_set(reader, "AK502=6", "found the set '%s', expected three digits",
                 result->id);
    size_t size = strlen(result->control);
    if (size < 4 || size > 9)
        note_set(reader, "AK502=7",
                 "found the control number '%s', expected 4 to 9 characters",
                 result->control);
    if (seen_control(&reader->sets, 1, result->control))
        note_sin(reader, X12_DUPLICATE_SET, "AK502=23", NULL,
                 "the control number %s is in this group before",
                 result->control);
}

static void
take_guide(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;
    const struct x12_group *group = reader->group;
    const char *id = set->result->id;

    if (reader->options.guide_for == NULL)
        return;
    set->guide = set->result->guide =
        reader->options.guide_for(reader->options.user, group, id);
    if (set->guide == NULL) {
        size_t version = strlen(group->version);
        reader->consequence =
            strlen(id) != ID_SIZE || version == 0 || version > VERSION_MAX;
        note_sin(reader, X12_NO_GUIDE, "AK502=1", NULL,
                 "there is no guide for set %s version %s", id, group->version);
        reader->consequence = false;
        return;
    }
    reader->consequence = strlen(group->functional_id) != KIND_SIZE;
    if (strcmp(set->guide->group, group->functional_id) != 0)
        note_set(reader, "AK502=6", "set %s stands in a group %s, expected %s",
                 id, group->functional_id, set->guide->group);
    reader->consequence = false;
    if (set->counts_room < set->guide->node_count) {
        release(&set->counts);
        set->counts_room = set->guide->node_count;
        set->counts = obtain(set->counts_room * sizeof *set->counts);
    }
    clear_counts(set, 0);
}

struct arena *
result_arena(struct x12_reader *reader)
{
    return reader->options.lean ? reader->set_arena : reader->arena;
}

static bool
wants_tree(const struct x12_reader *reader, const char *id)
{
    const struct x12_options *options = &reader->options;

    if (options->tree_for != NULL)
        return options->tree_for(options->user, reader->group, id);
    return !options->lean && (reader->keep || reader->handler.set != NULL);
}

void
set_begin(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;
    struct arena *arena = result_arena(reader);
    struct x12_result *result = arena_alloc(arena, sizeof *result);

    memset(set, 0, offsetof(struct open_set, frames));
    set->frames[0] = (struct frame){ 0 };
    set->position = 1;
    set->open = true;
    set->result = result;
    set->set = arena_alloc(reader->set_arena, sizeof *set->set);
    set->findings = (struct chain){ .head = &result->findings };
    result->id = keep_element(arena, x12_get(&reader->segment, 1));
    result->control = keep_element(arena, x12_get(&reader->segment, 2));
    result->implementation = keep_element(arena, x12_get(&reader->segment, 3));
    result->group = reader->group;
    set->set->id = result->id;
    set->set->control = result->control;
    set->set->version = reader->group->version;
    set->set->delimiters = reader->interchange->delimiters;
    if (reader->release != '\0') {
        set->set->delimiters.component = reader->delimiters.component;
        set->set->delimiters.repetition = reader->delimiters.repetition;
    }
    set->tree = wants_tree(reader, result->id);
    set->set->offset = reader->segment.offset;
    reader->segment.position = 1;
    if (reader->last_result != NULL)
        reader->last_result->next = result;
    else if (!reader->options.lean)
        reader->group->results = result;
    reader->last_result = reader->options.lean ? NULL : result;
    reader->group->received++;
    reader->file->totals.sets++;
    check_header(reader);
    take_guide(reader);
    set->light = set->guide == NULL && !set->tree &&
                 reader->handler.segment == NULL && !reader->basic &&
                 !is_space(reader->delimiters.terminator);
}

static void
check_trailer(struct x12_reader *reader)
{
    struct x12_element found = x12_get(&reader->segment, 2);
    struct spot spot = { .element = 2, .value = &found };
    const struct open_set *set = &reader->set;

    check_count(reader, "AK502=4", "segments", set->position);
    if (!x12_is(found, set->result->control))
        note_sin(reader, X12_CONTROL_MISMATCH, "AK502=3", &spot,
                 "found the control number '%.*s', expected '%s' as in ST02",
                 (int)(found.size < 40 ? found.size : 40), found.text,
                 set->result->control);
}

static void
judge(struct x12_reader *reader)
{
    const struct open_set *set = &reader->set;
    bool lenient = reader->options.on_error == X12_WITH_ERRORS;

    if (set->rejects == 0)
        set->result->verdict = X12_ACCEPTED;
    else if (lenient && set->hard == 0)
        set->result->verdict = X12_WITH_ERRORS;
    else
        set->result->verdict = X12_REJECTED;
    if (set->result->verdict != X12_REJECTED)
        reader->group->accepted++;
    else
        reader->file->totals.rejected++;
}

void
set_end(struct x12_reader *reader, bool complete)
{
    struct open_set *set = &reader->set;

    if (complete) {
        if (set->guide != NULL) {
            while (set->depth > 0)
                close_loop(reader);
            check_musts(reader, &set->guide->nodes[0]);
            nest_levels(reader);
        }
        check_trailer(reader);
        set->set->segments = set->position;
        set->set->size = reader->base + reader->at - set->set->offset;
    } else {
        note_set(reader, "AK502=2", "the set %s %s has no SE before %s",
                 set->result->id, set->result->control,
                 reader->segment.id[0] ? reader->segment.id : "the end");
    }
    sort_findings(reader, &set->findings);
    judge(reader);
    reader->group_noted |= set->result->verdict == X12_WITH_ERRORS;
    set->result->set =
        complete && set->tree && !set->too_large ? set->set : NULL;
    set->open = set->light = false;
    if (reader->handler.set != NULL)
        reader->handler.set(reader->handler.user, set->result);
    if (!reader->keep) {
        set->result->set = NULL;
        arena_reset(reader->set_arena);
    }
}
