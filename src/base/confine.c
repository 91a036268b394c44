/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/harden.h"
#include "config.h"

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

/* ---- descriptors */

void
confine_descriptors(const int *keep, size_t count)
{
    int most = (int)sysconf(_SC_OPEN_MAX);

    for (int fd = 0, at = 0; fd < most; fd = at) {
        size_t i = 0;
        int next = most; /* the smallest one to keep from here on */
        for (; i < count; i++)
            if (keep[i] >= fd && keep[i] < next)
                next = keep[i];
        at = next + 1;
        if (next > fd &&
            syscall(SYS_close_range, (unsigned)fd,
                    next == most ? ~0U : (unsigned)next - 1, 0) == 0)
            continue;
        for (int old = fd; old < next; old++)
            close(old);
    }
}

/* ---- files */

static void
drop_capabilities(void)
{
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    const struct __user_cap_data_struct none[2] = { 0 };

    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
    syscall(SYS_capset, &head, none);
}

#if defined(HAVE_LINUX_LANDLOCK_H) && defined(SYS_landlock_create_ruleset)
/* As the kernel counts; the header that we are built with may know less. */
enum {
    FILES_SINCE_1 = (1 << 13) - 1,
    FILES_SINCE_2 = 1 << 13, /* refer */
    FILES_SINCE_3 = 1 << 14, /* truncate */
    FILES_SINCE_5 = 1 << 15, /* ioctl of devices */
    NET_SINCE_4 = 3,         /* bind and connect TCP */
    SCOPE_SINCE_6 = 3        /* abstract sockets, signals */
};

struct ruleset {
    uint64_t files, net, scoped;
};

static int
landlock_version(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

static void
deny_paths(void)
{
    int version = landlock_version();
    struct ruleset rules = { .files = FILES_SINCE_1 };
    size_t size = sizeof rules.files;

    if (version < 1)
        return;
    if (version >= 2)
        rules.files |= FILES_SINCE_2;
    if (version >= 3)
        rules.files |= FILES_SINCE_3;
    if (version >= 5)
        rules.files |= FILES_SINCE_5;
    if (version >= 4) {
        rules.net = NET_SINCE_4;
        size += sizeof rules.net;
    }
    if (version >= 6) {
        rules.scoped = SCOPE_SINCE_6;
        size += sizeof rules.scoped;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (fd < 0)
        return;
    syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}
#else
static int
landlock_version(void)
{
    return 0;
}

static void
deny_paths(void)
{
}
#endif

void
confine_files(void)
{
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    drop_capabilities();
    deny_paths();
}

/* ---- calls */

static const __rlimit_resource_t nothing[] = { RLIMIT_NOFILE, RLIMIT_FSIZE,
                                               RLIMIT_CORE, RLIMIT_NPROC };

#ifdef MACHINE
/* Whatever is asked of them, they reach nothing but our own memory, time, and
 * the descriptors that are left. */
static const int harmless[] = {
    SYS_read,           SYS_write,           SYS_brk,
    SYS_munmap,         SYS_mremap,          SYS_madvise,
    SYS_futex,          SYS_getrandom,       SYS_clock_gettime,
    SYS_gettimeofday,   SYS_setitimer,       SYS_writev,
    SYS_rt_sigprocmask, SYS_rt_sigreturn,    SYS_getpid,
    SYS_gettid,         SYS_restart_syscall, SYS_exit,
    SYS_exit_group
};
enum { HARMLESS = sizeof harmless / sizeof harmless[0], OTHERS = 20 };

struct program {
    struct sock_filter code[HARMLESS * 2 + OTHERS];
    unsigned short size;
};

#define VALUE(field) (unsigned)offsetof(struct seccomp_data, field)
#define ARGUMENT(i)  (unsigned)(offsetof(struct seccomp_data, args) + 8UL * (i))

static void
add(struct program *program, struct sock_filter line)
{
    BUG_IF(program->size >= sizeof program->code / sizeof program->code[0]);
    program->code[program->size++] = line;
}

static void
load(struct program *program, unsigned from)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, from));
}

static void
end_with(struct program *program, unsigned verdict)
{
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
}

/* The next `lines` are for this value alone. */
static void
when_is(struct program *program, unsigned value, unsigned char lines)
{
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value,
                                              0, lines));
}

/* Memory, but none that is executed. */
static void
allow_memory(struct program *program, int call)
{
    when_is(program, (unsigned)call, 4);
    load(program, ARGUMENT(2));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
                                              PROT_EXEC, 0, 1));
    end_with(program, SECCOMP_RET_KILL_PROCESS);
    end_with(program, SECCOMP_RET_ALLOW);
}

/* abort() is a signal to oneself. */
static void
allow_own_signal(struct program *program)
{
    when_is(program, SYS_tgkill, 4);
    load(program, ARGUMENT(0));
    when_is(program, (unsigned)getpid(), 1);
    end_with(program, SECCOMP_RET_ALLOW);
    end_with(program, SECCOMP_RET_KILL_PROCESS);
}

static bool
deny_calls(void)
{
    struct program program = { .size = 0 };

    load(&program, VALUE(arch));
    add(&program,
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    end_with(&program, SECCOMP_RET_KILL_PROCESS);
    load(&program, VALUE(nr));
    for (size_t i = 0; i < HARMLESS; i++) {
        when_is(&program, (unsigned)harmless[i], 1);
        end_with(&program, SECCOMP_RET_ALLOW);
    }
    allow_memory(&program, SYS_mmap);
    allow_memory(&program, SYS_mprotect);
    allow_own_signal(&program);
    end_with(&program, SECCOMP_RET_KILL_PROCESS);
    struct sock_fprog filter = { program.size, program.code };
    return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}
#else
static bool
deny_calls(void)
{
    return true;
}
#endif

bool
confine_calls(const struct confine_limits *limits)
{
    const struct rlimit none = { 0, 0 };
    const struct rlimit memory = { limits->memory_bytes, limits->memory_bytes };
    bool good = true;

    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        good = setrlimit(nothing[i], &none) == 0 && good;
    if (SANITIZED)
        return good;
    return setrlimit(RLIMIT_AS, &memory) == 0 && deny_calls() && good;
}

void
confine_time(long cpu_seconds)
{
    const struct itimerval until = { .it_value = { .tv_sec = cpu_seconds } };

    setitimer(ITIMER_PROF, &until, NULL);
}

const char *
confine_lacks(void)
{
#ifndef MACHINE
    return "this machine's system calls are not known to us, so they are not "
           "filtered (seccomp)";
#else
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0)
        return "the kernel cannot filter system calls (seccomp)";
    if (landlock_version() < 1)
        return "the kernel cannot take paths away from a process (Landlock); "
               "system calls alone are filtered";
    return NULL;
#endif
}
