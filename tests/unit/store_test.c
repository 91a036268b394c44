/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's promises, one fact per case; each case has a fresh journal. */
#include "store_fixture.h"

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

/* ---- bytes */

static void
the_same_bytes_from_the_same_source_are_one_arrival(void)
{
    fresh();
    struct arrival a = { "ACME", "sftp", "a.edi", "ISA*x~", 6, NULL };
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
    CHECK_OK(journal_next_arrival(journal, 0, &it, &found, &err), &err);
    CHECK(found && it.id == first);
    CHECK_TEXT(it.name, "a.edi");
    text_copy(it.state, sizeof it.state, "junk");
    CHECK_OK(journal_set_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_next_arrival(journal, 0, &it, &found, &err), &err);
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
    struct arrival a = { "", "drop", "two.edi", text, strlen(text), NULL };
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

static void
a_window_on_a_large_arrival_is_read_alone(void)
{
    static char bytes[200000];
    struct arrival a = {
        "ACME", "drop", "large.edi", bytes, sizeof bytes, NULL
    };
    struct interchange it = { .direction = DIRECTION_IN,
                              .state = "received",
                              .offset = 150000,
                              .size = 40000 };
    struct buf back = { 0 };
    bool known;
    fresh();
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i / 1000);
    CHECK_OK(journal_accept(journal, &a, &it.arrival, &known, &err), &err);
    digest_sha256(it.sha256, bytes + it.offset, (size_t)it.size);
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_bytes(journal, it.id, &back, &err), &err);
    CHECK(back.size == 40000 && memcmp(back.text, bytes + 150000, 40000) == 0);
    buf_free(&back);
    it.offset = 190000;
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    refused(journal_bytes(journal, it.id, &back, &err), TP4020);
    buf_free(&back);
}

static void
what_a_crash_left_half_written_is_removed(void)
{
    char path[128], left[256];
    fresh();
    snprintf(path, sizeof path, "%s/store", dir);
    snprintf(left, sizeof left, "%s/.abc.1.tmp", path);
    CHECK_OK(durable_write(path, ".abc.1.tmp", "x", 1, 0640, &err), &err);
    reopen();
    CHECK(file_exists(left)); /* closed well: nobody looks */
    end_journal();
    CHECK_OK(durable_write(dir, "journal.lock", "w", 1, 0640, &err), &err);
    reopen();
    CHECK(!file_exists(left));
}

/* ---- codes, effects, numbers */

