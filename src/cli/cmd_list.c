/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of documents: all, those on their way, acknowledgments, orders. */
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/lanes.h"
#include "store/document.h"

static const struct column doc_columns[] = {
    { "id", "ID", COLUMN_COUNT },
    { "time", "TIME", COLUMN_TIME },
    { "direction", "DIR", COLUMN_TEXT },
    { "type", "TYPE", COLUMN_TEXT },
    { "partner", "PARTNER", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT },
    { "related", "ABOUT", COLUMN_EXTRA },
    { "lines", "LINES", COLUMN_COUNT },
    { "amount", "AMOUNT", COLUMN_AMOUNT },
    { "currency", "CUR", COLUMN_TEXT },
    { "valid", "V", COLUMN_AXIS },
    { "delivered", "D", COLUMN_AXIS },
    { "acknowledged", "A", COLUMN_AXIS },
    { "posted", "P", COLUMN_AXIS },
    { "state", "STATE", COLUMN_TEXT },
    { "court", "COURT", COLUMN_TEXT },
    { "erp_number", "ERP DOC", COLUMN_TEXT },
    { "isa", "ISA", COLUMN_EXTRA },
    { "gs", "GS", COLUMN_EXTRA },
    { "st", "ST", COLUMN_EXTRA },
    { "code", "CODE", COLUMN_EXTRA },
    { "reason", "REASON", COLUMN_EXTRA },
    { "waits_for", "WAITS FOR", COLUMN_EXTRA },
    { 0 }
};

#define DOC_SELECT                                                       \
    "SELECT doc, created_ms, direction, type, partner, number, related," \
    " lines, amount, currency, valid, delivered, acknowledged, posted,"  \
    " state, court, erp_number, isa, gs, st, code, reason, waits_for"    \
    " FROM documents"

static void
footer(const struct cli *cli, const struct out *out, const char *what,
       bool legend)
{
    struct buf totals = { 0 };

    if (cli->format != FORMAT_TEXT || cli_has(cli, OPTION_NO_HEADER))
        return;
    out_totals(out, "amount", "currency", &totals);
    printf("%zu %s%s%s%s%s\n", out_rows(out), what,
           out_rows(out) == 1 ? "" : "s", totals.size ? "  " : "",
           buf_text(&totals),
           legend && out_rows(out) > 0
               ? "   (V valid  D delivered  A acknowledged  P posted;  + ok  "
                 ". waiting  ~ draft or remarks  ! problem  - n/a)"
               : "");
    buf_free(&totals);
}

struct list {
    const char *name; /* in JSON */
    const struct column *columns;
    bool (*rows)(struct cli *, struct out *, struct err *);
    bool legend;
};

static bool
print_list(struct cli *cli, const struct list *list, struct out *out)
{
    if (!cli_open(cli) ||
        !out_begin(out, cli, list->name, list->columns, &cli->err) ||
        !list->rows(cli, out, &cli->err))
        return false;
    out_end(out);
    footer(cli, out, "document", list->legend);
    return true;
}

/* --state, as a word that exists. */
static bool
ask_state(struct ask *ask, struct err *err)
{
    const char *wanted = ask->cli->option[OPTION_STATE];
    const char *names[DOC_STATES];
    enum doc_state state = DOC_DONE;

    if (wanted == NULL || doc_state_by_name(wanted, &state)) {
        ask_where(ask, "state = ?", wanted);
        /* The very term of the index on what is not done. */
        if (wanted != NULL && state != DOC_DONE)
            ask_only(ask, "state <> 'done'");
        return true;
    }
    for (int i = 0; i < DOC_STATES; i++)
        names[i] = doc_state_name((enum doc_state)i);
    const char *near = text_nearest(wanted, names, DOC_STATES);
    return err_set(err, TP8002,
                   "--state: found \"%.40s\", expected a state such as held%s%s"
                   "%s",
                   wanted, near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "");
}

/* Each is found by an index of its own. */
static const char exactly[] =
    "doc IN (SELECT id FROM main.document WHERE number = ? AND number <> ''"
    " UNION ALL SELECT id FROM main.document WHERE related = ? AND related <>"
    " '' UNION ALL SELECT id FROM main.document WHERE system_number = ? AND"
    " system_number <> '')";

