/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/write.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "x12/plain.h"
#include "x12/write_private.h"

/* Nearly all values hold nothing but characters that are written as they
 * stand: these are copied, and looked up in a table on the way. Only what the
 * table does not know is looked at one by one. */
struct writing {
    const struct x12_envelope *envelope;
    struct x12_delimiters marks;
    struct x12_delimiters from; /* of the set at hand */
    struct buf out;             /* the caller's, while we write */
    struct err *err;
    uint32_t segments; /* of the set at hand */
    bool ready;        /* odd[] is made for these marks and from */
    bool odd[256];     /* the character is not written as it stands */
};

static bool
is_mark(const struct writing *writing, char c)
{
    const struct x12_delimiters *marks = &writing->marks;

    return c == marks->element || c == marks->terminator ||
           c == marks->component ||
           (c == marks->repetition && marks->repetition != '\0') ||
           (c == marks->release && marks->release != '\0');
}

static bool
in_charset(enum x12_charset charset, unsigned char c)
{
    static const char basic[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
                                "!\"&'()*+,-./:;?=";

    if (c < ' ' || c == 0x7F)
        return false;
    if (charset == X12_CHARSET_UTF8)
        return true;
    if (c > 0x7E)
        return false;
    return charset == X12_CHARSET_EXTENDED ||
           memchr(basic, c, sizeof basic - 1) != NULL;
}

static void
find_odd(struct writing *writing)
{
    const struct x12_delimiters *from = &writing->from;

    for (unsigned c = 0; c < sizeof writing->odd; c++)
        writing->odd[c] =
            !in_charset(writing->envelope->charset, (unsigned char)c) ||
            is_mark(writing, (char)c) || (char)c == from->component ||
            (char)c == from->repetition;
    writing->ready = true;
}

/* Values come with these delimiters inside from now on. */
static void
take_from(struct writing *writing, const struct x12_delimiters *from)
{
    if (writing->ready && from->component == writing->from.component &&
        from->repetition == writing->from.repetition)
        return;
    writing->from = *from;
    find_odd(writing);
}

/* Copies the bytes; whether there is an odd one among them. */
static inline bool
copy_odd(const struct writing *writing, char *out, const char *text,
         size_t size)
{
    bool odd = false;

    for (size_t i = 0; i < size; i++) {
        out[i] = text[i];
        odd |= writing->odd[(unsigned char)text[i]];
    }
    return odd;
}

/* One byte that must be told: false with a sentence. */
static bool
refuse(struct writing *writing, unsigned char c)
{
    if (is_mark(writing, (char)c))
        return err_set(writing->err, TP2301,
                       "the value holds '%c', which is a delimiter here", c);
    if (c < ' ' || c == 0x7F)
        return err_set(writing->err, TP2302,
                       "the value holds the control character 0x%02X", c);
    return err_set(writing->err, TP2302,
                   "the value holds a character (0x%02X) outside the "
                   "partner's character set",
                   c);
}

static void
add_plain(struct writing *writing, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (!in_charset(writing->envelope->charset, c) && c >= 'a' && c <= 'z')
            c = (unsigned char)(c - 'a' + 'A');
        bool good = in_charset(writing->envelope->charset, c) &&
                    !is_mark(writing, (char)c);
        buf_addc(&writing->out, good ? (char)c : ' ');
    }
}

/* A delimiter that is data: behind the release character where there is one. */
static bool
add_mark(struct writing *writing, unsigned char c)
{
    if (writing->marks.release != '\0')
        buf_addc(&writing->out, writing->marks.release);
    else if (writing->envelope->clash == X12_CLASH_BLANK)
        c = ' ';
    else
        return refuse(writing, c);
    buf_addc(&writing->out, (char)c);
    return true;
}

