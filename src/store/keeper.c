/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper's loop. Every round it takes what clients have sent and does it
 * inside one SQLite transaction, a savepoint for each client's own; it commits
 * when nobody who may speak has anything more to say, or after GROUP_MOST
 * operations. While a commit syncs, the next group's questions come in.
 */
#include "store/keeper.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "store/keeper_private.h"
#include "store/purge.h"
#include "store/remote.h"
#include "store/restored.h"

enum { GROUP_MOST = 200, GROUP_MILLISECONDS = 5, EVENTS_AT_ONCE = 100 };

enum op_kind { READ, WRITE, SCOPE, ALONE, TALK };

static const struct {
    enum op_kind kind;
    serve_op *serve;
} ops[OPS] = {
#define OP(name, kind, function) [OP_##name] = { kind, function },
#include "store/ops.tbl"
#undef OP
};

/* ---- groups */

/* Who watches is told after the commit, when it can be looked at. */
static void
wake(struct keeper *keeper, uint32_t touched)
{
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &keeper->clients[i];
        uint32_t topics = client->watch & touched;
        if (client->fd < 0 || topics == 0 || client->out.size > 64)
            continue;
        buf_addc(&client->out, (char)topics);
        client->told++;
        client->rests = false;
        client_write(client);
    }
}

static bool
close_group(struct keeper *keeper, struct err *err)
{
    CLEANUP(call_free) struct call call = { 0 };
    struct err failed = { 0 };
    bool good = group_commit(keeper->journal, &failed);

    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &keeper->clients[i];
        if (client->fd < 0 || !client->held)
            continue;
        if (!good)
            client_failure(client, &call, &failed);
        client->held = false;
        client_write(client);
    }
    keeper->commits += keeper->group > 0;
    keeper->group = 0;
    if (good)
        wake(keeper, keeper->journal->touched);
    else
        *err = failed;
    keeper->journal->touched = 0;
    return good;
}

/* The answer waits while what it tells is not durable. */
static void
hold_answer(struct keeper *keeper, struct client *client)
{
    if (client->scope || !keeper->journal->group_open)
        return;
    client->held = true;
    if (keeper->group++ == 0)
        keeper->group_since = when_steady();
}

/* ---- operations */

static bool
do_scope(struct keeper *keeper, struct client *client, enum op op,
         struct err *err)
{
    struct journal *journal = keeper->journal;
    bool good = true;

    if ((op == OP_BEGIN) == client->scope && op != OP_ABANDON)
        return err_set(err, TP4006, "a transaction within another, or none");
    if (op == OP_BEGIN)
        good = journal_begin(journal, err);
    else if (op == OP_COMMIT)
        good = journal_commit(journal, err);
    else if (client->scope)
        journal_abandon(journal);
    client->scope = good && op == OP_BEGIN;
    client->scope_since = when_steady();
    keeper->speaker = client->scope ? client : NULL;
    return good;
}

static bool
end_leases(struct keeper *keeper, struct client *client, struct err *err)
{
    for (; client->token_count > 0; client->token_count--)
        if (!lease_end(keeper->journal, client->tokens[client->token_count - 1],
                       err))
            return false;
    return true;
}

/* What workers say of themselves, and others ask of them. */
static bool
do_workers(struct keeper *keeper, struct client *client, enum op op,
           struct call *call, struct err *err)
{
    struct workers workers;

    if (op == OP_RESTS) {
        int64_t heard = take_number(call);
        client_rests(keeper, client, heard, take_number(call));
        return sound(call, err);
    }
    if (op == OP_NUDGE) {
        wake(keeper, WATCH_NOW);
        return true;
    }
    clients_count(keeper, &workers);
    answer(call);
    put_raw(call, &workers, sizeof workers);
    return true;
}

static bool
do_talk(struct keeper *keeper, struct client *client, enum op op,
        struct call *call, struct err *err)
{
    char greeting[96];

    if (op == OP_END_LEASES)
        return end_leases(keeper, client, err);
    if (op == OP_WATCH) {
        client->watch = (uint32_t)take_number(call) & WATCH_ALL;
        return sound(call, err);
    }
    const char *text = needed_text(call);
    if (op == OP_ACTOR) {
        fit(client->actor, sizeof client->actor, text);
        return sound(call, err);
    }
    keeper_greeting(greeting);
    client->greeted = !call->bad && text_equal(text, greeting);
    return client->greeted || err_set(err, TP4041, "found %.100s", text);
}

