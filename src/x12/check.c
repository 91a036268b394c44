/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/read_private.h"

enum { SHOWN = 40, CODES_SHOWN = 8 };

static int
shown(const struct x12_element *value)
{
    return (int)(value->size < SHOWN ? value->size : SHOWN);
}

/* "one of 00, 01, 05" or how many there are. */
static void
list_codes(const struct code_list *codes, char *out, size_t size)
{
    size_t at = 0;

    if (codes->count > CODES_SHOWN) {
        snprintf(out, size, "one of %u codes", codes->count);
        return;
    }
    for (uint32_t i = 0; i <= codes->mask && at + 16 < size; i++) {
        char value[CODE_MAX + 1] = "";
        if (codes->keys[i] == 0)
            continue;
        memcpy(value, &codes->keys[i], CODE_MAX);
        at += (size_t)snprintf(out + at, size - at, "%s%s",
                               at ? ", " : "one of ", value);
    }
}

static void
check_codes(struct x12_reader *reader, const struct slot *slot,
            const struct spot *spot)
{
    char expected[160] = "";
    const struct x12_element *value = spot->value;

    if (slot->codes == NULL || !slot->codes->all ||
        guide_codes_find(slot->codes, value->text, value->size) >= 0)
        return;
    if (policy(reader, X12_CODE_NOT_IN_LIST) == X12_IGNORE)
        return;
    list_codes(slot->codes, expected, sizeof expected);
    note_sin(reader, X12_CODE_NOT_IN_LIST, "AK403=7", spot,
             "found '%.*s', expected %s", shown(value), value->text, expected);
}

static void
check_pattern(struct x12_reader *reader, const struct slot *slot,
              const struct spot *spot)
{
    const struct x12_element *value = spot->value;

    if (!pattern_matches(slot->pattern, value->text, value->size))
        note_element(reader, "AK403=7", spot,
                     "found '%.*s', expected a value that matches %s",
                     shown(value), value->text, slot->pattern->text);
}

/* Characters of valid or invalid UTF-8: bytes that start one. */
static size_t
characters(const struct x12_element *value)
{
    size_t count = 0;

    for (uint32_t i = 0; i < value->size; i++)
        count += ((unsigned char)value->text[i] & 0xC0) != 0x80;
    return count;
}

static void
note_wrong_type(struct x12_reader *reader, char wrong, const struct spot *spot)
{
    const struct x12_element *value = spot->value;
    const char *code = wrong == '6'   ? "AK403=6"
                       : wrong == '8' ? "AK403=8"
                                      : "AK403=9";
    const char *expected = wrong == '6'   ? "a number"
                           : wrong == '8' ? "a date that exists"
                                          : "a time of day";

    note_element(reader, code, spot, "found '%.*s', expected %s", shown(value),
                 value->text, expected);
}

static bool
check_length(struct x12_reader *reader, const struct slot *slot, size_t length,
             const struct spot *spot)
{
    const struct x12_element *value = spot->value;

    if (length >= slot->min && length <= slot->max)
        return true;
    if (length > slot->max)
        note_element(reader, "AK403=5", spot,
                     "'%.*s' is %zu long, expected at most %u", shown(value),
                     value->text, length, slot->max);
    else
        note_element(reader, "AK403=4", spot,
                     "'%.*s' is %zu long, expected at least %u", shown(value),
                     value->text, length, slot->min);
    return false;
}

/* A value stands there, so that it is wrong rather than missing. Where codes or
 * a pattern say what it may be, these decide. */
static void
check_blank(struct x12_reader *reader, const struct slot *slot,
            const struct spot *spot)
{
    bool must = slot->usage == 'M';

    if (!slot->plain || !only_blanks(spot->value->text, spot->value->size))
        return;
    note_sin(reader, must ? X12_BLANK_MANDATORY : X12_BLANK_VALUE, "AK403=6",
             spot, "found nothing but blanks");
}

