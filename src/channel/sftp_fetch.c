/* SPDX-License-Identifier: Apache-2.0 */
/* Listing, fetching and clearing away over SFTP. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/when.h"
#include "channel/sftp_private.h"

/* Fetching ahead: files that follow in the listing come along, since on a
 * slow line each alone would cost its round trips. */
enum {
    MAX_FILES = 20000,
    AHEAD_FILES = 256,
    AHEAD_BYTES = 4 << 20,
    AHEAD_SECONDS = 30
};

enum { MODE_TYPE = 0170000, MODE_FILE = 0100000 };

void
sftp_forget_ahead(struct sftp_state *state)
{
    for (size_t i = 0; i < state->ahead_count; i++)
        buf_free(&state->ahead[i].bytes);
    release(&state->ahead);
    state->ahead_count = 0;
}

/* Sorted names of the entries, to find markers among. */
static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    const char **names;
    size_t count;
};

static struct names
sorted_names(const struct sftp_entry *first, struct arena *arena)
{
    struct names all = { NULL, 0 };

    for (const struct sftp_entry *e = first; e != NULL; e = e->next)
        all.count++;
    all.names = arena_alloc(arena, (all.count + 1) * sizeof *all.names);
    all.count = 0;
    for (const struct sftp_entry *e = first; e != NULL; e = e->next)
        all.names[all.count++] = e->name;
    qsort(all.names, all.count, sizeof *all.names, compare_names);
    return all;
}

/* With done-files a file is whole when its marker is there, and a marker is
 * never a file by itself. */
static bool
is_marked(const struct names *all, const char *name, const char *suffix,
          struct arena *arena)
{
    const char *marker = arena_printf(arena, "%s%s", name, suffix);

    return !text_ends(name, suffix) &&
           bsearch(&marker, all->names, all->count, sizeof *all->names,
                   compare_names) != NULL;
}

static void
add_entries(struct sftp_state *state, const struct sftp_entry *first,
            struct arena *arena, struct listing *listing)
{
    bool marked = !text_empty(state->done_file);
    struct names all = sorted_names(first, arena);

    listing->files =
        arena_alloc(arena, (all.count + 1) * sizeof(struct listed));
    for (const struct sftp_entry *e = first; e != NULL; e = e->next) {
        struct found found = { .name = e->name,
                               .name_size = e->name_size,
                               .size = e->attrs.size,
                               .modified = e->attrs.modified };
        uint32_t type = e->attrs.mode & MODE_TYPE;
        if (type != 0 && type != MODE_FILE)
            continue;
        if (marked && !is_marked(&all, e->name, state->done_file, arena))
            continue;
        listing_add(listing, &found, state->pattern,
                    marked ? NULL : state->looks);
    }
    looks_end(state->looks);
}

static void
keep_listing(struct sftp_state *state, const struct listing *listing)
{
    release(&state->listed);
    state->listed_count = listing->count;
    state->listed = obtain((listing->count + 1) * sizeof *state->listed);
    memcpy(state->listed, listing->files,
           listing->count * sizeof *state->listed);
}

bool
sftp_channel_list(struct channel *channel, struct arena *arena,
                  struct listing *listing, struct err *err)
{
    struct sftp_state *state = channel->state;
    const struct sftp_entry *first = NULL;

    memset(listing, 0, sizeof *listing);
    sftp_forget_ahead(state);
    if (state->get == NULL)
        return true;
    if (!sftp_ready(channel, err) ||
        !sftp_list(state->sftp, state->get, MAX_FILES, arena, &first, err))
        return false;
    add_entries(state, first, arena, listing);
    keep_listing(state, listing);
    return true;
}

static void
plan(struct ahead *ahead, const struct listed *file)
{
    memset(ahead, 0, sizeof *ahead);
    text_copy(ahead->name, sizeof ahead->name, file->name);
    ahead->size = file->size;
}

/* The file asked for, and those that follow it in the listing while they are
 * small. */
static void
plan_batch(struct sftp_state *state, const struct listed *file)
{
    size_t i = 0;
    int64_t bytes = file->size;

    sftp_forget_ahead(state);
    state->ahead = obtain(AHEAD_FILES * sizeof *state->ahead);
    state->ahead_at = when_steady();
    plan(&state->ahead[state->ahead_count++], file);
    while (i < state->listed_count &&
           !text_equal(state->listed[i].name, file->name))
        i++;
    for (i++; i < state->listed_count && state->ahead_count < AHEAD_FILES;
         i++) {
        const struct listed *next = &state->listed[i];
        if (next->size < 0 || next->size > AHEAD_BYTES - bytes)
            return;
        bytes += next->size;
        plan(&state->ahead[state->ahead_count++], next);
    }
}

