/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "conf/conf_private.h"

enum { SECRET_LIMIT_BYTES = 65536 };

static void
close_quietly(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Only its owner reads it, and the owner is us or root. */
static bool
is_private(int fd, const char *path, struct err *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return err_set(err, TP1020, "cannot look at %s: %s", path,
                       strerror(errno));
    if (!S_ISREG(info.st_mode))
        return err_set(err, TP1020, "%s is not a regular file", path);
    mode_t mode = info.st_mode & 07777;
    if (mode != 0600 && mode != 0400)
        return err_set(err, TP1020,
                       "found %s with mode %04o, expected 0600 or 0400", path,
                       (unsigned)mode);
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return err_set(err, TP1020,
                       "found %s owned by user %u, expected user %u or root",
                       path, (unsigned)info.st_uid, (unsigned)geteuid());
    return true;
}

static bool
read_secret(int fd, const char *path, struct buf *out, struct err *err)
{
    char bytes[SECRET_LIMIT_BYTES + 1];
    size_t size = 0;
    ssize_t got;

    while ((got = read(fd, bytes + size, sizeof bytes - size)) > 0)
        size += (size_t)got;
    bool good = got == 0;
    if (good && size > 0 && bytes[size - 1] == '\n')
        size--;
    if (good && size > 0 && bytes[size - 1] == '\r')
        size--;
    if (good)
        buf_add(out, bytes, size);
    explicit_bzero(bytes, sizeof bytes);
    if (good)
        return true;
    return err_set(err, TP1020, "cannot read %s, or it is larger than %d bytes",
                   path, SECRET_LIMIT_BYTES);
}

bool
conf_secret(const struct conf *conf, const char *name, struct buf *out,
            struct err *err)
{
    char path[1024];

    if (text_starts(name, "secret:"))
        name += strlen("secret:");
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL ||
        !text_format(path, sizeof path, "%s/%s", conf->secrets, name))
        return err_set(err, TP1021,
                       "found \"secret:%.60s\", expected the plain name of a "
                       "file in %s",
                       name, conf->secrets);
    CLEANUP(close_quietly)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, TP1021, "found no secret \"%s\", expected it in %s",
                       name, path);
    if (fd < 0)
        return err_set(err, TP1020, "cannot open %s: %s", path,
                       errno == ELOOP ? "it is a symbolic link"
                                      : strerror(errno));
    return is_private(fd, path, err) && read_secret(fd, path, out, err);
}
