/* SPDX-License-Identifier: Apache-2.0 */
/* A partner's map: lines added to, replaced in and dropped from the included
 * one. */
#include <string.h>

#include "base/text.h"
#include "map/map_private.h"

static bool
has_value(const struct choice *choice, const char *value)
{
    for (size_t i = 0; i < choice->count; i++)
        if (text_equal(choice->values[i], value))
            return true;
    return false;
}

static const struct choice *
choice_of(const struct step_path *step, unsigned element)
{
    const struct choice *choice = step->choices;

    while (choice != NULL && choice->element != element)
        choice = choice->next;
    return choice;
}

/* A wanted head without a selection fits any line of its id. */
bool
map_same_head(const struct step_path *wanted, const struct step_path *head)
{
    const struct choice *own;

    if (!text_equal(wanted->id, head->id))
        return false;
    for (const struct choice *c = wanted->choices; c != NULL; c = c->next) {
        own = choice_of(head, c->element);
        if (own == NULL || !has_value(own, c->values[0]))
            return false;
    }
    return true;
}

/* The lines of the loop that path->outer leads into; false when there is no
 * such line or more than one. */
static bool find_parent(struct loading *loading, const struct step_path *path,
                        struct line **parent);

static struct line **
lines_of(struct loading *loading, struct line *parent)
{
    return parent ? &parent->child : &loading->map->first;
}

/* How many lines fit the last step of the path; *found is the first. */
static int
find_lines(struct loading *loading, const struct step_path *path,
           struct line **found)
{
    struct line *parent = NULL;
    int count = 0;

    *found = NULL;
    if (!find_parent(loading, path, &parent))
        return 0;
    for (struct line *l = *lines_of(loading, parent); l != NULL; l = l->next)
        if (map_same_head(path, &l->head)) {
            *found = *found ? *found : l;
            count++;
        }
    return count;
}

static bool
find_parent(struct loading *loading, const struct step_path *path,
            struct line **parent)
{
    *parent = NULL;
    return path->outer == NULL || find_lines(loading, path->outer, parent) == 1;
}

static struct line *
find_line(struct loading *loading, const struct step_path *path,
          const struct cursor *cursor)
{
    struct line *line;
    int count = find_lines(loading, path, &line);

    if (count == 1)
        return line;
    loading->wrong = true;
    problem_add(loading->found, TP3205,
                outline_place(cursor->line, cursor->arena), NULL,
                count == 0 ? "found %s, expected a line that the included map "
                             "has, as N1[01=ST]/N3"
                           : "found %s, which fits more than one line, "
                             "expected its selection too, as REF[01=DP]",
                path->id);
    return NULL;
}

static bool
is_bare(const struct line *line)
{
    return line->assigns == NULL && line->list_name == NULL &&
           line->when == NULL && !line->through;
}

/* A line of another text goes behind the last of its kind, else before the
 * closing CTT. */
static struct line **
fitting_place(struct line **lines, const struct line *line)
{
    struct line **same = NULL, **closing = NULL, **end = lines;

    for (; *end != NULL; end = &(*end)->next) {
        if (text_equal((*end)->head.id, line->head.id))
            same = &(*end)->next;
        if (text_equal((*end)->head.id, "CTT"))
            closing = end;
    }
    if (same != NULL && *same != NULL &&
        text_equal((*same)->place->path, line->place->path))
        return end;
    return same ? same : closing ? closing : end;
}

static struct line **
last_place(struct line **lines)
{
    while (*lines != NULL)
        lines = &(*lines)->next;
    return lines;
}

static bool
is_foreign(const struct line *lines, const struct line *line)
{
    return lines != NULL && !text_equal(lines->place->path, line->place->path);
}

static void
insert(struct line **at, struct line *line, struct line *parent)
{
    line->parent = parent;
    line->next = *at;
    *at = line;
}

void
map_edit_add(struct loading *loading, struct line *parent, struct line *line)
{
    struct cursor cursor =
        outline_cursor(line->place, loading->map->arena, loading->found);
    struct line **lines, *after, *old;

    if (line->head.outer != NULL) {
        parent = find_line(loading, line->head.outer, &cursor);
        if (parent == NULL)
            return;
    }
    lines = lines_of(loading, parent);
    if (line->after != NULL) {
        after = find_line(loading, line->after, &cursor);
        if (after != NULL)
            insert(&after->next, line, after->parent);
        return;
    }
    if (!is_foreign(*lines, line)) {
        insert(last_place(lines), line, parent);
        return;
    }
    for (old = *lines; old != NULL; old = old->next)
        if (is_bare(line) && map_same_head(&line->head, &old->head)) {
            for (struct line *c = line->child, *next; c != NULL; c = next) {
                next = c->next;
                map_edit_add(loading, old, c);
            }
            return;
        }
    insert(fitting_place(lines, line), line, parent);
}

