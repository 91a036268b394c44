/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "net/sftp_private.h"

enum step { OPEN, LOOK, READ, CLOSE };

/* Pieces of one file asked for at once. */
enum { PIECES = 32, TAG_PIECE = 16 };

struct piece {
    uint64_t offset;
    uint32_t size; /* 0 = free */
    bool asked;
};

struct getting {
    struct sftp_job job; /* first */
    struct sftp_get *get;
    struct sftp_handle handle;
    enum step step;
    char *bytes;         /* one at least, once the size is known */
    uint64_t size, next; /* of the file; the first byte not asked for */
    struct piece pieces[PIECES];
    bool tail; /* asked whether the file goes on after its end */
};

static bool
failed(const struct getting *on)
{
    return on->get->err.kind != ERR_NONE;
}

static bool
changed(struct getting *on)
{
    return err_set(&on->get->err, TP5046, "%.150s changed while it was fetched",
                   on->get->path);
}

/* Room for the file, once its size is known. */
static bool
prepare(struct getting *on, int64_t size)
{
    if (size < 0)
        return err_set(&on->get->err, TP5042,
                       "the far side does not tell the size of %.150s",
                       on->get->path);
    if ((uint64_t)size > on->get->max_bytes)
        return err_set(&on->get->err, TP5045,
                       "%.150s has %" PRId64 " bytes; at most %zu are taken",
                       on->get->path, size, on->get->max_bytes);
    on->size = (uint64_t)size;
    on->bytes = obtain(on->get->file > 0 ? 1 : (size_t)size + 1);
    return true;
}

static void
ask_piece(struct sftp *sftp, struct getting *on, size_t i)
{
    struct piece *piece = &on->pieces[i];
    size_t begin = sftp_request(sftp, SFTP_READ, &on->job, TAG_PIECE + i);

    sftp_add_bytes(sftp_out(sftp), on->handle.bytes, on->handle.size);
    sftp_add_u64(sftp_out(sftp), piece->offset);
    sftp_add_u32(sftp_out(sftp), piece->size);
    sftp_request_end(sftp, begin);
    piece->asked = true;
}

/* The next piece of the file, or at its end one more byte, which must not
 * exist. */
static struct piece
next_piece(struct getting *on)
{
    struct piece piece = { .offset = on->next, .size = SFTP_CHUNK };

    if (on->next >= on->size) {
        on->tail = true;
        piece.size = 1;
    } else if (on->size - on->next < SFTP_CHUNK) {
        piece.size = (uint32_t)(on->size - on->next);
    }
    on->next += piece.size;
    return piece;
}

static bool
push_read(struct sftp *sftp, struct getting *on)
{
    size_t room = PIECES;

    if (failed(on))
        return false;
    for (size_t i = 0; i < PIECES; i++) {
        if (on->pieces[i].size > 0 && !on->pieces[i].asked) {
            ask_piece(sftp, on, i);
            return true;
        }
        if (on->pieces[i].size == 0)
            room = i;
    }
    if (on->tail || room == PIECES)
        return false;
    on->pieces[room] = next_piece(on);
    ask_piece(sftp, on, room);
    return true;
}

static bool
push(struct sftp *sftp, struct sftp_job *job)
{
    struct getting *on = (struct getting *)job;

    if (on->step == OPEN && job->waiting == 0) {
        sftp_ask_open(sftp, job, OPEN, on->get->path, SFTP_FLAG_READ);
        return true;
    }
    if (on->step == LOOK) {
        sftp_ask_handle(sftp, SFTP_FSTAT, job, LOOK, &on->handle);
        on->step = READ;
        return true;
    }
    if (on->step == READ && on->bytes != NULL && push_read(sftp, on))
        return true;
    if (on->step != READ || job->waiting > 0)
        return false;
    on->step = CLOSE;
    sftp_ask_handle(sftp, SFTP_CLOSE, job, CLOSE, &on->handle);
    return true;
}

static void
take_open(struct sftp *sftp, struct getting *on, const struct sftp_reply *reply)
{
    struct sftp_get *get = on->get;

    if (reply->type == SFTP_STATUS && reply->status == SFTP_NO_SUCH_FILE) {
        err_set(&get->err, TP5048, "%.150s is no longer there", get->path);
    } else if (reply->type == SFTP_STATUS && reply->status != SFTP_OK) {
        sftp_refused(reply, "read", get->path, &get->err);
    } else if (reply->type != SFTP_HANDLE ||
               !sftp_keep_handle(&on->handle, reply)) {
        sftp_violation(sftp, "the answer to OPEN is no usable handle");
    } else {
        on->step = LOOK;
        if (get->expected >= 0)
            prepare(on, get->expected);
    }
    on->job.finished = failed(on) && on->handle.size == 0;
}

