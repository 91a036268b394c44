/* SPDX-License-Identifier: Apache-2.0 */
/* What verify proves, reports' queries, and the words of the manual. */
#include "store_fixture.h"

/* ---- control numbers */

static void
numbers_are_given_out_in_order_from_the_floor(void)
{
    fresh();
    CHECK_TEXT(numbered("PO-1").isa, "000000918");
    CHECK_TEXT(numbered("PO-2").isa, "000000919");
    CHECK(problems_now() == 0);
    long number;
    CHECK_OK(journal_number(journal, "OTHER/x", 999999998, &number, &err),
             &err);
    CHECK(number == 999999999);
    CHECK_OK(journal_number(journal, "OTHER/x", 0, &number, &err), &err);
    CHECK(number == 1);
}

static void
an_abandoned_document_voids_its_numbers(void)
{
    fresh();
    struct document d = numbered("PO-1");
    numbered("PO-2");
    go(&d, DOC_IGNORED);
    CHECK_TEXT(
        answer("SELECT voids FROM controls WHERE series = ?1", "ACME/isa"),
        "918: 850 PO-1 was ignored: a reason");
    go(&d, DOC_QUEUED);
    CHECK_TEXT(
        answer("SELECT voids FROM controls WHERE series = ?1", "ACME/isa"), "");
    CHECK(problems_now() == 0);
}

static void
a_raised_floor_explains_the_gap(void)
{
    fresh();
    long number;
    numbered("PO-1");
    CHECK_OK(journal_number(journal, "ACME/isa", 1000, &number, &err), &err);
    CHECK(number == 1001);
    CHECK(problems_now() == 1); /* 1001 itself is carried by nothing */
    CHECK_OK(journal_void(journal, "ACME/isa", 1001, "a test", &err), &err);
    CHECK(problems_now() == 0);
}

/* ---- what verify finds */

static void
damage_is_found(void)
{
    static const struct {
        const char *sql;
        size_t problems;
    } cases[] = {
        { "UPDATE event SET detail = 'forged' WHERE id = 2", 1 },
        { "UPDATE event SET actor = 'anna' WHERE id = 1", 1 },
        /* its place in the chain, and what it told of the document */
        { "DELETE FROM event WHERE id = 3", 2 },
        { "UPDATE document SET state = 'done' WHERE id = 1", 1 },
        { "UPDATE document SET reason = '' WHERE id = 2", 1 },
        { "UPDATE document SET delivered = 'sent' WHERE id = 1", 1 },
        { "UPDATE payload SET bytes = x'00' WHERE id = 1", 1 },
        { "UPDATE interchange SET control = '000000500' WHERE id = 2", 1 },
        { "UPDATE interchange SET control = '000000918' WHERE id = 2", 2 },
        { "DELETE FROM document WHERE id = 3", 1 },
        { "UPDATE event SET state = 'unknown' WHERE document = 1", 2 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fresh();
        numbered("PO-1");
        struct document held = numbered("PO-2");
        go(&held, DOC_HELD);
        added("ACME", "PO-3");
        CHECK(problems_now() == 0);
        end_journal();
        tamper(cases[i].sql);
        reopen();
        size_t found = problems_now();
        if (found < cases[i].problems)
            printf("# %s: %zu\n", cases[i].sql, found);
        CHECK(found >= cases[i].problems);
    }
}

static void
an_unknown_needs_an_attempt_and_a_done_none_open(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    struct effect e = { .document = d.id, .kind = "deliver", .key = "k" };
    go(&d, DOC_TRANSLATED);
    go(&d, DOC_QUEUED);
    go(&d, DOC_WORKING);
    go(&d, DOC_UNKNOWN);
    CHECK(problems_now() == 1);
    CHECK_OK(journal_intend(journal, &e, &err), &err);
    CHECK_OK(journal_attempt(journal, &e, &err), &err);
    CHECK(problems_now() == 0);
    go(&d, DOC_DONE);
    CHECK(problems_now() == 1);
    e.state = EFFECT_DONE;
    CHECK_OK(journal_settle(journal, &e, &err), &err);
    CHECK(problems_now() == 0);
}

/* ---- queries */

static void
a_query_only_reads(void)
{
    static const struct {
        const char *sql;
        enum err_code code;
    } cases[] = {
        { "DELETE FROM document", TP4023 },
        { "INSERT INTO cursor VALUES('a','b')", TP4023 },
        { "PRAGMA user_version = 7", TP4023 },
        { "ATTACH '/tmp/x.db' AS x", TP4023 },
        { "SELECT 1; DELETE FROM document", TP4023 },
        { "BEGIN", TP4023 },
        { "COMMIT", TP4023 },
        { "DROP VIEW documents", TP4023 },
        { "SELEC 1", TP4024 },
        { "SELECT nothing FROM documents", TP4024 },
        { "", TP4024 },
    };
    fresh();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[300] = "";
        if (journal_query(journal, cases[i].sql, NULL, 0, one_row, out, &err))
            printf("# %s was allowed\n", cases[i].sql);
        refused(err.code == TP_NONE, cases[i].code);
    }
    CHECK_TEXT(answer("SELECT 1, NULL;\n", NULL), "1|NULL");
}

