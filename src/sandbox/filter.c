/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/when.h"
#include "sandbox/nav.h"
#include "sandbox/world.h"

enum filter_op {
    OP_EQ,
    OP_NE,
    OP_GT,
    OP_GE,
    OP_LT,
    OP_LE,
    OP_STARTS,
    OP_ENDS,
    OP_CONTAINS,
    OP_AND,
    OP_OR,
    OP_NOT
};

struct filter {
    enum filter_op op;
    const struct field *field;
    const char *value;
    const struct filter *left, *right;
};

struct parser {
    struct call *call;
    const struct entity *entity;
    const char *at;
    bool in_allowed;
    int depth;
    char word[300];
    bool quoted;
};

const char *
field_text(const struct field *field, const json_t *row, char tmp[32])
{
    const json_t *value = json_object_get(row, field->from);
    if (field->fixed)
        return field->fixed;
    if (json_is_string(value) && *json_string_value(value) != '\0')
        return json_string_value(value);
    switch (field->type) {
    case FIELD_TEXT:
        return "";
    case FIELD_GUID:
        return GUID_NONE;
    case FIELD_DECIMAL:
        return "0";
    case FIELD_INT:
        (void)text_format(tmp, 32, "%lld",
                          (long long)json_integer_value(value));
        return tmp;
    case FIELD_BOOL:
        return json_is_true(value) ? "true" : "false";
    case FIELD_DATE:
        return NO_DATE;
    case FIELD_STAMP:
        return NO_DATE "T00:00:00Z";
    case FIELD_ENUM:
        return field->options[0];
    }
    return "";
}

static int
compare_values(enum field_type type, const char *a, const char *b)
{
    moment first = 0, second = 0;
    if (type == FIELD_DECIMAL)
        return decimal_compare(decimal_of(a), decimal_of(b));
    if (type == FIELD_INT) {
        long long x = strtoll(a, NULL, 10), y = strtoll(b, NULL, 10);
        return (x > y) - (x < y);
    }
    if (type == FIELD_STAMP && when_parse(a, &first) && when_parse(b, &second))
        return (first > second) - (first < second);
    return strcmp(a, b);
}

int
field_compare(const struct field *field, const json_t *row, const char *value)
{
    char tmp[32];
    return compare_values(field->type, field_text(field, row, tmp), value);
}

int
field_order(const struct field *field, const json_t *a, const json_t *b)
{
    char first[32], second[32];
    return compare_values(field->type, field_text(field, a, first),
                          field_text(field, b, second));
}

static bool
wrong(struct parser *parser, const char *what)
{
    return nav_fail(parser->call, 400, "BadRequest",
                    "Syntax error in $filter: %s near '%.40s'.", what,
                    parser->at);
}

static void
skip_blanks(struct parser *parser)
{
    while (*parser->at == ' ')
        parser->at++;
}

static bool
read_string(struct parser *parser)
{
    size_t size = 0;
    for (parser->at++; *parser->at != '\0'; parser->at++) {
        if (*parser->at == '\'' && parser->at[1] != '\'') {
            parser->at++;
            parser->word[size] = '\0';
            parser->quoted = true;
            return true;
        }
        parser->at += *parser->at == '\'';
        if (size + 1 == sizeof parser->word)
            break;
        parser->word[size++] = *parser->at;
    }
    return wrong(parser, "unterminated string literal");
}

/* A name, an operator or a literal into word. */
static bool
read_word(struct parser *parser)
{
    size_t size = 0;
    parser->quoted = false;
    skip_blanks(parser);
    if (*parser->at == '\'')
        return read_string(parser);
    while (isalnum((unsigned char)*parser->at) ||
           (*parser->at != '\0' && strchr("_-:.+/$", *parser->at))) {
        if (size + 1 == sizeof parser->word)
            return wrong(parser, "a word is too long");
        parser->word[size++] = *parser->at++;
    }
    parser->word[size] = '\0';
    return size > 0 || wrong(parser, "a word was expected");
}

static bool
take(struct parser *parser, char what)
{
    skip_blanks(parser);
    if (*parser->at != what)
        return false;
    parser->at++;
    return true;
}

/* Looks ahead for a keyword that ends at a blank or parenthesis. */
static bool
take_word(struct parser *parser, const char *word)
{
    skip_blanks(parser);
    size_t size = strlen(word);
    if (strncmp(parser->at, word, size) != 0 ||
        (parser->at[size] != ' ' && parser->at[size] != '('))
        return false;
    parser->at += size;
    return true;
}

