/* SPDX-License-Identifier: Apache-2.0 */
/* The proofs: the audit chain, the states that it tells, and the law of
 * conservation. Bytes and numbers are proved in verify_bytes.c. */
#include <string.h>

#include "base/arena.h"
#include "base/problems.h"
#include "base/text.h"
#include "store/remote.h"
#include "store/verify_private.h"

/* The states as the events tell them: 0 = no event yet, else state + 1. */
struct audit {
    struct problems *found;
    unsigned char *last;
    size_t room;
    int64_t id, accepted;
    char head[DIGEST_TEXT];
    int reported;
};

bool
verify_rows(struct journal *journal, const char *sql, verify_row *row,
            void *user, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool more;

    if (!sql_open(journal, sql, NOTHING, &statement, err))
        return false;
    for (;;) {
        if (!sql_next(journal, statement, &more, err))
            return false;
        if (!more)
            return true;
        if (!row(journal, statement, user, err))
            return false;
    }
}

static unsigned char *
last_of(struct audit *audit, int64_t document)
{
    size_t need = (size_t)document + 1;

    if (need > audit->room) {
        size_t room = need * 2 > 4096 ? need * 2 : 4096;
        audit->last = obtain_more(audit->last, audit->room, room);
        audit->room = room;
    }
    return &audit->last[document];
}

static void
check_link(struct audit *audit, const struct event *event)
{
    char want[DIGEST_TEXT], at[48];

    event_hash(want, audit->head, event);
    text_format(at, sizeof at, "event %lld", (long long)event->id);
    if (audit->reported < VERIFY_SHOWN && event->id != audit->id + 1) {
        problem_add(audit->found, TP4013, at, NULL,
                    "%lld events before it are missing",
                    (long long)(event->id - audit->id - 1));
        audit->reported++;
    } else if (audit->reported < VERIFY_SHOWN &&
               !text_equal(want, event->hash)) {
        problem_add(audit->found, TP4013, at, NULL,
                    "its hash is %.12s, its content and the chain before it "
                    "give %.12s",
                    event->hash, want);
        audit->reported++;
    }
    audit->id = event->id;
    text_copy(audit->head, sizeof audit->head, event->hash);
}

static void
check_step(struct audit *audit, const struct event *event)
{
    unsigned char *last = last_of(audit, event->document);
    enum doc_state to;
    bool known = doc_state_by_name(event->state, &to);
    bool born = *last != 0;
    char at[48];

    audit->accepted += !born;
    if (known && (born ? doc_state_may((enum doc_state)(*last - 1), to)
                       : doc_state_may_begin(to))) {
        *last = (unsigned char)(to + 1);
        return;
    }
    text_format(at, sizeof at, "document %lld", (long long)event->document);
    problem_add(audit->found, TP4018, at, NULL,
                "event %lld takes it from %s to %s", (long long)event->id,
                born ? doc_state_name((enum doc_state)(*last - 1)) : "nothing",
                event->state);
    *last = known ? (unsigned char)(to + 1) : *last;
}

static bool
check_event(struct journal *journal, sqlite3_stmt *statement, void *user,
            struct err *err)
{
    struct audit *audit = user;
    struct event event = { 0 };

    (void)journal;
    (void)err;
    event_read(statement, &event);
    check_link(audit, &event);
    if (event.document > 0)
        check_step(audit, &event);
    return true;
}

static bool
check_document(struct journal *journal, sqlite3_stmt *statement, void *user,
               struct err *err)
{
    struct audit *audit = user;
    int64_t id = sqlite3_column_int64(statement, 0);
    const char *name = sql_text(statement, 1);
    unsigned char last = *last_of(audit, id);
    enum doc_state state;
    char at[48];

    (void)journal;
    (void)err;
    text_format(at, sizeof at, "document %lld", (long long)id);
    if (last == 0)
        problem_add(audit->found, TP4014, at, NULL,
                    "the audit chain does not know that it was accepted");
    else if (!doc_state_by_name(name, &state) || state + 1U != last)
        problem_add(audit->found, TP4018, at, NULL,
                    "its row says %s, its last event says %s", name,
                    doc_state_name((enum doc_state)(last - 1)));
    return true;
}

/* Accepted, as the chain counts it, against what is there, as rows. */
static bool
check_sum(struct journal *journal, struct audit *audit, struct err *err)
{
    struct journal_counts counts;
    int64_t sum = 0;

    if (!journal_counts(journal, &counts, err))
        return false;
    for (int i = 0; i < DOC_STATES; i++)
        sum += counts.states[i];
    if (sum != audit->accepted)
        problem_add(audit->found, TP4014, "documents", NULL,
                    "%lld were accepted, but done, held, dead, ignored, "
                    "replaced and in progress are %lld",
                    (long long)audit->accepted, (long long)sum);
    return true;
}

static bool
check_history(struct journal *journal, struct problems *found, struct err *err)
{
    struct audit audit = { .found = found };

    bool good =
        verify_rows(journal, "SELECT " EVENT_COLUMNS " FROM event ORDER BY id",
                    check_event, &audit, err) &&
        verify_rows(journal, "SELECT id, state FROM document", check_document,
                    &audit, err) &&
        check_sum(journal, &audit, err);
    release(&audit.last);
    return good;
}

