/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts one segment into elements, whatever stands in it. */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "x12/scan_private.h"

static bool
is_newline(char c)
{
    return c == '\r' || c == '\n';
}

uint64_t
offset_of(const struct x12_reader *reader, const char *in_segment)
{
    size_t index = (size_t)(in_segment - reader->text), at = 0;
    char release = reader->release;

    if (reader->text == reader->raw)
        return reader->segment.offset + index;
    for (; at < reader->raw_size; at++) {
        if (reader->wrapped && is_newline(reader->raw[at]))
            continue;
        if (index-- == 0)
            break;
        if (release != '\0' && reader->raw[at] == release)
            at++;
    }
    return reader->segment.offset + at;
}

struct x12_element *
scan_room(struct x12_reader *reader, size_t count)
{
    size_t room = count < 32 ? 64 : count * 2;

    if (count >= reader->element_room) {
        reader->elements = obtain_more(
            reader->elements, reader->element_room * sizeof *reader->elements,
            room * sizeof *reader->elements);
        reader->element_room = room;
    }
    return reader->elements;
}

/* Elements of reader->text; what else stands in it. */
static size_t
find_elements(struct x12_reader *reader)
{
    const struct x12_delimiters *marks = &reader->delimiters;
    const char *start = reader->text, *end = start + reader->text_size;
    size_t count = 0;

    reader->odd = reader->composite = false;
    for (const char *at = start; at < end; at++) {
        reader->odd |= (signed char)*at < ' ' || *at == 0x7F;
        reader->composite |=
            *at == marks->component || *at == marks->repetition;
        if (*at != marks->element)
            continue;
        scan_room(reader, count)[count] =
            (struct x12_element){ start, (uint32_t)(at - start) };
        start = at + 1;
        count++;
    }
    scan_room(reader, count)[count] =
        (struct x12_element){ start, (uint32_t)(end - start) };
    return count + 1;
}

/* The segment's name in any form: canonical in segment.id, as it stands in
 * id_text. */
static void
take_any_id(struct x12_reader *reader, struct x12_element id)
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
        good &= is_alphanumeric(c);
        if (c < ' ' || c == 0x7F)
            reader->id_text[i] = '.';
        if (i < 3)
            reader->segment.id[i] = (char)toupper((unsigned char)c);
        reader->lower |= c >= 'a' && c <= 'z';
    }
    if (!good)
        memcpy(reader->segment.id, "???", 4);
    reader->name = pack_id(reader->segment.id, 3);
}

