/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interchanges: an arrival is the bytes as they came, the interchanges and the
 * junk inside it are windows on them (offset and size), ours have their own.
 */
#include <string.h>

#include "base/text.h"
#include "store/copy.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/remote.h"

#define INTERCHANGE_COLUMNS(X)           \
    X(arrival, REF, NULL)                \
    X(direction, NAME, &direction_names) \
    X(state, TEXT, NULL)                 \
    X(partner, TEXT, NULL)               \
    X(channel, TEXT, NULL)               \
    X(name, TEXT, NULL)                  \
    X(sender, TEXT, NULL)                \
    X(receiver, TEXT, NULL)              \
    X(control, TEXT, NULL)               \
    X(test, FLAG, NULL)                  \
    X(ack_asked, FLAG, NULL)             \
    X(sha256, HASH, NULL)                \
    X(size, INT64, NULL)                 \
    X(offset, INT64, NULL)               \
    X(reason, TEXT, NULL)                \
    X(created, INT64, NULL)

#define AS_COLUMN(field, kind_, names_)                    \
    { .kind = COLUMN_##kind_,                              \
      .offset = offsetof(struct interchange, field),       \
      .size = sizeof(((struct interchange *)NULL)->field), \
      .names = (names_) },
#define AS_NAME(field, kind, names) "\"" #field "\","
#define AS_MARK(field, kind, names) "?,"
#define AS_SET(field, kind, names)  "\"" #field "\"=?,"

static const struct column columns[] = { INTERCHANGE_COLUMNS(AS_COLUMN) };
enum { COLUMNS = sizeof columns / sizeof columns[0] };

#define SELECT "SELECT " INTERCHANGE_COLUMNS(AS_NAME) "id FROM interchange "

static bool
read_one(struct journal *journal, const char *sql, const struct value *values,
         struct interchange *out, bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;

    if (!sql_open(journal, sql, values, &statement, err) ||
        !sql_next(journal, statement, found, err))
        return false;
    if (*found) {
        memset(out, 0, sizeof *out);
        row_read(statement, 0, columns, COLUMNS, out);
        out->id = sqlite3_column_int64(statement, COLUMNS);
    }
    return true;
}

static bool
insert(struct journal *journal, struct interchange *it, const char *source,
       int64_t payload, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(
            journal,
            "INSERT INTO interchange(" INTERCHANGE_COLUMNS(
                AS_NAME) "source,payload) VALUES(" INTERCHANGE_COLUMNS(AS_MARK) "?,?)",
            NOTHING, &statement, err))
        return false;
    row_bind(statement, 1, columns, COLUMNS, it);
    if (source != NULL)
        sqlite3_bind_text(statement, COLUMNS + 1, source, -1, SQLITE_STATIC);
    if (payload != 0)
        sqlite3_bind_int64(statement, COLUMNS + 2, payload);
    if (!sql_next(journal, statement, &row, err))
        return false;
    it->id = sqlite3_last_insert_rowid(journal->db);
    return true;
}

/* ---- arrivals */

static bool
accept_new(struct journal *journal, const struct arrival *arrival,
           struct interchange *it, const char *source, struct err *err)
{
    char detail[320];
    int64_t payload = 0;

    bool kept = arrival->path != NULL
                    ? payload_put_file(journal, arrival->path, it->sha256,
                                       it->size, &payload, err)
                    : payload_put(journal, arrival->bytes, arrival->size,
                                  &payload, err);
    if (!kept || !insert(journal, it, source, payload, err))
        return false;
    text_format(detail, sizeof detail, "%lld %s %s %.12s %.200s",
                (long long)it->id, it->partner[0] ? it->partner : "-",
                it->channel, it->sha256, it->name);
    journal->touched |= WATCH_ARRIVALS;
    return event_add(journal, 0, "", "arrived", detail, err);
}

static bool
accept(struct journal *journal, const struct arrival *arrival, int64_t *id,
       bool *known, struct err *err)
{
    struct interchange it = { .direction = DIRECTION_IN,
                              .state = "received",
                              .size = (int64_t)arrival->size,
                              .created = when_now() };
    char source[64], detail[320];
    unsigned char raw[32];

    fit(it.partner, sizeof it.partner, arrival->partner);
    fit(it.channel, sizeof it.channel, arrival->channel);
    fit(it.name, sizeof it.name, arrival->name);
    if (arrival->path != NULL) {
        if (!copy_file(arrival->path, NULL, it.sha256, &it.size, err))
            return false;
    } else {
        digest_sha256(it.sha256, arrival->bytes, arrival->size);
    }
    hash_bytes(raw, it.sha256);
    text_format(source, sizeof source, "%s/%s", it.partner, it.channel);
    if (!sql_number(journal,
                    "SELECT min(id) FROM interchange WHERE sha256 = ?"
                    " AND source = ?",
                    BIND(BLOB(raw, sizeof raw), TEXT(source)), id, known, err))
        return false;
    if (*known) {
        text_format(detail, sizeof detail, "%lld came again as %.200s",
                    (long long)*id, it.name);
        return event_add(journal, 0, "", "arrived again", detail, err);
    }
    if (!has_room(journal, (size_t)it.size, err) ||
        !accept_new(journal, arrival, &it, source, err))
        return false;
    *id = it.id;
    return true;
}

