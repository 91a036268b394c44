/* SPDX-License-Identifier: Apache-2.0 */
/* Masters and what each system has of them: rows of two tables. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/entity_private.h"
#include "store/keeper.h"

/* To be told, or to be looked at again, when it is due. */
#define OPEN                             \
    "(state IN ('wanted', 'writing') OR" \
    " (state = 'held' AND waits_for <> ''))"

const char schema_entity[] =
    "CREATE TABLE entity(id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
    " number TEXT NOT NULL, changed INTEGER NOT NULL, fields TEXT NOT NULL,"
    " UNIQUE(kind, number)) STRICT;"

    "CREATE TABLE link(id INTEGER PRIMARY KEY,"
    " entity INTEGER NOT NULL REFERENCES entity, kind TEXT NOT NULL,"
    " system TEXT NOT NULL, remote TEXT NOT NULL, stamp TEXT NOT NULL,"
    " state TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,"
    " waits_for TEXT NOT NULL, attempts INTEGER NOT NULL,"
    " due INTEGER NOT NULL, updated INTEGER NOT NULL, ours TEXT NOT NULL,"
    " theirs TEXT NOT NULL, seen TEXT NOT NULL, UNIQUE(entity, system)) STRICT;"
    "CREATE UNIQUE INDEX link_remote ON link(system, kind, remote)"
    " WHERE remote <> '';"
    "CREATE INDEX link_next ON link(due) WHERE " OPEN ";"
    "CREATE INDEX link_due ON link(system, kind, due) WHERE " OPEN ";"
    "CREATE INDEX link_held ON link(state) WHERE state IN ('held', 'gone');";

static const char *const states[LINK_STATES] = { "agreed", "wanted", "writing",
                                                 "held", "gone" };

const char *
link_state_name(enum link_state state)
{
    return states[state];
}

/* ---- entities */

#define ENTITY_COLUMNS "e.id,e.kind,e.number,e.changed,e.fields"

static void
read_entity(sqlite3_stmt *statement, struct arena *arena, struct entity *out)
{
    memset(out, 0, sizeof *out);
    out->id = sqlite3_column_int64(statement, 0);
    text_copy(out->kind, sizeof out->kind, sql_text(statement, 1));
    text_copy(out->number, sizeof out->number, sql_text(statement, 2));
    out->changed = sqlite3_column_int64(statement, 3);
    out->fields = arena_strdup(arena, sql_text(statement, 4));
}

bool
entity_find(struct journal *journal, const struct entity_key *key,
            struct arena *arena, struct entity *out, bool *found,
            struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool good;

    if (key->id != 0)
        good = sql_open(
            journal, "SELECT " ENTITY_COLUMNS " FROM entity e WHERE e.id = ?",
            BIND(INT(key->id)), &statement, err);
    else if (key->remote != NULL)
        good = sql_open(
            journal,
            "SELECT " ENTITY_COLUMNS
            " FROM link l JOIN entity e ON e.id = l.entity"
            " WHERE l.system = ? AND l.kind = ? AND l.remote = ?"
            " AND l.remote <> ''",
            BIND(TEXT(key->system), TEXT(key->kind), TEXT(key->remote)),
            &statement, err);
    else
        good =
            sql_open(journal,
                     "SELECT " ENTITY_COLUMNS
                     " FROM entity e WHERE e.kind = ? AND e.number = ?",
                     BIND(TEXT(key->kind), TEXT(key->number)), &statement, err);
    if (!good || !sql_next(journal, statement, found, err))
        return false;
    if (*found)
        read_entity(statement, arena, out);
    return true;
}

static bool
put_entity(struct journal *journal, struct entity *it, const char *detail,
           struct err *err)
{
    struct entity_key key = { .kind = it->kind, .number = it->number };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct entity other;
    bool taken;

