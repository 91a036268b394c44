/* SPDX-License-Identifier: Apache-2.0 */
/* A confined process: what it still can do, and what is the end of it. */
#include "base/confine.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/harden.h"
#include "test.h"

enum { MEMORY = 256 << 20 };

/* Does one thing in a confined process; how that ends. */
static int
confined(void (*what)(void))
{
    const struct confine_limits limits = { MEMORY };
    int status = 0, keep = 0;
    pid_t child = fork();

    if (child == 0) {
        confine_descriptors(&keep, 1);
        confine_files();
        if (!confine_calls(&limits))
            _exit(9);
        what();
        _exit(0);
    }
    return waitpid(child, &status, 0) == child ? status : -1;
}

static void
open_a_file(void)
{
    open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void
make_a_socket(void)
{
    socket(AF_INET, SOCK_STREAM, 0);
}

static void
run_a_program(void)
{
    char name[] = "/bin/true";
    char *const words[] = { name, NULL };

    execve(name, words, NULL);
}

static void
kill_its_parent(void)
{
    kill(getppid(), 0);
}

static void
kill_everybody(void)
{
    kill(-1, 0);
}

static void
fork_itself(void)
{
    fork();
}

static void
trace_its_parent(void)
{
    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static void
make_code(void)
{
    mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
change_to_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void
use_a_ring(void)
{
    syscall(SYS_io_uring_setup, 1, NULL);
}

static void
truncate_a_file(void)
{
    if (truncate("/tmp/no-such-file", 0) == 0)
        return;
}

static void
signal_another_thread_group(void)
{
    syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static const struct {
    const char *name;
    void (*what)(void);
} denied[] = { { "open", open_a_file },
               { "socket", make_a_socket },
               { "execve", run_a_program },
               { "kill", kill_its_parent },
               { "kill all", kill_everybody },
               { "fork", fork_itself },
               { "ptrace", trace_its_parent },
               { "mmap with PROT_EXEC", make_code },
               { "mprotect with PROT_EXEC", change_to_code },
               { "io_uring", use_a_ring },
               { "truncate", truncate_a_file },
               { "tgkill", signal_another_thread_group } };

static void
denied_calls_are_fatal(void)
{
    if (SANITIZED)
        return;
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) {
        int status = confined(denied[i].what);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            printf("# %s ended with %x\n", denied[i].name, (unsigned)status);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    }
}

static void
compute(void)
{
    char *bytes = calloc(1, 1 << 20);

    if (bytes == NULL)
        _exit(1);
    for (int i = 0; i < 1 << 20; i += 4096)
        bytes[i] = (char)i;
    bytes = realloc(bytes, 8 << 20);
    _exit(bytes != NULL && getpid() > 0 ? 0 : 2);
}

static void
work_goes_on(void)
{
    CHECK(confined(compute) == 0);
}

static void
abort_itself(void)
{
    abort();
}

static void
a_mistake_is_told_from_a_denied_call(void)
{
    int status = confined(abort_itself);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
take_too_much(void)
{
    void *much = malloc((size_t)2 * MEMORY);

    _exit(much == NULL ? 0 : 1);
}

static void
memory_is_limited(void)
{
    if (!SANITIZED)
        CHECK(confined(take_too_much) == 0);
}

static void
loop(void)
{
    confine_time(1);
    for (volatile uint64_t i = 0;; i++)
        continue;
}

static void
time_is_limited(void)
{
    int status = confined(loop);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF);
}

/* Landlock and the limits alone: what they deny is an error, not the end. */
static int
without_files(bool (*what)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        confine_files();
        _exit(what());
    }
    return waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : -1;
}

static bool
opens(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool
writes(void)
{
    return open("/tmp/tp-confine", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static void
paths_lead_nowhere(void)
{
    if (confine_lacks() != NULL)
        return;
    CHECK(without_files(opens) == 0);
    CHECK(without_files(writes) == 0);
    CHECK(access("/tmp/tp-confine", F_OK) != 0);
}

static void
only_what_is_kept_stays_open(void)
{
    int status = 0, ends[2];

    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        bool good = true;
        confine_descriptors(ends, 2);
        for (int fd = 0; fd < 256; fd++)
            good = good && (fcntl(fd, F_GETFD) >= 0) ==
                               (fd == ends[0] || fd == ends[1]);
        _exit(good ? 0 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    RUN(denied_calls_are_fatal);
    RUN(work_goes_on);
    RUN(a_mistake_is_told_from_a_denied_call);
    RUN(memory_is_limited);
    RUN(time_is_limited);
    RUN(paths_lead_nowhere);
    RUN(only_what_is_kept_stays_open);
    return test_end();
}
