/* SPDX-License-Identifier: Apache-2.0 */
/* Two X12 files compared by what they mean. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "x12/compare.h"

static const struct column columns[] = {
    { "change", "CHANGE", COLUMN_TEXT }, { "set", "SET", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT }, { "path", "PATH", COLUMN_TEXT },
    { "name", "NAME", COLUMN_TEXT },     { "a", "A", COLUMN_TEXT },
    { "b", "B", COLUMN_TEXT },           { 0 }
};

struct showing {
    struct cli *cli;
    struct out out;
    const char *set, *number; /* whose heading stands */
};

static void
clean(struct buf *line, const char *text)
{
    out_clean(line, text_empty(text) ? "(nothing)" : text);
}

/* One heading for each set, then a line for each difference. */
static void
heading(struct showing *showing, const struct x12_difference *d)
{
    struct buf line = { 0 };

    if (text_equal(showing->set, d->set) &&
        text_equal(showing->number, d->number))
        return;
    showing->set = d->set;
    showing->number = d->number;
    out_clean(&line, d->number);
    printf("%s %s\n", d->set, buf_text(&line));
    buf_free(&line);
}

static void
show(struct showing *showing, const struct x12_difference *d)
{
    static const char signs[] = {
        [X12_CHANGED] = '~', [X12_ONLY_A] = '-', [X12_ONLY_B] = '+'
    };
    struct buf line = { 0 };

    heading(showing, d);
    buf_addf(&line, "%c ", signs[d->kind]);
    out_clean(&line, text_empty(d->path) ? "the whole set" : d->path);
    if (!text_empty(d->name))
        buf_addf(&line, " %s", d->name);
    buf_adds(&line, ": ");
    if (d->kind != X12_ONLY_B)
        clean(&line, d->a);
    if (d->kind == X12_CHANGED)
        buf_adds(&line, " -> ");
    if (d->kind != X12_ONLY_A)
        clean(&line, d->b);
    puts(buf_text(&line));
    buf_free(&line);
}

static void
take_difference(void *user, const struct x12_difference *d)
{
    static const char *const words[] = { [X12_CHANGED] = "changed",
                                         [X12_ONLY_A] = "only_a",
                                         [X12_ONLY_B] = "only_b" };
    struct showing *showing = user;

    if (showing->cli->format == FORMAT_TEXT) {
        show(showing, d);
        return;
    }
    out_cell(&showing->out, words[d->kind]);
    out_cell(&showing->out, d->set);
    out_cell(&showing->out, d->number);
    out_cell(&showing->out, d->path);
    out_cell(&showing->out, d->name);
    out_cell(&showing->out, d->a);
    out_cell(&showing->out, d->b);
}

enum exit_code
cmd_edi_diff(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    struct showing showing = { .cli = cli };
    const struct x12_file *a = NULL, *b = NULL;

    if (guides == NULL ||
        !out_begin(&showing.out, cli, "edi-difference", columns, &cli->err) ||
        (a = edi_read(cli, guides, cli->words[0])) == NULL ||
        (b = edi_read(cli, guides, cli->words[1])) == NULL)
        return cli_fail(cli);
    const struct x12_comparing comparing = { .arena = cli->arena,
                                             .all = cli_has(cli, OPTION_ALL),
                                             .take = take_difference,
                                             .user = &showing };
    size_t count = x12_compare(&comparing, a, b);
    if (cli->format != FORMAT_TEXT)
        out_end(&showing.out);
    edi_problems(guides);
    return count > 0 ? EXIT_FINDINGS : EXIT_OK;
}