/* "PO104" as PO1 and 04; false when the word is no element. */
static bool
take_element_step(struct cursor *cursor, struct step_path *path,
                  struct element *element)
{
    const char *word = cursor->at->text;
    size_t size = strlen(word);
    char id[4];
    long number;

    if (cursor->at->kind != TOKEN_WORD || size < 4 || size > 5 ||
        !text_number(word + size - 2, ELEMENTS_MAX, &number) || number == 0)
        return false;
    (void)text_copy(id, size - 1, word);
    if (*path->id != 0 && !text_equal(path->id, id))
        return false;
    (void)text_copy(path->id, sizeof path->id, id);
    *element = (struct element){ .first = (unsigned char)number,
                                 .last = (unsigned char)number };
    cursor->at++;
    return true;
}

/* PATH, PATH/PO104 or PO104; *whole says that no element is named. */
static struct line *
take_target(struct loading *loading, struct cursor *cursor,
            struct element *element, bool *whole)
{
    struct step_path path = { .id = "" };

    *whole = false;
    if (!take_element_step(cursor, &path, element)) {
        if (!map_parse_path(cursor, &path))
            return NULL;
        if (!cursor_sign(cursor, "/")) {
            *whole = true;
        } else if (!take_element_step(cursor, &path, element)) {
            cursor_expected(cursor, "a segment or element of this line");
            return NULL;
        }
    }
    return find_line(loading, &path, cursor);
}

static bool
replace_element(struct cursor *cursor, struct line *line,
                struct element element)
{
    struct assign *assign = line->assigns;

    while (assign != NULL && assign->element.first != element.first)
        assign = assign->next;
    if (assign == NULL) {
        assign = arena_alloc(cursor->arena, sizeof *assign);
        assign->next = line->assigns;
        line->assigns = assign;
    }
    if (cursor_sign(cursor, "="))
        assign->direction = BOTH_WAYS;
    else if (cursor_sign(cursor, "->"))
        assign->direction = READ_ONLY;
    else if (cursor_sign(cursor, "<-"))
        assign->direction = WRITE_ONLY;
    else
        return cursor_expected(cursor, "=, -> or <-");
    assign->element = element;
    assign->place = cursor->line;
    assign->expr = expr_parse(cursor);
    return assign->expr != NULL &&
           (cursor_ends(cursor) || cursor_expected(cursor, "the line's end"));
}

/* The rest of a replace line, put in the place of the old one. */
static bool
replace_line(struct cursor *cursor, struct line *line)
{
    struct line made = { .place = cursor->line,
                         .head = line->head,
                         .optional = line->optional,
                         .parent = line->parent,
                         .child = cursor->line->child ? NULL : line->child,
                         .next = line->next };

    if (!map_parse_clauses(cursor, &made) || !map_parse_assigns(cursor, &made))
        return false;
    if (cursor_word(cursor, "when") &&
        (made.when = expr_parse_condition(cursor)) == NULL)
        return false;
    if (!cursor_ends(cursor))
        return cursor_expected(cursor, "an element as 02 = field");
    *line = made;
    return true;
}

struct line *
map_edit_replace(struct loading *loading, struct cursor *cursor)
{
    struct element element;
    bool whole, good;
    struct line *line = take_target(loading, cursor, &element, &whole);

    if (line == NULL)
        return NULL;
    good = whole ? replace_line(cursor, line)
                 : replace_element(cursor, line, element);
    return good ? line : NULL;
}

bool
map_edit_drop(struct loading *loading, struct cursor *cursor)
{
    struct element element;
    struct line **line, *target;
    bool whole;

    target = take_target(loading, cursor, &element, &whole);
    if (target == NULL)
        return false;
    if (whole) {
        line = lines_of(loading, target->parent);
        while (*line != target)
            line = &(*line)->next;
        *line = target->next;
    } else {
        struct assign **assign = &target->assigns;

        while (*assign != NULL && (*assign)->element.first != element.first)
            assign = &(*assign)->next;
        if (*assign == NULL)
            return cursor_expected(cursor, "an element that the line has");
        *assign = (*assign)->next;
    }
    return cursor_ends(cursor) || cursor_expected(cursor, "the line's end");
}
