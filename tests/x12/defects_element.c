/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "defects.h"

uint32_t
any(struct chance *chance, uint32_t below)
{
    chance->state ^= chance->state << 13;
    chance->state ^= chance->state >> 7;
    chance->state ^= chance->state << 17;
    return (uint32_t)(chance->state >> 33) % below;
}

struct expected
expect_piece(const struct document *document, size_t piece, const char *code)
{
    return (struct expected){ .code = code,
                              .segment = document->pieces[piece].id,
                              .position = (uint32_t)piece - AT_ST + 1,
                              .piece = piece };
}

struct expected
expect_element(const struct document *document, size_t piece, uint32_t element,
               const char *code)
{
    struct expected expected = expect_piece(document, piece, code);

    expected.element = element;
    expected.inside = true;
    return expected;
}

/* Others depend on what these say. */
static bool
is_bound(const char *id)
{
    return strcmp(id, "LS") == 0 || strcmp(id, "LE") == 0 ||
           strcmp(id, "HL") == 0 || strcmp(id, "BSN") == 0;
}

static bool
fits(const struct document *document, size_t at, uint32_t element,
     bool (*good)(const struct slot *, const char *), struct target *target)
{
    const struct piece *piece = &document->pieces[at];
    const struct segment_def *def = document->guide->nodes[piece->node].segment;
    const char *value = element < piece->count ? piece->elements[element] : "";

    if (piece->node == 0 || is_bound(piece->id) || element >= def->count ||
        !good(&def->slots[element], value))
        return false;
    *target = (struct target){ at, element + 1, &def->slots[element] };
    return true;
}

bool
find_target(struct document *document, struct chance *chance,
            struct target *target,
            bool (*good)(const struct slot *, const char *value))
{
    size_t start = any(chance, (uint32_t)document->count);

    for (size_t i = 0; i < document->count; i++) {
        size_t at = (start + i) % document->count;
        uint32_t first = any(chance, ELEMENTS_MAX);
        for (uint32_t j = 0; j < ELEMENTS_MAX; j++)
            if (fits(document, at, (first + j) % ELEMENTS_MAX, good, target))
                return true;
    }
    return false;
}

uint64_t
present_in(const struct piece *piece)
{
    uint64_t present = 0;

    for (uint32_t i = 0; i < piece->count && i < ELEMENTS_MAX; i++)
        present |= (uint64_t)(*piece->elements[i] != '\0') << i;
    return present;
}

static uint32_t
lowest(uint64_t mask)
{
    uint32_t at = 1;

    for (; (mask & 1) == 0; mask >>= 1)
        at++;
    return at;
}

/* X12.6: what each kind of note asks for; the element that breaks it. */
static uint32_t
breaks(const struct note *note, uint64_t present)
{
    bool first = (present >> (note->first - 1) & 1) != 0;
    uint64_t there = present & note->all, gone = note->all & ~present;

    if (note->kind == 'P' && there != 0 && gone != 0)
        return lowest(gone);
    if (note->kind == 'R' && there == 0)
        return note->first;
    if (note->kind == 'E' && (there & (there - 1)) != 0)
        return lowest(there & (there - 1));
    if (note->kind == 'C' && first && gone != 0)
        return lowest(gone);
    if (note->kind == 'L' && first && (note->others & present) == 0)
        return lowest(note->others);
    return 0;
}

size_t
broken_notes(const struct segment_def *def, uint64_t present, uint32_t *element)
{
    size_t broken = 0;

    for (uint32_t i = 0; i < def->note_count; i++) {
        uint32_t missing = breaks(&def->notes[i], present);
        broken += missing != 0;
        if (missing != 0)
            *element = missing;
    }
    return broken;
}

static bool
is_plain(const struct slot *slot, const char *value)
{
    return slot->inside == NULL && *value != '\0';
}

static bool
may_be_longer(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->max < 250;
}

static bool
may_be_shorter(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->min > 1;
}

static bool
is_number(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && (slot->type == 'N' || slot->type == 'R');
}

static bool
is_date(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->type == 'D';
}

static bool
is_time(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->type == 'T' && slot->min <= 4;
}

static bool
is_closed(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->codes != NULL && slot->codes->all &&
           slot->min <= CODE_MAX;
}

static bool
is_text(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->type == 'A';
}

static bool
is_single(const struct slot *slot, const char *value)
{
    return is_plain(slot, value) && slot->repeats == 1;
}

