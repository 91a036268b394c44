/* SPDX-License-Identifier: Apache-2.0 */
/* Purchase orders: how far each is, and one of them line by line. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/doc.h"
#include "record/record.h"
#include "store/journal.h"

enum { LINES_MAX = 1000 };

/* Each order with the newest ship notice and the newest invoice about it. */
static const char orders[] =
    "SELECT o.number, o.partner, o.date, o.lines, o.amount, o.currency,"
    " o.delivered, o.acknowledged, s.number, s.erp_number, i.number,"
    " i.erp_number,"
    " CASE WHEN i.posted = 'posted' THEN 'invoice posted'"
    " WHEN i.doc IS NOT NULL THEN 'invoiced'"
    " WHEN s.posted = 'posted' THEN 'goods received'"
    " WHEN s.doc IS NOT NULL THEN 'shipped'"
    " WHEN o.acknowledged IN ('accepted', 'errors') THEN 'acknowledged'"
    " WHEN o.acknowledged IN ('rejected', 'partial') THEN 'rejected'"
    " WHEN o.delivered = 'sent' THEN 'sent'"
    " WHEN o.state IN ('held', 'dead', 'unknown') THEN o.state"
    " ELSE 'not sent yet' END, o.doc"
    " FROM documents o"
    " LEFT JOIN documents s ON s.doc = (SELECT max(x.doc) FROM documents x"
    " WHERE x.related = o.number AND x.related <> '' AND x.partner = o.partner"
    " AND x.type = '856' AND x.state NOT IN ('ignored', 'replaced'))"
    " LEFT JOIN documents i ON i.doc = (SELECT max(x.doc) FROM documents x"
    " WHERE x.related = o.number AND x.related <> '' AND x.partner = o.partner"
    " AND x.type = '810' AND x.state NOT IN ('ignored', 'replaced'))";

static const struct column columns[] = { { "number", "PO", COLUMN_TEXT },
                                         { "partner", "PARTNER", COLUMN_TEXT },
                                         { "date", "DATE", COLUMN_TEXT },
                                         { "lines", "LINES", COLUMN_COUNT },
                                         { "amount", "AMOUNT", COLUMN_AMOUNT },
                                         { "currency", "CUR", COLUMN_TEXT },
                                         { "delivered", "SENT", COLUMN_AXIS },
                                         { "acknowledged", "ACK", COLUMN_AXIS },
                                         { "shipment", "SHIP NOTICE",
                                           COLUMN_TEXT },
                                         { "receipt", "RECEIPT", COLUMN_TEXT },
                                         { "invoice", "INVOICE", COLUMN_TEXT },
                                         { "bill", "BILL", COLUMN_TEXT },
                                         { "stage", "STAGE", COLUMN_TEXT },
                                         { "id", "ID", COLUMN_EXTRA },
                                         { 0 } };

static void
select_orders(struct ask *ask, struct cli *cli)
{
    ask_begin(ask, cli, orders);
    ask_only(ask, "o.kind = 'order' AND o.direction = 'out'"
                  " AND o.state NOT IN ('ignored', 'replaced')");
}

static bool
list(struct cli *cli, struct out *out, struct err *err)
{
    CLEANUP(ask_drop) struct ask ask = { 0 };

    select_orders(&ask, cli);
    ask_where(&ask, "instr(lower(o.number), lower(?)) > 0",
              cli->count > 0 ? cli->words[0] : NULL);
    return ask_options(&ask, "o.created_ms", "o.partner", err) &&
           ask_list(&ask, "ORDER BY o.doc DESC", out, err);
}

enum exit_code
cmd_order_list(struct cli *cli)
{
    CLEANUP(buf_free) struct buf totals = { 0 };
    struct out out;

    if (!cli_open(cli) || !out_begin(&out, cli, "order", columns, &cli->err) ||
        !list(cli, &out, &cli->err))
        return cli_fail(cli);
    out_end(&out);
    out_totals(&out, "amount", "currency", &totals);
    if (cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_NO_HEADER))
        printf("%zu order%s  %s\n", out_rows(&out),
               out_rows(&out) == 1 ? "" : "s", buf_text(&totals));
    cli_next(cli, "order show PO");
    return EXIT_OK;
}

static const struct column line_columns[] = {
    { "line", "LINE", COLUMN_TEXT },
    { "item", "ITEM", COLUMN_TEXT },
    { "description", "DESCRIPTION", COLUMN_TEXT },
    { "unit", "UM", COLUMN_TEXT },
    { "ordered", "ORDERED", COLUMN_QUANTITY },
    { "shipped", "SHIPPED", COLUMN_QUANTITY },
    { "received", "RECEIVED", COLUMN_QUANTITY },
    { "invoiced", "INVOICED", COLUMN_QUANTITY },
    { "price", "PRICE", COLUMN_AMOUNT },
    { "invoice_price", "INVOICED AT", COLUMN_AMOUNT },
    { 0 }
};

struct line {
    const json_t *ordered;
    struct decimal shipped, received, invoiced;
    const char *price; /* of the last invoice */
};

struct order {
    struct cli *cli;
    const char *number;
    struct line lines[LINES_MAX];
    size_t count;
    struct record *records[256]; /* what lines point into; freed at the end */
    size_t record_count;
};

/* A partner's line meets ours by our item number, or theirs. */
static struct line *
line_for(struct order *order, const json_t *line)
{
    static const char *const names[] = { "item", "vendor_item", "gtin" };

    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        const char *value = node_text(line, names[n]);
        for (size_t i = 0; value != NULL && i < order->count; i++)
            if (text_equal(node_text(order->lines[i].ordered, names[n]), value))
                return &order->lines[i];
    }
    return NULL;
}

