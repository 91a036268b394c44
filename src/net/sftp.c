/* SPDX-License-Identifier: Apache-2.0 */
#include "net/sftp.h"

#include <string.h>

#include "base/arena.h"
#include "base/heartbeat.h"
#include "base/text.h"
#include "base/when.h"
#include "net/sftp_private.h"
#include "net/wire.h"

enum {
    DEFAULT_WINDOW = 128,
    MAX_WINDOW = 1024,
    DEFAULT_FILES = 64,
    DEFAULT_IDLE_MS = 60000,
    DEFAULT_TOTAL_MS = 30 * 60000,
    COMPACT_BYTES = 1 << 20
};

/* A request on its way. */
struct slot {
    struct sftp_job *job; /* NULL = free */
    uint32_t id;
    uint64_t tag;
};

struct sftp {
    struct wire *wire;
    struct sftp_limits limits;
    struct slot *slots;
    unsigned outstanding;
    uint32_t next_id;
    struct buf out, in;
    size_t out_at, in_at; /* what is sent, what is understood */
    bool posix_rename;
    int64_t moved_at, ends_at; /* when_steady() */
    struct err dead;           /* filled once the connection is given up */
};

static bool
die(struct sftp *sftp, enum err_code code, const char *what)
{
    return err_set(&sftp->dead, code, "%s", what);
}

void
sftp_violation(struct sftp *sftp, const char *what)
{
    die(sftp, TP5040, what);
}

bool
sftp_alive(const struct sftp *sftp)
{
    return sftp->dead.kind == ERR_NONE;
}

static bool
broken(struct sftp *sftp)
{
    const char *why = sftp->wire->ops->why(sftp->wire);

    return err_set(&sftp->dead, TP5002, "the connection broke%s%s",
                   why[0] != '\0' ? ": " : "", why);
}

/* Drops what is used up, so that a buffer stays as small as the window. */
static void
compact(struct buf *buf, size_t *used)
{
    if (*used < COMPACT_BYTES && *used < buf->size)
        return;
    memmove(buf->text, buf->text + *used, buf->size - *used);
    buf->size -= *used;
    *used = 0;
}

static bool
flush(struct sftp *sftp, bool *moved)
{
    while (sftp->out_at < sftp->out.size) {
        ssize_t sent =
            sftp->wire->ops->write(sftp->wire, sftp->out.text + sftp->out_at,
                                   sftp->out.size - sftp->out_at);
        if (sent == WIRE_AGAIN || sent == WIRE_END)
            return true;
        if (sent < 0)
            return broken(sftp);
        sftp->out_at += (size_t)sent;
        compact(&sftp->out, &sftp->out_at);
        *moved = true;
    }
    return true;
}

static bool
fill(struct sftp *sftp, bool *moved)
{
    char chunk[65536];
    ssize_t got = sftp->wire->ops->read(sftp->wire, chunk, sizeof chunk);

    if (got == WIRE_AGAIN)
        return true;
    if (got == WIRE_END)
        return die(sftp, TP5002, "the far side closed the connection");
    if (got < 0)
        return broken(sftp);
    if (sftp->in_at > 0)
        compact(&sftp->in, &sftp->in_at);
    buf_add(&sftp->in, chunk, (size_t)got);
    *moved = true;
    return true;
}

/* The next whole packet that came in; size 0 when there is none yet. */
static bool
next_packet(struct sftp *sftp, struct sftp_bytes *packet)
{
    size_t left = sftp->in.size - sftp->in_at;
    const char *at = buf_text(&sftp->in) + sftp->in_at;
    struct sftp_reader reader = { (const uint8_t *)at, left, false };
    uint32_t size = sftp_take_u32(&reader);

    *packet = (struct sftp_bytes){ at + 4, 0 };
    if (reader.bad)
        return true;
    if (size < 5 || size > SFTP_MAX_PACKET)
        return err_set(&sftp->dead, TP5040,
                       "a packet of %u bytes came; expected 5 to %d (does the "
                       "account's shell print a greeting?)",
                       size, SFTP_MAX_PACKET);
    if (reader.left < size)
        return true;
    packet->size = size;
    sftp->in_at += 4 + (size_t)size;
    return true;
}

