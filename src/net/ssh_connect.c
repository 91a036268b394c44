/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/when.h"
#include "net/ssh_private.h"

enum { SILENCE_MS = 30000, KEEPALIVE_SECONDS = 15 };

static void
drop_addresses(struct addrinfo **list)
{
    if (*list != NULL)
        freeaddrinfo(*list);
}

/* A half-open connection is noticed: bytes that nobody confirms for half a
 * minute, or a peer that no longer answers, end it. */
static void
tune(int fd)
{
    const int on = 1, idle = KEEPALIVE_SECONDS, tries = 2;
    const unsigned silence = SILENCE_MS;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
}

/* 0 when connected, else the errno. */
static int
finish_connect(int fd, long ms)
{
    struct pollfd polled = { .fd = fd, .events = POLLOUT };
    int64_t until = when_steady() + (int64_t)ms * 1000000;
    int error = 0;
    socklen_t size = sizeof error;

    for (;;) {
        int64_t left = (until - when_steady()) / 1000000;
        int ready = left <= 0 ? 0 : poll(&polled, 1, (int)left);
        if (ready == 0)
            return ETIMEDOUT;
        if (ready > 0)
            break;
        if (errno != EINTR)
            return errno;
    }
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

static int
try_address(const struct addrinfo *address, long ms, int *why)
{
    int fd = socket(address->ai_family,
                    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        *why = errno;
        return -1;
    }
    *why = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (*why == EINPROGRESS)
        *why = finish_connect(fd, ms);
    if (*why == 0) {
        tune(fd);
        return fd;
    }
    close(fd);
    return -1;
}

int
ssh_connect(const char *host, long port, long ms, struct err *err)
{
    CLEANUP(drop_addresses) struct addrinfo *list = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICSERV };
    char service[8];
    int why = 0;

    text_format(service, sizeof service, "%ld", port);
    int result = getaddrinfo(host, service, &hints, &list);
    if (result != 0) {
        err_set(err, TP5001, "the name %.100s does not resolve: %s", host,
                gai_strerror(result));
        return -1;
    }
    for (struct addrinfo *at = list; at != NULL; at = at->ai_next) {
        int fd = try_address(at, ms, &why);
        if (fd >= 0)
            return fd;
    }
    err_set(err, TP5001, "%.100s port %ld: %s", host, port, strerror(why));
    return -1;
}
