/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/json.h"
#include "x12/json_text.h"

enum { ELEMENTS_LIMIT = 10000, COMPONENTS_LIMIT = 100, ISA_ELEMENTS = 16 };

struct writing {
    struct buf *out;
    struct err *err;
    struct x12_delimiters marks;
    const char *terminator, *newline;
    bool latin;
    bool binary;       /* the segment's values may hold anything */
    uint32_t segments; /* of the set at hand */
};

static bool
wrong(struct writing *writing, const struct json *at, const char *expected)
{
    return err_set(writing->err, TP2401, "line %d: expected %s",
                   at ? at->line : 1, expected);
}

static bool
is_mark(const struct writing *writing, char c)
{
    const struct x12_delimiters *marks = &writing->marks;

    return c == marks->element || c == marks->component ||
           c == marks->terminator || (c == marks->repetition && c != '\0');
}

/* Characters of ISO 8859-1 come as two bytes of UTF-8. */
static bool
put_text(struct writing *writing, const struct json *value)
{
    for (size_t i = 0; i < value->size; i++) {
        unsigned char c = (unsigned char)value->text[i];
        if (writing->latin && c >= 0xC2 && c <= 0xC3 && i + 1 < value->size)
            c = (unsigned char)((c & 3) << 6 | (value->text[++i] & 0x3F));
        else if (writing->latin && c >= 0x80)
            return wrong(writing, value, "characters of ISO 8859-1 only");
        if (is_mark(writing, (char)c) && !writing->binary)
            return err_set(writing->err, TP2301,
                           "line %d: the value holds '%c', which is a "
                           "delimiter here",
                           value->line, c);
        buf_addc(writing->out, (char)c);
    }
    return true;
}

/* Members "01", "02"... in any order, the gaps filled with separators. */
static bool
put_numbered(struct writing *writing, const struct json *object, char mark,
             long limit, bool (*put)(struct writing *, const struct json *))
{
    long at = mark == writing->marks.element ? 0 : 1, number;
    const struct json *next = object->child;

    while (next != NULL) {
        if (!text_number(next->name, limit, &number) || number < 1)
            return wrong(writing, next, "a number such as \"01\" as name");
        if (number < at || (number == at && at > 0 && next != object->child))
            return wrong(writing, next, "the numbers in ascending order");
        for (; at < number; at++)
            buf_addc(writing->out, mark);
        if (!put(writing, next))
            return false;
        next = next->next;
    }
    return true;
}

static bool
put_composite(struct writing *writing, const struct json *value)
{
    if (value->kind == JSON_OBJECT)
        return put_numbered(writing, value, writing->marks.component,
                            COMPONENTS_LIMIT, put_text);
    return value->kind == JSON_TEXT ? put_text(writing, value)
                                    : wrong(writing, value, "a text");
}

static bool
put_element(struct writing *writing, const struct json *value)
{
    if (value->kind != JSON_ARRAY)
        return put_composite(writing, value);
    if (writing->marks.repetition == '\0')
        return wrong(writing, value,
                     "no repetition: the delimiters have none for it");
    for (const struct json *v = value->child; v != NULL; v = v->next) {
        if (v != value->child)
            buf_addc(writing->out, writing->marks.repetition);
        if (!put_composite(writing, v))
            return false;
    }
    return true;
}

static void
end_segment(struct writing *writing)
{
    buf_adds(writing->out, writing->terminator);
    buf_adds(writing->out, writing->newline);
    writing->segments++;
}

static bool
put_segment(struct writing *writing, const struct json *segment)
{
    struct json name = { .text = segment->name,
                         .size = strlen(segment->name),
                         .line = segment->line };

    if (segment->kind != JSON_OBJECT)
        return wrong(writing, segment, "an object of elements");
    writing->binary =
        text_equal(name.text, "BIN") || text_equal(name.text, "BDS");
    if (!put_text(writing, &name) ||
        !put_numbered(writing, segment, writing->marks.element, ELEMENTS_LIMIT,
                      put_element))
        return err_at(writing->err, "%.20s", segment->name);
    end_segment(writing);
    return true;
}

/* Depth is limited by reading. */
static bool
put_list(struct writing *writing, const struct json *list)
{
    for (const struct json *e = list ? list->child : NULL; e; e = e->next) {
        bool good = e->kind == JSON_ARRAY;
        if (good ? !put_list(writing, e)
                 : e->kind != JSON_OBJECT || e->child == NULL ||
                       e->child->next != NULL ||
                       !put_segment(writing, e->child)) {
            wrong(writing, e, "{ \"NAME\": { elements } } or a loop's array");
            return false;
        }
    }
    return true;
}

static const char *
text_of(const struct json *object, const char *name, const char *other)
{
    const struct json *value = json_member(object, name);

    return value != NULL && value->kind == JSON_TEXT ? value->text : other;
}

/* A count that is right stays as it is written. */
static void
put_trailer(struct writing *writing, const char *id, const struct json *entry,
            unsigned long count, const char *control)
{
    const char *said = text_of(json_member(entry, id), "01", "");
    char mark = writing->marks.element, *end = NULL;

    buf_addf(writing->out, "%s%c", id, mark);
    if (*said != '\0' && strspn(said, "0123456789") == strlen(said) &&
        strtoul(said, &end, 10) == count)
        buf_adds(writing->out, said);
    else
        buf_addf(writing->out, "%lu", count);
    buf_addf(writing->out, "%c%s", mark, control);
    end_segment(writing);
}

