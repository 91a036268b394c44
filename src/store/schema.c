/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's tables. steps[n] brings version n to n + 1, in one
 * transaction; a step that was released is never changed, only followed.
 */
#include "base/text.h"
#include "store/entity_private.h"
#include "store/incident_private.h"
#include "store/journal_private.h"
#include "store/tally.h"

static const char documents_0[] =
    "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL)"
    " STRICT, WITHOUT ROWID;"

    "CREATE TABLE payload(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL,"
    " size INTEGER NOT NULL, bytes BLOB) STRICT;"

    "CREATE TABLE interchange(id INTEGER PRIMARY KEY,"
    " arrival INTEGER REFERENCES interchange, direction TEXT NOT NULL,"
    " state TEXT NOT NULL, partner TEXT NOT NULL, channel TEXT NOT NULL,"
    " name TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL,"
    " control TEXT NOT NULL, test INTEGER NOT NULL, ack_asked INTEGER NOT NULL,"
    " sha256 BLOB, size INTEGER NOT NULL, \"offset\" INTEGER NOT NULL,"
    " reason TEXT NOT NULL, created INTEGER NOT NULL,"
    " source TEXT, payload INTEGER) STRICT;"
    "CREATE INDEX interchange_waiting ON interchange(id)"
    " WHERE state = 'received' AND source IS NOT NULL;"
    "CREATE INDEX interchange_control ON interchange(control, sender)"
    " WHERE control <> '';"
    "CREATE INDEX interchange_arrival ON interchange(arrival)"
    " WHERE arrival IS NOT NULL;"
    "CREATE INDEX interchange_source ON interchange(sha256)"
    " WHERE source IS NOT NULL;"

    "CREATE TABLE document(id INTEGER PRIMARY KEY, direction TEXT NOT NULL,"
    " \"set\" TEXT NOT NULL, kind TEXT NOT NULL, partner TEXT NOT NULL,"
    " number TEXT NOT NULL, related TEXT NOT NULL, key TEXT,"
    " origin TEXT NOT NULL, interchange INTEGER REFERENCES interchange,"
    " gs TEXT NOT NULL, purpose TEXT NOT NULL, date TEXT NOT NULL,"
    " ordinal INTEGER NOT NULL, isa TEXT NOT NULL, st TEXT NOT NULL,"
    " version TEXT NOT NULL, original INTEGER REFERENCES document,"
    " created INTEGER NOT NULL, lines INTEGER NOT NULL, amount TEXT NOT NULL,"
    " currency TEXT NOT NULL, test INTEGER NOT NULL, texts TEXT NOT NULL,"
    " state TEXT NOT NULL, valid TEXT NOT NULL, delivered TEXT NOT NULL,"
    " acked TEXT NOT NULL, posted TEXT NOT NULL, code TEXT NOT NULL,"
    " reason TEXT NOT NULL, waits_for TEXT NOT NULL,"
    " system_number TEXT NOT NULL, evidence TEXT NOT NULL,"
    " attempts INTEGER NOT NULL, updated INTEGER NOT NULL,"
    " due INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX document_key ON document(key) WHERE key IS NOT NULL;"
    "CREATE INDEX document_open ON document(state, id, due)"
    " WHERE state <> 'done';"
    "CREATE INDEX document_number ON document(number) WHERE number <> '';"
    "CREATE INDEX document_related ON document(related) WHERE related <> '';"
    "CREATE INDEX document_origin ON document(origin) WHERE origin <> '';"
    "CREATE INDEX document_interchange ON document(interchange)"
    " WHERE interchange IS NOT NULL;"
    "CREATE INDEX document_group ON document(gs, partner)"
    " WHERE gs <> '' AND direction = 'out';"
    "CREATE INDEX document_waits ON document(waits_for)"
    " WHERE waits_for <> '';"

    "CREATE INDEX document_refused ON document(id) WHERE (acked IN"
    " ('rejected','errors','partial') OR posted = 'rejected');";