/* An amount as it may have been written: 8120, 8120.0, 8120.00. */
static void
ask_amount(struct ask *ask, const char *amount)
{
    struct cli *cli = ask->cli;
    struct decimal value = decimal_of(amount);
    char plain[DECIMAL_TEXT], one[DECIMAL_TEXT], two[DECIMAL_TEXT];

    decimal_text(value, plain);
    decimal_fixed(value, 1, one);
    decimal_fixed(value, 2, two);
    ask_only(ask, arena_printf(cli->arena,
                               "amount <> '' AND amount IN ('%s', '%s', '%s')",
                               plain, one, two));
}

/* What it is exactly before what it is a part of: a number is looked up, a part
 * of one makes every document be read. */
static bool
ask_text(struct ask *ask, const char *text, struct err *err)
{
    struct decimal amount;
    const char *found;
    struct ask first;

    if (text[0] == '=' && decimal_parse(&amount, text + 1, strlen(text + 1))) {
        ask_amount(ask, text + 1);
        return true;
    }
    ask_begin(&first, ask->cli, "SELECT 'found' FROM documents");
    ask_where(&first, exactly, text);
    ask_end(&first, "LIMIT 1");
    if (!ask_value(&first, &found, err))
        return false;
    ask_where(ask,
              found[0] != '\0'
                  ? exactly
                  : "instr(lower(number || ' ' || related || ' ' || erp_number"
                    "), lower(?)) > 0",
              text);
    return true;
}

static bool
doc_list(struct cli *cli, struct out *out, struct err *err)
{
    CLEANUP(ask_drop) struct ask ask = { 0 };

    ask_begin(&ask, cli, DOC_SELECT);
    ask_where(&ask, "type = ?", cli->option[OPTION_TYPE]);
    if (cli->count > 0 && !ask_text(&ask, cli->words[0], err)) {
        buf_free(&ask.sql);
        return false;
    }
    return ask_state(&ask, err) &&
           ask_options(&ask, "created_ms", "partner", err) &&
           ask_list(&ask, "ORDER BY doc DESC", out, err);
}

enum exit_code
cmd_doc_list(struct cli *cli)
{
    static const struct list list = { "doc", doc_columns, doc_list, true };
    struct out out;

    if (!print_list(cli, &list, &out))
        return cli_fail(cli);
    cli_next(cli, "doc show ID");
    return EXIT_OK;
}

static const struct column queue_columns[] = {
    { "id", "ID", COLUMN_COUNT },
    { "time", "SINCE", COLUMN_TIME },
    { "direction", "DIR", COLUMN_TEXT },
    { "type", "TYPE", COLUMN_TEXT },
    { "partner", "PARTNER", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT },
    { "amount", "AMOUNT", COLUMN_AMOUNT },
    { "currency", "CUR", COLUMN_TEXT },
    { "state", "STATE", COLUMN_TEXT },
    { "attempts", "TRIES", COLUMN_COUNT },
    { "due", "NEXT TRY", COLUMN_TIME },
    { "behind", "BEHIND", COLUMN_COUNT },
    { "reason", "REASON", COLUMN_TEXT },
    { "code", "CODE", COLUMN_EXTRA },
    { 0 }
};

static bool
queue_list(struct cli *cli, struct out *out, struct err *err)
{
    CLEANUP(ask_drop) struct ask ask = { 0 };
    CLEANUP(buf_free) struct buf sql = { 0 };

    buf_adds(&sql, "SELECT doc, updated_ms, direction, type, partner, number,"
                   " amount, currency, state, attempts, due_ms, ");
    if (!lanes_term(cli, &sql, err))
        return false;
    buf_adds(&sql, ", reason, code FROM documents");
    ask_begin(&ask, cli, buf_text(&sql));
    ask_only(&ask, "state <> 'done' AND state IN ('received', 'translated',"
                   " 'queued', 'working', 'unknown', 'deferred')");
    ask_where(&ask, "type = ?", cli->option[OPTION_TYPE]);
    return ask_options(&ask, NULL, "partner", err) &&
           ask_list(&ask, "ORDER BY doc", out, err);
}

enum exit_code
cmd_queue_list(struct cli *cli)
{
    static const struct list list = { "queue", queue_columns, queue_list,
                                      false };
    struct out out;

    if (!print_list(cli, &list, &out))
        return cli_fail(cli);
    return out_rows(&out) > 0 ? EXIT_FINDINGS : EXIT_OK;
}

