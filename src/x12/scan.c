/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/scan_private.h"

#ifdef __x86_64__
static bool
has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

static bool
has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi2");
}
#endif

scan_indexer *
scan_way(const char *name)
{
    static const struct {
        const char *name;
        scan_indexer *index;
        bool (*has)(void); /* NULL = all machines that this is built for */
    } ways[] = {
#if defined __aarch64__ && defined __ARM_NEON
        { "neon", index_neon, NULL },
#endif
#ifdef __x86_64__
        { "avx512", index_avx512, has_avx512 },
        { "avx2", index_avx2, has_avx2 },
#endif
#ifdef __SSE2__
        { "sse2", index_sse2, NULL },
#endif
        { "scalar", index_scalar, NULL },
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if ((name == NULL || strcmp(ways[i].name, name) == 0) &&
            (ways[i].has == NULL || ways[i].has()))
            return ways[i].index;
    return NULL;
}

/* How many release characters stand before the hit, over broken lines. */
static size_t
releases_before(const struct x12_reader *reader, size_t hit)
{
    size_t count = 0;

    for (; hit > reader->at; hit--) {
        char c = reader->bytes[hit - 1];
        if (c == reader->release)
            count++;
        else if (!reader->wrapped || (c != '\n' && c != '\r'))
            break;
    }
    return count;
}

/* How many bytes of the terminator stand at the hit; 0 = it is none;
 * *wait = more bytes are needed to know. */
static size_t
terminator_at(const struct x12_reader *reader, size_t hit, bool *wait)
{
    size_t left = reader->size - hit - 1;

    if (reader->release != '\0' && releases_before(reader, hit) % 2 == 1)
        return 0;
    if (reader->tail_size == 0)
        return 1;
    *wait = left < reader->tail_size && !reader->final;
    if (left < reader->tail_size ||
        memcmp(reader->bytes + hit + 1, reader->tail, reader->tail_size) != 0)
        return 0;
    return 1 + reader->tail_size;
}

/* The next byte that may end the segment at hand, from where the last look
 * ended; false = there is none yet. */
static bool
next_terminator(struct x12_reader *reader, size_t *where)
{
    size_t from = reader->scanned > reader->at ? reader->scanned : reader->at;
    size_t left = reader->size - from;
    const char *bytes = reader->bytes + from;
    const char *hit =
        left ? memchr(bytes, reader->delimiters.terminator, left) : NULL;

    *where = hit ? from + (size_t)(hit - bytes) : reader->size;
    reader->looked += *where - from;
    reader->scanned = *where;
    return hit != NULL;
}

bool
has_terminator(struct x12_reader *reader)
{
    size_t where;

    return next_terminator(reader, &where);
}

/* The end of the segment that starts at at; false = there is none yet. */
static bool
find_end(struct x12_reader *reader, size_t *end, size_t *width)
{
    bool wait = false;

    while (next_terminator(reader, end)) {
        *width = terminator_at(reader, *end, &wait);
        if (*width > 0)
            return true;
        if (wait)
            return false;
        reader->scanned = *end + 1;
    }
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

/* Only odd segments and binary data hold newlines to count. */
static void
skip_segment(struct x12_reader *reader, size_t size, size_t width)
{
    if (size > 0 && !reader->odd && !reader->binary) {
        reader->at += size;
        reader->after_cr = false;
        size = 0;
    }
    skip(reader, size + width);
}

bool
needs_care(const struct x12_reader *reader)
{
    return reader->index == NULL || reader->wrapped || reader->tail_size > 0 ||
           reader->release != '\0';
}

/* One segment, looked at with care; false = more bytes are needed. */
static bool
take_with_care(struct x12_reader *reader, size_t end, size_t width)
{
    size_t size = end - reader->at;

    begin_segment(reader);
    if (size == 0) {
        reader->segment.id[0] = '\0';
        note_sin(reader, X12_EMPTY_SEGMENT, "TA105=022", NULL,
                 "found an empty segment");
        skip(reader, width);
        return true;
    }
    split(reader, reader->bytes + reader->at, size);
    told_form(reader);
    skip_segment(reader, size, width);
    take_segment(reader);
    return true;
}

/* The data of BIN and BDS may hold any byte: its length says where it ends.
 * *done: the segment was taken, or more bytes are needed (false). */
static bool
take_binary(struct x12_reader *reader, bool *done)
{
    size_t data = 0, length = 0, width;
    enum binary kind = find_binary(reader, &data, &length);
    bool wait = false;

    *done = true;
    if (kind == BINARY_MORE && data != 0 &&
        length > reader->options.max_segment) {
        too_long(reader);
        return true;
    }
    if (kind == BINARY_MORE && !reader->final)
        return false;
    width = kind == BINARY
                ? terminator_at(reader, reader->at + data + length, &wait)
                : 0;
    if (wait)
        return false;
    if (width == 0 || reader->bytes[reader->at + data + length] !=
                          reader->delimiters.terminator) {
        *done = false;
        return true;
    }
    begin_segment(reader);
    split_binary(reader, data, length);
    told_form(reader);
    skip_segment(reader, data + length, width);
    take_segment(reader);
    return true;
}

static bool
inside(struct x12_reader *reader)
{
    size_t end, width;
    bool done = false;

    skip_gap(reader);
    if (!needs_care(reader) && !reader->indent) {
        scan_run(reader);
        if (reader->state != INSIDE)
            return true;
        skip_gap(reader);
    }
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
    if (left > 4 && bytes[0] == 'B') {
        bool more = take_binary(reader, &done);
        if (done)
            return more;
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
    return take_with_care(reader, end, width);
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
