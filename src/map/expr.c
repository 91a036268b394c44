/* SPDX-License-Identifier: Apache-2.0 */
/* Values of expressions: from the record outwards. */
#include "map/expr.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "map/convert.h"
#include "map/expr_private.h"

enum { QUOTIENT_SCALE = 12, SHIFT_MAX = 20 };

const struct frame *
expr_frame_out(const struct frame *frame, int up)
{
    while (up-- > 0)
        frame = frame->outer;
    return frame;
}

bool
expr_number(const char *text, struct decimal *number, struct expr_run *run)
{
    if (decimal_parse(number, text, strlen(text)))
        return true;
    problem_add(run->found, TP3105, run->at, NULL,
                "found '%s', expected a number of at most 18 digits", text);
    return false;
}

/* Operands have at most 18 digits; the shift keeps the dividend in range. */
bool
expr_divide(struct decimal *out, struct decimal a, struct decimal b)
{
    int scale = SHIFT_MAX + a.scale - b.scale;

    return decimal_divide(out, a, b,
                          scale < QUOTIENT_SCALE ? scale : QUOTIENT_SCALE);
}

static const char *
number_text(struct decimal number, struct expr_run *run)
{
    char text[DECIMAL_TEXT];

    return arena_strdup(run->arena, decimal_text(number, text));
}

/* Both operands as numbers; false when one is absent or none. */
static bool
operands(const struct expr *expr, struct expr_run *run, struct decimal *a,
         struct decimal *b)
{
    const char *left = expr_text(expr->left, run);
    const char *right = expr_text(expr->right, run);

    return left != NULL && right != NULL && expr_number(left, a, run) &&
           expr_number(right, b, run);
}

static const char *
arithmetic(const struct expr *expr, struct expr_run *run)
{
    struct decimal a, b, result;

    if (!operands(expr, run, &a, &b))
        return NULL;
    if (expr->kind == EXPR_ADD)
        result = decimal_add(a, b);
    else if (expr->kind == EXPR_SUBTRACT)
        result = decimal_subtract(a, b);
    else if (expr->kind == EXPR_MULTIPLY)
        result = decimal_multiply(a, b);
    else if (!expr_divide(&result, a, b))
        return NULL;
    return number_text(result, run);
}

static const char *
negate(const struct expr *expr, struct expr_run *run)
{
    const char *text = expr_text(expr->left, run);
    struct decimal number;

    if (text == NULL || !expr_number(text, &number, run))
        return NULL;
    return number_text(decimal_negate(number), run);
}

const char *
expr_code(const struct expr *call, const char *value, bool outward,
          struct expr_run *run)
{
    const char *from = outward ? "ours" : run->side;
    const char *to = outward ? run->side : "ours";
    const char *out = NULL, *guess = NULL;

    if (run->codes != NULL &&
        run->codes->look_up(run->codes->user, call->text, from, to, value,
                            run->arena, &out, &guess))
        return out;
    problem_add(run->found, TP3102, run->at,
                arena_printf(run->arena, "%s:%s", call->text, value),
                "%s '%s' has no counterpart%s%s%s", call->text, value,
                guess ? "; the nearest that has one is '" : "",
                guess ? guess : "", guess ? "'" : "");
    return NULL;
}

/* Visits every value at the path below node, through lists; NULL where an
 * element does not have it. */
static void
walk(const json_t *node, const char *path,
     void (*visit)(void *, const json_t *), void *user)
{
    size_t size = strcspn(path, "."), i;
    const json_t *element;
    char name[64];

    if (*path == 0) {
        visit(user, node);
        return;
    }
    if (json_is_array(node)) {
        json_array_foreach(node, i, element) walk(element, path, visit, user);
        return;
    }
    (void)text_format(name, sizeof name, "%.*s", (int)size, path);
    node = json_object_get(node, name);
    path += size + (path[size] == '.');
    if (node != NULL || *path == 0)
        walk(node, path, visit, user);
}

struct total {
    struct expr_run *run;
    const char *sum; /* NULL once a term was absent or no number */
};

static void
add_term(struct total *total, const char *term)
{
    struct decimal sum, number;

    if (total->sum == NULL)
        return;
    if (term == NULL || !expr_number(total->sum, &sum, total->run) ||
        !expr_number(term, &number, total->run))
        total->sum = NULL;
    else
        total->sum = number_text(decimal_add(sum, number), total->run);
}

static void
add_node(void *user, const json_t *node)
{
    add_term(user, json_string_value(node));
}

