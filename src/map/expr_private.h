/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of an expression, for the expr_*.c files and the maps' pairs. */
#ifndef TP_MAP_EXPR_PRIVATE_H
#define TP_MAP_EXPR_PRIVATE_H

#include "map/expr.h"

enum expr_kind {
    EXPR_TEXT,    /* text: a literal */
    EXPR_NAME,    /* text: a name before resolving; later not of the record */
    EXPR_FIELD,   /* text: path inside the frame that is `up` frames out */
    EXPR_SEGMENT, /* text: the id in count(PO1) */
    EXPR_CALL,    /* function, left: first argument, linked by next */
    EXPR_NEGATE,
    EXPR_NOT,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_EQUAL,
    EXPR_DIFFERENT,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_MORE,
    EXPR_MORE_EQUAL,
    EXPR_AND,
    EXPR_OR,
    EXPR_EITHER, /* a | b */
    EXPR_DEFAULT /* a default b */
};

enum function {
    FUNCTION_CODE,
    FUNCTION_LOOKUP,
    FUNCTION_PAIRS,
    FUNCTION_PACK,
    FUNCTION_COUNT,
    FUNCTION_SUM,
    FUNCTION_FIRST,
    FUNCTION_DATE,
    FUNCTION_JOIN,
    FUNCTION_SPLIT,
    FUNCTION_UPPER,
    FUNCTION_ROUND,
    FUNCTION_INTEGER
};

struct expr {
    enum expr_kind kind;
    enum function function;
    enum field_type type;
    const char *text;
    const char *full; /* of a field: its path in the schema */
    int up;
    bool crosses; /* the path leads through a list */
    bool inner;   /* sum(lines, x): the second argument has its own frame */
    struct expr *left, *right;
    struct expr *next; /* the next argument */
};

/* Sets a field by its expression, converted to the field's type. */
void expr_take_field(const struct expr *, const char *text, struct expr_run *);
/* A code in the given direction; NULL (and a problem) when it is unknown. */
const char *expr_code(const struct expr *call, const char *value, bool outward,
                      struct expr_run *);
/* The frame `up` frames out; never NULL for a resolved expression. */
const struct frame *expr_frame_out(const struct frame *, int up);
/* Reads a decimal for arithmetic; false (and a problem) when it is none. */
bool expr_number(const char *text, struct decimal *, struct expr_run *);
/* The list of an `each`: a list, or a text of many lines, not inside another
 * list. */
bool expr_resolve_list(struct expr *, const struct scope *,
                       struct cursor *) MUST_USE;
/* Rounded far behind what amounts need; false when dividing by zero. */
bool expr_divide(struct decimal *, struct decimal, struct decimal) MUST_USE;

#endif
