/* SPDX-License-Identifier: Apache-2.0 */
/* The far sides: partners' channels and business systems, how they fare, and
 * what a person says about that. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/endpoint.h"
#include "conf/partner.h"
#include "flow/destination.h"
#include "store/journal.h"

static const struct column columns[] = {
    { "endpoint", "ENDPOINT", COLUMN_TEXT },
    { "state", "STATE", COLUMN_TEXT },
    { "since", "SINCE", COLUMN_TIME },
    { "next", "NEXT TRY", COLUMN_TIME },
    { "last_ok", "LAST OK", COLUMN_TIME },
    { "waiting", "WAITING", COLUMN_COUNT },
    { "reason", "NOTE", COLUMN_TEXT },
    { "code", "CODE", COLUMN_EXTRA },
    { "failures", "FAILURES", COLUMN_EXTRA },
    { 0 }
};

/* One of them: a partner or a system. */
struct far_side {
    const struct partner *partner; /* NULL: a system */
    const char *system;
    const char *shown; /* "sftp:BLUEFISH", "nav" */
    struct destination destination, before;
};

static size_t
far_side_count(const struct cli *cli)
{
    return conf_system_count(cli->conf) + partner_count(cli->conf);
}

/* Systems first. */
static bool
far_side_at(struct cli *cli, size_t i, struct far_side *side)
{
    size_t systems = conf_system_count(cli->conf);

    *side = (struct far_side){ .partner = NULL };
    if (i < systems) {
        side->system = side->shown = conf_system_name(cli->conf, i);
    } else {
        side->partner = partner_at(cli->conf, i - systems);
        side->shown =
            arena_printf(cli->arena, "%s:%s",
                         conf_text(conf_sub(side->partner->group, "channel"),
                                   "kind", "none"),
                         side->partner->code);
    }
    text_format(side->destination.name, sizeof side->destination.name, "%s/%s",
                side->partner ? "partner" : "system",
                side->partner ? side->partner->code : side->system);
    return destination_load(cli->journal, &side->destination, &side->before,
                            &cli->err);
}

static bool
is_named(const struct far_side *side, const char *name)
{
    if (side->partner == NULL)
        return text_equal(side->system, name);
    return strcasecmp(side->partner->code, name) == 0 ||
           strcasecmp(side->shown, name) == 0;
}

static bool
waiting(struct cli *cli, const struct far_side *side, const char **count)
{
    struct ask ask;

    ask_begin(&ask, cli, "SELECT count(*) FROM documents");
    ask_only(&ask, "state IN ('queued', 'deferred')");
    ask_only(&ask, side->partner ? "direction = 'out'" : "direction = 'in'");
    if (side->partner != NULL)
        ask_where(&ask, "partner = ?", side->partner->code);
    ask_end(&ask, "");
    return ask_value(&ask, count, &cli->err);
}

static void
time_cell(struct out *out, moment at)
{
    if (at != 0)
        out_cellf(out, "%lld", (long long)at);
    else
        out_cell(out, "");
}

static bool
add_row(struct cli *cli, struct out *out, const struct far_side *side)
{
    const struct destination *is = &side->destination;
    const char *count;

    if (!waiting(cli, side, &count))
        return false;
    out_cell(out, side->shown);
    out_cell(out, destination_state_name(is->state));
    time_cell(out, is->since);
    time_cell(out, is->until);
    time_cell(out, is->good);
    out_cell(out, count);
    out_cell(out, is->why);
    out_cell(out, is->code != TP_NONE ? err_name(is->code) : "");
    out_cellf(out, "%d", is->times);
    return true;
}

static bool
needs_somebody(const struct far_side *side)
{
    return side->destination.state == DESTINATION_DOWN ||
           side->destination.state == DESTINATION_PAUSED ||
           side->destination.state == DESTINATION_STOPPED;
}