static const char *
sum(const struct expr *call, struct expr_run *run)
{
    const struct expr *list = call->left;
    const struct frame *outside = run->frame;
    const struct frame *home = expr_frame_out(outside, list->up);
    struct total total = { run, "0" };
    const json_t *elements, *element;
    size_t i;

    if (!call->inner) {
        walk(home->node, list->text, add_node, &total);
        return total.sum;
    }
    elements = node_at(home->node, list->text);
    json_array_foreach(elements, i, element)
    {
        struct frame inner = { outside, (json_t *)(uintptr_t)element,
                               list->text, i };

        run->frame = &inner;
        add_term(&total, expr_text(list->next, run));
    }
    run->frame = outside;
    return total.sum;
}

static void
count_node(void *user, const json_t *node)
{
    size_t *count = user;

    *count += json_is_array(node) ? json_array_size(node) : node != NULL;
}

static const char *
count(const struct expr *call, struct expr_run *run)
{
    const struct expr *what = call->left;
    size_t number = 0;

    if (what->kind == EXPR_SEGMENT)
        return run->segments == NULL
                   ? NULL
                   : arena_printf(run->arena, "%ld",
                                  run->segments(run->user, what->text));
    walk(expr_frame_out(run->frame, what->up)->node, what->text, count_node,
         &number);
    return arena_printf(run->arena, "%zu", number);
}

static void
keep_first(void *user, const json_t *node)
{
    const char **first = user;

    if (*first == NULL)
        *first = json_string_value(node);
}

static const char *
first(const struct expr *call, struct expr_run *run)
{
    const char *value = NULL;

    for (const struct expr *a = call->left; a && !value; a = a->next)
        if (a->kind == EXPR_FIELD)
            walk(expr_frame_out(run->frame, a->up)->node, a->text, keep_first,
                 &value);
        else
            value = expr_text(a, run);
    return value;
}

static const char *
join(const struct expr *call, struct expr_run *run)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    for (const struct expr *a = call->left->next; a != NULL; a = a->next) {
        const char *text = expr_text(a, run);

        if (text != NULL && out.size > 0)
            buf_adds(&out, call->left->text);
        buf_adds(&out, text ? text : "");
    }
    return out.size > 0 ? arena_strdup(run->arena, out.text) : NULL;
}

/* The n-th part, from 1, of a text cut at each separator. */
static const char *
split(const struct expr *call, struct expr_run *run)
{
    const char *text = expr_text(call->left, run);
    const char *separator = call->left->next->text, *end;
    long number = decimal_of(call->left->next->next->text).units > 0
                      ? (long)decimal_of(call->left->next->next->text).units
                      : 1;

    for (; text != NULL && number > 1; number--) {
        text = strstr(text, separator);
        text = text ? text + strlen(separator) : NULL;
    }
    if (text == NULL)
        return NULL;
    end = strstr(text, separator);
    return arena_strndup(run->arena, text,
                         end ? (size_t)(end - text) : strlen(text));
}

