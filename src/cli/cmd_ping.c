/* SPDX-License-Identifier: Apache-2.0 */
/* Is a partner's channel reachable, with our key, and its folders there? */
#include <stdio.h>

#include "channel/channel.h"
#include "cli/commands.h"
#include "cli/out.h"
#include "conf/partner.h"

static bool
get_secret(void *user, const char *name, struct buf *out, struct err *err)
{
    return conf_secret(user, name, out, err);
}

/* Nothing here is tried again, so what would pass is not reached now. */
static enum exit_code
unreachable(struct cli *cli, const struct partner *partner)
{
    enum err_kind kind = cli->err.kind;

    err_at(&cli->err, "%s", partner->code);
    enum exit_code code = cli_fail(cli);
    return kind == ERR_RETRY || kind == ERR_THROTTLED ? EXIT_UNREACHABLE : code;
}

static void
print_report(const struct cli *cli, const struct partner *partner,
             const struct buf *report)
{
    struct buf line = { 0 };

    if (cli->format == FORMAT_TEXT) {
        fputs(buf_text(report), stdout);
        return;
    }
    buf_adds(&line, "{\"schema\":\"tradepost.ping/1\",\"partner\":");
    out_json_text(&line, partner->code);
    buf_adds(&line, ",\"ok\":true,\"report\":");
    out_json_text(&line, buf_text(report));
    printf("%s}\n", buf_text(&line));
    buf_free(&line);
}

enum exit_code
cmd_partner_ping(struct cli *cli)
{
    CLEANUP(buf_free) struct buf report = { 0 };
    const struct partner *partner = partner_find(cli, cli->words[0]);

    if (partner == NULL)
        return cli_fail(cli);
    const struct conf_group *group = conf_sub(partner->group, "channel");
    if (group == NULL)
        return cli_missing(cli, "%s has no channel", partner->code);
    const struct channel_secrets secrets = { get_secret, cli->conf, NULL };
    CLEANUP(channel_close) struct channel *channel = NULL;
    if (!channel_open(&channel, group, &secrets, &cli->err) ||
        !channel->ops->probe(channel, &report, &cli->err))
        return unreachable(cli, partner);
    print_report(cli, partner, &report);
    return EXIT_OK;
}
