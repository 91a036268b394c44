/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors, seen sets and expectations. */
#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

/* One statement in a scope of its own. */
static bool
run(struct journal *journal, const char *sql, const struct value *values,
    struct err *err)
{
    struct write write;

    return write_open(journal, &write, err) &&
           write_close(&write, sql_run(journal, sql, values, err), err);
}

bool
journal_cursor(struct journal *journal, const char *name, char out[512],
               struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (journal->remote != NULL)
        return remote_cursor(journal, name, out, err);
    out[0] = '\0';
    if (!sql_open(journal, "SELECT text FROM cursor WHERE name = ?",
                  BIND(TEXT(name)), &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (row)
        text_copy(out, 512, sql_text(statement, 0));
    return true;
}

bool
journal_cursor_set(struct journal *journal, const char *name, const char *text,
                   struct err *err)
{
    char fits[512];

    if (journal->remote != NULL)
        return remote_cursor_set(journal, name, text, err);
    if (!text_copy(fits, sizeof fits, text))
        return err_set(err, TP4006, "the cursor %s is longer than %zu bytes",
                       name, sizeof fits - 1);
    return run(journal, "INSERT OR REPLACE INTO cursor VALUES(?,?)",
               BIND(TEXT(name), TEXT(text)), err);
}

bool
journal_seen(struct journal *journal, const char *set, const char *item,
             bool *seen, struct err *err)
{
    int64_t one;

    if (journal->remote != NULL)
        return remote_seen(journal, set, item, seen, err);
    return sql_number(journal,
                      "SELECT 1 FROM seen WHERE \"set\" = ? AND item = ?",
                      BIND(TEXT(set), TEXT(item)), &one, seen, err);
}

bool
journal_seen_add(struct journal *journal, const char *set, const char *item,
                 struct err *err)
{
    if (journal->remote != NULL)
        return remote_seen_add(journal, set, item, err);
    return run(journal, "INSERT OR IGNORE INTO seen VALUES(?,?,?)",
               BIND(TEXT(set), TEXT(item), INT(when_now())), err);
}

bool
journal_expect(struct journal *journal, const struct expectation *it,
               struct err *err)
{
    if (journal->remote != NULL)
        return remote_expect(journal, it, err);
    return run(journal,
               "INSERT INTO expectation(document,what,partner,due,since)"
               " VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE"
               " SET due = excluded.due, since = excluded.since, met = NULL",
               BIND(INT(it->document), TEXT(it->what), TEXT(it->partner),
                    INT(it->due), INT(when_now())),
               err);
}

bool
journal_met(struct journal *journal, int64_t document, const char *what,
            struct err *err)
{
    if (journal->remote != NULL)
        return remote_met(journal, document, what, err);
    return run(journal,
               "UPDATE expectation SET met = ?"
               " WHERE document = ? AND what = ? AND met IS NULL",
               BIND(INT(when_now()), INT(document), TEXT(what)), err);
}

static void
read_expectation(sqlite3_stmt *statement, void *row)
{
    struct expectation *it = row;

    it->document = sqlite3_column_int64(statement, 0);
    text_copy(it->what, sizeof it->what, sql_text(statement, 1));
    text_copy(it->partner, sizeof it->partner, sql_text(statement, 2));
    it->due = sqlite3_column_int64(statement, 3);
}

bool
journal_overdue(struct journal *journal, moment until, struct arena *arena,
                struct expectation **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_overdue(journal, until, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT document,what,partner,due FROM expectation"
                  " WHERE met IS NULL AND due <= ? ORDER BY due",
                  BIND(INT(until)), &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, read_expectation,
                  &list, count, err))
        return false;
    *out = list;
    return true;
}