static void
a_new_code_releases_what_waits_for_it(void)
{
    fresh();
    static const struct {
        const char *waits_for;
        const char *partner;
        bool released;
    } cases[] = {
        { "item:ACME:A 1:2", "ACME", true },
        { "item::A 1:2", "ACME", true },
        { "item:OTHER:A 1:2", "ACME", false },
        { "item:ACME:A 1", "ACME", false },
        { "item:OTHER:A 1:2", "", true },
        { "item::A 1:2", "", true },
        { "items:ACME:A 1:2", "", false },
        { "item:ACME:A 1:23", "", false },
        { "item:ACME:X:A 1:2", "", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fresh();
        struct document d = added("ACME", "PO-1");
        const char *const *waits;
        char out[128];
        size_t count;
        bool found;
        text_copy(d.waits_for, sizeof d.waits_for, cases[i].waits_for);
        go(&d, DOC_HELD);
        CHECK_OK(journal_waits(journal, arena, &waits, &count, &err), &err);
        CHECK(count == 1);
        CHECK_TEXT(waits[0], cases[i].waits_for);
        CHECK_OK(journal_code_set(journal, "item", cases[i].partner, "x12",
                                  "ours", "A 1:2", "70000", &err),
                 &err);
        CHECK_OK(journal_document(journal, d.id, &d, &found, &err), &err);
        if ((d.state == DOC_RECEIVED) != cases[i].released)
            printf("# case %zu\n", i);
        CHECK((d.state == DOC_RECEIVED) == cases[i].released);
        CHECK((d.reason[0] == '\0') == cases[i].released);
        CHECK_OK(journal_code(journal, "item", "ACME", "ours", "x12", "70000",
                              out, &found, &err),
                 &err);
        CHECK_TEXT(out, "A 1:2");
        CHECK(problems_now() == 0);
    }
}

static void
a_partners_code_comes_before_the_common_one(void)
{
    fresh();
    char out[128];
    bool found;
    CHECK_OK(journal_code_set(journal, "unit", "", "x12", "ours", "CA", "CASE",
                              &err),
             &err);
    CHECK_OK(journal_code_set(journal, "unit", "ACME", "x12", "ours", "CA",
                              "BOX", &err),
             &err);
    CHECK_OK(journal_code(journal, "unit", "ACME", "x12", "ours", "CA", out,
                          &found, &err),
             &err);
    CHECK_TEXT(out, "BOX");
    CHECK_OK(journal_code_set(journal, "unit", "ACME", "x12", "ours", "CA", "",
                              &err),
             &err);
    CHECK_OK(journal_code(journal, "unit", "ACME", "x12", "ours", "CA", out,
                          &found, &err),
             &err);
    CHECK_TEXT(out, "CASE");
    CHECK_OK(journal_code(journal, "unit", "ACME", "x12", "nav", "CA", out,
                          &found, &err),
             &err);
    CHECK(!found);
    refused(
        journal_code_set(journal, "unit", "", "x12", "ours", "", "EA", &err),
        TP4026);
}

static void
a_fact_elsewhere_releases_too(void)
{
    fresh();
    struct document d = added("ACME", "PO-1"), made = added("ACME", "PO-2");
    struct interchange it = { .direction = DIRECTION_OUT, .state = "made" };
    size_t count;
    bool found;
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    made.interchange = it.id;
    text_copy(d.waits_for, sizeof d.waits_for, "vendor:nav:V10000");
    text_copy(made.waits_for, sizeof made.waits_for, "vendor:nav:V10000");
    go(&d, DOC_HELD);
    go(&made, DOC_HELD);
    CHECK_OK(journal_release_waiting(journal, "vendor:nav:V1", &count, &err),
             &err);
    CHECK(count == 0);
    CHECK_OK(
        journal_release_waiting(journal, "vendor:nav:V10000", &count, &err),
        &err);
    CHECK(count == 2);
    CHECK_OK(journal_document(journal, d.id, &d, &found, &err), &err);
    CHECK(d.state == DOC_RECEIVED);
    CHECK_OK(journal_document(journal, made.id, &made, &found, &err), &err);
    CHECK(made.state == DOC_QUEUED && made.due <= when_now());
}

static void
an_effect_is_done_once(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    struct effect e = { .document = d.id,
                        .kind = "deliver",
                        .target = "sftp:ACME",
                        .key = "ACME/000000001" };
    struct effect again = e, *list;
    size_t count;
    CHECK_OK(journal_intend(journal, &e, &err), &err);
    CHECK_OK(journal_attempt(journal, &e, &err), &err);
    CHECK_OK(journal_intend(journal, &again, &err), &err);
    CHECK(again.id == e.id && again.state == EFFECT_ATTEMPTED);
    e.state = EFFECT_UNKNOWN;
    CHECK_OK(journal_settle(journal, &e, &err), &err);
    e.state = EFFECT_DONE;
    text_copy(e.evidence, sizeof e.evidence, "size 7 at /in/a.edi");
    CHECK_OK(journal_settle(journal, &e, &err), &err);
    CHECK_OK(journal_settle(journal, &e, &err), &err);
    refused(journal_attempt(journal, &e, &err), TP4011);
    e.state = EFFECT_FAILED;
    refused(journal_settle(journal, &e, &err), TP4011);
    CHECK_OK(journal_effects(journal, d.id, arena, &list, &count, &err), &err);
    CHECK(count == 1 && list[0].state == EFFECT_DONE && list[0].attempts == 1);
    CHECK_TEXT(list[0].evidence, "size 7 at /in/a.edi");
    again.key[0] = '\0';
    refused(journal_intend(journal, &again, &err), TP4006);
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
    RUN(the_same_bytes_from_the_same_source_are_one_arrival);
    RUN(bytes_of_any_size_come_back);
    RUN(damaged_bytes_are_never_given_out);
    RUN(an_interchange_is_a_window_on_its_arrival);
    RUN(a_window_on_a_large_arrival_is_read_alone);
    RUN(what_a_crash_left_half_written_is_removed);
    RUN(a_new_code_releases_what_waits_for_it);
    RUN(a_partners_code_comes_before_the_common_one);
    RUN(a_fact_elsewhere_releases_too);
    RUN(an_effect_is_done_once);
    return ended();
}
