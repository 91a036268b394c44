/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/json.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/guide_private.h"
#include "x12/raw.h"

enum { LOOPS_MAX = 64, LEVEL_FILE = 0, LEVEL_ISA, LEVEL_GS, LEVEL_ST };

/* The bytes are walked once, as they stand; reading, which runs beside, tells
 * at each set what its loops are. */
struct making {
    const struct x12_json_sink *sink;
    struct arena *arena;
    struct buf out;
    struct x12_raw raw;
    struct x12_delimiters marks; /* of the interchange */
    size_t newline;              /* how many bytes end a line */
    bool latin; /* bytes above 0x7F are characters of ISO 8859-1 */
    int level;
    bool first;    /* of the list that is open */
    bool headless; /* the entry of a level has no GS or ST */
    bool trailer;  /* the trailer of the level is written */
    size_t lost;
};

static bool
is_utf8(const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        char window[5] = "";
        size_t left = size - at;
        if ((unsigned char)bytes[at] < 0x80) {
            at++;
            continue;
        }
        memcpy(window, bytes + at, left < 4 ? left : 4);
        size_t width = text_sequence(window);
        if (width == 0)
            return false;
        at += width;
    }
    return true;
}

static void
add_text(struct making *making, const char *text, size_t size)
{
    struct buf *out = &making->out;

    buf_addc(out, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c < ' ' || c == 0x7F)
            buf_addf(out, "\\u%04x", c);
        else if (c >= 0x80 && making->latin)
            buf_addf(out, "%c%c", 0xC0 | c >> 6, 0x80 | (c & 0x3F));
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
}

static size_t
count_of(const char *text, size_t size, char mark)
{
    size_t count = 0;

    for (size_t i = 0; mark != '\0' && i < size; i++)
        count += text[i] == mark;
    return count;
}

static void
add_components(struct making *making, const char *text, size_t size)
{
    char mark = making->marks.component;
    const char *between = "";

    if (count_of(text, size, mark) == 0) {
        add_text(making, text, size);
        return;
    }
    buf_addc(&making->out, '{');
    for (unsigned number = 1;; number++) {
        const char *end = memchr(text, mark, size);
        size_t length = end ? (size_t)(end - text) : size;
        if (length > 0 || end == NULL) {
            buf_addf(&making->out, "%s\"%u\":", between, number);
            add_text(making, text, length);
            between = ",";
        }
        if (end == NULL)
            break;
        text += length + 1;
        size -= length + 1;
    }
    buf_addc(&making->out, '}');
}

static void
add_element(struct making *making, struct x12_element value)
{
    char mark = making->marks.repetition;
    const char *text = value.text, *between = "";
    size_t left = value.size;

    if (count_of(text, left, mark) == 0) {
        add_components(making, text, left);
        return;
    }
    buf_addc(&making->out, '[');
    for (;;) {
        const char *end = memchr(text, mark, left);
        size_t length = end ? (size_t)(end - text) : left;
        buf_adds(&making->out, between);
        add_components(making, text, length);
        between = ",";
        if (end == NULL)
            break;
        text += length + 1;
        left -= length + 1;
    }
    buf_addc(&making->out, ']');
}

/* "BEG":{...}; an ISA's separators stand for themselves. */
static void
add_segment(struct making *making, const char *id, size_t id_size,
            const struct x12_segment *segment)
{
    bool isa = id_size == 3 && memcmp(id, "ISA", 3) == 0;
    const char *between = "";

    add_text(making, id, id_size);
    buf_adds(&making->out, ":{");
    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = segment->elements[i - 1];
        if (value.size == 0 && i < segment->count)
            continue;
        buf_addf(&making->out, "%s\"%02u\":", between, i);
        if (isa)
            add_text(making, value.text, value.size);
        else
            add_element(making, value);
        between = ",";
    }
    buf_addc(&making->out, '}');
}

static void
add_raw(struct making *making)
{
    add_segment(making, making->raw.id, making->raw.id_size,
                &making->raw.segment);
}

static void
between(struct making *making)
{
    if (!making->first)
        buf_addc(&making->out, ',');
    buf_addc(&making->out, '\n');
    making->first = false;
}

static void
flush(struct making *making)
{
    if (making->out.size > 0)
        making->sink->take(making->sink->user, &making->out);
    buf_clear(&making->out);
}

/* Closes entries down to a level; their lists are open, or a trailer has
 * closed the list. */
