/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may do to documents, one by one or all that a filter finds. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "flow/flow.h"
#include "store/journal.h"

/* What is done to each, and how it is said; only: to those in this state. */
struct deed {
    const char *only;
    enum { DEED_ACT, DEED_ONCE_MORE } kind;
    enum flow_act act;
    enum flow_once_more how;
    const char *done;
};

static bool
do_it(struct cli *cli, const struct deed *deed, int64_t id, int64_t *made)
{
    const char *reason = cli->option[OPTION_REASON];

    *made = 0;
    return deed->kind == DEED_ACT
               ? flow_act(cli->journal, id, deed->act, reason, &cli->err)
               : flow_once_more(cli->journal, id, deed->how, reason, made,
                                &cli->err);
}

/* A dry run does it, too, and takes it back: so it says what would happen. */
static bool
act_on(struct cli *cli, const struct deed *deed,
       const struct document *document)
{
    bool dry = cli_has(cli, OPTION_DRY_RUN);
    int64_t made;

    if (deed->only != NULL &&
        !text_equal(deed->only, doc_state_name(document->state)))
        return err_set(&cli->err, TP7030, "document %lld is %s, not %s",
                       (long long)document->id, doc_state_name(document->state),
                       deed->only);
    if (!journal_begin(cli->journal, &cli->err))
        return false;
    if (!do_it(cli, deed, document->id, &made) ||
        (!dry && !journal_commit(cli->journal, &cli->err))) {
        journal_abandon(cli->journal);
        return false;
    }
    if (dry)
        journal_abandon(cli->journal);
    if (cli_has(cli, OPTION_QUIET))
        return true;
    printf("document %lld (%s %s %s) %s %s", (long long)document->id,
           document->partner, document->set, document->number,
           dry ? "would be" : "is", deed->done);
    if (made != 0 && !dry)
        printf(" as document %lld", (long long)made);
    putchar('\n');
    return true;
}

struct tally {
    size_t done, failed;
    enum exit_code worst;
};

static void
count(struct cli *cli, struct tally *tally, bool good)
{
    tally->done += good;
    if (good)
        return;
    tally->failed++;
    tally->worst = cli_fail(cli);
    err_clear(&cli->err);
}

static bool
any_filter(const struct cli *cli)
{
    return cli_has(cli, OPTION_PARTNER) || cli_has(cli, OPTION_TYPE) ||
           cli_has(cli, OPTION_STATE) || cli_has(cli, OPTION_SINCE) ||
           cli_has(cli, OPTION_UNTIL);
}

/* The documents that fit, oldest first: in the order in which they came. */
static bool
selected(struct cli *cli, const char *state, const char **ids)
{
    struct ask ask;
    int32_t limit;

    ask_begin(&ask, cli,
              "SELECT group_concat(doc, ' ') FROM (SELECT doc FROM documents");
    ask_where(&ask, "type = ?", cli->option[OPTION_TYPE]);
    ask_where(&ask, "state = ?", state);
    bool good = cli_limit(cli, 1000, &limit, &cli->err) &&
                ask_options(&ask, "created_ms", "partner", &cli->err);
    buf_addf(&ask.sql, " ORDER BY doc LIMIT %d)", good ? (int)limit : 0);
    if (good)
        return ask_value(&ask, ids, &cli->err);
    buf_free(&ask.sql);
    return false;
}

static bool
act_on_id(struct cli *cli, const struct deed *deed, int64_t id)
{
    struct document document;
    bool found;

    return journal_document(cli->journal, id, &document, &found, &cli->err) &&
           (found || err_set(&cli->err, TP7039, "there is no document %lld",
                             (long long)id)) &&
           act_on(cli, deed, &document);
}

static bool
act_on_selected(struct cli *cli, const struct deed *deed, struct tally *tally)
{
    const char *ids;

    if (!selected(cli, deed->only ? deed->only : cli->option[OPTION_STATE],
                  &ids))
        return false;
    for (char *next; *ids != '\0'; ids = *next == ' ' ? next + 1 : next) {
        long long id = strtoll(ids, &next, 10);
        count(cli, tally, act_on_id(cli, deed, id));
    }
    if (!cli_has(cli, OPTION_QUIET))
        printf("%zu document%s, %zu refused%s\n", tally->done,
               tally->done == 1 ? "" : "s", tally->failed,
               cli_has(cli, OPTION_DRY_RUN) ? "; nothing was done" : "");
    return true;
}

static bool
may_begin(struct cli *cli, const struct deed *deed)
{
    if (cli->option[OPTION_REASON] == NULL)
        return err_set(&cli->err, TP8001,
                       "say why: --reason \"...\"; it stands in the document's "
                       "story");
    if (cli->count == 0 && !any_filter(cli) && deed->only == NULL)
        return err_set(&cli->err, TP8001,
                       "say which: DOC..., or a filter such as --partner, "
                       "--type, --state or --since");
    if (cli->count > 0 && any_filter(cli))
        return err_set(&cli->err, TP8001, "say DOC... or a filter, not both");
    return true;
}

static enum exit_code
act_on_all(struct cli *cli, const struct deed *deed)
{
    struct tally tally = { .worst = EXIT_OK };
    struct document document;

    if (!may_begin(cli, deed) || !cli_open_writer(cli))
        return cli_fail(cli);
    if (cli->count == 0 && !act_on_selected(cli, deed, &tally))
        return cli_fail(cli);
    for (size_t i = 0; i < cli->count; i++)
        count(cli, &tally,
              doc_find(cli, cli->words[i], &document) &&
                  act_on(cli, deed, &document));
    if (tally.done > 0)
        cli_next(cli, "run");
    return tally.failed > 0 && tally.done > 0 ? EXIT_PARTIAL : tally.worst;
}

enum exit_code
cmd_doc_retry(struct cli *cli)
{
    return act_on_all(cli,
                      &(struct deed){ .act = FLOW_RETRY, .done = "due again" });
}

enum exit_code
cmd_queue_dead_requeue(struct cli *cli)
{
    return act_on_all(cli, &(struct deed){ .only = "dead",
                                           .act = FLOW_RETRY,
                                           .done = "due again" });
}

enum exit_code
cmd_doc_reprocess(struct cli *cli)
{
    return act_on_all(cli, &(struct deed){ .act = FLOW_REPROCESS,
                                           .done = "translated again" });
}

enum exit_code
cmd_doc_resend(struct cli *cli)
{
    return act_on_all(cli, &(struct deed){ .kind = DEED_ONCE_MORE,
                                           .how = FLOW_RESEND,
                                           .done = "sent again" });
}

enum exit_code
cmd_doc_reissue(struct cli *cli)
{
    return act_on_all(cli, &(struct deed){ .kind = DEED_ONCE_MORE,
                                           .how = FLOW_REISSUE,
                                           .done = "reissued" });
}

enum exit_code
cmd_doc_release(struct cli *cli)
{
    return act_on_all(
        cli, &(struct deed){ .act = FLOW_RELEASE, .done = "released" });
}

enum exit_code
cmd_doc_hold(struct cli *cli)
{
    return act_on_all(cli, &(struct deed){ .act = FLOW_HOLD, .done = "held" });
}

enum exit_code
cmd_doc_ignore(struct cli *cli)
{
    return act_on_all(cli,
                      &(struct deed){ .act = FLOW_IGNORE, .done = "ignored" });
}
