/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "store/spool.h"

enum {
    SHORTEST_NAP = 100, /* milliseconds between two looks */
    FIRST_POSTS = 16    /* in the first batch, until it is known how fast */
};

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
    [STAGE_VIEWS] = { "views", step_views },
};

const char *
flow_stage_name(enum flow_stage stage)
{
    return stages[stage].name;
}

/* Views cost more than a round; the last round makes them once. */
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

static bool
load_texts(struct flow *flow, struct err *err)
{
    const char **names;
    size_t count = conf_list(flow->conf, flow->arena, "flows", ".flow", &names);
    const char *path, *content;
    char name[160];

    for (size_t i = 0; i < count; i++) {
        text_format(name, sizeof name, "flows/%s", names[i]);
        if (flow->sources.find(flow->sources.user, name, flow->arena, &path,
                               &content))
            flow_text_parse(flow->arena, path, content, &flow->texts,
                            flow->found);
    }
    if (flow->texts == NULL)
        return err_set(err, TP7002, "no flow was found in %s/flows or %s",
                       conf_dir(flow->conf), conf_data_dir(flow->conf));
    return true;
}

/* Names that a flow gives to what tradepost.conf does not have. */
static void
check_text(struct flow *flow, const struct flow_text *text)
{
    const struct flow_verb_step *step = text->steps;
    const char *system = text->system;

    for (; step != NULL; step = step->next)
        if (step->system != NULL)
            system = step->system;
    if (system != NULL && conf_system(flow->conf, system) == NULL)
        problem_add(flow->found, TP7006, text->path, NULL,
                    "found system '%s', expected one of tradepost.conf's "
                    "systems",
                    system);
}

static bool
open_parts(struct flow *flow, struct err *err)
{
    size_t flows = 0;

    if (!places_open(flow, err) || !tables_open(flow, err) ||
        !load_texts(flow, err))
        return false;
    const struct conf_group *settings = conf_settings(flow->conf);
    flow->retry = (struct retry_policy){
        conf_seconds(settings, "limits.retry_first", 30),
        conf_seconds(settings, "limits.retry_longest", 3600),
        conf_seconds(settings, "limits.give_up", 3 * 86400)
    };
    flow->fetch_seconds = 3600;
    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        check_text(flow, text);
        flows++;
        if (text->system == NULL && text->every_seconds < flow->fetch_seconds)
            flow->fetch_seconds = text->every_seconds;
    }
    if (flow->journal != NULL)
        journal_set_reserve(flow->journal, reserve_of(flow->conf));
    if (flow->journal != NULL &&
        !spool_prepare(conf_spool_dir(flow->conf), err))
        return false;
    flow->next_pull = arena_alloc(flow->arena, flows * sizeof(moment));
    flow->any_partner = (struct code_user){ flow, NULL };
    flow->system_codes = codes_of(&flow->any_partner);
    return routes_open(flow, err);
}

bool
flow_open(struct flow **flow, const struct conf *conf, struct journal *journal,
          struct problems *found, struct err *err)
{
    struct arena *arena = arena_new();
    struct flow *new = arena_alloc(arena, sizeof *new);

    new->arena = arena;
    new->conf = conf;
    new->journal = journal;
    new->found = found;
    *flow = new;
    if (open_parts(new, err))
        return true;
    flow_close(flow);
    return false;
}

void
flow_close(struct flow **flow)
{
    struct flow *old = *flow;

    if (old == NULL)
        return;
    *flow = NULL;
    routes_close(old);
    tables_close(old);
    places_close(old);
    struct arena *arena = old->arena;
    arena_free(&arena);
}

bool
flow_check(const struct conf *conf, bool online, struct problems *found,
           struct err *err)
{
    struct flow *flow;

    if (!flow_open(&flow, conf, NULL, found, err))
        return false;
    for (size_t i = 0; i < flow->system_count; i++) {
        struct err failed = { 0 };
        struct system *system =
            system_by_name(flow, flow->systems[i].name, &failed);
        if (system == NULL ||
            (online && !system->ops->check(system, found, &failed)))
            problem_add(found, failed.code, failed.at, NULL, "%s", failed.text);
    }
    flow_close(&flow);
    return true;
}

