/* SPDX-License-Identifier: Apache-2.0 */
#include "base/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static bool
fail(struct err *err, const char *what, const char *path)
{
    bool full = errno == ENOSPC || errno == EDQUOT;

    return err_set(err, full ? TP4003 : TP4001, "%s %s: %s", what, path,
                   strerror(errno));
}

void
file_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

bool
file_write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, bytes, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        bytes += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

bool
durable_sync_dir(const char *dir, struct err *err)
{
    CLEANUP(file_close)
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return fail(err, "cannot sync", dir);
    return true;
}

/* Writes and closes the temporary file; leaves errno on failure. */
struct content {
    const void *bytes;
    size_t size;
    mode_t mode;
};

/* Closes it, after a sync where that is wanted; leaves errno on failure. */
static bool
close_written(int fd, bool good, bool sync)
{
    good = good && (!sync || fsync(fd) == 0);
    int saved = errno;
    if (close(fd) != 0 && good)
        return false;
    errno = saved;
    return good;
}

static int
open_written(const char *path, const struct content *content, bool *good)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                  content->mode);

    *good = fd >= 0 && file_write_all(fd, content->bytes, content->size);
    return fd;
}

static bool
write_temporary(const char *path, const struct content *content, bool sync)
{
    bool good;
    int fd = open_written(path, content, &good);

    return fd >= 0 && close_written(fd, good, sync);
}

static bool
temporary_name(char out[PATH_MAX], const char *dir, const char *name,
               pid_t writer)
{
    return text_format(out, PATH_MAX, "%s/.%.200s.%d.tmp", dir, name,
                       (int)writer);
}

static bool
put(const char *dir, const char *name, const struct content *content, bool sync,
    struct err *err)
{
    char temporary[PATH_MAX], path[PATH_MAX];

    BUG_IF(strchr(name, '/') != NULL || name[0] == '\0' ||
           text_equal(name, ".") || text_equal(name, ".."));
    if (!text_format(path, sizeof path, "%s/%s", dir, name) ||
        !temporary_name(temporary, dir, name, getpid()))
        return err_set(err, TP4001, "name too long: %s", name);
    if (!write_temporary(temporary, content, sync) ||
        rename(temporary, path) != 0) {
        fail(err, "cannot write", path);
        unlink(temporary);
        return false;
    }
    return !sync || durable_sync_dir(dir, err);
}

bool
durable_write(const char *dir, const char *name, const void *bytes, size_t size,
              mode_t mode, struct err *err)
{
    struct content content = { bytes, size, mode };

    return put(dir, name, &content, true, err);
}

bool
durable_stage(const char *dir, const char *name, const void *bytes, size_t size,
              mode_t mode, struct err *err)
{
    struct content content = { bytes, size, mode };
    char path[PATH_MAX];

    BUG_IF(strchr(name, '/') != NULL);
    if (!text_format(path, sizeof path, "%s/%s", dir, name))
        return err_set(err, TP4001, "name too long: %s", name);
    if (write_temporary(path, &content, true))
        return true;
    fail(err, "cannot write", path);
    unlink(path);
    return false;
}

bool
durable_begin(const char *dir, const char *name, const void *bytes, size_t size,
              struct staged *staged, struct err *err)
{
    struct content content = { bytes, size, staged->mode };
    bool good;

    BUG_IF(strchr(name, '/') != NULL);
    staged->fd = -1;
    if (!text_format(staged->path, sizeof staged->path, "%s/%s", dir, name))
        return err_set(err, TP4001, "name too long: %s", name);
    staged->fd = open_written(staged->path, &content, &good);
    if (good) {
        /* Only a hint: its blocks are chosen now and not at its fsync, so that
         * the first commit of the file system takes all that are begun. */
        sync_file_range(staged->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
        return true;
    }
    fail(err, "cannot write", staged->path);
    file_close(&staged->fd);
    staged->fd = -1;
    unlink(staged->path);
    return false;
}

bool
durable_settle(struct staged *staged, struct err *err)
{
    int fd = staged->fd;

    staged->fd = -1;
    if (close_written(fd, true, true))
        return true;
    fail(err, "cannot write", staged->path);
    unlink(staged->path);
    return false;
}

bool
durable_write_view(const char *dir, const char *name, const void *bytes,
                   size_t size, mode_t mode, struct err *err)
{
    struct content content = { bytes, size, mode };

    return put(dir, name, &content, false, err);
}

bool
durable_remove_leftover(const char *dir, const char *name, pid_t writer,
                        struct err *err)
{
    char path[PATH_MAX];

