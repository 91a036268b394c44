/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/demo.h"
#include "flow/flow.h"
#include "store/journal.h"

static void
say(const char *what)
{
    printf("%s ", what);
    for (size_t i = strlen(what); i < 68; i++)
        putchar('.');
    putchar(' ');
    fflush(stdout);
}

static void
done(int64_t since)
{
    printf("ok (%.1f s)\n", (double)(when_steady() - since) / 1e9);
}

/* The folder of the running program, where the sandbox lies beside it. */
static bool
find_program(struct demo *demo, struct err *err)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);

    if (size < 0)
        return err_set(err, TP8050, "cannot tell where this program is");
    path[size] = '\0';
    *strrchr(path, '/') = '\0';
    demo->sandbox = arena_printf(demo->arena, "%s/tradepost-sandbox", path);
    if (!file_exists(demo->sandbox))
        return err_set(err, TP8050, "%s is missing", demo->sandbox);
    return true;
}

static bool
run_flows(const struct conf *conf, struct journal **journal, struct demo *demo,
          struct err *err)
{
    struct problems *found = problems_new(demo->arena);
    struct flow_report report;
    struct flow *flow = NULL;

    /* In its story things are late on purpose; the story tells which. */
    log_set_level(LOG_ERROR);
    bool good = flow_open(&flow, conf, found, err) &&
                problems_to_err(found, err) && flow_isolate(flow, err) &&
                journal_open(journal, conf_state_dir(conf), err) &&
                flow_attach(flow, *journal, err) &&
                flow_run(flow, NULL, 0, &report, err) &&
                demo_answer(demo, err) && flow_run(flow, NULL, 3, &report, err);
    log_set_level(LOG_WARNING);
    flow_close(&flow);
    return good;
}

static bool
run_demo(struct demo *demo, struct err *err)
{
    struct problems *found = problems_new(demo->arena);
    struct journal *journal = NULL;
    struct conf *conf = NULL;
    int64_t begun = when_steady();

    say("Running flows");
    bool good = conf_load(&conf, demo_path(demo, "etc"), found, err) &&
                problems_to_err(found, err) &&
                run_flows(conf, &journal, demo, err);
    if (good) {
        done(begun);
        good = demo_tell(demo, journal, err);
    }
    if (journal != NULL)
        journal_close(&journal);
    conf_free(&conf);
    return good;
}

static bool
show(struct demo *demo, struct err *err)
{
    int64_t begun = when_steady();

    say("Creating the demo's workspace");
    if (!durable_remove_tree(demo->dir, err) || !demo_make(demo, err))
        return false;
    done(begun);
    begun = when_steady();
    say("Starting simulated NAV and Cleo, and a real OpenSSH server");
    if (!demo_start(demo, err))
        return false;
    done(begun);
    printf("  nav 127.0.0.1:%ld  cleo :%ld  token :%ld  sftp :%ld\n", demo->nav,
           demo->cleo, demo->token, demo->sshd);
    return run_demo(demo, err);
}

static bool
read_options(struct cli *cli, struct demo *demo)
{
    const char *etc = cli_demo_dir(cli);
    char today[WHEN_DATE];

    demo->dir = arena_strndup(demo->arena, etc, strlen(etc) - strlen("/etc"));
    demo->data = conf_shipped_dir(demo->arena);
    demo->today = arena_strdup(demo->arena, when_date(when_now(), NULL, today));
    demo->self = arena_printf(demo->arena, "%s demo", cli_invocation(cli));
    demo->again = arena_printf(demo->arena, "%s --demo", cli_invocation(cli));
    demo->seed = 1;
    if (cli->option[OPTION_SEED] != NULL &&
        !text_number(cli->option[OPTION_SEED], 1000000, &demo->seed))
        return err_set(&cli->err, TP8002,
                       "found --seed %s, expected a whole number",
                       cli->option[OPTION_SEED]);
    return true;
}

/* The servers go with this program, whatever ends it. */
static void
stay(void)
{
    sigset_t ends;
    int which;

    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    puts("\nThe servers stay until Ctrl-C.");
    fflush(stdout);
    sigwait(&ends, &which);
}

enum exit_code
cmd_demo(struct cli *cli)
{
    struct demo demo = { .arena = cli->arena };

    if (!read_options(cli, &demo))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_CLEAN)) {
        if (!durable_remove_tree(demo.dir, &cli->err))
            return cli_fail(cli);
        printf("Removed %s\n", demo.dir);
        return EXIT_OK;
    }
    bool good = find_program(&demo, &cli->err) && show(&demo, &cli->err);
    if (good && cli_has(cli, OPTION_STAY))
        stay();
    demo_stop(&demo);
    if (!good) {
        printf("failed\n");
        return cli_fail(cli);
    }
    return EXIT_OK;
}