static void
take_look(struct sftp *sftp, struct getting *on, const struct sftp_reply *reply)
{
    if (reply->type != SFTP_ATTRS && reply->type != SFTP_STATUS)
        sftp_violation(sftp, "the answer to FSTAT is neither");
    else if (reply->type == SFTP_STATUS && on->bytes == NULL)
        sftp_refused(reply, "look at", on->get->path, &on->get->err);
    else if (reply->type == SFTP_ATTRS && on->bytes == NULL)
        prepare(on, reply->attrs.size);
    else if (reply->type == SFTP_ATTRS && reply->attrs.size >= 0 &&
             (uint64_t)reply->attrs.size != on->size)
        changed(on);
}

static bool
keep_data(struct getting *on, uint64_t offset, const void *bytes, size_t size)
{
    const char *at = bytes;

    if (on->get->file <= 0) {
        memcpy(on->bytes + offset, bytes, size);
        return true;
    }
    while (size > 0) {
        ssize_t put = pwrite(on->get->file, at, size, (off_t)offset);
        if (put < 0 && errno != EINTR)
            return err_set(&on->get->err,
                           errno == ENOSPC || errno == EDQUOT ? TP4003 : TP4001,
                           "what is fetched of %.120s cannot be written: %s",
                           on->get->path, strerror(errno));
        at += put > 0 ? put : 0;
        offset += put > 0 ? (uint64_t)put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* A server may send less than was asked for: the rest is asked for again. */
static void
take_data(struct sftp *sftp, struct getting *on, struct piece *piece,
          const struct sftp_reply *reply)
{
    uint32_t size = (uint32_t)reply->bytes.size;

    if (size == 0 || size > piece->size) {
        sftp_violation(sftp, "more or less data came than was asked for");
    } else if (piece->offset >= on->size) {
        changed(on);
    } else if (keep_data(on, piece->offset, reply->bytes.at, size)) {
        piece->offset += size;
        piece->size -= size;
        piece->asked = false;
    }
}

static void
take_piece(struct sftp *sftp, struct getting *on, struct piece *piece,
           const struct sftp_reply *reply)
{
    if (reply->type == SFTP_DATA) {
        take_data(sftp, on, piece, reply);
    } else if (reply->type != SFTP_STATUS) {
        sftp_violation(sftp, "the answer to READ is neither");
    } else if (reply->status == SFTP_EOF) {
        if (piece->offset < on->size)
            changed(on);
        piece->size = 0;
    } else {
        sftp_refused(reply, "read", on->get->path, &on->get->err);
    }
}

static void
reply_to(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
         struct sftp_reply *reply)
{
    struct getting *on = (struct getting *)job;

    if (tag >= TAG_PIECE) {
        take_piece(sftp, on, &on->pieces[tag - TAG_PIECE], reply);
    } else if (tag == OPEN) {
        take_open(sftp, on, reply);
    } else if (tag == LOOK) {
        take_look(sftp, on, reply);
    } else {
        on->get->got = !failed(on);
        job->finished = true;
    }
}

static void
broke(struct sftp_job *job, const struct err *why)
{
    struct getting *on = (struct getting *)job;

    if (!failed(on))
        on->get->err = *why;
}

static const struct sftp_job_ops getting_ops = {
    .push = push,
    .reply = reply_to,
    .broke = broke,
};

bool
sftp_get(struct sftp *sftp, struct sftp_get *gets, size_t count,
         struct err *err)
{
    struct getting *jobs = obtain((count + 1) * sizeof *jobs);

    for (size_t i = 0; i < count; i++) {
        gets[i].got = false;
        err_clear(&gets[i].err);
        jobs[i].job.ops = &getting_ops;
        jobs[i].get = &gets[i];
    }
    bool good =
        count == 0 || sftp_run(sftp, &jobs[0].job, count, sizeof *jobs, err);
    for (size_t i = 0; i < count; i++) {
        if (gets[i].got && gets[i].file <= 0)
            buf_add(gets[i].into, jobs[i].bytes, (size_t)jobs[i].size);
        release(&jobs[i].bytes);
    }
    release(&jobs);
    return good;
}
