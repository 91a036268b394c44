/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of this machine: for partners on the same network, for programs
 * beside the gateway, and for trying things out. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "channel/channel_private.h"

enum { MAX_FILES = 20000, STILL_SECONDS = 2 };

struct dir {
    const char *put, *get, *done, *pattern; /* of the settings */
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
    { .name = "pattern",
      .type = SETTING_TEXT,
      .fallback = "*",
      .about = "the names that are fetched, with * and ?" },
    { .name = "stable_seconds",
      .type = SETTING_NUMBER,
      .fallback = "2",
      .about = "how long a file must have been still before it is fetched" },
    { .name = "max_bytes",
      .type = SETTING_NUMBER,
      .fallback = "67108864",
      .about = "the largest file that is fetched" },
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

    if (folder == NULL)
        return err_set(err, TP5050, "the channel has no %s folder", what);
    if (stat(folder, &info) != 0)
        return err_set(err, TP5051, "%s: %s", folder, strerror(errno));
    return S_ISDIR(info.st_mode) ||
           err_set(err, TP5051, "%s is not a folder", folder);
}

/* A hidden name, which partners leave alone. */
static bool
staged_name(char out[NAME_MAX], const char *name, struct err *err)
{
    return name_check_ours(name, err) &&
           (text_format(out, NAME_MAX, ".%s.part", name) ||
            err_set(err, TP5050, "%.100s is too long a name", name));
}

static bool
dir_stage(struct channel *channel, struct parcel *parcels, size_t count,
          struct err *err)
{
    struct dir *dir = channel->state;
    char hidden[NAME_MAX];

    if (!need(dir->put, "put", err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct parcel *parcel = &parcels[i];
        parcel->staged = staged_name(hidden, parcel->name, &parcel->err) &&
                         durable_write(dir->put, hidden, parcel->bytes,
                                       parcel->size, 0640, &parcel->err);
    }
    return true;
}

static bool
give_name(const struct dir *dir, const char *name, struct err *err)
{
    char hidden[NAME_MAX], from[PATH_MAX], to[PATH_MAX];

    return staged_name(hidden, name, err) &&
           path_join(from, sizeof from, dir->put, hidden, err) &&
           path_join(to, sizeof to, dir->put, name, err) &&
           durable_rename(from, to, err);
}

static bool
write_named(const struct dir *dir, struct parcel *parcel)
{
    return name_check_ours(parcel->name, &parcel->err) &&
           durable_write(dir->put, parcel->name, parcel->bytes, parcel->size,
                         0640, &parcel->err);
}

static bool
dir_put(struct channel *channel, struct parcel *parcels, size_t count,
        struct err *err)
{
    struct dir *dir = channel->state;

    if (!need(dir->put, "put", err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct parcel *parcel = &parcels[i];
        parcel->sent = parcel->staged
                           ? give_name(dir, parcel->name, &parcel->err)
                           : write_named(dir, parcel);
        if (parcel->sent)
            text_format(parcel->evidence, sizeof parcel->evidence,
                        "rename ok, %zu bytes at %.90s", parcel->size,
                        dir->put);
    }
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

static bool
dir_list(struct channel *channel, struct arena *arena, struct listing *listing,
         struct err *err)
{
    struct dir *dir = channel->state;
    CLEANUP(close_dir) DIR *open = NULL;
    size_t room = 0;

    memset(listing, 0, sizeof *listing);
    if (!need(dir->get, "get", err))
        return false;
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
    if (!file_read(path, channel->max_bytes, into, err))
        return false;
    if (file->size < 0 || (size_t)file->size == into->size - before)
        return true;
    into->size = before;
    return err_set(err, TP5046, "%s changed while it was fetched", path);
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
        return durable_remove(dir->get, file->name, err);
    return durable_mkdir(dir->done, 0750, err) &&
           path_join(away, sizeof away, dir->done, file->name, err) &&
           durable_rename(path, away, err);
}

static bool
dir_find(struct channel *channel, const char *name, size_t size, int *found,
         struct err *err)
{
    struct dir *dir = channel->state;
    char path[PATH_MAX];
    struct stat info;

    if (!name_check_ours(name, err) || !need(dir->put, "put", err) ||
        !path_join(path, sizeof path, dir->put, name, err))
        return false;
    *found = lstat(path, &info) == 0 && (size_t)info.st_size == size;
    return true;
}

static bool
dir_find_staged(struct channel *channel, const char *name, size_t size,
                int *found, struct err *err)
{
    struct dir *dir = channel->state;
    char hidden[NAME_MAX], path[PATH_MAX];
    struct stat info;

    if (!dir_find(channel, name, size, found, err) ||
        !staged_name(hidden, name, err) ||
        !path_join(path, sizeof path, dir->put, hidden, err))
        return false;
    *found = *found == 1 || lstat(path, &info) != 0;
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
    .stage = dir_stage,
    .put = dir_put,
    .list = dir_list,
    .get = dir_get,
    .remove = dir_remove,
    .find = dir_find,
    .find_staged = dir_find_staged,
    .probe = dir_probe,
};
