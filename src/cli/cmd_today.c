/* SPDX-License-Identifier: Apache-2.0 */
/* What needs somebody, and whether everything is running. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "conf/partner.h"
#include "config.h"
#include "store/journal.h"

static const struct column columns[] = {
    { "age", "AGE", COLUMN_TEXT },
    { "type", "TYPE", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT },
    { "partner", "PARTNER", COLUMN_TEXT },
    { "amount", "AMOUNT", COLUMN_AMOUNT },
    { "currency", "CUR", COLUMN_TEXT },
    { "do", "DO", COLUMN_TEXT },
    { "reason", "REASON", COLUMN_TEXT },
    { "id", "ID", COLUMN_EXTRA },
    { "severity", "SEVERITY", COLUMN_EXTRA },
    { "class", "CLASS", COLUMN_EXTRA },
    { "state", "STATE", COLUMN_EXTRA },
    { "code", "CODE", COLUMN_EXTRA },
    { "waits_for", "WAITS FOR", COLUMN_EXTRA },
    { "action", "ACTION", COLUMN_EXTRA },
    { 0 }
};

static bool
needs_you(struct cli *cli, struct out *out, struct err *err)
{
    struct ask ask;

    if (!out_begin(out, cli, "exception", columns, err))
        return false;
    ask_begin(&ask, cli,
              "SELECT age, type, number, partner, amount, currency,"
              " 'doc show ' || doc, reason, doc, severity, class, state, code,"
              " waits_for, action FROM exceptions");
    ask_only(&ask, "court = 'you'");
    ask_end(&ask, "ORDER BY age_minutes DESC, doc");
    return ask_rows(&ask, out, err);
}

static bool
late_acks(struct cli *cli, const char **text)
{
    struct ask ask;

    ask_begin(&ask, cli,
              "SELECT group_concat(partner || ' ' || n, ', ') FROM (SELECT"
              " partner, count(*) AS n FROM acks WHERE is_late GROUP BY partner"
              " ORDER BY partner)");
    return ask_value(&ask, text, &cli->err);
}

static bool
by_itself(struct cli *cli, const char **text)
{
    struct ask ask;

    ask_begin(&ask, cli,
              "SELECT group_concat(n || ' ' || state, ', ') FROM (SELECT state,"
              " count(*) AS n FROM documents WHERE state IN ('received',"
              " 'translated', 'queued', 'working', 'unknown', 'deferred')"
              " GROUP BY state ORDER BY state)");
    return ask_value(&ask, text, &cli->err);
}

enum exit_code
cmd_today(struct cli *cli)
{
    CLEANUP(buf_free) struct buf money = { 0 };
    const char *late, *running;
    struct out out;

    if (!cli_open(cli) || !needs_you(cli, &out, &cli->err))
        return cli_fail(cli);
    enum exit_code code = out_rows(&out) > 0 ? EXIT_FINDINGS : EXIT_OK;
    if (cli->format != FORMAT_TEXT) {
        out_end(&out);
        return code;
    }
    if (!late_acks(cli, &late) || !by_itself(cli, &running))
        return cli_fail(cli);
    out_totals(&out, "amount", "currency", &money);
    printf("NEEDS YOU (%zu)%s%s\n", out_rows(&out),
           money.size ? "   oldest first, money at risk " : "",
           buf_text(&money));
    out_end(&out);
    printf("WAITING FOR PARTNER  %s%s\n",
           late[0] ? "acks late: " : "nothing late", late);
    printf("RUNNING BY ITSELF    %s\n", running[0] ? running : "nothing");
    cli_next(cli, out_rows(&out) ? "doc show ID" : "status");
    return code;
}

static const struct column status_columns[] = {
    { "version", "", COLUMN_TEXT },
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
    { 0 }
};

static bool
is_degraded(const struct cli *cli, const struct journal_counts *counts,
            const struct space *space)
{
    return space->low || counts->states[DOC_HELD] > 0 ||
           counts->states[DOC_DEAD] > 0 || counts->overdue > 0 ||
           problems_errors(cli->found) > 0;
}

static void
print_status(struct cli *cli, const struct journal_counts *counts,
             const struct space *space, const char *health)
{
    const int64_t *states = counts->states;

    printf("%s  %s  %s   %s\n", PACKAGE_STRING,
           conf_company(cli->conf)->environment, conf_dir(cli->conf), health);
    printf("Documents  %lld accepted = %lld done, %lld held, %lld dead, %lld "
           "ignored, %lld replaced, %lld in progress\n",
           (long long)counts->accepted, (long long)states[DOC_DONE],
           (long long)states[DOC_HELD], (long long)states[DOC_DEAD],
           (long long)states[DOC_IGNORED], (long long)states[DOC_REPLACED],
           (long long)counts->in_progress);
    printf(
        "On the way %lld queued, %lld deferred, %lld in doubt; %lld arrivals "
        "not read yet\n",
        (long long)states[DOC_QUEUED], (long long)states[DOC_DEFERRED],
        (long long)states[DOC_UNKNOWN], (long long)counts->arrivals);
    printf("Late       %lld\n", (long long)counts->overdue);
    printf("Disk       %lld MB free of %lld MB, %lld MB are kept for what is "
           "accepted%s\n",
           (long long)(space->free_bytes >> 20),
           (long long)(space->total_bytes >> 20),
           (long long)(space->reserve_bytes >> 20),
           space->low ? ": NOTHING NEW IS TAKEN IN [TP4019]" : "");
    printf("Settings   partners %zu, systems %zu, mistakes %zu\n",
           partner_count(cli->conf), conf_system_count(cli->conf),
           problems_errors(cli->found));
}

static bool
status_row(struct cli *cli, const struct journal_counts *counts,
           const struct space *space, const char *health)
{
    const int64_t *states = counts->states;
    const int64_t numbers[] = { counts->accepted,
                                counts->in_progress,
                                states[DOC_DONE],
                                states[DOC_HELD],
                                states[DOC_DEAD],
                                states[DOC_IGNORED],
                                states[DOC_REPLACED],
                                states[DOC_UNKNOWN],
                                states[DOC_DEFERRED],
                                counts->arrivals,
                                counts->overdue,
                                (int64_t)problems_errors(cli->found),
                                space->free_bytes,
                                space->reserve_bytes,
                                space->low };
    struct out out;

    if (!out_begin(&out, cli, "status", status_columns, &cli->err))
        return false;
    out_cell(&out, PACKAGE_VERSION);
    out_cell(&out, conf_company(cli->conf)->environment);
    out_cell(&out, health);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        out_cellf(&out, "%lld", (long long)numbers[i]);
    out_end(&out);
    return true;
}

enum exit_code
cmd_status(struct cli *cli)
{
    struct journal_counts counts;
    struct space space;

    if (!cli_open(cli) || !journal_counts(cli->journal, &counts, &cli->err) ||
        !journal_space(cli->journal, &space, &cli->err))
        return cli_fail(cli);
    bool degraded = is_degraded(cli, &counts, &space);
    const char *health = degraded ? "needs attention" : "ok";
    if (cli->format == FORMAT_TEXT)
        print_status(cli, &counts, &space, health);
    else if (!status_row(cli, &counts, &space, health))
        return cli_fail(cli);
    if (degraded)
        cli_next(cli, "today");
    return degraded ? EXIT_FINDINGS : EXIT_OK;
}
