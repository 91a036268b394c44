/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper with several clients, with clients that die, and killed itself. */
#include <poll.h>
#include <signal.h>

#define THROUGH_KEEPER
#include "store_fixture.h"

enum { WORKERS = 8, EACH = 50 };

/* Adds documents over a connection of its own. */
static int
work(int worker)
{
    struct journal *own;
    struct err failed = { 0 };
    char number[32];
    bool known;

    if (!journal_connect(&own, dir, &failed))
        return 1;
    for (int i = 0; i < EACH; i++) {
        snprintf(number, sizeof number, "PO-%d-%d", worker, i);
        struct document d = order("ACME", number);
        if (!journal_begin(own, &failed) ||
            !journal_add(own, &d, &known, &failed) ||
            !journal_note(own, d.id, "noted", "by a worker", &failed) ||
            !journal_commit(own, &failed))
            return 2;
    }
    journal_close(&own);
    return 0;
}

static void
many_clients_lose_nothing(void)
{
    pid_t workers[WORKERS];
    int status;

    fresh();
    fflush(stdout);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0)
            _exit(work(i));
    }
    for (int i = 0; i < WORKERS; i++)
        CHECK(waitpid(workers[i], &status, 0) == workers[i] && status == 0);
    CHECK_TEXT(
        answer("SELECT count(*), count(DISTINCT number) FROM documents", NULL),
        "400|400");
    CHECK(problems_now() == 0);
}

static void
a_client_that_dies_is_undone(void)
{
    struct document taken[4];
    struct journal *other;
    size_t count;
    bool known;

    fresh();
    added("ACME", "PO-1");
    struct doc_filter due = { .direction = DIRECTION_OUT,
                              .states = 1U << DOC_RECEIVED };
    CHECK_OK(journal_connect(&other, dir, &err), &err);
    CHECK_OK(journal_claim(other, &due, 300, taken, 4, &count, &err), &err);
    CHECK(count == 1);
    CHECK_OK(journal_claim(journal, &due, 300, taken, 4, &count, &err), &err);
    CHECK(count == 0); /* the other one has it */
    struct document half = order("ACME", "PO-2");
    CHECK_OK(journal_begin(other, &err), &err);
    CHECK_OK(journal_add(other, &half, &known, &err), &err);
    journal_close(&other);
    CHECK_OK(journal_claim(journal, &due, 300, taken, 4, &count, &err), &err);
    CHECK(count == 1); /* its lease ended with its connection */
    CHECK_TEXT(answer("SELECT count(*) FROM documents", NULL), "1");
    CHECK(problems_now() == 0);
}

static void
a_killed_keeper_has_what_it_answered(void)
{
    struct document d = order("ACME", "PO-9");
    bool known;

    fresh();
    for (int i = 0; i < 20; i++) {
        char number[16];
        snprintf(number, sizeof number, "PO-%d", i);
        added("ACME", number);
    }
    CHECK(kill(keeper_process, SIGKILL) == 0);
    waitpid(keeper_process, NULL, 0);
    keeper_process = 0;
    close(keeper_stop);
    refused(journal_add(journal, &d, &known, &err), TP4040);
    reopen();
    CHECK_TEXT(answer("SELECT count(*) FROM documents", NULL), "20");
    CHECK(problems_now() == 0);
}

static bool
is_woken(int fd, int milliseconds)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    char bytes[16];

    if (poll(&poll_fd, 1, milliseconds) != 1)
        return false;
    return read(fd, bytes, sizeof bytes) > 0;
}

static void
who_watches_is_woken_after_the_commit(void)
{
    struct document d = order("ACME", "PO-1");
    bool known;
    int fd;

    fresh();
    CHECK_OK(journal_watch(dir, WATCH_ARRIVALS, &fd, &err), &err);
    CHECK_OK(journal_begin(journal, &err), &err);
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK(!is_woken(fd, 100)); /* nothing is durable yet */
    CHECK_OK(journal_commit(journal, &err), &err);
    CHECK(is_woken(fd, 2000));
    CHECK_OK(journal_cursor_set(journal, "nav", "7", &err), &err);
    CHECK(!is_woken(fd, 100)); /* not what it watches */
    close(fd);
}

static int64_t
heard_by(int fd, char *last)
{
    char bytes[64];
    ssize_t got;
    int64_t heard = 0;

    while ((got = read(fd, bytes, sizeof bytes)) > 0) {
        heard += got;
        *last = bytes[got - 1];
    }
    return heard;
}

static void
a_worker_rests_when_it_has_heard_everything(void)
{
    struct workers workers;
    int64_t heard;
    char last = 0;
    int fd;

    fresh();
    CHECK_OK(journal_workers(journal, &workers, &err), &err);
    CHECK(workers.count == 0 && workers.busy == 0);
    CHECK_OK(journal_watch(dir, WATCH_SEND | WATCH_NOW, &fd, &err), &err);
    CHECK_OK(journal_workers(journal, &workers, &err), &err);
    CHECK(workers.count == 1 && workers.busy == 1);
    CHECK_OK(journal_rests(journal, 0, 5, &err), &err);
    CHECK_OK(journal_workers(journal, &workers, &err), &err);
    CHECK(workers.count == 1 && workers.busy == 0);
    CHECK_OK(journal_nudge(journal, &err), &err);
    CHECK_OK(journal_rests(journal, 0, 9, &err),
             &err); /* it has not heard it */
    CHECK_OK(journal_workers(journal, &workers, &err), &err);
    CHECK(workers.count == 1 && workers.busy == 1);
    heard = heard_by(fd, &last);
    CHECK(heard == 1 && last == WATCH_NOW);
    CHECK_OK(journal_rests(journal, heard, 7, &err), &err);
    CHECK_OK(journal_workers(journal, &workers, &err), &err);
    CHECK(workers.busy == 0 && workers.next == 7);
    close(fd);
}

