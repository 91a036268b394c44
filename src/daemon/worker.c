/* SPDX-License-Identifier: Apache-2.0 */
/* One role's process, seen from the supervisor. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "base/when.h"
#include "daemon/daemon_private.h"

#define SECOND ((int64_t)1000000000)
enum {
    FIRST_PAUSE = 100, /* milliseconds; doubles with each end */
    LONGEST_PAUSE = 30000,
    GOOD_SECONDS = 60 /* one that lived so long begins anew at once */
};

/* SIGTERM is read from the descriptor; the others are the supervisor's. */
static int
own_signals(void)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void
live(struct supervisor *supervisor, enum role role, int pulse, pid_t parent)
{
    char name[16];

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(0);
    text_format(name, sizeof name, "tp-%s", role_name(role));
    prctl(PR_SET_NAME, name);
    for (int i = 0; i < ROLES; i++)
        if (supervisor->workers[i].pulse >= 0)
            close(supervisor->workers[i].pulse);
    close(supervisor->signals);
    int stop = own_signals();
    if (stop < 0)
        _exit(75);
    exit(role_live(role, supervisor->conf, pulse, stop));
}

bool
worker_start(struct supervisor *supervisor, enum role role, struct err *err)
{
    struct worker *worker = &supervisor->workers[role];
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set(err, TP8060, "%s: %s", role_name(role), strerror(errno));
    pid_t process = fork();
    if (process == 0) {
        close(ends[0]);
        live(supervisor, role, ends[1], parent);
    }
    close(ends[1]);
    if (process < 0) {
        int saved = errno;
        close(ends[0]);
        return err_set(err, TP8060, "%s: %s", role_name(role), strerror(saved));
    }
    worker->process = process;
    worker->pulse = ends[0];
    worker->ready = worker->ending = false;
    worker->begun = worker->pulsed = when_steady();
    return true;
}

void
worker_pulse(struct worker *worker)
{
    char bytes[512];
    ssize_t got;

    while ((got = read(worker->pulse, bytes, sizeof bytes)) > 0) {
        worker->pulsed = when_steady();
        worker->ready |= memchr(bytes, PULSE_READY, (size_t)got) != NULL;
    }
}

void
worker_end(struct worker *worker)
{
    if (worker->process > 0 && !worker->ending)
        kill(worker->process, SIGTERM);
    worker->ending = true;
}

void
worker_kill(struct worker *worker)
{
    if (worker->process > 0)
        kill(worker->process, SIGKILL);
}

static void
say_end(enum role role, const struct worker *worker, int status)
{
    if (WIFSIGNALED(status))
        log_line(LOG_ERROR, "%s was ended by signal %d (%s)", role_name(role),
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0 || !worker->ending)
        log_line(LOG_WARNING, "%s ended with %d", role_name(role),
                 WEXITSTATUS(status));
}

void
worker_over(struct supervisor *supervisor, enum role role, int status)
{
    struct worker *worker = &supervisor->workers[role];
    int64_t now = when_steady(), pause = 0;

    say_end(role, worker, status);
    if (worker->ending || now - worker->begun > GOOD_SECONDS * SECOND)
        worker->ends = 0;
    else
        worker->ends++;
    if (worker->ends > 0) {
        pause = FIRST_PAUSE;
        for (unsigned i = 1; i < worker->ends && pause < LONGEST_PAUSE; i++)
            pause *= 2;
        pause = pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
    }
    worker->again_at = now + pause * (SECOND / 1000);
    close(worker->pulse);
    worker->pulse = -1;
    worker->process = 0;
    worker->ready = false;
}