/* What NAV was told of counts as received too. */
static void
add_shipped(struct order *order, const json_t *lines, bool posted)
{
    const json_t *line;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        struct line *ours = line_for(order, line);
        struct decimal quantity = node_decimal(line, "quantity");
        if (ours == NULL)
            continue;
        ours->shipped = decimal_add(ours->shipped, quantity);
        if (posted)
            ours->received = decimal_add(ours->received, quantity);
    }
}

static void
add_invoiced(struct order *order, const json_t *lines)
{
    const json_t *line;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        struct line *ours = line_for(order, line);
        if (ours == NULL)
            continue;
        ours->invoiced =
            decimal_add(ours->invoiced, node_decimal(line, "quantity"));
        ours->price = node_text(line, "price");
    }
}

static void
add_shipment(struct order *order, const struct record *record, bool posted)
{
    const json_t *about, *pack;
    size_t i, j;

    json_array_foreach(record_node(record, "orders"), i, about)
    {
        if (!text_equal(node_text(about, "po_number"), order->number))
            continue;
        add_shipped(order, node_at(about, "lines"), posted);
        json_array_foreach(node_at(about, "packs"), j, pack)
        {
            add_shipped(order, node_at(pack, "lines"), posted);
        }
    }
}

static bool
add_document(struct order *order, const struct document *document,
             struct err *err)
{
    struct record *record;

    if (document->state == DOC_IGNORED || document->state == DOC_REPLACED ||
        order->record_count == sizeof order->records / sizeof *order->records)
        return true;
    if (!doc_record(order->cli, document, &record, err))
        return false;
    if (record == NULL)
        return true;
    order->records[order->record_count++] = record;
    if (record->kind == RECORD_SHIPMENT)
        add_shipment(order, record, document->posted == POSTED_POSTED);
    else if (record->kind == RECORD_INVOICE)
        add_invoiced(order, record_node(record, "lines"));
    return true;
}

static void
add_ordered(struct order *order, const struct record *record)
{
    const json_t *line;
    size_t i;

    json_array_foreach(record_node(record, "lines"), i, line)
    {
        if (order->count < LINES_MAX)
            order->lines[order->count++].ordered = line;
    }
}

static bool
read_order(struct order *order, const struct document *document,
           struct err *err)
{
    struct doc_filter filter = { .direction = DIRECTION_ANY,
                                 .partner = document->partner,
                                 .related = order->number };
    struct document *list;
    struct record *record;
    size_t count;

    if (!doc_record(order->cli, document, &record, err))
        return false;
    if (record != NULL) {
        order->records[order->record_count++] = record;
        add_ordered(order, record);
    }
    if (!journal_list(order->cli->journal, &filter, order->cli->arena, &list,
                      &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_document(order, &list[i], err))
            return false;
    return true;
}

static void
add_line(struct out *out, const struct line *line)
{
    char text[DECIMAL_TEXT];

    out_cell(out, node_text(line->ordered, "line"));
    out_cell(out, node_text(line->ordered, "item"));
    out_cell(out, node_text(line->ordered, "description"));
    out_cell(out, node_text(line->ordered, "unit"));
    out_cell(out, node_text(line->ordered, "quantity"));
    out_cell(out, decimal_text(line->shipped, text));
    out_cell(out, decimal_text(line->received, text));
    out_cell(out, decimal_text(line->invoiced, text));
    out_cell(out, node_text(line->ordered, "price"));
    out_cell(out, line->price);
}

/* The newest order of that number that counts. */
static bool
find_order(struct cli *cli, const char *number, struct document *document)
{
    const char *id = "";
    struct ask ask;

    ask_begin(&ask, cli, "SELECT o.doc FROM documents o");
    ask_only(&ask, "o.kind = 'order' AND o.direction = 'out'");
    ask_where(&ask, "o.number = ? AND o.number <> ''", number);
    ask_end(&ask, "ORDER BY o.state IN ('ignored', 'replaced'), o.doc DESC");
    if (!ask_value(&ask, &id, &cli->err))
        return false;
    return id[0] != '\0' ? doc_find(cli, id, document)
                         : err_set(&cli->err, TP8003,
                                   "found no purchase order \"%.60s\"", number);
}

static bool
print_order(struct cli *cli, const struct document *document)
{
    struct ask ask;
    struct out head;

    if (!out_begin(&head, cli, "order", columns, &cli->err))
        return false;
    select_orders(&ask, cli);
    ask_where(&ask, "o.doc = CAST(? AS INTEGER)",
              arena_printf(cli->arena, "%lld", (long long)document->id));
    if (!ask_rows(&ask, &head, &cli->err))
        return false;
    /* Two tables in one are for people, and for who reads line by line. */
    if (cli->format != FORMAT_CSV && cli->format != FORMAT_TSV)
        out_end(&head);
    if (cli->format == FORMAT_TEXT)
        putchar('\n');
    return true;
}

enum exit_code
cmd_order_show(struct cli *cli)
{
    struct order *order = arena_alloc(cli->arena, sizeof *order);
    struct document document = { 0 };
    struct out out;

    if (!cli_open(cli) || !find_order(cli, cli->words[0], &document))
        return cli_fail(cli);
    order->cli = cli;
    order->number = document.number;
    bool good = print_order(cli, &document) &&
                read_order(order, &document, &cli->err) &&
                out_begin(&out, cli, "order-line", line_columns, &cli->err);
    for (size_t i = 0; good && i < order->count; i++)
        add_line(&out, &order->lines[i]);
    if (good)
        out_end(&out);
    for (size_t i = 0; i < order->record_count; i++)
        record_free(&order->records[i]);
    if (!good)
        return cli_fail(cli);
    cli_next(cli, "doc trace %lld", (long long)document.id);
    return EXIT_OK;
}
