/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/guide_private.h"

static const char *
keep(struct dictionary *dictionary, const char *text)
{
    return text ? arena_strdup(dictionary->arena, text) : NULL;
}

/* A growing array in the arena; old room is not given back. */
static void *
grown(struct arena *arena, void *old, size_t count, size_t *room, size_t each)
{
    if (count < *room)
        return old;
    *room = *room ? *room * 2 : 128;
    void *more = arena_alloc(arena, *room * each);
    if (count > 0)
        memcpy(more, old, count * each);
    return more;
}

/* "R", "N2", "ID" */
static bool
take_type(const char *word, struct slot *slot)
{
    static const struct {
        const char *word;
        char type;
    } types[] = { { "AN", 'A' }, { "ID", 'I' }, { "DT", 'D' },
                  { "TM", 'T' }, { "R", 'R' },  { "B", 'B' } };

    if (word[0] == 'N' && word[1] >= '0' && word[1] <= '9' && word[2] == '\0') {
        slot->type = 'N';
        slot->decimals = (uint8_t)(word[1] - '0');
        return true;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].word, word) == 0)
            slot->type = types[i].type;
    return slot->type != '\0';
}

static bool
take_number(const char *word, long max, uint32_t *out)
{
    long number;

    if (word == NULL || !text_number(word, max, &number))
        return false;
    *out = (uint32_t)number;
    return true;
}

/* 330 R 1 15 "Quantity ordered" */
static void
take_element(struct dictionary *dictionary, struct lines *lines,
             const char *number, struct problems *problems)
{
    struct slot slot = { 0 };
    const char *type = lines_word(lines, NULL);

    if (!take_number(number, 99999, &slot.number) || slot.number == 0 ||
        type == NULL || !take_type(type, &slot) ||
        !take_number(lines_word(lines, NULL), 999999, &slot.min) ||
        !take_number(lines_word(lines, NULL), 999999, &slot.max) ||
        slot.min > slot.max || slot.max == 0) {
        lines_wrong(lines, problems,
                    "found '%s', expected: number type min max \"name\", with "
                    "a type of AN ID N0..N9 R DT TM B",
                    number);
        return;
    }
    slot.name = keep(dictionary, lines_word(lines, NULL));
    dictionary->elements = grown(dictionary->arena, dictionary->elements,
                                 dictionary->element_count,
                                 &dictionary->element_room, sizeof slot);
    dictionary->elements[dictionary->element_count++] = slot;
}

static int
by_number(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

const struct slot *
dictionary_element(const struct dictionary *dictionary, uint32_t number)
{
    struct slot key = { .number = number };

    if (dictionary->element_count == 0)
        return NULL;
    return bsearch(&key, dictionary->elements, dictionary->element_count,
                   sizeof key, by_number);
}

static struct segment_def *
find_def(struct segment_def *defs, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(defs[i].id, id) == 0)
            return &defs[i];
    return NULL;
}

struct segment_def *
dictionary_segment(const struct dictionary *dictionary, const char *id)
{
    return find_def(dictionary->segments, dictionary->segment_count, id);
}

/* "353!" or "C040" into the next slot. */
static void
take_slot(struct dictionary *dictionary, struct lines *lines,
          struct segment_def *def, char *word, struct problems *problems)
{
    size_t size = strlen(word);
    bool must = size > 0 && word[size - 1] == '!';
    uint32_t number;

    if (must)
        word[size - 1] = '\0';
    if (def->count == ELEMENTS_MAX) {
        lines_wrong(lines, problems, "%s has more than %d elements", def->id,
                    ELEMENTS_MAX);
        return;
    }
    struct slot *slot = &def->slots[def->count++];
    const struct slot *known = take_number(word, 99999, &number)
                                   ? dictionary_element(dictionary, number)
                                   : NULL;
    if (known != NULL) {
        *slot = *known;
    } else {
        slot->type = 'C';
        slot->inside =
            find_def(dictionary->composites, dictionary->composite_count, word);
        if (slot->inside == NULL)
            lines_wrong(lines, problems,
                        "%s: there is no element or composite '%s'", def->id,
                        word);
        else
            slot->name = slot->inside->name;
    }
    slot->usage = must ? 'M' : 'O';
}

