/* SPDX-License-Identifier: Apache-2.0 */
/* The ISA is read by counting its separators: files in the wild are padded
 * wrongly, trimmed, or broken into lines. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum {
    ELEMENTS = 16,
    LINES_MAX = 800, /* with the newlines behind ISA16 */
    REPETITION_FROM = 402
};

struct header {
    char values[ELEMENTS][ISA_VALUE_MAX + 1];
    size_t sizes[ELEMENTS];  /* as they stand, blanks included */
    size_t starts[ELEMENTS]; /* in bytes from the ISA's start */
    char separator, component, terminator;
    size_t length; /* up to and with the terminator */
    bool broken_lines, oversized;
};

static const unsigned char widths[ELEMENTS] = { 2, 10, 2, 10, 2, 15, 2, 15,
                                                6, 4,  1, 5,  9, 1,  1, 1 };

static bool
is_newline(char c)
{
    return c == '\r' || c == '\n';
}

static size_t
over_newlines(const char *bytes, size_t at, size_t size)
{
    while (at < size && is_newline(bytes[at]))
        at++;
    return at;
}

/* Elements 01 to 15 and the 16th separator; the offset after it, or 0 when
 * the bytes do not reach so far. */
static size_t
take_values(struct header *header, const char *bytes, size_t size)
{
    size_t at = 4;

    header->starts[0] = at;
    for (int i = 0; i < ELEMENTS - 1; at++) {
        if (at >= size)
            return 0;
        if (bytes[at] == header->separator) {
            header->starts[++i] = at + 1;
        } else if (is_newline(bytes[at])) {
            header->broken_lines = true;
        } else if (header->sizes[i] < sizeof header->values[i] - 1) {
            header->values[i][header->sizes[i]++] = bytes[at];
        } else {
            header->oversized = true;
        }
    }
    return at;
}

enum outcome { NEED_MORE, NOT_ISA, IS_ISA };

/* ISA16 and the terminator. A newline that stands between them in a wrapped
 * file is a line break unless a segment follows at once. */
static enum outcome
take_header(struct header *header, const char *bytes, size_t size)
{
    header->separator = bytes[3];
    size_t at = take_values(header, bytes, size);
    if (header->oversized || at > ISA_MAX)
        return NOT_ISA;
    if (at == 0)
        return size > ISA_MAX ? NOT_ISA : NEED_MORE;
    at = over_newlines(bytes, at, size);
    if (at > ISA_MAX)
        return NOT_ISA;
    if (at + 2 > size)
        return NEED_MORE;
    header->component = bytes[at++];
    header->terminator = bytes[at];
    header->length = at + 1;
    if (header->broken_lines && is_newline(bytes[at])) {
        size_t next = over_newlines(bytes, at, size);
        if (next == size && next <= LINES_MAX)
            return NEED_MORE;
        if (next <= LINES_MAX && !is_alphanumeric(bytes[next])) {
            header->terminator = bytes[next];
            header->length = next + 1;
        }
    }
    return IS_ISA;
}

size_t
isa_length(const char *bytes, size_t size, struct x12_delimiters *marks,
           bool *wrapped)
{
    struct header header = { 0 };

    if (take_header(&header, bytes, size) != IS_ISA)
        return 0;
    *marks = (struct x12_delimiters){ .element = header.separator,
                                      .component = header.component,
                                      .terminator = header.terminator };
    *wrapped = header.broken_lines;
    return header.length;
}

/* A terminator that lost its code page: "…" as three bytes of UTF-8. */
static void
take_tail(struct x12_reader *reader, const struct header *header)
{
    const char *bytes = reader->bytes + reader->at + header->length;
    size_t left = reader->size - reader->at - header->length, size = 0;

    reader->tail_size = 0;
    if ((unsigned char)header->terminator < 0xC2)
        return;
    while (size < left && size < 3 &&
           ((unsigned char)bytes[size] & 0xC0) == 0x80)
        size++;
    memcpy(reader->tail, bytes, size);
    reader->tail_size = size;
}

