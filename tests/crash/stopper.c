/* SPDX-License-Identifier: Apache-2.0 */
#include "stopper.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const long all[] = {
    SYS_write,     SYS_pwrite64,  SYS_fsync,    SYS_fdatasync, SYS_openat,
    SYS_ftruncate, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,   SYS_fallocate,
    SYS_connect,   SYS_sendto,    SYS_sendmsg,  SYS_writev,
#ifdef SYS_rename
    SYS_rename,    SYS_unlink,    SYS_mkdir,    SYS_rmdir,
#endif
};
static const long marks[] = {
    SYS_fsync,   SYS_fdatasync, SYS_renameat2, SYS_unlinkat,
    SYS_mkdirat, SYS_connect,   SYS_sendto,    SYS_sendmsg,
#ifdef SYS_rename
    SYS_rename,  SYS_unlink,    SYS_mkdir,     SYS_rmdir,
#endif
};
static const long syncs[] = { SYS_fsync, SYS_fdatasync };
enum { MOST = sizeof all / sizeof all[0] };

const struct stopper_calls stopper_all = { all, MOST };
const struct stopper_calls stopper_syncs = { syncs, 2 };
const struct stopper_calls stopper_marks = { marks,
                                             sizeof marks / sizeof marks[0] };

void (*stopper_strike)(void);

static void
install_filter(const struct stopper_calls *calls)
{
    struct sock_filter filter[MOST + 3] = { BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
    size_t count = calls->count;
    struct sock_fprog program = { (unsigned short)(count + 3), filter };

    for (size_t i = 0; i < count; i++)
        filter[i + 1] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls->numbers[i],
            (unsigned char)(count - i), 0);
    filter[count + 1] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[count + 2] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(STOPPER_NOT_ALLOWED);
}

static void
become(const char *const *words, const char *output,
       const struct stopper_calls *calls)
{
    int out =
        output == NULL
            ? STDOUT_FILENO
            : open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    if (out < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(STOPPER_CANNOT_START);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(STOPPER_NOT_ALLOWED);
    raise(SIGSTOP);
    install_filter(calls);
    execv(words[0], (char *const *)(uintptr_t)words);
    _exit(STOPPER_CANNOT_START);
}

static int
ending(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What a stopped process is given when it goes on: its own signal, if it was
 * stopped by one; the first stop of a new thread or child is none. */
static int
passed_on(int status)
{
    int signal = WSTOPSIG(status);

    return status >> 16 != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0
                                                                       : signal;
}

/* Until the first process ends; its children end with us. */
static void
follow(pid_t first, long target, struct stopped *end)
{
    bool started = false;
    pid_t who = first;
    int signal = 0, status = 0;

    for (;;) {
        ptrace(PTRACE_CONT, who, NULL, signal);
        who = waitpid(-1, &status, __WALL);
        if (who < 0)
            return;
        if (!WIFSTOPPED(status)) {
            if (who != first)
                continue;
            end->status = ending(status);
            return;
        }
        int event = status >> 16;
        started = started || event == PTRACE_EVENT_EXEC;
        signal = passed_on(status);
        if (event == PTRACE_EVENT_SECCOMP && started &&
            ++end->passed == target) {
            if (stopper_strike != NULL)
                stopper_strike();
            kill(first, SIGKILL);
        }
    }
}

void
stopper_run(const char *const *words, const char *output,
            const struct stopper_calls *calls, long target, struct stopped *end)
{
    int status = 0;
    pid_t child = fork();

    *end = (struct stopped){ .status = STOPPER_CANNOT_START };
    if (child == 0)
        become(words, output, calls);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return;
    if (!WIFSTOPPED(status)) {
        end->status = ending(status);
        return;
    }
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
               PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL);
    follow(child, target, end);
}
