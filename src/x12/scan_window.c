/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the segments that an index tells of: scan_private.h. */
#include <string.h>

#include "base/arena.h"
#include "x12/scan_private.h"
#include "x12/views.h"

enum { PLACES_MAX = 1 << 30 }; /* places fit into 32 bits */

static inline bool
is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static bool
is_plain(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((signed char)bytes[i] < ' ' || bytes[i] == 0x7F)
            return false;
    return true;
}

/* Whether special bytes stand in a segment; those before it are forgotten. */
static inline bool
is_special(struct scan_window *window, uint32_t first, uint32_t end)
{
    while (window->odds[window->odd_at] < first)
        window->odd_at++;
    return window->odds[window->odd_at] < end;
}

/* Capitals and digits, as all names should be. */
static inline bool
is_capital(char c)
{
    return (unsigned char)(c - 'A') < 26 || (unsigned char)(c - '0') < 10;
}

bool
is_envelope(uint32_t name)
{
    switch (name) {
    case NAME('S', 'T', 0):
    case NAME('S', 'E', 0):
    case NAME('G', 'S', 0):
    case NAME('G', 'E', 0):
    case NAME('I', 'E', 'A'):
    case NAME('I', 'S', 'X'):
    case NAME('T', 'A', '1'):
        return true;
    default:
        return false;
    }
}

/* A name's kind; what the envelope is made of is no common segment. */
static enum scan_kind
kind_of(const char *text, bool two)
{
    uint32_t name = NAME((unsigned char)text[0], (unsigned char)text[1],
                         two ? 0 : (unsigned char)text[2]);

    if (!is_capital(text[0]) || !is_capital(text[1]) ||
        !(two || is_capital(text[2])))
        return SCAN_ODD;
    if (name == NAME('I', 'S', 'A') || name == NAME('B', 'I', 'N') ||
        name == NAME('B', 'D', 'S'))
        return SCAN_ODD;
    return is_envelope(name) ? SCAN_ENVELOPE : SCAN_COMMON;
}

/* Remembers a name that was seen, in place of one that was not seen lately. */
static struct scan_name *
learn_name(struct scan_window *window, uint32_t name, const char *text,
           bool two)
{
    size_t at = scan_name_slot(name);
    struct scan_name *known = &window->names[at];
    const struct x12_guide *guide = window->guide;

    if (known->name != 0) { /* its other place is for it to find */
        window->names[at ^ 1] = *known;
        window->common[at ^ 1] = window->common[at];
    }
    *known = (struct scan_name){
        .name = name,
        .index = guide ? guide_index(guide, name) : NO_SEGMENT,
        .kind = (uint8_t)kind_of(text, two),
    };
    window->common[at] = known->kind == SCAN_COMMON ? name : 0;
    return known;
}

/* The segment is at least three bytes long, so that with its terminator four
 * may be looked at. */
static inline enum scan_kind
take_name(struct x12_reader *reader, struct scan_window *window,
          const char *text, const char *end)
{
    bool two = end - text == 2;

    if (!two && end - text != 3)
        return SCAN_ODD;
    reader->name = scan_name_of(text, two ? 2 : 3);
    struct scan_name *known = scan_known(window, reader->name);
    if (known == NULL)
        known = learn_name(window, reader->name, text, two);
    return (enum scan_kind)known->kind;
}

/* Elements stay marks until someone asks for them: show_elements(). */
static inline void
hide_elements(struct x12_reader *reader, const struct scan_window *window,
              const uint32_t *marks, uint32_t count)
{
    reader->trailing = count > 1 && marks[count - 1] - marks[count - 2] == 1;
    while (count > 1 && marks[count - 1] - marks[count - 2] == 1)
        count--;
    reader->segment.count = count - 1;
    reader->hidden = reader->marked = true;
    reader->marks = marks;
    reader->marks_base = window->base;
}

void
show_elements(struct x12_reader *reader)
{
    const uint32_t *marks = reader->marks;
    const char *base = reader->marks_base;
    uint32_t count = reader->segment.count;

    if (!reader->hidden)
        return;
    reader->hidden = false;
    struct x12_element *out = scan_room(reader, count);
    for (uint32_t i = 0; i < count; i++)
        out[i] = (struct x12_element){ base + marks[i] + 1,
                                       marks[i + 1] - marks[i] - 1 };
    reader->segment.elements = out;
}