static const char *
upper(const char *text, struct arena *arena)
{
    char *out = arena_strdup(arena, text);

    for (char *c = out; *c != 0; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return out;
}

static const char *
rounded(const struct expr *call, const char *text, struct expr_run *run)
{
    const struct expr *places = call->left->next;
    struct decimal number;

    if (!expr_number(text, &number, run))
        return NULL;
    return number_text(
        decimal_round(number, places ? (int)decimal_of(places->text).units : 0),
        run);
}

/* Functions of one value that is there. */
static const char *
convert(const struct expr *call, const char *text, struct expr_run *run)
{
    switch (call->function) {
    case FUNCTION_CODE:
    case FUNCTION_LOOKUP:
        return expr_code(call, text, true, run);
    case FUNCTION_DATE:
        return call->left->next ? convert_by_pattern(
                                      text, call->left->next->text, run->arena)
                                : arena_printf(run->arena, "%.10s", text);
    case FUNCTION_UPPER:
        return upper(text, run->arena);
    case FUNCTION_ROUND:
    case FUNCTION_INTEGER:
        return rounded(call, text, run);
    case FUNCTION_PAIRS:
    case FUNCTION_PACK:
    case FUNCTION_COUNT:
    case FUNCTION_SUM:
    case FUNCTION_FIRST:
    case FUNCTION_JOIN:
    case FUNCTION_SPLIT:
        return NULL; /* not of one value */
    }
    return NULL;
}

static const char *
evaluate_call(const struct expr *call, struct expr_run *run)
{
    const char *text;

    if (call->function == FUNCTION_SUM)
        return sum(call, run);
    if (call->function == FUNCTION_COUNT)
        return count(call, run);
    if (call->function == FUNCTION_FIRST)
        return first(call, run);
    if (call->function == FUNCTION_JOIN)
        return join(call, run);
    if (call->function == FUNCTION_SPLIT)
        return split(call, run);
    text = expr_text(call->left, run);
    return text ? convert(call, text, run) : NULL;
}

static const char *
field_value(const struct expr *expr, struct expr_run *run)
{
    const struct frame *frame = expr_frame_out(run->frame, expr->up);

    return frame->node ? node_text(frame->node, expr->text) : NULL;
}

const char *
expr_text(const struct expr *expr, struct expr_run *run)
{
    const char *text;
    enum truth truth;

    switch (expr->kind) {
    case EXPR_TEXT:
        return *expr->text ? expr->text : NULL;
    case EXPR_NAME:
        return run->value ? run->value(run->user, expr->text) : NULL;
    case EXPR_FIELD:
        return field_value(expr, run);
    case EXPR_CALL:
        return evaluate_call(expr, run);
    case EXPR_NEGATE:
        return negate(expr, run);
    case EXPR_ADD:
    case EXPR_SUBTRACT:
    case EXPR_MULTIPLY:
    case EXPR_DIVIDE:
        return arithmetic(expr, run);
    case EXPR_EITHER:
    case EXPR_DEFAULT:
        text = expr_text(expr->left, run);
        return text ? text : expr_text(expr->right, run);
    case EXPR_SEGMENT:
        return NULL;
    case EXPR_NOT:
    case EXPR_EQUAL:
    case EXPR_DIFFERENT:
    case EXPR_LESS:
    case EXPR_LESS_EQUAL:
    case EXPR_MORE:
    case EXPR_MORE_EQUAL:
    case EXPR_AND:
    case EXPR_OR:
        truth = expr_holds(expr, run);
        return truth == TRUTH_UNKNOWN ? NULL
               : truth == TRUTH_TRUE  ? "true"
                                      : "false";
    }
    return NULL;
}

/* -1, 0, 1 in *order; false when a side is absent or not comparable. */
static bool
compare(const struct expr *expr, struct expr_run *run, int *order)
{
    bool numbers = expr_type(expr->left) == FIELD_DECIMAL ||
                   expr_type(expr->right) == FIELD_DECIMAL;
    const char *left = expr_text(expr->left, run);
    const char *right = expr_text(expr->right, run);
    struct decimal a, b;

    if (left == NULL || right == NULL)
        return false;
    if (!numbers) {
        *order = strcmp(left, right);
        return true;
    }
    if (!expr_number(left, &a, run) || !expr_number(right, &b, run))
        return false;
    *order = decimal_compare(a, b);
    return true;
}

static bool
fits(enum expr_kind kind, int order)
{
    if (kind == EXPR_EQUAL)
        return order == 0;
    if (kind == EXPR_DIFFERENT)
        return order != 0;
    if (kind == EXPR_LESS)
        return order < 0;
    if (kind == EXPR_LESS_EQUAL)
        return order <= 0;
    return kind == EXPR_MORE ? order > 0 : order >= 0;
}

static enum truth
both(const struct expr *expr, struct expr_run *run, enum truth decisive)
{
    enum truth left = expr_holds(expr->left, run), right;

    if (left == decisive)
        return left;
    right = expr_holds(expr->right, run);
    return right == decisive || left != TRUTH_UNKNOWN ? right : left;
}

enum truth
expr_holds(const struct expr *expr, struct expr_run *run)
{
    const char *text;
    enum truth truth;
    int order;

    if (expr->kind == EXPR_AND)
        return both(expr, run, TRUTH_FALSE);
    if (expr->kind == EXPR_OR)
        return both(expr, run, TRUTH_TRUE);
    if (expr->kind == EXPR_NOT) {
        truth = expr_holds(expr->left, run);
        return truth == TRUTH_UNKNOWN ? truth
               : truth == TRUTH_TRUE  ? TRUTH_FALSE
                                      : TRUTH_TRUE;
    }
    if (expr->kind >= EXPR_EQUAL && expr->kind <= EXPR_MORE_EQUAL)
        return !compare(expr, run, &order) ? TRUTH_UNKNOWN
               : fits(expr->kind, order)   ? TRUTH_TRUE
                                           : TRUTH_FALSE;
    text = expr_text(expr, run);
    return text && !text_equal(text, "false") ? TRUTH_TRUE : TRUTH_FALSE;
}

void
expr_sides(const struct expr *expr, struct expr_run *run, const char *sides[2])
{
    sides[0] = expr->right ? expr_text(expr->left, run) : NULL;
    sides[1] = expr->right ? expr_text(expr->right, run) : NULL;
}
