/* SPDX-License-Identifier: Apache-2.0 */
/* What needs somebody. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
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
              " sum(now) AS n FROM main.tally WHERE state IN ('received',"
              " 'translated', 'queued', 'working', 'unknown', 'deferred')"
              " GROUP BY state HAVING sum(now) > 0 ORDER BY state)");
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
