/* SPDX-License-Identifier: Apache-2.0 */
/* Guides and maps as partners use them, loaded once and shared. */
#include "translate/routes.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "conf/conf.h"
#include "translate/rules.h"

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
    const struct conf *conf;
    struct map_sources sources;
    struct arena *arena;
    struct problems *found;
    struct loaded_map *maps;
    struct loaded_guide *guides;
    struct route *list;
    size_t count;
};

struct map *
routes_map(struct routes *routes, const char *name, struct err *err)
{
    struct loaded_map *loaded = routes->maps;
    char path[128];

    for (; loaded != NULL; loaded = loaded->next)
        if (text_equal(loaded->name, name))
            return loaded->map;
    loaded = arena_alloc(routes->arena, sizeof *loaded);
    loaded->name = name;
    text_format(path, sizeof path, "maps/%s.map", name);
    if (!map_load(&loaded->map, path, &routes->sources, routes->found, err))
        loaded->map = NULL;
    loaded->next = routes->maps;
    routes->maps = loaded;
    return loaded->map;
}

/* "004010VICS" and the like are checked by the standard's guide. */
static const struct x12_guide *
base_guide(struct routes *routes, const char *industry_version, const char *set,
           struct err *err)
{
    const char *version = arena_strndup(routes->arena, industry_version,
                                        strnlen(industry_version, 6));
    struct x12_sources sources = { routes->sources.find, routes->sources.user };
    struct loaded_guide *loaded = routes->guides;

    for (; loaded != NULL; loaded = loaded->next)
        if (loaded->partner == NULL && text_equal(loaded->set, set) &&
            text_equal(loaded->version, version))
            return loaded->guide;
    loaded = arena_alloc(routes->arena, sizeof *loaded);
    loaded->set = set;
    loaded->version = version;
    if (!x12_guide_load(&loaded->guide, &sources, version, set, routes->found,
                        err))
        loaded->guide = NULL;
    loaded->next = routes->guides;
    routes->guides = loaded;
    return loaded->guide;
}

static const struct x12_guide *
partner_guide(struct routes *routes, const struct partner *partner,
              const char *version, const char *set, struct err *err)
{
    const struct x12_guide *base = base_guide(routes, version, set, err);
    struct loaded_guide *loaded;
    struct x12_rule *rules;
    size_t count = rules_for(partner, set, routes->arena, &rules);

    if (base == NULL || count == 0)
        return base;
    loaded = arena_alloc(routes->arena, sizeof *loaded);
    *loaded =
        (struct loaded_guide){ version, set, partner, NULL, routes->guides };
    if (!x12_guide_overlay(&loaded->guide, base, rules, count, routes->found,
                           err))
        return NULL;
    routes->guides = loaded;
    return loaded->guide;
}

static void
add_route(struct routes *routes, const struct partner *partner,
          const struct partner_set *set, enum route_way way)
{
    struct route *route = &routes->list[routes->count++];
    struct err err = { 0 };

    *route = (struct route){ .partner = partner, .set = set, .way = way };
    route->map = routes_map(routes, set->map, &err);
    route->guide = partner_guide(routes, partner, set->version, set->set, &err);
    if (err.kind != ERR_NONE && problems_errors(routes->found) == 0)
        problem_add(routes->found, err.code, err.at, NULL, "%s", err.text);
    if (route->map == NULL || route->guide == NULL)
        route->map = NULL;
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

struct routes *
routes_open(const struct conf *conf, const struct map_sources *sources,
            struct arena *arena, struct problems *found)
{
    struct routes *routes = arena_alloc(arena, sizeof *routes);
    size_t partners = partner_count(conf), count = 0;

    *routes = (struct routes){
        .conf = conf, .sources = *sources, .arena = arena, .found = found
    };
    for (size_t i = 0; i < partners; i++) {
        const struct partner *partner = partner_at(conf, i);
        count += partner->send_count + partner->receive_count + 2;
    }
    routes->list = arena_alloc(arena, count * sizeof *routes->list + 1);
    for (size_t i = 0; i < partners; i++) {
        const struct partner *partner = partner_at(conf, i);
        rules_check(partner, found);
        for (size_t at = 0; at < partner->send_count; at++)
            add_route(routes, partner, &partner->send[at], ROUTE_OUT);
        for (size_t at = 0; at < partner->receive_count; at++)
            add_route(routes, partner, &partner->receive[at], ROUTE_IN);
        if (partner_receives(partner, "997") == NULL)
            add_route(routes, partner, &acknowledgement, ROUTE_IN);
        if (may_answer_999(partner))
            add_route(routes, partner, &newer_acknowledgement, ROUTE_IN);
    }
    return routes;
}

void
routes_close(struct routes **routes)
{
    struct routes *old = *routes;

    if (old == NULL)
        return;
    *routes = NULL;
    for (struct loaded_map *map = old->maps; map; map = map->next)
        map_free(&map->map);
    for (struct loaded_guide *guide = old->guides; guide; guide = guide->next)
        x12_guide_free(&guide->guide);
}

const struct conf *
routes_conf(const struct routes *routes)
{
    return routes->conf;
}

size_t
routes_count(const struct routes *routes)
{
    return routes->count;
}

struct route *
routes_at(const struct routes *routes, size_t i)
{
    return &routes->list[i];
}

struct route *
routes_find(const struct routes *routes, const struct partner *partner,
            const char *set, enum route_way way)
{
    for (size_t i = 0; i < routes->count; i++)
        if (routes->list[i].partner == partner && routes->list[i].way == way &&
            text_equal(routes->list[i].set->set, set))
            return &routes->list[i];
    return NULL;
}
