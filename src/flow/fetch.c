/* SPDX-License-Identifier: Apache-2.0 */
/* Files come in from channels and from the drop box: fetched, journalled
 * durably, and only then removed at the far side. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/durable.h"
#include "base/log.h"
#include "store/spool.h"

enum { END_BYTES = 200 };

static bool
is_whole(const struct buf *bytes)
{
    const char *text = buf_text(bytes);
    size_t from = bytes->size > END_BYTES ? bytes->size - END_BYTES : 0;

    for (size_t i = from; i + 3 < bytes->size; i++)
        if (memcmp(text + i, "IEA", 3) == 0)
            return true;
    return false;
}

/* Where a large file lies until the journal has it. */
static void
scratch_name(const struct flow *flow, char path[1024])
{
    if (!text_format(path, 1024, "%s/.fetching", conf_spool_dir(flow->conf)))
        path[0] = '\0';
}

static void
fetched_set(const struct partner *partner, char out[64])
{
    text_format(out, 64, "fetched:%s", partner->code);
}

static void
seen_item(const struct listed *file, char out[512])
{
    text_format(out, 512, "%.250s|%lld|%lld|%.100s", file->name,
                (long long)file->size, (long long)file->modified, file->id);
}

/* Files that are taken in together: journalled in one commit, and only then
 * removed where they came from. */
enum { HAUL_BYTES = 1 << 20 };

struct caught {
    const char *name;
    const struct listed *file;     /* where it is to be removed, ... */
    const struct dropped *drop;    /* ... one of both */
    const struct partner *partner; /* NULL = nobody known */
    struct buf bytes;
    const char *path; /* instead of bytes: a large one, alone in its haul */
    int64_t size;     /* of it */
    char half[540];   /* without an end, seen so for the first time */
    bool known;
};

struct haul {
    struct flow *flow;
    const char *channel;
    struct caught *caught;
    size_t count, bytes;
};

static bool
accept_one(struct haul *haul, struct caught *caught, struct err *err)
{
    const struct partner *partner = caught->partner;
    struct arrival arrival = { .partner = partner ? partner->code : "",
                               .channel = haul->channel,
                               .name = caught->name,
                               .bytes = buf_text(&caught->bytes),
                               .size = caught->bytes.size,
                               .path = caught->path };
    char set[64];
    int64_t id;

    if (caught->half[0] == '\0')
        return journal_accept(haul->flow->journal, &arrival, &id,
                              &caught->known, err);
    fetched_set(partner, set);
    return journal_seen_add(haul->flow->journal, set, caught->half, err);
}