static void
sums_are_exact(void)
{
    fresh();
    for (int i = 0; i < 3; i++) {
        struct document d = order("ACME", i == 0 ? "1" : i == 1 ? "2" : "3");
        bool known;
        text_copy(d.amount, sizeof d.amount, i < 2 ? "0.1" : "19.99");
        text_copy(d.date, sizeof d.date, "2025-11-20");
        d.direction = DIRECTION_IN;
        d.posted = i == 0 ? POSTED_POSTED : POSTED_WAITING;
        d.state = i == 1 ? DOC_HELD : DOC_DONE;
        text_copy(d.reason, sizeof d.reason, i == 1 ? "price" : "");
        CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    }
    CHECK_TEXT(answer("SELECT decimal_sum(amount) FROM documents", NULL),
               "20.19");
    CHECK_TEXT(answer("SELECT period, edi_count, edi_amount, erp_count,"
                      " erp_amount, delta_amount, held, held_amount,"
                      " unexplained, unexplained_amount FROM reconcile"
                      " WHERE partner = ?1",
                      "ACME"),
               "2025-11|3|20.19|1|0.1|20.09|1|0.1|1|19.99");
}

static void
exceptions_say_class_court_and_action(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    d.code = TP4020;
    text_copy(d.waits_for, sizeof d.waits_for, "item:ACME:9");
    go(&d, DOC_HELD);
    CHECK_OK(journal_note(journal, d.id, "owner", "anna", &err), &err);
    CHECK_TEXT(answer("SELECT age, class, court, owner, severity, action,"
                      " state FROM exceptions",
                      NULL),
               "0m|missing item|you|anna|normal|comes by itself with "
               "item:ACME:9|held");
}

static void
late_acknowledgments_are_listed(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    struct expectation e = { .document = d.id,
                             .partner = "ACME",
                             .what = "997",
                             .due = when_now() - 90 * 60000 };
    struct expectation *late;
    size_t count;
    CHECK_OK(journal_expect(journal, &e, &err), &err);
    CHECK_TEXT(answer("SELECT number, late, is_late FROM acks", NULL),
               "PO-1|1h 30m|1");
    CHECK_OK(journal_overdue(journal, when_now(), arena, &late, &count, &err),
             &err);
    CHECK(count == 1 && late[0].document == d.id);
    CHECK_OK(journal_met(journal, d.id, "997", &err), &err);
    CHECK_OK(journal_overdue(journal, when_now(), arena, &late, &count, &err),
             &err);
    CHECK(count == 0);
    CHECK_TEXT(answer("SELECT count(*) FROM acks", NULL), "0");
}

