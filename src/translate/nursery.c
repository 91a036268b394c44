/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/nursery.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/durable.h"

/* What comes back for each descriptor. */
struct born {
    pid_t process; /* -1: errno in ended */
    int ended;
};

/* ---- inside */

static void
default_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* What is meant for a terminal's group is its owner's to answer. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

/* -1 when the owner is gone. */
static int
next_descriptor(int control)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } space;
    char byte;
    struct iovec one = { &byte, 1 };
    struct msghdr message = { .msg_iov = &one,
                              .msg_iovlen = 1,
                              .msg_control = space.room,
                              .msg_controllen = sizeof space.room };
    ssize_t got;
    int fd = -1;

    do
        got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    if (got > 0 && head != NULL && head->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

static int
end(pid_t process)
{
    int status = -1;

    if (process <= 0)
        return -1;
    kill(process, SIGKILL);
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static pid_t
bear(const struct translator_plan *plan, int control, int fd)
{
    pid_t process = fork();

    if (process != 0) {
        close(fd);
        return process;
    }
    close(control);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "tp-translator");
    translator_serve(plan, fd);
}

/* Addresses that this process has taken, program and libraries among them. */
static size_t
addresses(void)
{
    CLEANUP(buf_free) struct buf pages = { 0 };
    struct err unknown = { 0 };

    if (!file_read("/proc/self/statm", 256, &pages, &unknown))
        return (size_t)64 << 20;
    return strtoul(buf_text(&pages), NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static void __attribute__((noreturn))
live(const struct translator_plan *outside, int control)
{
    struct translator_plan own = *outside;
    const struct translator_plan *plan = &own;
    pid_t process = 0;
    int fd;

    prctl(PR_SET_NAME, "tp-nursery");
    default_signals();
    confine_descriptors(&control, 1);
    /* It is drawn from a file, which will not be there. */
    json_object_seed(0);
    own.limits.memory_bytes += addresses();
    confine_files();
    while ((fd = next_descriptor(control)) >= 0) {
        struct born born = { .ended = end(process) };
        born.process = process = bear(plan, control, fd);
        if (process < 0)
            born.ended = errno;
        if (send(control, &born, sizeof born, MSG_NOSIGNAL) != sizeof born)
            break;
    }
    end(process);
    _exit(0);
}

/* ---- outside */

bool
nursery_open(struct nursery *nursery, const struct translator_plan *plan,
             struct err *err)
{
    int ends[2];

    *nursery = (struct nursery){ 0, -1 };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return err_set(err, TP7082, "no socket: %s", strerror(errno));
    fflush(NULL);
    nursery->process = fork();
    if (nursery->process == 0)
        live(plan, ends[1]);
    close(ends[1]);
    nursery->control = ends[0];
    if (nursery->process > 0)
        return true;
    err_set(err, TP7082, "no process: %s", strerror(errno));
    nursery_close(nursery);
    return false;
}

void
nursery_close(struct nursery *nursery)
{
    if (nursery->control >= 0)
        close(nursery->control);
    if (nursery->process > 0)
        while (waitpid(nursery->process, NULL, 0) < 0 && errno == EINTR)
            continue;
    *nursery = (struct nursery){ 0, -1 };
}

static bool
hand_over(int control, int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } space = { 0 };
    char byte = 'f';
    struct iovec one = { &byte, 1 };
    struct msghdr message = { .msg_iov = &one,
                              .msg_iovlen = 1,
                              .msg_control = space.room,
                              .msg_controllen = sizeof space.room };

    space.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof fd),
                                   .cmsg_level = SOL_SOCKET,
                                   .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(&space.head), &fd, sizeof fd);
    return sendmsg(control, &message, MSG_NOSIGNAL) == 1;
}

bool
nursery_fork(struct nursery *nursery, int fd, pid_t *process, int *ended,
             struct err *err)
{
    struct born born;
    bool sent = hand_over(nursery->control, fd);
    ssize_t got = -1;

    close(fd);
    if (sent)
        do
            got = recv(nursery->control, &born, sizeof born, 0);
        while (got < 0 && errno == EINTR);
    if (got != sizeof born)
        return err_set(err, TP7082, "the process that starts it is gone");
    if (born.process < 0)
        return err_set(err, TP7082, "no process: %s", strerror(born.ended));
    *process = born.process;
    *ended = born.ended;
    return true;
}