struct system *
home_system(struct flow *flow, struct err *err)
{
    if (flow->system_count == 0) {
        err_set(err, TP7006, "tradepost.conf has no systems");
        return NULL;
    }
    return system_by_name(flow, flow->systems[0].name, err);
}

static bool
run_round(struct flow *flow, struct flow_report *report, unsigned *moved,
          struct err *err)
{
    for (int i = 0; i < STAGE_VIEWS; i++) {
        int64_t begun = when_steady();
        unsigned went = 0;
        if (!stages[i].step(flow, &went, err))
            return err_at(err, "%s", stages[i].name);
        report->spent_ns[i] += when_steady() - begun;
        report->moved[i] += went;
        *moved += went;
    }
    report->rounds++;
    return true;
}

/* Everybody is asked for news again. */
static void
start_over(struct flow *flow)
{
    flow->woken = false;
    for (size_t i = 0; i < partner_count(flow->conf); i++)
        flow->endpoints[i].next_fetch = 0;
    for (const struct flow_text *text = flow->texts; text; text = text->next)
        flow->next_pull[text_index(flow, text)] = 0;
}

static bool
run_until_idle(struct flow *flow, struct flow_report *report, struct err *err)
{
    unsigned moved;

    do {
        moved = 0;
        if (!run_round(flow, report, &moved, err))
            return false;
        if (moved > 0)
            flow->woken = false;
    } while (moved > 0);
    return true;
}

/* The next moment at which something is due, or 0. */
static bool
due_row(void *user, int columns, const char *const *names,
        const char *const *values, struct err *err)
{
    moment *due = user;

    (void)columns;
    (void)names;
    (void)err;
    if (values[0] != NULL)
        *due = strtoll(values[0], NULL, 10);
    return true;
}

static bool
next_due(struct flow *flow, moment *due, struct err *err)
{
    *due = 0;
    return journal_query(flow->journal,
                         "SELECT min(due_ms) FROM documents WHERE state IN "
                         "('received', 'deferred', 'unknown', 'queued') AND "
                         "due_ms > 0",
                         NULL, 0, due_row, due, err);
}

bool
flow_run(struct flow *flow, const char *name, long wait_seconds,
         struct flow_report *report, struct err *err)
{
    moment until = when_now() + (moment)wait_seconds * 1000, due;

    memset(report, 0, sizeof *report);
    flow->only = NULL;
    flow->unreached = 0;
    flow->no_room = flow->was_full = false;
    flow->woken_facts = NULL;
    flow->post_most = FIRST_POSTS;
    /* The journal is ours alone: whoever held a lease is dead. */
    if (!journal_end_leases(flow->journal, err))
        return false;
    if (name != NULL) {
        for (const struct flow_text *text = flow->texts; text;
             text = text->next)
            if (text_equal(text->name, name))
                flow->only = text;
        if (flow->only == NULL)
            return err_set(err, TP7003, "there is no flow '%s'", name);
    }
    for (;;) {
        start_over(flow);
        if (!run_until_idle(flow, report, err))
            return false;
        if (!next_due(flow, &due, err))
            return false;
        if (due == 0 || due > until || when_now() >= until)
            break;
        moment pause = due - when_now();
        when_sleep((int)(pause > SHORTEST_NAP ? pause : SHORTEST_NAP));
    }
    int64_t begun = when_steady();
    unsigned went = 0;
    bool good = step_views(flow, &went, err);
    report->spent_ns[STAGE_VIEWS] += when_steady() - begun;
    report->unreached = flow->unreached;
    report->no_room = flow->was_full;
    return good;
}

size_t
text_index(const struct flow *flow, const struct flow_text *wanted)
{
    size_t i = 0;

    for (const struct flow_text *text = flow->texts; text != wanted;
         text = text->next)
        i++;
    return i;
}

static const struct flow_text *
text_at(const struct flow *flow, size_t i)
{
    const struct flow_text *text = flow->texts;

    while (i-- > 0)
        text = text->next;
    return text;
}

size_t
flow_count(const struct flow *flow)
{
    return text_index(flow, NULL);
}

const char *
flow_name(const struct flow *flow, size_t i)
{
    return text_at(flow, i)->name;
}

const char *
flow_title(const struct flow *flow, size_t i)
{
    return text_at(flow, i)->title;
}
