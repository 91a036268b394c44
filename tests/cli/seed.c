/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seed DIR - fills a journal for the tests of the commands: an order that went
 * all the way, one that was rejected, one that is late, an invoice held for its
 * price, a ship notice that waits for an item, a payment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/journal.h"

static struct journal *journal;
static struct err err;

static void
must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "seed: %s: ", what);
    err_print(stderr, &err);
    exit(1);
}

struct seed {
    enum direction direction;
    const char *set, *kind, *partner, *number, *related, *date, *amount;
    int lines;
    const char *record;
};

static struct document
add(const struct seed *seed)
{
    struct document d = { .direction = seed->direction,
                          .state = DOC_RECEIVED,
                          .lines = seed->lines,
                          .valid = VALID_OK,
                          .currency = "USD" };
    bool known;

    text_copy(d.set, sizeof d.set, seed->set);
    text_copy(d.kind, sizeof d.kind, seed->kind);
    text_copy(d.partner, sizeof d.partner, seed->partner);
    text_copy(d.number, sizeof d.number, seed->number);
    text_copy(d.related, sizeof d.related, seed->related);
    text_copy(d.date, sizeof d.date, seed->date);
    text_copy(d.amount, sizeof d.amount, seed->amount);
    text_copy(d.version, sizeof d.version, "004010");
    text_format(d.key, sizeof d.key, "%s/%s/%s", seed->partner, seed->set,
                seed->number);
    must(journal_add(journal, &d, &known, &err), "add");
    if (seed->record[0] != '\0')
        must(journal_put(journal, d.id, "record", seed->record,
                         strlen(seed->record), &err),
             "record");
    return d;
}

static void
go(struct document *d, enum doc_state to, const char *what, const char *detail)
{
    enum doc_state from = d->state;

    d->state = to;
    must(journal_advance(journal, d, from, what, detail, &err), what);
}

/* Sent, with its control numbers and a file at the partner. */
static void
send(struct document *d, const char *control)
{
    struct effect effect = { .document = d->id, .kind = "deliver" };

    text_copy(d->isa, sizeof d->isa, control);
    text_copy(d->gs, sizeof d->gs, control + 5);
    text_copy(d->st, sizeof d->st, "0001");
    go(d, DOC_TRANSLATED, "translated", "850 made and checked");
    d->delivered = DELIVERED_QUEUED;
    go(d, DOC_QUEUED, "queued", "");
    text_format(effect.target, sizeof effect.target, "sftp:%s", d->partner);
    text_format(effect.key, sizeof effect.key, "%s/%s", d->partner, control);
    must(journal_intend(journal, &effect, &err), "intend");
    must(journal_attempt(journal, &effect, &err), "attempt");
    effect.state = EFFECT_DONE;
    text_copy(effect.evidence, sizeof effect.evidence, "rename ok, 690 bytes");
    must(journal_settle(journal, &effect, &err), "settle");
    d->delivered = DELIVERED_SENT;
    d->acked = ACKED_WAITING;
    go(d, DOC_WORKING, "sending", "");
    text_copy(d->evidence, sizeof d->evidence,
              "rename ok, 690 bytes at /in/po.edi");
    go(d, DOC_DONE, "sent", d->evidence);
}

static void
expect_ack(const struct document *d, moment due)
{
    struct expectation expectation = { .document = d->id,
                                       .what = "997",
                                       .due = due };

    text_copy(expectation.partner, sizeof expectation.partner, d->partner);
    must(journal_expect(journal, &expectation, &err), "expect");
}

static void
post(struct document *d, enum posted posted, const char *number)
{
    d->delivered = DELIVERED_FETCHED;
    go(d, DOC_TRANSLATED, "translated", "");
    d->posted = POSTED_WAITING;
    go(d, DOC_QUEUED, "queued", "");
    go(d, DOC_WORKING, "posting", "");
    d->posted = posted;
    text_copy(d->system_number, sizeof d->system_number, number);
    go(d, DOC_DONE, "posted", number);
}

static void
hold(struct document *d, enum err_code code, const char *reason,
     const char *waits_for)
{
    d->delivered = DELIVERED_FETCHED;
    d->posted = POSTED_HELD;
    d->code = code;
    text_copy(d->reason, sizeof d->reason, reason);
    text_copy(d->waits_for, sizeof d->waits_for, waits_for);
    go(d, DOC_HELD, "held", reason);
}

