/* SPDX-License-Identifier: Apache-2.0 */
#include "map/codes.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { SIDES_MAX = 16, GUESSES_MAX = 4096 };

/* A value of a side and the row it stands in; sorted by value. */
struct value {
    const char *text;
    size_t row;
};

struct side {
    const char *name;
    struct value *values;
    const char **texts; /* of the values, for guesses */
    size_t count;
    bool note;
};

struct codes {
    struct arena *arena;
    struct side sides[SIDES_MAX];
    size_t side_count;
    const char **cells;   /* side_count for each row */
    const char **written; /* the same, only the first alternative */
    int *lines;           /* of the file, for each row */
    size_t rows;
    size_t room;
};

struct csv {
    struct codes *codes;
    const char *path;
    const char *at;
    int line; /* of the record that is being read */
    struct problems *found;
};

static void
mistake(struct csv *csv, enum err_code code, int line, const char *text)
{
    problem_add(csv->found, code,
                arena_printf(csv->codes->arena, "%s:%d", csv->path, line), NULL,
                "%s", text);
}

static const char *
quoted_cell(struct csv *csv)
{
    const char *from = ++csv->at;
    char *out = arena_alloc(csv->codes->arena, strcspn(from, "\n") + 1);
    size_t size = 0;

    while (*csv->at != 0 && *csv->at != '\n') {
        if (*csv->at == '"' && csv->at[1] != '"')
            break;
        csv->at += *csv->at == '"';
        out[size++] = *csv->at++;
    }
    if (*csv->at == '"')
        csv->at++;
    else
        mistake(csv, TP3301, csv->line, "found a quote without its end");
    return out;
}

static const char *
take_cell(struct csv *csv)
{
    const char *from = csv->at;
    char *text;

    if (*from == '"')
        return quoted_cell(csv);
    csv->at += strcspn(from, ",\r\n");
    text = arena_strndup(csv->codes->arena, from, (size_t)(csv->at - from));
    return text_trim(text);
}

/* Cells up to the line's end; their number. */
static size_t
take_record(struct csv *csv, const char *cells[SIDES_MAX])
{
    size_t count = 0;

    for (;;) {
        const char *cell = take_cell(csv);

        if (count < SIDES_MAX)
            cells[count] = cell;
        count++;
        if (*csv->at != ',')
            break;
        csv->at++;
    }
    if (*csv->at != '\r' && *csv->at != '\n' && *csv->at != 0)
        mistake(csv, TP3301, csv->line, "found text behind a quote");
    csv->at += strcspn(csv->at, "\n");
    csv->at += *csv->at == '\n';
    return count;
}

/* Steps over empty lines and comments; false at the end. */
static bool
next_record(struct csv *csv)
{
    for (csv->line++; *csv->at != 0; csv->line++) {
        size_t blank = strspn(csv->at, " \t\r");

        if (csv->at[blank] != '\n' && csv->at[blank] != '#')
            return csv->at[blank] != 0;
        csv->at += strcspn(csv->at, "\n");
        csv->at += *csv->at == '\n';
    }
    return false;
}

static void
load_header(struct csv *csv)
{
    const char *cells[SIDES_MAX];
    struct codes *codes = csv->codes;
    size_t count = next_record(csv) ? take_record(csv, cells) : 0;

    if (count < 2 || count > SIDES_MAX) {
        mistake(csv, TP3301, csv->line,
                "found no header, expected 2 to 16 sides, as ours,x12,note");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (*cells[i] == 0 || codes_has_side(codes, cells[i]))
            mistake(csv, TP3301, csv->line,
                    "found an empty or repeated side in the header");
        codes->sides[i].name = cells[i];
        codes->sides[i].note = text_equal(cells[i], "note");
        codes->side_count++;
    }
}

static void
add_row(struct csv *csv, const char *const *cells)
{
    struct codes *codes = csv->codes;
    size_t width = codes->side_count;

    if (codes->rows == codes->room) {
        size_t room = codes->room ? codes->room * 2 : 64;
        const char **more =
            arena_alloc(codes->arena, room * width * sizeof *more);
        int *lines = arena_alloc(codes->arena, room * sizeof *lines);

        if (codes->rows > 0) {
            memcpy(more, codes->cells, codes->rows * width * sizeof *more);
            memcpy(lines, codes->lines, codes->rows * sizeof *lines);
        }
        codes->cells = more;
        codes->lines = lines;
        codes->room = room;
    }
    memcpy(codes->cells + codes->rows * width, cells, width * sizeof *cells);
    codes->lines[codes->rows++] = csv->line;
}

static void
load_rows(struct csv *csv)
{
    const char *cells[SIDES_MAX];

    while (next_record(csv)) {
        size_t count = take_record(csv, cells);

        if (count == csv->codes->side_count)
            add_row(csv, cells);
        else
            mistake(csv, TP3301, csv->line,
                    "found more or fewer cells than the header has");
    }
}

static size_t
alternatives(const char *cell)
{
    size_t count = *cell != 0;

    for (; *cell != 0; cell++)
        count += *cell == '|';
    return count;
}

static int
by_text(const void *a, const void *b)
{
    const struct value *left = a, *right = b;
    int order = strcmp(left->text, right->text);

    if (order == 0)
        order = (left->row > right->row) - (left->row < right->row);
    return order;
}

