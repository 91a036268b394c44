/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/raw.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum { ISA_BYTES = 106, VERSION_402 = 402 };

static bool
is_newline(char c)
{
    return c == '\r' || c == '\n';
}

void
x12_raw_begin(struct x12_raw *raw, struct arena *arena, const void *bytes,
              size_t size)
{
    *raw = (struct x12_raw){ .arena = arena, .bytes = bytes, .size = size };
}

void
x12_raw_seek(struct x12_raw *raw, size_t offset)
{
    raw->at = offset < raw->size ? offset : raw->size;
}

bool
x12_raw_is(const struct x12_raw *raw, const char *id)
{
    return strlen(id) == raw->id_size && memcmp(id, raw->id, raw->id_size) == 0;
}

/* As reading sees it: what begins like an ISA is none of what came before. */
static bool
starts_isa(const struct x12_raw *raw, size_t at)
{
    return looks_like_isa(raw->bytes + at, raw->size - at);
}

/* A terminator that lost its code page is three bytes of UTF-8. */
static void
take_tail(struct x12_raw *raw, size_t at)
{
    raw->tail_size = 0;
    if ((unsigned char)raw->delimiters.terminator < 0xC2)
        return;
    while (raw->tail_size < 3 && at + raw->tail_size < raw->size &&
           ((unsigned char)raw->bytes[at + raw->tail_size] & 0xC0) == 0x80)
        raw->tail_size++;
    memcpy(raw->tail, raw->bytes + at, raw->tail_size);
}

/* The terminator's offset; 0 = it is no ISA. */
static size_t
read_header(struct x12_raw *raw)
{
    size_t size = isa_length(raw->bytes + raw->at, raw->size - raw->at,
                             &raw->delimiters, &raw->wrapped);

    if (size == 0)
        return 0;
    take_tail(raw, raw->at + size);
    return raw->at + size - 1;
}

static void
add_element(struct x12_raw *raw, const char *text, size_t size)
{
    if (raw->segment.count == raw->room) {
        size_t room = raw->room ? raw->room * 2 : 64;
        struct x12_element *more = arena_alloc(raw->arena, room * sizeof *more);
        if (raw->room > 0)
            memcpy(more, raw->elements, raw->room * sizeof *more);
        raw->elements = more;
        raw->room = room;
    }
    raw->elements[raw->segment.count++] =
        (struct x12_element){ text, (uint32_t)size };
}

/* The text of the segment without its line breaks. */
static void
squeeze(struct x12_raw *raw)
{
    size_t size = 0;

    if (raw->text_size > raw->squeezed_room) {
        raw->squeezed_room = raw->text_size * 2;
        raw->squeezed = arena_alloc(raw->arena, raw->squeezed_room);
    }
    for (size_t i = 0; i < raw->text_size; i++)
        if (!is_newline(raw->text[i]))
            raw->squeezed[size++] = raw->text[i];
    raw->text = raw->squeezed;
    raw->text_size = size;
}

static void
divide(struct x12_raw *raw)
{
    const char *at = raw->text, *end = at + raw->text_size;
    char mark = raw->delimiters.element;
    size_t most = sizeof raw->segment.id - 1;

    raw->segment.count = 0;
    raw->segment.offset = (uint64_t)raw->at;
    const char *next = memchr(at, mark, raw->text_size);
    raw->id = at;
    raw->id_size = (size_t)((next ? next : end) - at);
    memset(raw->segment.id, 0, sizeof raw->segment.id);
    memcpy(raw->segment.id, at, raw->id_size < most ? raw->id_size : most);
    while (next != NULL) {
        at = next + 1;
        next = memchr(at, mark, (size_t)(end - at));
        add_element(raw, at, (size_t)((next ? next : end) - at));
    }
    raw->segment.elements = raw->elements;
}

/* BIN and BDS say how long their data is, which may hold anything: the offset
 * where a terminator may be looked for. */