static void
close_to(struct making *making, int level)
{
    for (; making->level > level; making->level--) {
        if (!making->trailer)
            buf_addc(&making->out, ']');
        buf_addc(&making->out, '}');
        making->trailer = false;
        making->headless = false;
        making->first = false;
    }
}

static void
open_list(struct making *making, int level, const char *name)
{
    buf_addf(&making->out, "\"%s\":[", name);
    making->level = level;
    making->first = true;
    making->trailer = false;
}

/* The line end is what follows the ISA. */
static void
add_delimiters(struct making *making)
{
    const struct x12_raw *raw = &making->raw;
    const char *after = raw->bytes + raw->after;
    size_t left = raw->size - raw->after, line = 0;
    char terminator[8] = { raw->delimiters.terminator };

    making->marks = raw->delimiters;
    memcpy(terminator + 1, raw->tail, raw->tail_size);
    while (!raw->wrapped && line < left && line < 2 &&
           (after[line] == '\r' || after[line] == '\n'))
        line++;
    if (line == 2 && after[0] == after[1])
        line = 1;
    making->newline = line;
    buf_adds(&making->out, "{\"delimiters\":{\"element\":");
    add_text(making, &making->marks.element, 1);
    buf_adds(&making->out, ",\"component\":");
    add_text(making, &making->marks.component, 1);
    if (making->marks.repetition != '\0') {
        buf_adds(&making->out, ",\"repetition\":");
        add_text(making, &making->marks.repetition, 1);
    }
    buf_adds(&making->out, ",\"terminator\":");
    add_text(making, terminator, 1 + raw->tail_size);
    buf_adds(&making->out, ",\"newline\":");
    add_text(making, after, line);
    buf_adds(&making->out, "},\n ");
}

static void
take_isa(struct making *making)
{
    close_to(making, LEVEL_FILE);
    between(making);
    add_delimiters(making);
    add_raw(making);
    buf_adds(&making->out, ",\n ");
    open_list(making, LEVEL_ISA, "groups");
}

/* The entry of a group or a set; a headless one holds what is in none. */
static void
take_header(struct making *making, int level, bool headless)
{
    close_to(making, level - 1);
    between(making);
    buf_adds(&making->out, level == LEVEL_GS ? " {" : "  {");
    if (!headless) {
        add_raw(making);
        buf_addc(&making->out, ',');
    }
    open_list(making, level,
              level == LEVEL_GS && !headless ? "sets" : "segments");
    making->headless = headless;
}

static void
take_trailer(struct making *making, int level)
{
    close_to(making, level);
    buf_adds(&making->out, "],");
    add_raw(making);
    making->trailer = true;
    close_to(making, level - 1);
}

/* What follows the IEA, when it is not simply the line's end. */
static void
take_iea(struct making *making)
{
    const struct x12_raw *raw = &making->raw;
    const char *after = raw->bytes + raw->after;
    size_t left = raw->size - raw->after, blanks = 0;

    close_to(making, LEVEL_ISA);
    buf_adds(&making->out, "],");
    add_raw(making);
    while (blanks < left && (after[blanks] == '\r' || after[blanks] == '\n' ||
                             after[blanks] == ' ' || after[blanks] == '\0' ||
                             after[blanks] == 0x1A))
        blanks++;
    if (blanks != making->newline) {
        buf_adds(&making->out, ",\"end\":");
        add_text(making, after, blanks);
    }
    making->trailer = true;
    close_to(making, LEVEL_FILE);
}

/* A segment of a set, or one that is where none belongs. */
static void
take_other(struct making *making)
{
    if (making->level < LEVEL_ST && !making->headless)
        take_header(making, making->level + 1, true);
    between(making);
    buf_adds(&making->out, "   {");
    add_raw(making);
    buf_addc(&making->out, '}');
}

static void
take_raw(struct making *making)
{
    const struct x12_raw *raw = &making->raw;
    bool set = making->level == LEVEL_ST && !making->headless;
    bool group = making->level == LEVEL_ST ||
                 (making->level == LEVEL_GS && !making->headless);

    making->lost += raw->junk;
    if (raw->header)
        take_isa(making);
    else if (x12_raw_is(raw, "IEA"))
        take_iea(making);
    else if (x12_raw_is(raw, "GS"))
        take_header(making, LEVEL_GS, false);
    else if (x12_raw_is(raw, "GE") && group)
        take_trailer(making, LEVEL_GS);
    else if (x12_raw_is(raw, "ST") && group)
        take_header(making, LEVEL_ST, false);
    else if (x12_raw_is(raw, "SE") && set)
        take_trailer(making, LEVEL_ST);
    else
        take_other(making);
}

