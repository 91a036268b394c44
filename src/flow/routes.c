/* SPDX-License-Identifier: Apache-2.0 */
/* What flows need of guides and maps. */
#include "flow/flow_private.h"

#include <string.h>

#include "store/digest.h"

/* Every text that makes a document of this route, as one hash. */
static void
hash_texts(struct route *route)
{
    CLEANUP(buf_free) struct buf all = { 0 };
    struct err ignored = { 0 };

    if (route->guide != NULL)
        x12_guide_print(route->guide, &all);
    for (size_t i = 0; route->map && i < map_source_count(route->map); i++)
        if (!file_read(map_source(route->map, i), 1 << 20, &all, &ignored))
            err_clear(&ignored);
    digest_sha256(route->texts, buf_text(&all), all.size);
}

/* Conditions are about the record that the flow's map makes. */
static void
resolve_texts(struct flow *flow)
{
    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        const struct flow_verb_step *step = flow_text_step(text, VERB_MAP);
        struct err err = { 0 };
        struct map *map =
            step ? routes_map(flow->routes, step->what, &err) : NULL;
        if (map != NULL)
            flow_text_resolve(text, map_kind(map), flow->arena, flow->found);
    }
}

void
flow_open_routes(struct flow *flow)
{
    flow->routes =
        routes_open(flow->conf, &flow->sources, flow->arena, flow->found);
    for (size_t i = 0; i < routes_count(flow->routes); i++)
        hash_texts(routes_at(flow->routes, i));
    resolve_texts(flow);
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