    if (!entity_find(journal, &key, arena, &other, &taken, err))
        return false;
    if (taken && other.id != it->id)
        return err_set(err, TP4011, "there is a %s %s already", it->kind,
                       it->number);
    bool good = it->id == 0
                    ? sql_run(journal,
                              "INSERT INTO entity(kind,number,changed,fields)"
                              " VALUES(?,?,?,?)",
                              BIND(TEXT(it->kind), TEXT(it->number),
                                   INT(it->changed), TEXT(it->fields)),
                              err)
                    : sql_run(journal,
                              "UPDATE entity SET number=?,changed=?,fields=?"
                              " WHERE id=?",
                              BIND(TEXT(it->number), INT(it->changed),
                                   TEXT(it->fields), INT(it->id)),
                              err);
    if (!good)
        return false;
    if (it->id == 0)
        it->id = sqlite3_last_insert_rowid(journal->db);
    return event_add(journal, 0, "", "entity", detail, err);
}

bool
journal_entity(struct journal *journal, const char *kind, const char *number,
               struct arena *arena, struct entity *out, bool *found,
               struct err *err)
{
    struct entity_key key = { .kind = kind, .number = number };

    return journal->remote != NULL
               ? remote_entity(journal, &key, arena, out, found, err)
               : entity_find(journal, &key, arena, out, found, err);
}

bool
journal_entity_by_id(struct journal *journal, int64_t id, struct arena *arena,
                     struct entity *out, bool *found, struct err *err)
{
    struct entity_key key = { .id = id };

    return journal->remote != NULL
               ? remote_entity(journal, &key, arena, out, found, err)
               : entity_find(journal, &key, arena, out, found, err);
}

bool
journal_entity_linked(struct journal *journal, const char *system,
                      const char *kind, const char *remote, struct arena *arena,
                      struct entity *out, bool *found, struct err *err)
{
    struct entity_key key = { .system = system,
                              .kind = kind,
                              .remote = remote };

    return journal->remote != NULL
               ? remote_entity(journal, &key, arena, out, found, err)
               : entity_find(journal, &key, arena, out, found, err);
}

bool
journal_entity_put(struct journal *journal, struct entity *it,
                   const char *detail, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_entity_put(journal, it, detail, err);
    return write_open(journal, &write, err) &&
           write_close(&write, put_entity(journal, it, detail, err), err);
}

/* ---- links */

#define LINK_COLUMNS                                                      \
    "id,entity,system,remote,stamp,state,code,reason,waits_for,attempts," \
    "due,updated,ours,theirs,seen"

static void
read_link(sqlite3_stmt *statement, void *row)
{
    struct link *link = row;

    link->id = sqlite3_column_int64(statement, 0);
    link->entity = sqlite3_column_int64(statement, 1);
    text_copy(link->system, sizeof link->system, sql_text(statement, 2));
    text_copy(link->remote, sizeof link->remote, sql_text(statement, 3));
    text_copy(link->stamp, sizeof link->stamp, sql_text(statement, 4));
    for (int i = 0; i < LINK_STATES; i++)
        if (text_equal(states[i], sql_text(statement, 5)))
            link->state = (enum link_state)i;
    link->code = code_named(sql_text(statement, 6));
    text_copy(link->reason, sizeof link->reason, sql_text(statement, 7));
    text_copy(link->waits_for, sizeof link->waits_for, sql_text(statement, 8));
    link->attempts = sqlite3_column_int(statement, 9);
    link->due = sqlite3_column_int64(statement, 10);
    link->updated = sqlite3_column_int64(statement, 11);
}

