/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lanes.h"

#include "base/text.h"
#include "conf/partner.h"
#include "flow/flow.h"

/* As the journal's claim has it. */
static const char behind[] =
    " THEN ifnull((SELECT e.id FROM main.document e WHERE e.id < documents.doc"
    " AND e.partner = documents.partner AND e.\"set\" = documents.type"
    " AND e.direction = documents.direction AND e.state <> 'done' AND e.state"
    " IN ('received', 'translated', 'queued', 'working', 'unknown', 'deferred',"
    " 'held') ORDER BY e.id LIMIT 1), '') ELSE '' END";

static void
add_strict(const struct flow *flow, const struct partner *partner,
           const struct partner_set *sets, size_t count,
           enum direction direction, struct buf *sql)
{
    for (size_t i = 0; i < count; i++)
        if (flow_is_strict(flow, partner, sets[i].set, direction))
            buf_addf(sql, ", ('%s', '%s', '%s')", partner->code, sets[i].set,
                     direction == DIRECTION_IN ? "in" : "out");
}

bool
lanes_term(struct cli *cli, struct buf *sql, struct err *err)
{
    struct problems *found = problems_new(cli->arena);
    struct flow *flow = NULL;

    if (!flow_open(&flow, cli->conf, found, err))
        return false;
    buf_adds(sql, "CASE WHEN state IN ('queued', 'deferred') AND"
                  " (partner, type, direction) IN (VALUES ('', '', '')");
    for (size_t i = 0; i < partner_count(cli->conf); i++) {
        const struct partner *partner = partner_at(cli->conf, i);
        add_strict(flow, partner, partner->send, partner->send_count,
                   DIRECTION_OUT, sql);
        add_strict(flow, partner, partner->receive, partner->receive_count,
                   DIRECTION_IN, sql);
    }
    buf_addf(sql, ")%s", behind);
    flow_close(&flow);
    return true;
}