/* Waits for the wire. False when nothing moved for too long. */
static bool
rest(struct sftp *sftp)
{
    int64_t now = when_steady();
    int64_t idle_until = sftp->moved_at + sftp->limits.idle_ms * 1000000;

    if (now >= idle_until)
        return err_set(&sftp->dead, TP5003, "nothing came for %ld s",
                       sftp->limits.idle_ms / 1000);
    int64_t ms = (idle_until - now) / 1000000 + 1;
    sftp->wire->ops->wait(
        sftp->wire, sftp->out_at<sftp->out.size, ms> 1000 ? 1000 : (int)ms);
    return true;
}

/* Moves bytes both ways; waits when there are none to move. */
static bool
pump(struct sftp *sftp)
{
    bool moved = false;

    if (!flush(sftp, &moved) || !fill(sftp, &moved))
        return false;
    if (moved)
        sftp->moved_at = when_steady();
    if (when_steady() >= sftp->ends_at)
        return err_set(&sftp->dead, TP5003, "not done within %ld s",
                       sftp->limits.total_ms / 1000);
    return moved || rest(sftp);
}

static void
begin_clock(struct sftp *sftp)
{
    sftp->moved_at = when_steady();
    sftp->ends_at = sftp->moved_at + sftp->limits.total_ms * 1000000;
}

static bool
take_version(struct sftp *sftp, const struct sftp_bytes *packet)
{
    struct sftp_reader reader = { (const uint8_t *)packet->at + 1,
                                  packet->size - 1, false };
    uint32_t version = sftp_take_u32(&reader);

    if ((uint8_t)packet->at[0] != SFTP_VERSION || reader.bad)
        return die(sftp, TP5040, "the first packet is not a version");
    if (version != 3)
        return err_set(&sftp->dead, TP5037,
                       "the far side speaks SFTP version %u; expected 3",
                       version);
    while (reader.left > 0 && !reader.bad) {
        struct sftp_bytes name = sftp_take_bytes(&reader);
        sftp_take_bytes(&reader);
        static const char posix[] = "posix-rename@openssh.com";
        if (name.size == sizeof posix - 1 &&
            memcmp(name.at, posix, sizeof posix - 1) == 0)
            sftp->posix_rename = true;
    }
    return !reader.bad ||
           die(sftp, TP5040, "the list of extensions is cut short");
}

static bool
greet(struct sftp *sftp)
{
    struct sftp_bytes packet = { "", 0 };
    size_t begin = sftp_packet_begin(&sftp->out, SFTP_INIT);

    sftp_add_u32(&sftp->out, 3);
    sftp_packet_end(&sftp->out, begin);
    begin_clock(sftp);
    while (packet.size == 0)
        if (!pump(sftp) || !next_packet(sftp, &packet))
            return false;
    return take_version(sftp, &packet);
}

bool
sftp_open(struct sftp **out, struct wire *wire,
          const struct sftp_limits *limits, struct err *err)
{
    struct sftp *sftp = obtain(sizeof *sftp);

    sftp->wire = wire;
    if (limits != NULL)
        sftp->limits = *limits;
    if (sftp->limits.window == 0)
        sftp->limits.window = DEFAULT_WINDOW;
    if (sftp->limits.window > MAX_WINDOW)
        sftp->limits.window = MAX_WINDOW;
    if (sftp->limits.files == 0)
        sftp->limits.files = DEFAULT_FILES;
    if (sftp->limits.idle_ms == 0)
        sftp->limits.idle_ms = DEFAULT_IDLE_MS;
    if (sftp->limits.total_ms == 0)
        sftp->limits.total_ms = DEFAULT_TOTAL_MS;
    sftp->slots = obtain(sftp->limits.window * sizeof *sftp->slots);
    if (!greet(sftp)) {
        *err = sftp->dead;
        sftp_close(&sftp);
        return false;
    }
    *out = sftp;
    return true;
}

