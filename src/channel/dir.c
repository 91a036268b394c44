/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of this machine: for partners on the same network, for programs
 * beside the gateway, and for trying things out. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "channel/channel_private.h"

enum {
    MAX_FILES = 20000,
    STILL_SECONDS = 2,
    UPLOADS_MOST = 32,
    PIECE_BYTES = 256 << 10
};

struct dir {
    const char *put, *get, *done, *pattern; /* of the settings */
    enum channel_found absent;
    struct looks *looks;
};

static const struct setting dir_settings[] = {
    { .name = "kind", .type = SETTING_TEXT, .about = "dir", .required = true },
    { .name = "put",
      .type = SETTING_TEXT,
      .about = "the folder that we write to; none = we send nothing" },
    { .name = "get",
      .type = SETTING_TEXT,
      .about = "the folder that we take from; none = we fetch nothing" },
    { .name = "done",
      .type = SETTING_TEXT,
      .about = "where fetched files are moved; none = they are removed" },
    { .name = "absent",
      .type = SETTING_TEXT,
      .fallback = "taken",
      .choices = absent_words,
      .about = "what it means when we had begun to rename a file, and neither "
               "it nor its temporary copy .NAME.tmp is there: \"taken\" by the "
               "partner, thus delivered; \"unsent\", it is sent again; "
               "\"unknown\", a person decides" },
    CHANNEL_PATTERN,
    CHANNEL_STABLE_SECONDS("2"),
    CHANNEL_MAX_BYTES,
    { .name = NULL }
};

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static bool
dir_open(struct channel *channel, struct err *err)
{
    struct dir *dir = channel->state = obtain(sizeof *dir);

    dir->put = conf_text(channel->group, "put", NULL);
    dir->get = conf_text(channel->group, "get", NULL);
    dir->done = conf_text(channel->group, "done", "");
    dir->pattern = conf_text(channel->group, "pattern", "*");
    dir->looks =
        looks_new(conf_number(channel->group, "stable_seconds", STILL_SECONDS));
    if (!absent_read(channel, true, &dir->absent, err))
        return false;
    if (dir->put != NULL || dir->get != NULL)
        return true;
    err_set(err, TP5050, "a channel of kind dir needs put, get, or both");
    return err_at(err, "%s", conf_place(channel->group));
}

static void
dir_close(struct channel *channel)
{
    struct dir *dir = channel->state;

    if (dir == NULL)
        return;
    looks_free(&dir->looks);
    release(&dir);
    channel->state = NULL;
}

static bool
need(const char *folder, const char *what, struct err *err)
{
    struct stat info;

    if (!folder_needed(folder, what, err))
        return false;
    if (stat(folder, &info) != 0)
        return err_set(err, TP5051, "%s: %s", folder, strerror(errno));
    return S_ISDIR(info.st_mode) ||
           err_set(err, TP5051, "%s is not a folder", folder);
}

static bool
temp_name(const char *name, char out[NAME_MAX], struct err *err)
{
    return text_format(out, NAME_MAX, ".%s.tmp", name) ||
           err_set(err, TP5043, "the name %.60s... is too long", name);
}

static void
begin_upload(struct dir *dir, struct parcel *parcel, struct staged *staged)
{
    char temp[NAME_MAX];

    staged->mode = 0640;
    parcel->sent = false;
    err_clear(&parcel->err);
    parcel->begun = name_check_ours(parcel->name, &parcel->err) &&
                    temp_name(parcel->name, temp, &parcel->err) &&
                    durable_begin(dir->put, temp, parcel->bytes, parcel->size,
                                  staged, &parcel->err);
    if (parcel->begun)
        text_format(parcel->evidence, sizeof parcel->evidence,
                    "%zu bytes written as %.90s, to be renamed", parcel->size,
                    temp);
}

static void
upload(struct dir *dir, struct parcel *parcels, size_t count)
{
    struct staged staged[UPLOADS_MOST];

    for (size_t i = 0; i < count; i++)
        begin_upload(dir, &parcels[i], &staged[i]);
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun)
            parcels[i].begun = durable_settle(&staged[i], &parcels[i].err);
}