bool
journal_accept(struct journal *journal, const struct arrival *arrival,
               int64_t *id, bool *known, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_accept(journal, arrival, id, known, err);
    return write_open(journal, &write, err) &&
           write_close(&write, accept(journal, arrival, id, known, err), err);
}

bool
journal_next_arrival(struct journal *journal, int64_t after,
                     struct interchange *out, bool *found, struct err *err)
{
    if (journal->remote != NULL)
        return remote_next_arrival(journal, after, out, found, err);
    return read_one(journal,
                    SELECT "WHERE state = 'received' AND source IS NOT NULL"
                           " AND id > ? ORDER BY id LIMIT 1",
                    BIND(INT(after)), out, found, err);
}

/* ---- interchanges */

bool
journal_interchange(struct journal *journal, int64_t id,
                    struct interchange *out, bool *found, struct err *err)
{
    if (journal->remote != NULL)
        return remote_interchange(journal, id, out, found, err);
    return read_one(journal, SELECT "WHERE id = ?", BIND(INT(id)), out, found,
                    err);
}

bool
journal_add_interchange(struct journal *journal, struct interchange *it,
                        struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_add_interchange(journal, it, err);
    if (it->created == 0)
        it->created = when_now();
    return write_open(journal, &write, err) &&
           write_close(&write, insert(journal, it, NULL, 0, err), err);
}

static bool
update(struct journal *journal, const struct interchange *it, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal,
                  "UPDATE interchange SET " INTERCHANGE_COLUMNS(
                      AS_SET) "payload=payload WHERE id=?",
                  NOTHING, &statement, err))
        return false;
    row_bind(statement, 1, columns, COLUMNS, it);
    sqlite3_bind_int64(statement, COLUMNS + 1, it->id);
    if (!sql_next(journal, statement, &row, err))
        return false;
    return sqlite3_changes(journal->db) == 1 ||
           err_set(err, TP4011, "there is no interchange %lld",
                   (long long)it->id);
}

bool
journal_set_interchange(struct journal *journal, const struct interchange *it,
                        struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_set_interchange(journal, it, err);
    return write_open(journal, &write, err) &&
           write_close(&write, update(journal, it, err), err);
}

static bool
keep(struct journal *journal, struct interchange *it, const void *bytes,
     size_t size, struct err *err)
{
    int64_t payload;
    bool found;

    if (!sql_number(journal, "SELECT payload FROM interchange WHERE id = ?",
                    BIND(INT(it->id)), &payload, &found, err) ||
        !payload_put(journal, bytes, size, &payload, err))
        return false;
    digest_sha256(it->sha256, bytes, size);
    it->size = (int64_t)size;
    return sql_run(journal, "UPDATE interchange SET payload=? WHERE id=?",
                   BIND(INT(payload), INT(it->id)), err) &&
           update(journal, it, err);
}

bool
journal_keep(struct journal *journal, struct interchange *it, const void *bytes,
             size_t size, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_keep(journal, it, bytes, size, err);
    return write_open(journal, &write, err) &&
           write_close(&write, keep(journal, it, bytes, size, err), err);
}

bool
journal_known(struct journal *journal, const struct interchange *it,
              enum known *known, int64_t *first_id, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    unsigned char raw[32];
    bool row;

    if (journal->remote != NULL)
        return remote_known(journal, it, known, first_id, err);
    *known = KNOWN_NOT;
    *first_id = 0;
    BUG_IF(strlen(it->sha256) != 64);
    hash_bytes(raw, it->sha256);
    /* The same bytes before other bytes, then the oldest. */
    if (!sql_open(journal,
                  "SELECT id, sha256 IS ?1 AS same FROM interchange"
                  " WHERE control = ?2 AND sender = ?3 AND receiver = ?4"
                  " AND control <> '' AND direction = 'in' AND id <> ?5"
                  " ORDER BY same DESC, id LIMIT 1",
                  BIND(BLOB(raw, sizeof raw), TEXT(it->control),
                       TEXT(it->sender), TEXT(it->receiver), INT(it->id)),
                  &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (row) {
        *first_id = sqlite3_column_int64(statement, 0);
        *known =
            sqlite3_column_int(statement, 1) != 0 ? KNOWN_SAME : KNOWN_OTHER;
    }
    return true;
}
