/* SPDX-License-Identifier: Apache-2.0 */
/* Loading a binding: head, options, fields, lists. */
#include <string.h>

#include "base/text.h"
#include "map/binding_private.h"

enum { DEPTH_MAX = 4 };

struct loading {
    struct binding *binding;
    const struct map_sources *sources;
    struct problems *found;
    bool wrong;
};

static bool load_text(struct loading *, const char *name,
                      const struct outline_line *from, int depth);

static struct cursor
start(struct loading *loading, const struct outline_line *line)
{
    return outline_cursor(line, loading->binding->arena, loading->found);
}

static bool
parse_head(struct loading *loading, struct cursor *cursor)
{
    struct binding *binding = loading->binding;

    binding->system = cursor_take(cursor, TOKEN_WORD);
    binding->entity = cursor_take(cursor, TOKEN_WORD);
    if (binding->system == NULL || binding->entity == NULL)
        return cursor_expected(cursor, "binding nav purchaseOrders order");
    if (!record_kind_by_name(cursor->at->text, &binding->kind))
        return cursor_expected(cursor, "a kind of record: order, invoice, "
                                       "party, item ...");
    cursor->at++;
    return cursor_ends(cursor) || cursor_expected(cursor, "the line's end");
}

static bool
add_option(struct loading *loading, struct cursor *cursor)
{
    static const char *const names[] = { "match",  "changes", "key",    "where",
                                         "filter", "expand",  "select", "lines",
                                         "number", "date",    "owner" };
    struct binding *binding = loading->binding;
    size_t count = sizeof names / sizeof names[0];
    const char *name = cursor->at->text, *near;

    for (size_t i = 0; i < count; i++)
        if (text_equal(name, names[i]) &&
            binding->option_count < BINDING_OPTIONS) {
            cursor->at++;
            binding->options[binding->option_count++] =
                (struct bound_option){ name, cursor_rest(cursor) };
            return true;
        }
    near = text_nearest(name, names, count);
    problem_add(loading->found, TP3202,
                outline_place(cursor->line, cursor->arena), NULL,
                "found '%s', expected name = field, a list with each, or an "
                "option%s%s%s",
                name, near ? "; did you mean '" : "", near ? near : "",
                near ? "'?" : "");
    return false;
}

static bool
parse_choice_values(struct cursor *cursor, struct bound_choice *choice)
{
    do {
        const char *value = cursor_take(cursor, TOKEN_TEXT);

        if (value == NULL)
            value = cursor_take(cursor, TOKEN_WORD);
        if (value == NULL)
            value = cursor_take(cursor, TOKEN_NUMBER);
        if (value == NULL || choice->count == 8)
            return cursor_expected(cursor, "a value, as [lineType=Item]");
        choice->values[choice->count++] = value;
    } while (cursor_sign(cursor, "|"));
    return true;
}

static bool
parse_choices(struct cursor *cursor, struct bound *bound)
{
    struct bound_choice **end = &bound->choices;

    do {
        struct bound_choice *choice =
            arena_alloc(cursor->arena, sizeof *choice);

        *end = choice;
        end = &choice->next;
        choice->name = cursor_take(cursor, TOKEN_WORD);
        if (choice->name == NULL || !cursor_sign(cursor, "="))
            return cursor_expected(cursor, "[lineType=Item]");
        if (!parse_choice_values(cursor, choice))
            return false;
    } while (cursor_sign(cursor, ","));
    return cursor_sign(cursor, "]") || cursor_expected(cursor, "']'");
}

static bool
parse_list(struct cursor *cursor, struct bound *bound)
{
    bound->list_name = cursor_take(cursor, TOKEN_WORD);
    if (bound->list_name == NULL)
        return cursor_expected(cursor, "a list, as each lines");
    if (!cursor_word(cursor, "where"))
        return true;
    bound->where = expr_parse_condition(cursor);
    return bound->where != NULL;
}

