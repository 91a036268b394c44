/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's promises, one fact per case; each case has a fresh journal. */
#include <sqlite3.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "store/digest.h"
#include "store/journal.h"
#include "test.h"

static struct journal *journal;
static struct arena *arena;
static struct err err;
static char dir[64];

static void
fresh(void)
{
    journal_close(&journal);
    arena_free(&arena);
    if (dir[0] != '\0') {
        err_clear(&err);
        CHECK_OK(durable_remove_tree(dir, &err), &err);
    }
    err_clear(&err);
    snprintf(dir, sizeof dir, "/tmp/tp-store-XXXXXX");
    CHECK(mkdtemp(dir) != NULL);
    CHECK_OK(journal_open(&journal, dir, &err), &err);
    arena = arena_new();
}

static void
reopen(void)
{
    journal_close(&journal);
    CHECK_OK(journal_open(&journal, dir, &err), &err);
}

/* SQL behind the journal's back, as damage or another version would be. */
static void
tamper(const char *sql)
{
    char path[128];
    sqlite3 *db = NULL;

    snprintf(path, sizeof path, "%s/journal.db", dir);
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    int result = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (result != SQLITE_OK)
        printf("# %s: %s\n", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
    CHECK(result == SQLITE_OK);
}

static size_t
problems_now(void)
{
    struct problems *found = problems_new(arena);

    CHECK_OK(journal_verify(journal, found, &err), &err);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        printf("#   %s %s: %s\n", err_name(p->code), p->at, p->text);
    return problems_errors(found);
}

static struct document
order(const char *partner, const char *number)
{
    struct document d = { .direction = DIRECTION_OUT,
                          .state = DOC_RECEIVED,
                          .set = "850",
                          .kind = "order",
                          .currency = "USD",
                          .amount = "155.70" };

    text_copy(d.partner, sizeof d.partner, partner);
    text_copy(d.number, sizeof d.number, number);
    snprintf(d.key, sizeof d.key, "%s/850/%s", partner, number);
    return d;
}

static struct document
added(const char *partner, const char *number)
{
    struct document d = order(partner, number);
    bool known;

    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK(!known && d.id > 0);
    return d;
}

static void
go(struct document *d, enum doc_state to)
{
    enum doc_state from = d->state;

    d->state = to;
    if (to == DOC_HELD || to == DOC_DEAD || to == DOC_IGNORED)
        text_copy(d->reason, sizeof d->reason, "a reason");
    CHECK_OK(journal_advance(journal, d, from, "step", "", &err), &err);
}

static void
refused(bool done, enum err_code code)
{
    CHECK(!done);
    CHECK_TEXT(err_name(err.code), err_name(code));
    err_clear(&err);
}

/* ---- documents */

static void
a_document_comes_back_whole(void)
{
    fresh();
    struct document d = order("BLUEFISH", "PO-1"), back;
    bool known, found;
    text_copy(d.waits_for, sizeof d.waits_for, "item:X:1");
    text_copy(d.reason, sizeof d.reason, "Fürchterlich ‘neu’");
    d.code = TP4020;
    d.test = true;
    d.ordinal = 3;
    d.valid = VALID_WARN;
    d.posted = POSTED_REJECTED;
    d.due = 12345;
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    reopen();
    CHECK_OK(journal_document(journal, d.id, &back, &found, &err), &err);
    CHECK(found);
    CHECK_TEXT(back.key, d.key);
    CHECK_TEXT(back.reason, d.reason);
    CHECK_TEXT(back.waits_for, d.waits_for);
    CHECK(back.code == TP4020 && back.test && back.ordinal == 3);
    CHECK(back.valid == VALID_WARN && back.posted == POSTED_REJECTED);
    CHECK(back.due == 12345 && back.direction == DIRECTION_OUT);
    CHECK(back.created == d.created && back.interchange == 0);
}

static void
a_key_is_accepted_once(void)
{
    fresh();
    struct document first = added("ACME", "PO-1"),
                    again = order("ACME", "PO-1");
    bool known;
    CHECK_OK(journal_add(journal, &again, &known, &err), &err);
    CHECK(known && again.id == first.id);
    CHECK(problems_now() == 0);
}

static void
only_the_state_seen_can_be_advanced(void)
{
    fresh();
    struct document d = added("ACME", "PO-1"), stale = d;
    go(&d, DOC_TRANSLATED);
    stale.state = DOC_TRANSLATED;
    refused(journal_advance(journal, &stale, DOC_RECEIVED, "x", "", &err),
            TP4011);
    CHECK(problems_now() == 0);
}

static void
the_state_table_is_held(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    d.state = DOC_DONE;
    refused(journal_advance(journal, &d, DOC_RECEIVED, "x", "", &err), TP4012);
    d.state = DOC_HELD;
    refused(journal_advance(journal, &d, DOC_RECEIVED, "x", "", &err), TP4012);
    CHECK(!doc_state_may(DOC_DONE, DOC_QUEUED));
    CHECK(doc_state_may(DOC_UNKNOWN, DOC_UNKNOWN));
    struct document w = order("ACME", "PO-2");
    bool known;
    w.state = DOC_WORKING;
    refused(journal_add(journal, &w, &known, &err), TP4012);
}

static void
a_transaction_is_all_or_nothing(void)
{
    fresh();
    long number;
    CHECK_OK(journal_begin(journal, &err), &err);
    struct document d = added("ACME", "PO-1");
    CHECK_OK(journal_number(journal, "ACME/isa", 916, &number, &err), &err);
    journal_abandon(journal);
    bool found;
    CHECK_OK(journal_document(journal, d.id, &d, &found, &err), &err);
    CHECK(!found && number == 917);
    CHECK_OK(journal_number(journal, "ACME/isa", 916, &number, &err), &err);
    CHECK(number == 917);
    added("ACME", "PO-2");
    CHECK(problems_now() == 1); /* 917 was thrown away by this test */
}

/* ---- claims */

static size_t
claim(struct doc_filter *filter, struct document *out, size_t max)
{
    size_t count;

    CHECK_OK(journal_claim(journal, filter, 60, out, max, &count, &err), &err);
    return count;
}

static void
a_claim_is_exclusive_and_in_lane_order(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_RECEIVED };
    struct document out[4];
    added("ACME", "PO-1");
    added("ACME", "PO-2");
    struct document other = added("BLUEFISH", "PO-3");
    CHECK(claim(&filter, out, 1) == 1);
    CHECK_TEXT(out[0].number, "PO-1");
    CHECK(out[0].lease != 0);
    /* PO-2 waits behind PO-1, the other lane does not. */
    CHECK(claim(&filter, out + 1, 3) == 1);
    CHECK(out[1].id == other.id);
    filter.order = ORDER_ANY;
    CHECK(claim(&filter, out + 2, 2) == 1);
    CHECK_TEXT(out[2].number, "PO-2");
    struct document thief = out[0];
    thief.lease = 0;
    thief.state = DOC_TRANSLATED;
    refused(journal_advance(journal, &thief, DOC_RECEIVED, "x", "", &err),
            TP4011);
    thief.lease = out[1].lease;
    refused(journal_advance(journal, &thief, DOC_RECEIVED, "x", "", &err),
            TP4011);
    go(&out[0], DOC_TRANSLATED);
    CHECK(out[0].lease == 0);
}

