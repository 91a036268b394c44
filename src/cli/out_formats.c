/* SPDX-License-Identifier: Apache-2.0 */
/* The formats for machines: JSON (RFC 8259), CSV (RFC 4180), TSV. */
#include <string.h>

#include "base/decimal.h"
#include "cli/out_private.h"

void
out_json_text(struct buf *buf, const char *text)
{
    buf_addc(buf, '"');
    while (*text != '\0') {
        size_t size = text_sequence(text);
        unsigned char c = (unsigned char)*text;
        if (size == 0)
            buf_adds(buf, "\\ufffd");
        else if (c == '"' || c == '\\')
            buf_addf(buf, "\\%c", c);
        else if (c < 0x20 || c == 0x7F)
            buf_addf(buf, "\\u%04x", c);
        else
            buf_add(buf, text, size);
        text += size ? size : 1;
    }
    buf_addc(buf, '"');
}

static bool
is_number(const char *text)
{
    struct decimal number;

    return decimal_parse(&number, text, strlen(text));
}

/* A cell as machines get it: times as stamps. */
static const char *
cell_of(const struct out *out, size_t row, size_t column)
{
    const char *text = out_at(out, row, column);
    char stamp[WHEN_STAMP];
    moment at = out_moment(text);

    if (out->columns[column].kind != COLUMN_TIME &&
        out->columns[column].kind != COLUMN_SECOND)
        return text;
    return at == 0 ? "" : arena_strdup(out->cli->arena, when_stamp(at, stamp));
}

static void
json_value(const struct column *column, const char *text, struct buf *buf)
{
    long whole;

    if (text[0] == '\0')
        buf_adds(buf, "null");
    else if (column->kind == COLUMN_COUNT &&
             text_number(text, 1000000000000000, &whole))
        buf_addf(buf, "%ld", whole);
    else
        out_json_text(buf, text);
}

void
out_members(const struct out *out, size_t row, bool schema, struct buf *buf)
{
    const char *comma = "";

    buf_addc(buf, '{');
    if (schema) {
        buf_addf(buf, "\"schema\":\"tradepost.%s/1\"", out->schema);
        comma = ",";
    }
    for (size_t i = 0; i < out->chosen_count; i++) {
        const struct column *column = &out->columns[out->chosen[i]];
        buf_addf(buf, "%s\"%s\":", comma, column->name);
        json_value(column, cell_of(out, row, out->chosen[i]), buf);
        comma = ",";
    }
}

static void
json_row(const struct out *out, size_t row, bool schema, struct buf *buf)
{
    out_members(out, row, schema, buf);
    buf_addc(buf, '}');
}

void
out_jsonl(const struct out *out, struct buf *buf)
{
    for (size_t row = 0; row < out_rows(out); row++) {
        json_row(out, row, true, buf);
        buf_addc(buf, '\n');
    }
}

void
out_json(const struct out *out, struct buf *buf)
{
    buf_addf(buf, "{\"schema\":\"tradepost.%s/1\",\"rows\":[", out->schema);
    for (size_t row = 0; row < out_rows(out); row++) {
        buf_adds(buf, row ? ",\n" : "\n");
        json_row(out, row, false, buf);
    }
    buf_adds(buf, "]}\n");
}

/* Spreadsheets run cells that begin like this, unless they are numbers. */
static bool
is_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL &&
           !is_number(text);
}

static void
csv_cell(const char *text, struct buf *buf)
{
    bool guard = is_formula(text);

    if (!guard && strpbrk(text, ",\"\r\n") == NULL) {
        buf_adds(buf, text);
        return;
    }
    buf_adds(buf, guard ? "\"'" : "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_addc(buf, '"');
        buf_addc(buf, *text);
    }
    buf_addc(buf, '"');
}

static void
tsv_cell(const char *text, struct buf *buf)
{
    for (; *text != '\0'; text++)
        buf_addc(buf, strchr("\t\r\n", *text) ? ' ' : *text);
}

static void
separated(const struct out *out, void (*cell)(const char *, struct buf *),
          const char *between, const char *after, struct buf *buf)
{
    bool header = out->cli->option[OPTION_NO_HEADER] == NULL;

    for (size_t i = 0; header && i < out->chosen_count; i++)
        buf_addf(buf, "%s%s", i ? between : "",
                 out->columns[out->chosen[i]].name);
    buf_adds(buf, header ? after : "");
    for (size_t row = 0; row < out_rows(out); row++) {
        for (size_t i = 0; i < out->chosen_count; i++) {
            buf_adds(buf, i ? between : "");
            cell(cell_of(out, row, out->chosen[i]), buf);
        }
        buf_adds(buf, after);
    }
}

void
out_csv(const struct out *out, struct buf *buf)
{
    separated(out, csv_cell, ",", "\r\n", buf);
}

void
out_tsv(const struct out *out, struct buf *buf)
{
    separated(out, tsv_cell, "\t", "\n", buf);
}
