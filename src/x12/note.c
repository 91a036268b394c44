/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum { VALUE_MAX = 99, SENTENCE_MAX = 400, INTERCHANGE_FACTOR = 100 };

struct making {
    enum x12_level level;
    enum x12_severity severity;
    enum x12_tolerance tolerance;
    const char *code;
    const struct x12_segment *segment; /* NULL = none */
    const char *id;                    /* its name as it stands */
    const char *loop;
    const struct spot *spot;
};

enum x12_severity
policy(const struct x12_reader *reader, enum x12_tolerance tolerance)
{
    return (enum x12_severity)reader->options.tolerance[tolerance];
}

/* At most limit bytes, of the text as UTF-8: control characters become dots,
 * bytes that are no UTF-8 the characters of ISO 8859-1 that they may be. */
static const char *
printable(struct arena *arena, struct x12_element value, size_t limit)
{
    size_t size = value.size < limit ? value.size : limit, out = 0;
    char *copy = arena_alloc(arena, 2 * size + 1);

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value.text[i];
        char window[5] = "";
        memcpy(window, value.text + i, value.size - i < 4 ? value.size - i : 4);
        size_t width = c < 0x80 ? 1 : text_sequence(window);
        if (out + (width > 1 ? width : c < 0x80 ? 1 : 2) > limit)
            break;
        bool high = width == 2 && c == 0xC2 && (unsigned char)window[1] < 0xA0;
        if (c < ' ' || c == 0x7F || high || (width == 0 && c < 0xA0)) {
            copy[out++] = '.';
            i += high;
        } else if (width > 0) {
            memcpy(copy + out, window, width);
            out += width;
            i += width - 1;
        } else {
            copy[out++] = (char)(0xC0 | c >> 6);
            copy[out++] = (char)(0x80 | (c & 0x3F));
        }
    }
    return copy;
}

static uint64_t
spot_offset(const struct x12_reader *reader, const struct making *making)
{
    const struct x12_segment *segment = making->segment;
    const struct spot *spot = making->spot;
    const char *start = reader->text;

    if (segment == NULL)
        return reader->base + reader->at;
    if (spot != NULL && spot->offset > 0)
        return spot->offset;
    /* An element that is missing stands nowhere. */
    if (spot == NULL || spot->value == NULL || spot->value->text < start ||
        spot->value->text > start + reader->text_size)
        return segment->offset;
    return offset_of(reader, spot->value->text);
}

static void
fill_place(struct x12_reader *reader, struct x12_finding *finding,
           const struct making *making)
{
    const struct open_set *set = &reader->set;

    finding->interchange = finding->group = finding->set = finding->set_id =
        finding->loop = finding->segment = finding->value = "";
    if (reader->interchange != NULL && making->level > X12_FILE)
        finding->interchange = reader->interchange->control;
    if (reader->group != NULL && making->level >= X12_GROUP)
        finding->group = reader->group->control;
    if (set->open && making->level >= X12_SET) {
        finding->set = set->result->control;
        finding->set_id = set->result->id;
    }
    if (making->loop != NULL)
        finding->loop = making->loop;
}

static struct x12_finding *
make(struct x12_reader *reader, struct arena *arena,
     const struct making *making, const char *sentence)
{
    struct x12_finding *finding = arena_alloc(arena, sizeof *finding);
    const struct spot *spot = making->spot;

    finding->level = making->level;
    finding->severity = making->severity;
    finding->tolerance = making->tolerance;
    finding->consequence = reader->consequence;
    finding->code =
        making->severity == X12_REJECT ? arena_strdup(arena, making->code) : "";
    fill_place(reader, finding, making);
    finding->line = reader->line;
    finding->offset = spot_offset(reader, making);
    if (making->segment != NULL) {
        finding->segment = arena_strdup(arena, making->id);
        finding->position =
            making->level >= X12_SET ? making->segment->position : 0;
        finding->line = making->segment->line;
    }
    if (spot != NULL) {
        finding->element = spot->element;
        finding->component = spot->component;
        finding->repetition = spot->repetition;
        finding->element_number = spot->number;
        if (spot->value != NULL)
            finding->value = printable(arena, *spot->value, VALUE_MAX);
    }
    struct x12_element words = { sentence, (uint32_t)strlen(sentence) };
    finding->sentence = printable(arena, words, SENTENCE_MAX);
    return finding;
}

static void
append(struct chain *chain, struct x12_finding *finding)
{
    if (chain->last != NULL)
        chain->last->next = finding;
    else
        *chain->head = finding;
    chain->last = finding;
    chain->kept++;
}

static void
add_outside(struct x12_reader *reader, const struct making *making,
            const char *sentence)
{
    struct x12_finding *finding = make(reader, reader->arena, making, sentence);

    if (reader->keep)
        append(&reader->outside, finding);
    if (reader->handler.finding != NULL)
        reader->handler.finding(reader->handler.user, finding);
}

