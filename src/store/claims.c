/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leases: who works on which document. They end by advance, by yield, by
 * time (CLOCK_BOOTTIME, which no clock change moves) or with the boot.
 */
#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

/* Earlier in the same lane. */
#define EARLIER                                                       \
    "e.id < d.id AND e.partner = d.partner AND e.\"set\" = d.\"set\"" \
    " AND e.direction = d.direction"

static void
order_terms(struct filter_sql *filter, enum lane_order order, const char *boot,
            int64_t steady)
{
    char live[80];
    size_t boot_mark = ++filter->count, steady_mark = ++filter->count;

    filter->values[boot_mark - 1] = (struct value)TEXT(boot);
    filter->values[steady_mark - 1] = (struct value)INT(steady);
    text_format(live, sizeof live, "l.boot = ?%zu AND l.until > ?%zu",
                boot_mark, steady_mark);
    buf_addf(&filter->sql,
             " AND NOT EXISTS (SELECT 1 FROM lease l"
             " WHERE l.document = d.id AND %s)",
             live);
    if (order == ORDER_LANE)
        buf_addf(&filter->sql,
                 " AND NOT EXISTS (SELECT 1 FROM lease l CROSS JOIN document e"
                 " WHERE e.id = l.document AND %s AND " EARLIER ")",
                 live);
}

/* Under ORDER_STRICT an earlier unfinished document stops those behind it,
 * unless it is taken by this very claim, in order. */
static void
strict_terms(struct filter_sql *filter, const struct doc_filter *wanted,
             moment now)
{
    size_t due_mark = ++filter->count;

    filter->values[due_mark - 1] = (struct value)INT(now);
    buf_addf(&filter->sql,
             " AND NOT EXISTS (SELECT 1 FROM document e WHERE " EARLIER
             " AND e.state <> 'done' AND e.state IN ('received','translated',"
             "'queued','working','unknown','deferred','held')"
             " AND NOT (" SQL_IS_DUE(
                 "e", "?%zu") " AND e.id NOT IN"
                              " (SELECT document FROM lease) AND e.state IN (",
             due_mark, due_mark);
    const char *comma = "";
    for (int i = 0; i < DOC_STATES; i++)
        if (wanted->states & (1U << i)) {
            buf_addf(&filter->sql, "%s'%s'", comma,
                     doc_state_name((enum doc_state)i));
            comma = ",";
        }
    buf_adds(&filter->sql, ")))");
}

static bool
find(struct journal *journal, const struct doc_filter *wanted, size_t max,
     struct arena *arena, struct document **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct filter_sql filter = { 0 };
    void *list = NULL;
    moment now = when_now();

    buf_addf(&filter.sql, "SELECT %s FROM document d WHERE 1",
             document_columns());
    filter_terms(&filter, wanted, now);
    order_terms(&filter, wanted->order, journal->boot, when_steady());
    if (wanted->order == ORDER_STRICT)
        strict_terms(&filter, wanted, now);
    buf_addf(&filter.sql, " ORDER BY d.id LIMIT %zu", max);
    bool good = sql_open(journal, buf_text(&filter.sql), filter.values,
                         &statement, err) &&
                sql_list(journal, statement, arena, sizeof(struct document),
                         document_read, &list, count, err);
    buf_free(&filter.sql);
    *out = list;
    return good;
}

static bool
next_token(struct journal *journal, int64_t *token, struct err *err)
{
    bool found;

    return sql_number(journal,
                      "INSERT INTO counter VALUES('lease', 1)"
                      " ON CONFLICT DO UPDATE SET value = value + 1"
                      " RETURNING value",
                      NOTHING, token, &found, err);
}

static bool
claim(struct journal *journal, const struct doc_filter *wanted, int seconds,
      struct document *out, size_t max, size_t *count, struct err *err)
{
    struct arena *arena = arena_new();
    struct document *list = NULL;
    int64_t until = when_steady() + (int64_t)seconds * 1000000000, token = 0;
    struct doc_filter due = *wanted;

    due.due_only = !wanted->early;
    bool good = find(journal, &due, max, arena, &list, count, err) &&
                (*count == 0 || next_token(journal, &token, err));
    for (size_t i = 0; good && i < *count; i++) {
        out[i] = list[i];
        out[i].lease = token;
        good = sql_run(
            journal, "INSERT OR REPLACE INTO lease VALUES(?,?,?,?)",
            BIND(INT(out[i].id), INT(token), INT(until), TEXT(journal->boot)),
            err);
    }
    arena_free(&arena);
    if (!good)
        *count = 0;
    return good;
}

bool
journal_claim(struct journal *journal, const struct doc_filter *wanted,
              int seconds, struct document *out, size_t max, size_t *count,
              struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_claim(journal, wanted, seconds, out, max, count, err);
    *count = 0;
    BUG_IF(wanted->states == 0 || (wanted->states & (1U << DOC_DONE)) != 0);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       claim(journal, wanted, seconds, out, max, count, err),
                       err);
}

bool
lease_end(struct journal *journal, int64_t token, struct err *err)
{
    struct write write;

    return write_open(journal, &write, err) &&
           write_close(&write,
                       sql_run(journal, "DELETE FROM lease WHERE token = ?",
                               BIND(INT(token)), err),
                       err);
}

bool
lease_lives(struct journal *journal, int64_t token, bool *live, struct err *err)
{
    int64_t one;

    return sql_number(journal, "SELECT 1 FROM lease WHERE token = ?",
                      BIND(INT(token)), &one, live, err);
}

bool
journal_yield(struct journal *journal, const struct document *document,
              struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_yield(journal, document, err);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       sql_run(journal,
                               "DELETE FROM lease WHERE document = ?"
                               " AND token = ?",
                               BIND(INT(document->id), INT(document->lease)),
                               err),
                       err);
}

bool
journal_renew(struct journal *journal, int64_t token, int seconds,
              struct err *err)
{
    struct write write;
    int64_t until = when_steady() + (int64_t)seconds * 1000000000;

    if (journal->remote != NULL)
        return remote_renew(journal, token, seconds, err);
    return write_open(journal, &write, err) &&
           write_close(
               &write,
               sql_run(journal,
                       "UPDATE lease SET until = ?, boot = ?"
                       " WHERE token = ?",
                       BIND(INT(until), TEXT(journal->boot), INT(token)), err),
               err);
}

bool
journal_end_leases(struct journal *journal, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_end_leases(journal, err);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       sql_run(journal, "DELETE FROM lease", NOTHING, err),
                       err);
}

bool
journal_next_due(struct journal *journal, enum direction direction, moment *due,
                 struct err *err)
{
    bool found;

    if (journal->remote != NULL)
        return remote_next_due(journal, direction, due, err);
    *due = 0;
    return sql_number(
        journal,
        "SELECT min(due) FROM document INDEXED BY document_due WHERE state IN"
        " ('received','deferred','unknown','queued') AND state <> 'done'"
        " AND due > 0 AND due > ?1 AND (?2 = '' OR direction = ?2)",
        BIND(INT(when_now()),
             TEXT(direction == DIRECTION_ANY
                      ? ""
                      : name_of(&direction_names, (int)direction))),
        due, &found, err);
}