static bool
add_value(struct writing *writing, const char *text, size_t size)
{
    const struct x12_envelope *envelope = writing->envelope;

    if (!copy_odd(writing, buf_room(&writing->out, size), text, size)) {
        buf_took(&writing->out, size);
        return true;
    }
    for (size_t at = 0; at < size;) {
        unsigned char c = (unsigned char)text[at];
        size_t width = 1;
        if (c == (unsigned char)writing->from.component) {
            buf_addc(&writing->out, writing->marks.component);
        } else if (c == (unsigned char)writing->from.repetition && c != '\0' &&
                   writing->marks.repetition != '\0') {
            buf_addc(&writing->out, writing->marks.repetition);
        } else if (is_mark(writing, (char)c)) {
            if (!add_mark(writing, c))
                return false;
        } else if (in_charset(envelope->charset, c)) {
            buf_addc(&writing->out, (char)c);
        } else if (envelope->transliterate) {
            char plain[8];
            width = plain_character(text + at, size - at, plain);
            add_plain(writing, plain);
        } else {
            return refuse(writing, c);
        }
        at += width;
    }
    return true;
}

/* Empty components at the end are cut, as empty elements are. */
static size_t
trimmed(const struct writing *writing, struct x12_element element)
{
    size_t size = element.size;

    while (size > 0 && element.text[size - 1] == writing->from.component)
        size--;
    return size;
}

static void
end_segment(struct writing *writing)
{
    const char *newline = writing->envelope->newline;

    buf_addc(&writing->out, writing->marks.terminator);
    if (newline != NULL && newline[0] != '\0')
        buf_adds(&writing->out, newline);
    writing->segments++;
}

/* BIN and BDS: the data as it is, behind its length. */
static void
add_binary(struct writing *writing, const struct x12_segment *segment)
{
    struct x12_element data = x12_get(segment, segment->count);

    buf_addf(&writing->out, "%c%u%c", writing->marks.element, data.size,
             writing->marks.element);
    buf_add(&writing->out, data.text, data.size);
    end_segment(writing);
}

/* In one go; false = nothing was written, there is an odd character. */
static bool
copy_segment(struct writing *writing, const struct x12_segment *segment,
             uint32_t count)
{
    const struct x12_element *elements = segment->elements;
    size_t need = sizeof segment->id;
    char mark = writing->marks.element;
    bool odd = false;

    for (uint32_t i = 0; i < count; i++)
        need += 1 + (size_t)elements[i].size;
    char *start = buf_room(&writing->out, need), *at = start;
    for (const char *id = segment->id; *id != '\0'; id++)
        *at++ = *id;
    for (uint32_t i = 0; i < count; i++) {
        *at++ = mark;
        odd |= copy_odd(writing, at, elements[i].text, elements[i].size);
        at += elements[i].size;
    }
    if (odd) {
        *start = '\0';
        return false;
    }
    buf_took(&writing->out, (size_t)(at - start));
    end_segment(writing);
    return true;
}

static bool
add_segment(struct writing *writing, const struct x12_segment *segment)
{
    uint32_t count = segment->count;
    uint32_t binary = segment->id[0] == 'B' ? x12_binary(segment) : 0;

    while (binary == 0 && count > 0 && segment->elements[count - 1].size == 0)
        count--;
    if (binary == 0 && copy_segment(writing, segment, count))
        return true;
    if (binary > 0)
        count = binary - 2;
    while (binary == 0 && count > 0 &&
           trimmed(writing, segment->elements[count - 1]) == 0)
        count--;
    buf_adds(&writing->out, segment->id);
    for (uint32_t i = 0; i < count; i++) {
        struct x12_element element = segment->elements[i];
        buf_addc(&writing->out, writing->marks.element);
        if (!add_value(writing, element.text, trimmed(writing, element)))
            return err_at(writing->err, "segment %u (%s), %s%02u",
                          writing->segments + 1, segment->id, segment->id,
                          i + 1);
    }
    if (binary > 0)
        add_binary(writing, segment);
    else
        end_segment(writing);
    return true;
}