/* Hostile files must not fill the memory with what is wrong with them. */
static bool
may_keep(struct x12_reader *reader, const struct chain *chain)
{
    uint64_t all = (uint64_t)reader->options.max_findings * INTERCHANGE_FACTOR;

    if (reader->options.lean && chain != &reader->interchange_findings)
        return chain->kept < reader->options.max_findings;
    return chain->kept < reader->options.max_findings && reader->kept++ < all;
}

static void
add_to_set(struct x12_reader *reader, const struct making *making,
           const char *sentence)
{
    struct open_set *set = &reader->set;

    set->result->count++;
    if (making->severity == X12_REJECT) {
        set->rejects++;
        set->hard += making->level < X12_SEGMENT;
    }
    if (may_keep(reader, &set->findings) || set->findings.kept == 0)
        append(&set->findings,
               make(reader, result_arena(reader), making, sentence));
}

static void
add(struct x12_reader *reader, const struct making *making,
    const char *sentence)
{
    bool rejects = making->severity == X12_REJECT;

    if (making->level == X12_FILE) {
        add_outside(reader, making, sentence);
    } else if (making->level >= X12_SET && reader->set.open) {
        add_to_set(reader, making, sentence);
    } else if (making->level >= X12_GROUP && reader->group != NULL) {
        reader->group_rejected |= rejects;
        if (may_keep(reader, &reader->group_findings))
            append(&reader->group_findings,
                   make(reader, reader->group_arena, making, sentence));
    } else {
        reader->interchange_rejected |= rejects;
        if (rejects && strncmp(making->code, "TA105=", 6) == 0 &&
            strcmp(reader->interchange->ta1, "000") == 0)
            reader->interchange->ta1 =
                arena_strdup(reader->arena, making->code + 6);
        if (may_keep(reader, &reader->interchange_findings))
            append(&reader->interchange_findings,
                   make(reader, reader->arena, making, sentence));
    }
}

#define SENTENCE(text)                          \
    char text[SENTENCE_MAX];                    \
    va_list args;                               \
    va_start(args, format);                     \
    vsnprintf(text, sizeof text, format, args); \
    va_end(args)

static const struct x12_segment *
at_hand(const struct x12_reader *reader)
{
    return reader->segment.id[0] != '\0' ? &reader->segment : NULL;
}

static const char *
loop_at_hand(const struct x12_reader *reader)
{
    const struct open_set *set = &reader->set;

    return set->open && set->guide != NULL ? set->guide->nodes[set->at].path
                                           : "";
}

void
note_file(struct x12_reader *reader, enum x12_severity severity,
          enum x12_tolerance tolerance, uint64_t offset, const char *format,
          ...)
{
    struct making making = { .level = X12_FILE,
                             .severity = severity,
                             .tolerance = tolerance,
                             .code = "" };
    struct x12_segment place = { .offset = offset,
                                 .line = tolerance == X12_JUNK
                                             ? reader->junk_line
                                             : reader->line };

    making.segment = &place;
    making.id = "";
    SENTENCE(text);
    add(reader, &making, text);
}