bool
link_find(struct journal *journal, const struct link_key *key,
          struct arena *arena, struct link **out, size_t *count,
          struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    size_t room = 8;
    bool row;

    *count = 0;
    *out = arena_alloc(arena, room * sizeof **out);
    if (!(key->entity != 0
              ? sql_open(journal,
                         "SELECT " LINK_COLUMNS
                         " FROM link WHERE entity = ? ORDER BY system",
                         BIND(INT(key->entity)), &statement, err)
              : sql_open(journal,
                         "SELECT " LINK_COLUMNS
                         " FROM link WHERE system = ? AND kind = ?"
                         " AND " OPEN " AND due <= ?"
                         " ORDER BY due, id LIMIT ?",
                         BIND(TEXT(key->system), TEXT(key->kind), INT(key->now),
                              INT(key->most)),
                         &statement, err)))
        return false;
    for (;;) {
        if (!sql_next(journal, statement, &row, err))
            return false;
        if (!row)
            return true;
        if (*count == room) {
            struct link *more = arena_alloc(arena, 2 * room * sizeof *more);
            memcpy(more, *out, room * sizeof *more);
            *out = more;
            room *= 2;
        }
        struct link *link = &(*out)[(*count)++];
        read_link(statement, link);
        link->ours = arena_strdup(arena, sql_text(statement, 12));
        link->theirs = arena_strdup(arena, sql_text(statement, 13));
        link->seen = arena_strdup(arena, sql_text(statement, 14));
    }
}

static bool
put_link(struct journal *journal, struct link *it, const char *detail,
         struct err *err)
{
    if (it->state == LINK_WANTED && it->due <= when_now())
        journal->touched |= WATCH_POST;
    it->updated = when_now();
    if (!sql_run(journal,
                 "INSERT INTO link(entity,kind,system,remote,stamp,state,code,"
                 "reason,waits_for,attempts,due,updated,ours,theirs,seen)"
                 " VALUES(?,(SELECT kind FROM entity WHERE id = ?),"
                 "?,?,?,?,?,?,?,?,?,?,?,?,?)"
                 " ON CONFLICT(entity, system) DO UPDATE SET"
                 " remote=excluded.remote,stamp=excluded.stamp,"
                 "state=excluded.state,code=excluded.code,"
                 "reason=excluded.reason,waits_for=excluded.waits_for,"
                 "attempts=excluded.attempts,due=excluded.due,"
                 "updated=excluded.updated,ours=excluded.ours,"
                 "theirs=excluded.theirs,seen=excluded.seen",
                 BIND(INT(it->entity), INT(it->entity), TEXT(it->system),
                      TEXT(it->remote), TEXT(it->stamp),
                      TEXT(link_state_name(it->state)),
                      TEXT(it->code != TP_NONE ? err_name(it->code) : ""),
                      TEXT(it->reason), TEXT(it->waits_for), INT(it->attempts),
                      INT(it->due), INT(it->updated), TEXT(it->ours),
                      TEXT(it->theirs), TEXT(it->seen)),
                 err))
        return false;
    return detail == NULL || event_add(journal, 0, "", "entity", detail, err);
}

bool
journal_links(struct journal *journal, int64_t entity, struct arena *arena,
              struct link **out, size_t *count, struct err *err)
{
    struct link_key key = { .entity = entity };

    return journal->remote != NULL
               ? remote_links(journal, &key, arena, out, count, err)
               : link_find(journal, &key, arena, out, count, err);
}

bool
journal_links_due(struct journal *journal, const char *system, const char *kind,
                  size_t most, struct arena *arena, struct link **out,
                  size_t *count, struct err *err)
{
    struct link_key key = {
        .system = system, .kind = kind, .most = most, .now = when_now()
    };

    return journal->remote != NULL
               ? remote_links(journal, &key, arena, out, count, err)
               : link_find(journal, &key, arena, out, count, err);
}

bool
journal_link_put(struct journal *journal, struct link *it, const char *detail,
                 struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_link_put(journal, it, detail, err);
    return write_open(journal, &write, err) &&
           write_close(&write, put_link(journal, it, detail, err), err);
}

bool
journal_link_next(struct journal *journal, moment *due, struct err *err)
{
    bool found;

    *due = 0;
    if (journal->remote != NULL)
        return remote_link_next(journal, due, err);
    return sql_number(journal,
                      "SELECT min(due) FROM link"
                      " WHERE " OPEN " AND due > ?",
                      BIND(INT(when_now())), due, &found, err);
}