static bool
fits(enum field_type type, const char *value, bool quoted)
{
    struct decimal number;
    moment time;
    char *end;
    switch (type) {
    case FIELD_TEXT:
    case FIELD_ENUM:
        return quoted;
    case FIELD_GUID:
        return !quoted && strlen(value) == GUID_TEXT - 1;
    case FIELD_DECIMAL:
        return !quoted && decimal_parse(&number, value, strlen(value));
    case FIELD_INT:
        (void)strtoll(value, &end, 10);
        return !quoted && *end == '\0';
    case FIELD_BOOL:
        return !quoted &&
               (text_equal(value, "true") || text_equal(value, "false"));
    case FIELD_DATE:
        return !quoted && (when_is_date(value) || text_equal(value, NO_DATE));
    case FIELD_STAMP:
        return !quoted && strchr(value, 'T') && when_parse(value, &time);
    }
    return false;
}

static bool
read_value(struct parser *parser, const struct field *field, const char **out)
{
    struct arena *arena = parser->call->arena;
    if (!read_word(parser))
        return false;
    if (!parser->quoted && text_equal(parser->word, "null")) {
        char tmp[32];
        *out = arena_strdup(arena, field_text(field, NULL, tmp));
        return true;
    }
    if (!fits(field->type, parser->word, parser->quoted))
        return nav_fail(parser->call, 400, "BadRequest",
                        "A binary operator with incompatible types was "
                        "detected: the value '%s' does not fit '%s'.",
                        parser->word, field->name);
    if (field->type == FIELD_GUID)
        for (char *c = parser->word; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
    *out = field->type == FIELD_ENUM ? enum_decode(arena, parser->word)
                                     : arena_strdup(arena, parser->word);
    return true;
}

static bool
read_field(struct parser *parser, const struct field **out)
{
    if (!read_word(parser))
        return false;
    *out = entity_field(parser->entity, parser->word);
    if (*out)
        return true;
    return nav_fail(parser->call, 400, "BadRequest",
                    "Could not find a property named '%s' on type "
                    "'Microsoft.NAV.%s'.",
                    parser->word, parser->entity->type);
}

static struct filter *
node(struct parser *parser, enum filter_op op, const struct filter *left,
     const struct filter *right)
{
    struct filter *made = arena_alloc(parser->call->arena, sizeof *made);
    *made = (struct filter){ .op = op, .left = left, .right = right };
    return made;
}

static bool
read_function(struct parser *parser, enum filter_op op,
              const struct filter **out)
{
    struct filter *made = node(parser, op, NULL, NULL);
    *out = made;
    if (!take(parser, '('))
        return wrong(parser, "'(' was expected");
    if (!read_field(parser, &made->field))
        return false;
    if (!take(parser, ','))
        return wrong(parser, "',' was expected");
    return read_value(parser, made->field, &made->value) &&
           (take(parser, ')') || wrong(parser, "')' was expected"));
}

/* field in ('A','B') */
static bool
read_in(struct parser *parser, const struct field *field,
        const struct filter **out)
{
    if (!parser->in_allowed)
        return nav_fail(parser->call, 400, "BadRequest",
                        "The operator 'in' needs $schemaversion=2.1.");
    if (!take(parser, '('))
        return wrong(parser, "a list was expected");
    *out = NULL;
    do {
        struct filter *one = node(parser, OP_EQ, NULL, NULL);
        one->field = field;
        if (!read_value(parser, field, &one->value))
            return false;
        *out = *out ? node(parser, OP_OR, *out, one) : one;
    } while (take(parser, ','));
    return take(parser, ')') || wrong(parser, "')' was expected");
}

static bool
read_comparison(struct parser *parser, const struct filter **out)
{
    static const char *const words[] = { "eq", "ne", "gt", "ge", "lt", "le" };
    struct filter *made = node(parser, OP_EQ, NULL, NULL);
    *out = made;
    if (!read_field(parser, &made->field) || !read_word(parser))
        return false;
    if (text_equal(parser->word, "in"))
        return read_in(parser, made->field, out);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!text_equal(parser->word, words[i]))
            continue;
        made->op = (enum filter_op)i;
        return read_value(parser, made->field, &made->value);
    }
    return wrong(parser, "an operator was expected");
}

