/* SPDX-License-Identifier: Apache-2.0 */
/* Cases of codes_test: read from tests/x12/codes, applied to documents. */
#ifndef TP_TESTS_X12_CODES_READ_H
#define TP_TESTS_X12_CODES_READ_H

#include <dirent.h>
#include <stdlib.h>

#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "guides.h"
#include "sound.h"
#include "x12/ack.h"

enum { CODE_CASES = 400, CODE_EDITS = 4, CODE_MARKS = 8, CODE_FLAGS = 4 };

struct code_case {
    const char *file; /* "AK304" */
    int line;
    const char *base; /* folder of tests/x12/valid */
    const char *only; /* version; "" = both */
    bool literally;   /* SE01 is not counted anew */
    const char *want;
    const char *from[CODE_EDITS], *to[CODE_EDITS];
    size_t edits;
    struct {
        const char *name;
        unsigned char severity;
    } flags[CODE_FLAGS];
    size_t flag_count;
};

struct code_document {
    struct buf text;
    uint64_t marks[CODE_MARKS];
    size_t mark_count;
};

static struct arena *arena;

enum { FILE_MAX = 1 << 20 };

static void
code_begin(void)
{
    arena = arena_new();
    guides_load();
}

static void
code_end(void)
{
    guides_free();
    arena_free(&arena);
}

static const char *
code_path(const char *name)
{
    return arena_printf(arena, "%s/tests/x12/codes/%s", guides_source(), name);
}

static const char *
read_whole(const char *path)
{
    struct buf text = { 0 };
    struct err err = { 0 };

    CHECK_OK(file_read(path, FILE_MAX, &text, &err), &err);
    const char *copy = arena_strndup(arena, buf_text(&text), text.size);
    buf_free(&text);
    return copy;
}

/* The next field of a case's line: what stands before the next " | ". */
static char *
next_field(char **rest)
{
    char *field = *rest, *bar = strstr(field, " | ");

    if (*field == '\0')
        return NULL;
    *rest = bar ? bar + 3 : field + strlen(field);
    if (bar != NULL)
        *bar = '\0';
    return text_trim(field);
}

static void
take_setting(struct code_case *state, char *line)
{
    char *rest, *word = strtok_r(line, " ", &rest);
    char *value = strtok_r(NULL, " ", &rest);

    if (strcmp(word, "in") == 0) {
        const char *file = state->file;
        *state = (struct code_case){ .file = file, .only = "" };
        state->base = arena_strdup(arena, value);
    } else if (strcmp(word, "only") == 0) {
        state->only = arena_strdup(arena, value);
    } else if (strcmp(word, "both") == 0) {
        state->only = "";
    } else if (strcmp(word, "literally") == 0 || strcmp(word, "counted") == 0) {
        state->literally = *word == 'l';
    } else {
        const char *how = strtok_r(NULL, " ", &rest);
        CHECK(strcmp(word, "flag") == 0 && state->flag_count < CODE_FLAGS);
        state->flags[state->flag_count].name = arena_strdup(arena, value);
        state->flags[state->flag_count++].severity =
            strcmp(how, "reject") == 0 ? X12_REJECT
            : strcmp(how, "warn") == 0 ? X12_WARN
                                       : X12_IGNORE;
    }
}

static size_t
read_cases(const char *name, struct code_case *out, size_t count)
{
    char *rest = arena_strdup(arena, read_whole(code_path(name))), *line;
    struct code_case state = { .file = arena_strdup(arena, name), .only = "" };

    for (int number = 1; (line = strsep(&rest, "\n")) != NULL; number++) {
        if (*line == '#' || *line == '\0')
            continue;
        if (strstr(line, " | ") == NULL) {
            take_setting(&state, line);
            continue;
        }
        CHECK(count < CODE_CASES);
        struct code_case *it = &out[count++];
        *it = state;
        it->line = number;
        it->want = next_field(&line);
        for (char *from; (from = next_field(&line)) != NULL; it->edits++) {
            CHECK(it->edits < CODE_EDITS);
            it->from[it->edits] = from;
            it->to[it->edits] = next_field(&line);
            if (it->to[it->edits] == NULL)
                it->to[it->edits] = "";
        }
    }
    return count;
}

static int
is_list(const struct dirent *entry)
{
    const char *name = entry->d_name;

    return *name >= 'A' && *name <= 'Z' && strcmp(name, "README") != 0;
}

static size_t
code_cases_read(struct code_case *out)
{
    struct dirent **entries = NULL;
    size_t count = 0;
    int files = scandir(code_path(""), &entries, is_list, alphasort);

    for (int i = 0; i < files; i++) {
        count = read_cases(entries[i]->d_name, out, count);
        free(entries[i]);
    }
    free(entries);
    return count;
}

