/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, the lock, bad and full disks, and what a document costs. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal_private.h"
#include "store_fixture.h"

/* ---- opening */

static void
another_version_is_refused(void)
{
    struct journal *other = NULL;

    fresh();
    added("ACME", "PO-1");
    journal_close(&journal);
    tamper("PRAGMA user_version = 99");
    refused(journal_open(&other, dir, &err), TP4008);
    CHECK(other == NULL);
    tamper("PRAGMA user_version = 1; DROP TABLE shown;"
           " DROP TABLE secret; ALTER TABLE payload DROP COLUMN purged;"
           "DROP TRIGGER tally_added; DROP TRIGGER tally_moved;"
           "DROP TRIGGER tally_done; DROP TRIGGER tally_removed;"
           "DROP TRIGGER tally_met; DROP TABLE tally; DROP TABLE bound;"
           "DROP TABLE timing; DROP TABLE posted; DROP TABLE notice;"
           "DROP TABLE incident; DROP INDEX interchange_partner;"
           "DROP INDEX document_created; DROP INDEX document_amount;"
           "DROP INDEX document_system_number; DROP INDEX document_lane;"
           "DROP INDEX document_due; DROP INDEX document_disputed;"
           "DROP TABLE link; DROP TABLE entity");
    refused(journal_open_reader(&other, dir, &err), TP4008);
    CHECK_OK(journal_open(&journal, dir, &err), &err);
    CHECK(problems_now() == 0);
    journal_close(&journal);
    tamper("PRAGMA application_id = 1");
    refused(journal_open(&other, dir, &err), TP4009);
}

static void
a_second_writer_is_refused_a_reader_is_not(void)
{
    struct journal *other = NULL;
    bool known;

    fresh();
    struct document d = added("ACME", "PO-1");
    refused(journal_open(&other, dir, &err), TP4010);
    CHECK_OK(journal_open_reader(&other, dir, &err), &err);
    struct journal *mine = journal;
    journal = other;
    CHECK_TEXT(answer("SELECT number FROM documents", NULL), "PO-1");
    CHECK(problems_now() == 0);
    d.key[0] = '\0';
    bool wrote = journal_add(journal, &d, &known, &err);
    journal = mine;
    journal_close(&other);
    refused(wrote, TP4006);
    refused(journal_open_reader(&other, "/nonexistent", &err), TP4009);
}

