/* SPDX-License-Identifier: Apache-2.0 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/when.h"

/* execve wants char *const[]; the texts are not changed. */
static void __attribute__((noreturn))
become(const char *const *argv, int output)
{
    union {
        const char *const *fixed;
        char *const *plain;
    } arguments = { argv };

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execve(argv[0], arguments.plain, environ);
    _exit(127);
}

static bool
fail(struct err *err, const char *program)
{
    return err_set(err, TP8050, "cannot run %s: %s", program, strerror(errno));
}

bool
child_start(const char *const *argv, const char *log, pid_t *pid,
            struct err *err)
{
    int output =
        open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (output < 0)
        return fail(err, argv[0]);
    *pid = access(argv[0], X_OK) == 0 ? fork() : -1;
    if (*pid == 0)
        become(argv, output);
    int saved = errno;
    close(output);
    errno = saved;
    if (*pid > 0)
        return true;
    *pid = 0;
    return fail(err, argv[0]);
}

void
child_stop(pid_t *pid)
{
    enum { LOOKS = 500 };
    int status;

    if (*pid <= 0)
        return;
    kill(*pid, SIGTERM);
    for (int i = 0; i < LOOKS; i++) {
        if (waitpid(*pid, &status, WNOHANG) != 0) {
            *pid = 0;
            return;
        }
        when_sleep(10);
    }
    kill(*pid, SIGKILL);
    waitpid(*pid, &status, 0);
    *pid = 0;
}

static void
read_all(int from, struct buf *output)
{
    char chunk[4096];
    ssize_t got;

    while ((got = read(from, chunk, sizeof chunk)) > 0 ||
           (got < 0 && errno == EINTR))
        if (got > 0)
            buf_add(output, chunk, (size_t)got);
}

bool
child_run(const char *const *argv, struct buf *output, struct err *err)
{
    int ends[2], status = 0;

    if (access(argv[0], X_OK) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return fail(err, argv[0]);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, ends[1]);
    close(ends[1]);
    if (pid > 0)
        read_all(ends[0], output);
    close(ends[0]);
    if (pid < 0)
        return fail(err, argv[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return err_set(err, TP8050, "%s failed: %.200s", argv[0], buf_text(output));
}
