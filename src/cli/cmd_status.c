/* SPDX-License-Identifier: Apache-2.0 */
/* How the gateway is: for people, for Nagios, for Prometheus. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/out.h"
#include "config.h"
#include "flow/health.h"

static bool
look(struct cli *cli, struct health *health)
{
    return cli_open(cli) &&
           health_look(health, cli->conf, problems_errors(cli->found),
                       cli->journal, &cli->err);
}

/* ---- status */

static const struct column columns[] = { { "version", "", COLUMN_TEXT },
                                         { "environment", "", COLUMN_TEXT },
                                         { "health", "", COLUMN_TEXT },
                                         { "accepted", "", COLUMN_COUNT },
                                         { "in_progress", "", COLUMN_COUNT },
                                         { "done", "", COLUMN_COUNT },
                                         { "held", "", COLUMN_COUNT },
                                         { "dead", "", COLUMN_COUNT },
                                         { "ignored", "", COLUMN_COUNT },
                                         { "replaced", "", COLUMN_COUNT },
                                         { "unknown", "", COLUMN_COUNT },
                                         { "deferred", "", COLUMN_COUNT },
                                         { "arrivals", "", COLUMN_COUNT },
                                         { "late", "", COLUMN_COUNT },
                                         { "problems", "", COLUMN_COUNT },
                                         { "free_bytes", "", COLUMN_COUNT },
                                         { "reserve_bytes", "", COLUMN_COUNT },
                                         { "no_room", "", COLUMN_COUNT },
                                         { "unbalanced", "", COLUMN_COUNT },
                                         { "oldest_seconds", "", COLUMN_COUNT },
                                         { 0 } };

static bool
print_row(struct cli *cli, const struct health *health, const char *word)
{
    const struct journal_counts *counts = &health->counts;
    const int64_t *states = counts->states;
    const int64_t numbers[] = {
        counts->accepted,         counts->in_progress,
        states[DOC_DONE],         states[DOC_HELD],
        states[DOC_DEAD],         states[DOC_IGNORED],
        states[DOC_REPLACED],     states[DOC_UNKNOWN],
        states[DOC_DEFERRED],     counts->arrivals,
        counts->overdue,          health->mistakes,
        health->space.free_bytes, health->space.reserve_bytes,
        health->space.low,        counts->unbalanced,
        health->oldest_seconds
    };
    struct out out;

    if (!out_begin(&out, cli, "status", columns, &cli->err))
        return false;
    out_cell(&out, PACKAGE_VERSION);
    out_cell(&out, health->environment);
    out_cell(&out, word);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        out_cellf(&out, "%lld", (long long)numbers[i]);
    out_end(&out);
    return true;
}

static void
print_documents(const struct journal_counts *counts)
{
    const int64_t *states = counts->states;

    printf("Documents  %lld accepted = %lld done, %lld held, %lld dead, %lld "
           "ignored, %lld replaced, %lld in progress\n",
           (long long)counts->accepted, (long long)states[DOC_DONE],
           (long long)states[DOC_HELD], (long long)states[DOC_DEAD],
           (long long)states[DOC_IGNORED], (long long)states[DOC_REPLACED],
           (long long)counts->in_progress);
    if (counts->unbalanced != 0)
        printf("           DOES NOT ADD UP by %lld: tradepost verify\n",
               (long long)counts->unbalanced);
    printf(
        "On the way %lld queued, %lld deferred, %lld in doubt; %lld arrivals "
        "not read yet\n",
        (long long)states[DOC_QUEUED], (long long)states[DOC_DEFERRED],
        (long long)states[DOC_UNKNOWN], (long long)counts->arrivals);
    printf("Late       %lld\n", (long long)counts->overdue);
}

static void
print_text(struct cli *cli, const struct health *health, const char *word)
{
    const struct space *space = &health->space;

    printf("%s  %s  %s   %s\n", PACKAGE_STRING, health->environment,
           conf_dir(cli->conf), word);
    print_documents(&health->counts);
    printf("Disk       %lld MB free of %lld MB, %lld MB are kept for what is "
           "accepted%s\n",
           (long long)(space->free_bytes >> 20),
           (long long)(space->total_bytes >> 20),
           (long long)(space->reserve_bytes >> 20),
           space->low ? ": NOTHING NEW IS TAKEN IN [TP4019]" : "");
    printf("Settings   partners %lld, systems %zu, mistakes %lld\n",
           (long long)health->partners, conf_system_count(cli->conf),
           (long long)health->mistakes);
}

enum exit_code
cmd_status(struct cli *cli)
{
    struct health health;

    if (!look(cli, &health))
        return cli_fail(cli);
    bool degraded = health_degraded(&health);
    const char *word = degraded ? "needs attention" : "ok";
    if (cli->format == FORMAT_TEXT)
        print_text(cli, &health, word);
    else if (!print_row(cli, &health, word))
        return cli_fail(cli);
    if (degraded)
        cli_next(cli, "today");
    return degraded ? EXIT_FINDINGS : EXIT_OK;
}

/* ---- metrics */

enum exit_code
cmd_metrics(struct cli *cli)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct health health;

    if (!look(cli, &health) ||
        !health_metrics(&health, cli->journal, &text, &cli->err))
        return cli_fail(cli);
    fputs(buf_text(&text), stdout);
    return EXIT_OK;
}

/* ---- check-health */

/* What a plugin cannot tell is UNKNOWN, and said on standard output. */
static enum exit_code
unknown(struct cli *cli)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    out_clean(&text, cli->err.text);
    printf("UNKNOWN - %s [%s]\n", buf_text(&text), err_name(cli->err.code));
    return (enum exit_code)HEALTH_UNKNOWN;
}

static bool
take_limits(struct cli *cli, struct health_limits *limits)
{
    const char *warning = cli->option[OPTION_WARNING];
    const char *critical = cli->option[OPTION_CRITICAL];

    health_usual_limits(limits);
    return (warning == NULL ||
            health_take_limits(limits->warning, warning, &cli->err)) &&
           (critical == NULL ||
            health_take_limits(limits->critical, critical, &cli->err));
}

enum exit_code
cmd_check_health(struct cli *cli)
{
    CLEANUP(buf_free) struct buf line = { 0 };
    struct health_limits limits;
    struct health health;

    if (!take_limits(cli, &limits) || !look(cli, &health))
        return unknown(cli);
    enum health_level level = health_judge(&health, &limits, &line);
    puts(buf_text(&line));
    return (enum exit_code)level;
}
