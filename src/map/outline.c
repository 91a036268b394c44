/* SPDX-License-Identifier: Apache-2.0 */
#include "map/outline.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { TOKENS_MAX = 512, DEPTH_MAX = 32 };

static const struct token no_tokens = { TOKEN_END, "", 0, true };

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '@';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "ship_to.name": a point belongs to a word only between letters. */
static size_t
word_size(const char *text)
{
    size_t size = 1;

    while (is_letter(text[size]) || is_digit(text[size]) ||
           (text[size] == '.' && is_letter(text[size + 1])))
        size++;
    return size;
}

/* "2.5", but "06.." is 06 and an ellipsis. */
static size_t
number_size(const char *text)
{
    size_t size = 1;

    while (is_digit(text[size]))
        size++;
    if (text[size] == '.' && is_digit(text[size + 1]))
        for (size++; is_digit(text[size]);)
            size++;
    return size;
}

static size_t
sign_size(const char *text)
{
    static const char *const signs[] = { "->", "<-", "..", "<=", ">=", "!=" };

    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (text_starts(text, signs[i]))
            return 2;
    return 1;
}

struct lexing {
    struct arena *arena;
    const char *text;
    size_t at;
    struct token *tokens;
    size_t count;
};

static void
add_token(struct lexing *lexing, enum token_kind kind, size_t from, size_t size)
{
    struct token *token = &lexing->tokens[lexing->count++];

    token->kind = kind;
    token->text = arena_strndup(lexing->arena, lexing->text + from, size);
    token->column = from;
    token->spaced =
        from == 0 || lexing->text[from - 1] == ' ' ||
        (kind == TOKEN_TEXT && from > 1 && lexing->text[from - 2] == ' ');
}

/* One token at lexing->at; false when a quote does not end. */
static bool
lex_one(struct lexing *lexing)
{
    const char *text = lexing->text + lexing->at;
    enum token_kind kind;
    const char *end;
    size_t size;

    if (*text == '"') {
        end = strchr(text + 1, '"');
        if (end == NULL)
            return false;
        size = (size_t)(end - text) - 1;
        add_token(lexing, TOKEN_TEXT, lexing->at + 1, size);
        lexing->at += size + 2;
        return true;
    }
    if (is_letter(*text)) {
        kind = TOKEN_WORD;
        size = word_size(text);
    } else if (is_digit(*text)) {
        kind = TOKEN_NUMBER;
        size = number_size(text);
    } else {
        kind = TOKEN_SIGN;
        size = sign_size(text);
    }
    add_token(lexing, kind, lexing->at, size);
    lexing->at += size;
    return true;
}

static void
lex(struct outline_line *line, struct arena *arena, struct problems *found)
{
    struct token tokens[TOKENS_MAX + 1];
    struct lexing lexing = { arena, line->text, 0, tokens, 0 };

    while (line->text[lexing.at] != 0) {
        if (line->text[lexing.at] == ' ') {
            lexing.at++;
        } else if (lexing.count == TOKENS_MAX) {
            problem_add(found, TP3202, outline_place(line, arena), NULL,
                        "the line has more than %d words", TOKENS_MAX);
            break;
        } else if (!lex_one(&lexing)) {
            problem_add(found, TP3202, outline_place(line, arena), NULL,
                        "found a quote without its end, expected a second \"");
            break;
        }
    }
    tokens[lexing.count] = no_tokens;
    line->tokens =
        arena_copy(arena, tokens, (lexing.count + 1) * sizeof tokens[0]);
    line->count = lexing.count;
}

/* The size of a line without comment and blanks at its end. */
static size_t
content_size(const char *text, size_t size)
{
    bool quoted = false;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        if (text[i] == '#' && !quoted && (i == 0 || text[i - 1] == ' '))
            size = i;
    }
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t' ||
                        text[size - 1] == '\r'))
        size--;
    return size;
}

struct nesting {
    struct outline_line *first;
    struct outline_line *last[DEPTH_MAX]; /* per depth, the newest line */
    int depth;                            /* of the newest line; -1 = none */
};

