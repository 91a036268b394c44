/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and systems, opened when first needed and kept for the run. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

static bool
find_text(void *user, const char *name, struct arena *arena, const char **path,
          const char **content)
{
    enum { LARGEST_TEXT = 1 << 20 };
    const struct flow *flow = user;
    struct buf text = { 0 };
    struct err err = { 0 };

    *path = conf_find(flow->conf, arena, name);
    if (*path == NULL)
        return false;
    bool good = file_read_plain(*path, LARGEST_TEXT, &text, &err);
    if (good)
        *content = arena_strndup(arena, buf_text(&text), text.size);
    buf_free(&text);
    return good;
}

static bool
get_secret(void *user, const char *name, struct buf *out, struct err *err)
{
    const struct flow *flow = user;

    return conf_secret(flow->conf, name, out, err);
}

bool
places_open(struct flow *flow, struct err *err)
{
    size_t partners = partner_count(flow->conf);

    (void)err;
    flow->sources = (struct map_sources){ find_text, flow };
    flow->endpoints =
        arena_alloc(flow->arena, (partners + 1) * sizeof *flow->endpoints);
    for (size_t i = 0; i < partners; i++)
        flow->endpoints[i].partner = partner_at(flow->conf, i);
    flow->system_count = conf_system_count(flow->conf);
    flow->systems = arena_alloc(flow->arena, (flow->system_count + 1) *
                                                 sizeof *flow->systems);
    for (size_t i = 0; i < flow->system_count; i++)
        flow->systems[i].name = conf_system_name(flow->conf, i);
    return true;
}

void
places_close(struct flow *flow)
{
    for (size_t i = 0; i < partner_count(flow->conf); i++)
        if (flow->endpoints[i].channel != NULL)
            channel_close(&flow->endpoints[i].channel);
    for (size_t i = 0; i < flow->system_count; i++)
        if (flow->systems[i].system != NULL)
            system_close(&flow->systems[i].system);
}

struct endpoint *
endpoint_of(struct flow *flow, const struct partner *partner)
{
    for (size_t i = 0; i < partner_count(flow->conf); i++)
        if (flow->endpoints[i].partner == partner)
            return &flow->endpoints[i];
    BUG_IF(true);
}

struct channel *
endpoint_channel(struct flow *flow, struct endpoint *endpoint, struct err *err)
{
    struct channel_secrets secrets = { get_secret, flow };
    const struct conf_group *group =
        conf_sub(endpoint->partner->group, "channel");

    if (endpoint_rests(endpoint)) {
        err_set_kind(err, endpoint->rest.code, ERR_RETRY, "%s",
                     endpoint->rest.why);
        return NULL;
    }
    if (group == NULL) {
        err_set(err, TP7005, "partner %s has no channel",
                endpoint->partner->code);
        return NULL;
    }
    if (endpoint->channel == NULL &&
        !channel_open(&endpoint->channel, group, &secrets, err)) {
        endpoint->channel = NULL;
        flow->unreached++;
        log_err(LOG_WARNING, err, endpoint->partner->code);
        endpoint_drop(flow, endpoint, err, true);
        return NULL;
    }
    return endpoint->channel;
}

/* Longer each time it is refused again soon after. */
static void
begin_rest(const struct flow *flow, struct rest *rest, const struct err *err)
{
    moment now = when_now();

    if (now > rest->until + (moment)flow->retry.longest_seconds * 1000)
        rest->times = 0;
    rest->times++;
    rest->until = now + (moment)retry_pause(&flow->retry, rest->times) * 1000;
    rest->code = err->code;
    text_format(rest->why, sizeof rest->why, "%s%s%s", err->at,
                err->at[0] ? ": " : "", err->text);
}

static bool
rests(const struct rest *rest)
{
    return rest->why[0] != '\0' && when_now() < rest->until;
}

bool
endpoint_rests(const struct endpoint *endpoint)
{
    return rests(&endpoint->rest);
}

/* A channel that could not be opened rests whatever the cause, so that a
 * hundred documents do not knock at a dead door. */
void
endpoint_drop(const struct flow *flow, struct endpoint *endpoint,
              const struct err *err, bool rest)
{
    if (endpoint->channel != NULL)
        channel_close(&endpoint->channel);
    endpoint->channel = NULL;
    if (rest)
        begin_rest(flow, &endpoint->rest, err);
}

static struct flow_system *
find_system(struct flow *flow, const char *name)
{
    for (size_t i = 0; i < flow->system_count; i++)
        if (text_equal(flow->systems[i].name, name))
            return &flow->systems[i];
    return NULL;
}

struct system *
system_by_name(struct flow *flow, const char *name, struct err *err)
{
    struct flow_system *place = find_system(flow, name);

    if (place == NULL) {
        err_set(err, TP7006,
                "a flow names system '%s', which "
                "tradepost.conf does not have",
                name);
        return NULL;
    }
    if (rests(&place->rest)) {
        err_set_kind(err, place->rest.code, ERR_RETRY, "%s", place->rest.why);
        return NULL;
    }
    if (place->system != NULL)
        return place->system;
    struct system_context context = { .conf = flow->conf,
                                      .group = conf_system(flow->conf, name),
                                      .name = place->name,
                                      .sources = &flow->sources,
                                      .codes = &flow->system_codes };
    if (!system_open(&place->system, &context, err)) {
        place->system = NULL;
        return NULL;
    }
    return place->system;
}

bool
system_rests(struct flow *flow, const char *name)
{
    const struct flow_system *place = find_system(flow, name);

    return place != NULL && rests(&place->rest);
}

void
system_failed(struct flow *flow, const char *name, const struct err *err)
{
    struct flow_system *place =
        name != NULL ? find_system(flow, name) : &flow->systems[0];
    bool door = (err->kind == ERR_AUTH && err->code != TP6004) ||
                err->code == TP5001 || err->code == TP5006;

    if (door && place != NULL && !rests(&place->rest))
        begin_rest(flow, &place->rest, err);
}