static const char others_0[] =
    "CREATE TABLE part(document INTEGER NOT NULL REFERENCES document,"
    " role TEXT NOT NULL, payload INTEGER NOT NULL,"
    " PRIMARY KEY(document, role)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE lease(document INTEGER PRIMARY KEY REFERENCES document,"
    " token INTEGER NOT NULL, until INTEGER NOT NULL, boot TEXT NOT NULL)"
    " STRICT;"

    "CREATE TABLE effect(id INTEGER PRIMARY KEY,"
    " document INTEGER NOT NULL REFERENCES document, kind TEXT NOT NULL,"
    " target TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL,"
    " number TEXT NOT NULL, evidence TEXT NOT NULL, attempts INTEGER NOT NULL,"
    " attempted INTEGER NOT NULL, UNIQUE(kind, key)) STRICT;"
    "CREATE INDEX effect_document ON effect(document);"
    "CREATE INDEX effect_open ON effect(state)"
    " WHERE state IN ('attempted', 'unknown');"

    "CREATE TABLE event(id INTEGER PRIMARY KEY,"
    " document INTEGER REFERENCES document, at INTEGER NOT NULL,"
    " actor TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL,"
    " state TEXT NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE INDEX event_document ON event(document, id)"
    " WHERE document IS NOT NULL;"

    "CREATE TABLE series(name TEXT PRIMARY KEY, first INTEGER NOT NULL,"
    " last INTEGER NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE void(id INTEGER PRIMARY KEY, series TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " document INTEGER REFERENCES document, reason TEXT NOT NULL,"
    " at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX void_series ON void(series, first);"
    "CREATE INDEX void_document ON void(document)"
    " WHERE document IS NOT NULL;"

    "CREATE TABLE cursor(name TEXT PRIMARY KEY, text TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE seen(\"set\" TEXT NOT NULL, item TEXT NOT NULL,"
    " at INTEGER NOT NULL, PRIMARY KEY(\"set\", item)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE code(id INTEGER PRIMARY KEY, \"table\" TEXT NOT NULL,"
    " partner TEXT NOT NULL, from_side TEXT NOT NULL, to_side TEXT NOT NULL,"
    " value TEXT NOT NULL, other TEXT NOT NULL, at INTEGER NOT NULL,"
    " UNIQUE(\"table\", partner, from_side, to_side, value)) STRICT;"
    "CREATE INDEX code_back ON code(\"table\", other);"

    "CREATE TABLE expectation(document INTEGER NOT NULL, what TEXT NOT NULL,"
    " partner TEXT NOT NULL, due INTEGER NOT NULL, since INTEGER NOT NULL,"
    " met INTEGER, PRIMARY KEY(document, what, partner))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX expectation_open ON expectation(due) WHERE met IS NULL;";

/* Where the spool shows each document; two rows while it moves. */
static const char shown_1[] =
    "CREATE TABLE shown(document INTEGER NOT NULL REFERENCES document,"
    " path TEXT NOT NULL, PRIMARY KEY(document, path))"
    " STRICT, WITHOUT ROWID;";

/* The vault's rows. What was removed stays, without its bytes, so that no
 * version is given twice. */
static const char secret_2[] =
    "CREATE TABLE secret(name TEXT NOT NULL, environment TEXT NOT NULL,"
    " version INTEGER NOT NULL, \"key\" TEXT NOT NULL, sealed BLOB NOT NULL,"
    " at INTEGER NOT NULL, actor TEXT NOT NULL,"
    " PRIMARY KEY(name, environment)) STRICT, WITHOUT ROWID;";

/* When retention removed the bytes; their hash and size stay. */
static const char purged_5[] =
    "ALTER TABLE payload ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;";

/* What stands before a document in a strict lane. */
static const char lane_6[] =
    "CREATE INDEX document_lane ON document(partner, \"set\", direction, id)"
    " WHERE state <> 'done';";

/* What waits for a time, and not whatever else is on its way. */
static const char due_7[] = "CREATE INDEX document_due ON document(due)"
                            " WHERE due > 0 AND state <> 'done';";

/* Accepted by the partner after it had rejected it (TP7047). */
static const char disputed_8[] =
    "CREATE INDEX document_disputed ON document(id) WHERE code = 'TP7047';";

/* The scripts of each step, in order. */
static const char *const steps[][4] = { { documents_0, others_0 },
                                        { shown_1 },
                                        { secret_2 },
                                        { schema_tally, schema_tally_triggers },
                                        { schema_incident },
                                        { purged_5 },
                                        { lane_6 },
                                        { due_7 },
                                        { disputed_8 },
                                        { schema_entity } };
enum { VERSION = sizeof steps / sizeof steps[0] };
enum { APPLICATION = 0x54504a31 }; /* "TPJ1" in the file's header */

static bool
run(struct journal *journal, const char *script, struct err *err)
{
    return sqlite3_exec(journal->db, script, NULL, NULL, NULL) == SQLITE_OK ||
           sql_fail(journal, err);
}

static bool
pragma(struct journal *journal, const char *text, int64_t *out, struct err *err)
{
    bool found;

    return sql_number(journal, text, NOTHING, out, &found, err);
}

static bool
step_from(struct journal *journal, int64_t version, struct err *err)
{
    char stamp[96];

    text_format(stamp, sizeof stamp,
                "PRAGMA application_id=%d; PRAGMA user_version=%lld",
                (int)APPLICATION, (long long)version + 1);
    bool good = run(journal, "BEGIN IMMEDIATE", err);
    for (size_t i = 0; good && i < 4 && steps[version][i] != NULL; i++)
        good = run(journal, steps[version][i], err);
    if (good && run(journal, stamp, err) && run(journal, "COMMIT", err))
        return true;
    if (!sqlite3_get_autocommit(journal->db))
        sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool
schema_migrate(struct journal *journal, struct err *err)
{
    int64_t version, application, tables;

    if (!pragma(journal, "PRAGMA user_version", &version, err) ||
        !pragma(journal, "PRAGMA application_id", &application, err) ||
        !pragma(journal, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return false;
    if (tables > 0 && application != APPLICATION)
        return err_set(err, TP4009,
                       "%s/journal.db is not a journal of Tradepost",
                       journal->dir);
    if (version > VERSION || (journal->reader && version < VERSION))
        return err_set(err, TP4008,
                       "the journal in %s has version %lld, this program "
                       "works with %d",
                       journal->dir, (long long)version, (int)VERSION);
    for (; version < VERSION; version++)
        if (!step_from(journal, version, err))
            return false;
    return true;
}
