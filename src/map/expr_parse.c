/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens to a tree, by precedence: or, and, not, comparison, default, |, sum,
 * product, sign. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "map/expr_private.h"

enum { DEPTH_MAX = 32 };

static const struct {
    const char *name, *form;
    int least, most; /* arguments */
} functions[] = {
    [FUNCTION_CODE] = { "code", "code(table, field)", 2, 2 },
    [FUNCTION_LOOKUP] = { "lookup", "lookup(table, field)", 2, 2 },
    [FUNCTION_PAIRS] = { "pairs", "pairs(BP item, VN vendor_item)", 2, 40 },
    [FUNCTION_PACK] = { "pack", "pack(10, location quantity)", 2, 12 },
    [FUNCTION_COUNT] = { "count", "count(PO1) or count(lines)", 1, 1 },
    [FUNCTION_SUM] = { "sum",
                       "sum(lines.amount) or sum(lines, quantity * price)", 1,
                       2 },
    [FUNCTION_FIRST] = { "first", "first(a, b)", 1, 10 },
    [FUNCTION_DATE] = { "date", "date(field) or date(field, \"%y%m%d\")", 1,
                        2 },
    [FUNCTION_JOIN] = { "join", "join(\"-\", a, b)", 2, 10 },
    [FUNCTION_SPLIT] = { "split", "split(field, \"-\", 1)", 3, 3 },
    [FUNCTION_UPPER] = { "upper", "upper(field)", 1, 1 },
    [FUNCTION_ROUND] = { "round", "round(amount) or round(amount, 2)", 1, 2 },
    [FUNCTION_INTEGER] = { "integer", "integer(line)", 1, 1 },
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

struct parser {
    struct cursor *cursor;
    int depth;
};

static struct expr *parse_or(struct parser *);
static struct expr *parse_value(struct parser *);

static struct expr *
make(struct parser *parser, enum expr_kind kind, struct expr *left,
     struct expr *right)
{
    struct expr *expr = arena_alloc(parser->cursor->arena, sizeof *expr);

    expr->kind = kind;
    expr->left = left;
    expr->right = right;
    return expr;
}

static struct expr *
make_text(struct parser *parser, enum expr_kind kind, const char *text)
{
    struct expr *expr = make(parser, kind, NULL, NULL);

    expr->text = text;
    return expr;
}

static struct expr *
mistake(struct parser *parser, const char *expected)
{
    cursor_expected(parser->cursor, expected);
    return NULL;
}

/* A bare word, number or quoted text: a table's name, a qualifier. */
static const char *
take_any(struct cursor *cursor)
{
    if (cursor->at->kind == TOKEN_SIGN || cursor_ends(cursor))
        return NULL;
    return cursor->at++->text;
}

/* A qualifier and the others that are understood: UP|UK. */
static const char *
take_qualifiers(struct cursor *cursor)
{
    const char *text = take_any(cursor), *other;

    while (text != NULL && cursor_sign(cursor, "|")) {
        other = take_any(cursor);
        text = other ? arena_printf(cursor->arena, "%s|%s", text, other) : NULL;
    }
    return text;
}

/* Adds an argument at the end of the call's list. */
static void
append(struct expr *call, struct expr *argument)
{
    struct expr **end = &call->left;

    while (*end != NULL)
        end = &(*end)->next;
    *end = argument;
}

static int
arguments(const struct expr *call)
{
    int count = 0;

    for (const struct expr *a = call->left; a != NULL; a = a->next)
        count++;
    return count;
}

/* pairs(BP item, VN vendor_item): a qualifier and a value, again and again;
 * pack(10, location quantity): a number, then values. */
static bool
parse_word_list(struct parser *parser, struct expr *call)
{
    bool pairs = call->function == FUNCTION_PAIRS;
    bool first = true;

    do {
        const char *word =
            pairs || first ? take_qualifiers(parser->cursor) : NULL;
        struct expr *value;

        if (pairs || first) {
            if (word == NULL)
                return cursor_expected(parser->cursor,
                                       functions[call->function].form);
            append(call, make_text(parser, EXPR_TEXT, word));
        }
        if (!pairs && first) {
            first = false;
            continue;
        }
        do {
            if ((value = parse_value(parser)) == NULL)
                return false;
            append(call, value);
        } while (!pairs && !cursor_is_sign(parser->cursor, ",") &&
                 !cursor_is_sign(parser->cursor, ")"));
    } while (cursor_sign(parser->cursor, ","));
    return true;
}

static bool
parse_arguments(struct parser *parser, struct expr *call)
{
    bool table =
        call->function == FUNCTION_CODE || call->function == FUNCTION_LOOKUP;
    struct expr *value;

    if (call->function == FUNCTION_PAIRS || call->function == FUNCTION_PACK)
        return parse_word_list(parser, call);
    if (table) {
        if ((call->text = take_any(parser->cursor)) == NULL ||
            !cursor_sign(parser->cursor, ","))
            return cursor_expected(parser->cursor,
                                   functions[call->function].form);
    }
    do {
        if ((value = parse_value(parser)) == NULL)
            return false;
        append(call, value);
    } while (cursor_sign(parser->cursor, ","));
    return true;
}

static struct expr *
parse_call(struct parser *parser, enum function function)
{
    struct expr *call = make(parser, EXPR_CALL, NULL, NULL);
    int count;

    call->function = function;
    if (!parse_arguments(parser, call))
        return NULL;
    count = arguments(call) + (call->text != NULL);
    if (count < functions[function].least || count > functions[function].most)
        return mistake(parser, functions[function].form);
    if (!cursor_sign(parser->cursor, ")"))
        return mistake(parser, "')'");
    return call;
}

static struct expr *
unknown_function(struct parser *parser, const char *name)
{
    const char *names[FUNCTIONS], *near;
    struct cursor *cursor = parser->cursor;

    for (int i = 0; i < FUNCTIONS; i++)
        names[i] = functions[i].name;
    near = text_nearest(name, names, FUNCTIONS);
    cursor->failed = true;
    problem_add(
        cursor->found, TP3202, outline_place(cursor->line, cursor->arena), NULL,
        "found '%s(', expected a function%s%s%s", name,
        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static struct expr *
parse_name(struct parser *parser, const char *name)
{
    if (!cursor_is_sign(parser->cursor, "("))
        return make_text(parser, EXPR_NAME, name);
    for (int i = 0; i < FUNCTIONS; i++)
        if (text_equal(name, functions[i].name)) {
            parser->cursor->at++;
            return parse_call(parser, (enum function)i);
        }
    return unknown_function(parser, name);
}

static struct expr *
parse_group(struct parser *parser)
{
    struct expr *expr;

    if (++parser->depth > DEPTH_MAX)
        return mistake(parser, "fewer brackets inside each other");
    expr = parse_or(parser);
    parser->depth--;
    if (expr != NULL && !cursor_sign(parser->cursor, ")"))
        return mistake(parser, "')'");
    return expr;
}

static struct expr *
parse_primary(struct parser *parser)
{
    struct cursor *cursor = parser->cursor;
    const char *text;

    if ((text = cursor_take(cursor, TOKEN_TEXT)) != NULL)
        return make_text(parser, EXPR_TEXT, text);
    if ((text = cursor_take(cursor, TOKEN_NUMBER)) != NULL) {
        struct expr *number = make_text(parser, EXPR_TEXT, text);

        number->type = FIELD_DECIMAL;
        return number;
    }
    if ((text = cursor_take(cursor, TOKEN_WORD)) != NULL)
        return parse_name(parser, text);
    if (cursor_sign(cursor, "("))
        return parse_group(parser);
    return mistake(parser, "a field, a function, a number or a text in quotes");
}

static struct expr *
parse_sign(struct parser *parser)
{
    struct expr *value;

    if (!cursor_sign(parser->cursor, "-"))
        return parse_primary(parser);
    value = parse_primary(parser);
    return value ? make(parser, EXPR_NEGATE, value, NULL) : NULL;
}

/* One level of precedence: operators between operands, from the left. */
struct level {
    struct {
        const char *sign;
        enum expr_kind kind;
    } operators[6];
    struct expr *(*operand)(struct parser *);
    bool once; /* a = b = c is no expression */
};

static struct expr *
parse_level(struct parser *parser, const struct level *level)
{
    struct expr *left = level->operand(parser);
    struct cursor *cursor = parser->cursor;

    for (int i = 0; left != NULL && i < 6 && level->operators[i].sign;) {
        const char *sign = level->operators[i].sign;

        if (!cursor_sign(cursor, sign) && !cursor_word(cursor, sign)) {
            i++;
            continue;
        }
        struct expr *right = level->operand(parser);

        left =
            right ? make(parser, level->operators[i].kind, left, right) : NULL;
        i = level->once ? 6 : 0;
    }
    return left;
}

static struct expr *
parse_product(struct parser *parser)
{
    static const struct level level = {
        { { "*", EXPR_MULTIPLY }, { "/", EXPR_DIVIDE } }, parse_sign, false
    };

    return parse_level(parser, &level);
}

static struct expr *
parse_sum(struct parser *parser)
{
    static const struct level level = {
        { { "+", EXPR_ADD }, { "-", EXPR_SUBTRACT } }, parse_product, false
    };

    return parse_level(parser, &level);
}

static struct expr *
parse_either(struct parser *parser)
{
    static const struct level level = { { { "|", EXPR_EITHER } },
                                        parse_sum,
                                        false };

    return parse_level(parser, &level);
}

static struct expr *
parse_value(struct parser *parser)
{
    static const struct level level = { { { "default", EXPR_DEFAULT } },
                                        parse_either,
                                        false };

    return parse_level(parser, &level);
}

static struct expr *
parse_comparison(struct parser *parser)
{
    static const struct level level = { { { "=", EXPR_EQUAL },
                                          { "!=", EXPR_DIFFERENT },
                                          { "<=", EXPR_LESS_EQUAL },
                                          { ">=", EXPR_MORE_EQUAL },
                                          { "<", EXPR_LESS },
                                          { ">", EXPR_MORE } },
                                        parse_value,
                                        true };

    return parse_level(parser, &level);
}

static struct expr *
parse_not(struct parser *parser)
{
    struct expr *value;

    if (!cursor_word(parser->cursor, "not"))
        return parse_comparison(parser);
    value = parse_comparison(parser);
    return value ? make(parser, EXPR_NOT, value, NULL) : NULL;
}

static struct expr *
parse_and(struct parser *parser)
{
    static const struct level level = { { { "and", EXPR_AND } },
                                        parse_not,
                                        false };

    return parse_level(parser, &level);
}

static struct expr *
parse_or(struct parser *parser)
{
    static const struct level level = { { { "or", EXPR_OR } },
                                        parse_and,
                                        false };

    return parse_level(parser, &level);
}

struct expr *
expr_parse(struct cursor *cursor)
{
    struct parser parser = { cursor, 0 };

    return parse_value(&parser);
}

struct expr *
expr_parse_condition(struct cursor *cursor)
{
    struct parser parser = { cursor, 0 };

    return parse_or(&parser);
}
