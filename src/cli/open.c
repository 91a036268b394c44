/* SPDX-License-Identifier: Apache-2.0 */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/keeper.h"
#include "store/restored.h"
#include "store/vault.h"

/* Wrong settings do not keep anybody from looking at documents. */
static void
warn_of_settings(const struct cli *cli)
{
    size_t count = problems_errors(cli->found);

    if (count > 0 && cli->option[OPTION_QUIET] == NULL)
        fprintf(stderr,
                "tradepost: %zu mistake%s in the settings; see `tradepost "
                "check`\n",
                count, count == 1 ? "" : "s");
}

bool
cli_open(struct cli *cli)
{
    if (cli->journal != NULL)
        return true;
    if (!cli_conf(cli))
        return false;
    warn_of_settings(cli);
    if (!journal_open_reader(&cli->journal, conf_state_dir(cli->conf),
                             &cli->err))
        return false;
    journal_set_reserve(cli->journal, reserve_of(cli->conf));
    vault_use(cli->vault, cli->journal);
    return true;
}

const char *
cli_actor(const struct cli *cli)
{
    const struct passwd *user = getpwuid(getuid());

    if (cli->option[OPTION_AS] != NULL)
        return cli->option[OPTION_AS];
    return user != NULL ? user->pw_name : "unknown";
}

bool
cli_open_writer(struct cli *cli)
{
    struct err none = { 0 };

    if (!cli_conf(cli))
        return false;
    /* Where the daemon works, its keeper does it; else we open it. */
    if (!journal_connect(&cli->journal, conf_state_dir(cli->conf), &none) &&
        (!journal_open(&cli->journal, conf_state_dir(cli->conf), &cli->err) ||
         !anchor_check(cli->journal, conf_spool_dir(cli->conf), &cli->err)))
        return false;
    warn_of_settings(cli);
    journal_set_actor(cli->journal, cli_actor(cli));
    vault_use(cli->vault, cli->journal);
    return true;
}