/* "(235 234)x10": the words up to the one with ")x", that many times. */
static void
take_group(struct dictionary *dictionary, struct lines *lines,
           struct segment_def *def, char *word, struct problems *problems)
{
    char *words[8];
    size_t count = 0;
    uint32_t times = 0;

    for (word++; word != NULL && count < 8; word = lines_word(lines, NULL)) {
        char *end = strstr(word, ")x");
        if (end != NULL)
            *end = '\0';
        words[count++] = word;
        if (end != NULL && take_number(end + 2, ELEMENTS_MAX, &times))
            break;
    }
    if (times == 0) {
        lines_wrong(lines, problems, "%s: found '(' without ')x' and a number",
                    def->id);
        return;
    }
    for (uint32_t i = 0; i < times * count; i++)
        take_slot(dictionary, lines, def, words[i % count], problems);
}

static bool
parse_note(const char *word, uint32_t count, struct note *note)
{
    size_t size = strlen(word);

    if (strchr("PRECL", word[0]) == NULL || size < 5 || size % 2 == 0)
        return false;
    note->kind = word[0];
    for (const char *at = word + 1; *at != '\0'; at += 2) {
        uint32_t tens = (uint32_t)(at[0] - '0'), ones = (uint32_t)(at[1] - '0');
        uint32_t number = tens * 10 + ones;
        if (tens > 9 || ones > 9 || number == 0 || number > count)
            return false;
        note->all |= UINT64_C(1) << (number - 1);
        if (note->first == 0)
            note->first = (uint8_t)number;
    }
    note->others = note->all & ~(UINT64_C(1) << (note->first - 1));
    return true;
}

static void
take_notes(struct dictionary *dictionary, struct lines *lines,
           struct segment_def *def, struct problems *problems)
{
    struct note notes[32] = { 0 };

    for (char *word; (word = lines_word(lines, NULL)) != NULL;) {
        if (def->note_count == 32 ||
            !parse_note(word, def->count, &notes[def->note_count]))
            lines_wrong(lines, problems,
                        "%s: found the note '%s', expected P R E C or L and "
                        "two digits for each element",
                        def->id, word);
        else
            def->note_count++;
    }
    def->notes =
        arena_copy(dictionary->arena, notes, def->note_count * sizeof *notes);
}

/* BEG "Order heading" 353! 92! ... | C0302 P0607 */
static void
take_def(struct dictionary *dictionary, struct lines *lines, const char *id,
         struct segment_def *def, struct problems *problems)
{
    struct slot slots[ELEMENTS_MAX] = { 0 };
    bool quoted;

    if (!text_copy(def->id, sizeof def->id, id))
        lines_wrong(lines, problems, "the name '%s' is too long", id);
    def->slots = slots;
    for (char *word; (word = lines_word(lines, &quoted)) != NULL;) {
        if (quoted) {
            def->name = keep(dictionary, word);
        } else if (word[0] == '|') {
            take_notes(dictionary, lines, def, problems);
            break;
        } else if (word[0] == '(') {
            take_group(dictionary, lines, def, word, problems);
        } else {
            take_slot(dictionary, lines, def, word, problems);
        }
    }
    def->slots =
        arena_copy(dictionary->arena, slots, def->count * sizeof *slots);
}

static void
add_composite(struct dictionary *dictionary, struct lines *lines,
              const char *id, struct problems *problems)
{
    dictionary->composites = grown(
        dictionary->arena, dictionary->composites, dictionary->composite_count,
        &dictionary->composite_room, sizeof *dictionary->composites);
    take_def(dictionary, lines, id,
             &dictionary->composites[dictionary->composite_count++], problems);
}