/* ---- rows that contradict themselves */

static const struct {
    enum err_code code;
    const char *text, *sql;
} rules[] = {
    { TP4018, "it waits or ended without a reason",
      "SELECT id FROM document WHERE state IN ('held','dead','ignored')"
      " AND state <> 'done' AND reason = ''" },
    { TP4018, "it is deferred without a time",
      "SELECT id FROM document WHERE state = 'deferred'"
      " AND state <> 'done' AND due = 0" },
    { TP4018, "it is done, but an effect of it is not settled",
      "SELECT d.id FROM effect f JOIN document d ON d.id = f.document"
      " WHERE f.state IN ('attempted','unknown') AND d.state = 'done'" },
    { TP4018, "it is unknown, but no effect of it was attempted",
      "SELECT d.id FROM document d WHERE d.state = 'unknown'"
      " AND d.state <> 'done' AND NOT EXISTS (SELECT 1 FROM effect f"
      " WHERE f.document = d.id AND f.state IN ('attempted','unknown'))" },
    { TP4018, "it counts as sent without evidence",
      "SELECT id FROM document WHERE delivered = 'sent' AND evidence = ''" },
    { TP4018,
      "it is not counted as it is in the journal's tally, or another "
      "of its partner, set and state is not",
      "SELECT ifnull(min(d.id), 0) FROM (SELECT direction, \"set\", partner,"
      " state, count(*) AS n, min(id) AS id FROM document GROUP BY 1, 2, 3, 4)"
      " d FULL JOIN tally t ON t.direction = d.direction AND t.\"set\" ="
      " d.\"set\" AND t.partner = d.partner AND t.state = d.state WHERE"
      " ifnull(d.n, 0) <> ifnull(t.now, 0) HAVING count(*) > 0" },
    { TP4020, "bytes of it were removed, and no event says so",
      "SELECT p.document FROM part p JOIN payload y ON y.id = p.payload"
      " WHERE y.purged <> 0 AND NOT EXISTS (SELECT 1 FROM event e WHERE"
      " e.document = p.document AND e.what = 'purged')" },
    { TP4020, "its file's bytes were removed, and no event says so",
      "SELECT ifnull((SELECT min(o.id) FROM interchange z JOIN document o ON"
      " o.interchange = z.id WHERE z.id = h.id OR z.arrival = h.id), 0) FROM"
      " interchange h JOIN payload y ON y.id = h.payload WHERE y.purged <> 0"
      " AND NOT EXISTS (SELECT 1 FROM interchange x JOIN document d ON"
      " d.interchange = x.id JOIN event e ON e.document = d.id WHERE (x.id ="
      " h.id OR x.arrival = h.id) AND e.what = 'purged')" },
    { TP4021, "a part of it has no payload",
      "SELECT p.document FROM part p LEFT JOIN payload y"
      " ON y.id = p.payload WHERE y.id IS NULL" },
};

static bool
check_rules(struct journal *journal, struct problems *found, struct err *err)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
        bool row = true;
        if (!sql_open(journal, rules[i].sql, NOTHING, &statement, err))
            return false;
        for (int shown = 0; row && shown < VERIFY_SHOWN; shown++) {
            char at[48];
            if (!sql_next(journal, statement, &row, err))
                return false;
            text_format(at, sizeof at, "document %lld",
                        (long long)sqlite3_column_int64(statement, 0));
            if (row)
                problem_add(found, rules[i].code, at, NULL, "%s",
                            rules[i].text);
        }
    }
    return true;
}

static bool
check_page(struct journal *journal, sqlite3_stmt *statement, void *user,
           struct err *err)
{
    (void)journal;
    (void)err;
    if (!text_equal(sql_text(statement, 0), "ok"))
        problem_add(user, TP4009, "journal.db", NULL, "%.200s",
                    sql_text(statement, 0));
    return true;
}

static bool
check_parent(struct journal *journal, sqlite3_stmt *statement, void *user,
             struct err *err)
{
    (void)journal;
    (void)err;
    problem_add(user, TP4009, "journal.db", NULL,
                "row %s of %s names a row of %s that is not there",
                sql_text(statement, 1), sql_text(statement, 0),
                sql_text(statement, 2));
    return true;
}

static bool
check_all(struct journal *journal, struct problems *found, struct err *err)
{
    return verify_rows(journal, "PRAGMA integrity_check(20)", check_page, found,
                       err) &&
           verify_rows(journal, "PRAGMA foreign_key_check", check_parent, found,
                       err) &&
           check_history(journal, found, err) &&
           check_rules(journal, found, err) &&
           verify_bytes(journal, found, err) &&
           verify_arrivals(journal, found, err) &&
           verify_numbers(journal, found, err);
}

/* All proofs look at one moment, also while another process writes. */
bool
journal_verify(struct journal *journal, struct problems *found, struct err *err)
{
    bool own = !journal->writing;

    if (journal->remote != NULL && !remote_reader(journal, &journal, err))
        return false;
    if (own && !sql_run(journal, "BEGIN", NOTHING, err))
        return false;
    bool good = check_all(journal, found, err);
    if (own && !sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    return good;
}
