/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liar - a library to be preloaded that plants a defect below the program, so
 * that a method of tests/crash can show that it would find it. TP_LIE names
 * the calls that do nothing and say that they did:
 *
 *   no-sync         fsync and fdatasync
 *   no-file-sync    those of files other than the journal's
 *   no-folder-sync  those of folders
 *   lazy-journal    those of the journal's log, as with synchronous=NORMAL
 *
 *   no-lock         flock
 *
 * or, with deaf, that writes, syncs and renames are always carried out, and
 * wholly, whatever the system says. With TP_CLOCK, the wall clock is ahead by
 * the seconds that stand in the file of that name.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool
ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), part = strlen(end);

    return size >= part && strcmp(text + size - part, end) == 0;
}

static bool
lies_about(int fd)
{
    const char *lie = getenv("TP_LIE");
    char link[64], path[1024];
    struct stat status;

    if (lie == NULL || fstat(fd, &status) != 0)
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    if (strcmp(lie, "no-sync") == 0)
        return true;
    if (strcmp(lie, "no-folder-sync") == 0)
        return S_ISDIR(status.st_mode);
    if (strcmp(lie, "lazy-journal") == 0)
        return ends_with(path, "-wal");
    return strcmp(lie, "no-file-sync") == 0 && S_ISREG(status.st_mode) &&
           !ends_with(path, "-wal") && !ends_with(path, ".db");
}

static bool
is_deaf(void)
{
    const char *lie = getenv("TP_LIE");

    return lie != NULL && strcmp(lie, "deaf") == 0;
}

int fsync(int fd);
int fdatasync(int fd);
ssize_t write(int fd, const void *bytes, size_t size);
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at);
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at);
int rename(const char *from, const char *to);
int flock(int fd, int operation);
int clock_gettime(clockid_t clock, struct timespec *now);

int
clock_gettime(clockid_t clock, struct timespec *now)
{
    const char *path = getenv("TP_CLOCK");
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    char text[32] = "";

    if (path == NULL || clock != CLOCK_REALTIME)
        return result;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0)
        now->tv_sec += strtol(text, NULL, 10);
    if (fd >= 0)
        close(fd);
    return result;
}

int
flock(int fd, int operation)
{
    const char *lie = getenv("TP_LIE");

    if (lie != NULL && strcmp(lie, "no-lock") == 0)
        return 0;
    return (int)syscall(SYS_flock, fd, operation);
}

int
fsync(int fd)
{
    int result = lies_about(fd) ? 0 : (int)syscall(SYS_fsync, fd);

    return is_deaf() ? 0 : result;
}

int
fdatasync(int fd)
{
    int result = lies_about(fd) ? 0 : (int)syscall(SYS_fdatasync, fd);

    return is_deaf() ? 0 : result;
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
    ssize_t result = (ssize_t)syscall(SYS_write, fd, bytes, size);

    return is_deaf() ? (ssize_t)size : result;
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    ssize_t result = (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, at);

    return is_deaf() ? (ssize_t)size : result;
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return pwrite64(fd, bytes, size, at);
}

int
rename(const char *from, const char *to)
{
    int result = (int)syscall(SYS_renameat2, -100, from, -100, to, 0);

    return is_deaf() ? 0 : result;
}
