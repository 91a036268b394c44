/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of files of any size, whose hash is known. */
#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"

static bool
fail(struct err *err, bool writing, const char *path)
{
    bool full = errno == ENOSPC || errno == EDQUOT;

    return err_set(err,
                   full      ? TP4003
                   : writing ? TP4001
                             : TP4002,
                   "%s: %s", path, strerror(errno));
}

static bool
pump(int in, int out, struct digest *digest, int64_t *size, bool *writing)
{
    char chunk[65536];
    ssize_t got;

    *size = 0;
    for (;;) {
        *writing = false;
        got = read(in, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        digest_add(digest, chunk, (size_t)got);
        *size += got;
        *writing = true;
        if (out >= 0 && !file_write_all(out, chunk, (size_t)got))
            return false;
    }
}

static int
open_plain(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat info;

    if (fd < 0 || (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

bool
copy_file(const char *from, const char *to, char sha256[DIGEST_TEXT],
          int64_t *size, struct err *err)
{
    CLEANUP(file_close) int in = open_plain(from);
    CLEANUP(file_close) int out = -1;
    bool writing;

    if (in < 0)
        return fail(err, false, from);
    if (to != NULL) {
        out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                   0640);
        if (out < 0)
            return fail(err, true, to);
    }
    struct digest *digest = digest_begin();
    bool good = pump(in, out, digest, size, &writing);
    int saved = errno;
    digest_end(&digest, sha256);
    errno = saved;
    if (!good)
        return fail(err, writing, writing ? to : from);
    return out < 0 || fsync(out) == 0 || fail(err, true, to);
}