static void
give_name(struct dir *dir, struct parcel *parcel)
{
    char temp[NAME_MAX], from[PATH_MAX], to[PATH_MAX];
    struct err *err = &parcel->err;

    if (!temp_name(parcel->name, temp, err) ||
        !path_join(from, sizeof from, dir->put, temp, err) ||
        !path_join(to, sizeof to, dir->put, parcel->name, err))
        return;
    parcel->sent = durable_move(from, to, err);
    if (parcel->sent) {
        text_format(parcel->evidence, sizeof parcel->evidence,
                    "rename ok, %zu bytes at %.90s", parcel->size, dir->put);
    } else if (!file_exists(from)) {
        struct err why = *err;
        err_clear(err);
        err_set(err, TP5047, "%.100s may be there: %s", to, why.text);
    }
}

/* The names are given, and may be gone after a power cut. */
static void
doubt_all(struct parcel *parcels, size_t count, struct err *why)
{
    for (size_t i = 0; i < count; i++)
        if (parcels[i].sent) {
            parcels[i].sent = false;
            err_set(&parcels[i].err, TP5047, "%.100s may be there: %s",
                    parcels[i].name, why->text);
        }
    err_clear(why);
}

static bool
dir_put(struct channel *channel, struct parcel *parcels, size_t count,
        const struct channel_ready *ready, struct err *err)
{
    struct dir *dir = channel->state;

    if (!need(dir->put, "put", err))
        return false;
    for (size_t i = 0; i < count; i += UPLOADS_MOST)
        upload(dir, parcels + i,
               count - i < UPLOADS_MOST ? count - i : UPLOADS_MOST);
    /* Else a power cut could leave no copy, as if it had been renamed. */
    if (!durable_sync_dir(dir->put, err))
        return false;
    if (!parcels_ready(parcels, count, ready))
        return true;
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun)
            give_name(dir, &parcels[i]);
    if (!durable_sync_dir(dir->put, err))
        doubt_all(parcels, count, err);
    return true;
}