/* Every alternative of the side's cells, sorted. */
static void
index_side(struct codes *codes, size_t number)
{
    struct side *side = &codes->sides[number];
    size_t total = 0;

    for (size_t row = 0; row < codes->rows; row++)
        total += alternatives(codes_cell(codes, row, number));
    side->values =
        arena_alloc(codes->arena, (total + 1) * sizeof(struct value));
    for (size_t row = 0; row < codes->rows; row++) {
        char *rest = arena_strdup(codes->arena, codes_cell(codes, row, number));
        char *word;

        while ((word = text_word(&rest, "|")) != NULL)
            side->values[side->count++] =
                (struct value){ text_trim(word), row };
    }
    qsort(side->values, side->count, sizeof(struct value), by_text);
    side->texts = arena_alloc(codes->arena, (total + 1) * sizeof *side->texts);
    for (size_t i = 0; i < side->count; i++)
        side->texts[i] = side->values[i].text;
}

/* The first of each cell's alternatives. */
static void
index_written(struct codes *codes)
{
    size_t cells = codes->rows * codes->side_count;

    codes->written =
        arena_alloc(codes->arena, (cells + 1) * sizeof *codes->written);
    for (size_t i = 0; i < cells; i++) {
        char *text = arena_strndup(codes->arena, codes->cells[i],
                                   strcspn(codes->cells[i], "|"));

        codes->written[i] = text_trim(text);
    }
}

static const char *
written(const struct codes *codes, size_t row, size_t side)
{
    return codes->written[row * codes->side_count + side];
}

static void
check_direction(struct csv *csv, size_t from, size_t to)
{
    const struct codes *codes = csv->codes;
    const struct value *values = codes->sides[from].values;

    for (size_t i = 1; i < codes->sides[from].count; i++) {
        const char *a = written(codes, values[i - 1].row, to);
        const char *b = written(codes, values[i].row, to);

        if (text_equal(values[i - 1].text, values[i].text) && *a && *b &&
            !text_equal(a, b))
            mistake(csv, TP3302, codes->lines[values[i].row],
                    arena_printf(codes->arena,
                                 "%s '%s' leads to %s '%s' and, in line %d, to "
                                 "'%s'",
                                 codes->sides[from].name, values[i].text,
                                 codes->sides[to].name, b,
                                 codes->lines[values[i - 1].row], a));
    }
}

/* Used directions are from ours to each side and back. */
static void
check_directions(struct csv *csv)
{
    struct codes *codes = csv->codes;

    for (size_t i = 0; i < codes->side_count; i++) {
        if (codes->sides[i].note)
            continue;
        for (size_t j = 0; j < codes->side_count; j++)
            if (i != j && !codes->sides[j].note &&
                (text_equal(codes->sides[i].name, "ours") ||
                 text_equal(codes->sides[j].name, "ours")))
                check_direction(csv, i, j);
    }
}

bool
codes_load(struct codes **out, const char *path, const char *content,
           struct problems *found, struct err *err)
{
    struct codes *codes = obtain(sizeof *codes);
    size_t before = problems_errors(found);
    struct csv csv = { codes, path, content, 0, found };

    codes->arena = arena_new();
    csv.at += text_starts(content, "\xEF\xBB\xBF") ? 3 : 0;
    load_header(&csv);
    if (codes->side_count > 0)
        load_rows(&csv);
    for (size_t i = 0; i < codes->side_count; i++)
        index_side(codes, i);
    index_written(codes);
    check_directions(&csv);
    if (problems_errors(found) == before) {
        *out = codes;
        return true;
    }
    codes_free(&codes);
    return err_set(err, TP3301, "the code table %s has mistakes", path);
}

void
codes_free(struct codes **codes)
{
    if (*codes == NULL)
        return;
    arena_free(&(*codes)->arena);
    release(codes);
}

static bool
find_side(const struct codes *codes, const char *name, size_t *side)
{
    for (*side = 0; *side < codes->side_count; ++*side)
        if (text_equal(codes->sides[*side].name, name))
            return true;
    return false;
}

bool
codes_has_side(const struct codes *codes, const char *side)
{
    size_t ignored;

    return find_side(codes, side, &ignored);
}

/* The first of the values that is not before the text. */
static size_t
lower_bound(const struct side *side, const char *text)
{
    size_t low = 0, high = side->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(side->values[middle].text, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool
codes_find(const struct codes *codes, const char *from, const char *to,
           const char *value, const char **out)
{
    size_t source, target;

    if (!find_side(codes, from, &source) || !find_side(codes, to, &target))
        return false;
    for (size_t i = lower_bound(&codes->sides[source], value);
         i < codes->sides[source].count &&
         text_equal(codes->sides[source].values[i].text, value);
         i++) {
        const char *cell =
            written(codes, codes->sides[source].values[i].row, target);

        if (*cell != 0) {
            *out = cell;
            return true;
        }
    }
    return false;
}

const char *
codes_guess(const struct codes *codes, const char *side, const char *value)
{
    const struct side *from;
    size_t number;

    if (!find_side(codes, side, &number))
        return NULL;
    from = &codes->sides[number];
    return text_nearest(value, from->texts,
                        from->count < GUESSES_MAX ? from->count : GUESSES_MAX);
}

const char *
codes_side(const struct codes *codes, size_t side)
{
    return side < codes->side_count ? codes->sides[side].name : NULL;
}

size_t
codes_rows(const struct codes *codes)
{
    return codes->rows;
}

const char *
codes_cell(const struct codes *codes, size_t row, size_t side)
{
    return codes->cells[row * codes->side_count + side];
}