/* Marks of a segment that was taken with care. */
static void
find_marks(struct x12_reader *reader)
{
    const struct x12_segment *segment = &reader->segment;
    size_t need = (size_t)segment->count + 1;

    if (need > reader->span_room) {
        reader->spans =
            obtain_more(reader->spans, reader->span_room * sizeof(uint32_t),
                        need * 2 * sizeof(uint32_t));
        reader->span_room = need * 2;
    }
    const struct x12_element *id = &segment->elements[-1];
    for (size_t i = 0; i < need; i++)
        reader->spans[i] = (uint32_t)(id[i].text + id[i].size - reader->text);
    reader->marks = reader->spans;
    reader->marks_base = reader->text;
}

void
tell_views(struct x12_reader *reader)
{
    const struct x12_segment *segment = &reader->segment;

    if (!reader->marked)
        find_marks(reader);
    uint32_t marks = segment->count + 1;
    struct x12_batch batch = { .count = 1,
                               .position = segment->position,
                               .line = segment->line,
                               .offset = segment->offset,
                               .base = reader->marks_base,
                               .marks = reader->marks,
                               .ends = &marks };
    batch.start = (uint32_t)(reader->text - reader->marks_base);
    memcpy(batch.id, segment->id, sizeof batch.id);
    show_batch(reader, &batch);
}

void
show_batch(struct x12_reader *reader, const struct x12_batch *batch)
{
    const struct x12_handler *handler = &reader->handler;

    if (handler->batch != NULL)
        handler->batch(handler->user, batch);
    for (uint32_t i = 0; handler->views != NULL && i < batch->count; i++) {
        struct x12_views views = x12_batch_views(batch, i);
        handler->views(handler->user, &views);
    }
}

/* Says that the segment needs care. */
static bool
leave(struct x12_reader *reader, const char *first)
{
    reader->at = (size_t)(first - reader->bytes);
    reader->left_at = reader->base + reader->at;
    return false;
}

const char *
scan_newlines(struct x12_reader *reader, const char *at, const char *limit)
{
    if (at < limit && *at == '\n' && !reader->after_cr) {
        reader->line++;
        reader->at++;
        reader->first_line = false;
        at++;
    }
    for (; at < limit && is_newline(*at); at++) {
        skip(reader, 1);
        reader->first_line = false;
    }
    return at;
}

/* The segment from first to its terminator at end becomes the one at hand. */
static inline void
hold_segment(struct x12_reader *reader, const char *first, const char *end)
{
    size_t size = (size_t)(end - first);

    reader->segment.id[0] = reader->id_text[0] = (char)(reader->name & 0xFF);
    reader->segment.id[1] = reader->id_text[1] = (char)(reader->name >> 8);
    reader->segment.id[2] = reader->id_text[2] = (char)(reader->name >> 16);
    reader->segment.id[3] = reader->id_text[3] = '\0';
    reader->lower = false;
    reader->odd = reader->binary = false;
    reader->raw = reader->text = first;
    reader->raw_size = reader->text_size = size;
    reader->at = (size_t)(end - reader->bytes);
    reader->segment.offset = reader->base + reader->at - size;
    reader->segment.line = reader->line;
    reader->segment.position = 0;
    reader->after_cr = false;
    if (is_newline(*end))
        skip(reader, 1);
    else
        reader->at++;
}

/* What take_segment() would find out. */
static inline bool
is_common(const struct x12_reader *reader)
{
    return reader->set.open && !reader->trailing && !reader->shows &&
           reader->handler.segment == NULL;
}