void
sftp_close(struct sftp **out)
{
    struct sftp *sftp = *out;

    if (sftp == NULL)
        return;
    sftp->wire->ops->close(sftp->wire);
    buf_free(&sftp->out);
    buf_free(&sftp->in);
    release(&sftp->slots);
    release(out);
}

struct buf *
sftp_out(struct sftp *sftp)
{
    return &sftp->out;
}

bool
sftp_has_posix_rename(const struct sftp *sftp)
{
    return sftp->posix_rename;
}

size_t
sftp_request(struct sftp *sftp, enum sftp_type type, struct sftp_job *job,
             uint64_t tag)
{
    struct slot *slot = sftp->slots;
    size_t begin = sftp_packet_begin(&sftp->out, type);

    while (slot->job != NULL)
        slot++;
    *slot = (struct slot){ .job = job, .id = ++sftp->next_id, .tag = tag };
    sftp_add_u32(&sftp->out, slot->id);
    sftp->outstanding++;
    job->waiting++;
    return begin;
}

void
sftp_request_end(struct sftp *sftp, size_t begin)
{
    sftp_packet_end(&sftp->out, begin);
}

static bool
dispatch(struct sftp *sftp, const struct sftp_bytes *packet)
{
    struct sftp_reply reply;

    if (!sftp_reply_parse(packet->at, packet->size, &reply))
        return die(sftp, TP5040, "a reply is cut short or of no known type");
    for (unsigned i = 0; i < sftp->limits.window; i++) {
        struct slot slot = sftp->slots[i];
        if (slot.job == NULL || slot.id != reply.id)
            continue;
        sftp->slots[i].job = NULL;
        sftp->outstanding--;
        slot.job->waiting--;
        slot.job->ops->reply(sftp, slot.job, slot.tag, &reply);
        heartbeat();
        return sftp_alive(sftp);
    }
    return die(sftp, TP5040, "a reply came that nobody asked for");
}

static bool
dispatch_all(struct sftp *sftp)
{
    struct sftp_bytes packet;

    for (;;) {
        if (!next_packet(sftp, &packet))
            return false;
        if (packet.size == 0)
            return true;
        if (!dispatch(sftp, &packet))
            return false;
    }
}

/* The jobs of one call. */
struct work {
    char *jobs;
    size_t count, stride;
    size_t first, begun; /* first unfinished one, first not begun */
};

static struct sftp_job *
job_at(const struct work *work, size_t i)
{
    return (void *)(work->jobs + i * work->stride);
}

/* Lets the jobs submit, in turn, while there is room. */
static void
submit(struct sftp *sftp, struct work *work)
{
    unsigned active = 0;

    for (size_t i = work->first; i < work->count; i++) {
        struct sftp_job *job = job_at(work, i);
        if (job->finished && job->waiting == 0) {
            work->first += i == work->first;
            continue;
        }
        if (++active > sftp->limits.files)
            return;
        while (sftp->outstanding < sftp->limits.window && !job->finished &&
               job->ops->push(sftp, job))
            ;
        if (sftp->outstanding >= sftp->limits.window)
            return;
    }
}

static void
tell_broken(struct sftp *sftp, struct work *work)
{
    memset(sftp->slots, 0, sftp->limits.window * sizeof *sftp->slots);
    sftp->outstanding = 0;
    for (size_t i = work->first; i < work->count; i++) {
        struct sftp_job *job = job_at(work, i);
        job->waiting = 0;
        if (!job->finished)
            job->ops->broke(job, &sftp->dead);
        job->finished = true;
    }
}

bool
sftp_run(struct sftp *sftp, struct sftp_job *jobs, size_t count, size_t stride,
         struct err *err)
{
    struct work work = { (char *)jobs, count, stride, 0, 0 };

    begin_clock(sftp);
    while (sftp_alive(sftp)) {
        submit(sftp, &work);
        if (work.first == count)
            return true;
        BUG_IF(sftp->outstanding == 0);
        if (pump(sftp))
            dispatch_all(sftp);
    }
    tell_broken(sftp, &work);
    *err = sftp->dead;
    return false;
}
