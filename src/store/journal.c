/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

enum { CHECKPOINT_PAGES = 1000, BUSY_MILLISECONDS = 5000 };

/* Leases end with the boot they were given in. */
static void
read_boot(char out[40])
{
    CLEANUP(buf_free) struct buf buf = { 0 };
    struct err ignored = { 0 };
    const char *other = getenv("TRADEPOST_BOOT"); /* tests: another boot */

    if (other != NULL)
        text_copy(out, 40, other);
    else if (file_read("/proc/sys/kernel/random/boot_id", 64, &buf, &ignored))
        text_copy(out, 40, text_trim(buf.text));
}

static int
busy_milliseconds(void)
{
    const char *text = getenv("TRADEPOST_BUSY_MS");
    long value;

    return text != NULL && text_number(text, 600000, &value)
               ? (int)value
               : BUSY_MILLISECONDS;
}

static bool
take_lock(struct journal *journal, struct err *err)
{
    char path[sizeof journal->dir + 16];

    text_format(path, sizeof path, "%s/journal.lock", journal->dir);
    journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (journal->lock < 0)
        return err_set(err, errno == ENOSPC ? TP4003 : TP4004,
                       "cannot open %s: %s", path, strerror(errno));
    if (flock(journal->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        return err_set(err, TP4004, "cannot lock %s: %s", path,
                       strerror(errno));
    return err_set(err, TP4010,
                   "another process is working with the journal in %s",
                   journal->dir);
}

static int
count_pages(void *user, sqlite3 *db, const char *name, int pages)
{
    struct journal *journal = user;

    (void)db;
    (void)name;
    journal->wal_pages = pages;
    return SQLITE_OK;
}

static bool
open_database(struct journal *journal, struct err *err)
{
    int flags = journal->reader ? SQLITE_OPEN_READONLY
                                : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    char path[sizeof journal->dir + 16];

    text_format(path, sizeof path, "%s/journal.db", journal->dir);
    if (journal->reader && !file_exists(path))
        return err_set(err, TP4009, "there is no journal in %s", journal->dir);
    if (sqlite3_open_v2(path, &journal->db,
                        flags | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return sql_fail(journal, err);
    sqlite3_extended_result_codes(journal->db, 1);
    sqlite3_busy_timeout(journal->db, busy_milliseconds());
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* A plan never depends on a bound value, else a cached statement would be
     * compiled again for each. What a partial index needs stands in the SQL. */
    sqlite3_db_config(journal->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    sqlite3_set_authorizer(journal->db, query_authorize, journal);
    if (functions_add(journal->db) != SQLITE_OK)
        return sql_fail(journal, err);
    return true;
}

/* One pragma, and proof that it took. */
static bool
set(struct journal *journal, const char *pragma, int64_t want, struct err *err)
{
    char text[80];
    int64_t got;
    bool found;

    text_format(text, sizeof text, "PRAGMA %s=%lld", pragma, (long long)want);
    if (!sql_run(journal, text, NOTHING, err))
        return false;
    text_format(text, sizeof text, "PRAGMA %s", pragma);
    if (!sql_number(journal, text, NOTHING, &got, &found, err))
        return false;
    return got == want || err_set(err, TP4009, "PRAGMA %s is %lld, not %lld",
                                  pragma, (long long)got, (long long)want);
}

static bool
set_wal(struct journal *journal, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal, "PRAGMA journal_mode=WAL", NOTHING, &statement,
                  err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    return text_equal(sql_text(statement, 0), "wal") ||
           err_set(err, TP4009,
                   "%s/journal.db cannot use a write-ahead log here: it is "
                   "in mode %s",
                   journal->dir, sql_text(statement, 0));
}

/* Moves the log into the database, with its sync, and empties it. After a
 * failed sync the log in the page cache may not be on the disk though it
 * reads well; nothing new may ever be appended behind such frames. */
static bool
renew_log(struct journal *journal, struct err *err)
{
    int result = sqlite3_wal_checkpoint_v2(
        journal->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

    return result == SQLITE_OK || result == SQLITE_BUSY ||
           sql_fail(journal, err);
}

/* The lock file holds a byte while a writer is at work: one that is found
 * there tells of a crash, and that store/ may have half-written files. */
static bool
sweep_after_crash(struct journal *journal, struct err *err)
{
    char byte;

    if (pread(journal->lock, &byte, 1, 0) == 1 && !payload_sweep(journal, err))
        return false;
    return pwrite(journal->lock, "w", 1, 0) == 1 ||
           err_set(err, errno == ENOSPC ? TP4003 : TP4004,
                   "cannot write %s/journal.lock: %s", journal->dir,
                   strerror(errno));
}

static bool
prepare_writer(struct journal *journal, struct err *err)
{
    char store[sizeof journal->dir + 8];

    payload_dir(journal, store, sizeof store);
    if (!set_wal(journal, err) || !set(journal, "synchronous", 2, err) ||
        !set(journal, "foreign_keys", 1, err) ||
        !set(journal, "wal_autocheckpoint", 0, err) ||
        !renew_log(journal, err) || !schema_migrate(journal, err) ||
        !durable_mkdir(store, 0750, err) || !sweep_after_crash(journal, err) ||
        !durable_sync_dir(journal->dir, err))
        return false;
    sqlite3_wal_hook(journal->db, count_pages, journal);
    return true;
}

static bool
prepare(struct journal *journal, struct err *err)
{
    if (!journal->reader && !take_lock(journal, err))
        return false;
    if (!open_database(journal, err) ||
        !set(journal, "cache_size", -12000, err) ||
        !set(journal, "temp_store", 2, err) ||
        !set(journal, "cell_size_check", 1, err))
        return false;
    if (journal->reader ? !schema_migrate(journal, err)
                        : !prepare_writer(journal, err))
        return false;
    return schema_views(journal, err) &&
           (!journal->reader || set(journal, "query_only", 1, err));
}

static bool
start(struct journal **out, const char *dir, bool reader, struct err *err)
{
    struct journal *journal = obtain(sizeof *journal);

    *out = NULL;
    journal->lock = -1;
    journal->reader = reader;
    journal->reserve = RESERVE_USUAL;
    text_copy(journal->actor, sizeof journal->actor, "system");
    read_boot(journal->boot);
    bool good = text_copy(journal->dir, sizeof journal->dir, dir) ||
                err_set(err, TP4009, "the path %.100s... is too long", dir);
    good = good && (reader || durable_mkdir(dir, 0750, err)) &&
           prepare(journal, err);
    if (good)
        *out = journal;
    else
        journal_close(&journal);
    return good;
}

bool
journal_open(struct journal **journal, const char *dir, struct err *err)
{
    return start(journal, dir, false, err);
}

bool
journal_open_reader(struct journal **journal, const char *dir, struct err *err)
{
    return start(journal, dir, true, err);
}

void
journal_close(struct journal **journal)
{
    struct journal *old = *journal;

    if (old == NULL)
        return;
    if (old->remote != NULL)
        remote_close(&old->remote);
    for (size_t i = 0; i < STATEMENTS; i++)
        sql_forget(&old->cache[i]);
    for (size_t i = 0; i < QUERIES; i++)
        sql_forget(&old->asked[i]);
    sqlite3_close(old->db);
    /* A mark that stays only costs the next opening a look at store/. */
    if (old->lock >= 0 && !old->broken)
        old->broken = ftruncate(old->lock, 0) != 0;
    if (old->lock >= 0)
        close(old->lock);
    release(journal);
}

void
journal_set_actor(struct journal *journal, const char *actor)
{
    fit(journal->actor, sizeof journal->actor, actor);
    if (journal->remote != NULL)
        remote_actor(journal);
}

/* ---- transactions */

/* A failure may have undone the whole group, not the part alone. */
static void
undo_part(struct journal *journal)
{
    if (!sqlite3_get_autocommit(journal->db) &&
        sqlite3_exec(journal->db, "ROLLBACK TO part; RELEASE part", NULL, NULL,
                     NULL) == SQLITE_OK)
        return;
    sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    journal->group_open = false;
    journal->group_lost = true;
}

static void
undo(struct journal *journal)
{
    if (journal->grouped && journal->writing)
        undo_part(journal);
    else if (!journal->grouped && !sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    journal->writing = journal->doomed = journal->head_known = false;
}

/* What the log holds goes to the database now and then. A full disk leaves
 * the log as it is; any other failure ends trust. */
static void
checkpoint(struct journal *journal)
{
    if (journal->wal_pages < CHECKPOINT_PAGES)
        return;
    int result = sqlite3_wal_checkpoint_v2(
        journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((result & 0xff) == SQLITE_IOERR || (result & 0xff) == SQLITE_CORRUPT)
        journal->broken = true;
}

static bool
begin(struct journal *journal, struct err *err)
{
    if (journal->reader)
        return err_set(err, TP4006, "a reader of the journal cannot write");
    if (journal->broken)
        return err_set(err, TP4005,
                       "the journal in %s refuses work until it is opened "
                       "again, since a write failed",
                       journal->dir);
    if (!journal->group_open) {
        if (!sql_run(journal, "BEGIN IMMEDIATE", NOTHING, err))
            return false;
        journal->group_open = journal->grouped;
    }
    if (journal->grouped && !sql_run(journal, "SAVEPOINT part", NOTHING, err))
        return false;
    journal->writing = true;
    return true;
}

static bool
commit(struct journal *journal, struct err *err)
{
    const char *end = journal->grouped ? "RELEASE part" : "COMMIT";

    if (journal->doomed || !sql_run(journal, end, NOTHING, err)) {
        bool doomed = journal->doomed;
        undo(journal);
        return doomed ? err_set(err, TP4005,
                                "an operation of this transaction failed, so "
                                "nothing of it was kept")
                      : false;
    }
    journal->writing = false;
    if (!journal->grouped)
        checkpoint(journal);
    return true;
}

bool
group_commit(struct journal *journal, struct err *err)
{
    bool good = !journal->group_lost;

    BUG_IF(journal->writing);
    if (!good)
        err_set(err, TP4005, "a write failed, so nothing of it was kept");
    else if (journal->group_open)
        good = !journal->broken
                   ? sql_run(journal, "COMMIT", NOTHING, err)
                   : err_set(err, TP4005, "a write failed earlier");
    if (!good && !sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    if (!good)
        journal->head_known = false;
    journal->group_open = journal->group_lost = false;
    checkpoint(journal);
    return good;
}

bool
journal_writes(const struct journal *journal)
{
    return journal->writing;
}

bool
journal_begin(struct journal *journal, struct err *err)
{
    BUG_IF(journal->writing);
    if (journal->remote != NULL)
        return remote_begin(journal, err);
    return begin(journal, err);
}

bool
journal_commit(struct journal *journal, struct err *err)
{
    BUG_IF(!journal->writing);
    if (journal->remote != NULL)
        return remote_commit(journal, err);
    return commit(journal, err);
}

void
journal_abandon(struct journal *journal)
{
    if (journal->remote != NULL)
        remote_abandon(journal);
    else
        undo(journal);
}

bool
write_open(struct journal *journal, struct write *write, struct err *err)
{
    *write = (struct write){ journal, !journal->writing };
    if (write->own)
        return begin(journal, err);
    return !journal->doomed ||
           err_set(err, TP4005,
                   "an earlier operation of this transaction failed");
}

bool
write_close(struct write *write, bool good, struct err *err)
{
    if (write->own && good)
        return commit(write->journal, err);
    if (write->own)
        undo(write->journal);
    else if (!good && err->kind != ERR_CONFLICT && err->kind != ERR_DATA &&
             err->code != TP4012)
        write->journal->doomed = true;
    return good;
}
