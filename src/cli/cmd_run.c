/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "daemon/daemon.h"
#include "flow/flow.h"
#include "store/keeper.h"

/* Opens everything and stops at the first mistake in the texts. */
static bool
open_flow(struct cli *cli, struct flow **flow)
{
    struct problems *found = problems_new(cli->arena);

    if (!cli_sound_conf(cli) || !flow_drop_boxes(cli->conf, &cli->err) ||
        !flow_open(flow, cli->conf, found, &cli->err))
        return false;
    if (problems_to_err(found, &cli->err) && flow_isolate(*flow, &cli->err) &&
        cli_open_writer(cli) && flow_attach(*flow, cli->journal, &cli->err))
        return true;
    flow_close(flow);
    return false;
}

static void
print_report(const struct cli *cli, const struct flow_report *report)
{
    static const char *const said[STAGES] = {
        [STAGE_WAKE] = "released",
        [STAGE_CAPTURE] = "captured",
        [STAGE_TRANSLATE] = "translated",
        [STAGE_FETCH] = "fetched",
        [STAGE_INTAKE] = "taken apart",
        [STAGE_POST] = "posted or matched",
        [STAGE_DISPATCH] = "sent",
        [STAGE_ASK] = "asked for",
        [STAGE_TELL] = "told",
        [STAGE_SYNC] = "kept in step",
        [STAGE_ALERT] = "alerts sent",
        [STAGE_VIEWS] = NULL,
    };
    unsigned all = 0;

    if (cli->format != FORMAT_TEXT) {
        printf("{\"schema\":\"tradepost.run/1\",\"rounds\":%u,"
               "\"unreached\":%u,\"no_room\":%s",
               report->rounds, report->unreached,
               report->no_room ? "true" : "false");
        for (int i = 0; i < STAGES; i++)
            printf(",\"%s\":%u,\"%s_seconds\":%.6f",
                   flow_stage_name((enum flow_stage)i), report->moved[i],
                   flow_stage_name((enum flow_stage)i),
                   (double)report->spent_ns[i] / 1e9);
        puts("}");
        return;
    }
    if (cli_has(cli, OPTION_QUIET))
        return;
    for (int i = 0; i < STAGES; i++) {
        if (said[i] == NULL || report->moved[i] == 0)
            continue;
        printf("%5u %s\n", report->moved[i], said[i]);
        all += report->moved[i];
    }
    if (report->no_room)
        puts("nothing new was taken in: the disk is nearly full, see "
             "tradepost status");
    if (report->unreached > 0)
        printf("%5u could not be reached; the reasons are above\n",
               report->unreached);
    else if (all == 0 && !report->no_room)
        puts("nothing was due");
}

static enum exit_code
code_of(const struct flow_report *report)
{
    unsigned moved = 0;

    for (int i = 0; i < STAGES; i++)
        moved += report->moved[i];
    if (report->no_room)
        return EXIT_TEMPORARY;
    if (report->unreached == 0)
        return EXIT_OK;
    return moved > 0 ? EXIT_PARTIAL : EXIT_UNREACHABLE;
}

/* Something that a person must see makes exit 1. */
static bool
count_row(void *user, int columns, const char *const *names,
          const char *const *values, struct err *err)
{
    (void)columns;
    (void)names;
    (void)err;
    return text_number(values[0] ? values[0] : "0", 1000000000, user);
}

/* Where the daemon works, it does it: it is asked, and waited for. */
static bool
wait_for_daemon(struct cli *cli, moment until)
{
    enum { LOOK = 50, START = 10 }; /* milliseconds, seconds */
    int64_t patience = when_steady() + START * 1000000000LL;
    struct workers workers;

    for (;;) {
        if (!journal_workers(cli->journal, &workers, &cli->err))
            return false;
        bool all = workers.count >= daemon_workers();
        if (all)
            patience = INT64_MAX;
        else if (when_steady() > patience)
            return err_set(&cli->err, TP4040,
                           "the daemon's roles do not work now");
        if (all && workers.busy == 0 &&
            (workers.next == 0 || workers.next > until))
            return true;
        when_sleep(LOOK);
    }
}

static enum exit_code
run_by_daemon(struct cli *cli, long wait_seconds)
{
    moment until = when_now() + (moment)wait_seconds * 1000;
    struct journal_counts before, after;

    if (!journal_counts(cli->journal, &before, &cli->err) ||
        !journal_nudge(cli->journal, &cli->err) ||
        !wait_for_daemon(cli, until) ||
        !journal_counts(cli->journal, &after, &cli->err))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET) && cli->format == FORMAT_TEXT)
        puts(after.events == before.events
                 ? "the daemon has looked everywhere: nothing was due"
                 : "the daemon has looked everywhere; nothing is due now");
    return EXIT_OK;
}

enum exit_code
cmd_run(struct cli *cli)
{
    struct flow_report report;
    struct flow *flow = NULL;
    long wait = 0, waiting = 0;

    if (cli->option[OPTION_WAIT] != NULL &&
        !text_duration(cli->option[OPTION_WAIT], &wait)) {
        err_set(&cli->err, TP8002, "found --wait %s, expected 30s, 5m or 1h",
                cli->option[OPTION_WAIT]);
        return cli_fail(cli);
    }
    if (!open_flow(cli, &flow))
        return cli_fail(cli);
    if (journal_is_kept(cli->journal)) {
        flow_close(&flow);
        return run_by_daemon(cli, wait);
    }
    bool good = flow_run(flow, cli->count > 0 ? cli->words[0] : NULL, wait,
                         &report, &cli->err) &&
                journal_query(cli->journal,
                              "SELECT count(*) FROM documents WHERE state IN "
                              "('held', 'dead', 'unknown')",
                              NULL, 0, count_row, &waiting, &cli->err);
    flow_close(&flow);
    if (!good)
        return cli_fail(cli);
    print_report(cli, &report);
    if (waiting > 0 && !cli_has(cli, OPTION_QUIET) &&
        cli->format == FORMAT_TEXT)
        printf("%5ld wait for you: tradepost today\n", waiting);
    return code_of(&report);
}

static enum exit_code
ping(struct cli *cli, const char *system)
{
    struct problems *found = problems_new(cli->arena);
    CLEANUP(buf_free) struct buf report = { 0 };
    struct flow *flow = NULL;

    if (!flow_open(&flow, cli->conf, found, &cli->err))
        return cli_fail(cli);
    bool good = flow_ping_system(flow, system, &report, &cli->err);
    flow_close(&flow);
    fputs(buf_text(&report), stdout);
    if (good)
        return EXIT_OK;
    enum exit_code code = cli_fail(cli);
    return code == EXIT_TEMPORARY ? EXIT_UNREACHABLE : code;
}

enum exit_code
cmd_ping(struct cli *cli)
{
    enum exit_code worst = EXIT_OK;

    if (!cli_conf(cli))
        return cli_fail(cli);
    if (cli->count > 0 && conf_system(cli->conf, cli->words[0]) == NULL)
        return cli_missing(cli, "there is no system '%s' in tradepost.conf",
                           cli->words[0]);
    for (size_t i = 0; i < conf_system_count(cli->conf); i++) {
        const char *name = conf_system_name(cli->conf, i);
        if (cli->count > 0 && !text_equal(name, cli->words[0]))
            continue;
        printf("%s\n", name);
        enum exit_code code = ping(cli, name);
        if (code != EXIT_OK)
            worst = code;
        err_clear(&cli->err);
    }
    return worst;
}
