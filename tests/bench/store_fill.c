/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_fill DIR DOCUMENTS [open] - fills a journal through the store's
 * operations, as the flows do: orders that were sent and acknowledged, invoices
 * that were posted, a few that are held. Prints, for each tenfold, what a
 * document cost. open: all are still on their way, queued or in the middle of
 * being sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/journal.h"

enum { TOGETHER = 500, PARTNERS = 40 };

static struct journal *journal;
static struct err err;

static void
must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "store_fill: %s: ", what);
    err_print(stderr, &err);
    exit(1);
}

static struct document
add(long i, bool order)
{
    struct document d = { .direction = order ? DIRECTION_OUT : DIRECTION_IN,
                          .state = DOC_RECEIVED,
                          .lines = 3,
                          .valid = VALID_OK,
                          .currency = "USD" };
    const char record[] =
        "{\"number\":\"PO\",\"lines\":[{\"item\":\"70000\"}]}";
    bool known;

    text_copy(d.set, sizeof d.set, order ? "850" : "810");
    text_copy(d.kind, sizeof d.kind, order ? "order" : "invoice");
    text_format(d.partner, sizeof d.partner, "PARTNER%02ld", i / 2 % PARTNERS);
    text_format(d.number, sizeof d.number, "%s-%07ld", order ? "PO" : "INV",
                i / 2);
    if (!order)
        text_format(d.related, sizeof d.related, "PO-%07ld", i / 2);
    text_copy(d.date, sizeof d.date, "2026-11-22");
    text_format(d.amount, sizeof d.amount, "%ld.%02ld", 100 + i % 90000,
                i % 100);
    text_format(d.key, sizeof d.key, "%s/%s", d.set, d.number);
    must(journal_add(journal, &d, &known, &err), "add");
    must(journal_put(journal, d.id, "record", record, sizeof record - 1, &err),
         "record");
    return d;
}

static void
advance(struct document *d, enum doc_state to, const char *what)
{
    enum doc_state from = d->state;

    d->state = to;
    must(journal_advance(journal, d, from, what, "", &err), what);
}

static void
finish(struct document *d, bool order)
{
    struct effect effect = { .document = d->id };
    struct expectation ack = { .document = d->id,
                               .what = "997",
                               .due = when_now() + 86400000 };

    text_copy(effect.kind, sizeof effect.kind, order ? "deliver" : "bill");
    text_copy(effect.target, sizeof effect.target, order ? "sftp" : "nav");
    text_copy(effect.key, sizeof effect.key, d->key);
    must(journal_intend(journal, &effect, &err), "intend");
    must(journal_attempt(journal, &effect, &err), "attempt");
    effect.state = EFFECT_DONE;
    must(journal_settle(journal, &effect, &err), "settle");
    text_copy(d->evidence, sizeof d->evidence, "renamed, 1204 bytes");
    d->delivered = order ? DELIVERED_SENT : DELIVERED_FETCHED;
    d->posted = order ? POSTED_NA : POSTED_POSTED;
    d->acked = order ? ACKED_ACCEPTED : ACKED_NA;
    text_format(d->system_number, sizeof d->system_number, "%s%lld",
                order ? "" : "PPI-", (long long)d->id);
    if (order)
        d->system_number[0] = '\0';
    advance(d, DOC_DONE, "done");
    if (!order)
        return;
    text_copy(ack.partner, sizeof ack.partner, d->partner);
    must(journal_expect(journal, &ack, &err), "expect");
    must(journal_met(journal, d->id, "997", &err), "met");
}

static bool open_ones;

/* Every hundredth was being sent when its process died. */
static void
leave(struct document *d, long i)
{
    struct effect effect = { .document = d->id };

    text_copy(effect.kind, sizeof effect.kind, "deliver");
    text_copy(effect.target, sizeof effect.target, "sftp");
    text_copy(effect.key, sizeof effect.key, d->key);
    if (i % 100 != 99)
        return;
    must(journal_intend(journal, &effect, &err), "intend");
    must(journal_attempt(journal, &effect, &err), "attempt");
    advance(d, DOC_WORKING, "working");
}

static void
live(long i)
{
    bool order = i % 2 == 0;
    struct document d = add(i, order);

    advance(&d, DOC_TRANSLATED, "translated");
    if (i % 5000 == 4999) {
        text_copy(d.reason, sizeof d.reason, "price +7.9 %");
        advance(&d, DOC_HELD, "held");
        return;
    }
    advance(&d, DOC_QUEUED, "queued");
    if (open_ones) {
        leave(&d, i);
        return;
    }
    advance(&d, DOC_WORKING, "working");
    finish(&d, order);
}

int
main(int argc, char **argv)
{
    long count = argc >= 3 ? strtol(argv[2], NULL, 10) : 0, next = 1000;
    int64_t begun = when_steady();
    long before = 0;

    if (count <= 0)
        return 2;
    open_ones = argc > 3;
    must(journal_open(&journal, argv[1], &err), "open");
    for (long i = 0; i < count; i++) {
        if (i % TOGETHER == 0)
            must(journal_begin(journal, &err), "begin");
        live(i);
        if (i % TOGETHER == TOGETHER - 1 || i == count - 1)
            must(journal_commit(journal, &err), "commit");
        if (i + 1 == next || i + 1 == count) {
            printf("%8ld documents: %6.1f us for each of the last %ld\n", i + 1,
                   (double)(when_steady() - begun) / 1000 /
                       (double)(i + 1 - before),
                   i + 1 - before);
            fflush(stdout);
            begun = when_steady();
            before = i + 1;
            next *= 10;
        }
    }
    journal_close(&journal);
    return 0;
}