static size_t
over_binary(const struct x12_raw *raw)
{
    const char *at = raw->bytes + raw->at;
    size_t left = raw->size - raw->at, length = 0;
    bool bds = left > 4 && memcmp(at, "BDS", 3) == 0;

    if (left < 5 || at[3] != raw->delimiters.element ||
        (!bds && memcmp(at, "BIN", 3) != 0))
        return raw->at;
    size_t i = 4;
    if (bds) {
        const char *mark = memchr(at + 4, raw->delimiters.element, left - 4);
        if (mark == NULL)
            return raw->at;
        i = (size_t)(mark - at) + 1;
    }
    for (; i < left && at[i] >= '0' && at[i] <= '9' && length < left; i++)
        length = length * 10 + (size_t)(at[i] - '0');
    if (i >= left || at[i] != raw->delimiters.element || left - i - 1 < length)
        return raw->at;
    return raw->at + i + 1 + length;
}

/* The offset of the terminator, or the end of the bytes. */
static size_t
find_end(const struct x12_raw *raw)
{
    for (size_t at = over_binary(raw); at < raw->size; at++) {
        const char *found =
            memchr(raw->bytes + at, raw->delimiters.terminator, raw->size - at);
        if (found == NULL)
            return raw->size;
        at = (size_t)(found - raw->bytes);
        if (raw->size - at > raw->tail_size &&
            memcmp(found + 1, raw->tail, raw->tail_size) == 0)
            return at;
    }
    return raw->size;
}

static void
take(struct x12_raw *raw, size_t end)
{
    raw->terminated = end < raw->size;
    raw->text = raw->bytes + raw->at;
    raw->text_size = end - raw->at;
    raw->after = raw->terminated ? end + 1 + raw->tail_size : end;
    if (raw->wrapped)
        squeeze(raw);
    divide(raw);
    raw->at = raw->after;
}

static void
take_isa(struct x12_raw *raw, size_t end)
{
    long version;
    char text[6] = "";

    take(raw, end);
    raw->inside = true;
    raw->header = true;
    raw->odd_isa = raw->text_size != ISA_BYTES - 1;
    struct x12_element mark = x12_get(&raw->segment, 11);
    struct x12_element number = x12_get(&raw->segment, 12);
    if (number.size == 5)
        memcpy(text, number.text, 5);
    if (mark.size == 1 && !is_alphanumeric(*mark.text) && *mark.text != ' ' &&
        text_number(text, 99999, &version) && version >= VERSION_402)
        raw->delimiters.repetition = *mark.text;
}

/* From an ISA, or what may be one, to the next. */
static size_t
find_isa(const struct x12_raw *raw, size_t at)
{
    while (at < raw->size) {
        const char *found = memmem(raw->bytes + at, raw->size - at, "ISA", 3);
        if (found == NULL)
            break;
        at = (size_t)(found - raw->bytes);
        if (starts_isa(raw, at))
            return at;
        at++;
    }
    return raw->size;
}

static bool
next_interchange(struct x12_raw *raw)
{
    size_t start = raw->at;

    while (start < raw->size && is_space(raw->bytes[start]))
        start++;
    if (raw->size - start >= 3 &&
        memcmp(raw->bytes + start, "\xEF\xBB\xBF", 3) == 0)
        start += 3;
    for (size_t at = start; at < raw->size; at++) {
        at = find_isa(raw, at);
        if (at == raw->size)
            break;
        raw->at = at;
        size_t end = read_header(raw);
        if (end == 0)
            continue;
        raw->junk_offset = start;
        raw->junk = at - start;
        take_isa(raw, end);
        return true;
    }
    raw->junk_offset = start;
    raw->junk = raw->size - start;
    raw->at = raw->size;
    return false;
}

bool
x12_raw_next(struct x12_raw *raw)
{
    raw->header = raw->odd_isa = false;
    raw->junk = 0;
    if (!raw->inside)
        return next_interchange(raw);
    while (raw->at < raw->size && is_space(raw->bytes[raw->at]) &&
           raw->bytes[raw->at] != raw->delimiters.terminator)
        raw->at++;
    if (raw->at == raw->size)
        return false;
    if (starts_isa(raw, raw->at)) {
        raw->inside = false;
        return next_interchange(raw);
    }
    take(raw, find_end(raw));
    if (x12_raw_is(raw, "IEA"))
        raw->inside = false;
    return true;
}