/* The start of an envelope segment; its values are checked like any other. */
static bool
begin_fields(struct writing *writing, const char *id, const char *const *fields,
             size_t count)
{
    buf_adds(&writing->out, id);
    for (size_t i = 0; i < count; i++) {
        const char *field = fields[i] ? fields[i] : "";
        buf_addc(&writing->out, writing->marks.element);
        if (!add_value(writing, field, strlen(field)))
            return err_at(writing->err, "%s%02zu", id, i + 1);
    }
    return true;
}

static bool
add_fields(struct writing *writing, const char *id, const char *const *fields,
           size_t count)
{
    if (!begin_fields(writing, id, fields, count))
        return false;
    end_segment(writing);
    return true;
}

static bool
add_set(struct writing *writing, const struct x12_set *set)
{
    const char *control = set->control ? set->control : "";
    char count[16];
    const char *st[] = { set->id, control }, *se[] = { count, control };

    take_from(writing, &set->delimiters);
    writing->segments = 0;
    if (strlen(control) < 4 || strlen(control) > 9)
        return err_set(writing->err, TP2303,
                       "the control number of set %s is '%s', expected 4 to 9 "
                       "characters",
                       set->id, control);
    if (!add_fields(writing, "ST", st, 2))
        return false;
    for (const struct x12_node *node = set->first; node != NULL;
         node = x12_following(node))
        if (!add_segment(writing, &node->segment))
            return err_at(writing->err, "%s %s", set->id, control);
    text_format(count, sizeof count, "%u", writing->segments + 1);
    return add_fields(writing, "SE", se, 2);
}

static const char *
or_else(const char *text, const char *other)
{
    return text ? text : other;
}

static bool
add_group(struct writing *writing, const struct x12_out_group *group)
{
    const struct x12_envelope *envelope = writing->envelope;
    char control[16], count[16];

    take_from(writing, &(struct x12_delimiters){ 0 });
    if (group->control < 1 || group->control > 999999999)
        return err_set(writing->err, TP2303,
                       "the group's control number is %ld, expected 1 to "
                       "999999999",
                       group->control);
    text_format(control, sizeof control, "%ld", group->control);
    text_format(count, sizeof count, "%zu", group->count);
    const char *gs[] = { group->functional_id,
                         or_else(group->sender, envelope->sender),
                         or_else(group->receiver, envelope->receiver),
                         envelope->date,
                         envelope->time,
                         control,
                         "X",
                         group->version };
    const char *ge[] = { count, control };
    if (!add_fields(writing, "GS", gs, 8))
        return false;
    for (size_t i = 0; i < group->count; i++)
        if (!add_set(writing, group->sets[i]))
            return false;
    take_from(writing, &(struct x12_delimiters){ 0 });
    return add_fields(writing, "GE", ge, 2);
}

static bool
fits(struct writing *writing, const char *what, const char *value, size_t min,
     size_t max)
{
    size_t size = value ? strlen(value) : 0;

    if (size >= min && size <= max)
        return true;
    return err_set(writing->err, TP2303,
                   "%s is '%s', expected %zu to %zu characters", what,
                   value ? value : "", min, max);
}

static bool
check_marks(struct writing *writing)
{
    const struct x12_delimiters *m = &writing->marks;
    const char marks[] = { m->element, m->component, m->terminator,
                           m->repetition, m->release };
    enum { ALL = sizeof marks };

    for (size_t i = 0; i < ALL; i++) {
        if (marks[i] == '\0')
            continue;
        if (marks[i] == ' ' || isalnum((unsigned char)marks[i]))
            return err_set(writing->err, TP2303,
                           "a delimiter is '%c', expected no letter, digit or "
                           "blank",
                           marks[i]);
        for (size_t j = i + 1; j < ALL; j++)
            if (marks[i] == marks[j])
                return err_set(writing->err, TP2303,
                               "two delimiters are 0x%02X, expected different "
                               "ones",
                               (unsigned char)marks[i]);
    }
    return true;
}

