/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/kinds.h"
#include "conf/partner.h"
#include "flow/flow.h"
#include "web/web.h"

static void
summary(const struct cli *cli, size_t errors, size_t warnings)
{
    if (cli->format != FORMAT_TEXT || cli_has(cli, OPTION_QUIET))
        return;
    if (errors > 0 || warnings > 0)
        printf("%zu mistake%s, %zu warning%s in %s\n", errors,
               errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s",
               conf_dir(cli->conf));
    else
        printf("%s is right: %zu partner%s, %zu system%s, environment %s\n",
               conf_dir(cli->conf), partner_count(cli->conf),
               partner_count(cli->conf) == 1 ? "" : "s",
               conf_system_count(cli->conf),
               conf_system_count(cli->conf) == 1 ? "" : "s",
               conf_company(cli->conf)->environment);
}

/* Two floors may find the same: a secret that is missing keeps its system from
 * opening. It is told once, where it was found first. */
static bool
is_first(const struct problem *problem, const struct problems *all)
{
    for (const struct problem *p = problems_first(all); p != problem;
         p = p->next)
        if (p->code == problem->code && text_equal(p->text, problem->text))
            return false;
    return true;
}

bool
cli_sound_conf(struct cli *cli)
{
    if (!cli_conf(cli))
        return false;
    kinds_check(cli->conf, false, cli->found);
    web_check(cli->conf, cli->found);
    return problems_to_err(cli->found, &cli->err);
}

enum exit_code
cmd_check(struct cli *cli)
{
    struct err err = { 0 };

    if (!cli_conf(cli))
        return cli_fail(cli);
    kinds_check(cli->conf, true, cli->found);
    web_check(cli->conf, cli->found);
    if (!flow_check(cli->conf, cli_has(cli, OPTION_ONLINE), cli->found, &err) &&
        problems_errors(cli->found) == 0)
        problem_add(cli->found, err.code, err.at, NULL, "%s", err.text);
    size_t errors = 0, warnings = 0;
    for (const struct problem *p = problems_first(cli->found); p; p = p->next) {
        if (!is_first(p, cli->found))
            continue;
        cli_problem(cli, p);
        errors += !p->warning;
        warnings += p->warning;
    }
    summary(cli, errors, warnings);
    if (cli_has(cli, OPTION_STRICT))
        errors += warnings;
    return errors > 0 ? EXIT_INVALID : EXIT_OK;
}
