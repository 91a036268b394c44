/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow_private.h"

#include <string.h>

#include "store/digest.h"

/* What a person sees of a record in a list, by kind. */
static const struct {
    enum record_kind kind;
    const char *number, *related, *date, *amount, *lines;
} faces[] = {
    { RECORD_ORDER, "number", "reference", "date", "total", "lines" },
    { RECORD_SHIPMENT, "number", "orders[0].po_number", "shipped_at", NULL,
      "orders" },
    { RECORD_INVOICE, "number", "po_number", "date", "total", "lines" },
    { RECORD_PAYMENT, "trace_number", NULL, "date", "amount", "applications" },
    { RECORD_ACK, "group_control", NULL, NULL, NULL, "sets" },
};

static void
copy_field(char *out, size_t size, const struct record *record,
           const char *path)
{
    const char *text = path ? record_text(record, path) : NULL;

    text_copy(out, size, text ? text : "");
}

/* Order totals are not always told; lines always are. */
static struct decimal
lines_total(const struct record *record)
{
    struct decimal total = decimal_from(0);
    const json_t *lines = record_node(record, "lines"), *line;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        struct decimal amount =
            node_text(line, "amount")
                ? node_decimal(line, "amount")
                : decimal_multiply(node_decimal(line, "quantity"),
                                   node_decimal(line, "price"));
        total = decimal_add(total, decimal_round(amount, 2));
    }
    return total;
}

static void
describe_amount(struct document *document, const struct record *record,
                const char *path)
{
    char text[DECIMAL_TEXT];

    document->amount[0] = '\0';
    if (path == NULL)
        return;
    struct decimal amount = record_text(record, path)
                                ? record_decimal(record, path)
                                : lines_total(record);
    text_copy(document->amount, sizeof document->amount,
              decimal_fixed(amount, 2, text));
}

void
document_describe(const struct flow *flow, struct document *document,
                  const struct record *record)
{
    for (size_t i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        if (faces[i].kind != record->kind)
            continue;
        copy_field(document->number, sizeof document->number, record,
                   faces[i].number);
        copy_field(document->related, sizeof document->related, record,
                   faces[i].related);
        copy_field(document->date, sizeof document->date, record,
                   faces[i].date);
        document->date[strcspn(document->date, "T")] = '\0';
        describe_amount(document, record, faces[i].amount);
        document->lines = (int32_t)record_count(record, faces[i].lines);
    }
    copy_field(document->purpose, sizeof document->purpose, record, "purpose");
    if (document->purpose[0] == '\0')
        text_copy(document->purpose, sizeof document->purpose, "original");
    copy_field(document->currency, sizeof document->currency, record,
               "currency");
    if (document->currency[0] == '\0' && document->amount[0] != '\0')
        text_copy(document->currency, sizeof document->currency,
                  conf_company(flow->conf)->currency);
    text_copy(document->kind, sizeof document->kind,
              record_kind_name(record->kind));
}

void
key_posting(const struct flow *flow, char out[200],
            const struct document *document, const char *revision)
{
    const struct company *company = conf_company(flow->conf);

    text_format(out, 200, "%s/%s/%s/%s/%s/%s/%s", company->gs_id,
                company->environment,
                document->direction == DIRECTION_OUT ? "out"
                : document->test                     ? "in-test"
                                                     : "in",
                document->partner, document->set, document->number, revision);
}

bool
document_record(struct flow *flow, const struct document *document,
                struct record **record, struct err *err)
{
    size_t size;

    return document_record_sized(flow, document, record, &size, err);
}

bool
document_record_sized(struct flow *flow, const struct document *document,
                      struct record **record, size_t *size, struct err *err)
{
    CLEANUP(buf_free) struct buf json = { 0 };
    enum record_kind kind;
    bool found;

    *size = 0;

    if (!journal_get(flow->journal, document->id, "record", &json, &found, err))
        return false;
    if (!found || !record_kind_by_name(document->kind, &kind))
        return err_set(err, TP7004, "document %lld has no record",
                       (long long)document->id);
    *size = json.size;
    return record_parse(record, kind, buf_text(&json), json.size, err);
}

void
interchange_hash(struct interchange *row, const char *bytes)
{
    char hash[DIGEST_TEXT];

    digest_sha256(hash, bytes, (size_t)row->size);
    text_copy(row->sha256, sizeof row->sha256, hash);
}

static int
append(const char *bytes, size_t size, void *user)
{
    buf_add(user, bytes, size);
    return 0;
}

/* One JSON object a line, as `doc show` and the findings payload have it. */
void
problems_text(const struct problems *found, struct buf *out)
{
    const struct problem *problem = problems_first(found);

    for (; problem != NULL; problem = problem->next) {
        json_auto_t *line = json_pack(
            "{s:s, s:s, s:s, s:s}", "code", err_name(problem->code), "at",
            problem->at, "severity", problem->warning ? "warn" : "reject",
            "text", problem->text);
        if (line != NULL &&
            json_dump_callback(line, append, out, JSON_COMPACT) == 0)
            buf_addc(out, '\n');
    }
}

bool
flow_is_strict(const struct flow *flow, const struct partner *partner,
               const char *set, enum direction direction)
{
    const struct flow_verb_step *post;
    const struct partner_set *sent;

    if (direction == DIRECTION_OUT) {
        sent = partner_sends(partner, set);
        return sent != NULL && send_order(flow, sent) == ORDER_STRICT;
    }
    post = flow_text_step(text_for_set(flow, set), VERB_POST);
    return post != NULL && post->order == ORDER_STRICT;
}
