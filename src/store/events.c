/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit chain: each event's hash covers the hash before it and every
 * field, so that no event can be changed, removed or put in unseen.
 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/remote.h"

void
event_hash(char out[DIGEST_TEXT], const char *before, const struct event *event)
{
    char text[1024];

    /* Lengths stand before texts, so no two events have one form. */
    text_format(text, sizeof text,
                "%s\n%lld %lld %lld\n%zu:%s\n%zu:%s\n%zu:%s\n%zu:%s\n", before,
                (long long)event->id, (long long)event->document,
                (long long)event->at, strlen(event->actor), event->actor,
                strlen(event->what), event->what, strlen(event->detail),
                event->detail, strlen(event->state), event->state);
    digest_sha256(out, text, strlen(text));
}

static bool
load_head(struct journal *journal, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct event last = { 0 };
    bool row;

    if (journal->head_known)
        return true;
    if (!sql_open(journal,
                  "SELECT " EVENT_COLUMNS " FROM event"
                  " ORDER BY id DESC LIMIT 1",
                  NOTHING, &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (row)
        event_read(statement, &last);
    journal->head_id = last.id;
    text_copy(journal->head, sizeof journal->head, last.hash);
    journal->head_known = true;
    return true;
}

bool
event_add(struct journal *journal, int64_t document, const char *state,
          const char *what, const char *detail, struct err *err)
{
    struct event event = { .document = document, .at = when_now() };
    unsigned char raw[32];

    journal->touched |= WATCH_EVENTS;
    /* Of no document: a door may have opened or shut. */
    if (document == 0)
        journal->touched |= WATCH_SEND;
    if (!load_head(journal, err))
        return false;
    event.id = journal->head_id + 1;
    fit(event.actor, sizeof event.actor, journal->actor);
    fit(event.what, sizeof event.what, what);
    fit(event.detail, sizeof event.detail, detail);
    fit(event.state, sizeof event.state, state);
    event_hash(event.hash, journal->head, &event);
    hash_bytes(raw, event.hash);
    if (!sql_run(journal, "INSERT INTO event VALUES(?,?,?,?,?,?,?,?)",
                 BIND(INT(event.id), REF(document), INT(event.at),
                      TEXT(event.actor), TEXT(event.what), TEXT(event.detail),
                      TEXT(event.state), BLOB(raw, sizeof raw)),
                 err))
        return false;
    journal->head_id = event.id;
    text_copy(journal->head, sizeof journal->head, event.hash);
    return true;
}

void
event_read(sqlite3_stmt *statement, struct event *event)
{
    event->id = sqlite3_column_int64(statement, 0);
    event->document = sqlite3_column_int64(statement, 1);
    event->at = sqlite3_column_int64(statement, 2);
    fit(event->actor, sizeof event->actor, sql_text(statement, 3));
    fit(event->what, sizeof event->what, sql_text(statement, 4));
    fit(event->detail, sizeof event->detail, sql_text(statement, 5));
    fit(event->state, sizeof event->state, sql_text(statement, 6));
    fit(event->hash, sizeof event->hash, sql_text(statement, 7));
}

static void
read_event(sqlite3_stmt *statement, void *row)
{
    event_read(statement, row);
}

static bool
note(struct journal *journal, int64_t document, const char *what,
     const char *detail, struct err *err)
{
    struct document now = { 0 };
    bool found = false;

    if (document != 0 &&
        !journal_document(journal, document, &now, &found, err))
        return false;
    if (document != 0 && !found)
        return err_set(err, TP4011, "there is no document %lld",
                       (long long)document);
    return event_add(journal, document,
                     document != 0 ? doc_state_name(now.state) : "", what,
                     detail, err);
}

bool
journal_note(struct journal *journal, int64_t document, const char *what,
             const char *detail, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_note(journal, document, what, detail, err);
    return write_open(journal, &write, err) &&
           write_close(&write, note(journal, document, what, detail, err), err);
}

bool
journal_events(struct journal *journal, int64_t document, struct arena *arena,
               struct event **events, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_events(journal, document, arena, events, count, err);
    if (!sql_open(journal,
                  "SELECT " EVENT_COLUMNS
                  " FROM event WHERE document = ? ORDER BY id",
                  BIND(INT(document)), &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **events, read_event, &list,
                  count, err))
        return false;
    *events = list;
    return true;
}
