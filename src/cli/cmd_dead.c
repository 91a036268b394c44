/* SPDX-License-Identifier: Apache-2.0 */
/* What was given up: as a list, as files, and corrected by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/out_private.h"
#include "flow/flow.h"
#include "store/journal.h"

enum { EDIT_BYTES = 16 << 20 };

static const struct column dead_columns[] = {
    { "id", "ID", COLUMN_COUNT },          { "time", "SINCE", COLUMN_TIME },
    { "direction", "DIR", COLUMN_TEXT },   { "type", "TYPE", COLUMN_TEXT },
    { "partner", "PARTNER", COLUMN_TEXT }, { "number", "NUMBER", COLUMN_TEXT },
    { "amount", "AMOUNT", COLUMN_AMOUNT }, { "currency", "CUR", COLUMN_TEXT },
    { "attempts", "TRIES", COLUMN_COUNT }, { "code", "CODE", COLUMN_TEXT },
    { "reason", "REASON", COLUMN_TEXT },   { 0 }
};

static bool
dead_rows(struct cli *cli, struct out *out, struct err *err)
{
    CLEANUP(ask_drop) struct ask ask = { 0 };

    ask_begin(&ask, cli,
              "SELECT doc, updated_ms, direction, type, partner, number,"
              " amount, currency, attempts, code, reason FROM documents");
    ask_only(&ask, "state = 'dead' AND state <> 'done'");
    ask_where(&ask, "type = ?", cli->option[OPTION_TYPE]);
    return ask_options(&ask, "created_ms", "partner", err) &&
           ask_list(&ask, "ORDER BY doc", out, err);
}

static bool
read_dead(struct cli *cli, struct out *out)
{
    return cli_open(cli) &&
           out_begin(out, cli, "dead", dead_columns, &cli->err) &&
           dead_rows(cli, out, &cli->err);
}

enum exit_code
cmd_queue_dead_list(struct cli *cli)
{
    struct out out;

    if (!read_dead(cli, &out))
        return cli_fail(cli);
    out_end(&out);
    if (out_rows(&out) == 0)
        return EXIT_OK;
    cli_next(cli, "doc show ID");
    cli_next(cli, "queue dead requeue ID --reason TEXT");
    return EXIT_FINDINGS;
}

/* ---- export */

/* A name that is a name wherever it is read. */
static void
add_name(struct buf *path, const char *text)
{
    for (; *text != '\0'; text++)
        buf_addc(path, strchr("/\\:*?\"<>|. \t", *text) != NULL ||
                               (unsigned char)*text < ' '
                           ? '_'
                           : *text);
}

static bool
write_part(struct cli *cli, const char *dir, int64_t id, const char *role,
           const char *name)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    bool found;

    return journal_get(cli->journal, id, role, &bytes, &found, &cli->err) &&
           (!found || durable_write(dir, name, buf_text(&bytes), bytes.size,
                                    0600, &cli->err));
}

/* The row as JSON, the record, the findings and the X12. */
static bool
export_one(struct cli *cli, const struct out *out, size_t row, const char *top)
{
    CLEANUP(buf_free) struct buf dir = { 0 }, json = { 0 };
    int64_t id = strtoll(out_at(out, row, 0), NULL, 10);

    buf_addf(&dir, "%s/%lld-", top, (long long)id);
    add_name(&dir, out_at(out, row, 4));
    buf_addc(&dir, '-');
    add_name(&dir, out_at(out, row, 3));
    buf_addc(&dir, '-');
    add_name(&dir, out_at(out, row, 5));
    if (!durable_mkdir(buf_text(&dir), 0700, &cli->err))
        return false;
    out_members(out, row, true, &json);
    buf_adds(&json, "}\n");
    return durable_write(buf_text(&dir), "document.json", buf_text(&json),
                         json.size, 0600, &cli->err) &&
           write_part(cli, buf_text(&dir), id, "record", "record.json") &&
           write_part(cli, buf_text(&dir), id, "original", "original.json") &&
           write_part(cli, buf_text(&dir), id, "findings", "findings.jsonl") &&
           write_part(cli, buf_text(&dir), id, "x12", "set.x12");
}

enum exit_code
cmd_queue_dead_export(struct cli *cli)
{
    struct out out;

    if (!read_dead(cli, &out))
        return cli_fail(cli);
    for (size_t row = 0; row < out_rows(&out); row++)
        if (!cli_has(cli, OPTION_DRY_RUN) &&
            !export_one(cli, &out, row, cli->words[0]))
            return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("%zu document%s %s %s\n", out_rows(&out),
               out_rows(&out) == 1 ? "" : "s",
               cli_has(cli, OPTION_DRY_RUN) ? "would be written to"
                                            : "written to",
               cli->words[0]);
    return EXIT_OK;
}

/* ---- edit */

static bool
edit(struct cli *cli, int64_t id, const struct buf *json)
{
    if (!journal_begin(cli->journal, &cli->err))
        return false;
    if (flow_edit(cli->conf, cli->journal, id, json, cli->option[OPTION_REASON],
                  &cli->err) &&
        (cli_has(cli, OPTION_DRY_RUN) ||
         journal_commit(cli->journal, &cli->err))) {
        if (cli_has(cli, OPTION_DRY_RUN))
            journal_abandon(cli->journal);
        return true;
    }
    journal_abandon(cli->journal);
    return false;
}

enum exit_code
cmd_doc_edit(struct cli *cli)
{
    CLEANUP(buf_free) struct buf json = { 0 };
    struct document document;

    if (cli->option[OPTION_REASON] == NULL) {
        err_set(&cli->err, TP8001,
                "say why: --reason \"...\"; it stands in the document's story");
        return cli_fail(cli);
    }
    if (!cli_open_writer(cli) || !doc_find(cli, cli->words[0], &document) ||
        !file_read("/dev/stdin", EDIT_BYTES, &json, &cli->err) ||
        !edit(cli, document.id, &json))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("document %lld (%s %s %s) %s\n", (long long)document.id,
               document.partner, document.set, document.number,
               cli_has(cli, OPTION_DRY_RUN) ? "would be edited" : "is edited");
    cli_next(cli, "doc retry %lld --reason TEXT", (long long)document.id);
    return EXIT_OK;
}
