/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the keeper: one question, one answer. */
#include "store/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "config.h"
#include "store/journal_private.h"
#include "store/keeper.h"

/* Longer than the keeper lets anybody wait for a stalled transaction. */
enum { ANSWER_SECONDS = 3 * KEEPER_PATIENCE };

struct remote {
    int fd;
    struct call call;
    struct journal *reader;
};

void
keeper_greeting(char out[96])
{
    text_format(out, 96, "tradepost keeper 1 %s %d %zu %zu %zu %zu %d",
                PACKAGE_VERSION, (int)OPS, sizeof(struct document),
                sizeof(struct interchange), sizeof(struct effect),
                sizeof(struct event), (int)TP_COUNT);
}

static bool
lost(struct remote *remote, struct err *err)
{
    if (remote->fd >= 0)
        close(remote->fd);
    remote->fd = -1;
    return err_set(err, TP4040,
                   "the keeper of the journal does not answer any more");
}

/* ---- bytes */

static bool
send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

static bool
receive_all(int fd, char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(fd, bytes, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        size -= (size_t)got;
    }
    return true;
}

/* The answer's values into the call; its head tells whether it is a failure. */
static bool
receive(int fd, struct call *call, struct call_head *head)
{
    char chunk[65536];

    if (!receive_all(fd, (char *)head, sizeof *head) || head->size > CALL_MAX)
        return false;
    call_open(call, head->op);
    for (size_t left = head->size; left > 0;) {
        size_t part = left < sizeof chunk ? left : sizeof chunk;
        if (!receive_all(fd, chunk, part))
            return false;
        put_raw(call, chunk, part);
        left -= part;
    }
    return true;
}

/* ---- calls */

struct call *
ask(struct journal *journal, enum op op)
{
    call_open(&journal->remote->call, op);
    return &journal->remote->call;
}

bool
answered(struct journal *journal, struct err *err)
{
    struct remote *remote = journal->remote;
    struct call_head head;
    struct err failed;

    call_seal(&remote->call);
    if (remote->fd < 0 ||
        !send_all(remote->fd, remote->call.buf.text, remote->call.buf.size) ||
        !receive(remote->fd, &remote->call, &head))
        return lost(remote, err);
    if (head.op == 1)
        return true;
    take_err(&remote->call, &failed);
    if (remote->call.bad)
        return lost(remote, err);
    if (err->kind == ERR_NONE)
        *err = failed;
    return false;
}

bool
whole(struct journal *journal, struct err *err)
{
    return !journal->remote->call.bad || lost(journal->remote, err);
}

void
take_into(struct call *call, struct buf *out)
{
    size_t size;
    const void *bytes = take_bytes(call, &size);

    buf_add(out, bytes, size);
}

/* ---- connecting */

/* A long path does not fit in an address: it is named by its directory. */
static bool
connect_to(const char *dir, int fd)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int folder = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return false;
    text_format(address.sun_path, sizeof address.sun_path,
                "/proc/self/fd/%d/keeper.sock", folder);
    int result = connect(fd, (struct sockaddr *)&address, sizeof address);
    int saved = errno;
    close(folder);
    errno = saved;
    return result == 0;
}

static bool
greet(int fd, struct err *err)
{
    struct call call = { 0 };
    struct call_head head;
    char greeting[96];

    keeper_greeting(greeting);
    call_open(&call, OP_HELLO);
    put_text(&call, greeting);
    call_seal(&call);
    bool good = send_all(fd, call.buf.text, call.buf.size) &&
                receive(fd, &call, &head) && head.op == 1;
    call_free(&call);
    return good || err_set(err, TP4041,
                           "the keeper of the journal is another Tradepost");
}

bool
keeper_call(const char *dir, int *fd, struct err *err)
{
    struct timeval patience = { .tv_sec = ANSWER_SECONDS };

    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return err_set(err, TP4040, "no socket: %s", strerror(errno));
    setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (!connect_to(dir, *fd))
        err_set(err, TP4040, "no keeper listens at %.200s/keeper.sock: %s", dir,
                strerror(errno));
    else if (greet(*fd, err))
        return true;
    close(*fd);
    *fd = -1;
    return false;
}

bool
journal_connect(struct journal **out, const char *dir, struct err *err)
{
    struct journal *journal;
    int fd;

    *out = NULL;
    if (!keeper_call(dir, &fd, err))
        return false;
    journal = obtain(sizeof *journal);
    journal->lock = -1;
    journal->remote = obtain(sizeof *journal->remote);
    journal->remote->fd = fd;
    text_copy(journal->dir, sizeof journal->dir, dir);
    text_copy(journal->actor, sizeof journal->actor, "system");
    *out = journal;
    return true;
}