static void
check_value(struct x12_reader *reader, const struct slot *slot,
            const struct spot *spot)
{
    const struct x12_element *value = spot->value;
    size_t length = value->size;
    char wrong = '\0';

    if (slot->type == 'A' || slot->type == 'I') {
        if (reader->odd)
            length = characters(value);
    } else {
        wrong = check_type(slot->type, value->text, value->size, &length);
    }
    if (wrong == '6')
        note_wrong_type(reader, wrong, spot);
    else if (check_length(reader, slot, length, spot)) {
        if (wrong != '\0')
            note_wrong_type(reader, wrong, spot);
        else
            check_codes(reader, slot, spot);
        check_blank(reader, slot, spot);
        if (slot->pattern != NULL)
            check_pattern(reader, slot, spot);
    }
}

static uint32_t
first_of(uint64_t mask)
{
    return (uint32_t)__builtin_ctzll(mask) + 1;
}

/* The element that breaks the note; 0 = none. */
static uint32_t
broken_note(const struct note *note, uint64_t present)
{
    uint64_t here = present & note->all, missing = note->all & ~present;
    bool first = (present >> (note->first - 1) & 1) != 0;

    switch (note->kind) {
    case 'P':
        return here != 0 && missing != 0 ? first_of(missing) : 0;
    case 'R':
        return here == 0 ? note->first : 0;
    case 'E':
        here &= here - 1;
        return here != 0 ? first_of(here) : 0;
    case 'C':
        return first && missing != 0 ? first_of(missing) : 0;
    case 'L':
        return first && (present & note->others) == 0 ? first_of(note->others)
                                                      : 0;
    default:
        return 0;
    }
}

bool
check_presence_of(const struct segment_def *def, uint64_t present)
{
    if ((def->must & ~present) != 0 || (def->banned & present) != 0)
        return false;
    for (uint32_t i = 0; i < def->note_count; i++)
        if (broken_note(&def->notes[i], present) != 0)
            return false;
    return true;
}

static const char *
why(char kind)
{
    switch (kind) {
    case 'P':
        return "go together: all of them or none";
    case 'R':
        return "need one at least";
    case 'E':
        return "exclude each other";
    case 'C':
        return "belong together: the first needs all the others";
    default:
        return "belong together: the first needs one of the others";
    }
}

static void
note_broken(struct x12_reader *reader, const struct segment_def *def,
            const struct note *note, const struct spot *spot)
{
    char list[200];
    size_t at = 0;

    for (uint64_t rest = note->others; rest != 0 && at + 8 < sizeof list;
         rest &= rest - 1)
        at += (size_t)snprintf(list + at, sizeof list - at, " %02u",
                               first_of(rest));
    note_element(reader, note->kind == 'E' ? "AK403=10" : "AK403=2", spot,
                 "elements %02u%s of %s %s", note->first, list, def->id,
                 why(note->kind));
}

/* The spot of element or, inside a composite, component number. */
static struct spot
aim(const struct slot *composite, const struct spot *outer,
    const struct segment_def *def, uint32_t number)
{
    struct spot spot = { .element = number };

    if (composite != NULL)
        spot = (struct spot){ .element = outer->element,
                              .component = number,
                              .repetition = outer->repetition };
    if (number <= def->count)
        spot.number = def->slots[number - 1].number;
    return spot;
}

