/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what its time is over for, and what is kept all the same. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/out.h"
#include "conf/partner.h"
#include "store/journal.h"
#include "store/purge.h"

/* "ACME,BLUEFISH", in capitals as the journal has them. */
static const char *
kept_partners(struct cli *cli)
{
    const struct conf_group *settings = conf_settings(cli->conf);
    struct buf codes = { 0 };

    for (size_t i = 0; i < conf_count(settings, "retention.keep"); i++) {
        const struct partner *partner =
            partner_find(cli, conf_text_at(settings, "retention.keep", i));
        if (partner == NULL) {
            buf_free(&codes);
            return NULL;
        }
        buf_addf(&codes, "%s%s", i > 0 ? "," : "", partner->code);
    }
    const char *text = arena_strdup(cli->arena, buf_text(&codes));
    buf_free(&codes);
    return text;
}

static void
tell(struct cli *cli, const struct purge *purge)
{
    bool dry = cli_has(cli, OPTION_DRY_RUN);

    if (cli->format != FORMAT_TEXT)
        printf("{\"schema\":\"tradepost.purge/1\",\"dry_run\":%s,\"before_ms\":"
               "%lld,\"documents\":%lld,\"payloads\":%lld,\"bytes\":%lld}\n",
               dry ? "true" : "false", (long long)purge->before,
               (long long)purge->documents, (long long)purge->payloads,
               (long long)purge->bytes);
    else if (!cli_has(cli, OPTION_QUIET))
        printf("%lld documents last changed before %s: %lld payloads, %lld "
               "bytes %s\n",
               (long long)purge->documents, cli_time(cli, purge->before),
               (long long)purge->payloads, (long long)purge->bytes,
               dry ? "would be removed"
                   : "are removed; hashes, numbers and "
                     "the audit stay");
}

static bool
purge_all(struct cli *cli, struct purge *purge)
{
    do
        if (!journal_purge(cli->journal, purge, &cli->err))
            return false;
    while (purge->more);
    return purge->dry_run || journal_sweep(cli->journal, &cli->err);
}

enum exit_code
cmd_purge(struct cli *cli)
{
    struct purge purge = { .dry_run = cli_has(cli, OPTION_DRY_RUN) };

    if (!cli_conf(cli) || !problems_to_err(cli->found, &cli->err))
        return cli_fail(cli);
    long seconds =
        conf_seconds(conf_settings(cli->conf), "retention.payloads", 0);
    if (seconds == 0) {
        err_set(&cli->err, TP4071,
                "retention.payloads is not set, so everything is kept");
        return cli_fail(cli);
    }
    purge.before = when_now() - (moment)seconds * 1000;
    purge.kept = kept_partners(cli);
    if (purge.kept == NULL ||
        !(purge.dry_run ? cli_open(cli) : cli_open_writer(cli)) ||
        !purge_all(cli, &purge))
        return cli_fail(cli);
    tell(cli, &purge);
    return EXIT_OK;
}

/* ---- legal hold of one document */

static enum exit_code
keep(struct cli *cli, bool on)
{
    const char *reason = cli->option[OPTION_REASON];
    struct document document;
    char name[40], text[300];

    if (reason == NULL) {
        err_set(&cli->err, TP8001,
                "say why: --reason \"...\"; it stands in the document's story");
        return cli_fail(cli);
    }
    if (!cli_open_writer(cli) || !doc_find(cli, cli->words[0], &document))
        return cli_fail(cli);
    text_format(name, sizeof name, "keep:%lld", (long long)document.id);
    text_format(text, sizeof text, "%s", on ? reason : "");
    if (!cli_has(cli, OPTION_DRY_RUN) &&
        (!journal_begin(cli->journal, &cli->err) ||
         !journal_cursor_set(cli->journal, name, text, &cli->err) ||
         !journal_note(cli->journal, document.id, on ? "kept" : "kept no more",
                       reason, &cli->err) ||
         !journal_commit(cli->journal, &cli->err)))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("document %lld %s\n", (long long)document.id,
               on ? "is kept, however old it gets" : "is kept no more");
    return EXIT_OK;
}

enum exit_code
cmd_doc_keep(struct cli *cli)
{
    return keep(cli, true);
}

enum exit_code
cmd_doc_unkeep(struct cli *cli)
{
    return keep(cli, false);
}
