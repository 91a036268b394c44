/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_sweep - runs a program again and again and kills it, each time before
 * another one of its state-changing system calls.
 *
 *   kill_sweep DRIVER SECONDS
 *
 * After each kill the driver is killed once more during its recovery, checks
 * what it had told, works to the end and checks the end (store_driver.c). TAP
 * on standard output.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "stopper.h"

static const char *driver;
static char home[64], told[96];

static int
plain(const char *mode)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        char *words[] = { (char *)(uintptr_t)driver, (char *)(uintptr_t)mode,
                          home, told, NULL };
        int out = open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0)
            execv(driver, words);
        _exit(STOPPER_CANNOT_START);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return STOPPER_CANNOT_START;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Lets the driver run up to its target-th call and kills it there; 0 lets it
 * run to its end. Gives the calls passed. */
static int
traced(long target, long *passed)
{
    const char *const words[] = { driver, "run", home, told, NULL };
    struct stopper_plan plan = { .calls = &stopper_all, .target = target };
    struct stopped end;

    stopper_run(words, told, &plan, &end);
    *passed = end.passed;
    return end.status;
}

static void
start_afresh(const char *base)
{
    struct err err = { 0 };

    if (home[0] != '\0' && !durable_remove_tree(home, &err))
        err_print(stderr, &err);
    text_format(home, sizeof home, "%s/tp-kill-XXXXXX", base);
    if (mkdtemp(home) == NULL)
        exit(99);
    text_format(told, sizeof told, "%s/told", home);
}

/* One history: killed at the call, killed again in recovery, then to the end.
 */
static bool
history(long call, long again)
{
    long passed;
    int first = traced(call, &passed), second = traced(again, &passed);
    int looked = plain("check"), last = plain("run"), end = plain("end");

    if (first == STOPPER_KILLED && (second == STOPPER_KILLED || second == 0) &&
        looked == 0 && last == 0 && end == 0)
        return true;
    printf("# killed at %ld and %ld: run %d, again %d, check %d, run %d, "
           "end %d\n",
           call, again, first, second, looked, last, end);
    return false;
}

int
main(int count, char **words)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    long total, seconds = 20, bad = 0, done = 0;

    if (count < 2 || (count > 2 && !text_number(words[2], 600, &seconds)))
        return 99;
    driver = words[1];
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    setenv("TRADEPOST_RESERVE_MB", "0", 1);
    start_afresh(base);
    int whole = traced(0, &total);
    if (whole == STOPPER_NOT_ALLOWED) {
        puts("1..0 # SKIP ptrace or seccomp is not allowed here");
        return 0;
    }
    printf("%s 1 - the driver ends well without a kill (%ld calls)\n",
           whole == 0 && plain("end") == 0 ? "ok" : "not ok", total);
    /* Steps of a number prime to the total reach every call, spread evenly
     * however early time is up. */
    int64_t until = when_steady() + (int64_t)seconds * 1000000000;
    long step = 61;
    while (total % step == 0)
        step += 2;
    for (long i = 0; i < total && bad < 3 && when_steady() < until; i++) {
        long call = i * step % total + 1;
        start_afresh(base);
        bad += !history(call, call * 7 % 90 + 1);
        done++;
    }
    printf("%s 2 - nothing told is lost, every effect happens once: "
           "%ld of %ld calls\n1..2\n",
           bad == 0 && done > 0 ? "ok" : "not ok", done, total);
    struct err err = { 0 };
    return durable_remove_tree(home, &err) && bad == 0 && whole == 0 ? 0 : 1;
}
