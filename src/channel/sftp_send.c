/* SPDX-License-Identifier: Apache-2.0 */
/* Sending over SFTP, and answering whether it was sent. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/sftp_private.h"

/* FNV-1a, as a short name for a name. */
static uint64_t
doubt_key(const char *name)
{
    uint64_t key = 14695981039346656037u;

    for (; *name != '\0'; name++)
        key = (key ^ (unsigned char)*name) * 1099511628211u;
    return key;
}

static void
add_doubt(struct sftp_state *state, const char *name)
{
    size_t count = state->in_doubt_count;

    state->in_doubt =
        obtain_more(state->in_doubt, count * sizeof *state->in_doubt,
                    (count + 1) * sizeof *state->in_doubt);
    state->in_doubt[state->in_doubt_count++] = doubt_key(name);
}

static void
end_doubt(struct sftp_state *state, const char *name)
{
    for (size_t i = 0; i < state->in_doubt_count; i++)
        if (state->in_doubt[i] == doubt_key(name))
            state->in_doubt[i--] = state->in_doubt[--state->in_doubt_count];
}

static bool
in_doubt(const struct sftp_state *state, const char *name)
{
    for (size_t i = 0; i < state->in_doubt_count; i++)
        if (state->in_doubt[i] == doubt_key(name))
            return true;
    return false;
}

/* ".NAME.tmp" becomes ".po1.edi.tmp". */
static bool
temp_path(const struct sftp_state *state, const char *name,
          char out[REMOTE_PATH], struct err *err)
{
    char temp[REMOTE_PATH];
    const char *at = strstr(state->temp, "NAME");

    return (text_format(temp, sizeof temp, "%.*s%s%s", (int)(at - state->temp),
                        state->temp, name, at + strlen("NAME")) ||
            err_set(err, TP5050, "temp makes too long a name")) &&
           sftp_path(out, state->put, "put", temp, err);
}

/* Parcels whose names are fit become puts; the others have their err. */
static size_t
prepare(struct sftp_state *state, struct parcel *parcels, size_t count,
        struct arena *arena, struct sftp_put *puts, struct parcel **owners)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        char path[REMOTE_PATH], temp[REMOTE_PATH] = "";
        struct err *err = &parcels[i].err;
        parcels[i].sent = false;
        err_clear(err);
        if (!name_check_ours(parcels[i].name, err) ||
            !sftp_path(path, state->put, "put", parcels[i].name, err) ||
            (state->temp != NULL &&
             !temp_path(state, parcels[i].name, temp, err)))
            continue;
        owners[used] = &parcels[i];
        puts[used++] = (struct sftp_put){
            .path = arena_strdup(arena, path),
            .temp = state->temp != NULL ? arena_strdup(arena, temp) : NULL,
            .bytes = parcels[i].bytes,
            .size = parcels[i].size,
            .verify = state->verify,
            .written = parcels[i].staged,
        };
    }
    return used;
}

/* The name was not given, so nothing is in doubt, whatever broke. */
static void
end_stage(struct parcel *parcel, const struct sftp_put *put)
{
    parcel->staged = put->sent;
    parcel->err = put->err;
    if (put->err.kind == ERR_UNSURE)
        parcel->err.kind = put->err.code == TP5044 ? ERR_CONFIG : ERR_RETRY;
}

bool
sftp_channel_stage(struct channel *channel, struct parcel *parcels,
                   size_t count, struct err *err)
{
    struct sftp_state *state = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct sftp_put *puts = arena_alloc(arena, (count + 1) * sizeof *puts);
    struct parcel **owners = arena_alloc(arena, (count + 1) * sizeof *owners);
    struct err broken = { 0 };

    for (size_t i = 0; i < count; i++)
        parcels[i].staged = false;
    if (state->put == NULL)
        return err_set(err, TP5050, "the channel has no put folder");
    if (state->temp == NULL)
        return true;
    if (!sftp_ready(channel, err))
        return false;
    size_t used = prepare(state, parcels, count, arena, puts, owners);
    for (size_t i = 0; i < used; i++) {
        puts[i].path = puts[i].temp;
        puts[i].temp = NULL;
    }
    bool whole = sftp_put(state->sftp, puts, used, &broken);
    for (size_t i = 0; i < used; i++) {
        BUG_IF(whole && !puts[i].sent && puts[i].err.kind == ERR_NONE);
        end_stage(owners[i], &puts[i]);
    }
    return true;
}

static void
settle(struct sftp_state *state, struct parcel *parcel,
       const struct sftp_put *put)
{
    parcel->sent = put->sent;
    parcel->err = put->err;
    end_doubt(state, parcel->name);
    if (put->sent)
        text_format(parcel->evidence, sizeof parcel->evidence,
                    "%s ok, %zu bytes%s at %.100s", put->how, put->size,
                    put->verify == SFTP_VERIFY_SIZE ? " seen" : "", put->path);
    else if (put->err.kind == ERR_UNSURE)
        add_doubt(state, parcel->name);
}

