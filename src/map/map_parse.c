/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a map: its head, its clauses, its elements. */
#include <string.h>

#include "base/text.h"
#include "map/map_private.h"

enum { LIST_MAX = 64 };

static bool
is_upper_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* "PO1"; "HL". */
static bool
is_id(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++)
        if (!is_upper_or_digit(text[i]))
            return false;
    return size >= 2 && size <= 3 && text[0] >= 'A';
}

/* A number of an element or component: 1..99. */
static bool
take_number(struct cursor *cursor, unsigned char *number)
{
    long value;

    if (cursor->at->kind != TOKEN_NUMBER ||
        !text_number(cursor->at->text, ELEMENTS_MAX, &value) || value == 0)
        return cursor_expected(cursor, "an element's number, 01 to 99");
    cursor->at++;
    *number = (unsigned char)value;
    return true;
}

bool
map_is_element(const struct cursor *cursor)
{
    return cursor->at->kind == TOKEN_NUMBER;
}

/* "-2" or "+04" right behind a number, and no expression's sign. */
static bool
is_tight(const struct cursor *cursor, const char *sign)
{
    return cursor_is_sign(cursor, sign) && !cursor->at->spaced &&
           cursor->at[1].kind == TOKEN_NUMBER && !cursor->at[1].spaced;
}

bool
map_parse_element(struct cursor *cursor, struct element *element)
{
    *element = (struct element){ 0 };
    if (!take_number(cursor, &element->first))
        return false;
    element->last = element->first;
    if (is_tight(cursor, "-")) {
        cursor->at++;
        return take_number(cursor, &element->component);
    }
    if (is_tight(cursor, "+")) {
        cursor->at++;
        return take_number(cursor, &element->joined);
    }
    if (!cursor_sign(cursor, ".."))
        return true;
    element->last = OPEN_END;
    if (!map_is_element(cursor) || cursor->at->spaced)
        return true;
    return take_number(cursor, &element->last) &&
           (element->last >= element->first ||
            cursor_expected(cursor, "a range that goes up"));
}

/* A value in brackets: words and numbers without a blank are one. */
static const char *
take_value(struct cursor *cursor)
{
    const char *value = cursor_take(cursor, TOKEN_TEXT);

    while (cursor->at->kind == TOKEN_WORD || cursor->at->kind == TOKEN_NUMBER) {
        value = arena_printf(cursor->arena, "%s%s", value ? value : "",
                             cursor->at->text);
        cursor->at++;
        if (cursor->at->spaced)
            break;
    }
    return value;
}

static bool
parse_values(struct cursor *cursor, struct choice *choice)
{
    do {
        const char *value = take_value(cursor);

        if (value == NULL || choice->count == ALTERNATIVES_MAX)
            return cursor_expected(cursor, "a value, as in [01=ST]");
        choice->values[choice->count++] = value;
    } while (cursor_sign(cursor, "|"));
    return true;
}

static bool
parse_choices(struct cursor *cursor, struct step_path *step)
{
    struct choice **end = &step->choices;

    do {
        struct choice *choice = arena_alloc(cursor->arena, sizeof *choice);

        *end = choice;
        end = &choice->next;
        if (text_equal(step->id, "HL") && !map_is_element(cursor)) {
            choice->element = 3;
        } else if (!take_number(cursor, &choice->element) ||
                   !cursor_sign(cursor, "=")) {
            return cursor_expected(cursor, "[01=ST]");
        }
        if (!parse_values(cursor, choice))
            return false;
    } while (cursor_sign(cursor, ","));
    if (text_equal(step->id, "HL") && step->choices->element == 3)
        step->level = step->choices->values[0];
    return cursor_sign(cursor, "]") || cursor_expected(cursor, "']'");
}

static bool
parse_step(struct cursor *cursor, struct step_path *step)
{
    if (cursor->at->kind != TOKEN_WORD || !is_id(cursor->at->text))
        return cursor_expected(cursor, "a segment, as PO1");
    (void)text_copy(step->id, sizeof step->id, cursor->at->text);
    cursor->at++;
    return !cursor_sign(cursor, "[") || parse_choices(cursor, step);
}

bool
map_parse_path(struct cursor *cursor, struct step_path *path)
{
    if (!parse_step(cursor, path))
        return false;
    while (cursor_is_sign(cursor, "/") && is_id(cursor->at[1].text)) {
        struct step_path *outer = arena_copy(cursor->arena, path, sizeof *path);

        cursor->at++;
        *path = (struct step_path){ .outer = outer };
        if (!parse_step(cursor, path))
            return false;
    }
    return true;
}

