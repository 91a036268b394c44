/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "x12/guide_private.h"

enum { TEXT_MAX = 4 << 20 };

static bool
find_in(void *user, const char *name, struct arena *arena, const char **path,
        const char **content)
{
    const char *directory = user;
    struct buf buf CLEANUP(buf_free) = { 0 };
    struct err err = { 0 };

    *path = arena_printf(arena, "%s/%s", directory, name);
    if (!file_exists(*path) || !file_read_plain(*path, TEXT_MAX, &buf, &err))
        return false;
    *content = arena_strndup(arena, buf_text(&buf), buf.size);
    return true;
}

struct x12_sources
x12_sources_in(const char *directory)
{
    /* The callback only reads it, but user is the callers' own pointer. */
    union {
        const char *text;
        void *user;
    } pointer = { .text = directory };

    return (struct x12_sources){ .find = find_in, .user = pointer.user };
}

bool
lines_open(struct lines *lines, const struct x12_sources *sources,
           const char *name, struct arena *arena, struct problems *problems)
{
    const char *path = name, *content = NULL;

    /* Versions and sets are what files say they are. */
    if (strstr(name, "/../") != NULL ||
        !sources->find(sources->user, name, arena, &path, &content)) {
        problem_add(problems, TP2002, path, NULL, "there is no text '%s'",
                    name);
        return false;
    }
    *lines =
        (struct lines){ .path = path, .rest = arena_strdup(arena, content) };
    return true;
}

/* Ends the line at a comment that stands outside quotes. */
static void
cut_comment(char *line)
{
    bool quoted = false;

    for (; *line != '\0'; line++) {
        if (*line == '"')
            quoted = !quoted;
        if ((*line == '#' && !quoted) || *line == '\r') {
            *line = '\0';
            return;
        }
    }
}

bool
lines_next(struct lines *lines)
{
    while (*lines->rest != '\0') {
        char *line = lines->rest;
        size_t size = strcspn(line, "\n");
        lines->rest = line + size + (line[size] == '\n');
        line[size] = '\0';
        lines->number++;
        cut_comment(line);
        lines->indent = (int)strspn(line, " ");
        lines->line = line + lines->indent;
        if (lines->line[strspn(lines->line, " \t")] != '\0')
            return true;
    }
    return false;
}

char *
lines_word(struct lines *lines, bool *quoted)
{
    char *word = lines->line + strspn(lines->line, " \t");
    bool quote = *word == '"';
    size_t size;

    if (quoted != NULL)
        *quoted = quote;
    if (*word == '\0')
        return NULL;
    word += quote;
    size = strcspn(word, quote ? "\"" : " \t");
    lines->line = word + size + (word[size] != '\0');
    word[size] = '\0';
    return word;
}

void
lines_wrong(const struct lines *lines, struct problems *problems,
            const char *format, ...)
{
    char at[300], text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_format(at, sizeof at, "%s:%d", lines->path, lines->number);
    problem_add(problems, TP2001, at, NULL, "%s", text);
}
