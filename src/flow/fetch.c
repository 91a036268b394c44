/* SPDX-License-Identifier: Apache-2.0 */
/* Files come in from channels and from the drop box: fetched, journalled
 * durably, and only then removed at the far side. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"
#include "store/spool.h"

static bool
is_whole(const struct buf *bytes)
{
    const char *text = buf_text(bytes);
    size_t from = bytes->size > 200 ? bytes->size - 200 : 0;

    for (size_t i = from; i + 3 < bytes->size; i++)
        if (memcmp(text + i, "IEA", 3) == 0)
            return true;
    return false;
}

static void
seen_item(const struct listed *file, char out[512])
{
    text_format(out, 512, "%.250s|%lld|%lld|%.100s", file->name,
                (long long)file->size, (long long)file->modified, file->id);
}

static bool
accept(struct flow *flow, const struct partner *partner, const char *channel,
       const char *name, const struct buf *bytes, bool *known, struct err *err)
{
    struct arrival arrival = { .partner = partner ? partner->code : "",
                               .channel = channel,
                               .name = name,
                               .bytes = buf_text(bytes),
                               .size = bytes->size };
    int64_t id;

    return journal_accept(flow->journal, &arrival, &id, known, err);
}

/* Without room nothing new is taken in; what was accepted still goes on. */
static bool
no_room(struct flow *flow, const char *place, struct err *err)
{
    if (err->code != TP4003 && err->code != TP4019)
        return false;
    log_err(LOG_ERROR, err, place);
    err_clear(err);
    flow->no_room = flow->was_full = true;
    return true;
}

bool
takes_in(struct flow *flow, bool *open, struct err *err)
{
    struct space space;

    if (!journal_space(flow->journal, &space, err))
        return false;
    if (space.low && !flow->no_room)
        log_line(LOG_ERROR,
                 "nothing new is taken in: %lld MB are free on the journal's "
                 "disk, %lld MB are kept for what is already accepted [%s]",
                 (long long)(space.free_bytes >> 20),
                 (long long)(space.reserve_bytes >> 20), err_name(TP4019));
    flow->no_room = space.low;
    flow->was_full = flow->was_full || space.low;
    *open = !space.low;
    return true;
}

/* A file without an end is left for the next look, in case it still grows;
 * after that it is taken as it is and held. */
static bool
may_grow(struct flow *flow, const char *set, const char *item,
         const struct buf *bytes, bool *grows, struct err *err)
{
    char half[540];
    bool looked;

    *grows = false;
    if (is_whole(bytes))
        return true;
    text_format(half, sizeof half, "half|%s", item);
    if (!journal_seen(flow->journal, set, half, &looked, err))
        return false;
    *grows = !looked;
    return looked || journal_seen_add(flow->journal, set, half, err);
}

/* Kept whole, in one commit, before it is removed. A name, size and time seen
 * before prove nothing, so the bytes are always read: the journal knows
 * whether it has them. */
static bool
fetch_file(struct flow *flow, struct endpoint *endpoint,
           struct channel *channel, const struct listed *file, bool *taken,
           struct err *failed, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    char set[64], item[512];
    bool known, grows;

    text_format(set, sizeof set, "fetched:%s", endpoint->partner->code);
    seen_item(file, item);
    if (!channel->ops->get(channel, file, &bytes, failed))
        return true;
    if (!may_grow(flow, set, item, &bytes, &grows, err))
        return false;
    if (grows)
        return true;
    if (!accept(flow, endpoint->partner, channel->ops->name, file->name, &bytes,
                &known, err))
        return no_room(flow, endpoint->partner->code, err);
    *taken = !known;
    channel->ops->remove(channel, file, failed);
    return true;
}

static bool
fetch_from(struct flow *flow, struct endpoint *endpoint, unsigned *moved,
           struct err *err)
{
    struct arena *arena = arena_new();
    struct listing listing = { 0 };
    struct err failed = { 0 };
    bool good = true;
    struct channel *channel = endpoint_channel(flow, endpoint, &failed);

    if (channel != NULL)
        channel->ops->list(channel, arena, &listing, &failed);
    for (size_t i = 0; good && !flow->no_room && i < listing.count; i++) {
        bool taken = false;
        good = fetch_file(flow, endpoint, channel, &listing.files[i], &taken,
                          &failed, err);
        *moved += taken;
        if (failed.kind != ERR_NONE && failed.kind != ERR_DATA)
            break;
        if (failed.kind == ERR_DATA)
            log_err(LOG_WARNING, &failed, endpoint->partner->code);
        err_clear(&failed);
    }
    if (failed.kind != ERR_NONE && !endpoint_rests(endpoint)) {
        log_err(LOG_WARNING, &failed, endpoint->partner->code);
        endpoint_drop(flow, endpoint, &failed, true);
    }
    arena_free(&arena);
    return good;
}

static bool
take_drop(struct flow *flow, const struct dropped *drop, unsigned *moved,
          struct err *err)
{
    enum { LARGEST_DROP = 256 << 20 };
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const struct partner *partner = partner_by_code(flow->conf, drop->partner);
    struct err failed = { 0 };
    bool known;

    if (!file_read(drop->path, LARGEST_DROP, &bytes, &failed)) {
        log_err(LOG_WARNING, &failed, drop->path);
        return true;
    }
    if (!accept(flow, partner, "drop", drop->name, &bytes, &known, err))
        return no_room(flow, drop->path, err);
    *moved += !known;
    if (!spool_remove_drop(drop, &failed))
        log_err(LOG_WARNING, &failed, drop->path);
    return true;
}

static bool
fetch_drops(struct flow *flow, unsigned *moved, struct err *err)
{
    long still = conf_seconds(conf_settings(flow->conf), "limits.still", 5);
    struct arena *arena = arena_new();
    struct dropped *drops;
    struct err failed = { 0 };
    size_t count = 0;
    bool good = true;

    if (!spool_next_drop(conf_spool_dir(flow->conf), still, arena, &drops,
                         &count, &failed))
        log_err(LOG_WARNING, &failed, "the drop box");
    for (size_t i = 0; good && !flow->no_room && i < count; i++)
        good = take_drop(flow, &drops[i], moved, err);
    arena_free(&arena);
    return good;
}

bool
step_fetch(struct flow *flow, unsigned *moved, struct err *err)
{
    bool open;

    if (!takes_in(flow, &open, err))
        return false;
    if (!open)
        return true;
    for (size_t i = 0; i < partner_count(flow->conf); i++) {
        struct endpoint *endpoint = &flow->endpoints[i];
        if (endpoint->partner->suspended || endpoint_rests(endpoint) ||
            endpoint->next_fetch > when_now())
            continue;
        endpoint->next_fetch = when_now() + flow->fetch_seconds * 1000;
        if (!fetch_from(flow, endpoint, moved, err))
            return false;
    }
    return fetch_drops(flow, moved, err);
}
