/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions backwards: from the outside into the record. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "map/convert.h"
#include "map/expr_private.h"

static void
note_lack(void *user, const char *full)
{
    struct expr_run *run = user;
    struct expr_lack *lack = arena_alloc(run->arena, sizeof *lack);

    lack->full = full;
    lack->next = run->lacks;
    run->lacks = lack;
}

/* "2026-11-22" and "2026-11-22T14:32" are one time, known more or less
 * exactly; the longer one stays. */
static bool
same_time(enum field_type type, const char *old, const char *text)
{
    return type == FIELD_TIME &&
           (text_starts(old, text) || text_starts(text, old));
}

void
expr_take_field(const struct expr *field, const char *text,
                struct expr_run *run)
{
    json_t *node = expr_frame_out(run->frame, field->up)->node;
    const char *value = convert_in(field->type, text, run->arena), *old;

    if (value == NULL) {
        problem_add(run->found, TP3105, run->at, NULL,
                    "found '%s', expected %s", text,
                    convert_expected(field->type));
        note_lack(run, field->full);
        return;
    }
    if (node == NULL || *value == 0)
        return;
    old = node_text(node, field->text);
    if (old == NULL || same_time(field->type, old, value)) {
        if (old == NULL || strlen(value) > strlen(old))
            node_set(node, field->text, value);
    } else if (!text_equal(old, value)) {
        problem_warn(run->found, TP3106, run->at,
                     "found '%s', but %s is '%s' already; the first one stays",
                     value, field->text, old);
    }
}

static bool
is_among(const struct expr *expr, const char *text)
{
    if (expr->kind == EXPR_EITHER)
        return is_among(expr->left, text) || is_among(expr->right, text);
    return text_equal(expr->text, text);
}

static void
list_literals(const struct expr *expr, struct buf *out)
{
    if (expr->kind == EXPR_EITHER) {
        list_literals(expr->left, out);
        buf_adds(out, " or ");
        list_literals(expr->right, out);
    } else {
        buf_addf(out, "'%s'", expr->text);
    }
}

static void
assert_literal(const struct expr *expr, const char *text, struct expr_run *run)
{
    CLEANUP(buf_free) struct buf wanted = { 0 };

    if (text == NULL || is_among(expr, text))
        return;
    list_literals(expr, &wanted);
    problem_add(run->found, TP3101, run->at, NULL, "found '%s', expected %s",
                text, buf_text(&wanted));
}

/* Undoes `left op constant`. */
static void
take_arithmetic(const struct expr *expr, const char *text, struct expr_run *run)
{
    char out[DECIMAL_TEXT];
    struct decimal value, constant;
    bool good = true;

    text = convert_in(FIELD_DECIMAL, text, run->arena);
    if (text == NULL || !expr_number(text, &value, run) ||
        !expr_number(expr->kind == EXPR_NEGATE ? "0" : expr->right->text,
                     &constant, run))
        return;
    if (expr->kind == EXPR_NEGATE)
        value = decimal_negate(value);
    else if (expr->kind == EXPR_ADD)
        value = decimal_subtract(value, constant);
    else if (expr->kind == EXPR_SUBTRACT)
        value = decimal_add(value, constant);
    else if (expr->kind == EXPR_MULTIPLY)
        good = expr_divide(&value, value, constant);
    else
        value = decimal_multiply(value, constant);
    if (good)
        expr_take(expr->left,
                  arena_strdup(run->arena, decimal_text(value, out)), run);
}

/* Cuts the text at the separator; the last part gets all that is left. */
static void
take_join(const struct expr *call, const char *text, struct expr_run *run)
{
    const char *separator = call->left->text;

    for (const struct expr *a = call->left->next; a != NULL && *text;
         a = a->next) {
        const char *end = a->next ? strstr(text, separator) : NULL;
        size_t size = end ? (size_t)(end - text) : strlen(text);

        if (size > 0)
            expr_take(a, arena_strndup(run->arena, text, size), run);
        text += size + (end ? strlen(separator) : 0);
    }
}

static void
take_date(const struct expr *call, const char *text, struct expr_run *run)
{
    const struct expr *pattern = call->left->next;
    const char *value =
        pattern ? convert_from_pattern(text, pattern->text, run->arena) : text;

    if (value != NULL)
        expr_take(call->left, value, run);
    else
        problem_add(run->found, TP3105, run->at, NULL,
                    "found '%s', expected a date as \"%s\"", text,
                    pattern->text);
}

/* Counts and sums are made by us when writing, and hold the sender to account
 * when reading. */
static void
assert_equal(const struct expr *call, const char *text, struct expr_run *run)
{
    const char *own = expr_text(call, run);
    struct decimal a, b;

    if (own == NULL || !expr_number(text, &a, run) ||
        !expr_number(own, &b, run))
        return;
    if (decimal_compare(a, b) != 0)
        problem_add(run->found, TP3104, run->at, NULL,
                    "found %s, expected %s as the document counts", text, own);
}

static void
take_call(const struct expr *call, const char *text, struct expr_run *run)
{
    switch (call->function) {
    case FUNCTION_CODE:
    case FUNCTION_LOOKUP:
        text = expr_code(call, text, false, run);
        if (text != NULL)
            expr_take(call->left, text, run);
        else
            expr_fields(call->left, note_lack, run);
        break;
    case FUNCTION_FIRST:
    case FUNCTION_ROUND:
    case FUNCTION_INTEGER:
        expr_take(call->left, text, run);
        break;
    case FUNCTION_DATE:
        take_date(call, text, run);
        break;
    case FUNCTION_JOIN:
        take_join(call, text, run);
        break;
    case FUNCTION_COUNT:
    case FUNCTION_SUM:
        assert_equal(call, text, run);
        break;
    case FUNCTION_PAIRS:
    case FUNCTION_PACK:
    case FUNCTION_SPLIT:
    case FUNCTION_UPPER:
        break; /* pairs and pack are the map's; the others only write */
    }
}

void
expr_take(const struct expr *expr, const char *text, struct expr_run *run)
{
    if (expr->kind == EXPR_DEFAULT) {
        expr_take(expr->left, text ? text : expr_text(expr->right, run), run);
        return;
    }
    if (expr_is_literal(expr)) {
        assert_literal(expr, text, run);
        return;
    }
    if (text == NULL)
        return;
    if (expr->kind == EXPR_FIELD)
        expr_take_field(expr, text, run);
    else if (expr->kind == EXPR_EITHER)
        expr_take(expr->left, text, run);
    else if (expr->kind == EXPR_CALL)
        take_call(expr, text, run);
    else if (expr_reads(expr))
        take_arithmetic(expr, text, run);
}

void
expr_impose(const struct expr *expr, struct expr_run *run)
{
    if (expr->kind == EXPR_AND) {
        expr_impose(expr->left, run);
        expr_impose(expr->right, run);
    } else if (expr->kind == EXPR_EQUAL && expr->left->kind == EXPR_FIELD &&
               expr->right->kind == EXPR_TEXT) {
        expr_take_field(expr->left, expr->right->text, run);
    }
}