/* What stands in the slots as a whole: must, must not, and the notes. */
static void
check_presence(struct x12_reader *reader, const struct segment_def *def,
               uint64_t present, const struct slot *composite,
               const struct spot *outer)
{
    uint64_t missing = def->must & ~present, banned = def->banned & present;

    for (; missing != 0; missing &= missing - 1) {
        uint32_t number = first_of(missing);
        const char *name = def->slots[number - 1].name;
        struct spot spot = aim(composite, outer, def, number);
        note_element(reader, "AK403=1", &spot, "nothing found, expected: %s",
                     name ? name : "a value");
    }
    for (; banned != 0; banned &= banned - 1) {
        struct spot spot = aim(composite, outer, def, first_of(banned));
        note_element(reader, "AK403=10", &spot,
                     "a value is found where none is to be used");
    }
    for (uint32_t i = 0; i < def->note_count; i++) {
        uint32_t number = broken_note(&def->notes[i], present);
        if (number == 0)
            continue;
        struct spot spot = aim(composite, outer, def, number);
        reader->consequence = (def->must & ~present) >> (number - 1) & 1;
        note_broken(reader, def, &def->notes[i], &spot);
        reader->consequence = false;
    }
}

static void
check_composite(struct x12_reader *reader, const struct slot *slot,
                const struct spot *outer)
{
    const struct segment_def *def = slot->inside;
    char separator = reader->delimiters.component;
    uint64_t present = 0;
    const char *at = outer->value->text, *end = at + outer->value->size;

    for (uint32_t number = 1; at <= end; number++) {
        const char *stop = memchr(at, separator, (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        struct x12_element value = { at, (uint32_t)(stop - at) };
        struct spot spot = aim(slot, outer, def, number);
        spot.value = &value;
        at = stop + 1;
        if (number > def->count) {
            note_element(reader, "AK403=13", &spot,
                         "found more components than the %u of %s", def->count,
                         def->id);
            break;
        }
        if (value.size == 0)
            continue;
        present |= UINT64_C(1) << (number - 1);
        check_value(reader, &def->slots[number - 1], &spot);
    }
    check_presence(reader, def, present, slot, outer);
}

/* One repetition of an element, in a segment where separators stand. */
static void
check_one(struct x12_reader *reader, const struct slot *slot,
          const struct spot *spot)
{
    const struct x12_element *value = spot->value;

    if (slot->inside != NULL)
        check_composite(reader, slot, spot);
    else if (memchr(value->text, reader->delimiters.component, value->size) !=
             NULL)
        note_element(reader, "AK403=13", spot,
                     "'%.*s' has components, expected a simple value",
                     shown(value), value->text);
    else
        check_value(reader, slot, spot);
}

static void
check_repeated(struct x12_reader *reader, const struct slot *slot,
               const struct spot *whole)
{
    const char *at = whole->value->text, *end = at + whole->value->size;
    struct spot spot = *whole;

    for (spot.repetition = 1; at <= end; spot.repetition++) {
        const char *stop =
            memchr(at, reader->delimiters.repetition, (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        struct x12_element value = { at, (uint32_t)(stop - at) };
        spot.value = &value;
        at = stop + 1;
        if (spot.repetition > slot->repeats) {
            note_element(reader, "AK403=12", &spot,
                         "the element is repeated, expected at most %u times",
                         slot->repeats);
            return;
        }
        if (value.size > 0)
            check_one(reader, slot, &spot);
    }
}

static void
check_compound(struct x12_reader *reader, const struct slot *slot,
               const struct spot *spot)
{
    const struct x12_delimiters *marks = &reader->delimiters;
    const struct x12_element *value = spot->value;

    if (marks->repetition != marks->component &&
        memchr(value->text, marks->repetition, value->size) != NULL)
        check_repeated(reader, slot, spot);
    else
        check_one(reader, slot, spot);
}

void
check_segment(struct x12_reader *reader, const struct segment_def *def)
{
    const struct x12_segment *segment = &reader->segment;
    uint32_t count = segment->count < def->count ? segment->count : def->count;
    uint64_t present = 0;
    bool simple = !reader->composite && !reader->odd;

    show_elements(reader);
    for (uint32_t i = 0; i < count; i++) {
        const struct slot *slot = &def->slots[i];
        uint32_t size = segment->elements[i].size;
        if (size == 0)
            continue;
        present |= UINT64_C(1) << i;
        if (simple && slot->plain && size >= slot->min && size <= slot->max &&
            segment->elements[i].text[0] != ' ')
            continue;
        struct spot spot = { .element = i + 1,
                             .number = slot->number,
                             .value = &segment->elements[i] };
        if (reader->composite || slot->inside != NULL)
            check_compound(reader, slot, &spot);
        else
            check_value(reader, slot, &spot);
    }
    if (segment->count > def->count) {
        struct spot spot = { .element = def->count + 1,
                             .value = &segment->elements[def->count] };
        note_sin(reader, X12_TOO_MANY_ELEMENTS, "AK403=3", &spot,
                 "found %u elements, expected at most %u", segment->count,
                 def->count);
    }
    if (!check_presence_of(def, present))
        check_presence(reader, def, present, NULL, NULL);
}

/* The first byte of the element that is no character; or outside ASCII. */
static void
check_bytes(struct x12_reader *reader, const struct spot *spot)
{
    const struct x12_element *value = spot->value;
    bool extended = false;

    for (uint32_t i = 0; i < value->size; i++) {
        char c = value->text[i];
        extended |= (unsigned char)c >= 0x80;
        if (((unsigned char)c >= ' ' && c != 0x7F) ||
            c == reader->delimiters.component ||
            c == reader->delimiters.repetition)
            continue;
        note_element(reader, "AK403=6", spot,
                     "found the control character 0x%02X", (unsigned char)c);
        return;
    }
    if (extended)
        note_sin(reader, X12_OUTSIDE_ASCII, "AK403=6", spot,
                 "found characters outside ASCII");
}

static void
check_basic(struct x12_reader *reader, const struct spot *spot)
{
    static const char basic[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "
                                "!\"&'()*+,-./:;?=";
    const struct x12_element *value = spot->value;

    for (uint32_t i = 0; i < value->size; i++) {
        char c = value->text[i];
        if ((unsigned char)c < ' ' || (unsigned char)c >= 0x7F ||
            memchr(basic, c, sizeof basic - 1) != NULL ||
            c == reader->delimiters.component ||
            c == reader->delimiters.repetition)
            continue;
        note_sin(reader, X12_OUTSIDE_BASIC, "AK403=6", spot,
                 "found '%c', which is not in the basic character set", c);
        return;
    }
}

void
check_characters(struct x12_reader *reader)
{
    bool basic = reader->basic;

    if (!reader->odd && !basic)
        return;
    show_elements(reader);
    uint32_t count = reader->segment.count - reader->binary;
    for (uint32_t i = 0; i < count; i++) {
        struct spot spot = { .element = i + 1,
                             .value = &reader->segment.elements[i] };
        if (reader->odd)
            check_bytes(reader, &spot);
        if (basic)
            check_basic(reader, &spot);
    }
}

void
check_binary(struct x12_reader *reader)
{
    struct x12_element length;
    struct spot spot = { .element = reader->name == NAME('B', 'I', 'N') ? 1 : 2,
                         .number = 784,
                         .value = &length };

    show_elements(reader);
    length = x12_get(&reader->segment, spot.element);
    note_element(reader, "AK403=7", &spot,
                 "found '%.*s', but no segment ends after as many bytes",
                 SHOWN(length));
}

void
check_loop_name(struct x12_reader *reader)
{
    struct open_set *set = &reader->set;
    struct frame *frame = &set->frames[set->depth];

    show_elements(reader);
    struct x12_element name = x12_get(&reader->segment, 1);
    struct spot spot = { .element = 1, .number = 447, .value = &name };
    if (reader->name == NAME('L', 'S', 0)) {
        if (name.size < sizeof frame->loop)
            memcpy(frame->loop, name.text, name.size);
    } else if (frame->loop[0] != '\0' && name.size > 0 &&
               !x12_is(name, frame->loop)) {
        note_element(reader, "AK403=7", &spot,
                     "found the loop '%.*s', expected '%s' as in LS01",
                     SHOWN(name), frame->loop);
    }
}
