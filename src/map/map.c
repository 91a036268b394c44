/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a map: its text, what it includes, its head. */
#include "map/map.h"

#include <string.h>

#include "base/text.h"
#include "map/map_private.h"

enum { SOURCES_MAX = 16, DEPTH_MAX = 6 };

static bool load_text(struct loading *, const char *name,
                      const struct outline_line *from, int depth);

static void
mistake(struct loading *loading, const struct outline_line *place,
        enum err_code code, const char *text)
{
    loading->wrong = true;
    problem_add(loading->found, code, outline_place(place, loading->map->arena),
                NULL, "%s", text);
}

static void
load_head(struct loading *loading, struct cursor *cursor)
{
    struct map *map = loading->map;
    const char *set = cursor_rest(cursor), *kind;
    enum record_kind known;

    if (cursor_take(cursor, TOKEN_NUMBER) == NULL &&
        cursor_take(cursor, TOKEN_WORD) == NULL) {
        cursor_expected(cursor, "map 850 order 004010");
        return;
    }
    set = arena_strndup(map->arena, set, strcspn(set, " "));
    kind = cursor->at->text;
    if (!record_kind_by_name(kind, &known)) {
        cursor_expected(cursor, "a kind of record: order, shipment, invoice, "
                                "payment, ack ...");
        return;
    }
    cursor->at++;
    if (map->set != NULL && (!text_equal(map->set, set) || map->kind != known))
        mistake(loading, cursor->line, TP3202,
                "found another set or kind than the included map has");
    map->set = set;
    map->kind = known;
    map->version = cursor_take(cursor, TOKEN_NUMBER);
    if (map->version == NULL || !cursor_ends(cursor))
        cursor_expected(cursor, "a version, as 004010");
}

/* "850.map" beside "maps/bluefish.map" is "maps/850.map". */
static const char *
beside(struct arena *arena, const char *of, const char *name)
{
    const char *slash = strrchr(of, '/');

    if (slash == NULL || strchr(name, '/') != NULL)
        return name;
    return arena_printf(arena, "%.*s/%s", (int)(slash - of), of, name);
}

static void
load_check(struct loading *loading, struct cursor *cursor)
{
    struct check *check = arena_alloc(cursor->arena, sizeof *check), **end;

    check->place = cursor->line;
    check->condition = expr_parse_condition(cursor);
    if (check->condition && cursor_word(cursor, "when"))
        check->when = expr_parse_condition(cursor);
    if (!cursor->failed && !cursor_ends(cursor))
        cursor_expected(cursor, "a comparison, as sum(lines.amount) = total");
    for (end = &loading->map->checks; *end != NULL;)
        end = &(*end)->next;
    if (!cursor->failed)
        *end = check;
}

static void
load_ignore(struct loading *loading, struct cursor *cursor)
{
    struct ignore *ignore;

    if (!map_parse_ignore(cursor, &ignore))
        return;
    ignore->next = loading->map->ignores;
    loading->map->ignores = ignore;
}

static struct line *load_line(struct loading *, const struct outline_line *);

/* The indented lines below a line. */
static void
load_children(struct loading *loading, struct line *line,
              const struct outline_line *below)
{
    struct line **end = &line->child;

    for (; below != NULL; below = below->next) {
        struct line *child = load_line(loading, below);

        if (child == NULL)
            continue;
        child->parent = line;
        while (*end != NULL)
            end = &(*end)->next;
        *end = child;
    }
}

static struct line *
load_line(struct loading *loading, const struct outline_line *text)
{
    struct cursor cursor =
        outline_cursor(text, loading->map->arena, loading->found);
    struct line *line = map_parse_line(&cursor);

    loading->wrong |= line == NULL;
    if (line != NULL)
        load_children(loading, line, text->child);
    return line;
}

static void
load_replace(struct loading *loading, struct cursor *cursor)
{
    struct line *line = map_edit_replace(loading, cursor);

    loading->wrong |= line == NULL;
    if (line != NULL)
        load_children(loading, line, cursor->line->child);
}

