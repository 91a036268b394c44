/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper_private - the keeper's clients: their sockets, what they have sent,
 * and the answers that wait for the next commit.
 */
#ifndef TP_STORE_KEEPER_PRIVATE_H
#define TP_STORE_KEEPER_PRIVATE_H

#include <sys/types.h>

#include "store/call.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/serve.h"

enum { CLIENTS_MOST = 64, TOKENS_MOST = 256 };

struct client {
    int fd; /* -1 = free */
    bool greeted, gone;
    bool scope;     /* its transaction is open */
    bool held;      /* the answer in `out` waits for the commit */
    uint32_t watch; /* WATCH_ bits; such a client asks nothing more */
    int64_t told;   /* bytes sent to it since it watches */
    bool rests;     /* it has heard all of them and has nothing to do */
    moment until;   /* so long; 0 = until it is told something */
    pid_t process;
    char actor[32];
    struct buf in;  /* the question as far as it has come */
    struct buf out; /* the answer as far as it has not gone */
    size_t out_at;
    int64_t tokens[TOKENS_MOST]; /* of the leases that it took */
    size_t token_count;
    int64_t scope_since; /* nanoseconds, of when_steady() */
};

struct keeper {
    struct journal *journal;
    char spool[768];
    int listener;
    struct arena *arena; /* of one operation */
    struct client clients[CLIENTS_MOST];
    struct client *speaker; /* whose transaction is open; NULL = nobody's */
    size_t group;           /* operations since the last commit */
    int64_t group_since;
    int64_t operations, commits;
};

/* clients.c: nothing of it blocks. */
bool clients_listen(struct keeper *, const char *dir, struct err *) MUST_USE;
void client_accept(struct keeper *);
/* Reads what is there; marks the client gone at its end. */
void client_read(struct client *);
void client_write(struct client *);
/* The whole question, ready to be taken; false while it has not come. */
bool client_question(struct client *, enum op *, struct call *);
void client_answer(struct client *, struct call *);
void client_failure(struct client *, struct call *, const struct err *);
/* The worker on this process's watch rests, if it has heard everything. */
void client_rests(struct keeper *, const struct client *, int64_t heard,
                  moment until);
void clients_count(const struct keeper *, struct workers *);
void client_free(struct client *);

#endif
