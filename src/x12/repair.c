/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/repair.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/raw.h"

enum {
    NUMBER_MAX = 16,
    ISA_ELEMENTS = 16,
    INSIDE_ISA = 1,
    INSIDE_GS,
    INSIDE_ST
};

struct repairing {
    struct x12_raw raw;
    struct buf *out, *changes;
    struct err *err;
    char newline[3]; /* after each segment of the interchange */
    int level;
    uint32_t groups, sets, segments; /* counted at the level */
    char control[INSIDE_ST + 1][NUMBER_MAX];
};

static void tell(struct repairing *repairing, const char *format, ...)
    PRINTF(2, 3);

static void
tell(struct repairing *repairing, const char *format, ...)
{
    char text[240];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '.';
    buf_addf(repairing->changes, "offset %llu: %s\n",
             (unsigned long long)repairing->raw.segment.offset, text);
}

static void
end_segment(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;

    buf_addc(repairing->out, raw->delimiters.terminator);
    buf_add(repairing->out, raw->tail, raw->tail_size);
    buf_adds(repairing->out, repairing->newline);
}

/* What stands after the IEA stays, as far as it is a line's end. */
static void
take_last_newline(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;
    size_t left = raw->size - raw->after, size = strlen(repairing->newline);

    if (!raw->wrapped && (left < size || memcmp(raw->bytes + raw->after,
                                                repairing->newline, size) != 0))
        repairing->newline[0] = '\0';
}

/* The number of a header, for its trailer. */
static void
keep_control(struct repairing *repairing, int level, uint32_t element)
{
    struct x12_element value = x12_get(&repairing->raw.segment, element);

    text_format(repairing->control[level], NUMBER_MAX, "%.*s",
                value.size < NUMBER_MAX ? (int)value.size : NUMBER_MAX - 1,
                value.text ? value.text : "");
}

static void
put_trailer(struct repairing *repairing, const char *id, const char *count,
            int level)
{
    char mark = repairing->raw.delimiters.element;

    buf_addf(repairing->out, "%s%c%s%c%s", id, mark, count, mark,
             repairing->control[level]);
    end_segment(repairing);
}

static uint32_t
count_at(const struct repairing *repairing, int level)
{
    if (level == INSIDE_ST)
        return repairing->segments + 1;
    return level == INSIDE_GS ? repairing->sets : repairing->groups;
}

/* Closes what is open above a level, whose trailers are missing. */
static void
close_to(struct repairing *repairing, int level)
{
    static const char ids[][4] = { "", "IEA", "GE", "SE" };
    char count[NUMBER_MAX];

    for (; repairing->level > level; repairing->level--) {
        text_format(count, sizeof count, "%u",
                    count_at(repairing, repairing->level));
        tell(repairing, "%s was missing and is added", ids[repairing->level]);
        put_trailer(repairing, ids[repairing->level], count, repairing->level);
    }
}

static bool
is_number(struct x12_element value, uint32_t count)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < value.size; i++) {
        if (!isdigit((unsigned char)value.text[i]) || i > 9)
            return false;
        number = number * 10 + (uint64_t)(value.text[i] - '0');
    }
    return value.size > 0 && number == count;
}

/* SE, GE or IEA at hand; right values stay as they are written. */
static void
take_trailer(struct repairing *repairing, int level)
{
    const struct x12_segment *segment = &repairing->raw.segment;
    struct x12_element said = x12_get(segment, 1), control;
    char count[NUMBER_MAX];

    close_to(repairing, level);
    control = x12_get(segment, 2);
    uint32_t counted = count_at(repairing, level);
    text_format(count, sizeof count, "%u", counted);
    if (is_number(said, counted) && said.size < sizeof count)
        text_format(count, sizeof count, "%.*s", (int)said.size, said.text);
    else
        tell(repairing, "%s01: %.*s becomes %s", segment->id,
             said.size < 20 ? (int)said.size : 20, said.text, count);
    if (!x12_is(control, repairing->control[level]))
        tell(repairing, "%s02: %.*s becomes %s", segment->id,
             control.size < 20 ? (int)control.size : 20, control.text,
             repairing->control[level]);
    if (level == INSIDE_ISA)
        take_last_newline(repairing);
    put_trailer(repairing, segment->id, count, level);
    repairing->level = level - 1;
}

/* What follows the ISA ends every segment of the interchange. */
static void
take_newline(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;
    const char *after = raw->bytes + raw->after;
    size_t left = raw->size - raw->after, size = 0;

    while (!raw->wrapped && size < left && size < 2 &&
           (after[size] == '\r' || after[size] == '\n'))
        size++;
    if (size == 2 && after[0] == after[1])
        size = 1;
    memcpy(repairing->newline, after, size);
    repairing->newline[size] = '\0';
}

