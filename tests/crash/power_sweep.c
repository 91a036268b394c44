/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power_sweep - takes the power away: the driver works on a file system of its
 * own (a loop device), which is shut down without writing back what it holds,
 * before another one of the driver's state-changing system calls each time.
 * Then it is mounted again, as after a cut, and the driver checks what it had
 * told, works to the end and checks the end (store_driver.c).
 *
 *   power_sweep DRIVER FILE-SYSTEM SECONDS [CUTS [LIAR]]     as root
 *
 * LIAR is a library that plants a defect (liar.c) in what the cut strikes.
 * What the driver told, and the outside world, lie on a disk that keeps its
 * power. Prints one line: "CUTS cuts, FAILED failed, CALLS calls", and why for
 * the failures; after three it stops. Exit 1 when one failed, 77 when it cannot
 * be tried.
 */
#include <fcntl.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "stopper.h"

#define SHUT_DOWN       _IOR('X', 125, __u32)
#define WITHOUT_FLUSH   2U
#define CANNOT_BE_TRIED 77

static const char *driver, *kind, *liar;
static char base[64], image[96], fresh[96], mounted[96], told[96], world[96];
static struct err err;

static bool
tool(const char *const *words)
{
    struct buf output = { 0 };
    bool good = child_run(words, &output, &err);

    buf_free(&output);
    return good;
}

static bool
mount_disk(void)
{
    const char *const words[] = { "/usr/bin/mount", "-o", "loop", image,
                                  mounted,          NULL };

    return tool(words);
}

static bool
unmount_disk(void)
{
    const char *const words[] = { "/usr/bin/umount", mounted, NULL };

    return tool(words);
}

/* ext4 and XFS have the same call: what is not on the disk by now is lost. */
static void
cut(void)
{
    __u32 how = WITHOUT_FLUSH;
    int fd = open(mounted, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || ioctl(fd, SHUT_DOWN, &how) != 0)
        perror("power_sweep: no shutdown");
    if (fd >= 0)
        close(fd);
}

static bool
make_fresh(void)
{
    bool xfs = text_equal(kind, "xfs");
    const char *const size[] = { "/usr/bin/truncate", "-s",
                                 xfs ? "320M" : "48M", fresh, NULL };
    const char *const make[] = { xfs ? "/usr/sbin/mkfs.xfs"
                                     : "/usr/sbin/mkfs.ext4",
                                 "-q", xfs ? "-f" : "-F", fresh, NULL };

    return access(make[0], X_OK) == 0 && tool(size) && tool(make);
}

static bool
begin_disk(void)
{
    const char *const words[] = { "/usr/bin/cp", "--sparse=always", fresh,
                                  image, NULL };

    unlink(told);
    unlink(world);
    return tool(words) && mount_disk();
}

/* On the mounted disk; as an exit status. */
static int
plain(const char *mode)
{
    const char *const words[] = { driver, mode, mounted, told, NULL };
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        int out = open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0)
            execv(driver, (char *const *)(uintptr_t)words);
        _exit(STOPPER_CANNOT_START);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return STOPPER_CANNOT_START;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
worked(long target, long *passed)
{
    const char *const words[] = { driver, "run", mounted, told, NULL };
    struct stopper_plan plan = { .calls = &stopper_all, .target = target };
    struct stopped end;

    if (liar != NULL)
        setenv("LD_PRELOAD", liar, 1);
    stopper_run(words, told, &plan, &end);
    unsetenv("LD_PRELOAD");
    *passed = end.passed;
    return end.status;
}

static bool
history(long call)
{
    long passed;

    if (!begin_disk())
        return false;
    int first = worked(call, &passed);
    if (!unmount_disk() || !mount_disk())
        return false;
    setenv("TRADEPOST_BOOT", "after-the-cut", 1);
    int looked = plain("check"), last = plain("run"), end = plain("end");
    unsetenv("TRADEPOST_BOOT");
    if (!unmount_disk())
        return false;
    if (first == STOPPER_KILLED && looked == 0 && last == 0 && end == 0)
        return true;
    printf("# cut at %ld: run %d, check %d, run %d, end %d\n", call, first,
           looked, last, end);
    return false;
}

static bool
prepare(const char *root)
{
    text_format(base, sizeof base, "%s/tp-power-XXXXXX", root);
    if (geteuid() != 0 || mkdtemp(base) == NULL)
        return false;
    text_format(image, sizeof image, "%s/image", base);
    text_format(fresh, sizeof fresh, "%s/fresh", base);
    text_format(mounted, sizeof mounted, "%s/disk", base);
    text_format(told, sizeof told, "%s/told", base);
    text_format(world, sizeof world, "%s/world", base);
    setenv("STORE_DRIVER_WORLD", world, 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    setenv("TRADEPOST_RESERVE_MB", "0", 1);
    return mkdir(mounted, 0700) == 0 && make_fresh() && begin_disk();
}

static void
clear_away(void)
{
    struct err failed = { 0 };

    if (base[0] != '\0' && !durable_remove_tree(base, &failed))
        err_print(stderr, &failed);
}

static int
sweep(long seconds, long most)
{
    long total, bad = 0, done = 0, step = 61;
    int whole = worked(0, &total);

    if (!unmount_disk() || whole != 0)
        return whole == STOPPER_NOT_ALLOWED ? CANNOT_BE_TRIED : 1;
    stopper_strike = cut;
    while (total % step == 0)
        step += 2;
    int64_t until = when_steady() + (int64_t)seconds * 1000000000;
    for (long i = 0; i < total && i < most && bad < 3 && when_steady() < until;
         i++) {
        bad += !history(i * step % total + 1);
        done++;
    }
    printf("%ld cuts, %ld failed, %ld calls\n", done, bad, total);
    return bad == 0 && done > 0 ? 0 : 1;
}

int
main(int count, char **words)
{
    long seconds = 20, most = 1000000;

    if (count < 4 || !text_number(words[3], 36000, &seconds) ||
        (count > 4 && !text_number(words[4], 1000000, &most)))
        return 99;
    driver = words[1];
    kind = words[2];
    liar = count > 5 ? words[5] : NULL;
    int result = CANNOT_BE_TRIED;
    if (prepare(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"))
        result = sweep(seconds, most);
    else
        err_print(stderr, &err);
    clear_away();
    return result;
}