/* False: the run is over. */
static inline bool
take_next(struct x12_reader *reader, struct scan_window *window)
{
    const uint32_t *marks = window->marks + window->first;
    uint32_t after = window->ends[window->end_at];
    uint32_t count = after - (uint32_t)window->first;
    const char *first = window->next;
    const char *end = window->base + marks[count - 1];
    size_t size = (size_t)(end - first);

    if (size < 3 || size > reader->options.max_segment)
        return leave(reader, first);
    enum scan_kind kind =
        take_name(reader, window, first, window->base + marks[0]);
    if (kind == SCAN_ODD)
        return leave(reader, first);
    reader->composite =
        is_special(window, (uint32_t)(first - window->base), marks[count - 1]);
    if (reader->composite && !is_plain(first, size))
        return leave(reader, first);
    hide_elements(reader, window, marks, count);
    hold_segment(reader, first, end);
    window->first = after;
    window->end_at++;
    if (kind == SCAN_COMMON && is_common(reader)) {
        reader->segment.position = ++reader->set.position;
        set_take(reader);
    } else {
        take_segment(reader);
    }
    if (reader->state != INSIDE || reader->release != '\0')
        return false;
    window->next = scan_newlines(reader, end + 1, window->limit);
    return true;
}

/* A new window, from the bytes at hand on. */
static void
begin_window(struct x12_reader *reader, struct scan_window *window)
{
    size_t left = reader->size - reader->at;

    window->base = window->at = window->next = reader->bytes + reader->at;
    window->limit = window->base + (left < PLACES_MAX ? left : PLACES_MAX);
    window->after = window->gap = window->apart = 0;
    window->first = window->count = 0;
    window->end_at = window->end_count = 0;
    window->odd_at = window->odd_count = 0;
    window->odds[0] = SCAN_NEVER;
}

/* Goes on in the window after the careful way took some of it; false = the
 * bytes at hand do not start a segment there. */
static bool
resume(struct x12_reader *reader, struct scan_window *window)
{
    const char *at = reader->bytes + reader->at;

    for (; window->end_at < window->end_count; window->end_at++) {
        size_t end = window->ends[window->end_at];
        if (at <= window->base + window->marks[end - 1]) {
            bool first = at >= window->next &&
                         at <= window->base + window->marks[window->first];
            window->next = at;
            return first;
        }
        window->next = window->base + window->marks[end - 1] + 1;
        window->first = end;
    }
    return false;
}

/* Keeps what is known of the segment that has no end so far and indexes more
 * bytes. */
static void
move_window(struct x12_reader *reader, struct scan_window *window)
{
    size_t kept = window->count - window->first;
    size_t need = kept + SCAN_WINDOW + SCAN_SLACK, last = window->odd_count;

    if (kept > 0)
        memmove(window->marks, window->marks + window->first,
                kept * sizeof *window->marks);
    if (need > window->room) {
        window->marks =
            obtain_more(window->marks, window->room * sizeof *window->marks,
                        need * 2 * sizeof *window->marks);
        window->room = need * 2;
    }
    window->first = 0;
    window->count = kept;
    window->end_at = window->end_count = 0;
    window->odd_count = last > window->odd_at;
    window->odd_at = 0;
    if (window->odd_count > 0)
        window->odds[0] = window->odds[last - 1];
    const char *from = window->at;
    reader->index(window, &reader->delimiters);
    reader->looked += (uint64_t)(window->at - from);
}

static bool
is_too_long(const struct x12_reader *reader, const struct scan_window *window)
{
    return window->at > window->next &&
           (size_t)(window->at - window->next) > reader->options.max_segment;
}

void
scan_forget(struct x12_reader *reader)
{
    if (reader->window != NULL)
        reader->window->end_at = reader->window->end_count = 0;
}

void
scan_run(struct x12_reader *reader)
{
    /* Binary data may be waited for, and a segment's end: they are not
     * indexed again with each chunk. */
    if (reader->left_at == reader->base + reader->at || !has_terminator(reader))
        return;
    if (reader->window == NULL)
        reader->window = obtain(sizeof *reader->window);
    struct scan_window *window = reader->window;
    if (!resume(reader, window))
        begin_window(reader, window);
    for (;;) {
        while (window->end_at < window->end_count) {
            if (reader->set.plain)
                scan_plain(reader, window);
            if (window->end_at < window->end_count &&
                !take_next(reader, window))
                return;
        }
        if (window->at == window->limit || is_too_long(reader, window))
            break;
        move_window(reader, window);
    }
    reader->at = (size_t)(window->next - reader->bytes);
}
