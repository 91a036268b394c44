/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The views that reports name. They are temporary, made at each open, so they
 * belong to the program and never have to be migrated. doc/SPOOL.md lists
 * them for people who write reports; columns are added, never renamed.
 */
#include "store/journal_private.h"

#define STAMP(column) \
    "strftime('%Y-%m-%dT%H:%M:%SZ', " column " / 1000, 'unixepoch')"

/* Whose turn it is. */
#define COURT                                                            \
    "CASE WHEN d.state IN ('held','dead') OR d.acked IN ('rejected',"    \
    "'errors','partial') OR d.code = 'TP7047' THEN 'you'"                \
    " WHEN d.state IN ('unknown','working','deferred','queued')"         \
    " THEN CASE d.direction WHEN 'out' THEN 'partner' ELSE 'system' END" \
    " WHEN d.state = 'done' AND d.acked IN ('waiting','late')"           \
    " THEN 'partner' ELSE 'nobody' END"

/* clang-format off */
static const char documents[] =
    "CREATE TEMP VIEW documents AS SELECT d.id AS doc, d.direction AS"
    " direction, d.\"set\" AS type, d.kind AS kind, d.state AS state,"
    " d.partner AS partner, d.number AS number, d.related AS related,"
    " d.purpose AS purpose, d.date AS date, d.lines AS lines, d.amount AS"
    " amount, d.currency AS currency, d.test AS test, d.valid AS valid,"
    " d.delivered AS delivered, d.acked AS acknowledged, d.posted AS posted, "
    COURT " AS court, d.code AS code, d.reason AS reason, d.waits_for AS"
    " waits_for, d.system_number AS erp_number, d.evidence AS evidence,"
    " d.interchange AS interchange, d.ordinal AS ordinal, d.isa AS isa, d.gs"
    " AS gs, d.st AS st, d.version AS version, d.texts AS texts, d.key AS key,"
    " d.origin AS origin, d.original AS original, d.attempts AS attempts, "
    STAMP("d.created") " AS created," STAMP( "d.updated") " AS updated, "
    STAMP("d.due") " AS due, d.created AS created_ms, d.updated AS updated_ms,"
    " d.due AS due_ms FROM main.document d";

static const char entities[] =
    "CREATE TEMP VIEW entities AS SELECT e.id AS entity, e.kind AS kind,"
    " e.number AS number, e.fields ->> '$.name' AS name, e.fields AS fields, "
    STAMP("e.changed") " AS changed, e.changed AS changed_ms FROM main.entity"
    " e";

static const char links[] =
    "CREATE TEMP VIEW links AS SELECT l.entity AS entity, e.kind AS kind,"
    " e.number AS number, l.system AS system, l.remote AS remote, l.state AS"
    " state, l.code AS code, l.reason AS reason, l.waits_for AS waits_for,"
    " l.attempts AS attempts, l.seen AS seen, l.theirs AS agreed, "
    STAMP("l.due") " AS due, " STAMP("l.updated") " AS updated, l.due AS"
    " due_ms, l.updated AS updated_ms FROM main.link l JOIN main.entity e ON"
    " e.id = l.entity";

static const char events[] =
    "CREATE TEMP VIEW events AS SELECT e.id AS event, e.document AS doc, "
    STAMP( "e.at") " AS at, e.actor AS actor, e.what AS what, e.detail AS"
    " detail, e.state AS state, lower(hex(e.hash)) AS hash, e.at AS at_ms FROM"
    " main.event e";

static const char effects[] =
    "CREATE TEMP VIEW effects AS SELECT f.id AS effect, f.document AS doc,"
    " f.kind AS kind, f.target AS target, f.key AS key, f.state AS state,"
    " f.number AS number, f.evidence AS evidence, f.attempts AS attempts, CASE"
    " WHEN f.attempted > 0 THEN " STAMP( "f.attempted") " END AS attempted,"
    " f.attempted AS attempted_ms FROM main.effect f";

static const char interchanges[] =
    "CREATE TEMP VIEW interchanges AS SELECT i.id AS interchange, i.arrival AS"
    " arrival, i.direction AS direction, i.state AS state, i.partner AS"
    " partner, i.channel AS channel, i.name AS name, i.sender AS sender,"
    " i.receiver AS receiver, i.control AS control, i.test AS test,"
    " i.ack_asked AS ack_asked, lower(hex(i.sha256)) AS sha256, i.size AS"
    " size, i.\"offset\" AS \"offset\", i.reason AS reason,"
    STAMP( "i.created") " AS created, i.created AS created_ms FROM"
    " main.interchange i";