static void
counts_add_up(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    struct journal_counts counts;
    added("ACME", "PO-2");
    go(&d, DOC_HELD);
    go(&d, DOC_DONE);
    CHECK_OK(journal_counts(journal, &counts, &err), &err);
    CHECK(counts.accepted == 2 && counts.states[DOC_DONE] == 1);
    CHECK(counts.in_progress == 1 && counts.events == 4);
}

/* ---- digests, and the words of the manual */

static void
digests_are_the_known_ones(void)
{
    char text[DIGEST_TEXT], uuid[UUID_TEXT], again[UUID_TEXT];

    digest_sha256(text, "abc", 3);
    CHECK_TEXT(text, "ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    digest_uuid(uuid, "CRONUS/prod/BLUEFISH/810/INV-1/0");
    digest_uuid(again, "CRONUS/prod/BLUEFISH/810/INV-1/0");
    CHECK_TEXT(uuid, again);
    CHECK(uuid[14] == '5' && strchr("89ab", uuid[19]) != NULL);
    digest_uuid(again, "CRONUS/prod/BLUEFISH/810/INV-2/0");
    CHECK(strcmp(uuid, again) != 0);
}

static void
the_manual_has_the_state_table(void)
{
    struct buf manual = { 0 };
    const char *source = getenv("TP_SOURCE");
    char path[512];

    snprintf(path, sizeof path, "%s/doc/SPOOL.md", source ? source : ".");
    CHECK_OK(file_read(path, 1 << 20, &manual, &err), &err);
    const char *text = arena_strdup(arena, buf_text(&manual));
    buf_free(&manual);
    for (int from = 0; from < DOC_STATES; from++) {
        char row[48], line[200];
        snprintf(row, sizeof row, "\n| %s | ",
                 doc_state_name((enum doc_state)from));
        const char *at = strstr(text, row);
        CHECK(at != NULL);
        snprintf(line, sizeof line, " %.*s ",
                 (int)strcspn(at + strlen(row), "|"), at + strlen(row));
        for (int to = 0; to < DOC_STATES; to++) {
            char word[32];
            snprintf(word, sizeof word, " %s ",
                     doc_state_name((enum doc_state)to));
            CHECK(from == to ||
                  (strstr(line, word) != NULL) ==
                      doc_state_may((enum doc_state)from, (enum doc_state)to));
        }
    }
}

static void
a_hint_has_one_effect(void)
{
    struct hint hint = { "nav", "bc", "id 7", "192.0.2.1" };
    char first[512], again[512];
    bool known;

    fresh();
    CHECK_OK(journal_hint(journal, &hint, &known, &err), &err);
    CHECK(!known);
    CHECK_OK(journal_cursor(journal, "hint:nav", first, &err), &err);
    CHECK_OK(journal_hint(journal, &hint, &known, &err), &err);
    CHECK(known);
    CHECK_OK(journal_cursor(journal, "hint:nav", again, &err), &err);
    CHECK(first[0] != '\0' && strcmp(first, again) == 0);
    hint.delivery = "id 8";
    CHECK_OK(journal_hint(journal, &hint, &known, &err), &err);
    CHECK_OK(journal_cursor(journal, "hint:nav", again, &err), &err);
    CHECK(!known && strcmp(first, again) != 0);
    CHECK_TEXT(answer("SELECT count(*), max(detail) FROM events WHERE what = "
                      "'hint'",
                      NULL),
               "2|nav by bc from 192.0.2.1: id 8");
    CHECK(problems_now() == 0);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(numbers_are_given_out_in_order_from_the_floor);
    RUN(an_abandoned_document_voids_its_numbers);
    RUN(a_raised_floor_explains_the_gap);
    RUN(damage_is_found);
    RUN(an_unknown_needs_an_attempt_and_a_done_none_open);
    RUN(a_query_only_reads);
    RUN(sums_are_exact);
    RUN(exceptions_say_class_court_and_action);
    RUN(late_acknowledgments_are_listed);
    RUN(counts_add_up);
    RUN(digests_are_the_known_ones);
    RUN(the_manual_has_the_state_table);
    RUN(a_hint_has_one_effect);
    return ended();
}
