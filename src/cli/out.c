/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/out_private.h"

static bool
choose(struct out *out, const char *name, size_t size, struct err *err)
{
    const char *names[COLUMNS_MAX];
    char wanted[64];

    for (size_t i = 0; i < out->column_count; i++) {
        names[i] = out->columns[i].name;
        if (strlen(names[i]) == size && memcmp(names[i], name, size) == 0) {
            out->chosen[out->chosen_count++] = i;
            return true;
        }
    }
    text_format(wanted, sizeof wanted, "%.*s", (int)size, name);
    const char *near = text_nearest(wanted, names, out->column_count);
    return err_set(err, TP8002, "--columns: found no column \"%s\"%s%s%s",
                   wanted, near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "");
}

static bool
choose_all(struct out *out, const char *list, struct err *err)
{
    for (const char *at = list; *at != '\0'; at += *at == ',') {
        size_t size = strcspn(at, ",");
        if (out->chosen_count == COLUMNS_MAX)
            return err_set(err, TP8002, "--columns: too many columns");
        if (!choose(out, at, size, err))
            return false;
        at += size;
    }
    return true;
}

bool
out_begin(struct out *out, struct cli *cli, const char *schema,
          const struct column *columns, struct err *err)
{
    bool text = cli->format == FORMAT_TEXT;

    memset(out, 0, sizeof *out);
    out->cli = cli;
    out->schema = schema;
    out->columns = columns;
    while (columns[out->column_count].name != NULL)
        out->column_count++;
    BUG_IF(out->column_count > COLUMNS_MAX);
    if (cli->option[OPTION_COLUMNS] != NULL)
        return choose_all(out, cli->option[OPTION_COLUMNS], err);
    for (size_t i = 0; i < out->column_count; i++)
        if (!text || columns[i].kind != COLUMN_EXTRA)
            out->chosen[out->chosen_count++] = i;
    return true;
}

void
out_cell(struct out *out, const char *text)
{
    struct arena *arena = out->cli->arena;

    if (out->cell_count == out->capacity) {
        size_t capacity = out->capacity ? out->capacity * 2 : 256;
        const char **cells = arena_alloc(arena, capacity * sizeof *cells);
        for (size_t i = 0; i < out->cell_count; i++)
            cells[i] = out->cells[i];
        out->cells = cells;
        out->capacity = capacity;
    }
    out->cells[out->cell_count++] = arena_strdup(arena, text ? text : "");
}

void
out_cellf(struct out *out, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out_cell(out, text);
}

size_t
out_rows(const struct out *out)
{
    return out->column_count ? out->cell_count / out->column_count : 0;
}

const char *
out_at(const struct out *out, size_t row, size_t column)
{
    return out->cells[row * out->column_count + column];
}

void
out_clean(struct buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool control = c < 0x20 || c == 0x7F;
        /* C1 controls are C2 80 to C2 9F. */
        if (c == 0xC2 && ((unsigned char)text[1] & 0xE0) == 0x80) {
            text++;
            control = true;
        }
        buf_addc(buf, control ? '.' : *text);
    }
}

/* "V D A P" in one letter each, for the narrow columns. */
static const char *
axis_letter(const char *word)
{
    static const struct {
        const char *letter, *words;
    } letters[] = { { "+", " ok sent fetched accepted posted " },
                    { ".", " new queued sending waiting matched " },
                    { "~", " warn draft errors " },
                    { "-", " - " } };
    char wanted[32];

    text_format(wanted, sizeof wanted, " %s ", text_empty(word) ? "-" : word);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (strstr(letters[i].words, wanted) != NULL)
            return letters[i].letter;
    return "!";
}

moment
out_moment(const char *text)
{
    return (moment)strtoll(text, NULL, 10);
}

/* What the table shows in a cell. */
static void
shown(const struct out *out, const struct column *column, const char *text,
      struct buf *buf)
{
    struct decimal amount;
    char pretty[DECIMAL_TEXT];

