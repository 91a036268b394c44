/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/alert_private.h"
#include "flow/flow_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/confine.h"
#include "store/spool.h"

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
    const char *system = text->sync_count > 0 ? NULL : text->system;

    for (; step != NULL; step = step->next)
        if (step->system != NULL)
            system = step->system;
    if (system != NULL && conf_system(flow->conf, system) == NULL)
        problem_add(flow->found, TP7006, text->path, NULL,
                    "found system '%s', expected one of tradepost.conf's "
                    "systems",
                    system);
}

/* Each house has a jitter of its own, the same each time (FNV-1a). */
static uint64_t
house_seed(const struct company *company)
{
    uint64_t seed = 0xcbf29ce484222325;

    for (const char *at = company->isa_id; at != NULL && *at != '\0'; at++)
        seed = (seed ^ (unsigned char)*at) * 0x100000001b3;
    return seed;
}

static const char *
find_calendar(void *user, const char *calendar, const char **path)
{
    struct flow *flow = user;
    const char *content;
    char name[160];

    text_format(name, sizeof name, "calendars/%s.calendar", calendar);
    return flow->sources.find(flow->sources.user, name, flow->arena, path,
                              &content)
               ? content
               : NULL;
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
        conf_seconds(settings, "limits.give_up", 3L * 86400),
        (int)conf_number(settings, "limits.quarantine", 8),
        house_seed(conf_company(flow->conf))
    };
    for (struct flow_text *text = flow->texts; text; text = text->next) {
        check_text(flow, text);
        for (size_t i = 0; i < text->sync_count; i++)
            text->idle |= conf_system(flow->conf, text->sync[i]) == NULL;
        flow_text_schedule(text, conf_company(flow->conf)->zone, find_calendar,
                           flow, flow->arena, flow->found);
        flows++;
    }
    flow->next_pull = arena_alloc(flow->arena, flows * sizeof(moment));
    flow->alerts = alerts_open(flow->conf, flow->arena);
    flow->hints = arena_alloc(flow->arena, flows * sizeof *flow->hints);
    flow->any_partner = (struct code_user){ flow, NULL };
    flow->system_codes = codes_of(&flow->any_partner);
    flow_open_routes(flow);
    return true;
}

bool
flow_open(struct flow **flow, const struct conf *conf, struct problems *found,
          struct err *err)
{
    struct arena *arena = arena_new();
    struct flow *new = arena_alloc(arena, sizeof *new);

    new->arena = arena;
    new->facts = arena_new();
    new->conf = conf;
    new->found = found;
    *flow = new;
    if (open_parts(new, err))
        return true;
    flow_close(flow);
    return false;
}

bool
flow_isolate(struct flow *flow, struct err *err)
{
    const struct conf_group *settings = conf_settings(flow->conf);
    const struct translator_plan plan = {
        .routes = flow->routes,
        .limits = { .memory_bytes =
                        (size_t)conf_number(settings,
                                            "limits.translator_megabytes", 512)
                        << 20,
                    .seconds =
                        conf_seconds(settings, "limits.translator_time", 10),
                    .documents = (int)conf_number(
                        settings, "limits.translator_documents", 10000) }
    };

    return translator_open(&flow->translator, &plan, err);
}

bool
flow_attach(struct flow *flow, struct journal *journal, struct err *err)
{
    flow->journal = journal;
    journal_set_reserve(journal, reserve_of(flow->conf));
    return spool_prepare(conf_spool_dir(flow->conf), err);
}

void
flow_close(struct flow **flow)
{
    struct flow *old = *flow;

    if (old == NULL)
        return;
    *flow = NULL;
    figures_save(old, true);
    translator_close(&old->translator);
    routes_close(&old->routes);
    sync_close(old);
    tables_close(old);
    places_close(old);
    arena_free(&old->facts);
    struct arena *arena = old->arena;
    arena_free(&arena);
}

bool
flow_check(const struct conf *conf, bool online, struct problems *found,
           struct err *err)
{
    struct flow *flow;

    if (!flow_open(&flow, conf, found, err))
        return false;
    if (confine_lacks() != NULL)
        problem_warn(found, TP7083, "the translator", "%s", confine_lacks());
    for (size_t i = 0; i < flow->system_count; i++) {
        struct err failed = { 0 };
        struct system *system =
            system_by_name(flow, flow->systems[i].name, &failed);
        if (system == NULL ||
            (online && !system->ops->check(system, found, &failed)))
            problem_add(found, failed.code, failed.at, NULL, "%s", failed.text);
        if (system != NULL)
            sync_check(flow, system);
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