static bool read_or(struct parser *, const struct filter **out);

static bool
read_term(struct parser *parser, const struct filter **out)
{
    if (++parser->depth > 50)
        return wrong(parser, "the expression is too deep");
    if (take_word(parser, "not")) {
        const struct filter *inner = NULL;
        if (!read_term(parser, &inner))
            return false;
        *out = node(parser, OP_NOT, inner, NULL);
        return true;
    }
    if (take(parser, '('))
        return read_or(parser, out) &&
               (take(parser, ')') || wrong(parser, "')' was expected"));
    if (take_word(parser, "startswith"))
        return read_function(parser, OP_STARTS, out);
    if (take_word(parser, "endswith"))
        return read_function(parser, OP_ENDS, out);
    if (take_word(parser, "contains"))
        return read_function(parser, OP_CONTAINS, out);
    return read_comparison(parser, out);
}

static bool
read_and(struct parser *parser, const struct filter **out)
{
    const struct filter *right = NULL;
    if (!read_term(parser, out))
        return false;
    while (take_word(parser, "and")) {
        if (!read_term(parser, &right))
            return false;
        *out = node(parser, OP_AND, *out, right);
    }
    return true;
}

static bool
one_field(const struct filter *filter, const struct field **field)
{
    if (!filter)
        return true;
    if (filter->field) {
        if (*field && *field != filter->field)
            return false;
        *field = filter->field;
    }
    return one_field(filter->left, field) && one_field(filter->right, field);
}

static bool
read_or(struct parser *parser, const struct filter **out)
{
    const struct filter *right = NULL;
    const struct field *field = NULL;
    if (!read_and(parser, out))
        return false;
    while (take_word(parser, "or")) {
        if (!read_and(parser, &right))
            return false;
        *out = node(parser, OP_OR, *out, right);
        if (!one_field(*out, &field))
            return nav_fail(parser->call, 501,
                            "BadRequest_MethodNotImplemented",
                            "The 'OR' operator is not supported on distinct "
                            "fields on an OData filter.");
    }
    return true;
}

bool
filter_parse(struct call *call, const struct entity *entity, const char *text,
             const struct filter **out)
{
    const char *version = call_query(call, "$schemaversion");
    struct parser parser = { .call = call,
                             .entity = entity,
                             .at = text,
                             .in_allowed = text_equal(version, "2.1") };
    *out = NULL;
    if (text_empty(text) || strstr(text, "/any(") || strstr(text, "/all("))
        return true;
    if (!read_or(&parser, out))
        return false;
    skip_blanks(&parser);
    return *parser.at == '\0' || wrong(&parser, "the end was expected");
}

bool
filter_matches(const struct filter *filter, const json_t *row)
{
    char tmp[32];
    if (!filter)
        return true;
    switch (filter->op) {
    case OP_EQ:
        return field_compare(filter->field, row, filter->value) == 0;
    case OP_NE:
        return field_compare(filter->field, row, filter->value) != 0;
    case OP_GT:
        return field_compare(filter->field, row, filter->value) > 0;
    case OP_GE:
        return field_compare(filter->field, row, filter->value) >= 0;
    case OP_LT:
        return field_compare(filter->field, row, filter->value) < 0;
    case OP_LE:
        return field_compare(filter->field, row, filter->value) <= 0;
    case OP_STARTS:
        return text_starts(field_text(filter->field, row, tmp), filter->value);
    case OP_ENDS:
        return text_ends(field_text(filter->field, row, tmp), filter->value);
    case OP_CONTAINS:
        return strstr(field_text(filter->field, row, tmp), filter->value);
    case OP_AND:
        return filter_matches(filter->left, row) &&
               filter_matches(filter->right, row);
    case OP_OR:
        return filter_matches(filter->left, row) ||
               filter_matches(filter->right, row);
    case OP_NOT:
        return !filter_matches(filter->left, row);
    }
    return false;
}

bool
filter_names(const struct filter *filter, const char *field)
{
    if (!filter)
        return false;
    if (filter->op == OP_EQ)
        return text_equal(filter->field->name, field);
    if (filter->op == OP_AND)
        return filter_names(filter->left, field) ||
               filter_names(filter->right, field);
    return filter->op == OP_OR && filter_names(filter->left, field) &&
           filter_names(filter->right, field);
}
