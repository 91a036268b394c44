/* SPDX-License-Identifier: Apache-2.0 */
/* The flows: which there are, and when they run. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/out.h"
#include "flow/flow.h"
#include "store/journal.h"

static bool
open_texts(struct cli *cli, struct flow **flow)
{
    struct problems *found = problems_new(cli->arena);

    if (!cli_conf(cli) || !flow_open(flow, cli->conf, found, &cli->err))
        return false;
    if (problems_to_err(found, &cli->err))
        return true;
    flow_close(flow);
    return false;
}

static const struct column list_columns[] = { { "name", "FLOW", COLUMN_TEXT },
                                              { "schedule", "WHEN",
                                                COLUMN_TEXT },
                                              { "title", "TITLE", COLUMN_TEXT },
                                              { 0 } };

enum exit_code
cmd_flow_list(struct cli *cli)
{
    struct flow *flow = NULL;
    struct out out;

    if (!open_texts(cli, &flow))
        return cli_fail(cli);
    bool good = out_begin(&out, cli, "flow", list_columns, &cli->err);
    for (size_t i = 0; good && i < flow_count(flow); i++) {
        out_cell(&out, flow_name(flow, i));
        out_cell(&out, flow_schedule(flow, i));
        out_cell(&out, flow_title(flow, i));
    }
    if (good)
        out_end(&out);
    flow_close(&flow);
    return good ? EXIT_OK : cli_fail(cli);
}

struct next {
    const char *flow;
    struct flow_next_run run;
    moment last;
};

struct nexts {
    struct next *list;
    size_t count;
};

static int
by_time(const void *a, const void *b)
{
    const struct next *first = a, *second = b;

    if (first->run.at != second->run.at)
        return first->run.at < second->run.at ? -1 : 1;
    return strcmp(first->flow, second->flow);
}

/* A run that was missed is due at once; those after it are still to come. */
static void
add_runs(const struct flow *flow, size_t i, moment last, size_t count,
         struct nexts *nexts)
{
    moment now = when_now(), after = now;
    struct flow_next_run missed;

    if (last != 0 && flow_next(flow, i, last, &missed) && missed.at <= now &&
        count > 0) {
        nexts->list[nexts->count++] =
            (struct next){ flow_name(flow, i), missed, last };
        count--;
    }
    for (; count > 0; count--) {
        struct next *next = &nexts->list[nexts->count];
        *next = (struct next){ .flow = flow_name(flow, i), .last = last };
        if (!flow_next(flow, i, after, &next->run))
            return;
        after = next->run.at;
        nexts->count++;
    }
}

static const struct column next_columns[] = { { "flow", "FLOW", COLUMN_TEXT },
                                              { "at", "NEXT", COLUMN_TIME },
                                              { "in", "IN", COLUMN_TEXT },
                                              { "why", "BECAUSE", COLUMN_TEXT },
                                              { "planned", "", COLUMN_EXTRA },
                                              { "last", "LAST", COLUMN_TIME },
                                              { 0 } };

static const char *
away(const struct cli *cli, moment at)
{
    moment now = when_now();

    if (at <= now)
        return "due now";
    if (at - now < 60000)
        return arena_printf(cli->arena, "%llds",
                            (long long)(at - now + 999) / 1000);
    return cli_age(cli, now - (at - now));
}

static bool
print_runs(struct cli *cli, struct nexts *nexts)
{
    char stamp[WHEN_STAMP];
    struct out out;

    if (!out_begin(&out, cli, "flow.next", next_columns, &cli->err))
        return false;
    qsort(nexts->list, nexts->count, sizeof *nexts->list, by_time);
    for (size_t i = 0; i < nexts->count; i++) {
        const struct next *next = &nexts->list[i];
        out_cell(&out, next->flow);
        out_cellf(&out, "%lld", (long long)next->run.at);
        out_cell(&out, away(cli, next->run.at));
        out_cell(&out,
                 next->run.planned == next->run.at
                     ? next->run.why
                     : arena_printf(cli->arena, "%s, put off", next->run.why));
        out_cell(&out, when_stamp(next->run.planned, stamp));
        out_cellf(&out, next->last ? "%lld" : "%.0lld", (long long)next->last);
    }
    out_end(&out);
    return true;
}

/* When it ran last is in the journal; before the first run there is none. */
static bool
collect(struct cli *cli, const struct flow *flow, const char *only,
        int32_t count, struct nexts *nexts)
{
    struct err ignored = { 0 };

    if (cli->journal == NULL &&
        !journal_open_reader(&cli->journal, conf_state_dir(cli->conf),
                             &ignored))
        cli->journal = NULL;
    for (size_t i = 0; i < flow_count(flow); i++) {
        moment last = 0;
        if (only != NULL && !text_equal(only, flow_name(flow, i)))
            continue;
        if (cli->journal != NULL &&
            !flow_last_run(cli->journal, flow_name(flow, i), &last, &cli->err))
            return false;
        add_runs(flow, i, last, (size_t)count, nexts);
    }
    return true;
}

static bool
is_flow(const struct flow *flow, const char *name)
{
    for (size_t i = 0; i < flow_count(flow); i++)
        if (text_equal(flow_name(flow, i), name))
            return true;
    return false;
}

enum exit_code
cmd_flow_next(struct cli *cli)
{
    const char *only = cli->count > 0 ? cli->words[0] : NULL;
    struct nexts nexts = { 0 };
    struct flow *flow = NULL;
    int32_t count;

    if (!cli_limit(cli, only ? 5 : 1, &count, &cli->err) ||
        !open_texts(cli, &flow))
        return cli_fail(cli);
    if (only != NULL && !is_flow(flow, only)) {
        flow_close(&flow);
        return cli_missing(cli, "there is no flow '%s'", only);
    }
    if (count > 1000)
        count = 1000;
    nexts.list = arena_alloc(cli->arena, flow_count(flow) * (size_t)count *
                                             sizeof *nexts.list);
    bool good =
        collect(cli, flow, only, count, &nexts) && print_runs(cli, &nexts);
    flow_close(&flow);
    return good ? EXIT_OK : cli_fail(cli);
}
