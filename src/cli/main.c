/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/harden.h"
#include "base/log.h"
#include "cli/commands.h"
#include "store/journal.h"
#include "store/vault.h"

static enum exit_code
usage(struct cli *cli)
{
    cli_fail(cli);
    return EXIT_USAGE;
}

static enum exit_code
run(struct cli *cli, int argc, char **argv)
{
    if (!cli_parse(cli, argc, argv, &cli->err))
        return usage(cli);
    if (cli->option[OPTION_VERBOSE] != NULL)
        log_set_level(LOG_INFO);
    if (cli->option[OPTION_VERSION] != NULL)
        return cmd_version(cli);
    if (cli->command == NULL) {
        help_all();
        return EXIT_OK;
    }
    if (cli->option[OPTION_HELP] != NULL) {
        help_command(cli->command);
        return EXIT_OK;
    }
    return cli->command->run(cli);
}

int
main(int argc, char **argv)
{
    harden_process();
    struct arena *arena = arena_new();
    struct cli cli = { .arena = arena,
                       .program = argc > 0 ? argv[0] : "tradepost" };

    cli.found = problems_new(arena);
    enum exit_code code = run(&cli, argc, argv);
    vault_close(&cli.vault);
    journal_close(&cli.journal);
    conf_free(&cli.conf);
    arena_free(&arena);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("tradepost: cannot write the output");
        return EXIT_TEMPORARY;
    }
    return (int)code;
}
