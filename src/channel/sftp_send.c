/* SPDX-License-Identifier: Apache-2.0 */
/* Sending over SFTP, and answering whether it was sent. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/sftp_private.h"

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
        parcels[i].sent = parcels[i].begun = false;
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
        };
    }
    return used;
}

static void
settle(struct parcel *parcel, const struct sftp_put *put)
{
    parcel->sent = put->sent;
    parcel->err = put->err;
    if (put->sent)
        text_format(parcel->evidence, sizeof parcel->evidence,
                    "%s ok, %zu bytes%s at %.100s", put->how, put->size,
                    put->verify == SFTP_VERIFY_SIZE ? " seen" : "", put->path);
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
    }
}

/* What lies there whole, or is written in place, may be named next. */
static void
begin_names(struct parcel **owners, const struct sftp_put *puts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct parcel *parcel = owners[i];
        parcel->begun = puts[i].uploaded || puts[i].temp == NULL;
        if (puts[i].uploaded)
            text_format(parcel->evidence, sizeof parcel->evidence,
                        "%zu bytes uploaded as %.100s, to be renamed",
                        puts[i].size, puts[i].temp);
        else
            parcel->evidence[0] = '\0';
    }
}

static void
send_all(struct sftp_state *state, struct parcel *parcels, size_t count,
         const struct channel_ready *ready)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct sftp_put *puts = arena_alloc(arena, (count + 1) * sizeof *puts);
    struct parcel **owners = arena_alloc(arena, (count + 1) * sizeof *owners);
    struct err broken = { 0 };

    size_t used = prepare(state, parcels, count, arena, puts, owners);
    /* When the connection breaks, each file still says its own end. */
    if (sftp_upload(state->sftp, puts, used, &broken)) {
        begin_names(owners, puts, used);
        bool named = parcels_ready(parcels, count, ready);
        for (size_t i = 0; !named && i < used; i++)
            if (puts[i].err.kind == ERR_NONE)
                puts[i].err = owners[i]->err;
    }
    err_clear(&broken);
    bool whole = sftp_name(state->sftp, puts, used, &broken);
    for (size_t i = 0; i < used; i++) {
        BUG_IF(whole && !puts[i].sent && puts[i].err.kind == ERR_NONE);
        settle(owners[i], &puts[i]);
    }
    if (!text_empty(state->done_file))
        put_markers(state, arena, puts, owners, used);
}

bool
sftp_channel_put(struct channel *channel, struct parcel *parcels, size_t count,
                 const struct channel_ready *ready, struct err *err)
{
    struct sftp_state *state = channel->state;

    if (!folder_needed(state->put, "put", err) || !sftp_ready(channel, err))
        return false;
    send_all(channel->state, parcels, count, ready);
    return true;
}

static bool
look(struct sftp_state *state, const char *path, struct sftp_attrs *attrs,
     bool *there, struct err *err)
{
    *attrs = (struct sftp_attrs){ .size = -1 };
    return sftp_stat(state->sftp, path, attrs, there, err);
}

/* The file is not there. Its temporary copy was there, whole, before the
 * rename was asked for, and nothing of ours removes it but that rename. */
static bool
find_absent(struct sftp_state *state, const char *name,
            enum channel_found *found, struct err *err)
{
    char temp[REMOTE_PATH];
    struct sftp_attrs attrs;
    bool copy = false;

    if (state->temp != NULL && (!temp_path(state, name, temp, err) ||
                                !look(state, temp, &attrs, &copy, err)))
        return false;
    *found = copy ? FOUND_NO : state->absent;
    return true;
}

/* Where done-files are used, a file without one is not delivered. */
static bool
find_marker(struct sftp_state *state, const char *path, bool *marked,
            struct err *err)
{
    char marker[REMOTE_PATH];
    struct sftp_attrs unused;

    *marked = true;
    if (text_empty(state->done_file))
        return true;
    if (!text_format(marker, sizeof marker, "%s%s", path, state->done_file))
        return err_set(err, TP5050, "done_file makes too long a name");
    return look(state, marker, &unused, marked, err);
}

bool
sftp_channel_find(struct channel *channel, const char *name, size_t size,
                  enum channel_found *found, struct err *err)
{
    struct sftp_state *state = channel->state;
    char path[REMOTE_PATH];
    struct sftp_attrs attrs;
    bool there = false, marked;

    *found = FOUND_UNKNOWN;
    if (!name_check_ours(name, err) ||
        !sftp_path(path, state->put, "put", name, err))
        return false;
    /* Nothing can be looked at there. */
    if (state->verify == SFTP_VERIFY_NONE && state->absent == FOUND_UNKNOWN)
        return true;
    if (!sftp_ready(channel, err) || !look(state, path, &attrs, &there, err))
        return false;
    if (!there)
        return find_absent(state, name, found, err);
    if (!find_marker(state, path, &marked, err))
        return false;
    bool fits = state->verify != SFTP_VERIFY_SIZE || attrs.size < 0 ||
                (uint64_t)attrs.size == size;
    *found = marked && fits ? FOUND_THERE : FOUND_NO;
    return true;
}
