/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's sockets. Only processes of the same user, or root, may speak. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "store/keeper_private.h"
#include "store/remote.h"

bool
clients_listen(struct keeper *keeper, const char *dir, struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    keeper->listener =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    text_format(address.sun_path, sizeof address.sun_path,
                "/proc/self/fd/%d/keeper.sock", folder);
    /* The journal's lock is ours, so whoever left this socket is dead. */
    unlinkat(folder, "keeper.sock", 0);
    mode_t mask = umask(0177);
    bool good = folder >= 0 && keeper->listener >= 0 &&
                bind(keeper->listener, (struct sockaddr *)&address,
                     sizeof address) == 0 &&
                listen(keeper->listener, CLIENTS_MOST) == 0;
    int saved = errno;
    umask(mask);
    if (folder >= 0)
        close(folder);
    return good ||
           err_set(err, TP4040, "cannot listen at %.200s/keeper.sock: %s", dir,
                   strerror(saved));
}

static bool
is_one_of_us(int fd, pid_t *process)
{
    struct ucred peer = { 0 };
    socklen_t size = sizeof peer;
    bool good = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
                (peer.uid == geteuid() || peer.uid == 0);

    *process = peer.pid;
    return good;
}

void
client_accept(struct keeper *keeper)
{
    int fd =
        accept4(keeper->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *client = NULL;
    pid_t process;

    if (fd < 0)
        return;
    for (size_t i = 0; i < CLIENTS_MOST && client == NULL; i++)
        if (keeper->clients[i].fd < 0)
            client = &keeper->clients[i];
    if (client == NULL || !is_one_of_us(fd, &process)) {
        close(fd);
        return;
    }
    memset(client, 0, sizeof *client);
    client->fd = fd;
    client->process = process;
}

void
client_read(struct client *client)
{
    char chunk[65536];
    ssize_t got;

    while ((got = recv(client->fd, chunk, sizeof chunk, 0)) > 0) {
        buf_add(&client->in, chunk, (size_t)got);
        if (client->in.size > CALL_MAX || (size_t)got < sizeof chunk)
            break;
    }
    if (client->in.size > CALL_MAX || got == 0 ||
        (got < 0 && errno != EAGAIN && errno != EINTR))
        client->gone = true;
}

void
client_write(struct client *client)
{
    while (!client->held && client->out_at < client->out.size) {
        ssize_t sent = send(client->fd, client->out.text + client->out_at,
                            client->out.size - client->out_at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) {
            client->gone = client->gone || errno != EAGAIN;
            return;
        }
        client->out_at += (size_t)sent;
    }
    if (!client->held && client->out.size > 0) {
        buf_clear(&client->out);
        client->out_at = 0;
    }
}

bool
client_question(struct client *client, enum op *op, struct call *call)
{
    struct call_head head;

    if (client->in.size < sizeof head)
        return false;
    memcpy(&head, client->in.text, sizeof head);
    if (head.op >= OPS || head.size > CALL_MAX) {
        client->gone = true;
        return false;
    }
    if (client->in.size < sizeof head + head.size)
        return false;
    *op = (enum op)head.op;
    call_open(call, head.op);
    put_raw(call, client->in.text + sizeof head, head.size);
    /* One question at a time: what came behind it is nobody's. */
    client->gone = client->gone || client->in.size > sizeof head + head.size;
    if (client->in.capacity > (size_t)1024 * 1024)
        buf_free(&client->in);
    buf_clear(&client->in);
    return true;
}

void
client_answer(struct client *client, struct call *call)
{
    call_seal(call);
    buf_clear(&client->out);
    buf_add(&client->out, call->buf.text, call->buf.size);
    client->out_at = 0;
}

void
client_failure(struct client *client, struct call *call, const struct err *err)
{
    call_open(call, 0);
    put_raw(call, err, sizeof *err);
    client_answer(client, call);
}

static bool
is_worker(const struct client *client)
{
    return client->fd >= 0 && (client->watch & WATCH_NOW) != 0;
}

void
client_rests(struct keeper *keeper, const struct client *asker, int64_t heard,
             moment until)
{
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        struct client *client = &keeper->clients[i];
        if (!is_worker(client) || client->process != asker->process)
            continue;
        client->rests = client->told == heard;
        client->until = until;
    }
}

void
clients_count(const struct keeper *keeper, struct workers *workers)
{
    memset(workers, 0, sizeof *workers);
    for (size_t i = 0; i < CLIENTS_MOST; i++) {
        const struct client *client = &keeper->clients[i];
        if (!is_worker(client))
            continue;
        workers->count++;
        workers->busy += !client->rests;
        if (client->until > 0 &&
            (workers->next == 0 || client->until < workers->next))
            workers->next = client->until;
    }
}

void
client_free(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    buf_free(&client->in);
    buf_free(&client->out);
    memset(client, 0, sizeof *client);
    client->fd = -1;
}