static bool
fetch_batch(struct channel *channel, struct err *err)
{
    struct sftp_state *state = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    size_t count = state->ahead_count;
    struct sftp_get *gets = arena_alloc(arena, count * sizeof *gets);
    struct err broken = { 0 };
    char path[REMOTE_PATH];

    for (size_t i = 0; i < count; i++) {
        if (!sftp_path(path, state->get, "get", state->ahead[i].name, err))
            return false;
        gets[i] = (struct sftp_get){ .path = arena_strdup(arena, path),
                                     .expected = state->ahead[i].size,
                                     .max_bytes = channel->max_bytes,
                                     .into = &state->ahead[i].bytes };
    }
    /* Each file says its own end, also when the connection broke. */
    bool whole = sftp_get(state->sftp, gets, count, &broken);
    for (size_t i = 0; i < count; i++) {
        BUG_IF(whole && !gets[i].got && gets[i].err.kind == ERR_NONE);
        state->ahead[i].got = gets[i].got;
        state->ahead[i].err = gets[i].err;
    }
    return true;
}

/* The file among those fetched ahead, if it is still the one listed. */
static struct ahead *
find_ahead(struct sftp_state *state, const struct listed *file)
{
    int64_t age = when_steady() - state->ahead_at;

    if (age > (int64_t)AHEAD_SECONDS * 1000000000)
        return NULL;
    for (size_t i = 0; i < state->ahead_count; i++)
        if (text_equal(state->ahead[i].name, file->name) &&
            state->ahead[i].size == file->size)
            return &state->ahead[i];
    return NULL;
}

bool
sftp_channel_get(struct channel *channel, const struct listed *file,
                 struct buf *into, struct err *err)
{
    struct sftp_state *state = channel->state;

    if (!name_check(file->name, strlen(file->name), err))
        return false;
    if (find_ahead(state, file) == NULL) {
        if (!sftp_ready(channel, err))
            return false;
        plan_batch(state, file);
        if (!fetch_batch(channel, err))
            return false;
    }
    struct ahead *ahead = find_ahead(state, file);
    bool got = ahead->got;
    if (got)
        buf_add(into, ahead->bytes.text, ahead->bytes.size);
    else
        *err = ahead->err;
    /* Taken once; asked for again, it is fetched again. */
    buf_free(&ahead->bytes);
    ahead->name[0] = '\0';
    return got;
}

bool
sftp_channel_get_file(struct channel *channel, const struct listed *file,
                      int into, struct err *err)
{
    struct sftp_state *state = channel->state;
    char path[REMOTE_PATH];
    struct err broken = { 0 };

    if (!name_check(file->name, strlen(file->name), err) ||
        !sftp_ready(channel, err) ||
        !sftp_path(path, state->get, "get", file->name, err))
        return false;
    struct sftp_get get = { .path = path,
                            .expected = file->size,
                            .max_bytes = channel->max_bytes,
                            .file = into };
    if (!sftp_get(state->sftp, &get, 1, &broken) && get.err.kind == ERR_NONE)
        get.err = broken;
    if (!get.got)
        *err = get.err;
    return get.got;
}

/* Whether the file is still the one that was fetched: one that its writer has
 * replaced meanwhile must not be cleared away unread. */
static bool
is_same(struct sftp_state *state, const char *path, const struct listed *file,
        bool *there, struct err *err)
{
    struct sftp_attrs attrs = { .size = -1 };

    if (!sftp_stat(state->sftp, path, &attrs, there, err))
        return false;
    if (!*there || ((attrs.size < 0 || attrs.size == file->size) &&
                    (attrs.modified == 0 || file->modified == 0 ||
                     attrs.modified == file->modified)))
        return true;
    return err_set(err, TP5046, "%.150s changed since it was fetched", path);
}

static bool
move_away(struct sftp_state *state, const char *path, const char *name,
          struct err *err)
{
    char folder[REMOTE_PATH], away[REMOTE_PATH];

    if (text_empty(state->done))
        return sftp_remove(state->sftp, path, err);
    if (state->done[0] == '/')
        text_copy(folder, sizeof folder, state->done);
    else if (!sftp_path(folder, state->get, "get", state->done, err))
        return false;
    return path_join(away, sizeof away, folder, name, err) &&
           sftp_rename(state->sftp, path, away, err);
}

bool
sftp_channel_remove(struct channel *channel, const struct listed *file,
                    struct err *err)
{
    struct sftp_state *state = channel->state;
    char path[REMOTE_PATH], marker[REMOTE_PATH];
    bool there = false;

    if (!name_check(file->name, strlen(file->name), err) ||
        !sftp_path(path, state->get, "get", file->name, err) ||
        !sftp_ready(channel, err) || !is_same(state, path, file, &there, err))
        return false;
    if (there && !move_away(state, path, file->name, err))
        return false;
    if (text_empty(state->done_file))
        return true;
    return (text_format(marker, sizeof marker, "%s%s", path,
                        state->done_file) ||
            err_set(err, TP5050, "done_file makes too long a name")) &&
           sftp_remove(state->sftp, marker, err);
}
