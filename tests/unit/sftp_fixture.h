/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sftp_fixture - an SFTP server that says what a case scripts.
 *
 *   begin_case();                         version 3, then
 *   bytes(SFTP_HANDLE, 4); status(SFTP_OK); special(HANG_UP);
 *   CHECK(start(NULL));                   sftp is connected
 *   CHECK(SAW(SFTP_INIT, SFTP_OPEN));     what it was asked
 *
 * Each request, in the order it comes, gets the next reply of the script.
 */
#ifndef TP_TESTS_UNIT_SFTP_FIXTURE_H
#define TP_TESTS_UNIT_SFTP_FIXTURE_H

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/sftp_private.h"
#include "net/wire.h"
#include "test.h"

enum { REPLIES = 64, HANG_UP = -1, SILENT = -2 };

/* Each request gets the next reply, with its id; the first is the INIT. */
static struct reply {
    struct buf packet;
    int special;
} script[REPLIES];
static size_t script_size;

struct seen {
    unsigned count;
    unsigned char types[256];
};
static struct seen *seen;
static pid_t server;
static struct sftp *sftp;
static struct err err;

static inline struct buf *
begin(enum sftp_type type, size_t *start)
{
    struct buf *packet = &script[script_size++].packet;

    *start = sftp_packet_begin(packet, type);
    if (type != SFTP_VERSION)
        sftp_add_u32(packet, 0);
    return packet;
}

static inline void
version(uint32_t number, bool posix)
{
    size_t start;
    struct buf *packet = begin(SFTP_VERSION, &start);

    sftp_add_u32(packet, number);
    if (posix) {
        sftp_add_text(packet, "posix-rename@openssh.com");
        sftp_add_text(packet, "1");
    }
    sftp_packet_end(packet, start);
}

static inline void
status(uint32_t code)
{
    size_t start;
    struct buf *packet = begin(SFTP_STATUS, &start);

    sftp_add_u32(packet, code);
    sftp_add_text(packet, "so \x1b it is");
    sftp_add_text(packet, "en");
    sftp_packet_end(packet, start);
}

static inline void
bytes(enum sftp_type type, size_t size)
{
    size_t start;
    struct buf *packet = begin(type, &start);
    char *text = calloc(1, size + 1);

    memset(text, 'd', size);
    sftp_add_bytes(packet, text, size);
    sftp_packet_end(packet, start);
    free(text);
}

static inline void
attrs(uint64_t size)
{
    size_t start;
    struct buf *packet = begin(SFTP_ATTRS, &start);

    sftp_add_u32(packet, 1);
    sftp_add_u64(packet, size);
    sftp_packet_end(packet, start);
}

/* A reply of these numbers, whatever they mean. */
static inline void
numbers(enum sftp_type type, size_t count, const uint32_t *words)
{
    size_t start;
    struct buf *packet = begin(type, &start);

    for (size_t i = 0; i < count; i++)
        sftp_add_u32(packet, words[i]);
    sftp_packet_end(packet, start);
}
#define NUMBERS(type, ...)                                 \
    numbers(type, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, \
            (uint32_t[]){ __VA_ARGS__ })

static inline void
special(int what)
{
    script[script_size++].special = what;
}

static inline bool
read_all(int fd, void *out, size_t size)
{
    for (char *at = out; size > 0;) {
        ssize_t got = read(fd, at, size);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static inline void
serve(int fd)
{
    static unsigned char packet[1 << 18];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(STDOUT_FILENO);
    for (size_t i = 0;; i++) {
        if (!read_all(fd, packet, 4))
            _exit(0);
        size_t size =
            (size_t)packet[1] << 16 | (size_t)packet[2] << 8 | packet[3];
        if (!read_all(fd, packet, size))
            _exit(0);
        seen->types[seen->count++ % 256] = packet[0];
        if (i >= script_size || script[i].special == HANG_UP)
            _exit(0);
        struct buf *reply = &script[i].packet;
        /* A scripted id of zero becomes the request's. */
        if (i > 0 && reply->size >= 9 &&
            memcmp(reply->text + 5, "\0\0\0", 4) == 0)
            memcpy(reply->text + 5, packet + 1, 4);
        if (script[i].special != SILENT &&
            write(fd, reply->text, reply->size) < 0)
            _exit(0);
    }
}

static inline bool
start(const struct sftp_limits *limits)
{
    int ends[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    memset(seen, 0, sizeof *seen);
    memset(&err, 0, sizeof err);
    fflush(stdout);
    server = fork();
    if (server == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    sftp = NULL;
    return sftp_open(&sftp, wire_of_fds(ends[0], ends[0]), limits, &err);
}

static inline void
stop(void)
{
    sftp_close(&sftp);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    for (size_t i = 0; i < script_size; i++) {
        buf_free(&script[i].packet);
        script[i].special = 0;
    }
    script_size = 0;
}

static inline void
begin_case(void)
{
    if (script_size > 0)
        stop();
    version(3, false);
}

static inline bool
saw(const unsigned char *types, size_t count)
{
    if (seen->count == count && memcmp(seen->types, types, count) == 0)
        return true;
    for (unsigned i = 0; i < seen->count; i++)
        printf("# saw %d\n", seen->types[i]);
    return false;
}
#define SAW(...)                          \
    saw((unsigned char[]){ __VA_ARGS__ }, \
        sizeof((unsigned char[]){ __VA_ARGS__ }))

#endif
