/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash_at - kills a program before its N-th system call.
 *
 *   crash_at all|marks|syncs N COUNT-FILE PROGRAM [WORD...]      N = 0 counts
 * only
 *
 * Ends as the program does (137 = killed); the number of calls passed is
 * written to COUNT-FILE. 77 = ptrace or seccomp is not allowed here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stopper.h"

int
main(int count, char **words)
{
    struct stopped end;

    if (count < 5)
        return 99;
    const struct stopper_calls *calls =
        strcmp(words[1], "all") == 0     ? &stopper_all
        : strcmp(words[1], "syncs") == 0 ? &stopper_syncs
                                         : &stopper_marks;
    stopper_run((const char *const *)(words + 4), NULL, calls,
                strtol(words[2], NULL, 10), &end);
    FILE *out = fopen(words[3], "w");
    if (out == NULL || fprintf(out, "%ld\n", end.passed) < 0 ||
        fclose(out) != 0)
        return 99;
    return end.status;
}
