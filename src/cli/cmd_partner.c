/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/commands.h"
#include "cli/kinds.h"
#include "cli/out.h"
#include "conf/partner.h"

static const struct column columns[] = {
    { "code", "CODE", COLUMN_TEXT },
    { "name", "NAME", COLUMN_TEXT },
    { "isa", "ISA", COLUMN_TEXT },
    { "gs", "GS", COLUMN_EXTRA },
    { "channel", "CHANNEL", COLUMN_TEXT },
    { "vendor", "VENDOR", COLUMN_TEXT },
    { "customer", "CUSTOMER", COLUMN_TEXT },
    { "sends", "GETS", COLUMN_TEXT },
    { "receives", "SENDS US", COLUMN_TEXT },
    { "state", "STATE", COLUMN_TEXT },
    { "file", "FILE", COLUMN_EXTRA },
    { 0 }
};

static const char *
sets(struct cli *cli, const struct partner_set *first, size_t count)
{
    const char *all = "";

    for (size_t i = 0; i < count; i++)
        all =
            arena_printf(cli->arena, "%s%s%s", all, i ? " " : "", first[i].set);
    return all;
}

static const char *
state_of(const struct cli *cli, const struct partner *partner)
{
    if (partner->suspended)
        return "suspended";
    return partner->test || !conf_company(cli->conf)->production ? "test"
                                                                 : "live";
}

static void
add(struct out *out, struct cli *cli, const struct partner *partner)
{
    out_cell(out, partner->code);
    out_cell(out, partner->name);
    out_cellf(out, "%s:%s", partner->isa_qualifier, partner->isa_id);
    out_cell(out, partner->gs_id);
    out_cell(out, conf_text(partner->group, "channel.kind", ""));
    out_cell(out, partner->vendor);
    out_cell(out, partner->customer);
    out_cell(out, sets(cli, partner->send, partner->send_count));
    out_cell(out, sets(cli, partner->receive, partner->receive_count));
    out_cell(out, state_of(cli, partner));
    out_cell(out, conf_place(partner->group));
}

enum exit_code
cmd_partner_list(struct cli *cli)
{
    struct out out;

    if (!cli_conf(cli) || !out_begin(&out, cli, "partner", columns, &cli->err))
        return cli_fail(cli);
    for (size_t i = 0; i < partner_count(cli->conf); i++)
        add(&out, cli, partner_at(cli->conf, i));
    out_end(&out);
    cli_next(cli, "partner show CODE");
    return EXIT_OK;
}

const struct partner *
partner_find(struct cli *cli, const char *code)
{
    const char *names[256];
    size_t count = 0;

    if (!cli_conf(cli))
        return NULL;
    const struct partner *partner = partner_by_code(cli->conf, code);
    if (partner != NULL)
        return partner;
    for (; count < partner_count(cli->conf) && count < 256; count++)
        names[count] = partner_at(cli->conf, count)->code;
    const char *near = text_nearest(code, names, count);
    err_set(&cli->err, TP1009, "found no partner \"%.40s\"%s%s%s", code,
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return NULL;
}

static void
show_sets(const char *title, const struct partner_set *set, size_t count)
{
    for (size_t i = 0; i < count; i++, set++) {
        printf("%-10s %s  version %s, map %s", i ? "" : title, set->set,
               set->version, set->map);
        if (set->ack_seconds > 0)
            printf(", 997 within %ld h", set->ack_seconds / 3600);
        if (!text_equal(set->match, "none"))
            printf(", match %s", set->match);
        if (set->price_tolerance != NULL)
            printf(", price within %s", set->price_tolerance);
        if (set->due != NULL)
            printf(", due %s", set->due);
        if (set->self_billing)
            fputs(", self-billing", stdout);
        putchar('\n');
    }
}

static void
show(const struct cli *cli, const struct partner *partner)
{
    const struct conf_group *group = partner->group;

    printf("%s  %s   (%s:%s, GS %s)   %s\n", partner->code, partner->name,
           partner->isa_qualifier, partner->isa_id, partner->gs_id,
           state_of(cli, partner));
    printf("%-10s %s:%s, GS %s\n", "We are", partner->our_isa_qualifier,
           partner->our_isa_id, partner->our_gs_id);
    if (partner->vendor != NULL)
        printf("%-10s %s\n", "Vendor", partner->vendor);
    if (partner->customer != NULL)
        printf("%-10s %s\n", "Customer", partner->customer);
    printf(
        "%-10s %s %s\n", "Channel", conf_text(group, "channel.kind", ""),
        conf_text(group, "channel.host", conf_text(group, "channel.url", "")));
    printf("%-10s %s\n", "Zone", partner->zone);
    show_sets("It gets", partner->send, partner->send_count);
    show_sets("It sends", partner->receive, partner->receive_count);
    printf("%-10s %zu rules, %s characters, answered with %s%s\n", "Guide",
           conf_count(group, "rules"), partner->charset,
           !partner->send_ack  ? "nothing"
           : partner->send_999 ? "999"
                               : "997",
           partner->send_ta1 ? " and TA1" : "");
    printf("%-10s %s\n", "File", conf_place(group));
}

enum exit_code
cmd_partner_show(struct cli *cli)
{
    const struct partner *partner = partner_find(cli, cli->words[0]);
    struct out out;

    if (partner == NULL)
        return cli_fail(cli);
    if (cli->format == FORMAT_TEXT) {
        show(cli, partner);
        cli_next(cli, "partner check %s", partner->code);
        return EXIT_OK;
    }
    if (!out_begin(&out, cli, "partner", columns, &cli->err))
        return cli_fail(cli);
    add(&out, cli, partner);
    out_end(&out);
    return EXIT_OK;
}

/* Is the problem about this file? "partners/acme.conf:12" */
static bool
is_about(const struct problem *problem, const struct partner *partner)
{
    const char *at = problem->at + strlen("partners/");
    size_t size = strlen(partner->code);

    return text_starts(problem->at, "partners/") &&
           strncasecmp(at, partner->code, size) == 0 &&
           text_starts(at + size, ".conf");
}

enum exit_code
cmd_partner_check(struct cli *cli)
{
    const struct partner *partner = partner_find(cli, cli->words[0]);
    size_t errors = 0, warnings = 0;

    if (partner == NULL)
        return cli_fail(cli);
    kinds_check(cli->conf, true, cli->found);
    for (const struct problem *p = problems_first(cli->found); p; p = p->next) {
        if (!is_about(p, partner))
            continue;
        cli_problem(cli, p);
        errors += !p->warning;
        warnings += p->warning;
    }
    if (cli->format == FORMAT_TEXT && errors + warnings == 0)
        printf("%s is right\n", partner->code);
    else if (cli->format == FORMAT_TEXT)
        printf("%zu mistake%s, %zu warning%s\n", errors, errors == 1 ? "" : "s",
               warnings, warnings == 1 ? "" : "s");
    return errors > 0 ? EXIT_INVALID : EXIT_OK;
}
