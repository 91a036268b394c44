/* SPDX-License-Identifier: Apache-2.0 */
/* Reports' queries: one SELECT, read-only twice over. */
#include <string.h>

#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

enum { COLUMNS_MAX = 100 };

/* What a query may do; everything else is refused while it is prepared. It
 * stays in place between queries, since to change it would have SQLite compile
 * every cached statement again. */
int
query_authorize(void *user, int action, const char *a, const char *b,
                const char *c, const char *d)
{
    const struct journal *journal = user;

    (void)a;
    (void)c;
    (void)d;
    if (!journal->asking)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return text_equal(b, "load_extension") ? SQLITE_DENY : SQLITE_OK;
    default:
        return SQLITE_DENY;
    }
}

static bool
refuse(struct journal *journal, int result, struct err *err)
{
    if ((result & 0xff) == SQLITE_AUTH)
        return err_set(err, TP4023, "the query does more than read: %s",
                       sqlite3_errmsg(journal->db));
    if ((result & 0xff) == SQLITE_ERROR)
        return err_set(err, TP4024, "the query is wrong: %s",
                       sqlite3_errmsg(journal->db));
    return sql_fail(journal, err);
}

static bool
prepare(struct journal *journal, const char *select, sqlite3_stmt **out,
        struct err *err)
{
    const char *rest = "";

    journal->asking = true;
    int result = sqlite3_prepare_v3(journal->db, select, -1,
                                    SQLITE_PREPARE_PERSISTENT, out, &rest);
    journal->asking = false;
    if (result != SQLITE_OK)
        return refuse(journal, result, err);
    if (*out == NULL)
        return err_set(err, TP4024, "the query is empty");
    while (*rest == ';' || *rest == ' ' || *rest == '\n' || *rest == '\t')
        rest++;
    if (*rest != '\0')
        return err_set(err, TP4023,
                       "one query is expected, but after it comes: %.60s",
                       rest);
    return sqlite3_stmt_readonly(*out) ||
           err_set(err, TP4023, "the query does more than read");
}

/* The query as it was compiled before, or a place to keep it in: a work step
 * asks the same thing a thousand times. NULL when all are at work. */
static sqlite3_stmt **
find_asked(struct journal *journal, const char *select)
{
    sqlite3_stmt **idle = NULL;

    for (size_t i = 0; i < QUERIES; i++) {
        sqlite3_stmt **slot = &journal->asked[i];
        if (*slot != NULL && sqlite3_stmt_busy(*slot))
            continue;
        if (*slot != NULL && strcmp(sqlite3_sql(*slot), select) == 0)
            return slot;
        if (idle == NULL || (*idle != NULL && *slot == NULL))
            idle = slot;
    }
    return idle;
}

static bool
compiled(struct journal *journal, const char *select, sqlite3_stmt **slot,
         struct err *err)
{
    if (*slot != NULL && strcmp(sqlite3_sql(*slot), select) == 0)
        return true;
    sql_forget(slot);
    if (prepare(journal, select, slot, err))
        return true;
    sql_forget(slot);
    return false;
}

static bool
give(sqlite3_stmt *statement, int columns, journal_row *row, void *user,
     struct err *err)
{
    const char *names[COLUMNS_MAX], *values[COLUMNS_MAX];

    for (int i = 0; i < columns; i++) {
        names[i] = sqlite3_column_name(statement, i);
        values[i] = (const char *)sqlite3_column_text(statement, i);
    }
    return row(user, columns, names, values, err);
}

static bool
run_query(struct journal *journal, sqlite3_stmt *statement,
          const char *const *texts, size_t count, journal_row *row, void *user,
          struct err *err)
{
    int result, columns = sqlite3_column_count(statement);

    if (columns > COLUMNS_MAX)
        return err_set(err, TP4024, "the query has %d columns, at most %d fit",
                       columns, COLUMNS_MAX);
    for (size_t i = 0; i < count; i++)
        if (sqlite3_bind_text(statement, (int)i + 1, texts[i], -1,
                              SQLITE_STATIC) != SQLITE_OK)
            return err_set(err, TP4024,
                           "the query has %d places for values, not %zu",
                           sqlite3_bind_parameter_count(statement), count);
    while ((result = sqlite3_step(statement)) == SQLITE_ROW)
        if (!give(statement, columns, row, user, err))
            return false;
    return result == SQLITE_DONE || refuse(journal, result, err);
}

bool
journal_query(struct journal *journal, const char *select,
              const char *const *texts, size_t count, journal_row *row,
              void *user, struct err *err)
{
    CLEANUP(sql_forget) sqlite3_stmt *other = NULL;

    BUG_IF(journal->remote != NULL && journal->writing);
    if (journal->remote != NULL && !remote_reader(journal, &journal, err))
        return false;
    sqlite3_stmt **slot = find_asked(journal, select);
    if (slot == NULL)
        slot = &other;
    if (!compiled(journal, select, slot, err))
        return false;
    sqlite3_stmt *statement = *slot;
    bool good = run_query(journal, statement, texts, count, row, user, err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return good;
}

/* ---- counters */

bool
journal_counts(struct journal *journal, struct journal_counts *out,
               struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row, found;
    int state;

    *out = (struct journal_counts){ 0 };
    if (journal->remote != NULL && !remote_reader(journal, &journal, err))
        return false;
    if (!sql_number(journal,
                    "SELECT max(id) - ifnull((SELECT value FROM counter WHERE"
                    " name = 'removed'), 0) FROM document",
                    NOTHING, &out->accepted, &found, err) ||
        !sql_open(journal, "SELECT state, sum(now) FROM tally GROUP BY state",
                  NOTHING, &statement, err))
        return false;
    for (;;) {
        if (!sql_next(journal, statement, &row, err))
            return false;
        if (!row)
            break;
        if (!name_find(&state_names, sql_text(statement, 0), &state))
            continue;
        out->states[state] = sqlite3_column_int64(statement, 1);
    }
    out->unbalanced = out->accepted;
    for (int i = 0; i < DOC_STATES; i++) {
        out->unbalanced -= out->states[i];
        if (doc_state_in_progress((enum doc_state)i))
            out->in_progress += out->states[i];
    }
    return sql_number(journal,
                      "SELECT count(*) FROM interchange"
                      " WHERE state = 'received' AND source IS NOT NULL",
                      NOTHING, &out->arrivals, &found, err) &&
           sql_number(journal,
                      "SELECT count(*) FROM effect"
                      " WHERE state IN ('attempted','unknown')",
                      NOTHING, &out->effects, &found, err) &&
           sql_number(journal,
                      "SELECT count(*) FROM expectation WHERE met IS NULL"
                      " AND due < ?",
                      BIND(INT(when_now())), &out->overdue, &found, err) &&
           sql_number(journal, "SELECT max(id) FROM event", NOTHING,
                      &out->events, &found, err);
}