/* Files are made between two commits: nothing of a group may be open then. */
static bool
do_alone(struct keeper *keeper, enum op op, struct call *call, struct err *err)
{
    struct journal *journal = keeper->journal;
    bool more = false;

    if (!close_group(keeper, err))
        return false;
    journal->grouped = false;
    bool good =
        op == OP_SWEEP
            ? journal_sweep(journal, err)
            : (op == OP_REFRESH || spool_clear(journal, keeper->spool, err)) &&
                  spool_refresh_some(journal, keeper->spool, EVENTS_AT_ONCE,
                                     &more, err);
    journal->grouped = true;
    answer(call);
    put_number(call, more);
    return good;
}

/* Remembers whose leases they are; forgets those that are over. */
static void
note_claim(struct keeper *keeper, struct client *client)
{
    struct err ignored = { 0 };
    size_t kept = 0;
    bool live;

    if (keeper->journal->claimed == 0)
        return;
    if (client->token_count == TOKENS_MOST) {
        for (size_t i = 0; i < TOKENS_MOST; i++)
            if (lease_lives(keeper->journal, client->tokens[i], &live,
                            &ignored) &&
                live)
                client->tokens[kept++] = client->tokens[i];
        client->token_count = kept;
    }
    if (client->token_count < TOKENS_MOST)
        client->tokens[client->token_count++] = keeper->journal->claimed;
    keeper->journal->claimed = 0;
}

static bool
operate(struct keeper *keeper, struct client *client, enum op op,
        struct call *call, struct err *err)
{
    if (!client->greeted && op != OP_HELLO)
        return err_set(err, TP4041, "a call without a greeting");
    fit(keeper->journal->actor, sizeof keeper->journal->actor,
        client->actor[0] != '\0' ? client->actor : "system");
    switch (ops[op].kind) {
    case SCOPE:
        answer(call);
        return do_scope(keeper, client, op, err);
    case TALK:
        if (op == OP_WORKERS)
            return do_workers(keeper, client, op, call, err);
        if (op == OP_RESTS || op == OP_NUDGE) {
            if (!do_workers(keeper, client, op, call, err))
                return false;
            answer(call);
            return true;
        }
        if (!do_talk(keeper, client, op, call, err))
            return false;
        answer(call);
        return true;
    case ALONE:
        return (!client->scope ||
                err_set(err, TP4006, "views inside a transaction")) &&
               do_alone(keeper, op, call, err);
    case READ:
    case WRITE:
        break;
    }
    if (!ops[op].serve(keeper->journal, call, keeper->arena, err))
        return false;
    note_claim(keeper, client);
    return true;
}

static void
serve_client(struct keeper *keeper, struct client *client, struct call *call)
{
    struct err failed = { 0 };
    enum op op;

    if (client->held || !client_question(client, &op, call))
        return;
    keeper->operations++;
    if (operate(keeper, client, op, call, &failed))
        client_answer(client, call);
    else
        client_failure(client, call, &failed);
    arena_reset(keeper->arena);
    hold_answer(keeper, client);
    client_write(client);
}

/* ---- the end of a client */

static bool
drop(struct keeper *keeper, struct client *client, struct err *err)
{
    if (client->scope) {
        journal_abandon(keeper->journal);
        keeper->speaker = NULL;
        client->scope = false;
    }
    bool good = keeper->speaker != NULL || end_leases(keeper, client, err);
    if (keeper->speaker == NULL || client->token_count == 0)
        client_free(client);
    return good;
}

/* Leases cannot end inside somebody's transaction: then, after it. */
static bool
drop_gone(struct keeper *keeper, struct err *err)
{
    struct client *speaker = keeper->speaker;

    if (speaker != NULL && when_steady() - speaker->scope_since >
                               (int64_t)KEEPER_PATIENCE * 1000000000)
        speaker->gone = true;
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &keeper->clients[i];
        if (client->fd >= 0 && client->gone && !drop(keeper, client, err))
            return false;
    }
    return true;
}

/* ---- the loop */

struct round {
    struct pollfd fds[CLIENTS_MOST + 2];
    struct client *of[CLIENTS_MOST + 2];
    nfds_t count;
};

static void
add(struct round *round, int fd, short events, struct client *client)
{
    round->fds[round->count] = (struct pollfd){ .fd = fd, .events = events };
    round->of[round->count++] = client;
}

