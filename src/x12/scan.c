/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#if defined __SSE2__ && !defined X12_SCALAR
#define X12_BLOCKS
#include <emmintrin.h>
#endif

#include "base/arena.h"
#include "x12/read_private.h"

uint64_t
offset_of(const struct x12_reader *reader, const char *in_segment)
{
    size_t index = (size_t)(in_segment - reader->text), at = 0;

    if (reader->text == reader->raw)
        return reader->segment.offset + index;
    for (; at < reader->raw_size; at++) {
        if (reader->raw[at] == '\r' || reader->raw[at] == '\n')
            continue;
        if (index-- == 0)
            break;
    }
    return reader->segment.offset + at;
}

/* Room for as many elements as a block of 16 bytes may end, and one more. */
static void
grow_elements(struct x12_reader *reader, size_t count)
{
    size_t room = reader->element_room ? reader->element_room * 2 : 64;

    if (count + 17 <= reader->element_room)
        return;
    reader->elements = obtain_more(
        reader->elements, reader->element_room * sizeof *reader->elements,
        room * sizeof *reader->elements);
    reader->element_room = room;
}

static inline void
set_element(struct x12_reader *reader, size_t count, const char *text,
            const char *end)
{
    reader->elements[count] =
        (struct x12_element){ .text = text, .size = (uint32_t)(end - text) };
}

#ifdef X12_BLOCKS
struct masks {
    unsigned element, odd, composite;
};

/* 16 bytes at once; the buffer is padded, so reading over the end is safe. */
static struct masks
look(const struct x12_reader *reader, const char *at, size_t left)
{
    __m128i bytes;
    memcpy(&bytes, at, sizeof bytes);
    const struct x12_delimiters *marks = &reader->delimiters;
    __m128i element = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(marks->element));
    __m128i inner =
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(marks->component)),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(marks->repetition)));
    __m128i odd = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                               _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
    unsigned valid = left < 16 ? (1U << left) - 1 : 0xFFFF;

    return (struct masks){ (unsigned)_mm_movemask_epi8(element) & valid,
                           (unsigned)_mm_movemask_epi8(odd) & valid,
                           (unsigned)_mm_movemask_epi8(inner) & valid };
}

static size_t
find_elements(struct x12_reader *reader, const char *text, size_t size)
{
    const char *start = text;
    size_t count = 0;
    unsigned odd = 0, composite = 0;

    grow_elements(reader, 0);
    for (size_t at = 0; at < size; at += 16) {
        struct masks masks = look(reader, text + at, size - at);
        grow_elements(reader, count);
        odd |= masks.odd;
        composite |= masks.composite;
        for (; masks.element != 0; masks.element &= masks.element - 1) {
            const char *stop = text + at + __builtin_ctz(masks.element);
            set_element(reader, count++, start, stop);
            start = stop + 1;
        }
    }
    set_element(reader, count++, start, text + size);
    reader->odd = odd != 0;
    reader->composite = composite != 0;
    return count;
}
#else
static size_t
find_elements(struct x12_reader *reader, const char *text, size_t size)
{
    const struct x12_delimiters *marks = &reader->delimiters;
    const char *start = text;
    size_t count = 0;

    grow_elements(reader, 0);
    reader->odd = reader->composite = false;
    for (const char *at = text; at < text + size; at++) {
        reader->odd |= (signed char)*at < ' ' || *at == 0x7F;
        reader->composite |=
            *at == marks->component || *at == marks->repetition;
        if (*at == marks->element) {
            grow_elements(reader, count);
            set_element(reader, count++, start, at);
            start = at + 1;
        }
    }
    set_element(reader, count++, start, text + size);
    return count;
}
#endif