static const struct column ack_columns[] = {
    { "id", "ID", COLUMN_COUNT },        { "partner", "PARTNER", COLUMN_TEXT },
    { "type", "TYPE", COLUMN_TEXT },     { "isa", "ISA13", COLUMN_TEXT },
    { "gs", "GS06", COLUMN_TEXT },       { "st", "ST02", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT }, { "amount", "AMOUNT", COLUMN_AMOUNT },
    { "currency", "CUR", COLUMN_TEXT },  { "acknowledged", "ACK", COLUMN_TEXT },
    { "due", "DUE", COLUMN_TIME },       { "late", "LATE", COLUMN_TEXT },
    { "reason", "REASON", COLUMN_TEXT }, { 0 }
};

static bool
ack_list(struct cli *cli, struct out *out, struct err *err)
{
    CLEANUP(ask_drop) struct ask ask = { 0 };

    ask_begin(&ask, cli,
              "SELECT d.doc, d.partner, d.type, d.isa, d.gs, d.st, d.number,"
              " d.amount, d.currency, CASE WHEN a.is_late THEN 'late' ELSE"
              " d.acknowledged END, a.due_ms, a.late, d.reason FROM documents d"
              " LEFT JOIN acks a ON a.doc = d.doc");
    ask_only(&ask, "d.direction = 'out' AND d.acknowledged <> '-'");
    if (cli_has(cli, OPTION_LATE))
        ask_only(&ask, "a.is_late OR d.acknowledged = 'late'");
    if (cli_has(cli, OPTION_REJECTED))
        ask_only(&ask, "d.acknowledged IN ('rejected', 'partial', 'errors')");
    return ask_options(&ask, "d.created_ms", "d.partner", err) &&
           ask_list(&ask, "ORDER BY d.doc DESC", out, err);
}

enum exit_code
cmd_ack_list(struct cli *cli)
{
    bool asked = cli_has(cli, OPTION_LATE) || cli_has(cli, OPTION_REJECTED);
    static const struct list list = { "ack", ack_columns, ack_list, false };
    struct out out;

    if (!print_list(cli, &list, &out))
        return cli_fail(cli);
    return asked && out_rows(&out) > 0 ? EXIT_FINDINGS : EXIT_OK;
}

static const struct column trace_columns[] = {
    { "id", "ID", COLUMN_COUNT },
    { "time", "TIME", COLUMN_TIME },
    { "direction", "DIR", COLUMN_TEXT },
    { "type", "TYPE", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT },
    { "amount", "AMOUNT", COLUMN_AMOUNT },
    { "currency", "CUR", COLUMN_TEXT },
    { "valid", "V", COLUMN_AXIS },
    { "delivered", "D", COLUMN_AXIS },
    { "acknowledged", "A", COLUMN_AXIS },
    { "posted", "P", COLUMN_AXIS },
    { "state", "STATE", COLUMN_TEXT },
    { "erp_number", "ERP DOC", COLUMN_TEXT },
    { "evidence", "EVIDENCE", COLUMN_TEXT },
    { 0 }
};

/* The order's number ties them together: the order has it as its own, ship
 * notices and invoices name it. */
static bool
trace(struct cli *cli, const struct document *document, struct out *out,
      struct err *err)
{
    const char *about =
        document->related[0] ? document->related : document->number;
    struct ask ask;

    ask_begin(&ask, cli,
              "SELECT doc, created_ms, direction, type, number, amount,"
              " currency, valid, delivered, acknowledged, posted, state,"
              " erp_number, evidence FROM documents");
    ask_where(&ask, "partner = ?", document->partner);
    ask_where(
        &ask,
        "(number = ? AND number <> '') OR (related = ? AND related <> '')",
        about);
    ask_end(&ask, "ORDER BY doc");
    return ask_rows(&ask, out, err);
}

enum exit_code
cmd_doc_trace(struct cli *cli)
{
    struct document document;
    struct out out;

    if (!cli_open(cli) || !doc_find(cli, cli->words[0], &document) ||
        !out_begin(&out, cli, "doc", trace_columns, &cli->err) ||
        !trace(cli, &document, &out, &cli->err))
        return cli_fail(cli);
    out_end(&out);
    cli_next(cli, "doc show %lld", (long long)document.id);
    return EXIT_OK;
}
