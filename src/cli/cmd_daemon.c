/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "daemon/daemon.h"
#include "flow/flow.h"

enum exit_code
cmd_daemon(struct cli *cli)
{
    if (!cli_sound_conf(cli) || !flow_drop_boxes(cli->conf, &cli->err))
        return cli_fail(cli);
    struct daemon_plan plan = { .config = conf_dir(cli->conf),
                                .until_idle = cli_has(cli, OPTION_UNTIL_IDLE) };
    return daemon_run(&plan, &cli->err) ? EXIT_OK : cli_fail(cli);
}
