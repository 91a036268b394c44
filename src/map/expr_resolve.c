/* SPDX-License-Identifier: Apache-2.0 */
/* Names to fields, types, and whether a value can be taken back. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "map/expr_private.h"

enum { PATH_MAX_SIZE = 160 };

static bool
mistake(struct cursor *cursor, const char *found, const char *expected)
{
    cursor->failed = true;
    problem_add(cursor->found, TP3203,
                outline_place(cursor->line, cursor->arena), NULL,
                "found '%s', expected %s", found, expected);
    return false;
}

static bool
full_path(const struct scope *scope, const char *name, char out[PATH_MAX_SIZE])
{
    return text_format(out, PATH_MAX_SIZE, "%s%s%s", scope->prefix,
                       *scope->prefix ? "." : "", name);
}

/* True when a list lies on the way from the scope's own node. */
static bool
crosses_list(const struct scope *scope, const char *full)
{
    const char *dot = full + strlen(scope->prefix) + (*scope->prefix != 0);
    char part[PATH_MAX_SIZE];
    enum field_type type;

    while ((dot = strchr(dot, '.')) != NULL) {
        (void)text_format(part, sizeof part, "%.*s", (int)(dot - full), full);
        if (record_field(scope->kind, part, &type) && type == FIELD_LIST)
            return true;
        dot++;
    }
    return false;
}

static bool
find_name(struct expr *expr, const struct scope *scope, struct arena *arena)
{
    char full[PATH_MAX_SIZE];
    int up = 0;

    for (; scope != NULL; scope = scope->outer, up++) {
        if (scope->knows != NULL && scope->knows(expr->text, &expr->type))
            return true;
        if (!full_path(scope, expr->text, full) ||
            !record_field(scope->kind, full, &expr->type))
            continue;
        expr->kind = EXPR_FIELD;
        expr->up = up;
        expr->full = arena_strdup(arena, full);
        expr->crosses = crosses_list(scope, full);
        return true;
    }
    return false;
}

/* The nearest field as it would be written in the scope. */
static const char *
nearest(const struct scope *scope, const char *name)
{
    char full[PATH_MAX_SIZE];

    for (; scope != NULL; scope = scope->outer) {
        size_t size = strlen(scope->prefix);
        const char *near = full_path(scope, name, full)
                               ? record_field_nearest(scope->kind, full)
                               : NULL;

        if (near == NULL)
            continue;
        return size > 0 && text_starts(near, scope->prefix) && near[size] == '.'
                   ? near + size + 1
                   : near;
    }
    return NULL;
}

/* A field that may be a list or lie in one: for sum, count and first. */
static bool
resolve_any(struct expr *expr, const struct scope *scope, struct cursor *cursor)
{
    const char *near;

    if (expr->kind != EXPR_NAME)
        return expr_resolve(expr, scope, cursor);
    if (find_name(expr, scope, cursor->arena))
        return true;
    near = nearest(scope, expr->text);
    return mistake(cursor, expr->text,
                   near ? arena_printf(cursor->arena,
                                       "a field of %s; did you mean '%s'?",
                                       record_kind_name(scope->kind), near)
                        : arena_printf(cursor->arena, "a field of %s",
                                       record_kind_name(scope->kind)));
}

static bool
resolve_name(struct expr *expr, const struct scope *scope,
             struct cursor *cursor)
{
    if (!resolve_any(expr, scope, cursor))
        return false;
    if (expr->crosses)
        return mistake(cursor, expr->text,
                       "a single value: say which one by each, sum, count or "
                       "first");
    if (expr->type == FIELD_LIST || expr->type == FIELD_GROUP)
        return mistake(cursor, expr->text,
                       "a single value, not a group or list");
    return true;
}

