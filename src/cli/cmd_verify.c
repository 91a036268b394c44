/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "store/journal.h"
#include "store/spool.h"

static bool
verify(struct cli *cli, struct problems *found)
{
    const char *spool = conf_spool_dir(cli->conf);

    if (cli_has(cli, OPTION_REPAIR) && !cli_has(cli, OPTION_DRY_RUN) &&
        (!spool_prepare(spool, &cli->err) ||
         !spool_rebuild(cli->journal, spool, &cli->err)))
        return false;
    return journal_verify(cli->journal, found, &cli->err) &&
           spool_verify(cli->journal, spool, found, &cli->err);
}

enum exit_code
cmd_verify(struct cli *cli)
{
    struct problems *found = problems_new(cli->arena);
    bool repair = cli_has(cli, OPTION_REPAIR) && !cli_has(cli, OPTION_DRY_RUN);
    struct journal_counts counts;

    if (!(repair ? cli_open_writer(cli) : cli_open(cli)) ||
        !verify(cli, found) ||
        !journal_counts(cli->journal, &counts, &cli->err))
        return cli_fail(cli);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        cli_problem(cli, p);
    if (cli->format == FORMAT_TEXT && problems_errors(found) > 0)
        printf("%zu difference%s\n", problems_errors(found),
               problems_errors(found) == 1 ? "" : "s");
    else if (cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_QUIET))
        printf("nothing is lost or changed: %lld documents, %lld events\n",
               (long long)counts.accepted, (long long)counts.events);
    return problems_errors(found) > 0 ? EXIT_FINDINGS : EXIT_OK;
}