static void
add_file(struct dir *dir, const char *name, struct listing *listing)
{
    char path[PATH_MAX];
    struct stat info;
    struct found found = { .name = name, .name_size = strlen(name) };

    if (!text_format(path, sizeof path, "%s/%s", dir->get, name) ||
        lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return;
    found.size = info.st_size;
    found.modified = info.st_mtim.tv_sec;
    listing_add(listing, &found, dir->pattern, dir->looks);
}

/* The oldest first, so that a replacement is not taken before its original. */
static int
by_age(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;

    if (a->modified != b->modified)
        return a->modified < b->modified ? -1 : 1;
    return strcmp(a->name, b->name);
}

static bool
dir_list(struct channel *channel, struct arena *arena, struct listing *listing,
         struct err *err)
{
    struct dir *dir = channel->state;
    CLEANUP(close_dir) DIR *open = NULL;
    size_t room = 0;

    memset(listing, 0, sizeof *listing);
    if (dir->get == NULL)
        return true;
    open = opendir(dir->get);
    if (open == NULL)
        return err_set(err, TP5051, "%s: %s", dir->get, strerror(errno));
    while (room < MAX_FILES && readdir(open) != NULL)
        room++;
    listing->files = arena_alloc(arena, (room + 1) * sizeof(struct listed));
    rewinddir(open);
    for (struct dirent *entry;
         listing->count < room && (entry = readdir(open)) != NULL;)
        add_file(dir, entry->d_name, listing);
    looks_end(dir->looks);
    if (listing->count > 1)
        qsort(listing->files, listing->count, sizeof *listing->files, by_age);
    return true;
}

static bool
dir_get(struct channel *channel, const struct listed *file, struct buf *into,
        struct err *err)
{
    struct dir *dir = channel->state;
    char path[PATH_MAX];
    size_t before = into->size;

    if (!name_check(file->name, strlen(file->name), err) ||
        !need(dir->get, "get", err) ||
        !path_join(path, sizeof path, dir->get, file->name, err))
        return false;
    if (file->size > 0 && (uint64_t)file->size > channel->max_bytes)
        return err_set(err, TP5045, "%s has %lld bytes; at most %zu are taken",
                       path, (long long)file->size, channel->max_bytes);
    if (!file_exists(path))
        return err_set(err, TP5048, "%s is no longer there", path);
    if (!file_read_plain(path, channel->max_bytes, into, err))
        return false;
    if (file->size < 0 || (size_t)file->size == into->size - before)
        return true;
    into->size = before;
    return err_set(err, TP5046, "%s changed while it was fetched", path);
}

static bool
dir_get_file(struct channel *channel, const struct listed *file, int into,
             struct err *err)
{
    struct dir *dir = channel->state;
    char path[PATH_MAX];

    if (!name_check(file->name, strlen(file->name), err) ||
        !need(dir->get, "get", err) ||
        !path_join(path, sizeof path, dir->get, file->name, err))
        return false;
    if ((uint64_t)file->size > channel->max_bytes)
        return err_set(err, TP5045, "%s has %lld bytes; at most %zu are taken",
                       path, (long long)file->size, channel->max_bytes);
    if (!file_exists(path))
        return err_set(err, TP5048, "%s is no longer there", path);
    for (int64_t at = 0; at < file->size;) {
        CLEANUP(buf_free) struct buf piece = { 0 };
        if (!file_read_part(path, (size_t)at, PIECE_BYTES, &piece, err))
            return false;
        if (piece.size == 0)
            return err_set(err, TP5046, "%s changed while it was fetched",
                           path);
        if (!file_write_all(into, piece.text, piece.size))
            return err_set(err,
                           errno == ENOSPC || errno == EDQUOT ? TP4003 : TP4001,
                           "what is fetched of %s cannot be written: %s", path,
                           strerror(errno));
        at += (int64_t)piece.size;
    }
    return true;
}

/* Whether the file is still the one that was fetched. */
static bool
same(const char *path, const struct listed *file, bool *there, struct err *err)
{
    struct stat info;

    *there = lstat(path, &info) == 0;
    if (!*there ||
        (info.st_size == file->size && info.st_mtim.tv_sec == file->modified))
        return true;
    return err_set(err, TP5046, "%s changed since it was fetched", path);
}

static bool
dir_remove(struct channel *channel, const struct listed *file, struct err *err)
{
    struct dir *dir = channel->state;
    char path[PATH_MAX], away[PATH_MAX];
    bool there;

    if (!name_check(file->name, strlen(file->name), err) ||
        !need(dir->get, "get", err) ||
        !path_join(path, sizeof path, dir->get, file->name, err) ||
        !same(path, file, &there, err))
        return false;
    if (!there)
        return true;
    if (text_empty(dir->done))
        return file_remove(dir->get, file->name, err);
    return durable_mkdir(dir->done, 0750, err) &&
           path_join(away, sizeof away, dir->done, file->name, err) &&
           durable_move(path, away, err);
}

static bool
dir_find(struct channel *channel, const char *name, size_t size,
         enum channel_found *found, struct err *err)
{
    struct dir *dir = channel->state;
    char path[PATH_MAX], copy[PATH_MAX], temp[NAME_MAX];
    struct stat info;

    if (!name_check_ours(name, err) || !need(dir->put, "put", err) ||
        !temp_name(name, temp, err) ||
        !path_join(path, sizeof path, dir->put, name, err) ||
        !path_join(copy, sizeof copy, dir->put, temp, err))
        return false;
    if (lstat(path, &info) == 0)
        *found = (size_t)info.st_size == size ? FOUND_THERE : FOUND_NO;
    else
        *found = file_exists(copy) ? FOUND_NO : dir->absent;
    return true;
}

static bool
dir_probe(struct channel *channel, struct buf *report, struct err *err)
{
    struct dir *dir = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct listing listing;

    if (dir->put != NULL) {
        if (!need(dir->put, "put", err))
            return false;
        buf_addf(report, "put %s: there\n", dir->put);
    }
    if (dir->get != NULL) {
        if (!dir_list(channel, arena, &listing, err))
            return false;
        buf_addf(report, "get %s: %zu files, %zu not yet still\n", dir->get,
                 listing.count, listing.waiting);
    }
    return true;
}

const struct channel_ops channel_dir = {
    .name = "dir",
    .about = "a folder of this machine",
    .settings = dir_settings,
    .open = dir_open,
    .close = dir_close,
    .put = dir_put,
    .list = dir_list,
    .get = dir_get,
    .get_file = dir_get_file,
    .remove = dir_remove,
    .find = dir_find,
    .probe = dir_probe,
};
