/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes - guides and maps as partners use them, loaded once and shared.
 *
 *   routes = routes_open(conf, &sources, arena, found);
 *   route = routes_find(routes, partner, "850", ROUTE_OUT);
 *   routes_close(&routes);
 *
 * All mistakes of all texts go to found; what could not be loaded leaves a
 * route without a map. After that nothing is read from files any more.
 */
#ifndef TP_TRANSLATE_ROUTES_H
#define TP_TRANSLATE_ROUTES_H

#include "base/problems.h"
#include "conf/partner.h"
#include "map/map.h"
#include "x12/guide.h"
#include "x12/read.h"
#include "x12/write.h"

struct conf;
struct routes;

enum route_way { ROUTE_OUT, ROUTE_IN };

/* A set as a partner sends or receives it: the map and the guide it must
 * satisfy, resolved once. */
struct route {
    const struct partner *partner;
    const struct partner_set *set;
    enum route_way way;
    struct map *map;               /* NULL: nothing reads this set */
    const struct x12_guide *guide; /* with the partner's rules */
    char texts[65]; /* for the caller: a hash of all texts that make it */
};

/* Lives in the arena, as the sources' answers do. */
struct routes *routes_open(const struct conf *, const struct map_sources *,
                           struct arena *, struct problems *);
void routes_close(struct routes **);
const struct conf *routes_conf(const struct routes *);
struct route *routes_find(const struct routes *, const struct partner *,
                          const char *set, enum route_way);
size_t routes_count(const struct routes *);
struct route *routes_at(const struct routes *, size_t);
/* maps/NAME.map, loaded when it was not; NULL when it has mistakes. */
struct map *routes_map(struct routes *, const char *name, struct err *);
/* 997 or 999. */
bool is_acknowledgment(const char *set);

/* What we send this partner is wrapped in this; dates, numbers and groups are
 * for the caller to fill in. */
struct x12_envelope route_envelope(const struct partner *, bool test);
/* As the partner's file says; NULL = nobody is known. */
void route_tolerances(const struct partner *, struct x12_options *);

#endif