static const char expectations[] =
    "CREATE TEMP VIEW expectations AS SELECT x.document AS doc, x.what AS"
    " what, x.partner AS partner, " STAMP("x.due") " AS due," STAMP( "x.since")
    " AS since, CASE WHEN x.met IS NOT NULL THEN " STAMP("x.met") " END AS"
    " met, x.due AS due_ms, x.since AS since_ms, x.met AS met_ms FROM"
    " main.expectation x";

/* What needs somebody: held, dead, in doubt, rejected or in error. */
static const char exceptions[] =
    "CREATE TEMP VIEW exceptions AS SELECT age_text(now_ms() - d.updated) AS"
    " age," STAMP( "d.due") " AS due, CASE WHEN d.state = 'dead' OR d.acked ="
    " 'rejected' OR d.posted = 'rejected' THEN 'high' WHEN d.state = 'unknown'"
    " THEN 'high' ELSE 'normal' END AS severity, CASE WHEN d.state = 'held'"
    " AND d.waits_for <> '' THEN 'missing ' || substr(d.waits_for, 1,"
    " instr(d.waits_for || ':', ':') - 1) WHEN d.state = 'unknown' THEN"
    " 'unsure' WHEN d.acked IN ('rejected','errors','partial') OR d.code ="
    " 'TP7047' THEN"
    " 'acknowledgment' WHEN d.code <> '' THEN error_kind(d.code) ELSE d.state"
    " END AS class, d.id AS doc, d.direction AS direction, d.\"set\" AS type,"
    " d.partner AS partner, d.number AS number, d.date AS date, d.amount AS"
    " amount, d.currency AS currency, d.code AS code, d.reason AS reason, CASE"
    " WHEN d.waits_for <> '' THEN 'comes by itself with ' || d.waits_for WHEN"
    " d.state = 'unknown' THEN 'none: the far side is asked' ELSE"
    " error_fix(d.code) END AS action, ifnull((SELECT e.detail FROM main.event"
    " e WHERE e.document = d.id AND e.what = 'owner' ORDER BY e.id DESC LIMIT"
    " 1), '') AS owner, d.state AS state, d.attempts AS attempts, "
    STAMP( "d.updated") " AS last_try, (SELECT count(*) FROM main.event e"
    " WHERE e.document = d.id AND e.what = 'comment') AS comments, " COURT
    " AS court, d.waits_for AS waits_for, (now_ms() - d.updated) / 60000 AS"
    " age_minutes FROM (SELECT * FROM main.document WHERE state IN"
    " ('held','dead','unknown') AND state <> 'done' UNION ALL SELECT * FROM"
    " main.document WHERE state = 'done' AND (acked IN"
    " ('rejected','errors','partial') OR posted = 'rejected') UNION ALL SELECT"
    " * FROM main.document WHERE code = 'TP7047' AND state = 'done' AND acked ="
    " 'accepted' AND posted <> 'rejected') d";

static const char acks[] =
    "CREATE TEMP VIEW acks AS SELECT x.partner AS partner, d.\"set\" AS type,"
    " d.isa AS isa, d.gs AS gs, d.st AS st, d.number AS number, d.amount AS"
    " amount, d.currency AS currency," STAMP("x.since") " AS sent, (x.due -"
    " x.since) / 3600000 AS sla_hours," STAMP( "x.due") " AS due, CASE WHEN"
    " x.due < now_ms() THEN age_text(now_ms() - x.due) ELSE '' END AS late,"
    " x.due < now_ms() AS is_late, (SELECT count(*) FROM main.event e WHERE"
    " e.document = d.id AND e.what = 'reminded') AS reminders, x.what AS what,"
    " d.evidence AS transmission, 'partner' AS court, d.id AS doc, x.due AS"
    " due_ms FROM main.expectation x JOIN main.document d ON d.id = x.document"
    " WHERE x.met IS NULL AND x.what <> 'leave'";

/* EDI against the business system, per month; sums are exact. What is not
 * explained by waiting, holding or rejecting is the difference to look for. */
#define SIDE_EDI "(d.direction = 'in' OR d.delivered = 'sent')"
#define SIDE_ERP "(d.direction = 'out' OR d.posted IN ('posted','draft'))"
#define IN_TRANSIT                                                     \
    "(NOT (" SIDE_EDI " AND " SIDE_ERP ") AND d.state IN ('received'," \
    "'translated','queued','working','unknown','deferred'))"
