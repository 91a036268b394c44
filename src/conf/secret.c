/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"

enum { SECRET_LIMIT_BYTES = 65536 };

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

/* Room for the largest comes first, so that no part is left in memory that
 * growing gave back. */
static bool
read_secret(int fd, const char *path, struct buf *out, struct err *err)
{
    char *bytes = buf_room(out, SECRET_LIMIT_BYTES + 1);
    size_t size = 0;
    ssize_t got;

    while ((got = read(fd, bytes + size, SECRET_LIMIT_BYTES + 1 - size)) > 0)
        size += (size_t)got;
    if (got == 0 && size <= SECRET_LIMIT_BYTES) {
        buf_took(out, size);
        return true;
    }
    explicit_bzero(bytes, size);
    return err_set(err, TP1020, "cannot read %s, or it is larger than %d bytes",
                   path, SECRET_LIMIT_BYTES);
}

bool
conf_private_file(const char *path, struct buf *out, struct err *err)
{
    CLEANUP(file_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0 && errno == ENOENT)
        return err_set(err, TP1021, "found no file %s", path);
    if (fd < 0)
        return err_set(err, TP1020, "cannot open %s: %s", path,
                       errno == ELOOP ? "it is a symbolic link"
                                      : strerror(errno));
    return is_private(fd, path, err) && read_secret(fd, path, out, err);
}

bool
conf_secret_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t size = strlen(name);

    return size > 0 && size < 64 && name[0] != '.' &&
           name[strspn(name, allowed)] == '\0';
}

void
conf_set_vault(struct conf *conf, conf_vault *vault, void *user)
{
    conf->vault = vault;
    conf->vault_user = user;
}

static void
cut_end(struct buf *out, size_t before, char c)
{
    if (out->size > before && out->text[out->size - 1] == c)
        out->text[--out->size] = '\0';
}

static bool
from_file(const struct conf *conf, const char *name, struct buf *out,
          struct err *err)
{
    char path[1024];
    size_t before = out->size;
    struct err failed = { 0 };

    if (!text_format(path, sizeof path, "%s/%s", conf->secrets, name))
        return err_set(err, TP1021, "the path of secret \"%.60s\" is too long",
                       name);
    if (!conf_private_file(path, out, &failed))
        return failed.code == TP1021
                   ? err_set(err, TP1021,
                             "found no secret \"%s\", expected it in the "
                             "vault (tradepost secret set %s) or in %s",
                             name, name, path)
                   : err_set(err, failed.code, "%s", failed.text);
    /* An editor's end of the line is not part of it. */
    cut_end(out, before, '\n');
    cut_end(out, before, '\r');
    return true;
}

bool
conf_secret(const struct conf *conf, const char *name, struct buf *out,
            struct err *err)
{
    bool found = false;

    /* What stands there without the prefix may be the secret itself. */
    if (!text_starts(name, "secret:"))
        return err_set(err, TP1021,
                       "found a text that is not shown, expected the name of "
                       "a secret such as \"secret:nav\"");
    name += strlen("secret:");
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
        return err_set(err, TP1021,
                       "found \"secret:%.60s\", expected the plain name of a "
                       "secret",
                       name);
    if (conf->vault != NULL &&
        !conf->vault(conf->vault_user, name, out, &found, err))
        return false;
    return found || from_file(conf, name, out, err);
}
