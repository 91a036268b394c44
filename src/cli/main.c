/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/harden.h"
#include "base/log.h"
#include "cli/commands.h"
#include "record/record.h"
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

/* tradepostd is `tradepost daemon`. */
static char **
with_daemon(struct arena *arena, int *argc, char **argv)
{
    static char word[] = "daemon";
    const char *slash = argv[0] != NULL ? strrchr(argv[0], '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : argv[0];

    if (*argc == 0 || !text_equal(name, "tradepostd"))
        return argv;
    char **more = arena_alloc(arena, ((size_t)*argc + 2) * sizeof *more);
    more[0] = argv[0];
    more[1] = word;
    for (int i = 1; i < *argc; i++)
        more[i + 1] = argv[i];
    ++*argc;
    return more;
}

int
main(int argc, char **argv)
{
    harden_process();
    record_lacks_no_memory();
    struct arena *arena = arena_new();
    struct cli cli = { .arena = arena,
                       .program = argc > 0 ? argv[0] : "tradepost" };

    cli.found = problems_new(arena);
    argv = with_daemon(arena, &argc, argv);
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