static bool
parse_value(struct cursor *cursor, struct bound *bound)
{
    if (cursor_sign(cursor, "="))
        bound->way = WAY_BOTH;
    else if (cursor_sign(cursor, "->"))
        bound->way = WAY_READ;
    else if (cursor_sign(cursor, "<-"))
        bound->way = WAY_WRITE;
    else
        return cursor_expected(cursor, "=, ->, <- or each");
    bound->expr = expr_parse(cursor);
    return bound->expr != NULL;
}

static bool
parse_end(struct cursor *cursor, struct bound *bound)
{
    if (cursor_word(cursor, "when") &&
        (bound->when = expr_parse_condition(cursor)) == NULL)
        return false;
    if (cursor_word(cursor, "owner") &&
        (bound->owner = cursor_take(cursor, TOKEN_WORD)) == NULL)
        return cursor_expected(cursor, "a system's name or newest");
    return cursor_ends(cursor) ||
           cursor_expected(cursor, "when, owner or the line's end");
}

/* -> total = sum(lines.amount): a field that the system does not have. */
static bool
parse_target(struct cursor *cursor, struct bound *bound)
{
    const char *name = cursor_take(cursor, TOKEN_WORD);

    if (name == NULL || !cursor_sign(cursor, "="))
        return cursor_expected(cursor, "-> field = value");
    bound->target = arena_alloc(cursor->arena, sizeof *bound->target);
    bound->target->kind = EXPR_NAME;
    bound->target->text = name;
    bound->way = WAY_READ;
    bound->expr = expr_parse(cursor);
    return bound->expr != NULL;
}

/* name, name[...] each list, name = field. */
static bool
parse_named(struct cursor *cursor, struct bound *bound)
{
    bound->name = cursor_take(cursor, TOKEN_WORD);
    if (bound->name == NULL)
        return cursor_expected(cursor, "a field of the system");
    if (cursor_sign(cursor, "[") && !parse_choices(cursor, bound))
        return false;
    return cursor_word(cursor, "each") ? parse_list(cursor, bound)
                                       : parse_value(cursor, bound);
}

static struct bound *
parse_bound(struct loading *loading, const struct outline_line *line)
{
    struct cursor cursor = start(loading, line);
    struct bound *bound = arena_alloc(cursor.arena, sizeof *bound);
    bool good;

    bound->place = line;
    good = cursor_sign(&cursor, "->") ? parse_target(&cursor, bound)
                                      : parse_named(&cursor, bound);
    if (!good || !parse_end(&cursor, bound))
        return NULL;
    if (line->child != NULL && bound->list_name == NULL) {
        cursor = start(loading, line->child);
        cursor_expected(&cursor, "no indentation below a single field");
        return NULL;
    }
    return bound;
}

static void
load_bounds(struct loading *loading, const struct outline_line *line,
            struct bound **end)
{
    while (*end != NULL)
        end = &(*end)->next;
    for (; line != NULL; line = line->next) {
        struct bound *bound = parse_bound(loading, line);

        if (bound == NULL) {
            loading->wrong = true;
            continue;
        }
        *end = bound;
        end = &bound->next;
        load_bounds(loading, line->child, &bound->child);
    }
}

/* A field line has =, ->, <-, [ or each behind its name; an option has not. */
static bool
is_field_line(const struct outline_line *line)
{
    const struct token *second = &line->tokens[1];

    if (line->count < 2)
        return false;
    if (text_equal(line->tokens[0].text, "->"))
        return true;
    if (second->kind == TOKEN_WORD)
        return text_equal(second->text, "each");
    return second->kind == TOKEN_SIGN && strchr("=-<[", *second->text) != NULL;
}

