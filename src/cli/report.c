/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <ctype.h>
#include <string.h>

struct parser {
    struct report *report;
    struct arena *arena;
    const char *path;
    int line; /* where the statement begins */
    struct err *err;
};

static bool
fail(struct parser *parser, const char *format, const char *text)
{
    char sentence[300];

    text_copy(sentence, sizeof sentence, format);
    char *at = strchr(sentence, '$');
    if (at != NULL) {
        size_t before = (size_t)(at - sentence);
        text_format(sentence, sizeof sentence, "%.*s%.80s%s", (int)before,
                    format, text, format + before + 1);
    }
    err_set(parser->err, TP8010, "%s", sentence);
    return err_at(parser->err, "%s:%d", parser->path, parser->line);
}

/* The text in quotes at the end of a statement. */
static bool
quoted(struct parser *parser, char *text, const char **out)
{
    char *begin = strchr(text, '"');
    char *end = begin ? strchr(begin + 1, '"') : NULL;

    if (end == NULL)
        return fail(parser, "found $, expected a text in quotes", text);
    *end = '\0';
    *out = begin + 1;
    *begin = '\0';
    return true;
}

static bool
take_name(struct parser *parser, char *rest)
{
    if (!quoted(parser, rest, &parser->report->title))
        return false;
    parser->report->name = text_trim(rest);
    return true;
}

static bool
column_kind(struct parser *parser, const char *word, enum column_kind *kind)
{
    static const struct {
        const char *word;
        enum column_kind kind;
    } kinds[] = { { "text", COLUMN_TEXT },
                  { "count", COLUMN_COUNT },
                  { "amount", COLUMN_AMOUNT },
                  { "time", COLUMN_TIME } };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_equal(kinds[i].word, word)) {
            *kind = kinds[i].kind;
            return true;
        }
    return fail(parser,
                "found the column kind \"$\", expected text, count, "
                "amount or time",
                word);
}

/* "erp_number" -> "Erp number" */
static const char *
title_of(struct arena *arena, const char *name)
{
    char *title = arena_strdup(arena, name);

    title[0] = (char)toupper((unsigned char)title[0]);
    for (char *c = title; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return title;
}

static bool
take_columns(struct parser *parser, char *rest)
{
    struct report *report = parser->report;

    for (char *word; (word = text_word(&rest, " \t")) != NULL;) {
        if (report->column_count == COLUMNS_MAX)
            return fail(parser, "found the column $, expected at most 32",
                        word);
        struct column *column = &report->columns[report->column_count++];
        char *colon = strchr(word, ':');
        if (colon != NULL)
            *colon++ = '\0';
        if (colon != NULL && !column_kind(parser, colon, &column->kind))
            return false;
        column->name = word;
        column->title = title_of(parser->arena, word);
    }
    return true;
}

static struct column *
column_by_name(struct report *report, const char *name)
{
    for (size_t i = 0; i < report->column_count; i++)
        if (text_equal(report->columns[i].name, name))
            return &report->columns[i];
    return NULL;
}

static bool
take_title(struct parser *parser, char *rest)
{
    const char *title = NULL;

    if (!quoted(parser, rest, &title))
        return false;
    struct column *column = column_by_name(parser->report, text_trim(rest));
    if (column == NULL)
        return fail(parser, "found no column \"$\" to give a title", rest);
    column->title = title;
    return true;
}

static bool
take_query(struct parser *parser, char *rest)
{
    struct report *report = parser->report;

    report->query = rest;
    for (const char *at = rest; (at = strchr(at, '?')) != NULL; at++) {
        size_t number =
            at[1] >= '1' && at[1] <= '9' ? (size_t)(at[1] - '0') : 0;
        if (number == 0 || number > REPORT_PARAMETERS)
            return fail(parser,
                        "found the parameter \"$\", expected ?1, ?2 or "
                        "?3",
                        arena_strndup(parser->arena, at, 2));
        if (number > report->parameters)
            report->parameters = number;
    }
    return true;
}

static bool
take_total(struct parser *parser, char *rest)
{
    struct report *report = parser->report;

    report->total = text_word(&rest, " \t");
    const char *by = text_word(&rest, " \t");
    report->by = text_word(&rest, " \t");
    if (report->total == NULL || (by != NULL && !text_equal(by, "by")) ||
        (by != NULL && report->by == NULL))
        return fail(parser,
                    "found an unclear total, expected: total amount by "
                    "currency",
                    "");
    if (column_by_name(report, report->total) == NULL ||
        (report->by != NULL && column_by_name(report, report->by) == NULL))
        return fail(parser,
                    "found a total of $, expected columns of the report",
                    report->total);
    return true;
}

static bool
take_statement(struct parser *parser, char *text)
{
    static const struct {
        const char *word;
        bool (*take)(struct parser *, char *);
    } statements[] = { { "report", take_name },
                       { "columns", take_columns },
                       { "title", take_title },
                       { "query", take_query },
                       { "total", take_total } };
    const char *names[] = { "report", "columns", "title", "query", "total" };
    char *rest = text;
    const char *word = text_word(&rest, " \t\n");

    if (word == NULL)
        return true;
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (text_equal(statements[i].word, word))
            return statements[i].take(parser, text_trim(rest));
    const char *near = text_nearest(word, names, 5);
    return near ? fail(parser,
                       arena_printf(parser->arena,
                                    "found \"$\"; did you mean \"%s\"?", near),
                       word)
                : fail(parser,
                       "found \"$\", expected report, columns, title, "
                       "query or total",
                       word);
}

/* The statement at *at: its line and the indented ones below, comments cut. */
static char *
next_statement(struct parser *parser, const char **at, int *line)
{
    struct buf text = { 0 };

    parser->line = *line;
    do {
        size_t size = strcspn(*at, "\n");
        const char *first = *at + strspn(*at, " \t");
        if (*first != '#')
            buf_add(&text, *at, size);
        buf_addc(&text, ' ');
        *at += size;
        *at += **at == '\n';
        ++*line;
    } while (**at == ' ' || **at == '\t');
    char *statement = arena_strdup(parser->arena, buf_text(&text));
    buf_free(&text);
    return statement;
}

bool
report_parse(struct report *report, struct arena *arena, const char *path,
             const char *text, struct err *err)
{
    struct parser parser = { report, arena, path, 1, err };
    int line = 1;

    memset(report, 0, sizeof *report);
    while (*text != '\0')
        if (!take_statement(&parser, next_statement(&parser, &text, &line)))
            return false;
    parser.line = 1;
    if (report->name == NULL || report->query == NULL ||
        report->column_count == 0)
        return fail(&parser,
                    "found no complete report, expected the lines "
                    "report, columns and query",
                    "");
    return true;
}
