/* SPDX-License-Identifier: Apache-2.0 */
#include "store/purge.h"

#include <dirent.h>
#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

enum { AT_ONCE = 200 };
#define DELIVERIES_MS (INT64_C(90) * 86400 * 1000)

/* Final, old, not awaited, not kept; ?1 is the moment. */
#define MAY_GO(d)                                                      \
    d ".state IN ('done','ignored','replaced') AND " d ".updated < ?1" \
      " AND " d ".acked NOT IN ('waiting','late')"                     \
      " AND NOT EXISTS (SELECT 1 FROM cursor c WHERE c.name ="         \
      " 'keep:' || " d ".id AND c.text <> '')"

#define HOLDER                                                      \
    "(SELECT ifnull(x.arrival, x.id) FROM interchange x WHERE x.id" \
    " = d.interchange)"

struct aged {
    int64_t id;
    char state[12], partner[32];
};

static void
read_aged(sqlite3_stmt *statement, void *row)
{
    struct aged *it = row;

    it->id = sqlite3_column_int64(statement, 0);
    text_copy(it->state, sizeof it->state, sql_text(statement, 1));
    text_copy(it->partner, sizeof it->partner, sql_text(statement, 2));
}

/* "ACME,BLUEFISH" */
static bool
is_kept(const char *kept, const char *partner)
{
    size_t size = strlen(partner);

    for (const char *at = kept; !text_empty(at) && size > 0;) {
        size_t word = strcspn(at, ",");
        if (word == size && strncmp(at, partner, size) == 0)
            return true;
        at += word + (at[word] == ',');
    }
    return false;
}

/* Count and size of what the condition names. */
static bool
measure(struct journal *journal, const char *where, const struct value *values,
        int64_t *count, int64_t *bytes, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    char sql[1024];
    bool row;

    text_format(sql, sizeof sql,
                "SELECT count(*), ifnull(sum(size), 0) FROM payload WHERE"
                " purged = 0 AND %s",
                where);
    if (!sql_open(journal, sql, values, &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    *count = sqlite3_column_int64(statement, 0);
    *bytes = sqlite3_column_int64(statement, 1);
    return true;
}

/* The document's own parts, and its file's bytes when nothing else in the file
 * needs them. */
#define ITS_BYTES                                                     \
    "(id IN (SELECT payload FROM part WHERE document = ?2) OR id IN"  \
    " (SELECT h.payload FROM document d JOIN interchange h ON h.id =" \
    " " HOLDER " WHERE d.id = ?2 AND h.payload IS NOT NULL AND NOT"   \
    " EXISTS (SELECT 1 FROM interchange y JOIN document o ON"         \
    " o.interchange = y.id WHERE (y.id = h.id OR y.arrival = h.id)"   \
    " AND NOT (" MAY_GO("o") "))))"

static bool
purge_one(struct journal *journal, struct purge *purge, const struct aged *it,
          struct err *err)
{
    const struct value *values = BIND(INT(purge->before), INT(it->id));
    int64_t count, bytes;
    char detail[160];

    if (!measure(journal, ITS_BYTES, values, &count, &bytes, err))
        return false;
    if (count == 0)
        return true;
    purge->documents++;
    purge->payloads += count;
    purge->bytes += bytes;
    if (purge->dry_run)
        return true;
    text_format(detail, sizeof detail,
                "%lld payloads, %lld bytes, removed by the rule of retention; "
                "their hashes stay",
                (long long)count, (long long)bytes);
    return sql_run(journal,
                   "UPDATE payload SET bytes = x'', purged = ?3 WHERE purged"
                   " = 0 AND " ITS_BYTES,
                   BIND(INT(purge->before), INT(it->id), INT(when_now())),
                   err) &&
           event_add(journal, it->id, it->state, "purged", detail, err);
}

static bool
list_aged(struct journal *journal, const struct purge *purge,
          struct arena *arena, struct aged **out, size_t *count,
          struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (!sql_open(journal,
                  "SELECT d.id, d.state, d.partner FROM document d WHERE d.id"
                  " > ?2 AND " MAY_GO("d") " ORDER BY d.id LIMIT ?3",
                  BIND(INT(purge->before), INT(purge->after), INT(AT_ONCE)),
                  &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, read_aged, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}

static bool
purge_some(struct journal *journal, struct purge *purge, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct aged *list;
    size_t count;

    if (!list_aged(journal, purge, arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_kept(purge->kept, list[i].partner) &&
            !purge_one(journal, purge, &list[i], err))
            return false;
        purge->after = list[i].id;
    }
    purge->more = count == AT_ONCE;
    return true;
}

/* What is freed is overwritten, so that nothing of it is left in the file. */
static bool
secure(struct journal *journal, bool on, struct err *err)
{
    return sqlite3_exec(journal->db,
                        on ? "PRAGMA secure_delete=1"
                           : "PRAGMA secure_delete=0",
                        NULL, NULL, NULL) == SQLITE_OK ||
           sql_fail(journal, err);
}

/* A delivery of that age is refused by its time stamp. */
static bool
forget_deliveries(struct journal *journal, struct err *err)
{
    return sql_run(journal,
                   "DELETE FROM seen WHERE \"set\" > 'hook:' AND \"set\" <"
                   " 'hook;' AND at < ?",
                   BIND(INT(when_now() - DELIVERIES_MS)), err);
}

bool
journal_purge(struct journal *journal, struct purge *purge, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_purge(journal, purge, err);
    if (purge->dry_run)
        return purge_some(journal, purge, err);
    if (!secure(journal, true, err))
        return false;
    bool good = write_open(journal, &write, err) &&
                write_close(&write,
                            purge_some(journal, purge, err) &&
                                forget_deliveries(journal, err),
                            err);
    return secure(journal, false, err) && good;
}

/* ---- files */

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static bool
sweep_file(struct journal *journal, const char *dir, const char *name,
           struct err *err)
{
    unsigned char raw[32];
    int64_t one;
    bool named;

    if (name[0] == '.' || strlen(name) != DIGEST_TEXT - 1)
        return true;
    hash_bytes(raw, name);
    return sql_number(journal,
                      "SELECT 1 FROM payload WHERE sha256 = ? AND bytes IS"
                      " NULL LIMIT 1",
                      BIND(BLOB(raw, sizeof raw)), &one, &named, err) &&
           (named || durable_remove(dir, name, err));
}

bool
journal_sweep(struct journal *journal, struct err *err)
{
    char path[sizeof journal->dir + 8];

    if (journal->remote != NULL)
        return remote_sweep(journal, err);
    BUG_IF(journal->writing);
    payload_dir(journal, path, sizeof path);
    CLEANUP(close_dir) DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;)
        if (!sweep_file(journal, path, entry->d_name, err))
            return false;
    return true;
}
