/* SPDX-License-Identifier: Apache-2.0 */
/* X12 files taken apart, and envelopes made right. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "x12/repair.h"
#include "x12/split.h"

enum exit_code
cmd_edi_fix(struct cli *cli)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    CLEANUP(buf_free) struct buf fixed = { 0 };
    CLEANUP(buf_free) struct buf changes = { 0 };
    const char *name = cli->words[0];

    if (!edi_bytes(cli, name, &bytes))
        return cli_fail(cli);
    if (!x12_repair(buf_text(&bytes), bytes.size, &fixed, &changes,
                    &cli->err)) {
        err_at(&cli->err, "%.100s", name);
        return cli_fail(cli);
    }
    if (!cli_has(cli, OPTION_DRY_RUN))
        edi_print(NULL, &fixed);
    if (!cli_has(cli, OPTION_QUIET))
        fputs(buf_text(&changes), stderr);
    return EXIT_OK;
}

static const struct column columns[] = { { "file", "FILE", COLUMN_TEXT },
                                         { "set", "SET", COLUMN_TEXT },
                                         { "interchange", "INTERCHANGE",
                                           COLUMN_TEXT },
                                         { "group", "GROUP", COLUMN_TEXT },
                                         { "number", "NUMBER", COLUMN_TEXT },
                                         { "bytes", "BYTES", COLUMN_COUNT },
                                         { 0 } };

struct parting {
    struct cli *cli;
    struct out out;
    const char *directory;
};

/* Letters and digits only: control numbers come from outside. */
static void
add_word(struct buf *name, const char *word)
{
    if (text_empty(word))
        return;
    buf_addc(name, '-');
    for (; *word != '\0'; word++)
        buf_addc(name, isalnum((unsigned char)*word) ? *word : '_');
}

static bool
take_part(void *user, const struct x12_part *part)
{
    struct parting *parting = user;
    CLEANUP(buf_free) struct buf name = { 0 };
    CLEANUP(buf_free) struct buf path = { 0 };
    struct cli *cli = parting->cli;

    buf_addf(&name, "%04zu", part->number);
    add_word(&name, part->set);
    for (int i = 0; i < 3; i++)
        add_word(&name, part->control[i]);
    buf_adds(&name, ".edi");
    buf_addf(&path, "%s/%s", parting->directory, buf_text(&name));
    if (file_exists(buf_text(&path)))
        return err_set(&cli->err, TP8005, "the file %.200s is there already",
                       buf_text(&path));
    if (!cli_has(cli, OPTION_DRY_RUN) &&
        !durable_write_view(parting->directory, buf_text(&name),
                            buf_text(part->bytes), part->bytes->size, 0644,
                            &cli->err))
        return false;
    out_cell(&parting->out, buf_text(&path));
    out_cell(&parting->out, part->set);
    for (int i = 0; i < 3; i++)
        out_cell(&parting->out, part->control[i]);
    out_cellf(&parting->out, "%zu", part->bytes->size);
    return true;
}

static bool
choose_by(struct cli *cli, enum x12_split_by *by)
{
    const char *word = cli->option[OPTION_BY];

    *by = X12_SPLIT_SET;
    if (word == NULL || text_equal(word, "set"))
        return true;
    *by = text_equal(word, "group") ? X12_SPLIT_GROUP : X12_SPLIT_INTERCHANGE;
    return *by == X12_SPLIT_GROUP || text_equal(word, "interchange") ||
           err_set(&cli->err, TP8002,
                   "--by: found \"%.40s\", expected set, group or interchange",
                   word);
}

enum exit_code
cmd_edi_split(struct cli *cli)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const char *directory = cli->option[OPTION_DIR];
    struct parting parting = { .cli = cli,
                               .directory = directory ? directory : "." };
    struct x12_splitting splitting = { .take = take_part, .user = &parting };
    size_t left;

    if (!choose_by(cli, &splitting.by) ||
        !edi_bytes(cli, cli->words[0], &bytes) ||
        !out_begin(&parting.out, cli, "edi-part", columns, &cli->err) ||
        (directory != NULL && !durable_mkdir(directory, 0755, &cli->err)) ||
        !x12_split(buf_text(&bytes), bytes.size, &splitting, &left))
        return cli_fail(cli);
    out_end(&parting.out);
    if (left == 0)
        return EXIT_OK;
    fprintf(stderr,
            "tradepost: %zu bytes are in no whole set and are left out\n",
            left);
    return EXIT_FINDINGS;
}