static void
two_processes_cannot_both_write(void)
{
    fresh();
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct journal *other = NULL;
        struct err e = { 0 };
        _exit(!journal_open(&other, dir, &e) && e.code == TP4010 ? 0 : 1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The steps of SQLite's machine in one document's life. */
static long
cost_of_a_life(const char *number)
{
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .states = 1U << DOC_QUEUED };
    size_t count;
    long steps = 0;

    for (size_t i = 0; i < STATEMENTS; i++)
        if (journal->cache[i] != NULL)
            sqlite3_stmt_status(journal->cache[i], SQLITE_STMTSTATUS_VM_STEP,
                                1);
    struct document d = numbered(number);
    CHECK_OK(journal_put(journal, d.id, "x12", "ISA", 3, &err), &err);
    go(&d, DOC_TRANSLATED);
    go(&d, DOC_QUEUED);
    CHECK_OK(journal_claim(journal, &filter, 60, &d, 1, &count, &err), &err);
    CHECK(count == 1);
    struct effect e = { .document = d.id, .kind = "deliver" };
    text_copy(e.key, sizeof e.key, number);
    CHECK_OK(journal_intend(journal, &e, &err), &err);
    CHECK_OK(journal_attempt(journal, &e, &err), &err);
    go(&d, DOC_WORKING);
    e.state = EFFECT_DONE;
    CHECK_OK(journal_settle(journal, &e, &err), &err);
    go(&d, DOC_DONE);
    for (size_t i = 0; i < STATEMENTS; i++)
        if (journal->cache[i] != NULL)
            steps += sqlite3_stmt_status(journal->cache[i],
                                         SQLITE_STMTSTATUS_VM_STEP, 0);
    return steps;
}

static void
the_cost_of_a_document_stays_flat(void)
{
    char number[16];

    fresh();
    cost_of_a_life("first");
    long before = cost_of_a_life("second");
    for (int i = 0; i < 300; i++) {
        snprintf(number, sizeof number, "PO-%d", i);
        cost_of_a_life(number);
    }
    long after = cost_of_a_life("last");
    if (after > before + before / 4)
        printf("# %ld steps, then %ld\n", before, after);
    CHECK(after <= before + before / 4);
}

/* Runs one commit while no file may grow beyond what it is now. */
static bool
add_on_a_bad_disk(void)
{
    struct document d = order("ACME", "PO-bad");
    struct rlimit old, tight;
    bool known;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    tight = old;
    tight.rlim_cur = 4096;
    setrlimit(RLIMIT_FSIZE, &tight);
    bool done = journal_add(journal, &d, &known, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    return done;
}

static void
a_failed_write_is_never_believed(void)
{
    fresh();
    struct document d = added("ACME", "PO-1");
    bool known;
    refused(add_on_a_bad_disk(), TP4004);
    /* The disk is well again, but this journal stays shut for writing. */
    struct document more = order("ACME", "PO-2");
    refused(journal_add(journal, &more, &known, &err), TP4005);
    CHECK_OK(journal_document(journal, d.id, &d, &known, &err), &err);
    CHECK(known);
    reopen();
    added("ACME", "PO-2");
    CHECK(problems_now() == 0);
    CHECK_TEXT(answer("SELECT count(*) FROM documents", NULL), "2");
}

static void
a_full_disk_refuses_new_input_only(void)
{
    struct arrival arrival = { "ACME", "drop", "a.edi", "ISA", 3, NULL };
    int64_t id;
    bool known;

    fresh();
    setenv("TRADEPOST_RESERVE_MB", "1000000", 1);
    bool accepted = journal_accept(journal, &arrival, &id, &known, &err);
    unsetenv("TRADEPOST_RESERVE_MB");
    refused(accepted, TP4019);
    added("ACME", "PO-1");
    CHECK_OK(journal_accept(journal, &arrival, &id, &known, &err), &err);
    CHECK(problems_now() == 0);
}

static void
a_reserve_is_a_share_of_the_disk_or_less(void)
{
    struct arrival arrival = { "ACME", "drop", "b.edi", "ISA", 3, NULL };
    struct space space;
    int64_t id;
    bool known;

    fresh();
    journal_set_reserve(journal, (struct reserve){ 100, INT64_MAX });
    CHECK_OK(journal_space(journal, &space, &err), &err);
    CHECK(space.low && space.reserve_bytes == space.total_bytes);
    CHECK(space.reserve_files <= 1000);
    refused(journal_accept(journal, &arrival, &id, &known, &err), TP4019);
    journal_set_reserve(journal, (struct reserve){ 100, 4096 });
    CHECK_OK(journal_space(journal, &space, &err), &err);
    CHECK(space.reserve_bytes == 4096);
    journal_set_reserve(journal, (struct reserve){ 0, INT64_MAX });
    CHECK_OK(journal_space(journal, &space, &err), &err);
    CHECK(!space.low && space.reserve_bytes == 0 && space.reserve_files == 0);
    CHECK_OK(journal_accept(journal, &arrival, &id, &known, &err), &err);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(another_version_is_refused);
    RUN(a_second_writer_is_refused_a_reader_is_not);
    RUN(two_processes_cannot_both_write);
    RUN(the_cost_of_a_document_stays_flat);
    RUN(a_failed_write_is_never_believed);
    RUN(a_full_disk_refuses_new_input_only);
    RUN(a_reserve_is_a_share_of_the_disk_or_less);
    return ended();
}
