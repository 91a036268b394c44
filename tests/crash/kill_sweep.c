/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_sweep - runs a program again and again and kills it, each time before
 * another one of its state-changing system calls.
 *
 *   kill_sweep DRIVER SECONDS
 *
 * After each kill the driver is killed once more during its recovery, checks
 * what it had told, works to the end and checks the end (store_driver.c). The
 * calls are stopped at by a seccomp filter that reports to ptrace, so that the
 * program runs at full speed in between. TAP on standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"

static const long calls[] = {
    SYS_write,     SYS_pwrite64,  SYS_fsync,    SYS_fdatasync, SYS_openat,
    SYS_ftruncate, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,   SYS_fallocate,
#ifdef SYS_rename
    SYS_rename,    SYS_unlink,    SYS_mkdir,    SYS_rmdir,
#endif
};
enum { CALLS = sizeof calls / sizeof calls[0] };

static const char *driver;
static char home[64], told[96];

static void
install_filter(void)
{
    struct sock_filter filter[CALLS + 3] = { BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
    struct sock_fprog program = { CALLS + 3, filter };

    for (unsigned i = 0; i < CALLS; i++)
        filter[i + 1] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i],
            (unsigned char)(CALLS - i), 0);
    filter[CALLS + 1] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[CALLS + 2] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(77);
}

static void
become_driver(const char *mode, bool traced)
{
    char *words[] = { (char *)(uintptr_t)driver, (char *)(uintptr_t)mode, home,
                      told, NULL };
    int out = open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (out < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(76);
    if (traced) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(77);
        raise(SIGSTOP);
        install_filter();
    }
    execv(driver, words);
    _exit(76);
}

/* How the driver ended, as a shell says it. */
static int
ending(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
plain(const char *mode)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        become_driver(mode, false);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 76;
    return ending(status);
}

/* Lets the driver run up to its target-th call and kills it there; 0 lets it
 * run to its end. Gives the calls passed. */
static int
traced(long target, long *passed)
{
    int status = 0;
    bool started = false;
    pid_t child = fork();

    *passed = 0;
    if (child == 0)
        become_driver("run", true);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return child < 0 ? 76 : ending(status);
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    for (int signal = 0;;) {
        ptrace(PTRACE_CONT, child, NULL, signal);
        if (waitpid(child, &status, 0) != child)
            return 76;
        if (!WIFSTOPPED(status))
            return ending(status);
        int event = status >> 16;
        signal = event != 0 ? 0 : WSTOPSIG(status);
        started = started || event == PTRACE_EVENT_EXEC;
        if (event == PTRACE_EVENT_SECCOMP && started && ++*passed == target)
            kill(child, SIGKILL);
    }
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

    if (first == 128 + SIGKILL && (second == 128 + SIGKILL || second == 0) &&
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
    if (whole == 77) {
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