static bool
check_envelope(struct writing *writing)
{
    const struct x12_envelope *e = writing->envelope;

    if (e->control < 1 || e->control > 999999999)
        return err_set(writing->err, TP2303,
                       "the interchange's control number is %ld, expected 1 "
                       "to 999999999",
                       e->control);
    if (e->usage == '\0' || strchr("PTI", e->usage) == NULL)
        return err_set(writing->err, TP2303,
                       "the usage is '%c', expected P, T or I",
                       e->usage ? e->usage : ' ');
    return fits(writing, "the sender's qualifier", e->sender_qualifier, 2, 2) &&
           fits(writing, "the sender", e->sender, 1, 15) &&
           fits(writing, "the receiver's qualifier", e->receiver_qualifier, 2,
                2) &&
           fits(writing, "the receiver", e->receiver, 1, 15) &&
           fits(writing, "the date", e->date, 8, 8) &&
           fits(writing, "the time", e->time, 4, 8) && check_marks(writing);
}

static bool
add_isa(struct writing *writing)
{
    const struct x12_envelope *e = writing->envelope;
    char version[6], sender[16], receiver[16], control[16], time[5];
    char usage[2] = { e->usage, '\0' };
    char standard[2] = { 'U', '\0' }, blanks[] = "          ";

    marks_version(e, version);
    if (writing->marks.repetition != '\0')
        standard[0] = writing->marks.repetition;
    text_format(sender, sizeof sender, "%-15s", e->sender);
    text_format(receiver, sizeof receiver, "%-15s", e->receiver);
    text_format(control, sizeof control, "%09ld", e->control);
    text_copy(time, sizeof time, e->time);
    const char *fields[] = { "00",
                             blanks,
                             "00",
                             blanks,
                             e->sender_qualifier,
                             sender,
                             e->receiver_qualifier,
                             receiver,
                             e->date + 2,
                             time };
    char release = writing->marks.release; /* told behind the ISA */
    writing->marks.release = '\0';
    find_odd(writing);
    if (!begin_fields(writing, "ISA", fields, 10))
        return false;
    const char mark = writing->marks.element;
    buf_addf(&writing->out, "%c%s%c%s%c%s%c%d%c%s%c%c", mark, standard, mark,
             version, mark, control, mark, e->ack_requested, mark, usage, mark,
             writing->marks.component);
    end_segment(writing);
    if (release != '\0') {
        buf_addf(&writing->out, "ISX%c%c", mark, release);
        end_segment(writing);
        writing->marks.release = release;
        find_odd(writing);
    }
    return true;
}

static bool
add_all(struct writing *writing)
{
    const struct x12_envelope *e = writing->envelope;
    char count[16], control[16];
    const char *iea[] = { count, control };

    if (!check_envelope(writing) || !add_isa(writing))
        return false;
    for (size_t i = 0; i < e->ta1_count; i++)
        if (!add_segment(writing, e->ta1s[i]))
            return false;
    for (size_t i = 0; i < e->group_count; i++)
        if (!add_group(writing, &e->groups[i]))
            return false;
    text_format(count, sizeof count, "%zu", e->group_count);
    text_format(control, sizeof control, "%09ld", e->control);
    return add_fields(writing, "IEA", iea, 2);
}

bool
x12_write(const struct x12_envelope *envelope, struct buf *out, struct err *err)
{
    struct writing writing = { .envelope = envelope,
                               .marks = marks_choose(envelope),
                               .out = *out,
                               .err = err };
    size_t before = out->size;

    find_odd(&writing);
    bool good = add_all(&writing);
    *out = writing.out;
    if (!good && out->text != NULL) {
        out->size = before;
        out->text[before] = '\0';
    }
    return good;
}
