/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes: small ones lie in the journal, large ones in store/<sha256>, which is
 * durable before the row that names it is committed. Every way out checks the
 * hash.
 */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/copy.h"
#include "store/journal_private.h"
#include "store/remote.h"

void
payload_dir(const struct journal *journal, char *out, size_t out_size)
{
    text_format(out, out_size, "%s/store", journal->dir);
}

static bool
insert(struct journal *journal, const struct value *values, int64_t *payload,
       struct err *err)
{
    if (*payload != 0)
        return sql_run(journal,
                       "UPDATE payload SET sha256=?1,size=?2,bytes=?3,purged=0"
                       " WHERE id=?4",
                       values, err);
    if (!sql_run(journal,
                 "INSERT INTO payload(sha256,size,bytes,id)"
                 " VALUES(?1,?2,?3,?4)",
                 values, err))
        return false;
    *payload = sqlite3_last_insert_rowid(journal->db);
    return true;
}

bool
payload_put(struct journal *journal, const void *bytes, size_t size,
            int64_t *payload, struct err *err)
{
    bool large = size > SMALL_PAYLOAD;
    char sha256[DIGEST_TEXT], dir[sizeof journal->dir + 8];
    unsigned char raw[32];

    if (size > PAYLOAD_MAX)
        return err_set(err, TP4022, "%zu bytes are more than %zu", size,
                       PAYLOAD_MAX);
    digest_sha256(sha256, bytes, size);
    hash_bytes(raw, sha256);
    payload_dir(journal, dir, sizeof dir);
    if (large && !durable_write(dir, sha256, bytes, size, 0640, err))
        return false;
    struct value body = BLOB(bytes, size);
    if (large)
        body = (struct value)REF(0);
    return insert(journal,
                  BIND(BLOB(raw, sizeof raw), INT(size), body, REF(*payload)),
                  payload, err);
}

/* It may have changed since its hash was taken: nothing gets the name of what
 * it no longer is. */
static bool
put_copy(const char *temporary, const char *kept, const char *path,
         const char *sha256, struct err *err)
{
    char got[DIGEST_TEXT];
    int64_t size;

    return copy_file(path, temporary, got, &size, err) &&
           (text_equal(got, sha256) ||
            err_set(err, TP4033, "%s changed while it was taken", path)) &&
           durable_rename(temporary, kept, err);
}

bool
payload_put_file(struct journal *journal, const char *path, const char *sha256,
                 int64_t size, int64_t *payload, struct err *err)
{
    char dir[sizeof journal->dir + 8], kept[sizeof dir + DIGEST_TEXT + 1];
    char temporary[sizeof kept + 24];
    unsigned char raw[32];

    if (size > (int64_t)PAYLOAD_MAX)
        return err_set(err, TP4022, "%lld bytes are more than %zu",
                       (long long)size, PAYLOAD_MAX);
    payload_dir(journal, dir, sizeof dir);
    text_format(kept, sizeof kept, "%s/%s", dir, sha256);
    text_format(temporary, sizeof temporary, "%s/.%s.%d.tmp", dir, sha256,
                (int)getpid());
    if (!put_copy(temporary, kept, path, sha256, err)) {
        unlink(temporary);
        return false;
    }
    hash_bytes(raw, sha256);
    return insert(journal,
                  BIND(BLOB(raw, sizeof raw), INT(size), REF(0), REF(*payload)),
                  payload, err);
}

static bool
read_store(struct journal *journal, const char *sha256, struct buf *out,
           struct err *err)
{
    char path[sizeof journal->dir + 80];

    text_format(path, sizeof path, "%s/store/%s", journal->dir, sha256);
    if (!file_exists(path))
        return err_set(err, TP4021, "%s is missing", path);
    return file_read(path, PAYLOAD_MAX, out, err);
}

bool
payload_get(struct journal *journal, int64_t payload, struct buf *out,
            struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    char got[DIGEST_TEXT], date[WHEN_DATE];
    size_t before = out->size;
    bool row;

    if (!sql_open(journal,
                  "SELECT lower(hex(sha256)), bytes, purged FROM payload"
                  " WHERE id = ?",
                  BIND(INT(payload)), &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (!row)
        return err_set(err, TP4021, "there is no payload %lld",
                       (long long)payload);
    const char *want = sql_text(statement, 0);
    if (sqlite3_column_int64(statement, 2) != 0)
        return err_set(
            err, TP4070,
            "payload %lld (%.12s) was removed by the rule of "
            "retention on %s",
            (long long)payload, want,
            when_date(sqlite3_column_int64(statement, 2), NULL, date));
    if (sqlite3_column_type(statement, 1) == SQLITE_NULL) {
        if (!read_store(journal, want, out, err))
            return false;
    } else {
        const void *bytes = sqlite3_column_blob(statement, 1);
        buf_add(out, bytes, (size_t)sqlite3_column_bytes(statement, 1));
    }
    digest_sha256(got, buf_text(out) + before, out->size - before);
    return text_equal(got, want) ||
           err_set(err, TP4020, "payload %lld has the hash %.12s, not %.12s",
                   (long long)payload, got, want);
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

bool
payload_sweep(struct journal *journal, struct err *err)
{
    char path[sizeof journal->dir + 8], file[sizeof path + 256];

    payload_dir(journal, path, sizeof path);
    CLEANUP(close_dir) DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.' || !text_ends(entry->d_name, ".tmp"))
            continue;
        text_format(file, sizeof file, "%s/%s", path, entry->d_name);
        if (!durable_remove_tree(file, err))
            return false;
    }
    return true;
}

/* ---- what a document is made of */

static bool
part_of(struct journal *journal, int64_t document, const char *role,
        int64_t *payload, bool *found, struct err *err)
{
    return sql_number(journal,
                      "SELECT payload FROM part WHERE document=? AND role=?",
                      BIND(INT(document), TEXT(role)), payload, found, err);
}

static bool
put(struct journal *journal, int64_t document, const char *role,
    const void *bytes, size_t size, struct err *err)
{
    int64_t payload;
    bool found;

    if (!part_of(journal, document, role, &payload, &found, err) ||
        !payload_put(journal, bytes, size, &payload, err))
        return false;
    return found || sql_run(journal, "INSERT INTO part VALUES(?,?,?)",
                            BIND(INT(document), TEXT(role), INT(payload)), err);
}

bool
journal_put(struct journal *journal, int64_t document, const char *role,
            const void *bytes, size_t size, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_put(journal, document, role, bytes, size, err);
    return write_open(journal, &write, err) &&
           write_close(&write, put(journal, document, role, bytes, size, err),
                       err);
}

bool
journal_get(struct journal *journal, int64_t document, const char *role,
            struct buf *out, bool *found, struct err *err)
{
    int64_t payload;

    if (journal->remote != NULL)
        return remote_get(journal, document, role, out, found, err);
    /* What retention removed is not there any more. */
    return sql_number(journal,
                      "SELECT p.payload FROM part p JOIN payload y ON y.id ="
                      " p.payload WHERE p.document=? AND p.role=? AND"
                      " y.purged = 0",
                      BIND(INT(document), TEXT(role)), &payload, found, err) &&
           (!*found || payload_get(journal, payload, out, err));
}
