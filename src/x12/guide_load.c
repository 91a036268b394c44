/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/guide_private.h"

struct loading {
    struct x12_guide *guide;
    struct lines lines;
    struct problems *problems;
    struct item *open[DEPTH_MAX + 1]; /* the loops around, [0] the set */
    struct item *last[DEPTH_MAX + 1]; /* the last child of each */
    int depth;
};

struct x12_guide *
guide_new(struct dictionary *dictionary)
{
    struct x12_guide *guide = obtain(sizeof *guide);

    guide->arena = arena_new();
    guide->dictionary = dictionary;
    guide->root = arena_alloc(guide->arena, sizeof *guide->root);
    guide->root->loop = true;
    guide->root->usage = 'M';
    guide->root->max = 1;
    guide->set = guide->version = guide->group = guide->title = "";
    return guide;
}

void
x12_guide_free(struct x12_guide **guide)
{
    if (*guide == NULL)
        return;
    dictionary_free(&(*guide)->dictionary);
    patterns_free(*guide);
    arena_free(&(*guide)->arena);
    release(guide);
}

/* set 850 PO "Purchase order" */
static void
take_set(struct loading *loading, const char *wanted)
{
    struct arena *arena = loading->guide->arena;
    struct lines *lines = &loading->lines;
    const char *set = lines_word(lines, NULL);
    const char *group = lines_word(lines, NULL);
    const char *title = lines_word(lines, NULL);

    if (set == NULL || group == NULL || strcmp(set, wanted) != 0) {
        lines_wrong(lines, loading->problems,
                    "found set '%s', expected: set %s and its group's letters",
                    set ? set : "", wanted);
        return;
    }
    loading->guide->group = arena_strdup(arena, group);
    loading->guide->title = title ? arena_strdup(arena, title) : "";
}

static bool
take_max(const char *word, long *max)
{
    *max = X12_ANY_NUMBER;
    if (word == NULL)
        return false;
    return strcmp(word, ">1") == 0 ||
           (text_number(word, 9999999, max) && *max > 0);
}

/* "  PID O 1000 loop", its depth by its indent. */
static void
take_item(struct loading *loading, const char *id)
{
    struct lines *lines = &loading->lines;
    struct item *item = arena_alloc(loading->guide->arena, sizeof *item);
    const char *usage = lines_word(lines, NULL);
    const char *max = lines_word(lines, NULL);
    const char *loop = lines_word(lines, NULL);
    int depth = lines->indent / 2 - 1;

    item->segment = dictionary_segment(loading->guide->dictionary, id);
    if (item->segment == NULL) {
        lines_wrong(lines, loading->problems,
                    "there is no segment '%s' among the segments", id);
        return;
    }
    if (usage == NULL || usage[1] != '\0' || strchr("MON", usage[0]) == NULL ||
        !take_max(max, &item->max) ||
        (loop != NULL && strcmp(loop, "loop") != 0)) {
        lines_wrong(lines, loading->problems,
                    "%s: expected M, O or N, then a number or >1, then loop or "
                    "nothing",
                    id);
        return;
    }
    if (depth >= DEPTH_MAX) {
        lines_wrong(lines, loading->problems, "%s stands in more than %d loops",
                    id, DEPTH_MAX - 1);
        return;
    }
    if (lines->indent % 2 != 0 || depth > loading->depth) {
        lines_wrong(lines, loading->problems,
                    "%s is indented by %d blanks, which is in no loop", id,
                    lines->indent);
        return;
    }
    item->usage = usage[0];
    item->loop = loop != NULL;
    item->parent = loading->open[depth];
    if (loading->last[depth] != NULL)
        loading->last[depth]->next = item;
    else
        item->parent->child = item;
    loading->last[depth] = item;
    loading->depth = depth;
    if (item->loop) {
        loading->depth = depth + 1;
        loading->open[depth + 1] = item;
        loading->last[depth + 1] = NULL;
    }
}