/* "\n", "\s" a blank, "\x85" a byte, "{3:text}" so many times, "{doc}". */
static void
expand(struct buf *out, const char *text, const struct buf *document)
{
    for (; *text != '\0'; text++) {
        const char *end = strchr(text, '}'), *colon = strchr(text, ':');
        if (*text == '\\' && text[1] == 'x') {
            char digits[3] = { text[2], text[3], '\0' };
            buf_addc(out, (char)strtoul(digits, NULL, 16));
            text += 3;
        } else if (*text == '\\') {
            buf_addc(out, *++text == 'n' ? '\n' : ' ');
        } else if (*text == '{' && text_starts(text, "{doc}")) {
            buf_add(out, document->text, document->size);
            text += 4;
        } else if (*text == '{' && colon != NULL && end != NULL) {
            char *piece =
                arena_strndup(arena, colon + 1, (size_t)(end - colon - 1));
            for (long n = strtol(text + 1, NULL, 10); n > 0; n--)
                expand(out, piece, document);
            text = end;
        } else {
            buf_addc(out, *text);
        }
    }
}

static void
replace(struct buf *document, const char *from, const char *to, size_t times)
{
    struct buf out = { 0 };
    size_t size = strlen(from), found = 0;
    const char *at = buf_text(document), *hit;

    while ((hit = strstr(at, from)) != NULL) {
        found++;
        buf_add(&out, at, (size_t)(hit - at));
        buf_adds(&out, to);
        at = hit + size;
    }
    buf_adds(&out, at);
    if (times != 0 && found != times)
        printf("# \"%s\" occurs %zu times\n", from, found);
    CHECK(times == 0 || found == times);
    buf_free(document);
    *document = out;
}

/* One edit; "$" is the document's end, "{all}" the document. */
static void
edit(struct buf *document, const char *from, const char *to)
{
    struct buf old = { 0 }, new = { 0 };

    expand(&old, from, document);
    expand(&new, to, document);
    if (strcmp(from, "$") == 0) {
        buf_add(document, new.text, new.size);
    } else {
        const char *hit = strstr(buf_text(document), buf_text(&old));
        if (hit == NULL || strstr(hit + 1, buf_text(&old)) != NULL)
            printf("# \"%s\" is not there just once\n", from);
        CHECK(hit != NULL && strstr(hit + 1, buf_text(&old)) == NULL);
        struct buf out = { 0 };
        size_t start = (size_t)(hit - document->text);
        buf_add(&out, document->text, start);
        buf_add(&out, new.text, new.size); /* may hold NUL */
        buf_add(&out, hit + old.size, document->size - start - old.size);
        buf_free(document);
        *document = out;
    }
    buf_free(&old);
    buf_free(&new);
}

/* SE01 becomes the number of segments from ST on. */
static void
count_segments(struct buf *document)
{
    struct buf out = { 0 };
    const char *at = buf_text(document), *end = at + document->size;
    int count = 0;

    for (bool start = true; at < end; at++) {
        if (start && text_starts(at, "ST*"))
            count = 0;
        if (start && text_starts(at, "SE*")) {
            buf_addf(&out, "SE*%d", count + 1);
            for (at += 3; *at >= '0' && *at <= '9';)
                at++;
        }
        if (*at != '\n' && *at != '@')
            start = *at == '~';
        count += *at == '~';
        buf_addc(&out, *at);
    }
    buf_free(document);
    *document = out;
}

static void
take_marks(struct code_document *document)
{
    size_t out = 0;
    struct buf *text = &document->text;

    for (size_t i = 0; i < text->size; i++) {
        if (text->text[i] != '@') {
            text->text[out++] = text->text[i];
            continue;
        }
        CHECK(document->mark_count < CODE_MARKS);
        document->marks[document->mark_count++] = out;
    }
    text->size = out;
}

static void
code_case_apply(const struct code_case *code, const char *version,
                struct code_document *document)
{
    buf_adds(&document->text,
             read_whole(arena_printf(arena, "%s/tests/x12/valid/%s/input.edi",
                                     guides_source(), code->base)));
    if (strcmp(version, "005010") == 0) {
        replace(&document->text, "*U*00401*", "*^*00501*", 0);
        replace(&document->text, "*004010~", "*005010~", 0);
    }
    for (size_t i = 0; i < code->edits; i++)
        edit(&document->text, code->from[i], code->to[i]);
    if (!code->literally)
        count_segments(&document->text);
    take_marks(document);
}

static void
code_options(const struct code_case *code, struct x12_options *options)
{
    enum x12_tolerance which;

    x12_options_init(options);
    options->guide_for = guides_for;
    for (size_t i = 0; i < code->flag_count; i++) {
        CHECK(x12_tolerance_by_name(code->flags[i].name, &which));
        options->tolerance[which] = code->flags[i].severity;
    }
}

#endif
