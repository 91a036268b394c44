/* SPDX-License-Identifier: Apache-2.0 */
/* Guides and maps as partners use them, loaded once and shared. */
#include "flow/flow_private.h"

#include <string.h>

#include "flow/rules.h"
#include "store/digest.h"

struct loaded_map {
    const char *name;
    struct map *map;
    struct loaded_map *next;
};

struct loaded_guide {
    const char *version, *set;
    const struct partner *partner; /* NULL: the base guide */
    struct x12_guide *guide;
    struct loaded_guide *next;
};

struct routes {
    struct loaded_map *maps;
    struct loaded_guide *guides;
};

static struct map *
map_named(struct flow *flow, const char *name, struct err *err)
{
    struct loaded_map *loaded = flow->shared->maps;
    char path[128];

    for (; loaded != NULL; loaded = loaded->next)
        if (text_equal(loaded->name, name))
            return loaded->map;
    loaded = arena_alloc(flow->arena, sizeof *loaded);
    loaded->name = name;
    text_format(path, sizeof path, "maps/%s.map", name);
    if (!map_load(&loaded->map, path, &flow->sources, flow->found, err))
        loaded->map = NULL;
    loaded->next = flow->shared->maps;
    flow->shared->maps = loaded;
    return loaded->map;
}

/* "004010VICS" and the like are checked by the standard's guide. */
static const struct x12_guide *
base_guide(struct flow *flow, const char *industry_version, const char *set,
           struct err *err)
{
    const char *version = arena_strndup(flow->arena, industry_version,
                                        strnlen(industry_version, 6));
    struct x12_sources sources = { flow->sources.find, flow->sources.user };
    struct loaded_guide *loaded = flow->shared->guides;

    for (; loaded != NULL; loaded = loaded->next)
        if (loaded->partner == NULL && text_equal(loaded->set, set) &&
            text_equal(loaded->version, version))
            return loaded->guide;
    loaded = arena_alloc(flow->arena, sizeof *loaded);
    loaded->set = set;
    loaded->version = version;
    if (!x12_guide_load(&loaded->guide, &sources, version, set, flow->found,
                        err))
        loaded->guide = NULL;
    loaded->next = flow->shared->guides;
    flow->shared->guides = loaded;
    return loaded->guide;
}

static const struct x12_guide *
partner_guide(struct flow *flow, const struct partner *partner,
              const char *version, const char *set, struct err *err)
{
    const struct x12_guide *base = base_guide(flow, version, set, err);
    struct loaded_guide *loaded;
    struct x12_rule *rules;
    size_t count = rules_for(partner, set, flow->arena, &rules);

    if (base == NULL || count == 0)
        return base;
    loaded = arena_alloc(flow->arena, sizeof *loaded);
    *loaded = (struct loaded_guide){ version, set, partner, NULL,
                                     flow->shared->guides };
    if (!x12_guide_overlay(&loaded->guide, base, rules, count, flow->found,
                           err))
        return NULL;
    flow->shared->guides = loaded;
    return loaded->guide;
}

/* Every text that makes a document of this route, as one hash. */
static void
hash_texts(struct flow *flow, struct route *route)
{
    CLEANUP(buf_free) struct buf all = { 0 };
    struct err ignored = { 0 };

    if (route->guide != NULL)
        x12_guide_print(route->guide, &all);
    for (size_t i = 0; route->map && i < map_source_count(route->map); i++)
        if (!file_read(map_source(route->map, i), 1 << 20, &all, &ignored))
            err_clear(&ignored);
    (void)flow;
    digest_sha256(route->texts, buf_text(&all), all.size);
}

static void
add_route(struct flow *flow, const struct partner *partner,
          const struct partner_set *set, enum direction direction)
{
    struct route *route = &flow->routes[flow->route_count++];
    struct err err = { 0 };

    *route = (struct route){ .partner = partner,
                             .set = set,
                             .direction = direction };
    route->map = map_named(flow, set->map, &err);
    route->guide = partner_guide(flow, partner, set->version, set->set, &err);
    if (err.kind != ERR_NONE && problems_errors(flow->found) == 0)
        problem_add(flow->found, err.code, err.at, NULL, "%s", err.text);
    if (route->map == NULL || route->guide == NULL)
        route->map = NULL;
    hash_texts(flow, route);
}

