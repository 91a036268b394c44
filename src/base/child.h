/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child - another program, fixed by its path and arguments; never a shell.
 *
 *   const char *const argv[] = { "/usr/sbin/sshd", "-D", NULL };
 *   if (!child_start(argv, "sshd.log", &pid, &err)) ...
 *   child_stop(&pid);
 *
 * Only the demo, and later the supervisor and the courier, start programs.
 * Nothing that a partner sent is ever an argument.
 */
#ifndef TP_BASE_CHILD_H
#define TP_BASE_CHILD_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Starts it with its output in the log file (TP8050 when it cannot be run).
 * It ends when we do. */
bool child_start(const char *const *argv, const char *log, pid_t *,
                 struct err *) MUST_USE;
/* SIGTERM, then SIGKILL after five seconds; 0 is no child. Sets it to 0. */
void child_stop(pid_t *);
/* Runs it to its end and adds what it printed; TP8050 when it failed. */
bool child_run(const char *const *argv, struct buf *output,
               struct err *) MUST_USE;

#endif