void
note_interchange(struct x12_reader *reader, const char *code,
                 const struct spot *spot, const char *format, ...)
{
    struct making making = {
        X12_INTERCHANGE, X12_REJECT,      X12_TOLERANCES, code,
        at_hand(reader), reader->id_text, NULL,           spot
    };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_group(struct x12_reader *reader, const char *code, const struct spot *spot,
           const char *format, ...)
{
    struct making making = {
        X12_GROUP,       X12_REJECT,      X12_TOLERANCES, code,
        at_hand(reader), reader->id_text, NULL,           spot
    };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_set(struct x12_reader *reader, const char *code, const char *format, ...)
{
    struct making making = {
        X12_SET,         X12_REJECT,      X12_TOLERANCES, code,
        at_hand(reader), reader->id_text, NULL,           NULL
    };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_segment(struct x12_reader *reader, const char *code, const char *format,
             ...)
{
    struct making making = { X12_SEGMENT,          X12_REJECT,
                             X12_TOLERANCES,       code,
                             at_hand(reader),      reader->id_text,
                             loop_at_hand(reader), NULL };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_element(struct x12_reader *reader, const char *code,
             const struct spot *spot, const char *format, ...)
{
    struct making making = { X12_ELEMENT,          X12_REJECT,
                             X12_TOLERANCES,       code,
                             at_hand(reader),      reader->id_text,
                             loop_at_hand(reader), spot };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_missing(struct x12_reader *reader, const char *code, const char *id,
             const char *loop, const char *format, ...)
{
    struct making making = {
        X12_SEGMENT,     X12_REJECT, X12_TOLERANCES, code,
        at_hand(reader), id,         loop,           NULL
    };

    SENTENCE(text);
    add(reader, &making, text);
}

void
note_node(struct x12_reader *reader, const struct x12_segment *segment,
          enum x12_tolerance tolerance, const char *code,
          const struct spot *spot, const char *format, ...)
{
    struct making making = { X12_ELEMENT, X12_REJECT,  tolerance, code,
                             segment,     segment->id, "HL",      spot };

    if (tolerance != X12_TOLERANCES)
        making.severity = policy(reader, tolerance);
    if (making.severity == X12_IGNORE)
        return;
    SENTENCE(text);
    add(reader, &making, text);
}

static enum x12_level
level_of_sin(const struct x12_reader *reader, enum x12_tolerance tolerance,
             const char *code, const struct spot *spot)
{
    if (strncmp(code, "TA105", 5) == 0 || reader->group == NULL)
        return X12_INTERCHANGE;
    if (!reader->set.open)
        return X12_GROUP;
    if (strncmp(code, "AK502", 5) == 0 || tolerance == X12_NO_GUIDE)
        return X12_SET;
    return spot != NULL && spot->element > 0 ? X12_ELEMENT : X12_SEGMENT;
}

enum x12_severity
note_sin(struct x12_reader *reader, enum x12_tolerance tolerance,
         const char *code, const struct spot *spot, const char *format, ...)
{
    enum x12_severity severity = policy(reader, tolerance);
    bool of_set = reader->set.open && strncmp(code, "TA105", 5) != 0;
    bool *told = of_set ? reader->set.told : reader->told;

    if (severity == X12_IGNORE || (severity == X12_WARN && told[tolerance]))
        return severity;
    told[tolerance] = true;
    struct making making = { level_of_sin(reader, tolerance, code, spot),
                             severity,
                             tolerance,
                             code,
                             at_hand(reader),
                             reader->id_text,
                             loop_at_hand(reader),
                             spot };
    if (making.level < X12_SEGMENT)
        making.loop = NULL;
    SENTENCE(text);
    add(reader, &making, text);
    return severity;
}

static int
by_place(const void *a, const void *b)
{
    const struct x12_finding *const *x = a, *const *y = b;

    uint32_t first = (*x)->position - 1, second = (*y)->position - 1;

    if (first != second) /* none at all goes last */
        return first < second ? -1 : 1;
    if ((*x)->element != (*y)->element)
        return (*x)->element < (*y)->element ? -1 : 1;
    if ((*x)->component != (*y)->component)
        return (*x)->component < (*y)->component ? -1 : 1;
    if ((*x)->consequence != (*y)->consequence)
        return (*x)->consequence ? 1 : -1;
    if ((*x)->offset != (*y)->offset)
        return (*x)->offset < (*y)->offset ? -1 : 1;
    return strcmp((*x)->code, (*y)->code);
}

/* Findings made when a set ends are about segments before. */
void
sort_findings(struct x12_reader *reader, struct chain *chain)
{
    uint32_t count = 0;

    if (chain->kept < 2)
        return;
    struct x12_finding **all =
        arena_alloc(reader->set_arena, chain->kept * sizeof *all);
    union {
        const struct x12_finding *from;
        struct x12_finding *to;
    } at = { .from = *chain->head };
    for (; at.from != NULL; at.from = at.from->next)
        all[count++] = at.to;
    qsort(all, count, sizeof *all, by_place);
    for (uint32_t i = 0; i + 1 < count; i++)
        all[i]->next = all[i + 1];
    all[count - 1]->next = NULL;
    *chain->head = all[0];
    chain->last = all[count - 1];
}

static bool
may_hold(const struct x12_guide *guide, uint16_t loop, uint16_t index)
{
    const struct node *nodes = guide->nodes, *at = &nodes[loop];

    for (uint16_t i = at->first; i < at->first + at->count; i++)
        if (nodes[i].index == index || may_hold(guide, i, index))
            return true;
    return false;
}

void
blame(struct x12_reader *reader, uint16_t loop)
{
    struct open_set *set = &reader->set;
    union {
        const struct x12_finding *from;
        struct x12_finding *to;
    } at = { .from = set->findings.kept > 0 ? *set->findings.head : NULL };
    bool any = false;

    for (; at.from != NULL; at.from = at.from->next) {
        const char *code = at.from->code, *id = at.from->segment;
        bool astray =
            strcmp(code, "AK304=2") == 0 || strcmp(code, "AK304=7") == 0;
        bool often =
            strcmp(code, "AK304=4") == 0 || strcmp(code, "AK304=5") == 0;
        if (!astray && !(often && any)) /* often: put into another loop */
            continue;
        if (!may_hold(set->guide, loop,
                      guide_index(set->guide, pack_id(id, strlen(id)))))
            continue;
        at.to->consequence = any = true;
    }
}
