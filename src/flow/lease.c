/* SPDX-License-Identifier: Apache-2.0 */
/* What a process claimed is its own while it says so. Leases last for minutes;
 * an upload may take an hour. As long as bytes move, the lease of the last
 * claim is renewed, and the supervisor hears of it. */
#include "flow/flow_private.h"

#include "base/heartbeat.h"
#include "base/log.h"

enum { RENEWALS = 4 }; /* in the time of a lease */

bool
claim_due(struct flow *flow, const struct doc_filter *filter,
          struct document *documents, size_t max, size_t *count,
          struct err *err)
{
    if (!journal_claim(flow->journal, filter, LEASE_SECONDS, documents, max,
                       count, err))
        return false;
    if (*count > 0) {
        flow->lease = documents[0].lease;
        flow->renewed = when_steady();
    }
    return true;
}

static void
say_alive(void *user)
{
    struct flow *flow = user;
    struct err failed = { 0 };
    int64_t now = when_steady();

    work_goes_on(flow);
    if (flow->lease == 0 ||
        now - flow->renewed < LEASE_SECONDS * INT64_C(1000000000) / RENEWALS)
        return;
    flow->renewed = now;
    if (!journal_renew(flow->journal, flow->lease, LEASE_SECONDS, &failed))
        log_err(LOG_WARNING, &failed, "leases could not be renewed");
}

void
lease_watch(struct flow *flow)
{
    flow->lease = 0;
    heartbeat_hear(say_alive, flow);
}

void
lease_unwatch(void)
{
    heartbeat_hear(NULL, NULL);
}
