/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and systems, opened when first needed and kept for the run. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/durable.h"
#include "base/log.h"
#include "store/digest.h"

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

static void
hash_settings(struct destination *destination, const struct conf_group *group)
{
    CLEANUP(buf_free) struct buf says = { 0 };
    char hash[DIGEST_TEXT];

    conf_group_says(group, &says);
    digest_sha256(hash, buf_text(&says), says.size);
    memcpy(destination->settings, hash, sizeof destination->settings - 1);
}

bool
places_open(struct flow *flow, struct err *err)
{
    size_t partners = partner_count(flow->conf);

    (void)err;
    flow->sources = (struct map_sources){ find_text, flow };
    flow->endpoints =
        arena_alloc(flow->arena, (partners + 1) * sizeof *flow->endpoints);
    for (size_t i = 0; i < partners; i++) {
        struct endpoint *endpoint = &flow->endpoints[i];
        endpoint->partner = partner_at(flow->conf, i);
        text_format(endpoint->destination.name,
                    sizeof endpoint->destination.name, "partner/%s",
                    endpoint->partner->code);
        hash_settings(&endpoint->destination,
                      conf_sub(endpoint->partner->group, "channel"));
    }
    flow->system_count = conf_system_count(flow->conf);
    flow->systems = arena_alloc(flow->arena, (flow->system_count + 1) *
                                                 sizeof *flow->systems);
    for (size_t i = 0; i < flow->system_count; i++) {
        struct flow_system *place = &flow->systems[i];
        place->name = conf_system_name(flow->conf, i);
        text_format(place->destination.name, sizeof place->destination.name,
                    "system/%s", place->name);
        hash_settings(&place->destination,
                      conf_system(flow->conf, place->name));
    }
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

/* Why nobody is let to the door now. */
static void
shut_away(const struct destination *destination, struct err *err)
{
    err_set_kind(err, destination->code != TP_NONE ? destination->code : TP7073,
                 ERR_RETRY, "%s", destination->why);
}

struct channel *
endpoint_channel(struct flow *flow, struct endpoint *endpoint, struct err *err)
{
    struct channel_secrets secrets = { get_secret, flow, &endpoint->traffic };
    const struct conf_group *group =
        conf_sub(endpoint->partner->group, "channel");

    if (endpoint_rests(endpoint)) {
        shut_away(&endpoint->destination, err);
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
        endpoint_failed(flow, endpoint, err);
        return NULL;
    }
    return endpoint->channel;
}

static bool
rests(const struct destination *destination)
{
    return destination_room(destination, when_now(), 1) == 0;
}

bool
endpoint_rests(const struct endpoint *endpoint)
{
    return rests(&endpoint->destination);
}

bool
endpoint_is_ours(const struct flow *flow, const struct endpoint *endpoint)
{
    enum flow_doors doors =
        flow->shift == NULL ? FLOW_ALL_DOORS : flow->shift->doors;
    enum destination_state state = endpoint->destination.state;
    bool shut = state == DESTINATION_SLOW || state == DESTINATION_WAITS ||
                state == DESTINATION_DOWN;

    return doors == FLOW_ALL_DOORS || shut == (doors == FLOW_SHUT_DOORS);
}

bool
is_door(const struct err *err)
{
    return (err->kind == ERR_AUTH && err->code != TP6004) ||
           err->kind == ERR_THROTTLED || err->code == TP5001 ||
           err->code == TP5006;
}

void
endpoint_drop(struct endpoint *endpoint)
{
    if (endpoint->channel != NULL)
        channel_close(&endpoint->channel);
    endpoint->channel = NULL;
}

/* A channel that could not be opened rests whatever the cause, so that a
 * hundred documents do not knock at a dead door. */
void
endpoint_failed(const struct flow *flow, struct endpoint *endpoint,
                const struct err *err)
{
    endpoint_drop(endpoint);
    destination_failed(&endpoint->destination, &flow->retry, when_now(), err);
}

bool
endpoint_load(struct flow *flow, struct endpoint *endpoint, struct err *err)
{
    return destination_load(flow->journal, &endpoint->destination,
                            &endpoint->kept, err);
}

bool
endpoint_save(struct flow *flow, struct endpoint *endpoint, struct err *err)
{
    return destination_save(flow->journal, &endpoint->destination,
                            &endpoint->kept, err);
}

bool
systems_load(struct flow *flow, struct err *err)
{
    for (size_t i = 0; i < flow->system_count; i++) {
        struct flow_system *place = &flow->systems[i];
        if (!destination_load(flow->journal, &place->destination, &place->kept,
                              err))
            return false;
    }
    return true;
}

bool
systems_save(struct flow *flow, struct err *err)
{
    for (size_t i = 0; i < flow->system_count; i++)
        if (!destination_save(flow->journal, &flow->systems[i].destination,
                              &flow->systems[i].kept, err))
            return false;
    return true;
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
    if (rests(&place->destination)) {
        shut_away(&place->destination, err);
        return NULL;
    }
    if (place->system != NULL)
        return place->system;
    struct system_context context = { .conf = flow->conf,
                                      .group = conf_system(flow->conf, name),
                                      .name = place->name,
                                      .sources = &flow->sources,
                                      .codes = &flow->system_codes,
                                      .traffic = &place->traffic };
    if (!system_open(&place->system, &context, err)) {
        place->system = NULL;
        return NULL;
    }
    return place->system;
}

static struct flow_system *
house_or(struct flow *flow, const char *name)
{
    return name != NULL             ? find_system(flow, name)
           : flow->system_count > 0 ? &flow->systems[0]
                                    : NULL;
}

bool
system_rests(struct flow *flow, const char *name)
{
    const struct flow_system *place = house_or(flow, name);

    return place != NULL && rests(&place->destination);
}

struct destination *
system_destination(struct flow *flow, const char *name)
{
    struct flow_system *place = house_or(flow, name);

    return place != NULL ? &place->destination : NULL;
}

void
system_failed(struct flow *flow, const char *name, int64_t document,
              const struct err *err)
{
    struct destination *destination = system_destination(flow, name);
    if (destination == NULL || err->code == TP7034)
        return;
    if (is_door(err))
        destination_failed(destination, &flow->retry, when_now(), err);
    else if (document != 0 &&
             (err->kind == ERR_RETRY || err->kind == ERR_UNSURE))
        destination_missed(destination, &flow->retry, when_now(), document,
                           err);
}

void
system_worked(struct flow *flow, const char *name, bool document)
{
    struct destination *destination = system_destination(flow, name);

    /* That it answers questions does not mean that it takes documents. */
    if (destination != NULL && (document || destination->failing == 0))
        destination_good(destination, when_now(), BATCH);
    else if (destination != NULL)
        destination->refused = 0;
}

/* Its name is the partner's, in lower case as its file's. */
bool
flow_drop_boxes(const struct conf *conf, struct err *err)
{
    char path[1024];

    for (size_t i = 0; i < partner_count(conf); i++) {
        text_format(path, sizeof path, "%s/in/%s", conf_spool_dir(conf),
                    partner_at(conf, i)->code);
        /* One that a person made may be in capitals. */
        if (file_exists(path))
            continue;
        for (char *at = strrchr(path, '/'); *at != '\0'; at++)
            if (*at >= 'A' && *at <= 'Z')
                *at = (char)(*at - 'A' + 'a');
        if (!file_exists(path) && !durable_mkdir(path, 0770, err))
            return false;
    }
    return true;
}
