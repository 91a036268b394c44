/* SPDX-License-Identifier: Apache-2.0 */
/* Backups of the journal, and what follows when one is put back. */
#include <stdio.h>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/out.h"
#include "store/backup.h"
#include "store/journal.h"
#include "store/keeper.h"
#include "store/restored.h"
#include "store/spool.h"

static void
tell(struct cli *cli, const char *what, const struct backup_info *info)
{
    struct buf line = { 0 };

    if (cli->format == FORMAT_TEXT) {
        if (!cli_has(cli, OPTION_QUIET))
            printf("%s %s: made %s, %lld file%s, %lld bytes, up to event "
                   "%lld\n",
                   cli->words[0], what, cli_second(cli, info->made),
                   (long long)info->files, info->files == 1 ? "" : "s",
                   (long long)info->bytes, (long long)info->event);
        return;
    }
    buf_adds(&line, "{\"schema\":\"tradepost.backup/1\",\"backup\":");
    out_json_text(&line, cli->words[0]);
    buf_addf(&line,
             ",\"result\":\"%s\",\"made_ms\":%lld,\"files\":%lld,"
             "\"bytes\":%lld,\"event\":%lld,\"hash\":\"%s\",\"epoch\":%lld}",
             what, (long long)info->made, (long long)info->files,
             (long long)info->bytes, (long long)info->event, info->hash,
             (long long)info->epoch);
    puts(buf_text(&line));
    buf_free(&line);
}

/* For the monitor. The backup is whole, whatever becomes of this. */
static void
remember(struct cli *cli)
{
    const char *now = arena_printf(cli->arena, "%lld", (long long)when_now()),
               *dir = conf_state_dir(cli->conf);
    struct err none = { 0 }, failed = { 0 };

    journal_close(&cli->journal);
    if ((!journal_connect(&cli->journal, dir, &none) &&
         !journal_open(&cli->journal, dir, &failed)) ||
        !journal_cursor_set(cli->journal, "backup:last", now, &failed))
        log_err(LOG_WARNING, &failed, "when the backup was made is not kept");
}

enum exit_code
cmd_backup_create(struct cli *cli)
{
    struct backup_info info = { 0 };

    if (!cli_open(cli) ||
        !backup_create(cli->journal, cli->words[0], &info, &cli->err))
        return cli_fail(cli);
    tell(cli, "is whole", &info);
    remember(cli);
    cli_next(cli, "backup verify %s", cli->words[0]);
    return EXIT_OK;
}

static bool
prove(struct cli *cli, struct backup_info *info, bool *good)
{
    struct problems *found = problems_new(cli->arena);

    if (!backup_verify(cli->words[0], found, info, &cli->err))
        return false;
    for (const struct problem *p = problems_first(found); p; p = p->next)
        cli_problem(cli, p);
    *good = problems_errors(found) == 0;
    return true;
}

enum exit_code
cmd_backup_verify(struct cli *cli)
{
    struct backup_info info = { 0 };
    bool good;

    if (!cli_conf(cli) || !prove(cli, &info, &good))
        return cli_fail(cli);
    tell(cli, good ? "is whole" : "is damaged", &info);
    return good ? EXIT_OK : EXIT_FINDINGS;
}

/* What is said when the journal is one that was put back. */
static enum exit_code
watched(struct cli *cli)
{
    struct journal_counts counts;

    if (!journal_counts(cli->journal, &counts, &cli->err))
        return cli_fail(cli);
    if (cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_QUIET))
        printf("%lld documents are held; nothing is sent or posted by itself "
               "until `backup resume`\n",
               (long long)counts.states[DOC_HELD]);
    cli_next(cli, "today");
    return EXIT_OK;
}

/* Views are those of the journal that is gone. */
static bool
show_anew(struct cli *cli)
{
    const char *spool = conf_spool_dir(cli->conf);

    return spool_prepare(spool, &cli->err) &&
           spool_rebuild(cli->journal, spool, &cli->err) &&
           anchor_write(cli->journal, spool, true, &cli->err);
}

enum exit_code
cmd_backup_restore(struct cli *cli)
{
    struct backup_info info = { 0 };
    bool good;

    if (!cli_conf(cli) || !prove(cli, &info, &good))
        return cli_fail(cli);
    if (!good) {
        tell(cli, "is damaged; nothing was restored", &info);
        return EXIT_FINDINGS;
    }
    if (cli_has(cli, OPTION_DRY_RUN)) {
        tell(cli, "would be restored", &info);
        return EXIT_OK;
    }
    if (!spool_prepare(conf_spool_dir(cli->conf), &cli->err) ||
        !backup_restore(cli->words[0], conf_state_dir(cli->conf),
                        conf_spool_dir(cli->conf), cli_actor(cli), &info,
                        &cli->err) ||
        !cli_open_writer(cli) || !show_anew(cli))
        return cli_fail(cli);
    tell(cli, "is restored", &info);
    return watched(cli);
}

static bool
say_why(struct cli *cli)
{
    return cli->option[OPTION_REASON] != NULL ||
           err_set(&cli->err, TP8001,
                   "say why: --reason \"...\"; it stands in the audit");
}

/* Opens the journal that cli_open_writer refuses. */
static bool
declare(struct cli *cli)
{
    const char *spool = conf_spool_dir(cli->conf);
    char reason[200];

    text_format(reason, sizeof reason, "put back: %s",
                cli->option[OPTION_REASON]);
    if (!spool_prepare(spool, &cli->err) ||
        !journal_open(&cli->journal, conf_state_dir(cli->conf), &cli->err))
        return false;
    journal_set_actor(cli->journal, cli_actor(cli));
    return journal_declare(cli->journal, spool, reason, &cli->err) &&
           show_anew(cli);
}

enum exit_code
cmd_backup_declare(struct cli *cli)
{
    if (!cli_conf(cli) || !say_why(cli))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_DRY_RUN)) {
        puts("a new epoch would begin, and what is under way would be held");
        return EXIT_OK;
    }
    return declare(cli) ? watched(cli) : cli_fail(cli);
}

enum exit_code
cmd_backup_resume(struct cli *cli)
{
    if (!say_why(cli) || !cli_open_writer(cli))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_DRY_RUN)) {
        puts("new documents would go on by themselves");
        return EXIT_OK;
    }
    if (!journal_resume(cli->journal, cli->option[OPTION_REASON], &cli->err))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        puts("new documents go on by themselves; what is held waits for "
             "`doc release`");
    return EXIT_OK;
}