static bool
load_include(struct loading *loading, struct cursor *cursor, const char *name,
             int depth)
{
    const char *included = cursor_take(cursor, TOKEN_TEXT);
    const char *slash = strrchr(name, '/');

    if (included == NULL)
        return cursor_expected(cursor, "the name of a binding in quotes");
    if (depth >= DEPTH_MAX) {
        problem_add(loading->found, TP3206,
                    outline_place(cursor->line, cursor->arena), NULL,
                    "the texts include each other without end");
        return false;
    }
    if (slash != NULL && strchr(included, '/') == NULL)
        included = arena_printf(cursor->arena, "%.*s/%s", (int)(slash - name),
                                name, included);
    return load_text(loading, included, cursor->line, depth + 1);
}

static void
load_statement(struct loading *loading, const struct outline_line *line,
               const char *name, int depth)
{
    struct cursor cursor = start(loading, line);
    struct bound **end = &loading->binding->first;
    struct outline_line alone = *line;
    bool good = true;

    if (cursor_word(&cursor, "binding"))
        good = parse_head(loading, &cursor);
    else if (cursor_word(&cursor, "include"))
        good = load_include(loading, &cursor, name, depth);
    else if (!is_field_line(line))
        good = add_option(loading, &cursor);
    else {
        alone.next = NULL;
        load_bounds(loading, arena_copy(cursor.arena, &alone, sizeof alone),
                    end);
    }
    loading->wrong |= !good;
}

static bool
load_text(struct loading *loading, const char *name,
          const struct outline_line *from, int depth)
{
    struct binding *binding = loading->binding;
    size_t before = problems_errors(loading->found);
    const char *path, *content;

    if (!loading->sources->find(loading->sources->user, name, binding->arena,
                                &path, &content)) {
        problem_add(loading->found, TP3201,
                    from ? outline_place(from, binding->arena) : name, NULL,
                    "%s is not found", name);
        return false;
    }
    if (binding->path == NULL)
        binding->path = arena_strdup(binding->arena, path);
    for (const struct outline_line *line =
             outline_parse(binding->arena, path, content, loading->found);
         line != NULL; line = line->next)
        load_statement(loading, line, name, depth);
    return problems_errors(loading->found) == before;
}

static void
add_field(struct binding *binding, const char *prefix, const char *name,
          bool number)
{
    size_t room = binding->field_room ? binding->field_room * 2 : 32;
    const char **fields;
    bool *numbers;

    if (binding->field_count == binding->field_room) {
        fields = arena_alloc(binding->arena, room * sizeof *fields);
        numbers = arena_alloc(binding->arena, room * sizeof *numbers);
        if (binding->field_count > 0) {
            memcpy(fields, binding->fields,
                   binding->field_count * sizeof *fields);
            memcpy(numbers, binding->numbers,
                   binding->field_count * sizeof *numbers);
        }
        binding->fields = fields;
        binding->numbers = numbers;
        binding->field_room = room;
    }
    binding->fields[binding->field_count] =
        *prefix ? arena_printf(binding->arena, "%s.%s", prefix, name)
                : arena_strdup(binding->arena, name);
    binding->numbers[binding->field_count++] = number;
}

static bool
is_integer(const struct expr *expr)
{
    return expr->kind == EXPR_CALL && expr->function == FUNCTION_INTEGER;
}

static bool
resolve(struct loading *loading, struct expr *expr, const struct scope *scope,
        const struct outline_line *place)
{
    struct cursor cursor = start(loading, place);
    bool good = expr == NULL || expr_resolve(expr, scope, &cursor);

    loading->wrong |= !good;
    return good;
}

static void resolve_bounds(struct loading *, struct bound *,
                           const struct scope *, const char *prefix);