/* Capitals and digits, as all names should be. */
static inline bool
is_capital(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline void
take_id(struct x12_reader *reader, struct x12_element id)
{
    char name[4] = { 0 };

    if (id.size < 2 || id.size > 3 || !is_capital(id.text[0]) ||
        !is_capital(id.text[1]) || (id.size == 3 && !is_capital(id.text[2]))) {
        take_any_id(reader, id);
        return;
    }
    name[0] = id.text[0];
    name[1] = id.text[1];
    name[2] = id.size == 3 ? id.text[2] : '\0';
    memcpy(reader->segment.id, name, sizeof name);
    memcpy(reader->id_text, name, sizeof name);
    reader->name = NAME((unsigned char)name[0], (unsigned char)name[1],
                        (unsigned char)name[2]);
    reader->lower = false;
}

/* Names the segment and trims it. */
static void
split_done(struct x12_reader *reader, size_t count)
{
    const struct x12_element *all = reader->elements;

    take_id(reader, all[0]);
    reader->trailing = count > 1 && all[count - 1].size == 0;
    while (count > 1 && all[count - 1].size == 0)
        count--;
    reader->segment.count = (uint32_t)count - 1;
    reader->segment.elements = all + 1;
    reader->hidden = reader->marked = false;
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
squeeze(struct x12_reader *reader)
{
    size_t out = 0;

    grow_squeezed(reader, reader->raw_size);
    for (size_t i = 0; i < reader->raw_size; i++)
        if (!is_newline(reader->raw[i]))
            reader->squeezed[out++] = reader->raw[i];
    reader->text = reader->squeezed;
    reader->text_size = out;
}

static bool
has_newline(const char *bytes, size_t size)
{
    return memchr(bytes, '\n', size) != NULL ||
           memchr(bytes, '\r', size) != NULL;
}

/* With a release character (ISX): it goes, and what it does not stand before
 * keeps its meaning: inner separators become characters that no data holds. */
static size_t
split_released(struct x12_reader *reader)
{
    const struct x12_delimiters *marks = &reader->interchange->delimiters;
    size_t count = 0, out = 0, start = 0;
    char *text;

    grow_squeezed(reader, reader->raw_size);
    text = reader->squeezed;
    reader->odd = reader->composite = false;
    for (size_t i = 0; i < reader->raw_size; i++) {
        char c = reader->raw[i];
        bool data = c == marks->release && i + 1 < reader->raw_size;
        if (reader->wrapped && is_newline(c))
            continue;
        if (data) {
            i++;
            while (reader->wrapped && is_newline(reader->raw[i]) &&
                   i + 1 < reader->raw_size)
                i++;
            c = reader->raw[i];
        } else if (c == marks->element) {
            scan_room(reader, count)[count] =
                (struct x12_element){ text + start, (uint32_t)(out - start) };
            count++;
            start = out + 1;
        } else if (c == marks->component) {
            c = reader->delimiters.component;
        } else if (c == marks->repetition && c != '\0') {
            c = reader->delimiters.repetition;
        } else {
            data = true;
        }
        reader->composite |= !data; /* or an element's end: only slower */
        reader->odd |= data && ((signed char)c < ' ' || c == 0x7F);
        text[out++] = c;
    }
    scan_room(reader, count)[count] =
        (struct x12_element){ text + start, (uint32_t)(out - start) };
    reader->text = text;
    reader->text_size = out;
    return count + 1;
}

void
split(struct x12_reader *reader, const char *bytes, size_t size)
{
    size_t count;

    reader->raw = reader->text = bytes;
    reader->raw_size = reader->text_size = size;
    reader->binary = false;
    if (reader->release != '\0') {
        split_done(reader, split_released(reader));
        return;
    }
    count = find_elements(reader);
    if (reader->odd && has_newline(bytes, size)) {
        if (reader->first_line)
            reader->wrapped = true;
        if (reader->wrapped) {
            squeeze(reader);
            count = find_elements(reader);
        }
    }
    split_done(reader, count);
}

/* Digits and a separator; the offset after them, 0 = they are none. */
static size_t
take_length(const struct x12_reader *reader, const char *bytes, size_t left,
            size_t at, size_t *length)
{
    size_t start = at;

    for (*length = 0; at < left && at - start < 12; at++) {
        if (bytes[at] == reader->delimiters.element)
            return at > start ? at + 1 : 0;
        if (bytes[at] < '0' || bytes[at] > '9')
            return 0;
        *length = *length * 10 + (size_t)(bytes[at] - '0');
    }
    return 0;
}

enum { BINARY_HEAD = 32 };

enum binary
find_binary(const struct x12_reader *reader, size_t *data, size_t *length)
{
    const char *bytes = reader->bytes + reader->at;
    size_t left = reader->size - reader->at, at = 4;
    char mark = reader->delimiters.element;
    bool bin = memcmp(bytes, "BIN", 3) == 0;

    if ((!bin && memcmp(bytes, "BDS", 3) != 0) || bytes[3] != mark)
        return NOT_BINARY;
    while (!bin && at < left && at < BINARY_HEAD && bytes[at++] != mark)
        ;
    *data = take_length(reader, bytes, left, at, length);
    if (*data != 0)
        return left - *data > *length ? BINARY : BINARY_MORE;
    return left < BINARY_HEAD ? BINARY_MORE : NOT_BINARY;
}

/* Of the elements before the data no one holds a separator. */
void
split_binary(struct x12_reader *reader, size_t data, size_t length)
{
    split(reader, reader->bytes + reader->at, data - 1);
    size_t count = (size_t)reader->segment.count + 1;
    scan_room(reader, count)[count] =
        (struct x12_element){ reader->raw + data, (uint32_t)length };
    reader->raw_size = reader->text_size = data + length;
    reader->binary = true;
    split_done(reader, count + 1);
}

static inline bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *
keep_element(struct arena *arena, struct x12_element element)
{
    if (element.size == 0)
        return "";
    const char *nul = memchr(element.text, '\0', element.size);
    size_t size = nul ? (size_t)(nul - element.text) : element.size;

    while (size > 0 && is_blank(element.text[size - 1]))
        size--;
    for (; size > 0 && is_blank(*element.text); size--)
        element.text++;
    return arena_strndup(arena, element.text, size);
}