/* codes BEG01 00 01 04, indented lines go on. */
static void
take_codes(struct loading *loading)
{
    struct lines *lines = &loading->lines;
    struct arena *arena = loading->guide->arena;
    const char *values[256];
    size_t count = 0;
    char where[200];
    const char *at = lines_word(lines, NULL);

    if (at == NULL) {
        lines_wrong(lines, loading->problems, "codes of what?");
        return;
    }
    for (char *word; (word = lines_word(lines, NULL)) != NULL;)
        if (count < 255)
            values[count++] = word;
    values[count] = NULL;
    text_format(where, sizeof where, "%s:%d", lines->path, lines->number);
    struct x12_rule rule = {
        .at = arena_printf(arena, "%s/%s", loading->guide->set, at),
        .where = where,
        .codes = values,
    };
    rule_apply(loading->guide, &rule, loading->problems);
}

/* One step of "HL[S] > HL[O] > HL[T]?", or the condition's "BSN05 = 0002". */
static bool
take_level(struct levels *levels, const char *word)
{
    size_t size = strcspn(word, "]");

    if (strncmp(word, "HL[", 3) != 0 || size < 4 || size > 5 ||
        levels->count == LEVELS_MAX)
        return false;
    memcpy(levels->order[levels->count++], word + 3, size - 3);
    return true;
}

static bool
take_condition(struct x12_guide *guide, struct levels *levels,
               struct lines *lines)
{
    const char *place = lines_word(lines, NULL);
    const char *equals = lines_word(lines, NULL);
    const char *value = lines_word(lines, NULL);
    size_t size = place ? strlen(place) : 0;
    long element;

    if (value == NULL || strcmp(equals, "=") != 0 || size < 4 || size > 5 ||
        !text_number(place + size - 2, ELEMENTS_MAX, &element))
        return false;
    memcpy(levels->segment, place, size - 2);
    levels->element = (uint32_t)element;
    levels->value = arena_strdup(guide->arena, value);
    return true;
}

/* levels HL[S] > HL[O] > HL[T]? > HL[P]? > HL[I] when BSN05 = 0001 */
static void
take_levels(struct loading *loading)
{
    struct x12_guide *guide = loading->guide;
    struct lines *lines = &loading->lines;
    bool good =
        guide->level_count < sizeof guide->levels / sizeof(struct levels);

    if (!good) {
        lines_wrong(lines, loading->problems, "there are too many levels");
        return;
    }
    struct levels *levels = &guide->levels[guide->level_count++];
    for (char *word; good && (word = lines_word(lines, NULL)) != NULL;) {
        if (strcmp(word, "when") == 0)
            good = take_condition(guide, levels, lines);
        else
            good = strcmp(word, ">") == 0 || take_level(levels, word);
    }
    if (!good || levels->count == 0)
        lines_wrong(lines, loading->problems,
                    "expected: levels HL[S] > HL[O] ..., and maybe: when BSN05 "
                    "= 0001");
}

static void
read_guide(struct loading *loading, const char *set)
{
    loading->open[0] = loading->guide->root;
    while (lines_next(&loading->lines)) {
        char *word = lines_word(&loading->lines, NULL);
        if (loading->lines.indent > 0)
            take_item(loading, word);
        else if (strcmp(word, "set") == 0)
            take_set(loading, set);
        else if (strcmp(word, "codes") == 0)
            take_codes(loading);
        else if (strcmp(word, "levels") == 0)
            take_levels(loading);
        else
            lines_wrong(&loading->lines, loading->problems,
                        "found '%s', expected set, codes, levels or an "
                        "indented segment",
                        word);
    }
    if (loading->guide->root->child == NULL)
        lines_wrong(&loading->lines, loading->problems,
                    "the guide has no segments");
}

bool
x12_guide_load(struct x12_guide **out, const struct x12_sources *sources,
               const char *version, const char *set, struct problems *problems,
               struct err *err)
{
    size_t before = problems_errors(problems);
    struct loading loading = { .problems = problems };
    struct dictionary *dictionary = dictionary_load(sources, version, problems);
    struct x12_guide *guide = loading.guide = guide_new(dictionary);

    guide->set = arena_strdup(guide->arena, set);
    guide->version = arena_strdup(guide->arena, version);
    if (lines_open(&loading.lines, sources,
                   arena_printf(guide->arena, "x12/%s/%s.guide", version, set),
                   guide->arena, problems))
        read_guide(&loading, set);
    guide_fits(guide, loading.lines.path, problems);
    if (problems_errors(problems) > before) {
        x12_guide_free(&guide);
        return problems_to_err(problems, err);
    }
    guide_compile(guide);
    *out = guide;
    return true;
}