static void
add_segment(struct dictionary *dictionary, struct lines *lines, const char *id,
            struct problems *problems)
{
    if (dictionary_segment(dictionary, id) != NULL) {
        lines_wrong(lines, problems, "the segment %s is here twice", id);
        return;
    }
    dictionary->segments = grown(
        dictionary->arena, dictionary->segments, dictionary->segment_count,
        &dictionary->segment_room, sizeof *dictionary->segments);
    take_def(dictionary, lines, id,
             &dictionary->segments[dictionary->segment_count++], problems);
}

static void
read_elements(struct dictionary *dictionary, struct lines *lines,
              struct problems *problems)
{
    while (lines_next(lines))
        take_element(dictionary, lines, lines_word(lines, NULL), problems);
    if (dictionary->element_count > 0)
        qsort(dictionary->elements, dictionary->element_count,
              sizeof *dictionary->elements, by_number);
}

/* Segments, and composites ("C040 ...") before the segments that hold them. */
static void
read_segments(struct dictionary *dictionary, struct lines *lines,
              struct problems *problems)
{
    while (lines_next(lines)) {
        const char *id = lines_word(lines, NULL);
        if (strlen(id) == 4 && id[0] == 'C')
            add_composite(dictionary, lines, id, problems);
        else
            add_segment(dictionary, lines, id, problems);
    }
}

/* 353 all 00 "Original" 01 "Cancellation"; indented lines go on. */
static void
read_codes(struct dictionary *dictionary, struct lines *lines,
           struct problems *problems)
{
    struct code_list *codes = NULL;
    char *last = NULL;
    bool quoted;

    while (lines_next(lines)) {
        if (lines->indent == 0) {
            uint32_t number = 0;
            const char *id = lines_word(lines, NULL);
            const char *extent = lines_word(lines, NULL);
            const struct slot *slot =
                take_number(id, 99999, &number)
                    ? dictionary_element(dictionary, number)
                    : NULL;
            codes = codes_new(dictionary->arena, 8);
            codes->all = extent != NULL && strcmp(extent, "all") == 0;
            last = NULL;
            if (slot == NULL || extent == NULL ||
                (!codes->all && strcmp(extent, "some") != 0))
                lines_wrong(lines, problems,
                            "found '%s', expected the number of a known "
                            "element, then all or some",
                            id);
            else
                dictionary->elements[slot - dictionary->elements].codes = codes;
        }
        for (char *word; (word = lines_word(lines, &quoted)) != NULL;) {
            if (codes == NULL || (quoted && last == NULL) ||
                strlen(word) > (quoted ? 80 : CODE_MAX) || word[0] == '\0') {
                lines_wrong(lines, problems,
                            "found '%s', expected a code of 1 to %d bytes",
                            word, CODE_MAX);
                continue;
            }
            codes_add(dictionary->arena, codes, quoted ? last : word,
                      quoted ? keep(dictionary, word) : NULL);
            last = quoted ? NULL : word;
        }
    }
}

struct dictionary *
dictionary_load(const struct x12_sources *sources, const char *version,
                struct problems *problems)
{
    struct dictionary *dictionary = obtain(sizeof *dictionary);
    struct arena *arena = dictionary->arena = arena_new();
    struct lines lines;

    dictionary->users = 1;
    if (lines_open(&lines, sources,
                   arena_printf(arena, "x12/%s/elements", version), arena,
                   problems))
        read_elements(dictionary, &lines, problems);
    if (lines_open(&lines, sources,
                   arena_printf(arena, "x12/%s/codes", version), arena,
                   problems))
        read_codes(dictionary, &lines, problems);
    if (lines_open(&lines, sources,
                   arena_printf(arena, "x12/%s/segments", version), arena,
                   problems))
        read_segments(dictionary, &lines, problems);
    return dictionary;
}

void
dictionary_free(struct dictionary **dictionary)
{
    if (*dictionary != NULL && --(*dictionary)->users == 0) {
        arena_free(&(*dictionary)->arena);
        release(dictionary);
    }
    *dictionary = NULL;
}