    if (column->kind == COLUMN_AMOUNT &&
        decimal_parse(&amount, text, strlen(text)))
        buf_adds(buf, decimal_pretty(
                          amount, amount.scale > 2 ? amount.scale : 2, pretty));
    else if (column->kind == COLUMN_TIME)
        buf_adds(buf, cli_time(out->cli, out_moment(text)));
    else if (column->kind == COLUMN_SECOND)
        buf_adds(buf, cli_second(out->cli, out_moment(text)));
    else if (column->kind == COLUMN_AXIS)
        buf_adds(buf, axis_letter(text));
    else
        out_clean(buf, text);
}

static size_t
width_of(const struct out *out, size_t column)
{
    const struct column *info = &out->columns[column];
    size_t width = text_length(info->title);
    struct buf cell = { 0 };

    for (size_t row = 0; row < out_rows(out); row++) {
        buf_clear(&cell);
        shown(out, info, out_at(out, row, column), &cell);
        size_t length = text_length(buf_text(&cell));
        if (length > width)
            width = length;
    }
    buf_free(&cell);
    return width;
}

static void
pad(struct buf *buf, size_t count)
{
    while (count-- > 0)
        buf_addc(buf, ' ');
}

static void
add_padded(struct buf *line, const char *text, size_t width, bool right)
{
    size_t length = text_length(text);
    size_t blanks = width > length ? width - length : 0;

    pad(line, right ? blanks : 0);
    buf_adds(line, text);
    pad(line, right ? 0 : blanks);
}

static void
end_line(struct buf *line, struct buf *buf)
{
    while (line->size > 0 && line->text[line->size - 1] == ' ')
        line->text[--line->size] = '\0';
    buf_addf(buf, "%s\n", buf_text(line));
    buf_clear(line);
}

static bool
is_right(enum column_kind kind)
{
    return kind == COLUMN_COUNT || kind == COLUMN_AMOUNT ||
           kind == COLUMN_QUANTITY;
}

/* row SIZE_MAX is the header. */
static void
add_row(const struct out *out, const size_t *widths, size_t row,
        struct buf *buf)
{
    struct buf line = { 0 }, cell = { 0 };

    for (size_t i = 0; i < out->chosen_count; i++) {
        const struct column *column = &out->columns[out->chosen[i]];
        bool right = is_right(column->kind);
        buf_clear(&cell);
        if (row == SIZE_MAX)
            buf_adds(&cell, column->title);
        else
            shown(out, column, out_at(out, row, out->chosen[i]), &cell);
        pad(&line, i > 0 ? 2 : 0);
        add_padded(&line, buf_text(&cell), widths[i], right);
    }
    end_line(&line, buf);
    buf_free(&line);
    buf_free(&cell);
}

void
out_table(const struct out *out, struct buf *buf)
{
    size_t widths[COLUMNS_MAX];

    for (size_t i = 0; i < out->chosen_count; i++)
        widths[i] = width_of(out, out->chosen[i]);
    if (out->cli->option[OPTION_NO_HEADER] == NULL && out_rows(out) > 0)
        add_row(out, widths, SIZE_MAX, buf);
    for (size_t row = 0; row < out_rows(out); row++)
        add_row(out, widths, row, buf);
}

void
out_end(struct out *out)
{
    struct buf buf = { 0 };

    BUG_IF(out->cell_count % out->column_count != 0);
    switch (out->cli->format) {
    case FORMAT_TEXT:
        out_table(out, &buf);
        break;
    case FORMAT_JSON:
        out_json(out, &buf);
        break;
    case FORMAT_JSONL:
        out_jsonl(out, &buf);
        break;
    case FORMAT_CSV:
        out_csv(out, &buf);
        break;
    case FORMAT_TSV:
        out_tsv(out, &buf);
        break;
    }
    fwrite(buf_text(&buf), 1, buf.size, stdout);
    buf_free(&buf);
}
