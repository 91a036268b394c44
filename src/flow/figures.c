/* SPDX-License-Identifier: Apache-2.0 */
/* What requests to partners and systems came to goes into the journal, where
 * the figures of all processes meet (store/figures.tbl): now and then, since a
 * figure is worth no sync of its own. */
#include "flow/flow_private.h"

#include <stdlib.h>

#include "base/log.h"

enum { EVERY_MS = 15000 };

static bool
add_up(struct journal *journal, const char *cursor, int64_t more,
       struct err *err)
{
    char text[512];

    if (!journal_cursor(journal, cursor, text, err))
        return false;
    text_format(text, sizeof text, "%lld", strtoll(text, NULL, 10) + more);
    return journal_cursor_set(journal, cursor, text, err);
}

static bool
set(struct journal *journal, const char *what, const char *name, moment at,
    struct err *err)
{
    char cursor[80], text[24];

    if (at == 0)
        return true;
    text_format(cursor, sizeof cursor, "%s:%s", what, name);
    text_format(text, sizeof text, "%lld", (long long)at);
    return journal_cursor_set(journal, cursor, text, err);
}

static bool
save(struct journal *journal, const char *name, const struct traffic *traffic,
     struct err *err)
{
    char cursor[80];
    bool good = true;

    for (size_t i = 0; good && i < traffic->kinds; i++) {
        text_format(cursor, sizeof cursor, "http:%03ld:%s",
                    traffic->counts[i].status, name);
        good = add_up(journal, cursor, traffic->counts[i].requests, err);
    }
    text_format(cursor, sizeof cursor, "throttled:%s", name);
    return good &&
           (traffic->throttled_ms == 0 ||
            add_up(journal, cursor, traffic->throttled_ms, err)) &&
           set(journal, "token", name, traffic->token_ends, err) &&
           set(journal, "certificate", name, traffic->certificate_ends, err);
}

/* With the next, which of them; NULL when there are no more. */
static struct traffic *
traffic_at(struct flow *flow, size_t i, const char **name)
{
    size_t partners = partner_count(flow->conf);

    if (i < partners) {
        *name = flow->endpoints[i].destination.name;
        return &flow->endpoints[i].traffic;
    }
    i -= partners;
    if (i >= flow->system_count)
        return NULL;
    *name = flow->systems[i].destination.name;
    return &flow->systems[i].traffic;
}

static bool
any_news(struct flow *flow)
{
    const char *name;
    const struct traffic *traffic;

    for (size_t i = 0; (traffic = traffic_at(flow, i, &name)) != NULL; i++)
        if (traffic->news)
            return true;
    return false;
}

static bool
save_all(struct flow *flow, struct err *err)
{
    struct traffic *traffic;
    const char *name;

    if (!journal_begin(flow->journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && (traffic = traffic_at(flow, i, &name)); i++)
        good = !traffic->news || save(flow->journal, name, traffic, err);
    good = good && journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    for (size_t i = 0; good && (traffic = traffic_at(flow, i, &name)); i++)
        traffic_taken(traffic);
    return good;
}

void
figures_save(struct flow *flow, bool now)
{
    struct err failed = { 0 };

    if (flow->journal == NULL || !any_news(flow)) {
        flow->next_figures = 0;
        return;
    }
    if (flow->next_figures == 0)
        flow->next_figures = when_steady() + EVERY_MS * INT64_C(1000000);
    if (!now && when_steady() < flow->next_figures)
        return;
    flow->next_figures = 0;
    if (!save_all(flow, &failed))
        log_err(LOG_WARNING, &failed, "figures of requests");
}

moment
figures_due(const struct flow *flow)
{
    int64_t left = flow->next_figures - when_steady();

    if (flow->next_figures == 0)
        return 0;
    return when_now() + (left > 0 ? left / 1000000 + 1 : 1);
}
