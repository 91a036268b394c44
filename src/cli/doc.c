/* SPDX-License-Identifier: Apache-2.0 */
/* Finding one document, and what it says in its record. */
#include <stdio.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/doc.h"
#include "record/record.h"
#include "store/journal.h"

static bool
by_id(struct cli *cli, const char *name, struct document *document, bool *found)
{
    long id;

    *found = false;
    return !text_number(name, 1000000000000000, &id) ||
           journal_document(cli->journal, id, document, found, &cli->err);
}

static bool
by_number(struct cli *cli, const char *name, struct document *document)
{
    struct doc_filter filter = {
        .direction = DIRECTION_ANY, .number = name, .newest = true, .limit = 10
    };
    struct document *list;
    size_t count;

    if (!journal_list(cli->journal, &filter, cli->arena, &list, &count,
                      &cli->err))
        return false;
    if (count == 0)
        return err_set(&cli->err, TP8003, "found no document \"%.60s\"", name);
    if (count > 1)
        return err_set(&cli->err, TP8004,
                       "found %s%zu documents with the number \"%.60s\", the "
                       "newest with the id %lld",
                       count == 10 ? "at least " : "", count, name,
                       (long long)list[0].id);
    *document = list[0];
    return true;
}

bool
doc_find(struct cli *cli, const char *name, struct document *document)
{
    bool found;

    if (!by_id(cli, name, document, &found))
        return false;
    return found || by_number(cli, name, document);
}

bool
doc_record(struct cli *cli, const struct document *document,
           struct record **record, struct err *err)
{
    CLEANUP(buf_free) struct buf json = { 0 };
    enum record_kind kind;
    bool found;

    *record = NULL;
    if (!record_kind_by_name(document->kind, &kind))
        return true;
    if (!journal_get(cli->journal, document->id, "record", &json, &found, err))
        return false;
    return !found || record_parse(record, kind, json.text, json.size, err);
}

static const struct column goods_columns[] = {
    { "po", "PO", COLUMN_TEXT },
    { "line", "LINE", COLUMN_TEXT },
    { "item", "ITEM", COLUMN_TEXT },
    { "vendor_item", "THEIR ITEM", COLUMN_TEXT },
    { "description", "DESCRIPTION", COLUMN_TEXT },
    { "quantity", "QTY", COLUMN_QUANTITY },
    { "unit", "UM", COLUMN_TEXT },
    { "price", "PRICE", COLUMN_AMOUNT },
    { "amount", "AMOUNT", COLUMN_AMOUNT },
    { 0 }
};

static const struct column payment_columns[] = {
    { "invoice_number", "INVOICE", COLUMN_TEXT },
    { "invoice_date", "DATE", COLUMN_TEXT },
    { "invoice_amount", "INVOICED", COLUMN_AMOUNT },
    { "discount", "DISCOUNT", COLUMN_AMOUNT },
    { "paid", "PAID", COLUMN_AMOUNT },
    { 0 }
};

/* X12 carries no amount for an invoice's line: it is quantity by price. */
static const char *
line_amount(struct out *out, const json_t *line)
{
    const char *said = node_text(line, "amount");
    struct decimal price = node_decimal(line, "price"), amount;
    char text[DECIMAL_TEXT];

    if (said != NULL || node_text(line, "price") == NULL)
        return said;
    amount = decimal_multiply(node_decimal(line, "quantity"), price);
    return arena_strdup(out->cli->arena,
                        decimal_text(decimal_round(amount, 2), text));
}

static const char *
line_cell(struct out *out, const json_t *line, const char *name, const char *po)
{
    if (text_equal(name, "po"))
        return po;
    if (text_equal(name, "amount"))
        return line_amount(out, line);
    return node_text(line, name);
}

static void
add_rows(struct out *out, const json_t *lines, const char *po)
{
    const json_t *line;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        for (const struct column *c = out->columns; c->name != NULL; c++)
            out_cell(out, line_cell(out, line, c->name, po));
    }
}

static void
add_shipped(struct out *out, const struct record *record)
{
    const json_t *order, *pack;
    size_t i, j;

    json_array_foreach(record_node(record, "orders"), i, order)
    {
        const char *po = node_text(order, "po_number");
        add_rows(out, node_at(order, "lines"), po);
        json_array_foreach(node_at(order, "packs"), j, pack)
        {
            add_rows(out, node_at(pack, "lines"), po);
        }
    }
}

/* Columns that no row fills are left out. */
static void
drop_empty(struct out *out)
{
    size_t kept = 0, rows = out_rows(out);

    for (size_t i = 0; i < out->chosen_count; i++) {
        bool filled = false;
        for (size_t row = 0; row < rows && !filled; row++)
            filled = out->cells[row * out->column_count + out->chosen[i]][0];
        if (filled)
            out->chosen[kept++] = out->chosen[i];
    }
    out->chosen_count = kept;
}

void
doc_print_lines(struct cli *cli, const struct record *record)
{
    bool payment = record->kind == RECORD_PAYMENT;
    struct buf table = { 0 };
    struct err ignored = { 0 };
    struct out out;

    if (!out_begin(&out, cli, "line", payment ? payment_columns : goods_columns,
                   &ignored))
        return;
    if (payment)
        add_rows(&out, record_node(record, "applications"), "");
    else if (record->kind == RECORD_SHIPMENT)
        add_shipped(&out, record);
    else
        add_rows(&out, record_node(record, "lines"), "");
    drop_empty(&out);
    out_table(&out, &table);
    fputs(buf_text(&table), stdout);
    buf_free(&table);
}

void
doc_print_parties(const struct record *record)
{
    static const char *const roles[][2] = {
        { "buyer", "Buyer" },     { "seller", "Seller" },
        { "bill_to", "Bill to" }, { "ship_from", "Ship from" },
        { "ship_to", "Ship to" }, { "payer", "Payer" },
        { "payee", "Payee" },
    };
    struct buf line = { 0 };

    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        const json_t *party = record_node(record, roles[i][0]);
        const char *const parts[] = { node_text(party, "name"),
                                      node_text(party, "location"),
                                      node_text(party, "address.line1"),
                                      node_text(party, "address.city"),
                                      node_text(party, "address.state") };
        buf_clear(&line);
        for (size_t j = 0; j < sizeof parts / sizeof parts[0]; j++) {
            if (text_empty(parts[j]))
                continue;
            buf_adds(&line, line.size ? ", " : "");
            out_clean(&line, parts[j]);
        }
        if (line.size > 0)
            printf("%-9s %s\n", roles[i][1], buf_text(&line));
    }
    buf_free(&line);
}
