/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted while it happens, so that status and metrics cost the same
 * at any size. Triggers do it: no way of changing a document passes them by.
 * `tradepost verify` counts again and compares.
 */
#include "store/tally.h"

#include "base/decimal.h"
#include "base/text.h"

/* now: documents that are in the state; ever: how often one came into it. */
#define COUNT_UP(ever)                                                  \
    "INSERT INTO tally VALUES(NEW.direction, NEW.\"set\", NEW.partner," \
    " NEW.state, 1, " ever ") ON CONFLICT DO UPDATE SET now = now + 1," \
    " ever = ever + excluded.ever; "
#define COUNT_DOWN                                                       \
    "UPDATE tally SET now = now - 1 WHERE direction = OLD.direction AND" \
    " \"set\" = OLD.\"set\" AND partner = OLD.partner AND state ="       \
    " OLD.state; "
#define SECONDS_DONE "NEW.updated - OLD.created"
#define SECONDS_ACK  "NEW.met - OLD.since"
/* One more of what took so long. */
#define TIME(what, set, partner, milliseconds)                                \
    "INSERT INTO timing VALUES('" what "', " set ", " partner                 \
    ", ifnull((SELECT min(seconds) FROM bound WHERE what = '" what            \
    "' AND seconds * 1000 >= " milliseconds "), -1), 1, max(0, " milliseconds \
    ")) ON CONFLICT DO UPDATE SET count = count + 1,"                         \
    " milliseconds = milliseconds + excluded.milliseconds; "

/* clang-format off */
const char schema_tally[] =
    "CREATE TABLE tally(direction TEXT NOT NULL, \"set\" TEXT NOT NULL,"
    " partner TEXT NOT NULL, state TEXT NOT NULL, now INTEGER NOT NULL,"
    " ever INTEGER NOT NULL, PRIMARY KEY(direction, \"set\", partner, state))"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO tally SELECT direction, \"set\", partner, state, count(*),"
    " count(*) FROM document GROUP BY 1, 2, 3, 4;"

    "CREATE TABLE bound(what TEXT NOT NULL, seconds INTEGER NOT NULL,"
    " PRIMARY KEY(what, seconds)) STRICT, WITHOUT ROWID;"
    "INSERT INTO bound VALUES ('done', 1), ('done', 5), ('done', 15),"
    " ('done', 60), ('done', 300), ('done', 3600), ('done', 14400),"
    " ('done', 86400), ('ack', 60), ('ack', 300), ('ack', 900),"
    " ('ack', 3600), ('ack', 14400), ('ack', 86400), ('ack', 172800);"
    "CREATE TABLE timing(what TEXT NOT NULL, \"set\" TEXT NOT NULL,"
    " partner TEXT NOT NULL, bound INTEGER NOT NULL, count INTEGER NOT NULL,"
    " milliseconds INTEGER NOT NULL,"
    " PRIMARY KEY(what, \"set\", partner, bound)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE posted(\"set\" TEXT NOT NULL, currency TEXT NOT NULL,"
    " amount TEXT NOT NULL, PRIMARY KEY(\"set\", currency))"
    " STRICT, WITHOUT ROWID;";

const char schema_tally_triggers[] =
    "CREATE TRIGGER tally_added AFTER INSERT ON document BEGIN "
    COUNT_UP("1") "END;"
    "CREATE TRIGGER tally_moved AFTER UPDATE OF state, direction, \"set\","
    " partner ON document WHEN OLD.state <> NEW.state OR OLD.direction <>"
    " NEW.direction OR OLD.\"set\" <> NEW.\"set\" OR OLD.partner <>"
    " NEW.partner BEGIN " COUNT_DOWN COUNT_UP("OLD.state <> NEW.state") "END;"
    "CREATE TRIGGER tally_done AFTER UPDATE OF state ON document"
    " WHEN OLD.state <> 'done' AND NEW.state = 'done' BEGIN "
    TIME("done", "NEW.\"set\"", "''", SECONDS_DONE) "END;"
    /* Numbers of documents are not used again, so the highest counts all. */
    "CREATE TRIGGER tally_removed AFTER DELETE ON document BEGIN " COUNT_DOWN
    "INSERT INTO counter VALUES('removed', 1) ON CONFLICT DO UPDATE SET"
    " value = value + 1; END;"
    "CREATE TRIGGER tally_met AFTER UPDATE OF met ON expectation"
    " WHEN OLD.met IS NULL AND NEW.met IS NOT NULL BEGIN "
    TIME("ack", "ifnull((SELECT \"set\" FROM document WHERE id ="
         " NEW.document), '')", "NEW.partner", SECONDS_ACK) "END;";
/* clang-format on */

static bool
is_posted(const struct document *document)
{
    return document->posted == POSTED_POSTED ||
           document->posted == POSTED_DRAFT;
}

bool
tally_posted(struct journal *journal, const struct document *now,
             const struct document *before, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct decimal amount = decimal_of(now->amount);
    char sum[DECIMAL_TEXT];
    bool row;

    if (is_posted(before) || !is_posted(now) ||
        decimal_compare(amount, decimal_of("0")) <= 0)
        return true;
    if (!sql_open(journal,
                  "SELECT amount FROM posted WHERE \"set\" = ? AND"
                  " currency = ?",
                  BIND(TEXT(now->set), TEXT(now->currency)), &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (row)
        amount = decimal_add(amount, decimal_of(sql_text(statement, 0)));
    return sql_run(journal, "INSERT OR REPLACE INTO posted VALUES(?,?,?)",
                   BIND(TEXT(now->set), TEXT(now->currency),
                        TEXT(decimal_text(amount, sum))),
                   err);
}