/* While a transaction is open, nobody else's question is taken. */
static void
gather(struct keeper *keeper, int stop_fd, struct round *round)
{
    round->count = 0;
    add(round, stop_fd, POLLIN, NULL);
    add(round, keeper->listener, POLLIN, NULL);
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &keeper->clients[i];
        bool heard = keeper->speaker == NULL || keeper->speaker == client;
        if (client->fd < 0 || client->gone)
            continue;
        add(round, client->fd,
            (short)((heard && !client->held ? POLLIN : 0) |
                    (client->out.size > 0 && !client->held ? POLLOUT : 0)),
            client);
    }
}

/* The group is closed when nobody has more to say, or when it is time. */
static bool
is_time(const struct keeper *keeper, int ready)
{
    if (keeper->speaker != NULL || !keeper->journal->group_open)
        return keeper->journal->group_lost && keeper->speaker == NULL;
    return ready == 0 || keeper->group >= GROUP_MOST ||
           when_steady() - keeper->group_since >
               (int64_t)GROUP_MILLISECONDS * 1000000;
}

static int
patience(const struct keeper *keeper)
{
    if (keeper->speaker != NULL)
        return 1000;
    return keeper->journal->group_open ? 0 : -1;
}

static bool
play(struct keeper *keeper, struct round *round, struct call *call,
     struct err *err)
{
    int ready = poll(round->fds, round->count, patience(keeper));

    if (ready > 0 && (round->fds[1].revents & POLLIN) != 0)
        client_accept(keeper);
    for (nfds_t i = 2; ready > 0 && i < round->count; i++) {
        struct client *client = round->of[i];
        short got = round->fds[i].revents;
        if ((got & POLLOUT) != 0)
            client_write(client);
        if ((got & (POLLIN | POLLHUP | POLLERR)) == 0)
            continue;
        if (keeper->speaker != NULL && keeper->speaker != client) {
            client->gone = client->gone || (got & (POLLHUP | POLLERR)) != 0;
            continue;
        }
        client_read(client);
        serve_client(keeper, client, call);
    }
    if (!drop_gone(keeper, err))
        return false;
    return !is_time(keeper, ready) || close_group(keeper, err);
}

bool
keeper_run(struct keeper *keeper, int stop_fd, struct err *err)
{
    CLEANUP(call_free) struct call call = { 0 };
    struct round round;
    bool good = true;

    do {
        gather(keeper, stop_fd, &round);
        good = play(keeper, &round, &call, err);
    } while (good && (round.fds[0].revents & (POLLIN | POLLHUP)) == 0);
    if (keeper->speaker != NULL)
        journal_abandon(keeper->journal);
    keeper->speaker = NULL;
    if (good && !keeper->journal->broken)
        good = close_group(keeper, err);
    return good;
}

bool
keeper_open(struct keeper **out, const char *dir, const char *spool,
            struct err *err)
{
    struct keeper *keeper = obtain(sizeof *keeper);

    keeper->listener = -1;
    keeper->arena = arena_new();
    for (size_t i = 0; i < CLIENTS_MOST; i++)
        keeper->clients[i].fd = -1;
    text_copy(keeper->spool, sizeof keeper->spool, spool);
    *out = keeper;
    /* No client lives: whoever held a lease is dead. */
    if (journal_open(&keeper->journal, dir, err) &&
        anchor_check(keeper->journal, spool, err) &&
        journal_end_leases(keeper->journal, err) &&
        clients_listen(keeper, dir, err)) {
        keeper->journal->grouped = true;
        return true;
    }
    keeper_close(out);
    return false;
}

void
keeper_close(struct keeper **keeper)
{
    struct keeper *old = *keeper;

    if (old == NULL)
        return;
    for (size_t i = 0; i < CLIENTS_MOST; i++)
        client_free(&old->clients[i]);
    if (old->listener >= 0)
        close(old->listener);
    if (old->journal != NULL && !old->journal->broken) {
        struct err failed = { 0 };
        old->journal->grouped = false;
        if (!spool_settle(old->journal, old->spool, &failed))
            err_clear(&failed);
    }
    journal_close(&old->journal);
    arena_free(&old->arena);
    release(keeper);
}

void
keeper_set_reserve(struct keeper *keeper, struct reserve reserve)
{
    journal_set_reserve(keeper->journal, reserve);
}

void
keeper_tally(const struct keeper *keeper, int64_t *operations, int64_t *commits)
{
    *operations = keeper->operations;
    *commits = keeper->commits;
}