static bool
parse_direction(struct cursor *cursor, enum direction *direction)
{
    if (cursor_sign(cursor, "="))
        *direction = BOTH_WAYS;
    else if (cursor_sign(cursor, "->"))
        *direction = READ_ONLY;
    else if (cursor_sign(cursor, "<-"))
        *direction = WRITE_ONLY;
    else
        return cursor_expected(cursor, "=, -> or <-");
    return true;
}

static bool
parse_assign(struct cursor *cursor, struct assign *assign)
{
    assign->place = cursor->line;
    if (!map_parse_element(cursor, &assign->element) ||
        !parse_direction(cursor, &assign->direction))
        return false;
    assign->expr = expr_parse(cursor);
    return assign->expr != NULL;
}

bool
map_parse_assigns(struct cursor *cursor, struct line *line)
{
    struct assign **end = &line->assigns;

    while (*end != NULL)
        end = &(*end)->next;
    while (map_is_element(cursor)) {
        struct assign *assign = arena_alloc(cursor->arena, sizeof *assign);

        if (!parse_assign(cursor, assign))
            return false;
        *end = assign;
        end = &assign->next;
    }
    return true;
}

static bool
take_width(struct cursor *cursor, unsigned *width)
{
    const char *text = cursor_take(cursor, TOKEN_NUMBER);
    long number;

    if (text == NULL || !text_number(text, 9999, &number) || number == 0)
        return cursor_expected(cursor, "a number of characters, as by 264");
    *width = (unsigned)number;
    return true;
}

static bool
parse_each(struct cursor *cursor, struct line *line)
{
    line->list_name = cursor_take(cursor, TOKEN_WORD);
    if (line->list_name == NULL)
        return cursor_expected(cursor, "a list, as each lines");
    if (cursor_word(cursor, "by") && !take_width(cursor, &line->width))
        return false;
    if (!cursor_word(cursor, "where"))
        return true;
    line->where = expr_parse_condition(cursor);
    return line->where != NULL;
}

static bool
parse_inside(struct cursor *cursor, struct line *line)
{
    line->inside = cursor_take(cursor, TOKEN_WORD);
    if (line->inside == NULL || !cursor_word(cursor, "by"))
        return cursor_expected(cursor, "inside lines by line");
    line->by = cursor_take(cursor, TOKEN_WORD);
    return line->by != NULL || cursor_expected(cursor, "a field, as line");
}

static bool
parse_after(struct cursor *cursor, struct line *line)
{
    line->after = arena_alloc(cursor->arena, sizeof *line->after);
    return map_parse_path(cursor, line->after);
}

static bool
parse_when(struct cursor *cursor, struct line *line)
{
    if (line->when != NULL)
        return cursor_expected(cursor, "one `when` for the line");
    line->when = expr_parse_condition(cursor);
    return line->when != NULL;
}

/* The clauses between the head and the elements, in any order. */
bool
map_parse_clauses(struct cursor *cursor, struct line *line)
{
    for (bool more = true; more;) {
        bool good = true;

        if (cursor_word(cursor, "through"))
            line->through = true;
        else if (cursor_word(cursor, "each"))
            good = parse_each(cursor, line);
        else if (cursor_word(cursor, "inside"))
            good = parse_inside(cursor, line);
        else if (cursor_word(cursor, "after"))
            good = parse_after(cursor, line);
        else if (cursor_word(cursor, "when"))
            good = parse_when(cursor, line);
        else
            more = false;
        if (!good)
            return false;
    }
    return true;
}

struct line *
map_parse_line(struct cursor *cursor)
{
    struct line *line = arena_alloc(cursor->arena, sizeof *line);

    line->place = cursor->line;
    if (!map_parse_path(cursor, &line->head))
        return NULL;
    line->optional = cursor_sign(cursor, "?");
    if (!map_parse_clauses(cursor, line) || !map_parse_assigns(cursor, line))
        return NULL;
    if (cursor_word(cursor, "when") && !parse_when(cursor, line))
        return NULL;
    if (!cursor_ends(cursor)) {
        cursor_expected(cursor, "an element as 02 = field, or the end of the "
                                "line");
        return NULL;
    }
    return line;
}

bool
map_parse_ignore(struct cursor *cursor, struct ignore **out)
{
    struct ignore *ignore = arena_alloc(cursor->arena, sizeof *ignore);
    struct element elements[LIST_MAX];

    ignore->path = arena_alloc(cursor->arena, sizeof *ignore->path);
    if (!map_parse_path(cursor, ignore->path))
        return false;
    while (map_is_element(cursor) && ignore->count < LIST_MAX)
        if (!map_parse_element(cursor, &elements[ignore->count++]))
            return false;
    ignore->elements =
        arena_copy(cursor->arena, elements, ignore->count * sizeof elements[0]);
    *out = ignore;
    return cursor_ends(cursor) ||
           cursor_expected(cursor, "elements as 05 or 07..16");
}