#define HELD "(NOT (" SIDE_EDI " AND " SIDE_ERP ") AND d.state = 'held')"
#define REJECTED                                                     \
    "(NOT (" SIDE_EDI " AND " SIDE_ERP ") AND d.state <> 'held' AND" \
    " (d.state = 'dead' OR d.posted = 'rejected'))"
#define UNEXPLAINED                                            \
    "(NOT (" SIDE_EDI " AND " SIDE_ERP ") AND NOT " IN_TRANSIT \
    " AND NOT " HELD " AND NOT " REJECTED ")"
#define COUNT_OF(side)  "sum(" side ")"
#define AMOUNT_OF(side) "decimal_sum(CASE WHEN " side " THEN d.amount END)"

static const char reconcile[] =
    "CREATE TEMP VIEW reconcile AS SELECT d.partner AS partner, d.\"set\" AS"
    " type, d.direction AS direction, CASE WHEN length(d.date) >= 7 THEN"
    " substr(d.date, 1, 7) ELSE strftime('%Y-%m', d.created / 1000,"
    " 'unixepoch') END AS period, d.currency AS currency, " COUNT_OF(SIDE_EDI)
    " AS edi_count," AMOUNT_OF(SIDE_EDI) " AS edi_amount, " COUNT_OF(SIDE_ERP)
    " AS erp_count, " AMOUNT_OF(SIDE_ERP) " AS erp_amount, "
    COUNT_OF( SIDE_EDI) " - " COUNT_OF(SIDE_ERP) " AS delta_count,"
    " decimal_subtract(" AMOUNT_OF(SIDE_EDI) ", " AMOUNT_OF( SIDE_ERP) ") AS"
    " delta_amount, " COUNT_OF(IN_TRANSIT) " AS in_transit,"
    AMOUNT_OF(IN_TRANSIT) " AS in_transit_amount, " COUNT_OF(HELD) " AS held, "
    AMOUNT_OF( HELD) " AS held_amount, " COUNT_OF(REJECTED) " AS rejected, "
    AMOUNT_OF(REJECTED) " AS rejected_amount, " COUNT_OF( UNEXPLAINED) " AS"
    " unexplained, " AMOUNT_OF(UNEXPLAINED) " AS unexplained_amount FROM"
    " main.document d WHERE d.test = 0 AND d.state NOT IN"
    " ('ignored','replaced') AND d.kind <> 'ack' GROUP BY 1, 2, 3, 4, 5";

static const char controls[] =
    "CREATE TEMP VIEW controls AS SELECT s.name AS series, s.first AS first,"
    " s.last AS last, s.last - s.first + 1 AS count," STAMP( "s.since") " AS"
    " since, ifnull((SELECT group_concat( CASE WHEN v.first = v.last THEN"
    " v.first ELSE v.first || '-' || v.last END || ': ' || v.reason, '; ')"
    " FROM main.void v WHERE v.series = s.name), '') AS voids FROM main.series"
    " s";

static const char incidents[] =
    "CREATE TEMP VIEW incidents AS SELECT i.id AS incident, i.severity AS"
    " severity, i.class AS class, i.partner AS partner, i.subject AS subject,"
    " i.\"text\" AS text, " STAMP("i.begun") " AS begun, CASE WHEN i.ended IS"
    " NOT NULL THEN " STAMP("i.ended") " END AS ended, i.acked_by AS seen_by,"
    " ifnull((SELECT group_concat(channel || ' ' || state, ', ') FROM"
    " main.notice n WHERE n.incident = i.id AND n.edge = CASE WHEN i.ended IS"
    " NULL THEN 'start' ELSE 'end' END), '') AS told, i.begun AS begun_ms,"
    " i.ended AS ended_ms FROM main.incident i";

static const char codes[] =
    "CREATE TEMP VIEW codes AS SELECT c.\"table\" AS \"table\", c.partner AS"
    " partner, c.from_side AS from_side, c.to_side AS to_side, c.value AS"
    " value, c.other AS other," STAMP( "c.at") " AS since, c.at AS since_ms"
    " FROM main.code c";
/* clang-format on */

bool
schema_views(struct journal *journal, struct err *err)
{
    static const char *const views[] = { documents,    events,       effects,
                                         interchanges, expectations, exceptions,
                                         acks,         reconcile,    controls,
                                         incidents,    codes,        entities,
                                         links };

    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (sqlite3_exec(journal->db, views[i], NULL, NULL, NULL) != SQLITE_OK)
            return sql_fail(journal, err);
    return true;
}
