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

static int
by_number(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

bool
slot_parse(const char *text, struct slot *slot)
{
    char copy[40], *words[5] = { NULL }, *rest = copy;
    size_t count = 0;

    *slot = (struct slot){ .usage = 'O', .repeats = 1 };
    if (!text_copy(copy, sizeof copy, text))
        return false;
    for (char *word; count < 5 && (word = strsep(&rest, " ")) != NULL;)
        words[count++] = word;
    if (count < 3 || count > 4 || !take_type(words[0], slot) ||
        !take_number(words[1], 999999, &slot->min) ||
        !take_number(words[2], 999999, &slot->max) || slot->max == 0 ||
        slot->min > slot->max)
        return false;
    if (count == 4 && (strlen(words[3]) != 1 || !strchr("MO", words[3][0])))
        return false;
    slot->usage = count == 4 ? words[3][0] : 'O';
    return true;
}

/* While a text is read: those of the version it builds on are sorted, what it
 * says itself comes after them. */
static struct slot *
find_element(struct dictionary *dictionary, uint32_t number)
{
    struct slot key = { .number = number };

    if (dictionary->inherited == 0)
        return NULL;
    return bsearch(&key, dictionary->elements, dictionary->inherited,
                   sizeof key, by_number);
}

/* 330 R 1 15 "Quantity ordered" */
void
dictionary_take_element(struct dictionary *dictionary, struct lines *lines,
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
    struct slot *same = find_element(dictionary, slot.number);
    if (same != NULL) {
        *same = slot;
        return;
    }
    dictionary->elements = grown(dictionary->arena, dictionary->elements,
                                 dictionary->element_count,
                                 &dictionary->element_room, sizeof slot);
    dictionary->elements[dictionary->element_count++] = slot;
}

void
dictionary_sort(struct dictionary *dictionary)
{
    if (dictionary->element_count > 0)
        qsort(dictionary->elements, dictionary->element_count,
              sizeof *dictionary->elements, by_number);
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

/* The "10" of "C998!^10", cut off; 1 = the element is not repeated. */
static uint32_t
take_repeats(char *word)
{
    char *mark = strchr(word, '^');
    uint32_t repeats = 0;

    if (mark == NULL)
        return 1;
    *mark = '\0';
    return take_number(mark + 1, 1000, &repeats) ? repeats : 0;
}

/* "353!", "C040" or "C998!^10" into the next slot. */
static void
take_slot(struct dictionary *dictionary, struct lines *lines,
          struct segment_def *def, char *word, struct problems *problems)
{
    uint32_t number, repeats = take_repeats(word);
    size_t size = strlen(word);
    bool must = size > 0 && word[size - 1] == '!';

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
        if (number > OWN_NUMBERS)
            slot->number = 0;
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
    slot->repeats = repeats;
    if (repeats == 0)
        lines_wrong(lines, problems, "%s: found '^' without a number", def->id);
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

/* The definition of that name, when it comes from the version that the text
 * builds on: it is replaced. */
static struct segment_def *
inherited(struct segment_def *defs, size_t count, const char *id)
{
    struct segment_def *def = find_def(defs, count, id);

    if (def != NULL)
        *def = (struct segment_def){ 0 };
    return def;
}

void
dictionary_take_composite(struct dictionary *dictionary, struct lines *lines,
                          const char *id, struct problems *problems)
{
    struct segment_def *def =
        inherited(dictionary->composites, dictionary->inherited_composites, id);

    if (def == NULL) {
        dictionary->composites =
            grown(dictionary->arena, dictionary->composites,
                  dictionary->composite_count, &dictionary->composite_room,
                  sizeof *dictionary->composites);
        def = &dictionary->composites[dictionary->composite_count++];
    }
    take_def(dictionary, lines, id, def, problems);
}

void
dictionary_take_segment(struct dictionary *dictionary, struct lines *lines,
                        const char *id, struct problems *problems)
{
    struct segment_def *def =
        inherited(dictionary->segments, dictionary->inherited, id);

    if (def == NULL && dictionary_segment(dictionary, id) != NULL) {
        lines_wrong(lines, problems, "the segment %s is here twice", id);
        return;
    }
    if (def == NULL) {
        dictionary->segments = grown(
            dictionary->arena, dictionary->segments, dictionary->segment_count,
            &dictionary->segment_room, sizeof *dictionary->segments);
        def = &dictionary->segments[dictionary->segment_count++];
    }
    take_def(dictionary, lines, id, def, problems);
}