static void
an_undone_part_leaves_the_others(void)
{
    struct document a = order("ACME", "PO-1"), b = order("ACME", "PO-2");
    char cursor[512];
    bool known;

    fresh();
    CHECK_OK(journal_begin(journal, &err), &err);
    CHECK_OK(journal_add(journal, &a, &known, &err), &err);
    journal_abandon(journal);
    CHECK_OK(journal_begin(journal, &err), &err);
    CHECK_OK(journal_add(journal, &b, &known, &err), &err);
    CHECK_OK(journal_cursor_set(journal, "nav", "7", &err), &err);
    CHECK_OK(journal_commit(journal, &err), &err);
    CHECK_OK(journal_cursor(journal, "nav", cursor, &err), &err);
    CHECK_TEXT(cursor, "7");
    CHECK_TEXT(answer("SELECT number FROM documents", NULL), "PO-2");
    CHECK(problems_now() == 0);
}

static void
two_keepers_are_one_too_many(void)
{
    struct keeper *second;
    struct journal *writer;

    fresh();
    refused(keeper_open(&second, dir, dir, &err), TP4010);
    refused(journal_open(&writer, dir, &err), TP4010);
    end_journal();
    refused(journal_connect(&writer, dir, &err), TP4040);
}

static void
what_is_due_next_is_known(void)
{
    struct document a, b;
    moment due, now = when_now();

    fresh();
    CHECK_OK(journal_next_due(journal, DIRECTION_ANY, &due, &err), &err);
    CHECK(due == 0);
    a = added("ACME", "PO-1");
    b = added("ACME", "PO-2");
    a.due = now + 60000;
    go(&a, DOC_DEFERRED);
    b.due = now + 30000;
    go(&b, DOC_DEFERRED);
    CHECK_OK(journal_next_due(journal, DIRECTION_ANY, &due, &err), &err);
    CHECK(due == b.due);
    CHECK_OK(journal_next_due(journal, DIRECTION_OUT, &due, &err), &err);
    CHECK(due == b.due);
    CHECK_OK(journal_next_due(journal, DIRECTION_IN, &due, &err), &err);
    CHECK(due == 0);
}

static void
open_effects_are_listed(void)
{
    struct document d;
    struct effect one = { .kind = "tell", .target = "nav", .key = "a" };
    struct effect two = { .kind = "tell", .target = "nav", .key = "b" };
    struct effect *list;
    size_t count;

    fresh();
    d = added("ACME", "PO-1");
    one.document = two.document = d.id;
    CHECK_OK(journal_intend(journal, &one, &err), &err);
    CHECK_OK(journal_intend(journal, &two, &err), &err);
    CHECK_OK(journal_attempt(journal, &one, &err), &err);
    CHECK_OK(
        journal_open_effects(journal, "tell", 10, arena, &list, &count, &err),
        &err);
    CHECK(count == 2 && list[0].id == one.id && list[1].id == two.id);
    one.state = EFFECT_DONE;
    CHECK_OK(journal_settle(journal, &one, &err), &err);
    CHECK_OK(
        journal_open_effects(journal, "tell", 10, arena, &list, &count, &err),
        &err);
    CHECK(count == 1 && list[0].id == two.id);
    CHECK_OK(journal_open_effects(journal, "deliver", 10, arena, &list, &count,
                                  &err),
             &err);
    CHECK(count == 0);
}

/* A file of 200 KB is accepted by its path and read in pieces. */
static void
a_large_file_travels_by_its_path(void)
{
    enum { SIZE = 200000 };
    static char bytes[SIZE];
    struct buf got = { 0 };
    char path[600];
    int64_t id, same;
    bool known;

    fresh();
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)('A' + i * 7 % 23);
    snprintf(path, sizeof path, "%s/large.edi", dir);
    CHECK_OK(durable_write(dir, "large.edi", bytes, SIZE, 0600, &err), &err);
    struct arrival arrival = {
        .partner = "ACME", .channel = "drop", .name = "large.edi", .path = path
    };
    CHECK_OK(journal_accept(journal, &arrival, &id, &known, &err), &err);
    CHECK(!known);
    for (size_t at = 0; at < SIZE; at += 65537)
        CHECK_OK(journal_read(journal, id, (int64_t)at, 65537, &got, &err),
                 &err);
    CHECK(got.size == SIZE && memcmp(got.text, bytes, SIZE) == 0);
    CHECK_OK(journal_read(journal, id, SIZE, 10, &got, &err), &err);
    CHECK(got.size == SIZE);
    buf_free(&got);
    /* The same bytes by the other way are known. */
    arrival.path = NULL;
    arrival.bytes = bytes;
    arrival.size = SIZE;
    CHECK_OK(journal_accept(journal, &arrival, &same, &known, &err), &err);
    CHECK(known && same == id);
    arrival.path = "/nonexistent/large.edi";
    refused(journal_accept(journal, &arrival, &same, &known, &err), TP4002);
}

int
main(void)
{
    setenv("TRADEPOST_BUSY_MS", "200", 1);
    RUN(many_clients_lose_nothing);
    RUN(a_client_that_dies_is_undone);
    RUN(a_killed_keeper_has_what_it_answered);
    RUN(who_watches_is_woken_after_the_commit);
    RUN(a_worker_rests_when_it_has_heard_everything);
    RUN(an_undone_part_leaves_the_others);
    RUN(two_keepers_are_one_too_many);
    RUN(what_is_due_next_is_known);
    RUN(open_effects_are_listed);
    RUN(a_large_file_travels_by_its_path);
    return ended();
}
