/* SPDX-License-Identifier: Apache-2.0 */
#include "store/incident.h"

#include "base/text.h"
#include "store/incident_private.h"
#include "store/remote.h"

const char schema_incident[] =
    "CREATE TABLE incident(id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL,"
    " class TEXT NOT NULL, partner TEXT NOT NULL, severity INTEGER NOT NULL,"
    " subject TEXT NOT NULL, \"text\" TEXT NOT NULL, begun INTEGER NOT NULL,"
    " ended INTEGER, acked_by TEXT NOT NULL, acked INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX incident_open ON incident(fingerprint)"
    " WHERE ended IS NULL;"
    "CREATE TABLE notice(id INTEGER PRIMARY KEY,"
    " incident INTEGER NOT NULL REFERENCES incident, edge TEXT NOT NULL,"
    " channel TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,"
    " due INTEGER NOT NULL, detail TEXT NOT NULL,"
    " UNIQUE(incident, edge, channel)) STRICT;"
    "CREATE INDEX notice_open ON notice(due)"
    " WHERE state IN ('due', 'attempted');"
    "CREATE INDEX document_created ON document(created);"
    "CREATE INDEX document_amount ON document(amount) WHERE amount <> '';"
    "CREATE INDEX document_system_number ON document(system_number)"
    " WHERE system_number <> '';"
    "CREATE INDEX interchange_partner ON interchange(partner, created)"
    " WHERE source IS NOT NULL;";

#define INCIDENT                                                      \
    "i.id,fingerprint,class,partner,severity,subject,\"text\",begun," \
    "ifnull(ended,0)"

static void
read_incident(sqlite3_stmt *statement, int at, struct incident *it)
{
    it->id = sqlite3_column_int64(statement, at);
    fit(it->fingerprint, sizeof it->fingerprint, sql_text(statement, at + 1));
    fit(it->class, sizeof it->class, sql_text(statement, at + 2));
    fit(it->partner, sizeof it->partner, sql_text(statement, at + 3));
    it->severity = sqlite3_column_int(statement, at + 4);
    fit(it->subject, sizeof it->subject, sql_text(statement, at + 5));
    fit(it->text, sizeof it->text, sql_text(statement, at + 6));
    it->begun = sqlite3_column_int64(statement, at + 7);
    it->ended = sqlite3_column_int64(statement, at + 8);
}

static void
incident_row(sqlite3_stmt *statement, void *row)
{
    read_incident(statement, 0, row);
}

static void
notice_row(sqlite3_stmt *statement, void *row)
{
    struct notice *it = row;

    read_incident(statement, 0, &it->incident);
    it->id = sqlite3_column_int64(statement, 9);
    fit(it->edge, sizeof it->edge, sql_text(statement, 10));
    fit(it->channel, sizeof it->channel, sql_text(statement, 11));
    fit(it->state, sizeof it->state, sql_text(statement, 12));
    it->attempts = sqlite3_column_int(statement, 13);
    it->due = sqlite3_column_int64(statement, 14);
}

/* ---- begin and end */

static bool
add_notice(struct journal *journal, int64_t incident, const char *edge,
           const char *channel, moment due, struct err *err)
{
    return sql_run(journal,
                   "INSERT INTO notice(incident,edge,channel,state,attempts,"
                   "due,detail) VALUES(?,?,?,'due',0,?,'')",
                   BIND(INT(incident), TEXT(edge), TEXT(channel), INT(due)),
                   err);
}

static bool
begin(struct journal *journal, struct incident *it, const char *const *channels,
      size_t count, moment due, bool *known, struct err *err)
{
    char detail[320];

    if (!sql_number(journal,
                    "SELECT id FROM incident WHERE fingerprint = ?"
                    " AND ended IS NULL",
                    BIND(TEXT(it->fingerprint)), &it->id, known, err))
        return false;
    if (*known)
        return true;
    it->begun = when_now();
    if (!sql_run(journal,
                 "INSERT INTO incident(fingerprint,class,partner,severity,"
                 "subject,\"text\",begun,acked_by,acked)"
                 " VALUES(?,?,?,?,?,?,?,'',0)",
                 BIND(TEXT(it->fingerprint), TEXT(it->class), TEXT(it->partner),
                      INT(it->severity), TEXT(it->subject), TEXT(it->text),
                      INT(it->begun)),
                 err))
        return false;
    it->id = sqlite3_last_insert_rowid(journal->db);
    for (size_t i = 0; i < count; i++)
        if (!add_notice(journal, it->id, "start", channels[i], due, err))
            return false;
    text_format(detail, sizeof detail, "%lld %s", (long long)it->id,
                it->subject);
    return event_add(journal, 0, "", "incident begins", detail, err);
}