#define ORDER                                                                \
    "{\"currency\":\"USD\",\"date\":\"2026-11-12\",\"lines\":[{\"amount\":"  \
    "\"6228\",\"description\":\"Cod fillet 10 lb\",\"item\":\"70000\","      \
    "\"line\":\"1\",\"price\":\"155.7\",\"quantity\":\"40\",\"unit\":\"CA\"" \
    ",\"vendor_item\":\"BF-220\"}],\"number\":\"106233\",\"ship_to\":{"      \
    "\"address\":{\"city\":\"AUSTIN\",\"state\":\"TX\"},\"name\":\"CRONUS\"" \
    "}}"
#define SHIPMENT                                                            \
    "{\"number\":\"ASN-5490\",\"orders\":[{\"lines\":[],\"packs\":[{"       \
    "\"lines\":[{\"item\":\"70000\",\"quantity\":\"38\",\"unit\":\"CA\"}]," \
    "\"sscc\":\"00012345678901234560\"}],\"po_number\":\"106233\"}],"       \
    "\"shipped_at\":\"2026-11-17\"}"
#define INVOICE                                                            \
    "{\"date\":\"2026-11-20\",\"lines\":[{\"amount\":\"6384\",\"item\":"   \
    "\"70000\",\"line\":\"1\",\"price\":\"168\",\"quantity\":\"38\","      \
    "\"unit\":\"CA\"}],\"number\":\"INV-88213\",\"po_number\":\"106233\"," \
    "\"total\":\"6384\"}"

static void
orders(void)
{
    static const struct seed seeds[] = {
        { DIRECTION_OUT, "850", "order", "BLUEFISH", "106233", "", "2026-11-12",
          "6228", 1, ORDER },
        { DIRECTION_OUT, "850", "order", "OAKRIDGE", "106240", "", "2026-11-13",
          "2310", 2, "" },
        { DIRECTION_OUT, "850", "order", "ACME", "106241", "", "2026-11-13",
          "12480", 2, "" },
        { DIRECTION_OUT, "850", "order", "ACME", "106242", "", "2026-11-22",
          "10", 1, "" },
    };
    struct document first = add(&seeds[0]), rejected = add(&seeds[1]),
                    late = add(&seeds[2]);

    add(&seeds[3]);
    send(&first, "000000918");
    first.acked = ACKED_ACCEPTED;
    go(&first, DOC_DONE, "acknowledged", "997 A");
    send(&rejected, "000000077");
    rejected.acked = ACKED_REJECTED;
    text_copy(rejected.reason, sizeof rejected.reason,
              "rejected by OAKRIDGE: PO103 unit 'XX' is not allowed");
    go(&rejected, DOC_DONE, "rejected", "997 R");
    send(&late, "000000042");
    expect_ack(&late, when_now() - 14 * 3600 * 1000);
}

static void
answers(void)
{
    static const struct seed seeds[] = {
        { DIRECTION_IN, "856", "shipment", "BLUEFISH", "ASN-5490", "106233",
          "2026-11-17", "", 1, SHIPMENT },
        { DIRECTION_IN, "810", "invoice", "BLUEFISH", "INV-88213", "106233",
          "2026-11-20", "6384", 1, INVOICE },
        { DIRECTION_IN, "856", "shipment", "ACME", "ASN-5521", "106241",
          "2026-11-20", "", 1, "" },
        { DIRECTION_IN, "820", "payment", "BIGMART", "=2+5\x1B[2J", "",
          "2026-11-21", "41903.20", 2, "" },
    };
    struct document shipment = add(&seeds[0]), invoice = add(&seeds[1]),
                    waiting = add(&seeds[2]), payment = add(&seeds[3]);

    post(&shipment, POSTED_POSTED, "PR-20549");
    hold(&invoice, TP1005, "price +7.9 % on 1 line (tolerance 2 %)", "");
    must(journal_put(journal, invoice.id, "x12", "ST*810*0001~\nSE*2*0001~", 23,
                     &err),
         "x12");
    must(journal_put(journal, invoice.id, "findings",
                     "lines[0].price: 168.00 is 7.9 % above 155.70", 44, &err),
         "findings");
    hold(&waiting, TP1008, "item 'ACM-0099' is unknown", "item:ACME:ACM-0099");
    post(&payment, POSTED_DRAFT, "CR-7");
}

int
main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    must(journal_open(&journal, argv[1], &err), "open");
    journal_set_actor(journal, "system");
    orders();
    answers();
    journal_close(&journal);
    return 0;
}