static bool
is_composite(const struct slot *slot, const char *value)
{
    return slot->inside != NULL && *value != '\0' && strchr(value, '^') == NULL;
}

/* The element's value becomes size times the character. */
static void
fill(struct document *document, const struct target *target, char c,
     size_t size)
{
    char *text = arena_alloc(document->arena, size + 1);

    memset(text, c, size);
    document->pieces[target->piece].elements[target->element - 1] = text;
}

static void
set(struct document *document, const struct target *target, const char *value)
{
    document->pieces[target->piece].elements[target->element - 1] = value;
}

static const char *
value_at(const struct document *document, const struct target *target)
{
    return document->pieces[target->piece].elements[target->element - 1];
}

static struct expected
here(const struct document *document, const struct target *target,
     const char *code)
{
    return expect_element(document, target->piece, target->element, code);
}

#define TARGET(good)                                     \
    struct target target;                                \
    if (!find_target(document, chance, &target, (good))) \
    return false

static bool
too_long(struct document *document, struct chance *chance,
         struct expected *expected)
{
    TARGET(may_be_longer);
    fill(document, &target, '1', target.slot->max + 1 + any(chance, 3));
    *expected = here(document, &target, "AK403=5");
    return true;
}

static bool
too_short(struct document *document, struct chance *chance,
          struct expected *expected)
{
    TARGET(may_be_shorter);
    fill(document, &target, '1', target.slot->min - 1);
    *expected = here(document, &target, "AK403=4");
    return true;
}

static bool
no_number(struct document *document, struct chance *chance,
          struct expected *expected)
{
    static const char *const wrong[] = { "1X",  "A",  "1-", "--1",
                                         "1,5", "+1", "1 ", "." };

    TARGET(is_number);
    set(document, &target, wrong[any(chance, 8)]);
    *expected = here(document, &target, "AK403=6");
    return true;
}

static bool
no_date(struct document *document, struct chance *chance,
        struct expected *expected)
{
    static const char *const wrong[] = { "20251312", "20250230", "20250001",
                                         "20251100", "20251131", "2025111A",
                                         "21000229" };
    const char *date;

    TARGET(is_date);
    date = wrong[any(chance, 7)];
    if (target.slot->max < 8)
        date = "250230";
    set(document, &target, date);
    *expected = here(document, &target, "AK403=8");
    return true;
}

static bool
no_time(struct document *document, struct chance *chance,
        struct expected *expected)
{
    static const char *const wrong[] = { "2400", "1260", "9999", "12A0" };

    TARGET(is_time);
    set(document, &target, wrong[any(chance, 4)]);
    *expected = here(document, &target, "AK403=9");
    return true;
}

static bool
no_code(struct document *document, struct chance *chance,
        struct expected *expected)
{
    char value[CODE_MAX + 1] = "";

    TARGET(is_closed);
    uint32_t size = target.slot->min > 0 ? target.slot->min : 1;
    do {
        for (uint32_t i = 0; i < size; i++)
            value[i] = (char)('A' + any(chance, 26));
    } while (guide_codes_find(target.slot->codes, value, size) >= 0);
    set(document, &target, arena_strdup(document->arena, value));
    *expected = here(document, &target, "AK403=7");
    return true;
}

static bool
no_character(struct document *document, struct chance *chance,
             struct expected *expected)
{
    char value[2] = { (char)(any(chance, 2) ? 0x7F : 1 + any(chance, 8)) };

    TARGET(is_text);
    set(document, &target,
        arena_printf(document->arena, "%s%s", value_at(document, &target),
                     value));
    size_t size = strlen(value_at(document, &target));
    if (size > target.slot->max || size < target.slot->min)
        return false;
    *expected = here(document, &target, "AK403=6");
    return true;
}

static bool
components_in_simple(struct document *document, struct chance *chance,
                     struct expected *expected)
{
    TARGET(is_single);
    set(document, &target, "1>2");
    *expected = here(document, &target, "AK403=13");
    return true;
}

static bool
too_many_components(struct document *document, struct chance *chance,
                    struct expected *expected)
{
    TARGET(is_composite);
    const char *old = value_at(document, &target);
    uint32_t count = 1;
    struct buf value = { 0 };
    for (const char *at = old; *at != '\0'; at++)
        count += *at == '>';
    buf_adds(&value, old);
    for (; count < target.slot->inside->count + 1; count++)
        buf_addc(&value, '>');
    *expected = here(document, &target, "AK403=13");
    expected->component = target.slot->inside->count + 1;
    expected->inner = (uint32_t)value.size;
    buf_addc(&value, 'X');
    set(document, &target, arena_strdup(document->arena, buf_text(&value)));
    buf_free(&value);
    return true;
}