bool
expr_resolve_list(struct expr *expr, const struct scope *scope,
                  struct cursor *cursor)
{
    if (!resolve_any(expr, scope, cursor))
        return false;
    if (expr->kind != EXPR_FIELD || expr->crosses ||
        (expr->type != FIELD_LIST && expr->type != FIELD_TEXT))
        return mistake(cursor, expr->text, "a list");
    return true;
}

static bool
is_segment_id(const char *text)
{
    size_t size = strlen(text);

    return size >= 2 && size <= 3 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == size;
}

static bool
resolve_count(struct expr *call, const struct scope *scope,
              struct cursor *cursor)
{
    struct expr *what = call->left;

    if (what->kind != EXPR_NAME)
        return mistake(cursor, "count(...)", "count(PO1) or count(lines)");
    if (is_segment_id(what->text)) {
        what->kind = EXPR_SEGMENT;
        return true;
    }
    return resolve_any(what, scope, cursor);
}

static bool
resolve_sum(struct expr *call, const struct scope *scope, struct cursor *cursor)
{
    struct expr *list = call->left;
    struct scope inner = { .outer = scope, .kind = scope->kind };

    if (list->kind != EXPR_NAME)
        return mistake(cursor, "sum(...)",
                       "sum(lines.amount) or sum(lines, quantity * price)");
    if (list->next == NULL)
        return resolve_any(list, scope, cursor) &&
               (list->crosses ||
                mistake(cursor, list->text, "a field inside a list"));
    if (!expr_resolve_list(list, scope, cursor))
        return false;
    if (list->type != FIELD_LIST)
        return mistake(cursor, list->text, "a list");
    inner.prefix = list->full;
    call->inner = true;
    return expr_resolve(list->next, &inner, cursor);
}

/* The argument that has to stand in the text itself. */
static bool
is_constant(const struct expr *argument, bool number)
{
    long ignored;

    return argument != NULL && argument->kind == EXPR_TEXT &&
           (!number || text_number(argument->text, 100, &ignored));
}

static bool
resolve_call(struct expr *call, const struct scope *scope,
             struct cursor *cursor)
{
    const struct expr *first = call->left, *second = first->next;
    bool good = true;

    if (call->function == FUNCTION_COUNT)
        return resolve_count(call, scope, cursor);
    if (call->function == FUNCTION_SUM)
        return resolve_sum(call, scope, cursor);
    for (struct expr *a = call->left; a != NULL; a = a->next)
        good &= call->function == FUNCTION_FIRST
                    ? resolve_any(a, scope, cursor)
                    : expr_resolve(a, scope, cursor);
    if (!good)
        return false;
    if (call->function == FUNCTION_JOIN && !is_constant(first, false))
        return mistake(cursor, "join(...)", "join(\"-\", a, b)");
    if (call->function == FUNCTION_DATE && second &&
        !is_constant(second, false))
        return mistake(cursor, "date(...)", "date(field, \"%y%m%d\")");
    if (call->function == FUNCTION_ROUND && second &&
        !is_constant(second, true))
        return mistake(cursor, "round(...)", "round(amount, 2)");
    if (call->function == FUNCTION_PACK && !is_constant(first, true))
        return mistake(cursor, "pack(...)", "pack(10, location quantity)");
    if (call->function == FUNCTION_SPLIT &&
        !(is_constant(second, false) && is_constant(second->next, true)))
        return mistake(cursor, "split(...)", "split(field, \"-\", 1)");
    return true;
}

bool
expr_resolve(struct expr *expr, const struct scope *scope,
             struct cursor *cursor)
{
    bool good = true;

    if (expr->kind == EXPR_NAME)
        return resolve_name(expr, scope, cursor);
    if (expr->kind == EXPR_CALL)
        return resolve_call(expr, scope, cursor);
    if (expr->left != NULL)
        good &= expr_resolve(expr->left, scope, cursor);
    if (expr->right != NULL)
        good &= expr_resolve(expr->right, scope, cursor);
    return good;
}

