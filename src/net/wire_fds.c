/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "net/wire.h"

struct fds {
    struct wire wire; /* first: a wire is its fds */
    int in, out;
    int broken; /* errno */
};

static ssize_t
outcome(struct fds *fds, ssize_t moved)
{
    if (moved >= 0)
        return moved;
    if (errno == EAGAIN || errno == EINTR)
        return WIRE_AGAIN;
    fds->broken = errno;
    return WIRE_BROKEN;
}

static ssize_t
fds_read(struct wire *wire, void *bytes, size_t size)
{
    struct fds *fds = (struct fds *)wire;

    return outcome(fds, read(fds->in, bytes, size));
}

static ssize_t
fds_write(struct wire *wire, const void *bytes, size_t size)
{
    struct fds *fds = (struct fds *)wire;
    ssize_t sent = send(fds->out, bytes, size, MSG_NOSIGNAL);

    if (sent < 0 && errno == ENOTSOCK)
        sent = write(fds->out, bytes, size);
    return outcome(fds, sent);
}

static void
fds_wait(struct wire *wire, bool writing, int ms)
{
    struct fds *fds = (struct fds *)wire;
    struct pollfd polled[] = { { .fd = fds->in, .events = POLLIN },
                               { .fd = fds->out, .events = POLLOUT } };

    poll(polled, writing ? 2 : 1, ms);
}

static const char *
fds_why(const struct wire *wire)
{
    const struct fds *fds = (const struct fds *)wire;

    return fds->broken != 0 ? strerror(fds->broken) : "";
}

static void
fds_close(struct wire *wire)
{
    struct fds *fds = (struct fds *)wire;

    close(fds->in);
    if (fds->out != fds->in)
        close(fds->out);
    release(&fds);
}

static const struct wire_ops fds_ops = {
    .read = fds_read,
    .write = fds_write,
    .wait = fds_wait,
    .why = fds_why,
    .close = fds_close,
};

struct wire *
wire_of_fds(int read_fd, int write_fd)
{
    struct fds *fds = obtain(sizeof *fds);

    fds->wire.ops = &fds_ops;
    fds->in = read_fd;
    fds->out = write_fd;
    fcntl(read_fd, F_SETFL, fcntl(read_fd, F_GETFL) | O_NONBLOCK);
    fcntl(write_fd, F_SETFL, fcntl(write_fd, F_GETFL) | O_NONBLOCK);
    return &fds->wire;
}