static bool
accept_all(struct haul *haul, struct err *err)
{
    struct journal *journal = haul->flow->journal;

    if (!journal_begin(journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < haul->count; i++)
        good = accept_one(haul, &haul->caught[i], err);
    good = good && journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    return good;
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

/* A large file that could not be copied concerns nobody else: it is alone in
 * its haul, and stays where it is. */
static bool
left_there(const struct haul *haul, const char *place, struct err *err)
{
    if (haul->count != 1 || haul->caught->path == NULL ||
        (err->code != TP4002 && err->code != TP4022 && err->code != TP4033))
        return false;
    log_err(LOG_WARNING, err, place);
    err_clear(err);
    return true;
}

/* Keeps the haul; *kept counts from its beginning. When there is no room for
 * all, as many as there is room for, each by itself. */
static bool
keep(struct haul *haul, const char *place, size_t *kept, struct err *err)
{
    *kept = 0;
    if (haul->count == 0)
        return true;
    if (accept_all(haul, err)) {
        *kept = haul->count;
        return true;
    }
    if ((err->code == TP4003 || err->code == TP4019) && haul->count > 1) {
        err_clear(err);
        while (*kept < haul->count &&
               accept_one(haul, &haul->caught[*kept], err))
            ++*kept;
        if (*kept == haul->count)
            return true;
    }
    return left_there(haul, place, err) || no_room(haul->flow, place, err);
}

static struct caught *
new_caught(struct haul *haul, const char *name, const struct partner *partner)
{
    struct caught *caught = &haul->caught[haul->count];

    *caught = (struct caught){ .name = name, .partner = partner };
    return caught;
}

static void
add_caught(struct haul *haul)
{
    haul->bytes += haul->caught[haul->count++].bytes.size;
}

static bool
is_full(const struct haul *haul)
{
    return haul->count == BATCH || haul->bytes >= HAUL_BYTES;
}

static void
empty(struct haul *haul)
{
    for (size_t i = 0; i < haul->count; i++)
        buf_free(&haul->caught[i].bytes);
    haul->count = haul->bytes = 0;
}

/* A file without an end is left for the next look, in case it still grows;
 * after that it is taken as it is and held. */
static bool
judge_end(struct haul *haul, struct caught *caught, struct err *err)
{
    CLEANUP(buf_free) struct buf end = { 0 };
    char set[64], item[512];
    bool looked;

    if (caught->path != NULL &&
        !file_read_part(
            caught->path,
            (size_t)(caught->size > END_BYTES ? caught->size - END_BYTES : 0),
            END_BYTES, &end, err))
        return false;
    if (is_whole(caught->path != NULL ? &end : &caught->bytes))
        return true;
    seen_item(caught->file, item);
    fetched_set(caught->partner, set);
    text_format(caught->half, sizeof caught->half, "half|%s", item);
    if (!journal_seen(haul->flow->journal, set, caught->half, &looked, err))
        return false;
    if (looked)
        caught->half[0] = '\0';
    return true;
}

struct fetching {
    char scratch[1024]; /* for a large file */
    struct endpoint *endpoint;
    struct channel *channel;
    struct listing listing;
    size_t at;         /* in the listing */
    struct err failed; /* of the channel: it is left alone */
};

/* What concerns one file alone is said and passed over. */
static bool
goes_on(struct fetching *fetching)
{
    struct err *failed = &fetching->failed;

    if (failed->kind == ERR_DATA) {
        log_err(LOG_WARNING, failed, fetching->endpoint->partner->code);
        err_clear(failed);
    }
    return failed->kind == ERR_NONE;
}

static bool
by_file(const struct fetching *fetching, const struct listed *file)
{
    return fetching->channel->ops->get_file != NULL && is_large(file->size) &&
           fetching->scratch[0] != '\0';
}

/* A large file goes to the disk in pieces, whatever memory there is. */
static bool
get_one(struct fetching *fetching, struct caught *caught)
{
    struct channel *channel = fetching->channel;
    const struct listed *file = caught->file;
    CLEANUP(file_close) int fd = -1;

    if (!by_file(fetching, file))
        return channel->ops->get(channel, file, &caught->bytes,
                                 &fetching->failed);
    caught->path = fetching->scratch;
    caught->size = file->size;
    return file_begin(fetching->scratch, &fd, &fetching->failed) &&
           channel->ops->get_file(channel, file, fd, &fetching->failed);
}

/* A name, size and time seen before prove nothing, so the bytes are always
 * read: the journal knows whether it has them. */
static bool
catch_files(struct haul *haul, struct fetching *fetching, struct err *err)
{
    while (fetching->at < fetching->listing.count && !is_full(haul)) {
        const struct listed *file = &fetching->listing.files[fetching->at];
        if (haul->count > 0 && by_file(fetching, file))
            break;
        fetching->at++;
        struct caught *caught =
            new_caught(haul, file->name, fetching->endpoint->partner);
        caught->file = file;
        if (!get_one(fetching, caught)) {
            buf_free(&caught->bytes);
            if (no_room(haul->flow, fetching->scratch, &fetching->failed) ||
                !goes_on(fetching))
                return true;
            continue;
        }
        add_caught(haul);
        haul->bytes += caught->path != NULL ? HAUL_BYTES : 0;
        if (!judge_end(haul, caught, err))
            return false;
    }
    return true;
}

static void
remove_kept(struct haul *haul, struct fetching *fetching, size_t kept,
            unsigned *moved)
{
    struct channel *channel = fetching->channel;
    bool there = fetching->failed.kind == ERR_NONE;

    for (size_t i = 0; i < kept; i++) {
        const struct caught *caught = &haul->caught[i];
        if (caught->half[0] != '\0')
            continue;
        *moved += !caught->known;
        if (there) {
            channel->ops->remove(channel, caught->file, &fetching->failed);
            there = goes_on(fetching);
        }
    }
}

static bool
fetch_files(struct flow *flow, struct fetching *fetching, struct haul *haul,
            unsigned *moved, struct err *err)
{
    bool good = true;

    haul->channel = fetching->channel->ops->name;
    while (good && !flow->no_room && fetching->failed.kind == ERR_NONE &&
           fetching->at < fetching->listing.count) {
        size_t kept = 0;
        good = catch_files(haul, fetching, err) &&
               keep(haul, fetching->endpoint->partner->code, &kept, err);
        if (good)
            remove_kept(haul, fetching, kept, moved);
        empty(haul);
    }
    return good;
}

static void
drop_scratch(const struct fetching *fetching)
{
    struct err ignored = { 0 };

    if (fetching->scratch[0] != '\0' && file_exists(fetching->scratch) &&
        !durable_remove_tree(fetching->scratch, &ignored))
        log_err(LOG_WARNING, &ignored, fetching->scratch);
}

static bool
fetch_from(struct flow *flow, struct endpoint *endpoint, unsigned *moved,
           struct err *err)
{
    struct arena *arena = arena_new();
    struct fetching fetching = { .endpoint = endpoint };
    struct haul haul = { .flow = flow,
                         .caught =
                             arena_alloc(arena, BATCH * sizeof *haul.caught) };
    struct err *failed = &fetching.failed;
    bool good = true;

    scratch_name(flow, fetching.scratch);
    fetching.channel = endpoint_channel(flow, endpoint, failed);
    if (fetching.channel != NULL &&
        fetching.channel->ops->list(fetching.channel, arena, &fetching.listing,
                                    failed))
        good = fetch_files(flow, &fetching, &haul, moved, err);
    if (failed->kind != ERR_NONE && !endpoint_rests(endpoint)) {
        log_err(LOG_WARNING, failed, endpoint->partner->code);
        endpoint_failed(flow, endpoint, failed);
    } else if (failed->kind == ERR_NONE && fetching.channel != NULL) {
        destination_good(&endpoint->destination, when_now(), BATCH);
    }
    drop_scratch(&fetching);
    /* Partners that could not be asked are asked again after their rest. */
    endpoint->missed = endpoint_rests(endpoint);
    arena_free(&arena);
    return good && endpoint_save(flow, endpoint, err);
}

/* ---- the drop box */

static void
catch_drop(struct haul *haul, const struct dropped *drop)
{
    struct caught *caught = new_caught(
        haul, drop->name, partner_by_code(haul->flow->conf, drop->partner));
    struct err failed = { 0 };

    caught->drop = drop;
    if (is_large(drop->size))
        caught->path = drop->path;
    if (caught->path != NULL ||
        file_read(drop->path, (size_t)drop->size, &caught->bytes, &failed)) {
        add_caught(haul);
        haul->bytes += caught->path != NULL ? HAUL_BYTES : 0;
        return;
    }
    log_err(LOG_WARNING, &failed, drop->path);
    buf_free(&caught->bytes);
}

static bool
take_drops(struct haul *haul, unsigned *moved, struct err *err)
{
    size_t kept = 0;
    bool good =
        haul->count == 0 || keep(haul, haul->caught[0].drop->path, &kept, err);

    for (size_t i = 0; i < kept; i++) {
        const struct dropped *drop = haul->caught[i].drop;
        struct err failed = { 0 };
        *moved += !haul->caught[i].known;
        if (!spool_remove_drop(drop, &failed))
            log_err(LOG_WARNING, &failed, drop->path);
    }
    empty(haul);
    return good;
}

static bool
fetch_drops(struct flow *flow, unsigned *moved, struct err *err)
{
    long still = conf_seconds(conf_settings(flow->conf), "limits.still", 5);
    struct arena *arena = arena_new();
    struct haul haul = { .flow = flow,
                         .channel = "drop",
                         .caught =
                             arena_alloc(arena, BATCH * sizeof *haul.caught) };
    struct dropped *drops;
    struct err failed = { 0 };
    size_t count = 0;
    bool good = true;

    if (!spool_next_drop(conf_spool_dir(flow->conf), still, arena, &drops,
                         &count, &failed))
        log_err(LOG_WARNING, &failed, "the drop box");
    for (size_t i = 0; good && !flow->no_room && i < count;) {
        while (i < count && !is_full(&haul) &&
               (haul.count == 0 || !is_large(drops[i].size)))
            catch_drop(&haul, &drops[i++]);
        good = take_drops(&haul, moved, err);
    }
    arena_free(&arena);
    return good;
}

/* Those that are ours, and that are due or were missed before. */
static bool
fetch_all(struct flow *flow, bool due, unsigned *moved, struct err *err)
{
    for (size_t i = 0; i < partner_count(flow->conf); i++) {
        struct endpoint *endpoint = &flow->endpoints[i];
        if (endpoint->partner->suspended || !(due || endpoint->missed))
            continue;
        if (!endpoint_load(flow, endpoint, err))
            return false;
        endpoint->missed =
            endpoint_rests(endpoint) || !endpoint_is_ours(flow, endpoint);
        if (endpoint->missed)
            continue;
        if (!fetch_from(flow, endpoint, moved, err))
            return false;
    }
    return true;
}

bool
step_fetch(struct flow *flow, unsigned *moved, struct err *err)
{
    bool open, due;

    if (!takes_in(flow, &open, err))
        return false;
    if (!open)
        return true;
    /* A door that is shut has been missed: it is tried after its rest. */
    if (flow->shift != NULL && flow->shift->doors == FLOW_SHUT_DOORS)
        return fetch_all(flow, true, moved, err);
    return fetch_due(flow, &due, err) && fetch_all(flow, due, moved, err) &&
           (!due || fetch_ran(flow, err)) && fetch_drops(flow, moved, err);
}
