/* SPDX-License-Identifier: Apache-2.0 */
/*
 * starve - a library to be preloaded that lets an allocation fail.
 *
 *   TP_STARVE_AT=N     the N-th allocation of the process gives NULL
 *   TP_STARVE_ON=1     and so do all after it
 *   TP_STARVE_COUNT=F  the number of allocations is written to this file when
 *                      the process ends
 *
 * Programs that it starts are not concerned. If the process dies of it, where
 * is said on standard error.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long passed;
static long target;
static bool ever_on;
static char count_file[512];
static pid_t process;

/* Where a process dies of it: a library of others that uses memory unseen is
 * named, since nobody here can mend it. */
static void
died(int signal, siginfo_t *info, void *context)
{
    void *frames[24];
    Dl_info where = { 0 };
    char text[300];
    int count = backtrace(frames, 24);

    (void)info;
    (void)context;
    /* The first two are this function and the kernel's return from it; what
     * the C library was asked for is its caller's business. */
    for (int i = 2; i < count; i++)
        if (dladdr(frames[i], &where) != 0 &&
            strstr(where.dli_fname, "/libc.so") == NULL)
            break;
    snprintf(text, sizeof text, "died in %s\n",
             where.dli_fname == NULL ? "?" : where.dli_fname);
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        _exit(98);
    raise(signal);
}

static bool
is_refused(void)
{
    long number = atomic_fetch_add(&passed, 1) + 1;
    if (target == 0 || number < target || (number > target && !ever_on))
        return false;
    errno = ENOMEM;
    return true;
}

__attribute__((constructor)) static void
begin(void)
{
    const char *at = getenv("TP_STARVE_AT"), *file = getenv("TP_STARVE_COUNT");

    struct sigaction action = { .sa_sigaction = died,
                                .sa_flags = SA_SIGINFO | SA_RESETHAND };

    void *frames[2];

    backtrace(frames, 2); /* it asks for memory the first time */
    ever_on = getenv("TP_STARVE_ON") != NULL;
    if (file != NULL)
        snprintf(count_file, sizeof count_file, "%s", file);
    unsetenv("LD_PRELOAD");
    unsetenv("TP_STARVE_AT");
    unsetenv("TP_STARVE_ON");
    unsetenv("TP_STARVE_COUNT");
    process = getpid();
    sigaction(SIGSEGV, &action, NULL);
    atomic_store(&passed, 0);
    target = at == NULL ? 0 : strtol(at, NULL, 10);
}

__attribute__((destructor)) static void
end(void)
{
    char text[32];
    int size = snprintf(text, sizeof text, "%ld\n", atomic_load(&passed));

    if (count_file[0] == '\0' || getpid() != process)
        return;
    int out = open(count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (out < 0 || write(out, text, (size_t)size) != size)
        _exit(98);
    close(out);
}

void *
malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __libc_realloc(old, size);
}

int
posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (is_refused())
        return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory == NULL ? ENOMEM : 0;
}

void *
aligned_alloc(size_t alignment, size_t size)
{
    return is_refused() ? NULL : __libc_memalign(alignment, size);
}
