/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_fixture - a fresh journal for each case, and the usual documents.
 */
#ifndef TP_TESTS_UNIT_STORE_FIXTURE_H
#define TP_TESTS_UNIT_STORE_FIXTURE_H

#include <sqlite3.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/problems.h"
#include "base/text.h"
#include "store/digest.h"
#include "store/journal.h"
#include "test.h"
#ifdef THROUGH_KEEPER
#include <sys/wait.h>
#include <unistd.h>

#include "store/keeper.h"
#endif

static struct journal *journal;
static struct arena *arena;
static struct err err;
static char dir[64];

#ifdef THROUGH_KEEPER
/* The same cases with the journal in another process, over its socket. */
static pid_t keeper_process;
static int keeper_stop = -1;

static inline int
keep_journal(int stop, int ready)
{
    struct keeper *keeper;
    struct err failed = { 0 };
    char spool[80];

    snprintf(spool, sizeof spool, "%s/spool", dir);
    if (!keeper_open(&keeper, dir, spool, &failed)) {
        printf("# keeper: %s\n", failed.text);
        return 1;
    }
    bool told = write(ready, "r", 1) == 1;
    bool good = told && keeper_run(keeper, stop, &failed);
    keeper_close(&keeper);
    return good ? 0 : 1;
}

static inline void
end_journal(void)
{
    journal_close(&journal);
    if (keeper_process == 0)
        return;
    close(keeper_stop);
    waitpid(keeper_process, NULL, 0);
    keeper_process = 0;
}

static inline void
begin_journal(void)
{
    int stop[2], ready[2];
    char byte;

    end_journal();
    CHECK(pipe(stop) == 0 && pipe(ready) == 0);
    fflush(stdout);
    keeper_process = fork();
    if (keeper_process == 0) {
        close(stop[1]);
        close(ready[0]);
        exit(keep_journal(stop[0], ready[1]));
    }
    close(stop[0]);
    close(ready[1]);
    keeper_stop = stop[1];
    CHECK(read(ready[0], &byte, 1) == 1);
    close(ready[0]);
    CHECK_OK(journal_connect(&journal, dir, &err), &err);
}
#else
static inline void
end_journal(void)
{
    journal_close(&journal);
}

static inline void
begin_journal(void)
{
    end_journal();
    CHECK_OK(journal_open(&journal, dir, &err), &err);
}
#endif

static inline void
fresh(void)
{
    end_journal();
    arena_free(&arena);
    if (dir[0] != '\0') {
        err_clear(&err);
        CHECK_OK(durable_remove_tree(dir, &err), &err);
    }
    err_clear(&err);
    snprintf(dir, sizeof dir, "/tmp/tp-store-XXXXXX");
    CHECK(mkdtemp(dir) != NULL);
    begin_journal();
    arena = arena_new();
}

static inline void
reopen(void)
{
    begin_journal();
}

/* SQL behind the journal's back, as damage or another version would be. */
static inline void
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

static inline size_t
problems_now(void)
{
    struct problems *found = problems_new(arena);

    CHECK_OK(journal_verify(journal, found, &err), &err);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        printf("#   %s %s: %s\n", err_name(p->code), p->at, p->text);
    return problems_errors(found);
}

static inline struct document
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

static inline struct document
added(const char *partner, const char *number)
{
    struct document d = order(partner, number);
    bool known;

    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK(!known && d.id > 0);
    return d;
}

static inline void
go(struct document *d, enum doc_state to)
{
    enum doc_state from = d->state;

    d->state = to;
    if (to == DOC_HELD || to == DOC_DEAD || to == DOC_IGNORED)
        text_copy(d->reason, sizeof d->reason, "a reason");
    CHECK_OK(journal_advance(journal, d, from, "step", "", &err), &err);
}

static inline void
refused(bool done, enum err_code code)
{
    CHECK(!done);
    CHECK_TEXT(err_name(err.code), err_name(code));
    err_clear(&err);
}

/* An order with its interchange and numbers, as the settings' floor is 917. */
static inline struct document
numbered(const char *number)
{
    struct document d = order("ACME", number);
    struct interchange it = { .direction = DIRECTION_OUT,
                              .state = "made",
                              .partner = "ACME" };
    long isa, gs;
    bool known;

    CHECK_OK(journal_begin(journal, &err), &err);
    CHECK_OK(journal_number(journal, "ACME/isa", 917, &isa, &err), &err);
    CHECK_OK(journal_number(journal, "ACME/gs", 917, &gs, &err), &err);
    snprintf(it.control, sizeof it.control, "%09ld", isa);
    text_copy(d.isa, sizeof d.isa, it.control);
    snprintf(d.gs, sizeof d.gs, "%ld", gs);
    CHECK_OK(journal_add_interchange(journal, &it, &err), &err);
    CHECK_OK(journal_keep(journal, &it, number, strlen(number), &err), &err);
    d.interchange = it.id;
    CHECK_OK(journal_add(journal, &d, &known, &err), &err);
    CHECK_OK(journal_commit(journal, &err), &err);
    return d;
}

static inline bool
one_row(void *user, int columns, const char *const *names,
        const char *const *values, struct err *e)
{
    char *out = user;

    (void)names;
    (void)e;
    for (int i = 0; i < columns; i++)
        snprintf(out + strlen(out), 300 - strlen(out), "%s%s",
                 out[0] != '\0' ? "|" : "", values[i] ? values[i] : "NULL");
    return true;
}

/* The rows of a query, all values with "|" between. */
static inline const char *
answer(const char *select, const char *text)
{
    static char out[300];

    out[0] = '\0';
    CHECK_OK(
        journal_query(journal, select, &text, text != NULL, one_row, out, &err),
        &err);
    return out;
}

static inline int
ended(void)
{
    end_journal();
    arena_free(&arena);
    if (dir[0] != '\0' && !durable_remove_tree(dir, &err))
        return 1;
    return test_end();
}

#endif