static char *
trimmed(struct arena *arena, const struct header *header, int element)
{
    return arena_strdup(
        arena, text_trim(arena_strdup(arena, header->values[element - 1])));
}

static void
fill(struct x12_interchange *it, struct arena *arena,
     const struct header *header)
{
    it->sender_qualifier = trimmed(arena, header, 5);
    it->sender = trimmed(arena, header, 6);
    it->receiver_qualifier = trimmed(arena, header, 7);
    it->receiver = trimmed(arena, header, 8);
    it->date = trimmed(arena, header, 9);
    it->time = trimmed(arena, header, 10);
    it->version = trimmed(arena, header, 12);
    it->control = trimmed(arena, header, 13);
    it->ack_requested = header->values[13][0] == '1';
    it->usage = header->values[14][0];
    it->test = it->usage != 'P';
    it->delimiters = (struct x12_delimiters){
        .element = header->separator,
        .component = header->component,
        .terminator = header->terminator,
    };
    long version;
    char mark = header->values[10][0];
    if (text_number(it->version, 99999, &version) &&
        version >= REPETITION_FROM && mark != '\0' && mark != ' ' &&
        !is_alphanumeric(mark))
        it->delimiters.repetition = mark;
}

static void
check_widths(struct x12_reader *reader, const struct header *header)
{
    bool shorter = false, longer = false;

    for (int i = 0; i < ELEMENTS - 1; i++) {
        shorter |= header->sizes[i] < widths[i];
        longer |= header->sizes[i] > widths[i];
    }
    if (shorter)
        note_sin(reader, X12_ISA_TRIMMED, "TA105=022", NULL,
                 "the ISA's elements are not padded to their fixed widths");
    if (longer)
        note_sin(reader, X12_ISA_LENGTH, "TA105=022", NULL,
                 "an element of the ISA is longer than its fixed width");
}

static void
wrong(struct x12_reader *reader, const struct header *header, const char *code,
      uint32_t element, const char *expected)
{
    const char *found = trimmed(reader->arena, header, (int)element);
    struct x12_element value = { found, (uint32_t)strlen(found) };
    struct spot spot = { .element = element,
                         .value = &value,
                         .offset = reader->interchange->offset +
                                   header->starts[element - 1] };

    note_interchange(reader, code, &spot, "found '%s', expected %s", found,
                     expected);
}

static bool
has_two(const struct header *header, int element)
{
    const char *value = header->values[element - 1];

    return strlen(value) == 2 && is_alphanumeric(value[0]) &&
           is_alphanumeric(value[1]);
}

static void
check_values(struct x12_reader *reader, const struct header *header)
{
    const struct x12_interchange *it = reader->interchange;
    long number;

    if (!has_two(header, 1))
        wrong(reader, header, "TA105=010", 1, "two characters");
    if (!has_two(header, 3))
        wrong(reader, header, "TA105=012", 3, "two characters");
    if (!has_two(header, 5))
        wrong(reader, header, "TA105=005", 5, "two characters");
    if (*it->sender == '\0')
        wrong(reader, header, "TA105=006", 6, "the sender's identifier");
    if (!has_two(header, 7))
        wrong(reader, header, "TA105=007", 7, "two characters");
    if (*it->receiver == '\0')
        wrong(reader, header, "TA105=008", 8, "the receiver's identifier");
    if (!real_date(it->date, strlen(it->date)))
        wrong(reader, header, "TA105=014", 9, "a date as YYMMDD");
    if (!real_time(it->time, strlen(it->time)))
        wrong(reader, header, "TA105=015", 10, "a time as HHMM");
    if (!text_number(it->version, 99999, &number))
        wrong(reader, header, "TA105=017", 12, "a version like 00401");
    if (!text_number(it->control, 999999999, &number))
        wrong(reader, header, "TA105=018", 13, "a number of nine digits");
    if (strcmp(header->values[13], "0") != 0 &&
        strcmp(header->values[13], "1") != 0)
        wrong(reader, header, "TA105=019", 14, "0 or 1");
    if (it->usage == '\0' || strchr("PTI", it->usage) == NULL)
        wrong(reader, header, "TA105=020", 15, "P, T or I");
}

