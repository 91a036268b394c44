/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes for lines, fields for names, and what cannot be read backwards. */
#include <string.h>

#include "base/text.h"
#include "map/map_private.h"

static void
mistake(struct loading *loading, const struct outline_line *place,
        const char *found, const char *expected)
{
    loading->wrong = true;
    problem_add(loading->found, TP3203,
                outline_place(place, loading->map->arena), NULL,
                "found '%s', expected %s", found, expected);
}

static bool
resolve(struct loading *loading, struct expr *expr, const struct scope *scope,
        const struct outline_line *place)
{
    struct cursor cursor =
        outline_cursor(place, loading->map->arena, loading->found);
    bool good = expr == NULL || expr_resolve(expr, scope, &cursor);

    loading->wrong |= !good;
    return good;
}

static void
resolve_assign(struct loading *loading, struct assign *assign,
               const struct scope *scope)
{
    if (!resolve(loading, assign->expr, scope, assign->place) ||
        assign->direction == WRITE_ONLY || expr_reads(assign->expr))
        return;
    loading->wrong = true;
    problem_add(loading->found, TP3204,
                outline_place(assign->place, loading->map->arena), NULL,
                "element %02d cannot be read back from this expression; "
                "write '<-' to only write it",
                assign->element.first);
}

/* The scope of the line's own names: its list's element, or its parent's. */
static const struct scope *
enter_list(struct loading *loading, struct line *line,
           const struct scope *outer)
{
    struct cursor cursor =
        outline_cursor(line->place, loading->map->arena, loading->found);
    struct expr *list;

    if (line->list_name == NULL)
        return outer;
    list = arena_alloc(loading->map->arena, sizeof *list);
    list->kind = EXPR_NAME;
    list->text = line->list_name;
    if (!expr_resolve_list(list, outer, &cursor)) {
        loading->wrong = true;
        return NULL;
    }
    line->list = list;
    line->scope = arena_alloc(loading->map->arena, sizeof *line->scope);
    *line->scope =
        (struct scope){ .outer = outer,
                        .kind = outer->kind,
                        .prefix = list->type == FIELD_TEXT ? outer->prefix
                                                           : list->full };
    return line->scope;
}

bool
map_is_level(const struct line *line)
{
    return text_equal(line->head.id, "HL");
}

static bool
has_field(const struct scope *scope, const char *name)
{
    char path[160];
    enum field_type ignored;

    return text_format(path, sizeof path, "%s.%s", scope->prefix, name) &&
           record_field(scope->kind, path, &ignored);
}

/* A level that may be missing hands its inner lists to the level around it,
 * so that one must have them too. */
static void
check_level(struct loading *loading, struct line *line,
            const struct scope *outer)
{
    const struct scope *around = outer ? outer->outer : NULL;
    enum field_type ignored;

    if (line->head.level == NULL)
        mistake(loading, line->place, "HL", "its level's code, as HL[O]");
    if (line->list != NULL && line->list->type != FIELD_LIST)
        mistake(loading, line->place, line->list_name, "a list");
    if (line->list_name && line->parent && line->parent->optional &&
        line->parent->list_name && around &&
        !(*around->prefix
              ? has_field(around, line->list_name)
              : record_field(around->kind, line->list_name, &ignored)))
        mistake(loading, line->place, line->list_name,
                "a list that the level around the optional one has too");
    if (line->inside && line->scope && !has_field(line->scope, line->by))
        mistake(loading, line->place, line->by,
                "a field of the list's elements");
}

static void resolve_lines(struct loading *, struct line *,
                          const struct scope *);

static void
resolve_line(struct loading *loading, struct line *line,
             const struct scope *outer)
{
    const struct scope *scope = enter_list(loading, line, outer);

    line->number = loading->map->lines++;
    if (scope == NULL)
        return;
    resolve(loading, line->where, scope, line->place);
    resolve(loading, line->when, scope, line->place);
    for (struct assign *a = line->assigns; a != NULL; a = a->next)
        resolve_assign(loading, a, scope);
    if (map_is_level(line))
        check_level(loading, line, outer);
    resolve_lines(loading, line->child, scope);
}

static void
resolve_lines(struct loading *loading, struct line *line,
              const struct scope *scope)
{
    for (; line != NULL; line = line->next)
        resolve_line(loading, line, scope);
}

void
map_resolve(struct loading *loading)
{
    struct map *map = loading->map;

    map->scope = (struct scope){ .kind = map->kind, .prefix = "" };
    resolve_lines(loading, map->first, &map->scope);
    for (struct check *c = map->checks; c != NULL; c = c->next) {
        resolve(loading, c->condition, &map->scope, c->place);
        resolve(loading, c->when, &map->scope, c->place);
    }
}