bool
journal_is_kept(const struct journal *journal)
{
    return journal->remote != NULL;
}

bool
journal_watch(const char *dir, uint32_t topics, int *fd, struct err *err)
{
    struct call call = { 0 };
    struct call_head head;

    if (!keeper_call(dir, fd, err))
        return false;
    call_open(&call, OP_WATCH);
    put_number(&call, topics);
    call_seal(&call);
    bool good = send_all(*fd, call.buf.text, call.buf.size) &&
                receive(*fd, &call, &head) && head.op == 1 &&
                fcntl(*fd, F_SETFL, O_NONBLOCK) == 0;
    call_free(&call);
    if (good)
        return true;
    close(*fd);
    *fd = -1;
    return err_set(err, TP4040, "the keeper lets nobody watch");
}

bool
journal_rests(struct journal *journal, int64_t heard, moment until,
              struct err *err)
{
    struct call *call = ask(journal, OP_RESTS);

    put_number(call, heard);
    put_number(call, until);
    return answered(journal, err);
}

bool
journal_nudge(struct journal *journal, struct err *err)
{
    ask(journal, OP_NUDGE);
    return answered(journal, err);
}

bool
journal_workers(struct journal *journal, struct workers *workers,
                struct err *err)
{
    struct call *call = ask(journal, OP_WORKERS);

    return answered(journal, err) &&
           (take_raw(call, workers, sizeof *workers) ||
            lost(journal->remote, err));
}

void
remote_close(struct remote **remote)
{
    struct remote *old = *remote;

    if (old->fd >= 0)
        close(old->fd);
    call_free(&old->call);
    journal_close(&old->reader);
    release(remote);
}

bool
remote_reader(struct journal *journal, struct journal **reader, struct err *err)
{
    struct remote *remote = journal->remote;

    if (remote->reader == NULL &&
        !journal_open_reader(&remote->reader, journal->dir, err))
        return false;
    *reader = remote->reader;
    return true;
}

/* ---- the calls that are not stubs */

/* A failure shows with the next question. */
void
remote_actor(struct journal *journal)
{
    struct err ignored = { 0 };

    put_text(ask(journal, OP_ACTOR), journal->actor);
    if (!answered(journal, &ignored))
        return;
}

bool
remote_begin(struct journal *journal, struct err *err)
{
    ask(journal, OP_BEGIN);
    journal->writing = answered(journal, err);
    return journal->writing;
}

bool
remote_commit(struct journal *journal, struct err *err)
{
    ask(journal, OP_COMMIT);
    journal->writing = false;
    return answered(journal, err);
}

void
remote_abandon(struct journal *journal)
{
    struct err ignored = { 0 };

    if (!journal->writing)
        return;
    journal->writing = false;
    ask(journal, OP_ABANDON);
    if (!answered(journal, &ignored))
        return;
}

bool
remote_claim(struct journal *journal, const struct doc_filter *wanted,
             int seconds, struct document *out, size_t max, size_t *count,
             struct err *err)
{
    struct call *call = ask(journal, OP_CLAIM);

    *count = 0;
    put_filter(call, wanted);
    put_number(call, seconds);
    put_number(call, (int64_t)max);
    if (!answered(journal, err))
        return false;
    int64_t got = take_number(call);
    if (got < 0 || (uint64_t)got > max ||
        !take_raw(call, out, (size_t)got * sizeof *out))
        call->bad = true;
    else
        *count = (size_t)got;
    return whole(journal, err);
}

bool
remote_waits(struct journal *journal, struct arena *arena,
             const char *const **texts, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_WAITS);

    *count = 0;
    if (!answered(journal, err))
        return false;
    int64_t got = take_number(call);
    if (got < 0 || got > CALL_MAX / 8)
        return lost(journal->remote, err);
    const char **list = arena_alloc(arena, ((size_t)got + 1) * sizeof *list);
    for (int64_t i = 0; i < got; i++)
        list[i] = arena_strdup(arena, take_text(call));
    *texts = list;
    *count = (size_t)got;
    return whole(journal, err);
}

/* Some documents at a time, so that nobody waits long for the keeper. */
bool
remote_refresh(struct journal *journal, enum op op, struct err *err)
{
    bool more = true;

    while (more) {
        struct call *call = ask(journal, op);
        if (!answered(journal, err))
            return false;
        more = take_number(call) != 0;
        if (!whole(journal, err))
            return false;
        op = OP_REFRESH;
    }
    return true;
}
