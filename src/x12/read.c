/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/read.h"

#include <string.h>

#include "base/arena.h"
#include "x12/read_private.h"

enum {
    SEGMENT_MAX = 1 << 20,
    SET_MAX = 16 << 20,
    FINDINGS_MAX = 100,
    PIECE = 64 * 1024,
    PADDING = 16 /* so that blocks of 16 may be read over the end */
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
    reader->file = arena ? arena_alloc(arena, sizeof *reader->file)
                         : obtain(sizeof *reader->file);
    reader->outside = (struct chain){ .head = &reader->file->findings };
    reader->line = 1;
    return reader;
}

struct x12_reader *
x12_reader_new(const struct x12_options *options,
               const struct x12_handler *handler)
{
    struct x12_reader *reader = reader_new(options, NULL);

    reader->handler = *handler;
    return reader;
}

void
x12_reader_free(struct x12_reader **out)
{
    struct x12_reader *reader = *out;

    if (reader == NULL)
        return;
    if (!reader->keep) {
        arena_free(&reader->arena);
        arena_free(&reader->set_arena);
        release(&reader->file);
    }
    seen_clear(&reader->interchanges);
    seen_clear(&reader->sets);
    release(&reader->bytes);
    release(&reader->squeezed);
    release(&reader->elements);
    release(&reader->set.counts);
    release(&reader->set.levels);
    release(out);
}

/* Used bytes are dropped when they are the greater part, so that each byte is
 * moved a bounded number of times. */
static void
make_room(struct x12_reader *reader, size_t size)
{
    if (reader->at > 0 && reader->at * 2 >= reader->size) {
        memmove(reader->bytes, reader->bytes + reader->at,
                reader->size - reader->at);
        reader->base += reader->at;
        reader->scanned -=
            reader->scanned < reader->at ? reader->scanned : reader->at;
        reader->size -= reader->at;
        reader->at = 0;
    }
    size_t need = reader->size + size + PADDING;
    if (need <= reader->room)
        return;
    size_t room = reader->room ? reader->room * 2 : PIECE * 2;
    if (room < need)
        room = need;
    reader->bytes = obtain_more(reader->bytes, reader->room, room);
    reader->room = room;
}

void
x12_feed(struct x12_reader *reader, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        size_t piece = size < PIECE ? size : PIECE;
        make_room(reader, piece);
        memcpy(reader->bytes + reader->size, at, piece);
        reader->size += piece;
        reader->file->totals.bytes += piece;
        step(reader);
        at += piece;
        size -= piece;
    }
}

void
x12_end(struct x12_reader *reader, struct x12_totals *out)
{
    struct x12_totals *totals = &reader->file->totals;

    make_room(reader, 0);
    reader->final = true;
    step(reader);
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
