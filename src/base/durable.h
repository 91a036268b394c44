/* SPDX-License-Identifier: Apache-2.0 */
/*
 * durable - files that are there, whole, after a power cut.
 *
 *   if (!durable_write(dir, "0001.edi", bytes, size, 0640, err))
 *       return false;           nothing, or the old file, is there
 *
 * A write goes to a temporary name, is synced, renamed, and the directory is
 * synced: a reader sees the old or the new file, never a part. After a failed
 * fsync the file is removed and nothing of it is believed (TP4001). Outside
 * base and store nobody opens for writing, renames or unlinks.
 */
#ifndef TP_BASE_DURABLE_H
#define TP_BASE_DURABLE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* name is relative to dir and must hold no "/", "." or ".." component. */
bool durable_write(const char *dir, const char *name, const void *bytes,
                   size_t size, mode_t, struct err *) MUST_USE;
/* Writes in place and syncs the file, under a name that nobody reads; what was
 * there goes, and a part may be left. durable_sync_dir() makes the name itself
 * durable, durable_rename() gives the name that is read. */
bool durable_stage(const char *dir, const char *name, const void *bytes,
                   size_t size, mode_t, struct err *) MUST_USE;
/* The same for many: all are begun, then each is settled. One after the other,
 * every file waits for a commit of the file system; so they share a few. A
 * file that is begun must be settled. */
struct staged {
    mode_t mode; /* given */
    int fd;
    char path[4096];
};
bool durable_begin(const char *dir, const char *name, const void *bytes,
                   size_t size, struct staged *, struct err *) MUST_USE;
bool durable_settle(struct staged *, struct err *) MUST_USE;
/* As durable_write, without the syncs: for views that can be rebuilt. */
bool durable_write_view(const char *dir, const char *name, const void *bytes,
                        size_t size, mode_t, struct err *) MUST_USE;
/* Removes what a writer that died (its process id) left of either. */
bool durable_remove_leftover(const char *dir, const char *name, pid_t writer,
                             struct err *) MUST_USE;
/* Removes and syncs the directory; a file that is not there is no failure. */
bool durable_remove(const char *dir, const char *name, struct err *) MUST_USE;
bool durable_rename(const char *from, const char *to, struct err *) MUST_USE;
/* A rename that lasts only after durable_sync_dir(). */
bool durable_move(const char *from, const char *to, struct err *) MUST_USE;
/* Makes the directory and its parents, each lasting; one that is there is no
 * failure. */
bool durable_mkdir(const char *path, mode_t, struct err *) MUST_USE;
/* Removes a file or a directory with all it holds. Refuses "" and "/". */
bool durable_remove_tree(const char *path, struct err *) MUST_USE;
bool durable_sync_dir(const char *dir, struct err *) MUST_USE;
/* Adds the whole file to buf; one above max_bytes is refused (TP4002). */
bool file_read(const char *path, size_t max_bytes, struct buf *,
               struct err *) MUST_USE;
/* The same, and nothing but a plain file is opened: a pipe never blocks. */
bool file_read_plain(const char *path, size_t max_bytes, struct buf *,
                     struct err *) MUST_USE;
/* Removes what may come back after a power cut: whoever finds it then knows it.
 */
bool file_remove(const char *dir, const char *name, struct err *err) MUST_USE;
/* Adds a piece of it, of at most size bytes; less only at its end. */
bool file_read_part(const char *path, size_t offset, size_t size, struct buf *,
                    struct err *) MUST_USE;
bool file_exists(const char *path);
/* An empty file to write to, for now; what was there goes. */
bool file_begin(const char *path, int *fd, struct err *) MUST_USE;
/* Writes all of it, interrupted or not; false: errno says why. */
bool file_write_all(int fd, const char *bytes, size_t size) MUST_USE;
/* Closes what is open (>= 0). Fit for CLEANUP(file_close). */
void file_close(const int *fd);

#endif