static void
put_field(struct repairing *repairing, uint32_t number, size_t width)
{
    struct x12_element value = x12_get(&repairing->raw.segment, number);
    size_t size = value.size;

    while (size > width && value.text[size - 1] == ' ')
        size--;
    buf_add(repairing->out, value.text, size);
    if (size > width)
        tell(repairing, "ISA%02u is longer than %zu and stays", number, width);
    for (; size < width; size++)
        buf_addc(repairing->out, ' ');
}

/* A control number is padded by zeros in front. */
static void
pad_control(char control[NUMBER_MAX])
{
    char digits[NUMBER_MAX];
    size_t size = strlen(control);

    if (strspn(control, "0123456789") != size || size >= 9)
        return;
    text_copy(digits, sizeof digits, control);
    text_format(control, NUMBER_MAX, "%0*d%s", (int)(9 - size), 0, digits);
}

/* The rest is padded by blanks behind. */
static bool
put_isa(struct repairing *repairing)
{
    static const unsigned char widths[ISA_ELEMENTS] = { 2, 10, 2, 10, 2, 15,
                                                        2, 15, 6, 4,  1, 5,
                                                        9, 1,  1, 1 };
    const struct x12_raw *raw = &repairing->raw;
    size_t start = repairing->out->size;

    keep_control(repairing, INSIDE_ISA, 13);
    pad_control(repairing->control[INSIDE_ISA]);
    buf_adds(repairing->out, "ISA");
    for (uint32_t i = 1; i < ISA_ELEMENTS; i++) {
        buf_addc(repairing->out, raw->delimiters.element);
        if (i == 13)
            buf_adds(repairing->out, repairing->control[INSIDE_ISA]);
        else
            put_field(repairing, i, widths[i - 1]);
    }
    buf_addc(repairing->out, raw->delimiters.element);
    buf_addc(repairing->out, raw->delimiters.component);
    if (repairing->out->size - start >= X12_RAW_ISA_MAX)
        return err_set(repairing->err, TP2403,
                       "the ISA at offset %llu is too long to be mended",
                       (unsigned long long)raw->segment.offset);
    if (repairing->out->size - start != raw->text_size ||
        memcmp(repairing->out->text + start, raw->text, raw->text_size) != 0)
        tell(repairing, "the ISA's elements get their fixed widths");
    end_segment(repairing);
    return true;
}

static bool
take_isa(struct repairing *repairing)
{
    /* What is open was written with the delimiters before. */
    repairing->groups = repairing->sets = 0;
    take_newline(repairing);
    if (repairing->raw.wrapped)
        tell(repairing, "lines that are broken inside segments are joined");
    repairing->level = INSIDE_ISA;
    return put_isa(repairing);
}

/* Without the empty elements at its end. */
static size_t
trimmed(const struct x12_raw *raw)
{
    size_t size = raw->text_size;
    bool binary = x12_raw_is(raw, "BIN") || x12_raw_is(raw, "BDS");

    while (!binary && size > raw->id_size &&
           raw->text[size - 1] == raw->delimiters.element)
        size--;
    return size;
}

static void
put_segment(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;
    size_t size = trimmed(raw);

    if (size < raw->text_size)
        tell(repairing, "%s: empty elements at the end are cut",
             raw->segment.id);
    buf_add(repairing->out, raw->text, size);
    end_segment(repairing);
}

static bool
take_header(struct repairing *repairing, int level, uint32_t element)
{
    close_to(repairing, level - 1);
    keep_control(repairing, level, element);
    repairing->groups += level == INSIDE_GS;
    repairing->sets = level == INSIDE_GS ? 0 : repairing->sets + 1;
    repairing->segments = 1;
    repairing->level = level;
    put_segment(repairing);
    return true;
}

static bool
no_isa(struct repairing *repairing, uint64_t offset)
{
    return err_set(repairing->err, TP2403,
                   "the ISA at offset %llu cannot be read",
                   (unsigned long long)offset);
}

/* What is too short for an ISA where the file ends could be one with what is
 * written behind it. */
static bool
take_other(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;

    if (raw->text_size >= 3 && memcmp(raw->text, "ISA", 3) == 0 &&
        (raw->text_size == 3 || !isalnum((unsigned char)raw->text[3])))
        return no_isa(repairing, raw->segment.offset);
    if (trimmed(raw) == 0) {
        tell(repairing, "an empty segment is left out");
        return true;
    }
    repairing->segments += repairing->level == INSIDE_ST;
    put_segment(repairing);
    return true;
}

/* A trailer without its header cannot be told from data that was lost. */
static bool
stray(struct repairing *repairing)
{
    return err_set(repairing->err, TP2403,
                   "%s at offset %llu has no header before it",
                   repairing->raw.segment.id,
                   (unsigned long long)repairing->raw.segment.offset);
}