static void
a_lease_ends_by_yield_time_and_boot(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_ANY,
                                 .states = 1U << DOC_RECEIVED };
    struct document out[2], first;
    size_t count;
    added("ACME", "PO-1");
    CHECK(claim(&filter, out, 2) == 1);
    CHECK(claim(&filter, out + 1, 1) == 0);
    CHECK_OK(journal_yield(journal, &out[0], &err), &err);
    CHECK_OK(journal_claim(journal, &filter, 0, out, 2, &count, &err), &err);
    CHECK(count == 1);
    first = out[0];
    CHECK(claim(&filter, out, 1) == 1); /* the lease of 0 seconds is over */
    first.state = DOC_TRANSLATED;
    refused(journal_advance(journal, &first, DOC_RECEIVED, "x", "", &err),
            TP4011);
    tamper("UPDATE lease SET boot = 'before the reboot'");
    CHECK(claim(&filter, out, 1) == 1);
    CHECK_OK(journal_end_leases(journal, &err), &err);
    CHECK(claim(&filter, out, 1) == 1);
}

static void
a_strict_lane_stops_at_what_is_held(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_RECEIVED,
                                 .order = ORDER_STRICT };
    struct document a = added("ACME", "PO-1"), out[3];
    added("ACME", "PO-2");
    added("ACME", "PO-3");
    CHECK(claim(&filter, out, 3) == 3);
    CHECK_OK(journal_end_leases(journal, &err), &err);
    go(&a, DOC_HELD);
    CHECK(claim(&filter, out, 3) == 0);
    go(&a, DOC_IGNORED);
    CHECK(claim(&filter, out, 3) == 2);
}