static void
unknown_statement(struct loading *loading, struct cursor *cursor)
{
    static const char *const words[] = { "map",  "include", "replace",
                                         "drop", "check",   "ignore" };
    const char *near = text_nearest(cursor->at->text, words, 6);

    loading->wrong = true;
    problem_add(loading->found, TP3202,
                outline_place(cursor->line, cursor->arena), NULL,
                "found '%s', expected a segment or map, include, replace, "
                "drop, check or ignore%s%s%s",
                cursor->at->text, near ? "; did you mean '" : "",
                near ? near : "", near ? "'?" : "");
}

static bool
is_segment(const char *word)
{
    return *word >= 'A' && *word <= 'Z';
}

static void
load_include(struct loading *loading, struct cursor *cursor, const char *name,
             int depth)
{
    const char *included = cursor_take(cursor, TOKEN_TEXT);

    if (included == NULL || !cursor_ends(cursor)) {
        cursor_expected(cursor, "the name of a map in quotes");
        return;
    }
    if (depth >= DEPTH_MAX) {
        mistake(loading, cursor->line, TP3206,
                "the texts include each other without end");
        return;
    }
    loading->wrong |= !load_text(loading, beside(cursor->arena, name, included),
                                 cursor->line, depth + 1);
}

static void
load_statement(struct loading *loading, const struct outline_line *text,
               const char *name, int depth)
{
    struct cursor cursor =
        outline_cursor(text, loading->map->arena, loading->found);
    struct line *line;

    if (is_segment(cursor.at->text)) {
        line = load_line(loading, text);
        if (line != NULL)
            map_edit_add(loading, NULL, line);
        return;
    }
    if (cursor_word(&cursor, "map"))
        load_head(loading, &cursor);
    else if (cursor_word(&cursor, "include"))
        load_include(loading, &cursor, name, depth);
    else if (cursor_word(&cursor, "replace"))
        load_replace(loading, &cursor);
    else if (cursor_word(&cursor, "drop"))
        loading->wrong |= !map_edit_drop(loading, &cursor);
    else if (cursor_word(&cursor, "check"))
        load_check(loading, &cursor);
    else if (cursor_word(&cursor, "ignore"))
        load_ignore(loading, &cursor);
    else
        unknown_statement(loading, &cursor);
    loading->wrong |= cursor.failed;
}

static bool
load_text(struct loading *loading, const char *name,
          const struct outline_line *from, int depth)
{
    struct map *map = loading->map;
    const char *path, *content;
    size_t before = problems_errors(loading->found);

    if (!loading->sources->find(loading->sources->user, name, map->arena, &path,
                                &content)) {
        problem_add(loading->found, TP3201,
                    from ? outline_place(from, map->arena) : name, NULL,
                    "%s is not found", name);
        return false;
    }
    if (map->source_count == SOURCES_MAX) {
        problem_add(loading->found, TP3206, path, NULL,
                    "more than %d texts make up one map", SOURCES_MAX);
        return false;
    }
    map->sources[map->source_count++] = arena_strdup(map->arena, path);
    for (const struct outline_line *line =
             outline_parse(map->arena, path, content, loading->found);
         line != NULL; line = line->next)
        load_statement(loading, line, name, depth);
    return problems_errors(loading->found) == before;
}

bool
map_load(struct map **out, const char *name, const struct map_sources *sources,
         struct problems *found, struct err *err)
{
    struct map *map = obtain(sizeof *map);
    struct loading loading = { map, sources, found, false };

    map->arena = arena_new();
    loading.wrong = !load_text(&loading, name, NULL, 0);
    if (map->set == NULL && !loading.wrong) {
        loading.wrong = true;
        problem_add(found, TP3202, map->sources[0], NULL,
                    "found no head, expected a line as map 850 order 004010");
    }
    if (map->set != NULL)
        map_resolve(&loading);
    if (!loading.wrong) {
        *out = map;
        return true;
    }
    map_free(&map);
    if (!problems_to_err(found, err))
        return false;
    return err_set(err, TP3202, "%s is not usable", name);
}

void
map_free(struct map **map)
{
    if (*map == NULL)
        return;
    arena_free(&(*map)->arena);
    release(map);
}

const char *
map_set(const struct map *map)
{
    return map->set;
}

const char *
map_version(const struct map *map)
{
    return map->version;
}

enum record_kind
map_kind(const struct map *map)
{
    return map->kind;
}

size_t
map_source_count(const struct map *map)
{
    return map->source_count;
}

const char *
map_source(const struct map *map, size_t number)
{
    return number < map->source_count ? map->sources[number] : NULL;
}