static void
resolve_list_bound(struct loading *loading, struct bound *bound,
                   const struct scope *outer, const char *prefix)
{
    struct cursor cursor = start(loading, bound->place);
    struct arena *arena = loading->binding->arena;
    struct expr *list = arena_alloc(arena, sizeof *list);

    list->kind = EXPR_NAME;
    list->text = bound->list_name;
    if (!expr_resolve_list(list, outer, &cursor)) {
        loading->wrong = true;
        return;
    }
    if (list->type != FIELD_LIST) {
        cursor_expected(&cursor, "a list of the record behind each");
        loading->wrong = true;
        return;
    }
    bound->list = list;
    bound->single = bound->child && text_equal(bound->child->name, "it");
    bound->scope = arena_alloc(arena, sizeof *bound->scope);
    *bound->scope = (struct scope){ .outer = outer,
                                    .kind = outer->kind,
                                    .prefix = list->full };
    prefix = *prefix ? arena_printf(arena, "%s.%s", prefix, bound->name)
                     : bound->name;
    for (const struct bound_choice *c = bound->choices; c; c = c->next)
        add_field(loading->binding, prefix, c->name, false);
    resolve(loading, bound->where, bound->scope, bound->place);
    resolve_bounds(loading, bound->child, bound->scope, prefix);
}

static void
resolve_value(struct loading *loading, struct bound *bound,
              const struct scope *scope, const char *prefix)
{
    if (!resolve(loading, bound->expr, scope, bound->place) ||
        !resolve(loading, bound->target, scope, bound->place) ||
        bound->target != NULL)
        return;
    if (text_equal(bound->name, "it"))
        add_field(loading->binding, "", prefix, false);
    else
        add_field(loading->binding, prefix, bound->name,
                  expr_type(bound->expr) == FIELD_DECIMAL &&
                      !is_integer(bound->expr));
    if (bound->way == WAY_WRITE || expr_reads(bound->expr))
        return;
    loading->wrong = true;
    problem_add(loading->found, TP3204,
                outline_place(bound->place, loading->binding->arena), NULL,
                "%s cannot be read back from this expression; write '<-' to "
                "only write it",
                bound->name);
}

static void
resolve_bounds(struct loading *loading, struct bound *bound,
               const struct scope *scope, const char *prefix)
{
    for (; bound != NULL; bound = bound->next) {
        resolve(loading, bound->when, scope, bound->place);
        if (bound->list_name != NULL)
            resolve_list_bound(loading, bound, scope, prefix);
        else
            resolve_value(loading, bound, scope, prefix);
    }
}

bool
binding_load(struct binding **out, const char *name,
             const struct map_sources *sources, struct problems *found,
             struct err *err)
{
    struct binding *binding = obtain(sizeof *binding);
    struct loading loading = { binding, sources, found, false };

    binding->arena = arena_new();
    loading.wrong = !load_text(&loading, name, NULL, 0);
    if (binding->entity == NULL && !loading.wrong) {
        loading.wrong = true;
        problem_add(found, TP3202, binding->path, NULL,
                    "found no head, expected a line as binding nav "
                    "purchaseOrders order");
    }
    binding->scope = (struct scope){ .kind = binding->kind, .prefix = "" };
    if (binding->entity != NULL) {
        resolve_bounds(&loading, binding->first, &binding->scope, "");
        loading.wrong |= !binding_find_matches(binding, found);
    }
    if (!loading.wrong)
        binding_find_paths(binding);
    if (!loading.wrong) {
        *out = binding;
        return true;
    }
    binding_free(&binding);
    if (!problems_to_err(found, err))
        return false;
    return err_set(err, TP3202, "%s is not usable", name);
}

void
binding_free(struct binding **binding)
{
    if (*binding == NULL)
        return;
    arena_free(&(*binding)->arena);
    release(binding);
}

const char *
binding_system(const struct binding *binding)
{
    return binding->system;
}

const char *
binding_entity(const struct binding *binding)
{
    return binding->entity;
}

enum record_kind
binding_kind(const struct binding *binding)
{
    return binding->kind;
}

const char *
binding_option(const struct binding *binding, const char *name)
{
    for (size_t i = 0; i < binding->option_count; i++)
        if (text_equal(binding->options[i].name, name))
            return binding->options[i].text;
    return NULL;
}
