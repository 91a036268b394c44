/* SPDX-License-Identifier: Apache-2.0 */
/* Code tables at run time: rows that come before those of the files, and wake
 * the documents that wait for them. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "conf/partner.h"
#include "store/journal.h"

static const struct column columns[] = {
    { "table", "TABLE", COLUMN_TEXT },  { "partner", "PARTNER", COLUMN_TEXT },
    { "value", "THEIRS", COLUMN_TEXT }, { "other", "OURS", COLUMN_TEXT },
    { "since", "SINCE", COLUMN_TIME },  { 0 }
};

static bool
list(struct cli *cli, struct out *out)
{
    struct ask ask;

    ask_begin(&ask, cli,
              "SELECT \"table\", partner, value, other, since_ms FROM codes");
    if (cli->count > 0)
        ask_where(&ask, "\"table\" = ?", cli->words[0]);
    bool good = ask_options(&ask, NULL, "partner", &cli->err);
    ask_end(&ask, "ORDER BY \"table\", partner, value");
    if (good)
        return ask_rows(&ask, out, &cli->err);
    buf_free(&ask.sql);
    return false;
}

enum exit_code
cmd_lookup_list(struct cli *cli)
{
    struct out out;

    if (!cli_open(cli) || !out_begin(&out, cli, "lookup", columns, &cli->err) ||
        !list(cli, &out))
        return cli_fail(cli);
    out_end(&out);
    return EXIT_OK;
}

/* other "" takes the row out. */
static enum exit_code
set(struct cli *cli, const char *other)
{
    const char *code = "", *table = cli->words[0], *value = cli->words[1];

    if (cli_has(cli, OPTION_PARTNER)) {
        const struct partner *partner =
            partner_find(cli, cli->option[OPTION_PARTNER]);
        if (partner == NULL)
            return cli_fail(cli);
        code = partner->code;
    }
    if (cli_has(cli, OPTION_DRY_RUN)) {
        printf("%s: %s would be %s\n", table, value,
               other[0] ? other : "taken out");
        return EXIT_OK;
    }
    if (!cli_open_writer(cli) || !journal_begin(cli->journal, &cli->err))
        return cli_fail(cli);
    const char *detail = arena_printf(cli->arena, "%s %s: %s = %s", table, code,
                                      value, other[0] ? other : "(out)");
    if (!journal_code_set(cli->journal, table, code, "x12", "ours", value,
                          other, &cli->err) ||
        !journal_note(cli->journal, 0, "lookup", detail, &cli->err) ||
        !journal_commit(cli->journal, &cli->err)) {
        journal_abandon(cli->journal);
        return cli_fail(cli);
    }
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s: %s is %s\n", table, value, other[0] ? other : "taken out");
    cli_next(cli, "run");
    return EXIT_OK;
}

enum exit_code
cmd_lookup_set(struct cli *cli)
{
    return set(cli, cli->words[2]);
}

enum exit_code
cmd_lookup_unset(struct cli *cli)
{
    return set(cli, "");
}