/* Everything that begins before an offset. */
static void
walk_to(struct making *making, uint64_t offset)
{
    size_t before = making->raw.at;

    while (x12_raw_next(&making->raw)) {
        if (making->raw.segment.offset >= offset) {
            x12_raw_seek(&making->raw, before);
            return;
        }
        take_raw(making);
        before = making->raw.at;
        if (making->out.size > (1 << 16))
            flush(making);
    }
    making->lost += making->raw.junk;
}

/* Loops can be shown when the tree holds every segment, in the order of the
 * bytes, and is not too deep. */
static bool
in_order(const struct x12_set *set)
{
    uint64_t last = 0;
    uint32_t count = 2;
    int depth = 0;

    for (const struct x12_node *node = set->first; node != NULL;) {
        if (node->segment.offset < last || depth > LOOPS_MAX)
            return false;
        last = node->segment.offset;
        count++;
        if (node->child != NULL) {
            node = node->child;
            depth++;
            continue;
        }
        while (node != NULL && node->next == NULL) {
            node = node->parent;
            depth--;
        }
        node = node ? node->next : NULL;
    }
    return count == set->segments;
}

static const struct item *
item_of(const struct item *parent, const char *id)
{
    const struct item *found = NULL;

    if (parent == NULL)
        return NULL;
    if (strcmp(id, "HL") == 0 && parent->segment != NULL &&
        strcmp(parent->segment->id, "HL") == 0)
        return parent;
    for (const struct item *i = parent->child; i != NULL; i = i->next)
        if (strcmp(i->segment->id, id) == 0 && (found == NULL || i->loop))
            found = i;
    return found;
}

/* As it stands in the bytes, where reading has cut empty elements. */
static void
add_node(struct making *making, const struct x12_node *node)
{
    const struct x12_raw *raw = &making->raw;

    if (x12_raw_next(&making->raw) &&
        raw->segment.offset == node->segment.offset)
        add_raw(making);
    else
        add_segment(making, node->segment.id, strlen(node->segment.id),
                    &node->segment);
}

/* Depth is at most LOOPS_MAX. */
static void
add_nodes(struct making *making, const struct x12_node *node,
          const struct item *parent)
{
    for (; node != NULL; node = node->next) {
        const struct item *item = item_of(parent, node->segment.id);
        bool loop = node->child != NULL || (item != NULL && item->loop);
        between(making);
        buf_adds(&making->out, loop ? "   [{" : "   {");
        add_node(making, node);
        buf_addc(&making->out, '}');
        if (node->child != NULL)
            add_nodes(making, node->child, item);
        if (loop)
            buf_addc(&making->out, ']');
    }
}

/* Everything before the set, then the set by its tree; without one it is
 * walked like the rest. */
static void
take_set(void *user, const struct x12_result *result)
{
    struct making *making = user;
    const struct x12_set *set = result->set;

    if (set == NULL || result->guide == NULL || !in_order(set))
        return;
    walk_to(making, set->offset);
    size_t last = making->raw.at;
    if (!x12_raw_next(&making->raw) || !x12_raw_is(&making->raw, "ST")) {
        x12_raw_seek(&making->raw, last);
        return;
    }
    take_raw(making);
    add_nodes(making, set->first, result->guide->root);
    for (last = making->raw.at; x12_raw_next(&making->raw);
         last = making->raw.at)
        if (x12_raw_is(&making->raw, "SE"))
            break;
    x12_raw_seek(&making->raw, last);
    flush(making);
}

size_t
x12_to_json(const struct x12_json_source *source,
            const struct x12_json_sink *sink)
{
    struct making making = { .sink = sink, .first = true };
    const struct x12_handler handler = { .user = &making, .set = take_set };

    making.arena = arena_new();
    making.latin = !is_utf8(source->bytes, source->size);
    x12_raw_begin(&making.raw, making.arena, source->bytes, source->size);
    buf_addf(&making.out,
             "{\"schema\":\"tradepost.x12/1\",\"charset\":\"%s\","
             "\"interchanges\":[",
             making.latin ? "iso-8859-1" : "utf-8");
    struct x12_reader *reader CLEANUP(x12_reader_free) =
        x12_reader_new(source->options, &handler);
    x12_feed(reader, source->bytes, source->size);
    x12_end(reader, NULL);
    walk_to(&making, UINT64_MAX);
    close_to(&making, LEVEL_FILE);
    buf_adds(&making.out, "\n]}\n");
    flush(&making);
    buf_free(&making.out);
    arena_free(&making.arena);
    return making.lost;
}
