/* SPDX-License-Identifier: Apache-2.0 */
/* A set to a record: each segment to the line that takes it up. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "map/convert.h"
#include "map/read_private.h"

/* A segment that carries one line of a text. */
static void
read_piece(struct reading *reading, const struct line *line,
           const struct x12_node *node, struct frame *frame)
{
    CLEANUP(json_decrefp) json_t *piece = json_object();
    struct segment_reading at = { reading, line, node, { 0 } };

    map_take_assigns(&at, map_new_frame(reading, frame, piece));
    map_report_left(&at);
    map_add_piece(line, frame, piece, reading->run.arena);
}

static void
read_segment(struct reading *reading, const struct line *line,
             const struct x12_node *node, struct frame *frame)
{
    struct segment_reading at = { reading, line, node, { 0 } };
    const struct assign *pack = line->list ? map_pack_of(line) : NULL;

    if (pack != NULL) {
        map_take_pack(&at, pack, frame);
    } else {
        frame = map_enter_list(reading, line, frame);
        map_take_assigns(&at, frame);
    }
    map_report_left(&at);
    map_read_loop(reading, line->child, node->child, frame, NULL);
}

/* The line for a segment: the first that fits and is not used up. */
static const struct line *
pick(const struct line *line, const struct x12_segment *segment,
     const bool *used)
{
    for (; line != NULL; line = line->next, used++)
        if (!map_is_level(line) && map_head_fits(&line->head, segment) &&
            (!*used || line->list != NULL || line->through))
            return line;
    return NULL;
}

static size_t
index_of(const struct line *line, const struct line *wanted)
{
    size_t index = 0;

    for (; line != wanted; line = line->next)
        index++;
    return index;
}

static const char *
segment_start(struct reading *reading, const struct x12_segment *segment)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    buf_adds(&out, segment->id);
    for (uint32_t i = 1; i <= segment->count && out.size < 60; i++) {
        buf_addc(&out, '*');
        buf_add(&out, segment->elements[i - 1].text,
                segment->elements[i - 1].size);
    }
    return convert_bytes(buf_text(&out), out.size < 60 ? out.size : 60,
                         reading->run.arena);
}

/* Lines that found no segment still have their defaults. */
static void
take_defaults(struct reading *reading, const struct line *line,
              const bool *used, struct frame *frame)
{
    reading->run.frame = frame;
    for (; line != NULL; line = line->next, used++) {
        if (*used || line->list != NULL || map_is_level(line))
            continue;
        for (const struct assign *a = line->assigns; a != NULL; a = a->next)
            if (a->expr->kind == EXPR_DEFAULT && a->direction != WRITE_ONLY) {
                reading->run.at = line->head.id;
                expr_take(a->expr, NULL, &reading->run);
            }
    }
}

void
map_read_loop(struct reading *reading, const struct line *lines,
              const struct x12_node *first, struct frame *frame,
              const struct level *around)
{
    bool *used = arena_alloc(reading->run.arena, index_of(lines, NULL) + 1);

    for (const struct x12_node *node = first; node; node = node->next) {
        const struct line *line;

        if (text_equal(node->segment.id, "HL"))
            continue;
        line = pick(lines, &node->segment, used);
        if (line != NULL && line->list && line->list->type == FIELD_TEXT) {
            read_piece(reading, line, node, frame);
        } else if (line != NULL) {
            used[index_of(lines, line)] = true;
            read_segment(reading, line, node, frame);
        } else if (!map_ignores_segment(reading->map, node)) {
            problem_warn(reading->run.found, TP3103,
                         map_read_place(reading, node, 0),
                         "found '%s', which no line of the map takes up",
                         segment_start(reading, &node->segment));
        }
    }
    take_defaults(reading, lines, used, frame);
    for (const struct x12_node *node = first; node; node = node->next)
        if (text_equal(node->segment.id, "HL"))
            map_read_level(reading, node, around, frame);
}

static long
segments_read(void *user, const char *id)
{
    const struct reading *reading = user;

    return map_count_segments(reading->set->first, id);
}

static void
take_later(struct reading *reading)
{
    for (const struct later *l = reading->later; l != NULL; l = l->next) {
        reading->run.frame = l->frame;
        reading->run.at = l->at;
        expr_take(l->assign->expr, l->text, &reading->run);
    }
}

bool
map_read(const struct map *map, const struct x12_set *set,
         const struct map_codes *codes, struct problems *found,
         struct record **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct reading reading = { .map = map, .set = set };
    struct record *record;
    struct frame root = { 0 };

    if (!text_equal(map->set, set->id))
        return err_set(err, TP3101, "found set %s, expected %s as the map %s",
                       set->id, map->set, map->sources[0]);
    record = record_new(map->kind);
    root.node = record->fields;
    reading.later_end = &reading.later;
    reading.run = (struct expr_run){ .frame = &root,
                                     .codes = codes,
                                     .side = "x12",
                                     .arena = arena,
                                     .found = found,
                                     .segments = segments_read,
                                     .user = &reading };
    map_read_loop(&reading, map->first, set->first, &root, NULL);
    take_later(&reading);
    reading.run.frame = &root;
    map_run_checks(map, &reading.run);
    map_check_schema(record, &reading.run);
    *out = record;
    return true;
}
