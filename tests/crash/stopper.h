/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopper - runs a program and kills it before one of its system calls.
 *
 *   const char *words[] = { "./driver", "run", NULL };
 *   struct stopped end;
 *   stopper_run(words, NULL, stopper_all, 0, &end);     counts only
 *   stopper_run(words, NULL, stopper_all, 57, &end);    killed before the 57th
 *
 * The calls are counted over all its threads and children by a seccomp filter
 * that reports to ptrace, so that the program runs at full speed in between.
 * The call that it is killed at is not carried out.
 */
#ifndef TP_TESTS_CRASH_STOPPER_H
#define TP_TESTS_CRASH_STOPPER_H

#include <stddef.h>

struct stopper_calls {
    const long *numbers;
    size_t count;
};

/* Everything that changes a file, a folder or the far side of a connection. */
extern const struct stopper_calls stopper_all;
/* Those that make a change lasting or seen by others: syncs, renames,
 * removals, connections, sends. */
extern const struct stopper_calls stopper_marks;
/* The syncs alone. */
extern const struct stopper_calls stopper_syncs;

enum {
    STOPPER_CANNOT_START = 76,
    STOPPER_NOT_ALLOWED = 77,
    STOPPER_KILLED = 128 + 9
};

struct stopped {
    int status; /* as a shell says it */
    long passed;
};

/* Done when the program stands at its target, before it is killed; NULL =
 * nothing. */
extern void (*stopper_strike)(void);

/* output: a file that the program's standard output is added to, or NULL. */
void stopper_run(const char *const *words, const char *output,
                 const struct stopper_calls *, long target, struct stopped *);

#endif
