/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed secrets, one row for each name and environment. */
#include "store/sealed.h"

#include <string.h>

#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

#define SECRET_COLUMNS "name,environment,version,\"key\",at,actor"

static void
read_sealed(sqlite3_stmt *statement, void *row)
{
    struct sealed *it = row;

    text_copy(it->name, sizeof it->name, sql_text(statement, 0));
    text_copy(it->environment, sizeof it->environment, sql_text(statement, 1));
    it->version = sqlite3_column_int64(statement, 2);
    text_copy(it->key, sizeof it->key, sql_text(statement, 3));
    it->at = sqlite3_column_int64(statement, 4);
    text_copy(it->actor, sizeof it->actor, sql_text(statement, 5));
}

bool
journal_secret(struct journal *journal, const char *name,
               const char *environment, struct sealed *out, struct buf *bytes,
               bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;

    memset(out, 0, sizeof *out);
    if (journal->remote != NULL)
        return remote_secret(journal, name, environment, out, bytes, found,
                             err);
    if (!sql_open(journal,
                  "SELECT " SECRET_COLUMNS ",sealed FROM secret"
                  " WHERE name = ? AND environment = ?",
                  BIND(TEXT(name), TEXT(environment)), &statement, err) ||
        !sql_next(journal, statement, found, err))
        return false;
    if (!*found)
        return true;
    read_sealed(statement, out);
    *found = out->key[0] != '\0';
    const void *sealed = sqlite3_column_blob(statement, 6);
    if (*found)
        buf_add(bytes, sealed, (size_t)sqlite3_column_bytes(statement, 6));
    return true;
}

static bool
put(struct journal *journal, struct sealed *it, const void *bytes, size_t size,
    const char *what, struct err *err)
{
    char detail[160];
    int64_t last;
    bool found;

    if (!sql_number(journal,
                    "SELECT version FROM secret WHERE name = ?"
                    " AND environment = ?",
                    BIND(TEXT(it->name), TEXT(it->environment)), &last, &found,
                    err))
        return false;
    if (it->version != last + 1)
        return err_set(err, TP4011,
                       "secret %s has version %lld, not %lld: somebody else "
                       "changed it",
                       it->name, (long long)last, (long long)it->version - 1);
    it->at = when_now();
    fit(it->actor, sizeof it->actor, journal->actor);
    struct value body = BLOB(bytes, size);
    text_format(detail, sizeof detail, "%s for %s, version %lld", it->name,
                it->environment, (long long)it->version);
    return sql_run(journal,
                   "INSERT OR REPLACE INTO secret VALUES(?,?,?,?,?,?,?)",
                   BIND(TEXT(it->name), TEXT(it->environment), INT(it->version),
                        TEXT(it->key), body, INT(it->at), TEXT(it->actor)),
                   err) &&
           event_add(journal, 0, "", what, detail, err);
}

bool
journal_secret_put(struct journal *journal, struct sealed *it,
                   const void *bytes, size_t size, const char *what,
                   struct err *err)
{
    struct write write;

    if (size == 0)
        it->key[0] = '\0';
    if (journal->remote != NULL)
        return remote_secret_put(journal, it, bytes, size, what, err);
    return write_open(journal, &write, err) &&
           write_close(&write, put(journal, it, bytes, size, what, err), err);
}

bool
journal_secrets(struct journal *journal, struct arena *arena,
                struct sealed **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_secrets(journal, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT " SECRET_COLUMNS " FROM secret WHERE \"key\" <> ''"
                  " ORDER BY name, environment",
                  NOTHING, &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, read_sealed, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}
