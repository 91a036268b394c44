/* SPDX-License-Identifier: Apache-2.0 */
#include "translate/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

void
wire_clear(struct wire *wire)
{
    buf_free(&wire->in);
    buf_free(&wire->out);
    wire->at = 0;
}

void
wire_say(struct wire *wire, struct call *call)
{
    call_seal(call);
    buf_add(&wire->out, call->buf.text, call->buf.size);
}

/* Until the descriptor can be used. */
static enum wire_got
wait_for(const struct wire *wire, short what, int patience)
{
    struct pollfd one = { .fd = wire->fd, .events = what };

    for (;;) {
        int ready = poll(&one, 1, patience);
        if (ready > 0)
            return WIRE_GOT;
        if (ready == 0)
            return WIRE_LATE;
        if (errno != EINTR)
            return WIRE_GONE;
    }
}

enum wire_got
wire_send(struct wire *wire, int patience)
{
    enum wire_got got = WIRE_GOT;

    for (size_t at = 0; got == WIRE_GOT && at < wire->out.size;) {
        ssize_t sent =
            write(wire->fd, wire->out.text + at, wire->out.size - at);
        if (sent > 0)
            at += (size_t)sent;
        else if (sent < 0 && errno == EAGAIN)
            got = wait_for(wire, POLLOUT, patience);
        else if (sent == 0 || errno != EINTR)
            got = WIRE_GONE;
    }
    buf_clear(&wire->out);
    return got;
}

/* More bytes behind those that are there. */
static enum wire_got
receive(struct wire *wire, int patience)
{
    for (;;) {
        ssize_t got = read(wire->fd, buf_room(&wire->in, CHUNK), CHUNK);
        if (got > 0) {
            buf_took(&wire->in, (size_t)got);
            return WIRE_GOT;
        }
        if (got == 0)
            return WIRE_GONE;
        if (errno == EAGAIN) {
            enum wire_got ready = wait_for(wire, POLLIN, patience);
            if (ready != WIRE_GOT)
                return ready;
        } else if (errno != EINTR) {
            return WIRE_GONE;
        }
    }
}

/* Forgets what was heard. */
static void
forget(struct wire *wire)
{
    size_t left = wire->in.size - wire->at;

    if (wire->at == 0)
        return;
    if (left > 0)
        memmove(wire->in.text, wire->in.text + wire->at, left);
    wire->in.size = left;
    wire->at = 0;
}

enum wire_got
wire_hear(struct wire *wire, struct call *call, enum word *word, int patience)
{
    struct call_head head = { 0 };
    enum wire_got got = WIRE_GOT;

    if (wire->in.size == wire->at)
        buf_clear(&wire->in), wire->at = 0;
    while (got == WIRE_GOT) {
        size_t there = wire->in.size - wire->at;
        if (there >= sizeof head) {
            memcpy(&head, wire->in.text + wire->at, sizeof head);
            if (head.size > CALL_MAX || head.op == 0 || head.op >= WORDS)
                return WIRE_NONSENSE;
            if (there - sizeof head >= head.size)
                break;
        }
        forget(wire);
        got = receive(wire, patience);
    }
    if (got != WIRE_GOT)
        return got;
    call_open(call, head.op);
    put_raw(call, wire->in.text + wire->at + sizeof head, head.size);
    wire->at += sizeof head + head.size;
    *word = (enum word)head.op;
    return WIRE_GOT;
}