static enum field_type
call_type(const struct expr *call)
{
    switch (call->function) {
    case FUNCTION_COUNT:
    case FUNCTION_SUM:
    case FUNCTION_ROUND:
    case FUNCTION_INTEGER:
        return FIELD_DECIMAL;
    case FUNCTION_FIRST:
        return expr_type(call->left);
    case FUNCTION_DATE:
        return call->left->next ? FIELD_TEXT : FIELD_DATE;
    case FUNCTION_CODE:
    case FUNCTION_LOOKUP:
    case FUNCTION_PAIRS:
    case FUNCTION_PACK:
    case FUNCTION_JOIN:
    case FUNCTION_SPLIT:
    case FUNCTION_UPPER:
        return FIELD_TEXT;
    }
    return FIELD_TEXT;
}

enum field_type
expr_type(const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_TEXT:
    case EXPR_NAME:
    case EXPR_FIELD:
        return expr->type;
    case EXPR_CALL:
        return call_type(expr);
    case EXPR_SEGMENT:
    case EXPR_NEGATE:
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return FIELD_DECIMAL;
    case EXPR_EITHER:
    case EXPR_DEFAULT:
        return expr_type(expr->left);
    case EXPR_NOT:
    case EXPR_EQUAL:
    case EXPR_DIFFERENT:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_MORE:
    case EXPR_MORE_EQUAL:
    case EXPR_AND:
    case EXPR_OR:
        return FIELD_FLAG;
    }
    return FIELD_TEXT;
}

static bool
call_reads(const struct expr *call)
{
    const struct expr *first = call->left;

    switch (call->function) {
    case FUNCTION_CODE:
    case FUNCTION_LOOKUP:
    case FUNCTION_ROUND:
    case FUNCTION_DATE:
    case FUNCTION_INTEGER:
    case FUNCTION_FIRST:
        return expr_reads(first) && !first->crosses;
    case FUNCTION_COUNT:
    case FUNCTION_SUM:
        return true; /* an assertion: compared, not set */
    case FUNCTION_JOIN:
        for (const struct expr *a = first->next; a != NULL; a = a->next)
            if (!expr_reads(a))
                return false;
        return *first->text != 0;
    case FUNCTION_PAIRS:
        for (const struct expr *a = first; a != NULL; a = a->next->next)
            if (!expr_reads(a->next))
                return false;
        return true;
    case FUNCTION_PACK:
        for (const struct expr *a = first->next; a != NULL; a = a->next)
            if (!expr_reads(a))
                return false;
        return true;
    case FUNCTION_SPLIT:
    case FUNCTION_UPPER:
        return false;
    }
    return false;
}

bool
expr_is_literal(const struct expr *expr)
{
    if (expr->kind == EXPR_EITHER)
        return expr_is_literal(expr->left) && expr_is_literal(expr->right);
    return expr->kind == EXPR_TEXT;
}

bool
expr_reads(const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_TEXT:
    case EXPR_FIELD:
        return true;
    case EXPR_CALL:
        return call_reads(expr);
    case EXPR_NEGATE:
    case EXPR_EITHER:
    case EXPR_DEFAULT:
        return expr_reads(expr->left);
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return expr_reads(expr->left) && !expr_is_literal(expr->left) &&
               expr_is_literal(expr->right);
    case EXPR_NAME:
    case EXPR_SEGMENT:
    case EXPR_NOT:
    case EXPR_EQUAL:
    case EXPR_DIFFERENT:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_MORE:
    case EXPR_MORE_EQUAL:
    case EXPR_AND:
    case EXPR_OR:
        return false;
    }
    return false;
}

void
expr_fields(const struct expr *expr, void (*visit)(void *, const char *),
            void *user)
{
    for (; expr != NULL; expr = expr->next) {
        if (expr->kind == EXPR_FIELD)
            visit(user, expr->full);
        expr_fields(expr->left, visit, user);
        expr_fields(expr->right, visit, user);
    }
}
