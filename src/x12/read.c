/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/read.h"

#include <string.h>

#include "base/arena.h"
#include "x12/scan_private.h"

enum {
    SEGMENT_MAX = 1 << 20,
    SET_MAX = 16 << 20,
    FINDINGS_MAX = 100,
    HELD_MIN = 1024
};

void
x12_options_init(struct x12_options *options)
{
    *options = (struct x12_options){ .on_error = X12_REJECTED,
                                     .max_segment = SEGMENT_MAX,
                                     .max_set = SET_MAX,
                                     .max_findings = FINDINGS_MAX };
    for (int i = 0; i < X12_TOLERANCES; i++)
        options->tolerance[i] =
            (unsigned char)x12_tolerance_default((enum x12_tolerance)i);
}

static struct x12_reader *
reader_new(const struct x12_options *options, struct arena *arena)
{
    struct x12_reader *reader = obtain(sizeof *reader);

    reader->options = *options;
    reader->keep = arena != NULL;
    reader->arena = arena ? arena : arena_new();
    reader->set_arena = arena ? arena : arena_new();
    reader->group_arena =
        arena == NULL && options->lean ? arena_new() : reader->arena;
    reader->file = arena ? arena_alloc(arena, sizeof *reader->file)
                         : obtain(sizeof *reader->file);
    reader->outside = (struct chain){ .head = &reader->file->findings };
    reader->line = 1;
    reader->basic = policy(reader, X12_OUTSIDE_BASIC) != X12_IGNORE;
    reader->index = scan_way(options->scanner);
    return reader;
}

struct x12_reader *
x12_reader_new(const struct x12_options *options,
               const struct x12_handler *handler)
{
    struct x12_reader *reader = reader_new(options, NULL);

    reader->handler = *handler;
    reader->shows = handler->views != NULL || handler->batch != NULL;
    return reader;
}

void
x12_reader_free(struct x12_reader **out)
{
    struct x12_reader *reader = *out;

    if (reader == NULL)
        return;
    if (!reader->keep) {
        if (reader->group_arena != reader->arena)
            arena_free(&reader->group_arena);
        arena_free(&reader->arena);
        arena_free(&reader->set_arena);
        release(&reader->file);
    }
    seen_clear(&reader->interchanges);
    seen_clear(&reader->groups_of_file);
    seen_clear(&reader->groups);
    seen_clear(&reader->sets);
    if (reader->window != NULL)
        release(&reader->window->marks);
    release(&reader->window);
    release(&reader->held);
    release(&reader->squeezed);
    release(&reader->elements);
    release(&reader->spans);
    release(&reader->set.tallies);
    release(&reader->set.levels);
    release(out);
}

static void
hold(struct x12_reader *reader, const char *bytes, size_t size)
{
    size_t need = reader->held_size + size, room = reader->held_room;

    if (size == 0)
        return;
    if (need > room) {
        room = need * 2 > HELD_MIN ? need * 2 : HELD_MIN;
        reader->held = obtain_more(reader->held, reader->held_room, room);
        reader->held_room = room;
    }
    memcpy(reader->held + reader->held_size, bytes, size);
    reader->looked += size;
    reader->held_size = need;
}

/* Lets the reader go on in these bytes; returns how many it used. */
static size_t
advance(struct x12_reader *reader, const char *bytes, size_t size)
{
    reader->bytes = bytes ? bytes : "";
    reader->size = size;
    reader->at = 0;
    scan_forget(reader);
    step(reader);
    reader->base += reader->at;
    reader->scanned -=
        reader->scanned < reader->at ? reader->scanned : reader->at;
    return reader->at;
}

/* Completes what was held back with new bytes, until it is used up; returns
 * how many of the new bytes were used with it. */
static size_t
complete(struct x12_reader *reader, const char *bytes, size_t size)
{
    size_t taken = 0;

    while (taken < size) {
        size_t before = reader->held_size, piece = size - taken;
        if (piece > before + HELD_MIN)
            piece = before + HELD_MIN;
        hold(reader, bytes + taken, piece);
        taken += piece;
        size_t used = advance(reader, reader->held, reader->held_size);
        size_t left = reader->held_size - used;
        if (used >= before) {
            reader->held_size = 0;
            reader->scanned = 0;
            return taken - left;
        }
        if (used > 0) {
            memmove(reader->held, reader->held + used, left);
            reader->looked += left;
        }
        reader->held_size = left;
    }
    return taken;
}

void
x12_feed(struct x12_reader *reader, const void *bytes, size_t size)
{
    const char *at = bytes;
    size_t used = 0;

    reader->file->totals.bytes += size;
    if (reader->held_size > 0)
        used = complete(reader, at, size);
    if (used == size)
        return;
    at += used;
    size -= used;
    used = advance(reader, at, size);
    hold(reader, at + used, size - used);
}

void
x12_end(struct x12_reader *reader, struct x12_totals *out)
{
    struct x12_totals *totals = &reader->file->totals;

    reader->final = true;
    advance(reader, reader->held, reader->held_size);
    totals->spaces = totals->bytes - totals->documents - totals->junk;
    if (totals->interchanges == 0 && reader->state != REFUSED)
        note_file(reader, X12_REJECT, X12_TOLERANCES, 0,
                  totals->junk ? "there is no interchange in the file"
                               : "the file is empty");
    if (out != NULL)
        *out = *totals;
}

const struct x12_file *
x12_read(struct arena *arena, const void *bytes, size_t size,
         const struct x12_options *options)
{
    struct x12_reader *reader = reader_new(options, arena);
    const struct x12_file *file = reader->file;

    x12_feed(reader, bytes, size);
    x12_end(reader, NULL);
    x12_reader_free(&reader);
    return file;
}

bool
x12_usable(const struct x12_result *result)
{
    return result->verdict != X12_REJECTED && result->set != NULL &&
           result->group->verdict != X12_REJECTED &&
           result->group->interchange->verdict != X12_REJECTED;
}
