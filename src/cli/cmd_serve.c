/* SPDX-License-Identifier: Apache-2.0 */
/* One listener in the foreground, beside the service or without it. */
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/commands.h"
#include "store/keeper.h"
#include "web/web.h"

static void
say(void *user, const char *where)
{
    struct cli *cli = user;

    printf("the %s listens on %s\n", cli->words[0], where);
    fflush(stdout);
}

/* What the keeper has; without a keeper, what this process opens. */
static bool
open_journal(struct cli *cli, bool desk)
{
    const char *dir = conf_state_dir(cli->conf);

    if (journal_connect(&cli->journal, dir, &cli->err))
        return true;
    if (cli->err.code != TP4040)
        return false;
    err_clear(&cli->err);
    return desk ? cli_open(cli) : cli_open_writer(cli);
}

static int
stop_signals(void)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

enum exit_code
cmd_serve(struct cli *cli)
{
    bool desk = text_equal(cli->words[0], "desk");
    struct web_life life = { .stop = -1, .user = cli, .listens = say };
    struct problems *found = problems_new(cli->arena);

    if (!desk && !text_equal(cli->words[0], "door"))
        return cli_missing(cli, "there is no '%s' to serve, but desk and door",
                           cli->words[0]);
    if (!cli_conf(cli))
        return cli_fail(cli);
    web_check(cli->conf, found);
    if (!problems_to_err(found, &cli->err) || !open_journal(cli, desk))
        return cli_fail(cli);
    if (!desk && !web_has_door(cli->conf)) {
        err_set(&cli->err, TP8070, "door.hooks names nobody to listen to");
        return cli_fail(cli);
    }
    life.stop = stop_signals();
    bool good = desk ? web_desk_run(cli->conf, problems_errors(cli->found),
                                    cli->journal, &life, &cli->err)
                     : web_door_run(cli->conf, cli->journal, &life, &cli->err);
    close(life.stop);
    return good ? EXIT_OK : cli_fail(cli);
}