static bool
end(struct journal *journal, int64_t id, moment due, bool *ended,
    struct err *err)
{
    char detail[32];
    int64_t ignored;

    if (!sql_number(journal,
                    "SELECT id FROM incident WHERE id = ? AND ended IS NULL",
                    BIND(INT(id)), &ignored, ended, err))
        return false;
    if (!*ended)
        return true;
    text_format(detail, sizeof detail, "%lld", (long long)id);
    return sql_run(journal, "UPDATE incident SET ended = ? WHERE id = ?",
                   BIND(INT(when_now()), INT(id)), err) &&
           sql_run(journal,
                   "INSERT INTO notice(incident,edge,channel,state,attempts,"
                   "due,detail) SELECT incident, 'end', channel, 'due', 0, ?2,"
                   " '' FROM notice WHERE incident = ?1 AND edge = 'start' AND"
                   " state IN ('attempted','done','unknown')",
                   BIND(INT(id), INT(due)), err) &&
           sql_run(journal,
                   "UPDATE notice SET state = 'dropped' WHERE incident = ? AND"
                   " edge = 'start' AND state = 'due'",
                   BIND(INT(id)), err) &&
           event_add(journal, 0, "", "incident ends", detail, err);
}

bool
journal_incident_begin(struct journal *journal, struct incident *it,
                       const char *const *channels, size_t count, moment due,
                       bool *known, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_incident_begin(journal, it, channels, count, due, known,
                                     err);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       begin(journal, it, channels, count, due, known, err),
                       err);
}

bool
journal_incident_end(struct journal *journal, int64_t id, moment due,
                     bool *ended, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_incident_end(journal, id, due, ended, err);
    return write_open(journal, &write, err) &&
           write_close(&write, end(journal, id, due, ended, err), err);
}

/* ---- people */

static bool
acknowledge(struct journal *journal, int64_t id, bool *found, struct err *err)
{
    char detail[32];
    int64_t ignored;

    if (!sql_number(journal, "SELECT id FROM incident WHERE id = ?",
                    BIND(INT(id)), &ignored, found, err))
        return false;
    if (!*found)
        return true;
    text_format(detail, sizeof detail, "%lld", (long long)id);
    return sql_run(journal,
                   "UPDATE incident SET acked_by = ?, acked = ? WHERE id = ?",
                   BIND(TEXT(journal->actor), INT(when_now()), INT(id)), err) &&
           event_add(journal, 0, "", "incident seen", detail, err);
}

bool
journal_incident_ack(struct journal *journal, int64_t id, bool *found,
                     struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_incident_ack(journal, id, found, err);
    return write_open(journal, &write, err) &&
           write_close(&write, acknowledge(journal, id, found, err), err);
}

/* ---- lists */

bool
journal_incidents(struct journal *journal, struct arena *arena,
                  struct incident **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_incidents(journal, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT " INCIDENT " FROM incident i WHERE ended IS NULL"
                  " ORDER BY id",
                  NOTHING, &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, incident_row, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}

bool
journal_notices(struct journal *journal, moment due, struct arena *arena,
                struct notice **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_notices(journal, due, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT " INCIDENT ", n.id, edge, channel, state, attempts,"
                  " due FROM notice n JOIN incident i ON i.id = n.incident"
                  " WHERE state IN ('due','attempted') AND due <= ?"
                  " ORDER BY n.id LIMIT 100",
                  BIND(INT(due)), &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, notice_row, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}

static bool
move(struct journal *journal, int64_t id, const char *from, const char *to,
     moment due, const char *detail, bool *moved, struct err *err)
{
    if (!sql_run(journal,
                 "UPDATE notice SET state = ?3, due = CASE WHEN ?4 > 0 THEN ?4"
                 " ELSE due END, detail = ?5, attempts = attempts +"
                 " (?3 = 'attempted') WHERE id = ?1 AND state = ?2",
                 BIND(INT(id), TEXT(from), TEXT(to), INT(due), TEXT(detail)),
                 err))
        return false;
    *moved = sqlite3_changes(journal->db) == 1;
    return true;
}

bool
journal_notice_move(struct journal *journal, int64_t id, const char *from,
                    const char *to, moment due, const char *detail, bool *moved,
                    struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_notice_move(journal, id, from, to, due, detail, moved,
                                  err);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       move(journal, id, from, to, due, detail, moved, err),
                       err);
}
