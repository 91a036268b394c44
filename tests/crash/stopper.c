/* SPDX-License-Identifier: Apache-2.0 */
#include "stopper.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

void (*stopper_strike)(void);

enum { MOST_CALLS = 200, MOST_PROCESSES = 128 };

static void
install_filter(const struct stopper_calls *calls)
{
    struct sock_filter filter[MOST_CALLS + 3] = { BPF_STMT(
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
    if (count > MOST_CALLS || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
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

/* ---- the program's first instruction */

struct entry {
    long at, was; /* the word there, before the breakpoint came into it */
};

static long
entry_address(pid_t process)
{
    char path[64];
    unsigned long pair[2], found = 0;

    snprintf(path, sizeof path, "/proc/%d/auxv", (int)process);
    FILE *in = fopen(path, "r");
    while (in != NULL && fread(pair, sizeof pair, 1, in) == 1)
        if (pair[0] == AT_ENTRY)
            found = pair[1];
    if (in != NULL)
        fclose(in);
    return (long)found;
}

/* How this machine does it; where it is not written, counting begins with the
 * libraries' loading, and no call can be made to fail. */
#ifdef __x86_64__
static bool
break_at_entry(pid_t process, struct entry *entry)
{
    entry->at = entry_address(process);
    errno = 0;
    entry->was = ptrace(PTRACE_PEEKTEXT, process, entry->at, NULL);
    return entry->at != 0 && errno == 0 &&
           ptrace(PTRACE_POKETEXT, process, entry->at,
                  (entry->was & ~0xffL) | 0xcc) == 0;
}

static void
leave_entry(pid_t process, const struct entry *entry)
{
    struct user_regs_struct registers;

    ptrace(PTRACE_POKETEXT, process, entry->at, entry->was);
    ptrace(PTRACE_GETREGS, process, NULL, &registers);
    registers.rip = (unsigned long)entry->at;
    ptrace(PTRACE_SETREGS, process, NULL, &registers);
}

static long
call_number(pid_t process)
{
    struct user_regs_struct registers;

    ptrace(PTRACE_GETREGS, process, NULL, &registers);
    return (long)registers.orig_rax;
}

/* A call without a number is not carried out; its result is what stands in the
 * register already. */
static void
fail_call(pid_t process, int error)
{
    struct user_regs_struct registers;

    ptrace(PTRACE_GETREGS, process, NULL, &registers);
    registers.orig_rax = ~0UL;
    registers.rax = (unsigned long)-(long)error;
    ptrace(PTRACE_SETREGS, process, NULL, &registers);
}

static void
halve_call(pid_t process)
{
    struct user_regs_struct registers;

    ptrace(PTRACE_GETREGS, process, NULL, &registers);
    switch (registers.orig_rax) {
    case SYS_write:
    case SYS_pwrite64:
    case SYS_read:
    case SYS_pread64:
    case SYS_sendto:
    case SYS_recvfrom:
        registers.rdx = (registers.rdx + 1) / 2;
        ptrace(PTRACE_SETREGS, process, NULL, &registers);
        break;
    default:
        break;
    }
}
#else
static bool
break_at_entry(pid_t process, struct entry *entry)
{
    entry->at = entry_address(process);
    return false;
}

static void
leave_entry(pid_t process, const struct entry *entry)
{
    (void)process;
    (void)entry;
}

static long
call_number(pid_t process)
{
    (void)process;
    return -1;
}

static void
fail_call(pid_t process, int error)
{
    (void)process;
    (void)error;
}

static void
halve_call(pid_t process)
{
    (void)process;
}
#endif

/* ---- following it */

struct trail {
    const struct stopper_plan *plan;
    struct stopped *end;
    pid_t first, known[MOST_PROCESSES];
    size_t count;
    struct entry entry;
    bool waits_for_entry, counts, dying;
};

static void
know(struct trail *trail, pid_t process)
{
    for (size_t i = 0; i < trail->count; i++)
        if (trail->known[i] == process)
            return;
    if (trail->count < MOST_PROCESSES)
        trail->known[trail->count++] = process;
}

static void
forget(struct trail *trail, pid_t process)
{
    for (size_t i = 0; i < trail->count; i++)
        if (trail->known[i] == process)
            trail->known[i] = trail->known[--trail->count];
}

static void
strike(struct trail *trail, pid_t caller)
{
    const struct stopper_plan *plan = trail->plan;

    switch (plan->act) {
    case STOPPER_KILL_ALL:
        if (stopper_strike != NULL)
            stopper_strike();
        trail->dying = true;
        for (size_t i = 0; i < trail->count; i++)
            kill(trail->known[i], SIGKILL);
        break;
    case STOPPER_KILL_CALLER:
        kill(caller, SIGKILL);
        break;
    case STOPPER_FAIL:
        fail_call(caller, plan->error);
        break;
    case STOPPER_HALVE:
        halve_call(caller);
        break;
    }
}

static void
pass(struct trail *trail, pid_t caller)
{
    struct stopped *end = trail->end;
    long target = trail->plan->target;

    if (++end->passed == target) {
        end->struck = call_number(caller);
        strike(trail, caller);
    } else if (target > 0 && end->passed > target && trail->plan->ever_on &&
               call_number(caller) == end->struck) {
        strike(trail, caller);
    }
}

/* The signal that a stopped process is given when it goes on: its own, if it
 * was stopped by one; the first stop of a new thread or child is none. */
static int
take_stop(struct trail *trail, pid_t who, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;

    know(trail, who);
    if (event == PTRACE_EVENT_EXEC && !trail->counts &&
        !trail->waits_for_entry) {
        trail->waits_for_entry = break_at_entry(who, &trail->entry);
        trail->counts = !trail->waits_for_entry;
    } else if (event == 0 && signal == SIGTRAP && trail->waits_for_entry) {
        leave_entry(who, &trail->entry);
        trail->waits_for_entry = false;
        trail->counts = true;
    } else if (event == PTRACE_EVENT_SECCOMP && trail->counts &&
               !trail->dying) {
        pass(trail, who);
    }
    if (trail->dying)
        kill(who, SIGKILL);
    return event != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0 : signal;
}

/* Until the first process ends, or all of them when they are killed; children
 * that are left end with us. */
static void
follow(struct trail *trail)
{
    pid_t who = trail->first;
    int signal = 0, status = 0;

    for (;;) {
        ptrace(PTRACE_CONT, who, NULL, signal);
        signal = 0;
        do {
            who = waitpid(-1, &status, __WALL);
        } while (who < 0 && errno == EINTR);
        if (who < 0)
            return;
        if (WIFSTOPPED(status)) {
            signal = take_stop(trail, who, status);
            continue;
        }
        forget(trail, who);
        if (who == trail->first) {
            trail->end->status = ending(status);
            if (!trail->dying)
                return;
        }
    }
}

void
stopper_run(const char *const *words, const char *output,
            const struct stopper_plan *plan, struct stopped *end)
{
    int status = 0;
    pid_t child = fork();
    struct trail trail = { .plan = plan, .end = end, .first = child };

    *end = (struct stopped){ .status = STOPPER_CANNOT_START, .struck = -1 };
    if (child == 0)
        become(words, output, plan->calls);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return;
    if (!WIFSTOPPED(status)) {
        end->status = ending(status);
        return;
    }
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
               PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL);
    follow(&trail);
}
