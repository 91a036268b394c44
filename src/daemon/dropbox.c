/* SPDX-License-Identifier: Apache-2.0 */
/* inotify on spool/in and its partners' folders: only a reason to look. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon_private.h"

enum {
    MOVES = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MODIFY | IN_ATTRIB |
            IN_ONLYDIR
};

static bool
watch(int fd, const char *path)
{
    if (inotify_add_watch(fd, path, MOVES) >= 0 || errno == ENOENT ||
        errno == ENOTDIR)
        return true;
    log_line(LOG_WARNING,
             "no watch on %s (%s): it is looked at on schedule alone", path,
             strerror(errno));
    return false;
}

static void
watch_all(int fd, const char *spool)
{
    char path[1024];
    struct dirent *entry;

    text_format(path, sizeof path, "%s/in", spool);
    DIR *dir = watch(fd, path) ? opendir(path) : NULL;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' ||
            (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
            continue;
        text_format(path, sizeof path, "%s/in/%s", spool, entry->d_name);
        if (!watch(fd, path))
            break;
    }
    if (dir != NULL)
        closedir(dir);
}

int
dropbox_watch(const char *spool)
{
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

    if (fd < 0)
        log_line(LOG_WARNING,
                 "no watch on %s/in (%s): it is looked at on schedule alone",
                 spool, strerror(errno));
    else
        watch_all(fd, spool);
    return fd;
}

bool
dropbox_moved(int fd, const char *spool)
{
    char events[16384];
    bool moved = false;

    if (fd < 0)
        return false;
    while (read(fd, events, sizeof events) > 0)
        moved = true;
    /* A folder that was there already is watched once all the same. */
    if (moved)
        watch_all(fd, spool);
    return moved;
}
