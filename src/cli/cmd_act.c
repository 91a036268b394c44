/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may do to documents: retry, release, hold, ignore. */
#include <stdio.h>

#include "cli/commands.h"
#include "flow/flow.h"
#include "store/journal.h"

static bool
act_on(struct cli *cli, enum flow_act act, const char *word, const char *done)
{
    struct document document;

    if (!doc_find(cli, word, &document))
        return false;
    long long id = document.id;
    if (cli_has(cli, OPTION_DRY_RUN)) {
        printf("document %lld would be %s\n", id, done);
        return true;
    }
    if (!flow_act(cli->journal, id, act,
                  cli->option[OPTION_REASON] ? cli->option[OPTION_REASON] : "",
                  &cli->err))
        return false;
    if (!cli_has(cli, OPTION_QUIET))
        printf("document %lld is %s\n", id, done);
    return true;
}

static enum exit_code
act_on_all(struct cli *cli, enum flow_act act, const char *done)
{
    enum exit_code worst = EXIT_OK;
    size_t failed = 0;

    if (cli->option[OPTION_REASON] == NULL && act != FLOW_RETRY) {
        err_set(&cli->err, TP8001,
                "say why: --reason \"...\"; it stands in "
                "the document's story");
        return cli_fail(cli);
    }
    if (!cli_open_writer(cli))
        return cli_fail(cli);
    for (size_t i = 0; i < cli->count; i++)
        if (!act_on(cli, act, cli->words[i], done)) {
            worst = cli_fail(cli);
            err_clear(&cli->err);
            failed++;
        }
    if (failed < cli->count)
        cli_next(cli, "run");
    return failed > 0 && failed < cli->count ? EXIT_PARTIAL : worst;
}

enum exit_code
cmd_doc_retry(struct cli *cli)
{
    return act_on_all(cli, FLOW_RETRY, "due again");
}

enum exit_code
cmd_doc_release(struct cli *cli)
{
    return act_on_all(cli, FLOW_RELEASE, "released");
}

enum exit_code
cmd_doc_hold(struct cli *cli)
{
    return act_on_all(cli, FLOW_HOLD, "held");
}

enum exit_code
cmd_doc_ignore(struct cli *cli)
{
    return act_on_all(cli, FLOW_IGNORE, "ignored");
}
