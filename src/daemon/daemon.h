/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon - tradepostd: a supervisor and its roles, each a process of its own.
 *
 *   struct daemon_plan plan = { "/etc/tradepost", .until_idle = false };
 *   if (!daemon_run(&plan, &err)) ...
 *
 * The supervisor forks the keeper and, when that listens, the other roles
 * (daemon/roles.tbl). It does no work itself:
 *
 *   a role that ends          is started again, later each time it ends at once
 *   the keeper ends           so do the others; then all are started again
 *   a role shows no progress  for limits.stuck: killed, started again
 *   SIGTERM, SIGINT           roles end after the document in hand, the keeper
 *                             last; after limits.drain they are killed
 *   SIGHUP                    the settings and texts are read and checked; only
 *                             without a mistake are the roles started anew
 *   SIGUSR1                   everybody is asked for news now
 *
 * Under systemd (Type=notify) it says READY=1, RELOADING=1 and STOPPING=1, and
 * WATCHDOG=1 while every role makes progress. Codes: TP8060-TP8069.
 */
#ifndef TP_DAEMON_DAEMON_H
#define TP_DAEMON_DAEMON_H

#include <stdbool.h>

#include "base/err.h"

struct daemon_plan {
    const char *config; /* the directory of tradepost.conf */
    bool until_idle;    /* end when nothing is due any more */
};

/* Returns when it was told to end, or cannot begin. */
bool daemon_run(const struct daemon_plan *, struct err *) MUST_USE;

/* The roles that work for it beside its keeper (journal_busy). */
int daemon_workers(void);

#endif
