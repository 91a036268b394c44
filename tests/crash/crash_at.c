/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash_at - kills a program before its N-th system call, or lets that fail.
 *
 *   crash_at CALLS N[=WHAT[+]] COUNT-FILE PROGRAM [WORD...]
 *
 * CALLS: all, marks, syncs, data, every (stopper.h). N = 0 counts only. WHAT is
 * caller (only the process that made the call is killed), half (it is given
 * half the bytes to read or write), or the error that it gives: EIO, ENOSPC,
 * EINTR, ENOMEM and so on by name. With + all further calls of that kind as
 * well.
 *
 * Ends as the program does (137 = killed). COUNT-FILE gets the number of calls
 * passed, and the system's number of the one that failed on a second line. 77 =
 * ptrace or seccomp is not allowed here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stopper.h"

static const struct {
    const char *name;
    int error;
} errors[] = {
    { "EIO", EIO },       { "ENOSPC", ENOSPC }, { "EINTR", EINTR },
    { "ENOMEM", ENOMEM }, { "EMFILE", EMFILE }, { "EACCES", EACCES },
    { "EDQUOT", EDQUOT }, { "EPIPE", EPIPE },   { "ECONNRESET", ECONNRESET },
    { "EROFS", EROFS },   { "EAGAIN", EAGAIN },
};

static const struct stopper_calls *
calls_named(const char *name)
{
    static const struct stopper_calls *const lists[] = {
        &stopper_all, &stopper_marks, &stopper_syncs, &stopper_data,
        &stopper_every
    };

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(lists[i]->name, name) == 0)
            return lists[i];
    return NULL;
}

static bool
read_act(char *what, struct stopper_plan *plan)
{
    size_t size = strlen(what);

    if (size > 0 && what[size - 1] == '+') {
        plan->ever_on = true;
        what[size - 1] = '\0';
    }
    if (strcmp(what, "caller") == 0)
        plan->act = STOPPER_KILL_CALLER;
    else if (strcmp(what, "half") == 0)
        plan->act = STOPPER_HALVE;
    else
        plan->act = STOPPER_FAIL;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (strcmp(errors[i].name, what) == 0)
            plan->error = errors[i].error;
    return plan->act != STOPPER_FAIL || plan->error != 0;
}

int
main(int count, char **words)
{
    struct stopper_plan plan = { .act = STOPPER_KILL_ALL };
    struct stopped end;
    char *rest;

    if (count < 5 || (plan.calls = calls_named(words[1])) == NULL)
        return 99;
    plan.target = strtol(words[2], &rest, 10);
    if (*rest != '\0' && (*rest != '=' || !read_act(rest + 1, &plan)))
        return 99;
    stopper_run((const char *const *)(words + 4), NULL, &plan, &end);
    FILE *out = fopen(words[3], "w");
    if (out == NULL || fprintf(out, "%ld\n", end.passed) < 0)
        return 99;
    if (*rest == '=' && end.struck >= 0)
        fprintf(out, "%ld\n", end.struck);
    if (fclose(out) != 0)
        return 99;
    return end.status;
}