/* The segment's name: canonical in segment.id, as it stands in id_text. */
static void
take_id(struct x12_reader *reader, struct x12_element id)
{
    size_t shown = id.size < sizeof reader->id_text - 1
                       ? id.size
                       : sizeof reader->id_text - 1;
    bool good = id.size >= 2 && id.size <= 3;

    memcpy(reader->id_text, id.text, shown);
    reader->id_text[shown] = '\0';
    reader->lower = false;
    memset(reader->segment.id, 0, sizeof reader->segment.id);
    for (size_t i = 0; i < shown; i++) {
        char c = id.text[i];
        if (!is_alphanumeric(c)) {
            good = false;
            if (c < ' ' || c == 0x7F)
                reader->id_text[i] = '.';
        }
        if (i < 3)
            reader->segment.id[i] = (char)toupper((unsigned char)c);
        reader->lower |= c >= 'a' && c <= 'z';
    }
    if (!good)
        memcpy(reader->segment.id, "???", 4);
    reader->name = pack_id(reader->segment.id, 3);
}

static void
grow_squeezed(struct x12_reader *reader, size_t size)
{
    if (size + 16 <= reader->squeezed_room)
        return;
    reader->squeezed =
        obtain_more(reader->squeezed, reader->squeezed_room, size * 2 + 16);
    reader->squeezed_room = size * 2 + 16;
}

/* The same text without its newlines. */
static void
squeeze(struct x12_reader *reader, const char *bytes, size_t size)
{
    size_t out = 0;

    grow_squeezed(reader, size);
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != '\r' && bytes[i] != '\n')
            reader->squeezed[out++] = bytes[i];
    reader->text = reader->squeezed;
    reader->text_size = out;
}

static bool
has_newline(const char *bytes, size_t size)
{
    return memchr(bytes, '\n', size) != NULL ||
           memchr(bytes, '\r', size) != NULL;
}

/* Cuts a segment into elements. */
static void
split(struct x12_reader *reader, const char *bytes, size_t size)
{
    reader->raw = reader->text = bytes;
    reader->raw_size = reader->text_size = size;
    size_t count = find_elements(reader, bytes, size);
    if (reader->odd && has_newline(bytes, size)) {
        if (reader->first_line)
            reader->wrapped = true;
        if (reader->wrapped) {
            squeeze(reader, bytes, size);
            count = find_elements(reader, reader->text, reader->text_size);
        }
    }
    take_id(reader, reader->elements[0]);
    reader->trailing = count > 1 && reader->elements[count - 1].size == 0;
    while (count > 1 && reader->elements[count - 1].size == 0)
        count--;
    reader->segment.count = (uint32_t)count - 1;
    reader->segment.elements = reader->elements + 1;
}

/* How many bytes of the terminator stand at the hit; 0 = it is none;
 * *wait = more bytes are needed to know. */
static size_t
terminator_at(const struct x12_reader *reader, size_t hit, bool *wait)
{
    size_t left = reader->size - hit - 1;

    if (reader->tail_size == 0)
        return 1;
    *wait = left < reader->tail_size && !reader->final;
    if (left < reader->tail_size ||
        memcmp(reader->bytes + hit + 1, reader->tail, reader->tail_size) != 0)
        return 0;
    return 1 + reader->tail_size;
}

/* The end of the segment that starts at at; false = there is none yet. */
static bool
find_end(struct x12_reader *reader, size_t *end, size_t *width)
{
    size_t from = reader->scanned > reader->at ? reader->scanned : reader->at;
    bool wait = false;

    while (from < reader->size) {
        const char *hit =
            memchr(reader->bytes + from, reader->delimiters.terminator,
                   reader->size - from);
        if (hit == NULL)
            break;
        *end = (size_t)(hit - reader->bytes);
        *width = terminator_at(reader, *end, &wait);
        if (*width > 0)
            return true;
        if (wait) {
            reader->scanned = *end;
            return false;
        }
        from = *end + 1;
    }
    reader->scanned = reader->size;
    return false;
}

