/* SPDX-License-Identifier: Apache-2.0 */
#include "store/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "store/journal_private.h"

enum { FILES_MOST = 1000 }; /* of the reserve: inodes */

void
journal_set_reserve(struct journal *journal, struct reserve reserve)
{
    journal->reserve = reserve;
}

static int64_t
share(int64_t whole, long percent, int64_t most)
{
    int64_t part = whole / 100 * percent + whole % 100 * percent / 100;

    return part < most ? part : most;
}

/* For tests, on disks whose size they do not choose. */
static bool
fixed_megabytes(int64_t *bytes)
{
    const char *text = getenv("TRADEPOST_RESERVE_MB");
    long megabytes;

    if (text == NULL || !text_number(text, 1000000, &megabytes))
        return false;
    *bytes = (int64_t)megabytes * 1024 * 1024;
    return true;
}

bool
journal_space(struct journal *journal, struct space *out, struct err *err)
{
    struct statvfs disk;
    const struct reserve *reserve = &journal->reserve;

    if (statvfs(journal->dir, &disk) != 0)
        return err_set(err, TP4004, "cannot look at the disk of %s: %s",
                       journal->dir, strerror(errno));
    *out = (struct space){
        .total_bytes = (int64_t)(disk.f_blocks * disk.f_frsize),
        .free_bytes = (int64_t)(disk.f_bavail * disk.f_frsize),
        .total_files = (int64_t)disk.f_files,
        .free_files = (int64_t)disk.f_favail,
    };
    out->reserve_bytes =
        share(out->total_bytes, reserve->percent, reserve->bytes);
    out->reserve_files = share(out->total_files, reserve->percent, FILES_MOST);
    if (fixed_megabytes(&out->reserve_bytes))
        out->reserve_files = 0;
    out->low = out->free_bytes < out->reserve_bytes ||
               out->free_files < out->reserve_files;
    return true;
}

bool
has_room(struct journal *journal, size_t size, struct err *err)
{
    struct space space;

    if (!journal_space(journal, &space, err))
        return false;
    /* Once in the log, once in the database. */
    if (!space.low &&
        space.free_bytes >= space.reserve_bytes + 2 * (int64_t)size)
        return true;
    if (space.free_files < space.reserve_files)
        return err_set(err, TP4019,
                       "room for %lld files is left in %s, and %lld are kept "
                       "for the work that is already accepted",
                       (long long)space.free_files, journal->dir,
                       (long long)space.reserve_files);
    return err_set(err, TP4019,
                   "%lld MB are free in %s, and %lld MB are kept for the work "
                   "that is already accepted",
                   (long long)(space.free_bytes >> 20), journal->dir,
                   (long long)(space.reserve_bytes >> 20));
}
