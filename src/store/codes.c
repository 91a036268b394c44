/* SPDX-License-Identifier: Apache-2.0 */
/* Run-time code tables, and the documents that wait for a fact: a new code
 * releases them in the same transaction. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

/* A partner's own codes come first; either way round; then the newest. */
bool
journal_code(struct journal *journal, const char *table, const char *partner,
             const char *from, const char *to, const char *value, char out[128],
             bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;

    if (journal->remote != NULL)
        return remote_code(journal, table, partner, from, to, value, out, found,
                           err);
    out[0] = '\0';
    if (!sql_open(
            journal,
            "SELECT other, partner, 0 AS back, id FROM code"
            " WHERE \"table\" = ?1 AND partner IN (?2, '')"
            " AND from_side = ?3 AND to_side = ?4 AND value = ?5"
            " UNION ALL SELECT value, partner, 1, id FROM code"
            " WHERE \"table\" = ?1 AND other = ?5"
            " AND partner IN (?2, '') AND from_side = ?4"
            " AND to_side = ?3"
            " ORDER BY partner DESC, back, id DESC LIMIT 1",
            BIND(TEXT(table), TEXT(partner), TEXT(from), TEXT(to), TEXT(value)),
            &statement, err) ||
        !sql_next(journal, statement, found, err))
        return false;
    if (*found)
        text_copy(out, 128, sql_text(statement, 0));
    return true;
}

/* ---- releasing */

static void
read_id(sqlite3_stmt *statement, void *row)
{
    *(int64_t *)row = sqlite3_column_int64(statement, 0);
}

/* What has its interchange goes on where it was; the rest is made again. */
static bool
release_one(struct journal *journal, int64_t id, const char *why,
            struct err *err)
{
    struct document document;
    bool found;

    if (!journal_document(journal, id, &document, &found, err))
        return false;
    bool made =
        document.direction == DIRECTION_OUT && document.interchange != 0;
    document.state = made ? DOC_QUEUED : DOC_RECEIVED;
    document.due = when_now();
    document.code = TP_NONE;
    document.reason[0] = document.waits_for[0] = '\0';
    return journal_advance(journal, &document, DOC_HELD, "released", why, err);
}

#define WAITING                                    \
    "SELECT id FROM document WHERE state = 'held'" \
    " AND state <> 'done' AND waits_for <> '' AND "

static bool
release_by(struct journal *journal, const char *sql, const struct value *values,
           const char *why, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct arena *arena = arena_new();
    void *list = NULL;

    bool good = sql_open(journal, sql, values, &statement, err) &&
                sql_list(journal, statement, arena, sizeof(int64_t), read_id,
                         &list, count, err);
    for (size_t i = 0; good && i < *count; i++)
        good = release_one(journal, ((int64_t *)list)[i], why, err);
    arena_free(&arena);
    return good;
}

bool
journal_release_waiting(struct journal *journal, const char *waits_for,
                        size_t *count, struct err *err)
{
    char why[320];
    struct write write;

    if (journal->remote != NULL)
        return remote_release_waiting(journal, waits_for, count, err);
    text_format(why, sizeof why, "%s is there now", waits_for);
    *count = 0;
    return write_open(journal, &write, err) &&
           write_close(&write,
                       release_by(journal, WAITING "waits_for = ?",
                                  BIND(TEXT(waits_for)), why, count, err),
                       err);
}

static void
read_text(sqlite3_stmt *statement, void *row)
{
    text_copy(row, sizeof((struct document *)NULL)->waits_for,
              sql_text(statement, 0));
}

bool
journal_waits(struct journal *journal, struct arena *arena,
              const char *const **texts, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    enum { WIDTH = sizeof((struct document *)NULL)->waits_for };
    void *list;

    if (journal->remote != NULL)
        return remote_waits(journal, arena, texts, count, err);
    if (!sql_open(journal,
                  "SELECT DISTINCT waits_for FROM document"
                  " WHERE state = 'held' AND state <> 'done'"
                  " AND waits_for <> '' ORDER BY 1",
                  NOTHING, &statement, err) ||
        !sql_list(journal, statement, arena, WIDTH, read_text, &list, count,
                  err))
        return false;
    const char **out = arena_alloc(arena, *count * sizeof *out);
    for (size_t i = 0; i < *count; i++)
        out[i] = (const char *)list + i * WIDTH;
    *texts = out;
    return true;
}

/* ---- setting */

/* A code of one partner releases who waits for it, by either name; a code of
 * all partners releases whoever waits for that value of that table. */
static bool
release_table(struct journal *journal, const char *table, const char *partner,
              const char *value, const char *why, struct err *err)
{
    char own[300], common[300], tail[200];
    size_t count;

    text_format(own, sizeof own, "%s:%s:%s", table, partner, value);
    text_format(common, sizeof common, "%s::%s", table, value);
    text_format(tail, sizeof tail, ":%s", value);
    if (partner[0] != '\0')
        return release_by(journal, WAITING "waits_for IN (?1, ?2)",
                          BIND(TEXT(own), TEXT(common)), why, &count, err);
    return release_by(journal,
                      WAITING
                      "substr(waits_for, 1, length(?1) + 1) = ?1 || ':'"
                      " AND substr(substr(waits_for, length(?1) + 2),"
                      " instr(substr(waits_for, length(?1) + 2), ':')) = ?2",
                      BIND(TEXT(table), TEXT(tail)), why, &count, err);
}

struct code {
    const char *table, *partner, *from, *to, *value, *other;
};

static bool
write_code(struct journal *journal, const struct code *code, struct err *err)
{
    if (code->other[0] == '\0')
        return sql_run(journal,
                       "DELETE FROM code WHERE \"table\" = ?"
                       " AND partner = ? AND from_side = ? AND to_side = ?"
                       " AND value = ?",
                       BIND(TEXT(code->table), TEXT(code->partner),
                            TEXT(code->from), TEXT(code->to),
                            TEXT(code->value)),
                       err);
    return sql_run(journal,
                   "INSERT OR REPLACE INTO code(\"table\",partner,from_side,"
                   "to_side,value,other,at) VALUES(?,?,?,?,?,?,?)",
                   BIND(TEXT(code->table), TEXT(code->partner),
                        TEXT(code->from), TEXT(code->to), TEXT(code->value),
                        TEXT(code->other), INT(when_now())),
                   err);
}

static bool
set_code(struct journal *journal, const struct code *code, struct err *err)
{
    bool removes = code->other[0] == '\0';
    char detail[320];

    text_format(detail, sizeof detail, "%s%s%s: %s %s %s", code->table,
                code->partner[0] ? " of " : "", code->partner, code->value,
                removes ? "has no code any more" : "is", code->other);
    return event_add(journal, 0, "", "code", detail, err) &&
           write_code(journal, code, err) &&
           (removes || release_table(journal, code->table, code->partner,
                                     code->value, detail, err));
}

bool
journal_code_set(struct journal *journal, const char *table,
                 const char *partner, const char *from, const char *to,
                 const char *value, const char *other, struct err *err)
{
    struct code code = { table, partner, from, to, value, other };
    struct write write;
    char fits[128];

    if (journal->remote != NULL)
        return remote_code_set(journal, table, partner, from, to, value, other,
                               err);
    if (text_empty(value) || !text_copy(fits, sizeof fits, value) ||
        !text_copy(fits, sizeof fits, other))
        return err_set(err, TP4026,
                       "a code of table %s is empty or longer than %zu bytes",
                       table, sizeof fits - 1);
    return write_open(journal, &write, err) &&
           write_close(&write, set_code(journal, &code, err), err);
}
