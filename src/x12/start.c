/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

bool
is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

bool
is_space(char c)
{
    return text_is_padding(c);
}

/* "ISA*00*": nothing else looks like that in practice. */
bool
looks_like_isa(const char *bytes, size_t size)
{
    if (size < 7 || memcmp(bytes, "ISA", 3) != 0)
        return false;
    char separator = bytes[3];
    return !is_alphanumeric(separator) && !is_space(separator) &&
           bytes[6] == separator;
}

static void
count_line(struct x12_reader *reader, char c)
{
    if (c == '\r' || (c == '\n' && !reader->after_cr))
        reader->line++;
    reader->after_cr = c == '\r';
}

void
skip(struct x12_reader *reader, size_t count)
{
    for (size_t i = 0; i < count; i++)
        count_line(reader, reader->bytes[reader->at + i]);
    reader->at += count;
}

/* The next ISA from at on, or as far as can be said now. */
static bool
find_isa(struct x12_reader *reader, size_t *where)
{
    size_t at = reader->at;

    while (at < reader->size) {
        const char *hit = memchr(reader->bytes + at, 'I', reader->size - at);
        if (hit == NULL)
            break;
        at = (size_t)(hit - reader->bytes);
        size_t left = reader->size - at;
        if (left < 7 && !reader->final) {
            *where = at;
            return false;
        }
        if (looks_like_isa(hit, left)) {
            *where = at;
            return true;
        }
        at++;
    }
    *where = reader->size;
    return false;
}

/* After damage that cannot be read over: as far as the next ISA. */
bool
broken(struct x12_reader *reader)
{
    size_t where;
    bool found = find_isa(reader, &where);

    skip(reader, where - reader->at);
    if (!found && !reader->final)
        return false;
    if (!found)
        skip(reader, reader->size - reader->at);
    close_interchange(reader, reader->base + reader->at, false);
    return true;
}

void
end_junk(struct x12_reader *reader)
{
    uint64_t start = reader->junk_start, size = reader->junk_end - start;

    if (size == 0)
        return;
    if (reader->keep) {
        struct x12_junk *junk = arena_alloc(reader->arena, sizeof *junk);
        *junk = (struct x12_junk){ start, size, NULL };
        if (reader->last_junk != NULL)
            reader->last_junk->next = junk;
        else
            reader->file->junk = junk;
        reader->last_junk = junk;
    }
    reader->file->totals.junk += size;
    reader->junk_start = reader->junk_end = 0;
    enum x12_severity severity = policy(reader, X12_JUNK);
    if (severity != X12_IGNORE && reader->state != REFUSED)
        note_file(reader, severity, X12_JUNK, start,
                  "found %llu bytes that belong to no interchange, at offset "
                  "%llu",
                  (unsigned long long)size, (unsigned long long)start);
}

void
add_junk(struct x12_reader *reader, size_t size)
{
    if (reader->junk_end == 0) {
        reader->junk_start = reader->base + reader->at;
        reader->junk_line = reader->line;
    }
    reader->junk_end = reader->base + reader->at + size;
}

static void
take_junk(struct x12_reader *reader, size_t end)
{
    for (; reader->at < end; skip(reader, 1)) {
        if (is_space(reader->bytes[reader->at]))
            continue;
        add_junk(reader, 1);
    }
}

/* What the first bytes give away; NULL = nothing. */
static const char *
foreign(const unsigned char *bytes, size_t size)
{
    if (size < 4)
        return NULL;
    if ((bytes[0] == 0xFF && bytes[1] == 0xFE) ||
        (bytes[0] == 0xFE && bytes[1] == 0xFF) ||
        (bytes[0] == 'I' && bytes[1] == 0 && bytes[2] == 'S') ||
        (bytes[0] == 0 && bytes[1] == 'I' && bytes[2] == 0))
        return "UTF-16";
    if (bytes[0] == 0xC9 && bytes[1] == 0xE2 && bytes[2] == 0xC1)
        return "EBCDIC";
    return NULL;
}

/* The start of the file: false = more bytes are needed. */
static bool
first_bytes(struct x12_reader *reader)
{
    static const char mark_of_order[] = "\xEF\xBB\xBF";

    if (reader->size < 4 && !reader->final)
        return false;
    const char *name =
        foreign((const unsigned char *)reader->bytes, reader->size);
    if (name != NULL) {
        note_file(reader, X12_REJECT, X12_TOLERANCES, 0,
                  "the file is in %s, expected ASCII or UTF-8; nothing of it "
                  "was read",
                  name);
        reader->state = REFUSED;
    }
    if (reader->size >= 3 && memcmp(reader->bytes, mark_of_order, 3) == 0) {
        reader->bom = true;
        reader->at += 3;
    }
    return true;
}

bool
between(struct x12_reader *reader)
{
    size_t where;

    if (reader->base + reader->at == 0 && reader->size > 0) {
        if (!first_bytes(reader))
            return false;
        if (reader->state == REFUSED)
            return true;
    }
    bool found = find_isa(reader, &where);
    take_junk(reader, where);
    if (found) {
        if (read_isa(reader)) {
            reader->scanned = 0;
            return true;
        }
        return false;
    }
    if (!reader->final)
        return false;
    take_junk(reader, reader->size);
    end_junk(reader);
    return false;
}

bool
refuse(struct x12_reader *reader)
{
    if (reader->size > reader->at) {
        add_junk(reader, reader->size - reader->at);
        reader->at = reader->size;
    }
    if (reader->final)
        end_junk(reader);
    return false;
}