/* Exit 1 when one of them is shut. */
static enum exit_code
list(struct cli *cli, const char *name)
{
    struct far_side side;
    struct out out;
    bool shut = false;

    if (!cli_open(cli) || !out_begin(&out, cli, "endpoint", columns, &cli->err))
        return cli_fail(cli);
    for (size_t i = 0; i < far_side_count(cli); i++) {
        if (!far_side_at(cli, i, &side))
            return cli_fail(cli);
        if (name != NULL && !is_named(&side, name))
            continue;
        if (!add_row(cli, &out, &side))
            return cli_fail(cli);
        shut |= needs_somebody(&side);
    }
    if (name != NULL && out_rows(&out) == 0)
        return cli_missing(cli, "there is no partner or system '%s'", name);
    out_end(&out);
    if (name != NULL && shut)
        cli_next(cli, "endpoint resume %s --reason \"...\"", name);
    return shut ? EXIT_FINDINGS : EXIT_OK;
}

enum exit_code
cmd_endpoint_list(struct cli *cli)
{
    return list(cli, NULL);
}

enum exit_code
cmd_endpoint_show(struct cli *cli)
{
    return list(cli, cli->words[0]);
}

static bool
find(struct cli *cli, const char *name, struct far_side *side)
{
    for (size_t i = 0; i < far_side_count(cli); i++) {
        if (!far_side_at(cli, i, side))
            return false;
        if (is_named(side, name))
            return true;
    }
    return err_set(&cli->err, TP8003, "there is no partner or system '%s'",
                   name);
}

typedef bool say(struct destination *, moment now, const char *reason);

static bool
act_on(struct cli *cli, const char *name, say *change, const char *done)
{
    struct far_side side;

    if (!find(cli, name, &side))
        return false;
    if (!change(&side.destination, when_now(), cli->option[OPTION_REASON]))
        return err_set(&cli->err, TP7074, "%s is %s already", side.shown,
                       destination_state_name(side.before.state));
    if (cli_has(cli, OPTION_DRY_RUN)) {
        printf("%s would be %s\n", side.shown, done);
        return true;
    }
    if (!destination_save(cli->journal, &side.destination, &side.before,
                          &cli->err))
        return false;
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s is %s\n", side.shown, done);
    return true;
}

static enum exit_code
act_on_all(struct cli *cli, say *change, const char *done)
{
    enum exit_code worst = EXIT_OK;
    size_t failed = 0;

    if (cli->option[OPTION_REASON] == NULL) {
        err_set(&cli->err, TP8001,
                "say why: --reason \"...\"; it stands in the audit");
        return cli_fail(cli);
    }
    if (!cli_open_writer(cli))
        return cli_fail(cli);
    for (size_t i = 0; i < cli->count; i++)
        if (!act_on(cli, cli->words[i], change, done)) {
            worst = cli_fail(cli);
            err_clear(&cli->err);
            failed++;
        }
    return failed > 0 && failed < cli->count ? EXIT_PARTIAL : worst;
}

enum exit_code
cmd_endpoint_pause(struct cli *cli)
{
    return act_on_all(cli, destination_pause, "paused");
}

enum exit_code
cmd_endpoint_resume(struct cli *cli)
{
    return act_on_all(cli, destination_resume, "resumed");
}

static bool
signs_in_with(struct cli *cli, const struct far_side *side, const char *secret)
{
    CLEANUP(buf_free) struct buf says = { 0 };

    conf_group_says(side->partner != NULL
                        ? conf_sub(side->partner->group, "channel")
                        : conf_system(cli->conf, side->system),
                    &says);
    return strstr(buf_text(&says),
                  arena_printf(cli->arena, "=secret:%s\n", secret)) != NULL;
}

bool
endpoints_follow_secret(struct cli *cli, const char *name)
{
    for (size_t i = 0; i < far_side_count(cli); i++) {
        struct far_side side;
        if (!far_side_at(cli, i, &side))
            return false;
        if (side.destination.state != DESTINATION_STOPPED ||
            !signs_in_with(cli, &side, name))
            continue;
        destination_resume(
            &side.destination, when_now(),
            arena_printf(cli->arena, "the secret '%s' was changed", name));
        if (!destination_save(cli->journal, &side.destination, &side.before,
                              &cli->err))
            return false;
        if (!cli_has(cli, OPTION_QUIET))
            printf("%s is tried again\n", side.shown);
    }
    return true;
}
