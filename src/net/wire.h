/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire - a two-way stream of bytes that never blocks: an SSH channel, or a
 * pair of file descriptors (a socket, the pipe of a child).
 *
 *   got = wire->ops->read(wire, bytes, size);
 *   if (got == WIRE_AGAIN) wire->ops->wait(wire, true, 1000);
 *
 * After WIRE_AGAIN from write the next write must start with the same bytes.
 * Whoever holds the wire closes it, once; close frees it.
 */
#ifndef TP_NET_WIRE_H
#define TP_NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { WIRE_END = 0, WIRE_AGAIN = -1, WIRE_BROKEN = -2 };

struct wire;

struct wire_ops {
    /* Bytes moved, or one of the words above. */
    ssize_t (*read)(struct wire *, void *bytes, size_t size);
    ssize_t (*write)(struct wire *, const void *bytes, size_t size);
    /* Returns when reading may go on, or writing if asked for, or after the
     * milliseconds. */
    void (*wait)(struct wire *, bool writing, int ms);
    /* Why it broke, in words; "" when not known. */
    const char *(*why)(const struct wire *);
    void (*close)(struct wire *);
};

struct wire {
    const struct wire_ops *ops;
};

/* Takes both descriptors, which may be the same, and makes them
 * non-blocking. */
struct wire *wire_of_fds(int read_fd, int write_fd);

#endif