static void
too_long(struct x12_reader *reader)
{
    reader->segment.id[0] = '\0';
    note_interchange(reader, "TA105=022", NULL,
                     "found a segment longer than %zu bytes, where no segment "
                     "terminator stands",
                     reader->options.max_segment);
    reader->state = BROKEN;
}

static void
begin_segment(struct x12_reader *reader)
{
    reader->segment.offset = reader->base + reader->at;
    reader->segment.line = reader->line;
    reader->segment.position = 0;
}

static void
told_form(struct x12_reader *reader)
{
    if (reader->wrapped && !reader->told[X12_WRAPPED])
        note_sin(reader, X12_WRAPPED, "TA105=022", NULL,
                 "lines are broken inside segments");
    if (reader->indent)
        note_sin(reader, X12_INDENT, "TA105=022", NULL,
                 "found blanks before the segment");
    reader->indent = false;
}

/* What stands after the last terminator when the bytes end. */
static bool
last_words(struct x12_reader *reader)
{
    size_t size = reader->size - reader->at;

    while (size > 0 && is_space(reader->bytes[reader->at + size - 1]))
        size--;
    if (size > 0) {
        begin_segment(reader);
        split(reader, reader->bytes + reader->at, size);
        if (reader->name == NAME('I', 'E', 'A')) {
            note_sin(reader, X12_NO_FINAL_TERMINATOR, "TA105=022", NULL,
                     "the last segment has no terminator");
            skip(reader, size);
            take_segment(reader);
            return true;
        }
    }
    skip(reader, reader->size - reader->at);
    close_interchange(reader, reader->base + reader->size, false);
    return true;
}

/* Newlines, and blanks before a segment. */
static void
skip_gap(struct x12_reader *reader)
{
    char end = reader->delimiters.terminator, mark = reader->delimiters.element;

    while (reader->at < reader->size) {
        char c = reader->bytes[reader->at];
        bool newline = c == '\n' || c == '\r';
        if (!newline && ((c != ' ' && c != '\t') || c == end || c == mark))
            break;
        reader->indent = !newline;
        if (newline)
            reader->first_line = false;
        skip(reader, 1);
    }
}

/* Only odd segments hold newlines to count. */
static void
skip_segment(struct x12_reader *reader, size_t size, size_t width)
{
    if (size > 0 && !reader->odd) {
        reader->at += size;
        reader->after_cr = false;
        size = 0;
    }
    skip(reader, size + width);
}

static bool
inside(struct x12_reader *reader)
{
    size_t end, width;

    skip_gap(reader);
    size_t left = reader->size - reader->at;
    if (left < 7 && !reader->final)
        return false;
    if (left == 0)
        return last_words(reader);
    const char *bytes = reader->bytes + reader->at;
    if (looks_like_isa(bytes, left)) {
        close_interchange(reader, reader->base + reader->at, false);
        return true;
    }
    if (!find_end(reader, &end, &width)) {
        if (left > reader->options.max_segment)
            too_long(reader);
        else if (!reader->final)
            return false;
        else
            return last_words(reader);
        return true;
    }
    if (end - reader->at > reader->options.max_segment) {
        too_long(reader);
        return true;
    }
    begin_segment(reader);
    size_t size = end - reader->at;
    if (size == 0) {
        reader->segment.id[0] = '\0';
        note_sin(reader, X12_EMPTY_SEGMENT, "TA105=022", NULL,
                 "found an empty segment");
    } else {
        split(reader, bytes, size);
        told_form(reader);
    }
    skip_segment(reader, size, width);
    if (size > 0)
        take_segment(reader);
    return true;
}

void
step(struct x12_reader *reader)
{
    for (bool more = true; more;) {
        switch (reader->state) {
        case BETWEEN:
            more = between(reader);
            break;
        case INSIDE:
            more = inside(reader);
            break;
        case BROKEN:
            more = broken(reader);
            break;
        case REFUSED:
            more = refuse(reader);
            break;
        }
    }
}