static void
check_delimiters(struct x12_reader *reader, const struct header *header)
{
    const struct x12_delimiters *marks = &reader->delimiters;
    char end = marks->terminator, inner = marks->component;
    uint64_t last = reader->interchange->offset + header->length - 1;
    struct spot at_end = { .offset = last };
    struct spot at_inner = { .element = ELEMENTS, .offset = last - 1 };

    if (is_alphanumeric(end) || end == ' ' || end == marks->element)
        note_interchange(reader, "TA105=004", &at_end,
                         "the segment terminator is 0x%02X, expected a "
                         "character that is no letter, digit, blank or other "
                         "delimiter",
                         (unsigned char)end);
    else if (is_alphanumeric(inner) || inner == ' ' || inner == end ||
             inner == marks->element)
        note_interchange(reader, "TA105=027", &at_inner,
                         "the component separator is 0x%02X, expected a "
                         "character that is no letter, digit, blank or other "
                         "delimiter",
                         (unsigned char)inner);
    else
        return;
    reader->state = BROKEN;
}

static void
begin(struct x12_reader *reader, const struct header *header)
{
    struct x12_interchange *it = arena_alloc(reader->arena, sizeof *it);

    fill(it, reader->arena, header);
    it->offset = reader->base + reader->at;
    reader->delimiters = it->delimiters;
    /* Bytes that no segment holds stand for a separator that is not there. */
    if (it->delimiters.repetition == '\0')
        reader->delimiters.repetition = it->delimiters.component;
    take_tail(reader, header);
    open_interchange(reader, it);
    memcpy(reader->segment.id, "ISA", 4);
    text_copy(reader->id_text, sizeof reader->id_text, "ISA");
    reader->segment.offset = it->offset;
    reader->segment.line = reader->line;
    reader->segment.count = 0;
    reader->state = INSIDE;
    reader->wrapped = header->broken_lines;
    reader->first_line = true;
    reader->release = '\0';
    if (reader->bom)
        note_sin(reader, X12_BOM, "TA105=022", NULL,
                 "the file starts with a byte order mark");
    reader->bom = false;
    if (reader->tail_size > 0)
        note_sin(reader, X12_TERMINATOR_MULTIBYTE, "TA105=004", NULL,
                 "the segment terminator is a character of %zu bytes",
                 reader->tail_size + 1);
    if (reader->wrapped)
        note_sin(reader, X12_WRAPPED, "TA105=022", NULL,
                 "lines are broken inside segments");
    check_widths(reader, header);
    check_values(reader, header);
    check_unique_interchange(reader);
    check_delimiters(reader, header);
    if (reader->handler.interchange_begin != NULL)
        reader->handler.interchange_begin(reader->handler.user,
                                          reader->interchange);
    skip(reader, header->length + reader->tail_size);
}

bool
read_isa(struct x12_reader *reader)
{
    struct header header = { 0 };
    size_t left = reader->size - reader->at;
    enum outcome outcome =
        take_header(&header, reader->bytes + reader->at, left);

    if (outcome == IS_ISA && (unsigned char)header.terminator >= 0xC2 &&
        left < header.length + 3 && !reader->final)
        outcome = NEED_MORE;
    if (outcome == NEED_MORE && !reader->final)
        return false;
    if (outcome != IS_ISA) {
        /* Too little or no header at all: its bytes are junk. */
        add_junk(reader, 1);
        skip(reader, 1);
        return true;
    }
    end_junk(reader);
    begin(reader, &header);
    return true;
}