/* Conditions are about the record that the flow's map makes. */
static void
resolve_texts(struct flow *flow)
{
    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        const struct flow_verb_step *step = flow_text_step(text, VERB_MAP);
        struct err err = { 0 };
        struct map *map = step ? map_named(flow, step->what, &err) : NULL;
        if (map != NULL)
            flow_text_resolve(text, map_kind(map), flow->arena, flow->found);
    }
}

/* Whoever is sent something answers with a 997, said or not; what he gets in a
 * version that has the 999, maybe with that. */
static const struct partner_set acknowledgement = { .set = "997",
                                                    .version = "004010",
                                                    .map = "997" };
static const struct partner_set newer_acknowledgement = { .set = "999",
                                                          .version = "005010",
                                                          .map = "999" };

static bool
may_answer_999(const struct partner *partner)
{
    for (size_t i = 0; i < partner->send_count; i++)
        if (strcmp(partner->send[i].version, newer_acknowledgement.version) >=
            0)
            return partner_receives(partner, "999") == NULL;
    return false;
}

bool
is_acknowledgment(const char *set)
{
    return text_equal(set, "997") || text_equal(set, "999");
}

bool
routes_open(struct flow *flow, struct err *err)
{
    size_t partners = partner_count(flow->conf), count = 0;

    (void)err;
    flow->shared = arena_alloc(flow->arena, sizeof *flow->shared);
    for (size_t i = 0; i < partners; i++) {
        const struct partner *partner = partner_at(flow->conf, i);
        count += partner->send_count + partner->receive_count + 2;
    }
    flow->routes = arena_alloc(flow->arena, count * sizeof *flow->routes + 1);
    for (size_t i = 0; i < partners; i++) {
        const struct partner *partner = partner_at(flow->conf, i);
        rules_check(partner, flow->found);
        for (size_t at = 0; at < partner->send_count; at++)
            add_route(flow, partner, &partner->send[at], DIRECTION_OUT);
        for (size_t at = 0; at < partner->receive_count; at++)
            add_route(flow, partner, &partner->receive[at], DIRECTION_IN);
        if (partner_receives(partner, "997") == NULL)
            add_route(flow, partner, &acknowledgement, DIRECTION_IN);
        if (may_answer_999(partner))
            add_route(flow, partner, &newer_acknowledgement, DIRECTION_IN);
    }
    resolve_texts(flow);
    return true;
}

void
routes_close(struct flow *flow)
{
    if (flow->shared == NULL)
        return;
    for (struct loaded_map *map = flow->shared->maps; map; map = map->next)
        map_free(&map->map);
    for (struct loaded_guide *guide = flow->shared->guides; guide;
         guide = guide->next)
        x12_guide_free(&guide->guide);
}

struct route *
route_of(struct flow *flow, const struct partner *partner, const char *set,
         enum direction direction)
{
    for (size_t i = 0; i < flow->route_count; i++)
        if (flow->routes[i].partner == partner &&
            flow->routes[i].direction == direction &&
            text_equal(flow->routes[i].set->set, set))
            return &flow->routes[i];
    return NULL;
}

const struct flow_text *
text_for_set(const struct flow *flow, const char *set)
{
    for (const struct flow_text *text = flow->texts; text; text = text->next)
        if (text->system == NULL && text_equal(text->what, set))
            return text;
    return NULL;
}

const struct flow_text *
text_for_origin(const struct flow *flow, const struct document *document)
{
    size_t size = strcspn(document->origin, ":");

    if (document->origin[0] == '\0')
        return NULL;
    for (const struct flow_text *text = flow->texts; text; text = text->next)
        if (text->system != NULL && strlen(text->what) == size &&
            strncmp(text->what, document->origin, size) == 0)
            return text;
    return NULL;
}