/* Hangs the line below or beside the one before it, by indentation. */
static bool
hang(struct nesting *nesting, struct outline_line *line)
{
    int depth = nesting->depth;

    while (depth >= 0 && nesting->last[depth]->indent > line->indent)
        depth--;
    if (depth >= 0 && nesting->last[depth]->indent == line->indent) {
        line->parent = nesting->last[depth]->parent;
        nesting->last[depth]->next = line;
    } else if (depth == nesting->depth && depth + 1 < DEPTH_MAX) {
        if (depth >= 0) {
            line->parent = nesting->last[depth];
            line->parent->child = line;
        } else {
            nesting->first = line;
        }
        depth++;
    } else {
        return false;
    }
    nesting->last[depth] = line;
    nesting->depth = depth;
    return true;
}

static void
add_line(struct nesting *nesting, struct outline_line *line,
         struct arena *arena, struct problems *found)
{
    if (*line->text == '\t')
        problem_add(found, TP3202, outline_place(line, arena), NULL,
                    "found a tab, expected blanks for indentation");
    else if (!hang(nesting, line))
        problem_add(found, TP3202, outline_place(line, arena), NULL,
                    "found %d blanks in front, expected as many as a line "
                    "above has",
                    line->indent);
    else
        lex(line, arena, found);
}

struct outline_line *
outline_parse(struct arena *arena, const char *path, const char *content,
              struct problems *found)
{
    struct nesting nesting = { .depth = -1 };

    path = arena_strdup(arena, path);
    for (int number = 1; *content != 0; number++) {
        size_t whole = strcspn(content, "\n");
        size_t indent = strspn(content, " ");
        size_t size = content_size(content, whole);

        if (size > indent) {
            struct outline_line *line = arena_alloc(arena, sizeof *line);

            line->path = path;
            line->number = number;
            line->indent = (int)indent;
            line->text = arena_strndup(arena, content + indent, size - indent);
            line->tokens = &no_tokens;
            add_line(&nesting, line, arena, found);
        }
        content += whole + (content[whole] == '\n');
    }
    return nesting.first;
}

const char *
outline_place(const struct outline_line *line, struct arena *arena)
{
    return arena_printf(arena, "%s:%d", line->path, line->number);
}

struct cursor
outline_cursor(const struct outline_line *line, struct arena *arena,
               struct problems *found)
{
    return (struct cursor){ line, line->tokens, arena, found, false };
}

bool
cursor_ends(const struct cursor *cursor)
{
    return cursor->at->kind == TOKEN_END;
}

bool
cursor_is_sign(const struct cursor *cursor, const char *sign)
{
    return cursor->at->kind == TOKEN_SIGN && text_equal(cursor->at->text, sign);
}

bool
cursor_is_word(const struct cursor *cursor, const char *word)
{
    return cursor->at->kind == TOKEN_WORD && text_equal(cursor->at->text, word);
}

bool
cursor_sign(struct cursor *cursor, const char *sign)
{
    bool is = cursor_is_sign(cursor, sign);

    cursor->at += is;
    return is;
}

bool
cursor_word(struct cursor *cursor, const char *word)
{
    bool is = cursor_is_word(cursor, word);

    cursor->at += is;
    return is;
}

const char *
cursor_take(struct cursor *cursor, enum token_kind kind)
{
    return cursor->at->kind == kind ? cursor->at++->text : NULL;
}

const char *
cursor_rest(const struct cursor *cursor)
{
    size_t column = cursor->at->column;

    if (cursor_ends(cursor))
        return "";
    return cursor->line->text + column - (cursor->at->kind == TOKEN_TEXT);
}

bool
cursor_expected(struct cursor *cursor, const char *what)
{
    if (cursor->failed)
        return false;
    cursor->failed = true;
    if (cursor_ends(cursor))
        problem_add(cursor->found, TP3202,
                    outline_place(cursor->line, cursor->arena), NULL,
                    "found the end of the line, expected %s", what);
    else
        problem_add(cursor->found, TP3202,
                    outline_place(cursor->line, cursor->arena), NULL,
                    "found '%s', expected %s", cursor->at->text, what);
    return false;
}
