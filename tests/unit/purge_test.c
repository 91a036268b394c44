/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what goes, what stays, and that verify knows the difference. */
#include "store/purge.h"
#include "store_fixture.h"

static char big[100000];

/* A document with what it is made of, sent in the interchange of its own. */
static struct document
finished(const char *partner, const char *number)
{
    struct document d = added(partner, number);

    CHECK_OK(journal_put(journal, d.id, "record", "{\"secret\":\"cod fillet\"}",
                         23, &err),
             &err);
    CHECK_OK(journal_put(journal, d.id, "x12", big, sizeof big, &err), &err);
    go(&d, DOC_IGNORED);
    return d;
}

static struct purge
purge_now(const char *kept, bool dry_run)
{
    struct purge purge = { .before = when_now() + 60000,
                           .kept = kept,
                           .dry_run = dry_run };

    do
        CHECK_OK(journal_purge(journal, &purge, &err), &err);
    while (purge.more);
    if (!dry_run)
        CHECK_OK(journal_sweep(journal, &err), &err);
    return purge;
}

static bool
is_there(const struct document *d, const char *role)
{
    struct buf bytes = { 0 };
    bool found;

    CHECK_OK(journal_get(journal, d->id, role, &bytes, &found, &err), &err);
    buf_free(&bytes);
    return found;
}

static void
begin(void)
{
    fresh();
    memset(big, 'x', sizeof big);
}

static void
bytes_go_and_proofs_stay(void)
{
    struct buf all = { 0 };
    char sha256[DIGEST_TEXT];

    begin();
    struct document d = finished("ACME", "PO-1");
    digest_sha256(sha256, big, sizeof big);
    const char *large = arena_printf(arena, "%s/store/%s", dir, sha256);
    CHECK(file_exists(large));
    struct purge purge = purge_now(NULL, true);
    CHECK(purge.documents == 1 && purge.payloads == 2 &&
          purge.bytes == (int64_t)sizeof big + 23);
    CHECK(is_there(&d, "x12"));
    purge = purge_now(NULL, false);
    CHECK(purge.documents == 1 && purge.payloads == 2);
    CHECK(!is_there(&d, "x12") && !is_there(&d, "record"));
    CHECK(!file_exists(large));
    CHECK(problems_now() == 0); /* and says what went */
    CHECK_TEXT(
        answer("SELECT count(*) FROM events WHERE what = 'purged'", NULL), "1");
    purge = purge_now(NULL, false);
    CHECK(purge.documents == 0);
    reopen(); /* the log is taken in */
    CHECK_OK(file_read(arena_printf(arena, "%s/journal.db", dir), 1 << 26, &all,
                       &err),
             &err);
    CHECK(memmem(all.text, all.size, "cod fillet", 10) == NULL);
    buf_free(&all);
}

static void
what_is_kept_stays(void)
{
    begin();
    struct document kept = finished("ACME", "PO-1");
    struct document legal = finished("BLUEFISH", "PO-2");
    struct document held = added("BLUEFISH", "PO-3");
    CHECK_OK(journal_put(journal, held.id, "x12", "ISA", 3, &err), &err);
    go(&held, DOC_HELD);
    struct document goes = finished("BLUEFISH", "PO-4");
    CHECK_OK(journal_cursor_set(
                 journal, arena_printf(arena, "keep:%lld", (long long)legal.id),
                 "a lawsuit", &err),
             &err);
    struct purge purge = purge_now("OAKRIDGE,ACME", false);
    CHECK(purge.documents == 1);
    CHECK(is_there(&kept, "x12") && is_there(&legal, "x12") &&
          is_there(&held, "x12") && !is_there(&goes, "x12"));
    CHECK(problems_now() == 0);
    CHECK_OK(journal_cursor_set(
                 journal, arena_printf(arena, "keep:%lld", (long long)legal.id),
                 "", &err),
             &err);
    purge = purge_now("ACM", false);
    CHECK(purge.documents == 2);
    CHECK(!is_there(&legal, "x12") && is_there(&held, "x12"));
    struct purge young = { .before = when_now() - 60000 };
    finished("ACME", "PO-9");
    CHECK_OK(journal_purge(journal, &young, &err), &err);
    CHECK(young.documents == 0);
    CHECK(problems_now() == 0);
}

static struct document
inside(int64_t interchange, const char *number, enum doc_state state)
{
    struct document d = order("ACME", number);
    bool known;

    d.direction = DIRECTION_IN;
    d.interchange = interchange;
    d.state = state;
    text_copy(d.reason, sizeof d.reason, "a reason");
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    return d;
}

static void
a_file_stays_while_a_document_needs_it(void)
{
    struct arrival arrival = {
        "ACME", "drop", "a.edi", "ISA*...~IEA", 12, NULL
    };
    struct interchange it = { .direction = DIRECTION_IN, .size = 12 }, file;
    struct buf bytes = { 0 };
    bool known, found;

    begin();
    CHECK_OK(journal_accept(journal, &arrival, &it.arrival, &known, &err),
             &err);
    text_copy(it.state, sizeof it.state, "read");
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_interchange(journal, it.arrival, &file, &found, &err),
             &err);
    text_copy(file.state, sizeof file.state, "split");
    CHECK_OK(journal_set_interchange(journal, &file, &err), &err);
    inside(it.id, "INV-1", DOC_IGNORED);
    struct document waits = inside(it.id, "INV-2", DOC_HELD);
    struct purge purge = purge_now(NULL, false);
    CHECK(purge.payloads == 0);
    CHECK_OK(journal_bytes(journal, it.arrival, &bytes, &err), &err);
    CHECK(bytes.size == 12);
    go(&waits, DOC_IGNORED);
    purge = purge_now(NULL, false);
    CHECK(purge.payloads == 1 && purge.bytes == 12);
    refused(journal_bytes(journal, it.arrival, &bytes, &err), TP4070);
    CHECK(problems_now() == 0);
    buf_free(&bytes);
}

static void
a_loss_cannot_hide_as_a_purge(void)
{
    begin();
    finished("ACME", "PO-1");
    tamper("UPDATE payload SET bytes = x'', purged = 1");
    CHECK(problems_now() > 0);
}

/* What a hook delivered long ago, and nothing else that was seen. */
static void
old_deliveries_are_forgotten(void)
{
    static const char *const sets[] = { "hook:shop", "hook:shop", "sftp/ACME",
                                        "hooked" };
    static const bool stays[] = { false, true, true, true };
    char item[8], when[24];
    bool seen;

    begin();
    for (size_t i = 0; i < 4; i++) {
        text_format(item, sizeof item, "id %zu", i);
        text_format(
            when, sizeof when, "%lld",
            (long long)(when_now() - (i == 1 ? 80 : 100) * INT64_C(86400000)));
        CHECK_OK(journal_seen_add(journal, sets[i], item, &err), &err);
        char sql[160];
        text_format(sql, sizeof sql,
                    "UPDATE seen SET at = %s WHERE item = '%s'", when, item);
        tamper(sql);
    }
    purge_now("", false);
    for (size_t i = 0; i < 4; i++) {
        text_format(item, sizeof item, "id %zu", i);
        CHECK_OK(journal_seen(journal, sets[i], item, &seen, &err), &err);
        CHECK(seen == stays[i]);
    }
}

int
main(void)
{
    RUN(bytes_go_and_proofs_stay);
    RUN(what_is_kept_stays);
    RUN(a_file_stays_while_a_document_needs_it);
    RUN(a_loss_cannot_hide_as_a_purge);
    RUN(old_deliveries_are_forgotten);
    return ended();
}
