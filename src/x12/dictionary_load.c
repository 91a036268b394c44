/* SPDX-License-Identifier: Apache-2.0 */
/* The three texts of a version: elements, codes, segments, in this order. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/guide_private.h"

enum { CODE_NAME_MAX = 80 };

struct loading {
    struct dictionary *dictionary;
    const struct x12_sources *sources;
    struct problems *problems;
    const char *text; /* "elements" */
    /* One line, from its first word on. */
    void (*take)(struct loading *, struct lines *, char *word);
    bool inner;              /* the text is one that another builds on */
    struct code_list *codes; /* of the element at hand */
    char *last;              /* its last code */
};

static void
take_element(struct loading *loading, struct lines *lines, char *word)
{
    dictionary_take_element(loading->dictionary, lines, word,
                            loading->problems);
}

/* Segments, and composites ("C040 ...") before the segments that hold them. */
static void
take_segment(struct loading *loading, struct lines *lines, char *word)
{
    if (strlen(word) == 4 && word[0] == 'C')
        dictionary_take_composite(loading->dictionary, lines, word,
                                  loading->problems);
    else
        dictionary_take_segment(loading->dictionary, lines, word,
                                loading->problems);
}

/* 353 all: the codes that follow are the element's. */
static void
begin_codes(struct loading *loading, struct lines *lines, const char *id)
{
    struct dictionary *dictionary = loading->dictionary;
    const char *extent = lines_word(lines, NULL);
    const struct slot *slot = NULL;
    long number;

    if (text_number(id, 99999, &number))
        slot = dictionary_element(dictionary, (uint32_t)number);
    loading->codes = codes_new(dictionary->arena, 8);
    loading->codes->all = extent != NULL && strcmp(extent, "all") == 0;
    loading->last = NULL;
    if (slot == NULL || extent == NULL ||
        (!loading->codes->all && strcmp(extent, "some") != 0))
        lines_wrong(lines, loading->problems,
                    "found '%s', expected the number of a known element, then "
                    "all or some",
                    id);
    else
        dictionary->elements[slot - dictionary->elements].codes =
            loading->codes;
}

/* A code, or the quoted name of the code before. */
static void
take_code(struct loading *loading, struct lines *lines, char *word, bool name)
{
    struct arena *arena = loading->dictionary->arena;

    if (loading->codes == NULL || (name && loading->last == NULL) ||
        strlen(word) > (name ? CODE_NAME_MAX : CODE_MAX) || word[0] == '\0') {
        lines_wrong(lines, loading->problems,
                    "found '%s', expected a code of 1 to %d bytes", word,
                    CODE_MAX);
        return;
    }
    codes_add(arena, loading->codes, name ? loading->last : word,
              name ? arena_strdup(arena, word) : NULL);
    loading->last = name ? NULL : word;
}

/* 353 all 00 "Original" 01 "Cancellation"; indented lines go on. */
static void
take_codes(struct loading *loading, struct lines *lines, char *word)
{
    bool quoted = lines->quoted;

    if (lines->indent == 0) {
        begin_codes(loading, lines, word);
        word = lines_word(lines, &quoted);
    }
    for (; word != NULL; word = lines_word(lines, &quoted))
        take_code(loading, lines, word, quoted);
}

static void
finish(struct loading *loading)
{
    struct dictionary *dictionary = loading->dictionary;

    if (loading->take == take_element)
        dictionary_sort(dictionary);
    if (!loading->inner)
        return;
    dictionary->inherited = loading->take == take_element
                                ? dictionary->element_count
                                : dictionary->segment_count;
    dictionary->inherited_composites = dictionary->composite_count;
}

static void read_text(struct loading *, const char *version);

/* "from 004010": what that version's text says holds too, except for what
 * this one says otherwise. */
static void
build_on(struct loading *loading, struct lines *lines)
{
    const char *version = lines_word(lines, NULL);
    struct loading base = *loading;

    if (version == NULL || loading->inner) {
        lines_wrong(lines, loading->problems,
                    "found 'from', expected a version that is whole");
        return;
    }
    base.inner = true;
    read_text(&base, version);
}

static void
read_text(struct loading *loading, const char *version)
{
    struct arena *arena = loading->dictionary->arena;
    const char *name = arena_printf(arena, "x12/%s/%s", version, loading->text);
    struct lines lines;

    loading->dictionary->inherited = 0;
    loading->dictionary->inherited_composites = 0;
    if (!lines_open(&lines, loading->sources, name, arena, loading->problems))
        return;
    while (lines_next(&lines)) {
        char *word = lines_word(&lines, &lines.quoted);
        if (strcmp(word, "from") == 0)
            build_on(loading, &lines);
        else
            loading->take(loading, &lines, word);
    }
    finish(loading);
}

struct dictionary *
dictionary_load(const struct x12_sources *sources, const char *version,
                struct problems *problems)
{
    struct dictionary *dictionary = obtain(sizeof *dictionary);
    struct loading loading = { .dictionary = dictionary,
                               .sources = sources,
                               .problems = problems };
    static const struct {
        const char *text;
        void (*take)(struct loading *, struct lines *, char *);
    } texts[] = { { "elements", take_element },
                  { "codes", take_codes },
                  { "segments", take_segment } };

    dictionary->arena = arena_new();
    dictionary->users = 1;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        loading.text = texts[i].text;
        loading.take = texts[i].take;
        read_text(&loading, version);
    }
    return dictionary;
}

void
dictionary_free(struct dictionary **dictionary)
{
    if (*dictionary != NULL && --(*dictionary)->users == 0) {
        arena_free(&(*dictionary)->arena);
        release(dictionary);
    }
    *dictionary = NULL;
}