/* The empty files that tell the partner that the others are whole. */
static void
put_markers(struct sftp_state *state, struct arena *arena,
            struct sftp_put *puts, struct parcel **owners, size_t count)
{
    struct sftp_put *markers =
        arena_alloc(arena, (count + 1) * sizeof *markers);
    struct err broken = { 0 };
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (!puts[i].sent)
            continue;
        owners[used] = owners[i];
        markers[used++] = (struct sftp_put){
            .path = arena_printf(arena, "%s%s", puts[i].path, state->done_file),
            .bytes = "",
            .verify = SFTP_VERIFY_NONE,
        };
    }
    /* Each marker says its own end, also when the connection broke. */
    bool whole = sftp_put(state->sftp, markers, used, &broken);
    for (size_t i = 0; i < used; i++) {
        if (markers[i].sent)
            continue;
        BUG_IF(whole && markers[i].err.kind == ERR_NONE);
        owners[i]->sent = false;
        owners[i]->err = markers[i].err;
        if (markers[i].err.kind == ERR_UNSURE)
            add_doubt(state, owners[i]->name);
    }
}

bool
sftp_channel_put(struct channel *channel, struct parcel *parcels, size_t count,
                 struct err *err)
{
    struct sftp_state *state = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct sftp_put *puts = arena_alloc(arena, (count + 1) * sizeof *puts);
    struct parcel **owners = arena_alloc(arena, (count + 1) * sizeof *owners);
    struct err broken = { 0 };

    if (state->put == NULL)
        return err_set(err, TP5050, "the channel has no put folder");
    if (!sftp_ready(channel, err))
        return false;
    size_t used = prepare(state, parcels, count, arena, puts, owners);
    /* When the connection breaks, each file still says its own end. */
    bool whole = sftp_put(state->sftp, puts, used, &broken);
    for (size_t i = 0; i < used; i++) {
        BUG_IF(whole && !puts[i].sent && puts[i].err.kind == ERR_NONE);
        settle(state, owners[i], &puts[i]);
    }
    if (!text_empty(state->done_file))
        put_markers(state, arena, puts, owners, used);
    return true;
}

static bool
look(struct sftp_state *state, const char *path, struct sftp_attrs *attrs,
     bool *there, struct err *err)
{
    *attrs = (struct sftp_attrs){ .size = -1 };
    return sftp_stat(state->sftp, path, attrs, there, err);
}

/* Neither the file nor, where there is one, its temporary copy: was it never
 * written, or has the partner taken it? A rename that got no answer leaves
 * the copy behind unless it happened. */
static bool
find_absent(struct sftp_state *state, const char *name, int *found,
            struct err *err)
{
    char temp[REMOTE_PATH];
    struct sftp_attrs attrs;
    bool copy = false;

    if (state->temp != NULL && (!temp_path(state, name, temp, err) ||
                                !look(state, temp, &attrs, &copy, err)))
        return false;
    if (copy)
        *found = 0;
    else
        *found = state->absent_unknown || in_doubt(state, name) ? -1 : 0;
    return true;
}

bool
sftp_channel_find(struct channel *channel, const char *name, size_t size,
                  int *found, struct err *err)
{
    struct sftp_state *state = channel->state;
    char path[REMOTE_PATH], marker[REMOTE_PATH];
    struct sftp_attrs attrs;
    bool there = false, marked = true;

    *found = -1;
    if (!name_check_ours(name, err) ||
        !sftp_path(path, state->put, "put", name, err))
        return false;
    if (state->verify == SFTP_VERIFY_NONE)
        return true;
    if (!sftp_ready(channel, err) || !look(state, path, &attrs, &there, err))
        return false;
    if (!there)
        return find_absent(state, name, found, err);
    if (!text_empty(state->done_file)) {
        struct sftp_attrs unused;
        if (!text_format(marker, sizeof marker, "%s%s", path, state->done_file))
            return err_set(err, TP5050, "done_file makes too long a name");
        if (!look(state, marker, &unused, &marked, err))
            return false;
    }
    *found = marked && (state->verify == SFTP_VERIFY_EXISTS || attrs.size < 0 ||
                        (uint64_t)attrs.size == size);
    return true;
}

bool
sftp_channel_find_staged(struct channel *channel, const char *name, size_t size,
                         int *found, struct err *err)
{
    struct sftp_state *state = channel->state;
    char path[REMOTE_PATH], temp[REMOTE_PATH];
    struct sftp_attrs attrs;
    bool there = false, copy = false;

    if (state->temp == NULL || state->verify == SFTP_VERIFY_NONE)
        return sftp_channel_find(channel, name, size, found, err);
    if (!name_check_ours(name, err) ||
        !sftp_path(path, state->put, "put", name, err) ||
        !temp_path(state, name, temp, err) || !sftp_ready(channel, err) ||
        !look(state, path, &attrs, &there, err))
        return false;
    if (there)
        return sftp_channel_find(channel, name, size, found, err);
    if (!look(state, temp, &attrs, &copy, err))
        return false;
    *found = !copy;
    return true;
}
