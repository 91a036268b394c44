/* SPDX-License-Identifier: Apache-2.0 */
/* The work, stage by stage: in one process until nothing is due, or a role's
 * share of it in the daemon. */
#include "flow/alert_private.h"
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"
#include "store/entity.h"
#include "store/spool.h"

enum {
    SHORTEST_NAP = 100, /* milliseconds between two looks */
    OVERDUE_NAP = 1000,
    FIRST_POSTS = 16 /* in the first batch, until it is known how fast */
};
enum { WAKE_MS = 60000 }; /* facts are asked for as often */

static const struct {
    const char *name;
    flow_step *step;
} stages[STAGES] = {
    [STAGE_WAKE] = { "wake", step_wake },
    [STAGE_CAPTURE] = { "capture", step_capture },
    [STAGE_TRANSLATE] = { "translate", step_translate },
    [STAGE_FETCH] = { "fetch", step_fetch },
    [STAGE_INTAKE] = { "intake", step_intake },
    [STAGE_POST] = { "post", step_post },
    [STAGE_DISPATCH] = { "dispatch", step_dispatch },
    [STAGE_ASK] = { "ask", step_ask },
    [STAGE_TELL] = { "tell", step_tell },
    [STAGE_SYNC] = { "sync", step_sync },
    [STAGE_ALERT] = { "alert", step_alert },
    [STAGE_VIEWS] = { "views", step_views },
};

const char *
flow_stage_name(enum flow_stage stage)
{
    return stages[stage].name;
}

/* Views and incidents cost more than a round; they come once, at the end. */
bool
step_views(struct flow *flow, unsigned *moved, struct err *err)
{
    struct err failed = { 0 };

    (void)moved;
    (void)err;
    if (!spool_refresh(flow->journal, conf_spool_dir(flow->conf), &failed))
        log_err(LOG_WARNING, &failed, "the spool's views");
    return true;
}

bool
work_goes_on(const struct flow *flow)
{
    return flow->shift == NULL || flow->shift->goes_on(flow->shift->user);
}

static bool
does(const struct flow *flow, enum flow_stage stage)
{
    return (flow->stages >> stage & 1U) != 0;
}

static bool
run_stage(struct flow *flow, enum flow_stage stage, struct flow_report *report,
          unsigned *moved, struct err *err)
{
    int64_t begun = when_steady();
    unsigned went = 0;

    if (!does(flow, stage) || !work_goes_on(flow))
        return true;
    flow->stage++;
    if (!systems_load(flow, err) || !stages[stage].step(flow, &went, err) ||
        !systems_save(flow, err))
        return err_at(err, "%s", stages[stage].name);
    report->spent_ns[stage] += when_steady() - begun;
    report->moved[stage] += went;
    *moved += went;
    return true;
}

static bool
go_round(struct flow *flow, struct flow_report *report, struct err *err)
{
    unsigned moved;

    do {
        moved = 0;
        for (int i = 0; i < STAGE_ALERT; i++)
            if (!run_stage(flow, (enum flow_stage)i, report, &moved, err))
                return false;
        report->rounds++;
        if (moved > 0)
            flow->woken = false;
    } while (moved > 0 && work_goes_on(flow));
    return true;
}

static bool
run_until_idle(struct flow *flow, struct flow_report *report, struct err *err)
{
    lease_watch(flow);
    bool good = go_round(flow, report, err);
    lease_unwatch();
    return good;
}

void
flow_ask_all(struct flow *flow)
{
    flow->woken = false;
    flow->next_wake = flow->next_tell = flow->alerts->next_look = 0;
    for (const struct flow_text *text = flow->texts; text; text = text->next)
        flow->next_pull[text_index(flow, text)] = 0;
}

static void
begin(struct flow *flow, const struct flow_shift *shift,
      struct flow_report *report)
{
    memset(report, 0, sizeof *report);
    flow->only = NULL;
    flow->shift = shift;
    flow->stages = shift != NULL ? shift->stages : (1U << STAGES) - 1;
    flow->unreached = 0;
    flow->no_room = flow->was_full = false;
    flow->woken_facts = NULL;
    flow->post_most = FIRST_POSTS;
    arena_reset(flow->facts);
}

/* ---- when something is due */

static void
sooner(moment *next, moment at)
{
    if (at > 0 && (*next == 0 || at < *next))
        *next = at;
}

/* Who rests is tried again then. */
static void
rests_due(const struct flow *flow, moment *next)
{
    moment now = when_now();

    for (size_t i = 0; i < partner_count(flow->conf); i++)
        if (does(flow, STAGE_DISPATCH) &&
            endpoint_is_ours(flow, &flow->endpoints[i]) &&
            flow->endpoints[i].destination.until > now)
            sooner(next, flow->endpoints[i].destination.until);
    for (size_t i = 0; i < flow->system_count; i++)
        if ((does(flow, STAGE_POST) || does(flow, STAGE_TELL)) &&
            flow->systems[i].destination.until > now)
            sooner(next, flow->systems[i].destination.until);
    if (does(flow, STAGE_TELL) && flow->next_tell > now)
        sooner(next, flow->next_tell);
}