    if (!temporary_name(path, dir, name, writer))
        return err_set(err, TP4001, "name too long: %s", name);
    return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ||
           fail(err, "cannot remove", path);
}

bool
file_remove(const char *dir, const char *name, struct err *err)
{
    char path[PATH_MAX];

    if (!text_format(path, sizeof path, "%s/%s", dir, name))
        return err_set(err, TP4001, "name too long: %s", name);
    return unlink(path) == 0 || errno == ENOENT ||
           fail(err, "cannot remove", path);
}

bool
durable_remove(const char *dir, const char *name, struct err *err)
{
    return file_remove(dir, name, err) && durable_sync_dir(dir, err);
}

static bool
sync_parent(const char *path, struct err *err)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return durable_sync_dir(".", err);
    text_format(parent, sizeof parent, "%.*s",
                slash == path ? 1 : (int)(slash - path), path);
    return durable_sync_dir(parent, err);
}

bool
durable_move(const char *from, const char *to, struct err *err)
{
    return rename(from, to) == 0 || fail(err, "cannot rename", from);
}

bool
durable_rename(const char *from, const char *to, struct err *err)
{
    return rename(from, to) == 0 ? sync_parent(to, err)
                                 : fail(err, "cannot rename", from);
}

bool
durable_mkdir(const char *path, mode_t mode, struct err *err)
{
    char part[PATH_MAX];

    if (!text_copy(part, sizeof part, path))
        return err_set(err, TP4001, "name too long: %s", path);
    if (mkdir(part, mode) == 0)
        return sync_parent(part, err);
    if (errno == EEXIST)
        return true;
    for (char *at = part + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        char saved = *at;
        *at = '\0';
        bool made = mkdir(part, mode) == 0;
        if (!made && errno != EEXIST)
            return fail(err, "cannot make directory", part);
        /* A name lasts when the folder that it stands in is synced. */
        if (made && !sync_parent(part, err))
            return false;
        *at = saved;
        if (saved == '\0')
            return true;
    }
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static bool
remove_children(const char *path, struct err *err)
{
    CLEANUP(close_dir) DIR *dir = opendir(path);
    char child[PATH_MAX];

    if (dir == NULL)
        return fail(err, "cannot list", path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, ".."))
            continue;
        if (!text_format(child, sizeof child, "%s/%s", path, entry->d_name))
            return err_set(err, TP4001, "name too long: %s", entry->d_name);
        if (!durable_remove_tree(child, err))
            return false;
    }
    return true;
}

bool
durable_remove_tree(const char *path, struct err *err)
{
    struct stat info;

    BUG_IF(path[0] == '\0' || text_equal(path, "/"));
    if (lstat(path, &info) != 0)
        return errno == ENOENT || fail(err, "cannot look at", path);
    if (!S_ISDIR(info.st_mode))
        return unlink(path) == 0 || fail(err, "cannot remove", path);
    return remove_children(path, err) &&
           (rmdir(path) == 0 || fail(err, "cannot remove", path));
}

static bool
read_whole(int fd, const char *path, size_t max_bytes, struct buf *buf,
           struct err *err)
{
    char chunk[65536];
    size_t total = 0;

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, TP4002, "cannot read %s: %s", path,
                           strerror(errno));
        if (got == 0)
            return true;
        total += (size_t)got;
        if (total > max_bytes)
            return err_set(err, TP4002, "%s is larger than %zu bytes", path,
                           max_bytes);
        buf_add(buf, chunk, (size_t)got);
    }
}

bool
file_read(const char *path, size_t max_bytes, struct buf *buf, struct err *err)
{
    CLEANUP(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, TP4002, "cannot open %s: %s", path,
                       strerror(errno));
    return read_whole(fd, path, max_bytes, buf, err);
}

bool
file_read_plain(const char *path, size_t max_bytes, struct buf *buf,
                struct err *err)
{
    CLEANUP(file_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;

    if (fd < 0)
        return err_set(err, TP4002, "cannot open %s: %s", path,
                       strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return err_set(err, TP4002, "%s is not a plain file", path);
    return read_whole(fd, path, max_bytes, buf, err);
}

bool
file_read_part(const char *path, size_t offset, size_t size, struct buf *buf,
               struct err *err)
{
    CLEANUP(file_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    char piece[65536];
    struct stat info;

    if (fd < 0)
        return err_set(err, TP4002, "cannot open %s: %s", path,
                       strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return err_set(err, TP4002, "%s is not a plain file", path);
    while (size > 0) {
        ssize_t got =
            pread(fd, piece, size < sizeof piece ? size : sizeof piece,
                  (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(err, TP4002, "cannot read %s: %s", path,
                           strerror(errno));
        if (got == 0)
            return true;
        buf_add(buf, piece, (size_t)got);
        offset += (size_t)got;
        size -= (size_t)got;
    }
    return true;
}

bool
file_begin(const char *path, int *fd, struct err *err)
{
    *fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (*fd >= 0)
        return true;
    return err_set(err, errno == ENOSPC || errno == EDQUOT ? TP4003 : TP4001,
                   "cannot write %s: %s", path, strerror(errno));
}

bool
file_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}