static void
a_deferred_document_waits_for_its_time(void)
{
    fresh();
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_DEFERRED };
    struct document d = added("ACME", "PO-1"), out[1];
    d.due = when_now() + 60000;
    go(&d, DOC_DEFERRED);
    CHECK(claim(&filter, out, 1) == 0);
    d.due = when_now() - 1;
    go(&d, DOC_DEFERRED);
    CHECK(claim(&filter, out, 1) == 1);
}

/* ---- bytes */

static void
the_same_bytes_from_the_same_source_are_one_arrival(void)
{
    fresh();
    struct arrival a = { "ACME", "sftp", "a.edi", "ISA*x~", 6 };
    int64_t first, second;
    bool known, found;
    struct interchange it;
    CHECK_OK(journal_accept(journal, &a, &first, &known, &err), &err);
    CHECK(!known);
    a.name = "b.edi";
    CHECK_OK(journal_accept(journal, &a, &second, &known, &err), &err);
    CHECK(known && first == second);
    a.channel = "drop";
    CHECK_OK(journal_accept(journal, &a, &second, &known, &err), &err);
    CHECK(!known && first != second);
    CHECK_OK(journal_next_arrival(journal, &it, &found, &err), &err);
    CHECK(found && it.id == first);
    CHECK_TEXT(it.name, "a.edi");
    text_copy(it.state, sizeof it.state, "junk");
    CHECK_OK(journal_set_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_next_arrival(journal, &it, &found, &err), &err);
    CHECK(found && it.id == second);
}

static void
bytes_of_any_size_come_back(void)
{
    static const size_t sizes[] = { 0, 1, 65536, 65537, 300000 };
    static char bytes[300000];
    fresh();
    struct document d = added("ACME", "PO-1");
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf back = { 0 };
        bool found;
        CHECK_OK(journal_put(journal, d.id, "x12", bytes, sizes[i], &err),
                 &err);
        reopen();
        CHECK_OK(journal_get(journal, d.id, "x12", &back, &found, &err), &err);
        CHECK(found && back.size == sizes[i]);
        CHECK(memcmp(back.text, bytes, back.size) == 0);
        buf_free(&back);
    }
    CHECK(problems_now() == 0);
}

static void
damaged_bytes_are_never_given_out(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    struct buf back = { 0 };
    bool found;
    CHECK_OK(journal_put(journal, d.id, "record", "abc", 3, &err), &err);
    tamper("UPDATE payload SET bytes = x'616263ff'");
    refused(journal_get(journal, d.id, "record", &back, &found, &err), TP4020);
    buf_free(&back);
    CHECK(problems_now() == 1);
}

static void
an_interchange_is_a_window_on_its_arrival(void)
{
    fresh();
    const char *text = "ISA1..IEA~\nISA2..IEA~";
    struct arrival a = { "", "drop", "two.edi", text, strlen(text) };
    struct interchange it = { .direction = DIRECTION_IN, .state = "received" };
    struct interchange arrival;
    struct buf back = { 0 };
    bool known;
    CHECK_OK(journal_accept(journal, &a, &it.arrival, &known, &err), &err);
    it.offset = 11;
    it.size = 10;
    digest_sha256(it.sha256, text + 11, 10);
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_bytes(journal, it.id, &back, &err), &err);
    CHECK_TEXT(buf_text(&back), "ISA2..IEA~");
    buf_free(&back);
    bool found;
    CHECK_OK(journal_interchange(journal, it.arrival, &arrival, &found, &err),
             &err);
    text_copy(arrival.state, sizeof arrival.state, "split");
    CHECK_OK(journal_set_interchange(journal, &arrival, &err), &err);
    CHECK(problems_now() == 1); /* bytes 0 to 9 belong to nobody */
    it.offset = 0;
    digest_sha256(it.sha256, text, 10);
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    CHECK(problems_now() == 0);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(a_document_comes_back_whole);
    RUN(a_key_is_accepted_once);
    RUN(only_the_state_seen_can_be_advanced);
    RUN(the_state_table_is_held);
    RUN(a_transaction_is_all_or_nothing);
    RUN(a_claim_is_exclusive_and_in_lane_order);
    RUN(a_lease_ends_by_yield_time_and_boot);
    RUN(a_strict_lane_stops_at_what_is_held);
    RUN(a_deferred_document_waits_for_its_time);
    RUN(the_same_bytes_from_the_same_source_are_one_arrival);
    RUN(bytes_of_any_size_come_back);
    RUN(damaged_bytes_are_never_given_out);
    RUN(an_interchange_is_a_window_on_its_arrival);
    journal_close(&journal);
    arena_free(&arena);
    if (dir[0] != '\0' && !durable_remove_tree(dir, &err))
        return 1;
    return test_end();
}
