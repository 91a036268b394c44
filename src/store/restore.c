/* SPDX-License-Identifier: Apache-2.0 */
/* Putting a backup back. Everything is made ready in STATE/.restore; the rename
 * of journal.db is the moment from which it counts. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/backup_private.h"
#include "store/copy.h"
#include "store/journal.h"
#include "store/restored.h"

struct restoring {
    const char *from, *state, *spool, *actor;
    char staging[1024];
};

static bool
join(char out[1024], const char *dir, const char *name, struct err *err)
{
    return text_format(out, 1024, "%s/%s", dir, name) ||
           err_set(err, TP4001, "the path %.100s/%s is too long", dir, name);
}

/* A log that was left would be taken for the restored journal's. */
static bool
nothing_there(const struct restoring *it, struct err *err)
{
    static const char *const names[] = { "journal.db", "journal.db-wal",
                                         "journal.db-shm" };
    char path[1024];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!join(path, it->state, names[i], err))
            return false;
        if (file_exists(path))
            return err_set(err, TP4063, "%s is there already; move it away",
                           path);
    }
    return true;
}

static bool
stage(const struct restoring *it, const struct manifest *manifest,
      struct err *err)
{
    char from[1024], to[1024], sha256[DIGEST_TEXT];
    int64_t size;

    if (!durable_remove_tree(it->staging, err) ||
        !join(to, it->staging, "store", err) || !durable_mkdir(to, 0750, err))
        return false;
    for (const struct backup_file *f = manifest->files; f; f = f->next) {
        if (!join(from, it->from, f->name, err) ||
            !join(to, it->staging, f->name, err) ||
            !copy_file(from, to, sha256, &size, err))
            return false;
        if (!text_equal(sha256, f->sha256))
            return err_set(err, TP4062, "%s changed while it was read", from);
    }
    return true;
}

/* Brought up to this version, and told that it was put back. */
static bool
declare(const struct restoring *it, const struct backup_info *info,
        struct err *err)
{
    struct journal *journal;
    char reason[160], stamp[WHEN_STAMP], path[1024];

    when_stamp(info->made, stamp);
    text_format(reason, sizeof reason, "restored from the backup of %s", stamp);
    if (!journal_open(&journal, it->staging, err))
        return false;
    journal_set_actor(journal, it->actor);
    bool good = journal_declare(journal, it->spool, reason, err);
    journal_close(&journal);
    if (!good || !join(path, it->staging, "journal.db-wal", err))
        return false;
    return !file_exists(path) ||
           err_set(err, TP4004, "the log of %s was not taken in", it->staging);
}

/* Large payloads first: until the journal is there, nothing names them. */
static bool
move_in(const struct restoring *it, const struct manifest *manifest,
        struct err *err)
{
    char from[1024], to[1024];

    if (!join(to, it->state, "store", err) || !durable_mkdir(to, 0750, err))
        return false;
    for (const struct backup_file *f = manifest->files; f; f = f->next) {
        if (!text_starts(f->name, "store/"))
            continue;
        if (!join(from, it->staging, f->name, err) ||
            !join(to, it->state, f->name, err))
            return false;
        if (rename(from, to) != 0)
            return err_set(err, TP4001, "cannot rename %s: %s", from,
                           strerror(errno));
    }
    if (!join(to, it->state, "store", err) || !durable_sync_dir(to, err) ||
        !join(from, it->staging, "journal.db", err) ||
        !join(to, it->state, "journal.db", err))
        return false;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0)
        return err_set(err, TP4063, "cannot put the journal at %s: %s", to,
                       strerror(errno));
    return durable_sync_dir(it->state, err) &&
           durable_remove_tree(it->staging, err);
}

bool
backup_restore(const char *from, const char *state, const char *spool,
               const char *actor, struct backup_info *info, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct manifest manifest = { .arena = arena };
    struct restoring it = { from, state, spool, actor, "" };

    if (!manifest_read(&manifest, from, err))
        return false;
    *info = manifest.info;
    return nothing_there(&it, err) &&
           join(it.staging, state, ".restore", err) &&
           stage(&it, &manifest, err) && declare(&it, info, err) &&
           move_in(&it, &manifest, err);
}