/* Who is asked for news is asked again then. */
static void
polls_due(const struct flow *flow, moment *next)
{
    size_t i = 0;

    for (size_t at = 0; at < partner_count(flow->conf); at++) {
        const struct endpoint *endpoint = &flow->endpoints[at];
        if (does(flow, STAGE_FETCH) && !endpoint->partner->suspended &&
            endpoint->missed && endpoint_is_ours(flow, endpoint))
            sooner(next, endpoint->destination.until);
    }
    for (const struct flow_text *text = flow->texts; text != NULL;
         text = text->next, i++)
        if (!text->idle && does(flow, text->sync_count > 0   ? STAGE_SYNC
                                      : text->system != NULL ? STAGE_CAPTURE
                                                             : STAGE_FETCH))
            sooner(next, flow->next_pull[i]);
}

/* What should have moved by now and did not is no reason to spin. */
static void
no_spin(moment *at)
{
    if (*at > 0 && *at <= when_now())
        *at = when_now() + OVERDUE_NAP;
}

/* What is here and waits for its time: documents, and masters to be told. */
static bool
owed_next(const struct flow *flow, enum direction direction, moment *due,
          struct err *err)
{
    moment link = 0;

    if (!journal_next_due(flow->journal, direction, due, err) ||
        (does(flow, STAGE_SYNC) &&
         !journal_link_next(flow->journal, &link, err)))
        return false;
    sooner(due, link);
    return true;
}

static bool
find_next(const struct flow *flow, struct flow_next *next, struct err *err)
{
    if (!owed_next(flow, asked_direction(flow), &next->owed, err))
        return false;
    rests_due(flow, &next->owed);
    next->work = next->owed;
    polls_due(flow, &next->work);
    if (does(flow, STAGE_WAKE))
        sooner(&next->work, flow->next_wake);
    if (does(flow, STAGE_TELL))
        sooner(&next->work, flow->next_tell);
    if (does(flow, STAGE_ALERT))
        sooner(&next->work, flow->alerts->next_look);
    sooner(&next->work, figures_due(flow));
    no_spin(&next->owed);
    no_spin(&next->work);
    return true;
}

bool
flow_work(struct flow *flow, const struct flow_shift *shift,
          struct flow_report *report, struct flow_next *next, struct err *err)
{
    unsigned went = 0;

    begin(flow, shift, report);
    if (flow->next_wake <= when_now()) {
        flow->woken = false;
        flow->next_wake = when_now() + WAKE_MS;
    }
    bool good = run_until_idle(flow, report, err) &&
                run_stage(flow, STAGE_ALERT, report, &went, err) &&
                run_stage(flow, STAGE_VIEWS, report, &went, err);
    figures_save(flow, false);
    good = good && find_next(flow, next, err);
    report->unreached = flow->unreached;
    report->no_room = flow->was_full;
    flow->shift = NULL;
    return good;
}

static bool
choose(struct flow *flow, const char *name, struct err *err)
{
    if (name == NULL)
        return true;
    const char *names[64];
    size_t count = 0;

    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        if (text_equal(text->name, name))
            flow->only = text;
        if (count < sizeof names / sizeof *names)
            names[count++] = text->name;
    }
    if (flow->only != NULL)
        return true;
    const char *near = text_nearest(name, names, count);
    return err_set(err, TP7003, "found no flow \"%.60s\"%s%s%s", name,
                   near ? "; did you mean " : "", near ? near : "",
                   near ? "?" : "");
}

bool
flow_run(struct flow *flow, const char *name, long wait_seconds,
         struct flow_report *report, struct err *err)
{
    moment until = when_now() + (moment)wait_seconds * 1000, due;
    unsigned went = 0;

    begin(flow, NULL, report);
    /* The journal is ours alone: whoever held a lease is dead. */
    if (!journal_end_leases(flow->journal, err) || !choose(flow, name, err))
        return false;
    for (;;) {
        flow_ask_all(flow);
        if (!run_until_idle(flow, report, err) ||
            !owed_next(flow, DIRECTION_ANY, &due, err))
            return false;
        rests_due(flow, &due);
        if (due == 0 || due > until || when_now() >= until)
            break;
        moment pause = due - when_now();
        when_sleep((int)(pause > SHORTEST_NAP ? pause : SHORTEST_NAP));
    }
    bool good = run_stage(flow, STAGE_ALERT, report, &went, err) &&
                run_stage(flow, STAGE_VIEWS, report, &went, err);
    figures_save(flow, true);
    report->unreached = flow->unreached;
    report->no_room = flow->was_full;
    return good;
}
