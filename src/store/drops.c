/* SPDX-License-Identifier: Apache-2.0 */
/* The drop box: which files are whole. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/spool.h"

enum {
    DROPS_MAX = 1000,
    ISA_SIZE = 106,    /* an ISA segment is 106 bytes, always */
    ISA13 = 90,        /* its control number: nine digits */
    PATIENCE = 10 * 60 /* an open file that nobody writes is taken then */
};

struct search {
    struct buf found; /* of struct dropped */
    size_t count;
    long still_seconds;
};

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

/* Names that say "not yet", as uploaders use them. */
static bool
waits(const char *name)
{
    static const char *const endings[] = { ".tmp", ".part", ".filepart" };
    size_t size = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t tail = strlen(endings[i]);
        if (size >= tail && strcasecmp(name + size - tail, endings[i]) == 0)
            return true;
    }
    return name[0] == '.';
}

static int64_t
nanoseconds(struct timespec at)
{
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

/* The inode's own time moves with every write and cannot be set back by the
 * uploader, so it is the one that tells stillness. A time ahead of the clock
 * by as much counts too: a clock set back stalls nothing. */
static bool
is_still(const struct stat *info, long seconds)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    long age = (long)(now.tv_sec - info->st_ctim.tv_sec);
    return age >= seconds || -age > seconds;
}

/* On a local disk the kernel knows whether somebody has it open for writing:
 * then a read lease is refused with EAGAIN. */
static bool
has_writer(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0)
        return errno == EAGAIN;
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

/* One interchange, ended by the IEA that carries its ISA's number. */
static bool
is_complete(int fd, off_t size)
{
    char head[ISA_SIZE], tail[128], want[32];

    if (size < ISA_SIZE + 16 ||
        pread(fd, head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head, "ISA", 3) != 0)
        return false;
    size_t room = sizeof tail - 1;
    if ((off_t)room > size)
        room = (size_t)size;
    if (pread(fd, tail, room, size - (off_t)room) != (ssize_t)room)
        return false;
    while (room > 0 &&
           (tail[room - 1] == '\n' || tail[room - 1] == '\r' ||
            tail[room - 1] == ' ') &&
           tail[room - 1] != head[ISA_SIZE - 1])
        room--;
    tail[room] = '\0';
    text_format(want, sizeof want, "%c%.9s%c", head[3], head + ISA13,
                head[ISA_SIZE - 1]);
    char *last = room > 1 ? tail + room - 1 : tail;
    while (last > tail && last[-1] != head[ISA_SIZE - 1])
        last--;
    return strncmp(last, "IEA", 3) == 0 && last[3] == head[3] &&
           text_ends(last, want);
}

static bool
is_whole(const char *path, const struct stat *info, long still_seconds)
{
    CLEANUP(file_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return is_still(info, still_seconds);
    if (has_writer(fd))
        return is_still(info, PATIENCE) && is_still(info, still_seconds);
    return is_still(info, still_seconds) || is_complete(fd, info->st_size);
}

static bool
look_at(struct search *search, const char *dir, const char *partner,
        const char *name, struct err *err)
{
    struct dropped drop = { 0 };
    struct stat info;

    if (!text_copy(drop.partner, sizeof drop.partner, partner) ||
        !text_format(drop.path, sizeof drop.path, "%s/%s", dir, name))
        return err_set(err, TP4032, "%s: the name is too long", name);
    text_copy(drop.name, sizeof drop.name, name);
    if (lstat(drop.path, &info) != 0)
        return errno == ENOENT || err_set(err, TP4031, "cannot look at %s: %s",
                                          drop.path, strerror(errno));
    if (!S_ISREG(info.st_mode) ||
        !is_whole(drop.path, &info, search->still_seconds))
        return true;
    drop.size = info.st_size;
    drop.changed = nanoseconds(info.st_ctim);
    buf_add(&search->found, &drop, sizeof drop);
    search->count++;
    return true;
}

static bool
look_in(struct search *search, const char *path, const char *partner,
        struct err *err)
{
    CLEANUP(close_dir) DIR *dir = opendir(path);

    if (dir == NULL)
        return err_set(err, TP4031, "cannot list %s: %s", path,
                       strerror(errno));
    for (struct dirent *entry;
         search->count < DROPS_MAX && (entry = readdir(dir)) != NULL;)
        if (!waits(entry->d_name) &&
            !look_at(search, path, partner, entry->d_name, err))
            return false;
    return true;
}

static bool
look_in_partners(struct search *search, const char *path, struct err *err)
{
    CLEANUP(close_dir) DIR *dir = opendir(path);
    char child[1024];
    struct stat info;

    if (dir == NULL)
        return err_set(err, TP4031, "cannot list %s: %s", path,
                       strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' ||
            !text_format(child, sizeof child, "%s/%s", path, entry->d_name) ||
            lstat(child, &info) != 0 || !S_ISDIR(info.st_mode))
            continue;
        if (!look_in(search, child, entry->d_name, err))
            return false;
    }
    return true;
}

static int
by_age(const void *a, const void *b)
{
    const struct dropped *one = a, *other = b;

    if (one->changed != other->changed)
        return one->changed < other->changed ? -1 : 1;
    return strcmp(one->path, other->path);
}

bool
spool_next_drop(const char *dir, long still_seconds, struct arena *arena,
                struct dropped **out, size_t *count, struct err *err)
{
    struct search search = { .still_seconds = still_seconds };
    char in[1024];

    bool good = text_format(in, sizeof in, "%s/in", dir) ||
                err_set(err, TP4031, "the path %.100s... is too long", dir);
    good = good && look_in(&search, in, "", err) &&
           look_in_partners(&search, in, err);
    *out = arena_copy(arena, search.found.text, search.found.size);
    *count = good ? search.count : 0;
    qsort(*out, *count, sizeof **out, by_age);
    buf_free(&search.found);
    return good;
}

bool
spool_remove_drop(const struct dropped *drop, struct err *err)
{
    char dir[sizeof drop->path];
    struct stat info;

    if (lstat(drop->path, &info) != 0)
        return errno == ENOENT || err_set(err, TP4031, "cannot look at %s: %s",
                                          drop->path, strerror(errno));
    if (info.st_size != drop->size ||
        nanoseconds(info.st_ctim) != drop->changed)
        return err_set(err, TP4033, "%s changed after it was read", drop->path);
    text_copy(dir, sizeof dir, drop->path);
    *strrchr(dir, '/') = '\0';
    return file_remove(dir, drop->name, err);
}