static bool
put_set(struct writing *writing, const struct json *entry)
{
    const struct json *st = json_member(entry, "ST");

    writing->segments = 0;
    if (st == NULL)
        return put_list(writing, json_member(entry, "segments"));
    if (!put_segment(writing, st) ||
        !put_list(writing, json_member(entry, "segments")))
        return false;
    put_trailer(writing, "SE", entry, writing->segments + 1,
                text_of(st, "02", ""));
    return true;
}

static bool
put_group(struct writing *writing, const struct json *entry)
{
    const struct json *gs = json_member(entry, "GS");
    const struct json *sets = json_member(entry, "sets");
    unsigned long count = 0;

    if (gs == NULL)
        return put_list(writing, json_member(entry, "segments"));
    if (!put_segment(writing, gs))
        return false;
    for (const struct json *s = sets ? sets->child : NULL; s; s = s->next) {
        if (!put_set(writing, s))
            return err_at(writing->err, "set %lu", count + 1);
        count += json_member(s, "ST") != NULL;
    }
    put_trailer(writing, "GE", entry, count, text_of(gs, "06", ""));
    return true;
}

/* ISA's own separators are values here, so nothing is refused; its elements
 * are padded to their widths. */
static bool
put_isa(struct writing *writing, const struct json *isa)
{
    static const unsigned char widths[ISA_ELEMENTS] = { 2, 10, 2, 10, 2, 15,
                                                        2, 15, 6, 4,  1, 5,
                                                        9, 1,  1, 1 };
    struct x12_delimiters marks = writing->marks;
    char name[4];

    if (isa == NULL || isa->kind != JSON_OBJECT)
        return wrong(writing, isa, "an ISA");
    buf_adds(writing->out, "ISA");
    writing->marks = (struct x12_delimiters){ .element = marks.element,
                                              .terminator = marks.terminator };
    for (unsigned i = 1; i <= ISA_ELEMENTS; i++) {
        text_format(name, sizeof name, "%02u", i);
        const struct json *value = json_member(isa, name);
        buf_addc(writing->out, marks.element);
        size_t start = writing->out->size;
        if (i == ISA_ELEMENTS)
            buf_addc(writing->out, marks.component);
        else if (value != NULL && !put_text(writing, value))
            return err_at(writing->err, "ISA%02u", i);
        while (writing->out->size - start < widths[i - 1])
            buf_addc(writing->out, ' ');
    }
    writing->marks = marks;
    end_segment(writing);
    return true;
}

static char
mark_of(const struct writing *writing, const struct json *delimiters,
        const char *name, char other)
{
    const char *text = text_of(delimiters, name, NULL);
    unsigned char c = (unsigned char)(text ? *text : other);

    if (writing->latin && (c == 0xC2 || c == 0xC3))
        return (char)((c & 3) << 6 | (text[1] & 0x3F));
    return (char)c;
}

static bool
put_interchange(struct writing *writing, const struct json *entry,
                struct arena *arena)
{
    const struct json *isa = json_member(entry, "ISA"), *d;
    const struct json *groups = json_member(entry, "groups");
    unsigned long count = 0;

    d = json_member(entry, "delimiters");
    writing->marks = (struct x12_delimiters){
        .element = mark_of(writing, d, "element", '*'),
        .component = mark_of(writing, d, "component", '>'),
        .repetition = mark_of(writing, d, "repetition", '\0'),
        .terminator = mark_of(writing, d, "terminator", '~'),
    };
    char single[2] = { writing->marks.terminator, '\0' };
    writing->terminator = writing->latin ? arena_strdup(arena, single)
                                         : text_of(d, "terminator", "~");
    writing->newline = text_of(d, "newline", "");
    if (!put_isa(writing, isa))
        return false;
    for (const struct json *g = groups ? groups->child : NULL; g; g = g->next) {
        if (!put_group(writing, g))
            return err_at(writing->err, "group %lu", count + 1);
        count += json_member(g, "GS") != NULL;
    }
    const struct json *end = json_member(entry, "end");
    if (end != NULL)
        writing->newline = "";
    put_trailer(writing, "IEA", entry, count, text_of(isa, "13", ""));
    if (end != NULL)
        buf_add(writing->out, end->text, end->size);
    return true;
}

static bool
put_all(struct writing *writing, const struct json *root, struct arena *arena)
{
    const struct json *list = json_member(root, "interchanges");
    unsigned long number = 0;

    if (list == NULL || list->kind != JSON_ARRAY)
        return wrong(writing, root, "an object with \"interchanges\": [ ... ]");
    writing->latin =
        text_equal(text_of(root, "charset", "utf-8"), "iso-8859-1");
    for (const struct json *i = list->child; i != NULL; i = i->next) {
        number++;
        if (!put_interchange(writing, i, arena))
            return err_at(writing->err, "interchange %lu", number);
    }
    return true;
}

bool
x12_from_json(const char *text, size_t size, struct buf *out, struct err *err)
{
    struct arena *arena CLEANUP(arena_free) = arena_new();
    struct buf written CLEANUP(buf_free) = { 0 };
    struct writing writing = { .out = &written, .err = err };
    const struct json *root = json_parse(arena, text, size, err);

    if (root == NULL || !put_all(&writing, root, arena))
        return false;
    buf_add(out, buf_text(&written), written.size);
    return true;
}