static bool
repeated(struct document *document, struct chance *chance,
         struct expected *expected)
{
    if (strcmp(document->guide->version, "005010") != 0)
        return false;
    TARGET(is_single);
    const char *old = value_at(document, &target);
    set(document, &target, arena_printf(document->arena, "%s^%s", old, old));
    *expected = here(document, &target, "AK403=12");
    expected->repetition = 2;
    expected->inner = (uint32_t)strlen(old) + 1;
    return true;
}

static bool
is_there(const struct slot *slot, const char *value)
{
    (void)slot;
    return *value != '\0';
}

static bool
too_many_elements(struct document *document, struct chance *chance,
                  struct expected *expected)
{
    TARGET(is_there);
    struct piece *piece = &document->pieces[target.piece];
    uint32_t count = document->guide->nodes[piece->node].segment->count;
    if (count + 1 >= PIECE_ELEMENTS)
        return false;
    while (piece->count < count + 1)
        piece->elements[piece->count++] = "";
    piece->elements[count] = "X";
    *expected = expect_element(document, target.piece, count + 1, "AK403=3");
    return true;
}

static bool
is_needed(const struct slot *slot, const char *value)
{
    return *value != '\0' && slot->usage == 'M';
}

/* Nothing else but the one missing element may be wrong then. */
static bool
missing_element(struct document *document, struct chance *chance,
                struct expected *expected)
{
    uint32_t other;

    TARGET(is_needed);
    struct piece *piece = &document->pieces[target.piece];
    const struct segment_def *def = document->guide->nodes[piece->node].segment;
    set(document, &target, "");
    if (broken_notes(def, present_in(piece), &other) > 0)
        return false;
    *expected = expect_piece(document, target.piece, "AK403=1");
    expected->element = target.element;
    return true;
}

static bool
is_optional(const struct slot *slot, const char *value)
{
    (void)value;
    return slot->usage == 'O' && slot->inside == NULL;
}

/* A value that passes, so that only the note is broken. */
static const char *
good_value(struct document *document, const struct slot *slot)
{
    char *text = arena_alloc(document->arena, slot->min + 2);

    if (slot->type == 'D')
        return slot->max < 8 ? "251120" : "20251120";
    if (slot->type == 'T')
        return slot->min > 4 ? "085800" : "0858";
    if (slot->codes != NULL && slot->codes->all)
        return NULL;
    memset(text, '1', slot->min > 0 ? slot->min : 1);
    return text;
}

static bool
broken_note(struct document *document, struct chance *chance,
            struct expected *expected)
{
    uint32_t element = 0;

    TARGET(is_optional);
    struct piece *piece = &document->pieces[target.piece];
    const struct segment_def *def = document->guide->nodes[piece->node].segment;
    bool there =
        target.element <= piece->count && *value_at(document, &target) != '\0';
    while (piece->count < target.element)
        piece->elements[piece->count++] = "";
    const char *value = there ? "" : good_value(document, target.slot);
    if (value == NULL)
        return false;
    set(document, &target, value);
    uint64_t present = present_in(piece);
    if (broken_notes(def, present, &element) != 1)
        return false;
    if ((present >> (element - 1) & 1) != 0) /* one of those that exclude */
        *expected = expect_piece(document, target.piece, "AK403=10");
    else
        *expected = expect_piece(document, target.piece, "AK403=2");
    expected->element = element;
    return true;
}

static bool
is_needed_text(const struct slot *slot, const char *value)
{
    return *value != '\0' && slot->plain && slot->usage == 'M';
}

/* In an element that may be missing it is warned of only. */
static bool
blank(struct document *document, struct chance *chance,
      struct expected *expected)
{
    TARGET(is_needed_text);
    fill(document, &target, ' ', strlen(value_at(document, &target)));
    *expected = here(document, &target, "AK403=6");
    return true;
}

const struct defect element_defects[] = {
    { "too long", too_long },
    { "too short", too_short },
    { "no number", no_number },
    { "no date", no_date },
    { "no time", no_time },
    { "no code", no_code },
    { "no character", no_character },
    { "blank", blank },
    { "components in a simple element", components_in_simple },
    { "too many components", too_many_components },
    { "repeated", repeated },
    { "too many elements", too_many_elements },
    { "missing element", missing_element },
    { "broken note", broken_note },
    { NULL, NULL },
};
