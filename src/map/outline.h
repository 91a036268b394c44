/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outline - the line language of maps, bindings and flows: a line says one
 * thing, indentation is nesting, "#" starts a comment, words with blanks
 * stand in quotes.
 *
 *   first = outline_parse(arena, "flows/orders.flow", content, found);
 *   for (line = first; line != NULL; line = line->next) {
 *       struct cursor at = outline_cursor(line, arena, found);
 *       if (cursor_word(&at, "from")) ...
 *   }
 *
 * Everything lives in the arena. Mistakes are added to found as file:line,
 * what was found and what was expected; parsing goes on behind them.
 */
#ifndef TP_MAP_OUTLINE_H
#define TP_MAP_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problems.h"

struct arena;

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* currency, ship_to.name, PO1, res.country.code */
    TOKEN_NUMBER, /* 01, 2.5; digits and at most one point */
    TOKEN_TEXT,   /* "in quotes", without them */
    TOKEN_SIGN    /* = -> <- .. ( [ | and the like */
};

struct token {
    enum token_kind kind;
    const char *text;
    size_t column; /* from 0, in the line's text */
    bool spaced;   /* a blank stands before it */
};

struct outline_line {
    const char *path; /* of the file */
    int number;       /* of the line, from 1 */
    const char *text; /* without indentation, comment, blanks at the end */
    int indent;
    const struct token *tokens; /* the last is a TOKEN_END */
    size_t count;               /* without the TOKEN_END */
    struct outline_line *parent, *child, *next;
};

/* The first line, or NULL when there is none. content is NUL-terminated and
 * may go away afterwards. */
struct outline_line *outline_parse(struct arena *, const char *path,
                                   const char *content, struct problems *);

/* Walks the tokens of one line. */
struct cursor {
    const struct outline_line *line;
    const struct token *at;
    struct arena *arena;
    struct problems *found;
    bool failed; /* a mistake was reported on this line */
};

struct cursor outline_cursor(const struct outline_line *, struct arena *,
                             struct problems *);
bool cursor_ends(const struct cursor *);
/* Looks whether the next token is this sign or word; steps over it if so. */
bool cursor_sign(struct cursor *, const char *sign);
bool cursor_word(struct cursor *, const char *word);
bool cursor_is_sign(const struct cursor *, const char *sign);
bool cursor_is_word(const struct cursor *, const char *word);
/* The next token's text when it is of the kind, else NULL. */
const char *cursor_take(struct cursor *, enum token_kind);
/* The rest of the line as it is written. */
const char *cursor_rest(const struct cursor *);
/* Adds "found '...', expected ..." for the next token, once per line. Always
 * returns false. */
bool cursor_expected(struct cursor *, const char *what);
/* "maps/850.map:12" */
const char *outline_place(const struct outline_line *, struct arena *);

#endif
