/* SPDX-License-Identifier: Apache-2.0 */
/* A set's ST and SE: what it is called, its guide, its verdict. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum { ID_SIZE = 3 /* of ST01 */ };

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
    if (set->tally_room < set->guide->node_count) {
        release(&set->tallies);
        set->tally_room = set->guide->node_count;
        set->tallies = obtain(set->tally_room * sizeof *set->tallies);
    }
    set->tallies[0].opened = ++set->openings;
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
    set->plain = !set->tree && reader->handler.segment == NULL &&
                 (set->guide == NULL || !reader->shows) && !reader->basic &&
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
                 SHOWN(found), set->result->control);
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
            set_close_loops(reader);
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
    set->open = set->plain = false;
    if (reader->handler.set != NULL)
        reader->handler.set(reader->handler.user, set->result);
    if (!reader->keep) {
        set->result->set = NULL;
        arena_reset(reader->set_arena);
    }
}
