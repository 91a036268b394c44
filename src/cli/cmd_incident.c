/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "store/journal.h"

static const struct column columns[] = { { "id", "ID", COLUMN_COUNT },
                                         { "severity", "SEV", COLUMN_COUNT },
                                         { "begun", "SINCE", COLUMN_TIME },
                                         { "ended", "OVER", COLUMN_TIME },
                                         { "class", "CLASS", COLUMN_TEXT },
                                         { "partner", "PARTNER", COLUMN_TEXT },
                                         { "subject", "WHAT", COLUMN_TEXT },
                                         { "seen_by", "SEEN BY", COLUMN_TEXT },
                                         { "told", "TOLD", COLUMN_TEXT },
                                         { "text", "", COLUMN_EXTRA },
                                         { 0 } };

#define SELECT                                                                \
    "SELECT incident, severity, begun_ms, ended_ms, class, partner, subject," \
    " seen_by, told, text FROM incidents"

enum exit_code
cmd_incident_list(struct cli *cli)
{
    struct out out;
    struct ask ask;

    if (!cli_open(cli) || !out_begin(&out, cli, "incident", columns, &cli->err))
        return cli_fail(cli);
    ask_begin(&ask, cli, SELECT);
    if (!cli_has(cli, OPTION_ALL))
        ask_only(&ask, "ended_ms IS NULL");
    ask_end(&ask, "ORDER BY ended_ms IS NOT NULL, severity, incident DESC"
                  " LIMIT 1000");
    if (!ask_rows(&ask, &out, &cli->err))
        return cli_fail(cli);
    size_t rows = out_rows(&out);
    out_end(&out);
    if (cli->format == FORMAT_TEXT && rows == 0 && !cli_has(cli, OPTION_QUIET))
        puts("nothing is wrong");
    return rows > 0 && !cli_has(cli, OPTION_ALL) ? EXIT_FINDINGS : EXIT_OK;
}

static bool
take_id(struct cli *cli, long *id)
{
    return text_number(cli->words[0], 1000000000, id) ||
           err_set(&cli->err, TP8003, "there is no incident '%.40s'",
                   cli->words[0]);
}

static bool
print_row(void *user, int count, const char *const *names,
          const char *const *values, struct err *err)
{
    struct cli *cli = user;

    (void)count;
    (void)names;
    (void)err;
    printf("%s\n%s\n", values[0], values[1]);
    printf("Severity %s, class %s%s%s\n", values[2], values[3],
           values[4][0] ? ", partner " : "", values[4]);
    printf("Since    %s\n", cli_time(cli, strtoll(values[5], NULL, 10)));
    if (values[6] != NULL)
        printf("Over at  %s\n", cli_time(cli, strtoll(values[6], NULL, 10)));
    if (values[7][0] != '\0')
        printf("Seen by  %s\n", values[7]);
    return true;
}

static bool
print_notice(void *user, int count, const char *const *names,
             const char *const *values, struct err *err)
{
    (void)user;
    (void)count;
    (void)names;
    (void)err;
    printf("Told     %s of its %s: %s%s%s, tries %s\n", values[0], values[1],
           values[2], values[4][0] ? "; " : "", values[4], values[3]);
    return true;
}

enum exit_code
cmd_incident_show(struct cli *cli)
{
    const char *texts[] = { cli->words[0] };
    struct out out;
    struct ask ask;
    long id;

    if (!take_id(cli, &id) || !cli_open(cli) ||
        !out_begin(&out, cli, "incident", columns, &cli->err))
        return cli_fail(cli);
    ask_begin(&ask, cli, SELECT);
    ask_where(&ask, "incident = CAST(? AS INTEGER)", cli->words[0]);
    ask_end(&ask, "");
    if (!ask_rows(&ask, &out, &cli->err))
        return cli_fail(cli);
    if (out_rows(&out) == 0)
        return cli_missing(cli, "there is no incident %ld", id);
    if (cli->format != FORMAT_TEXT) {
        out_end(&out);
        return EXIT_OK;
    }
    bool good =
        journal_query(cli->journal,
                      "SELECT subject, text, severity, class, partner,"
                      " begun_ms, ended_ms, seen_by FROM incidents WHERE"
                      " incident = CAST(?1 AS INTEGER)",
                      texts, 1, print_row, cli, &cli->err) &&
        journal_query(cli->journal,
                      "SELECT channel, edge, state, attempts, detail FROM"
                      " main.notice WHERE incident = CAST(?1 AS INTEGER)"
                      " ORDER BY id",
                      texts, 1, print_notice, NULL, &cli->err);
    return good ? EXIT_OK : cli_fail(cli);
}

enum exit_code
cmd_incident_ack(struct cli *cli)
{
    bool found;
    long id;

    if (!take_id(cli, &id) || !cli_open_writer(cli) ||
        !journal_incident_ack(cli->journal, id, &found, &cli->err))
        return cli_fail(cli);
    if (!found)
        return cli_missing(cli, "there is no incident %ld", id);
    if (!cli_has(cli, OPTION_QUIET))
        printf("incident %ld: seen by %s\n", id, cli_actor(cli));
    return EXIT_OK;
}
