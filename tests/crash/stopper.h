/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopper - runs a program up to one of its system calls, and kills it there
 * or lets the call fail.
 *
 *   const char *words[] = { "./driver", "run", NULL };
 *   struct stopper_plan plan = { .calls = &stopper_all, .target = 57 };
 *   struct stopped end;
 *   stopper_run(words, NULL, &plan, &end);         killed before the 57th
 *
 * A target of 0 counts only. The calls are counted from the program's first
 * instruction on (its libraries are loaded by then), over all its threads and
 * children, by a seccomp filter that reports to ptrace, so that the program
 * runs at full speed in between. The call that it is stopped at is not carried
 * out.
 */
#ifndef TP_TESTS_CRASH_STOPPER_H
#define TP_TESTS_CRASH_STOPPER_H

#include <stdbool.h>
#include <stddef.h>

struct stopper_calls {
    const char *name;
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
/* Those that move bytes, and may move fewer than asked. */
extern const struct stopper_calls stopper_data;
/* Everything that may fail: the first three, and reading, looking, memory,
 * processes. */
extern const struct stopper_calls stopper_every;

enum {
    STOPPER_CANNOT_START = 76,
    STOPPER_NOT_ALLOWED = 77,
    STOPPER_KILLED = 128 + 9
};

enum stopper_act {
    STOPPER_KILL_ALL,    /* the program and its children, as a machine dies */
    STOPPER_KILL_CALLER, /* the process that made the call */
    STOPPER_FAIL,        /* the call gives an error */
    STOPPER_HALVE        /* the call gets half the bytes to read or write */
};

struct stopper_plan {
    const struct stopper_calls *calls;
    long target;
    enum stopper_act act;
    int error;    /* an errno, for STOPPER_FAIL */
    bool ever_on; /* all further calls of the same kind as well */
};

struct stopped {
    int status; /* as a shell says it */
    long passed;
    long struck; /* the number of the call that was stopped, or -1 */
};

/* Done when the program stands at its target, before it is killed; NULL =
 * nothing. */
extern void (*stopper_strike)(void);

/* output: a file that the program's standard output is added to, or NULL. */
void stopper_run(const char *const *words, const char *output,
                 const struct stopper_plan *, struct stopped *);

#endif