static bool
take_segment(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;

    if (!raw->terminated && !x12_raw_is(raw, "IEA") &&
        !(x12_raw_is(raw, "GE") && repairing->level == INSIDE_GS))
        return err_set(repairing->err, TP2403,
                       "the file ends inside the segment %.3s at offset %llu",
                       raw->segment.id,
                       (unsigned long long)raw->segment.offset);
    if (!raw->terminated)
        tell(repairing, "the last segment gets its terminator");
    if (x12_raw_is(raw, "GS"))
        return take_header(repairing, INSIDE_GS, 6);
    if (x12_raw_is(raw, "ST") && repairing->level >= INSIDE_GS)
        return take_header(repairing, INSIDE_ST, 2);
    int level = x12_raw_is(raw, "SE")    ? INSIDE_ST
                : x12_raw_is(raw, "GE")  ? INSIDE_GS
                : x12_raw_is(raw, "IEA") ? INSIDE_ISA
                                         : 0;
    if (level == 0)
        return take_other(repairing);
    if (repairing->level < level)
        return stray(repairing);
    take_trailer(repairing, level);
    return true;
}

/* What begins like an ISA and is none ends the interchange before its IEA:
 * what was lost there nobody knows. */
static bool
take_junk(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;

    if (raw->junk > 0 && repairing->level > 0)
        return no_isa(repairing, raw->junk_offset);
    if (raw->junk > 0)
        buf_addf(repairing->changes,
                 "offset %zu: %zu bytes outside interchanges are left out\n",
                 raw->junk_offset, raw->junk);
    return true;
}

static bool
is_data(char c)
{
    return c == ' ' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z');
}

/* With a letter, a digit or a blank as a delimiter, or one that has two
 * meanings, nothing can be told from data. */
static bool
check_delimiters(struct repairing *repairing)
{
    const struct x12_raw *raw = &repairing->raw;
    const struct x12_delimiters *d = &raw->delimiters;
    const char marks[] = { d->element, d->component, d->terminator };

    for (size_t i = 0; i < sizeof marks; i++)
        if (is_data(marks[i]) || marks[i] == marks[(i + 1) % sizeof marks])
            return err_set(repairing->err, TP2403,
                           "the ISA at offset %llu has '%c' as a delimiter",
                           (unsigned long long)raw->segment.offset, marks[i]);
    if (memchr(raw->text, d->terminator, raw->text_size) != NULL)
        return err_set(repairing->err, TP2403,
                       "the ISA at offset %llu holds its own terminator",
                       (unsigned long long)raw->segment.offset);
    return true;
}

static bool
repair(struct repairing *repairing)
{
    struct x12_raw *raw = &repairing->raw;
    struct x12_raw before = *raw;
    bool any = false;

    for (; x12_raw_next(raw); before = *raw) {
        if (!take_junk(repairing))
            return false;
        any = true;
        if (!raw->header) {
            if (!take_segment(repairing))
                return false;
            continue;
        }
        if (!check_delimiters(repairing))
            return false;
        /* Missing trailers of the interchange before, in its delimiters. */
        struct x12_raw next = *raw;
        *raw = before;
        close_to(repairing, 0);
        *raw = next;
        if (!take_isa(repairing))
            return false;
    }
    if (!take_junk(repairing))
        return false;
    if (!any)
        return err_set(repairing->err, TP2403, "found no X12: there is no ISA");
    if (repairing->level == INSIDE_ST)
        return err_set(repairing->err, TP2403,
                       "the file ends inside the set %s, whose segments may "
                       "be missing",
                       repairing->control[INSIDE_ST]);
    close_to(repairing, 0);
    return true;
}

/* Blanks around segments leave no trace while segments are taken. */
static void
tell_blanks(struct repairing *repairing, const void *bytes, size_t size)
{
    const struct buf *out = repairing->out;

    if (repairing->changes->size == 0 &&
        (out->size != size || memcmp(out->text, bytes, size) != 0))
        buf_adds(repairing->changes,
                 "offset 0: blanks and line breaks around segments are made "
                 "even\n");
}

bool
x12_repair(const void *bytes, size_t size, struct buf *fixed,
           struct buf *changes, struct err *err)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    struct buf out CLEANUP(buf_free) = { 0 };
    struct repairing repairing = { .out = &out,
                                   .changes = changes,
                                   .err = err };

    x12_raw_begin(&repairing.raw, arena, bytes, size);
    if (!repair(&repairing))
        return false;
    tell_blanks(&repairing, bytes, size);
    buf_add(fixed, buf_text(&out), out.size);
    return true;
}
