/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <string.h>

#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "store/backup_private.h"
#include "store/bundle.h"
#include "store/copy.h"
#include "store/journal_private.h"
#include "store/remote.h"
#include "store/verify_private.h"

/* ---- making one */

static void
close_database(sqlite3 **db)
{
    sqlite3_close(*db);
}

/* All pages of one moment: the read transaction is open. The copy is no longer
 * in WAL mode, so that reading it writes nothing beside it. */
static bool
copy_database(struct journal *journal, const char *path, struct err *err)
{
    CLEANUP(close_database) sqlite3 *copy = NULL;
    sqlite3_backup *backup = NULL;
    int result = sqlite3_open(path, &copy);

    if (result == SQLITE_OK)
        backup = sqlite3_backup_init(copy, "main", journal->db, "main");
    if (backup != NULL)
        sqlite3_backup_step(backup, -1);
    if (backup != NULL)
        sqlite3_backup_finish(backup);
    result = sqlite3_errcode(copy);
    if (result == SQLITE_OK)
        result =
            sqlite3_exec(copy, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        return true;
    return err_set(err, (result & 0xff) == SQLITE_FULL ? TP4003 : TP4004,
                   "cannot copy the journal to %s: %s", path,
                   sqlite3_errmsg(copy));
}

static bool
read_head(struct journal *journal, struct backup_info *info, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    char epoch[512];
    long number;
    bool row;

    if (!sql_open(journal,
                  "SELECT id, lower(hex(hash)) FROM event ORDER BY id DESC"
                  " LIMIT 1",
                  NOTHING, &statement, err) ||
        !sql_next(journal, statement, &row, err) ||
        !journal_cursor(journal, "epoch", epoch, err))
        return false;
    info->made = when_now();
    info->epoch = text_number(epoch, INT32_MAX, &number) ? number : 1;
    info->event = row ? sqlite3_column_int64(statement, 0) : 0;
    if (row)
        text_copy(info->hash, sizeof info->hash, sql_text(statement, 1));
    return true;
}

struct copying {
    struct manifest manifest;
    const char *to;
};

static bool
copy_payload(struct journal *journal, sqlite3_stmt *statement, void *user,
             struct err *err)
{
    struct copying *copying = user;
    const char *want = sql_text(statement, 0);
    char from[1024], to[1024], got[DIGEST_TEXT];
    int64_t size;

    text_format(from, sizeof from, "%s/store/%s", journal->dir, want);
    text_format(to, sizeof to, "%s/store/%s", copying->to, want);
    if (!copy_file(from, to, got, &size, err))
        return false;
    if (!text_equal(got, want))
        return err_set(err, TP4020, "%s has the hash %.12s", from, got);
    text_format(to, sizeof to, "store/%s", want);
    manifest_add(&copying->manifest, to, got, size);
    return true;
}

static bool
copy_all(struct journal *journal, struct copying *copying, struct err *err)
{
    char path[1024], store[1024], sha256[DIGEST_TEXT];
    int64_t size;

    text_format(path, sizeof path, "%s/journal.db", copying->to);
    text_format(store, sizeof store, "%s/store", copying->to);
    if (!read_head(journal, &copying->manifest.info, err) ||
        !durable_mkdir(store, 0700, err) ||
        !copy_database(journal, path, err) ||
        !copy_file(path, NULL, sha256, &size, err))
        return false;
    manifest_add(&copying->manifest, "journal.db", sha256, size);
    return verify_rows(journal,
                       "SELECT DISTINCT lower(hex(sha256)) FROM payload"
                       " WHERE bytes IS NULL",
                       copy_payload, copying, err) &&
           durable_sync_dir(store, err) &&
           manifest_write(&copying->manifest, copying->to, err);
}

bool
backup_create(struct journal *journal, const char *to, struct backup_info *info,
              struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct copying copying = { .manifest = { .arena = arena }, .to = to };
    struct bundle bundle;

    if (journal->remote != NULL && !remote_reader(journal, &journal, err))
        return false;
    if (!bundle_begin(&bundle, to, err) ||
        !sql_run(journal, "BEGIN", NOTHING, err))
        return false;
    bool good = copy_all(journal, &copying, err);
    if (!sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    *info = copying.manifest.info;
    return good;
}

/* ---- proving one */

static void
check_file(const char *dir, const struct backup_file *file,
           struct problems *found)
{
    char path[1024], sha256[DIGEST_TEXT];
    struct err failed = { 0 };
    int64_t size;

    text_format(path, sizeof path, "%s/%s", dir, file->name);
    if (!copy_file(path, NULL, sha256, &size, &failed))
        problem_add(found, TP4062, file->name, NULL, "%s", failed.text);
    else if (size != file->size || !text_equal(sha256, file->sha256))
        problem_add(found, TP4062, file->name, NULL,
                    "found %lld bytes with the hash %.12s, expected %lld with "
                    "%.12s",
                    (long long)size, sha256, (long long)file->size,
                    file->sha256);
}

/* What the journal itself says, held against the manifest. */
static bool
check_journal(const char *dir, const struct backup_info *info,
              struct problems *found, struct err *err)
{
    struct backup_info now = { 0 };
    struct journal *journal;

    if (!journal_open_reader(&journal, dir, err))
        return false;
    bool good =
        journal_verify(journal, found, err) && read_head(journal, &now, err);
    if (good && (now.event != info->event || now.epoch != info->epoch ||
                 !text_equal(now.hash, info->hash)))
        problem_add(found, TP4062, "journal.db", NULL,
                    "it ends with event %lld of epoch %lld, the MANIFEST with "
                    "%lld of %lld",
                    (long long)now.event, (long long)now.epoch,
                    (long long)info->event, (long long)info->epoch);
    journal_close(&journal);
    return good;
}

bool
backup_verify(const char *from, struct problems *found,
              struct backup_info *info, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct manifest manifest = { .arena = arena };
    struct err failed = { 0 };

    if (!manifest_read(&manifest, from, err))
        return false;
    *info = manifest.info;
    for (const struct backup_file *f = manifest.files; f; f = f->next)
        check_file(from, f, found);
    /* A damaged database is not opened. */
    if (problems_errors(found) == 0 &&
        !check_journal(from, info, found, &failed))
        problem_add(found, failed.code, "journal.db", NULL, "%s", failed.text);
    return true;
}
