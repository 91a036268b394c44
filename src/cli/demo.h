/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demo - the main job in front of one's eyes: simulated NAV, Cleo and token
 * server, a real OpenSSH server, six partners that answer.
 *
 * Everything lies in one folder and everything that is started ends with the
 * command. Nothing but loopback is used.
 */
#ifndef TP_CLI_DEMO_H
#define TP_CLI_DEMO_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct demo {
    struct arena *arena;
    const char *dir;          /* the workspace */
    const char *data;         /* guides, maps, examples */
    const char *sandbox;      /* the program */
    const char *fingerprint;  /* of the sshd's host key */
    const char *today;        /* the demo's date */
    const char *self, *again; /* "tradepost demo", "tradepost --demo" */
    long seed;
    long nav, cleo, odoo, token, sshd; /* ports */
    pid_t sandbox_pid, sshd_pid;
};

/* "W/NAME" */
const char *demo_path(const struct demo *, const char *name);
/* Makes the folders, keys, secrets and settings. */
bool demo_make(struct demo *, struct err *) MUST_USE;
/* Starts both servers and waits until they answer; then writes env.conf. */
bool demo_start(struct demo *, struct err *) MUST_USE;
void demo_stop(struct demo *);
/* Has every partner answer what it was sent. */
bool demo_answer(struct demo *, struct err *) MUST_USE;
/* Prints what the journal says of the run. */
struct journal;
bool demo_tell(struct demo *, struct journal *, struct err *) MUST_USE;

#endif
