/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/arena.h"
#include "net/sftp_private.h"

/* What is submitted next. Each waits until all replies are in, but for the
 * row WRITE, LOOK, CLOSE, whose order on one handle the server must keep. */
enum step { OPEN, WRITE, LOOK, CLOSE, RENAME, REPLACE, VERIFY, CLEAN };

struct putting {
    struct sftp_job job; /* first */
    struct sftp_put *put;
    struct sftp_handle handle;
    size_t offset;
    enum step step;
    bool half; /* ends once it is uploaded */
    bool posix, replaced;
    bool may_exist; /* the final name may have been given */
};

static const char *
writing_path(const struct putting *on)
{
    return on->put->temp != NULL ? on->put->temp : on->put->path;
}

/* Ends a file that was not uploaded; what lies under the temporary name
 * goes. */
static void
give_up(struct putting *on)
{
    if (on->handle.size > 0)
        on->step = CLOSE;
    else if (on->put->temp != NULL && on->step > OPEN)
        on->step = CLEAN;
    else
        on->job.finished = true;
}

static bool
failed(const struct putting *on)
{
    return on->put->err.kind != ERR_NONE;
}

static void
finish(struct putting *on, const char *how)
{
    on->put->sent = true;
    on->put->how = how;
    on->job.finished = true;
}

static const char *
how(const struct putting *on)
{
    if (on->put->temp == NULL)
        return "written";
    return on->posix ? "posix-rename" : "rename";
}

/* The file has its final name, by the server's word. */
static void
named(struct putting *on)
{
    if (on->put->verify == SFTP_VERIFY_NONE)
        finish(on, how(on));
    else
        on->step = VERIFY;
}

static void
write_chunk(struct sftp *sftp, struct putting *on)
{
    struct sftp_put *put = on->put;
    size_t size = put->size - on->offset;
    size_t begin = sftp_request(sftp, SFTP_WRITE, &on->job, WRITE);

    if (size > SFTP_CHUNK)
        size = SFTP_CHUNK;
    sftp_add_bytes(sftp_out(sftp), on->handle.bytes, on->handle.size);
    sftp_add_u64(sftp_out(sftp), on->offset);
    sftp_add_bytes(sftp_out(sftp), (const char *)put->bytes + on->offset, size);
    sftp_request_end(sftp, begin);
    on->offset += size;
}

/* WRITE, LOOK and CLOSE, without waiting in between. */
static void
push_handle(struct sftp *sftp, struct putting *on)
{
    if (failed(on))
        on->step = CLOSE;
    if (on->step == WRITE && on->offset < on->put->size) {
        write_chunk(sftp, on);
        return;
    }
    if (on->step <= LOOK && on->put->verify == SFTP_VERIFY_SIZE) {
        on->step = CLOSE;
        sftp_ask_handle(sftp, SFTP_FSTAT, &on->job, LOOK, &on->handle);
        return;
    }
    on->step = on->put->temp != NULL ? RENAME : VERIFY;
    sftp_ask_handle(sftp, SFTP_CLOSE, &on->job, CLOSE, &on->handle);
    on->handle.size = 0;
}

/* After the replies to what came before: the next name, look or removal. */
static void
push_name(struct sftp *sftp, struct putting *on)
{
    struct sftp_put *put = on->put;

    switch (on->step) {
    case OPEN:
        on->may_exist = put->temp == NULL;
        sftp_ask_open(sftp, &on->job, OPEN, writing_path(on),
                      SFTP_FLAG_WRITE_NEW);
        break;
    case RENAME:
        on->may_exist = true;
        sftp_ask_rename(sftp, &on->job, RENAME, put->temp, put->path,
                        on->posix);
        break;
    case REPLACE:
        sftp_ask_path(sftp, SFTP_REMOVE, &on->job, REPLACE, put->path);
        break;
    case VERIFY:
        sftp_ask_path(sftp, SFTP_STAT, &on->job, VERIFY, put->path);
        break;
    case CLEAN:
        sftp_ask_path(sftp, SFTP_REMOVE, &on->job, CLEAN, put->temp);
        break;
    case WRITE:
    case LOOK:
    case CLOSE:
        BUG_IF(true);
    }
}

static bool
push(struct sftp *sftp, struct sftp_job *job)
{
    struct putting *on = (struct putting *)job;

    if (on->handle.size > 0) {
        push_handle(sftp, on);
        return true;
    }
    if (job->waiting > 0)
        return false;
    push_name(sftp, on);
    return true;
}

static void
take_handle(struct sftp *sftp, struct putting *on,
            const struct sftp_reply *reply)
{
    if (reply->type == SFTP_STATUS && reply->status != SFTP_OK) {
        on->may_exist = false;
        sftp_refused(reply, "write", writing_path(on), &on->put->err);
        on->job.finished = true;
    } else if (reply->type != SFTP_HANDLE ||
               !sftp_keep_handle(&on->handle, reply)) {
        sftp_violation(sftp, "the answer to OPEN is no usable handle");
    } else {
        on->step = WRITE;
    }
}

static bool
fits(struct putting *on, const struct sftp_attrs *attrs, enum err_kind kind)
{
    if (on->put->verify != SFTP_VERIFY_SIZE || attrs->size < 0 ||
        (uint64_t)attrs->size == on->put->size)
        return true;
    return err_set_kind(&on->put->err, TP5044, kind,
                        "%.150s has %" PRId64 " bytes there; sent were %zu",
                        on->put->path, attrs->size, on->put->size);
}

static void
take_look(struct sftp *sftp, struct putting *on, const struct sftp_reply *reply)
{
    /* A server that cannot look at an open file is looked at later. */
    if (reply->type == SFTP_ATTRS)
        fits(on, &reply->attrs, on->put->temp ? ERR_CONFIG : ERR_UNSURE);
    else if (reply->type != SFTP_STATUS)
        sftp_violation(sftp, "the answer to FSTAT is neither");
}

static void
take_rename(struct putting *on, const struct sftp_reply *reply)
{
    if (reply->status == SFTP_OK) {
        named(on);
        return;
    }
    on->may_exist = false;
    if (on->posix && reply->status == SFTP_UNSUPPORTED) {
        on->posix = false;
    } else if (!on->replaced && reply->status != SFTP_PERMISSION_DENIED &&
               reply->status != SFTP_NO_SUCH_FILE) {
        /* Version 3 renames onto nothing; the older file there is ours, an
         * earlier try of this very document. */
        on->posix = false;
        on->step = REPLACE;
    } else {
        sftp_refused(reply, "rename to", on->put->path, &on->put->err);
        on->job.finished = true;
    }
}

static void
take_replace(struct putting *on, const struct sftp_reply *reply)
{
    on->replaced = true;
    on->step = RENAME;
    if (reply->status == SFTP_PERMISSION_DENIED) {
        sftp_refused(reply, "replace", on->put->path, &on->put->err);
        on->job.finished = true;
    }
}

static void
take_verify(struct sftp *sftp, struct putting *on,
            const struct sftp_reply *reply)
{
    if (reply->type == SFTP_ATTRS) {
        if (fits(on, &reply->attrs, ERR_UNSURE))
            finish(on, how(on));
    } else if (reply->type == SFTP_STATUS) {
        err_set(&on->put->err, TP5047,
                "%.150s was %s, but cannot be seen (status %u)", on->put->path,
                on->put->temp ? "renamed" : "written", reply->status);
    } else {
        sftp_violation(sftp, "the answer to STAT is neither");
        return;
    }
    on->job.finished = true;
}

static void
take_status(struct sftp *sftp, struct putting *on, enum step step,
            const struct sftp_reply *reply)
{
    if (reply->type != SFTP_STATUS) {
        sftp_violation(sftp, "a status was expected");
    } else if (step == RENAME) {
        take_rename(on, reply);
    } else if (step == REPLACE) {
        take_replace(on, reply);
    } else if (step == CLEAN) {
        on->job.finished = true;
    } else if (reply->status != SFTP_OK) {
        sftp_refused(reply, step == WRITE ? "write" : "close", writing_path(on),
                     &on->put->err);
    } else if (step == CLOSE && on->put->temp == NULL && !failed(on)) {
        named(on);
    }
}

static void
reply_to(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
         struct sftp_reply *reply)
{
    struct putting *on = (struct putting *)job;
    enum step step = (enum step)tag;

    if (step == OPEN)
        take_handle(sftp, on, reply);
    else if (step == LOOK)
        take_look(sftp, on, reply);
    else if (step == VERIFY)
        take_verify(sftp, on, reply);
    else
        take_status(sftp, on, step, reply);
    if (job->finished || step > CLOSE || job->waiting > 0)
        return;
    if (failed(on)) {
        give_up(on);
    } else if (on->half && on->step == RENAME) {
        on->put->uploaded = true;
        job->finished = true;
    }
}

static void
broke(struct sftp_job *job, const struct err *why)
{
    struct putting *on = (struct putting *)job;

    if (failed(on))
        return;
    if (on->may_exist)
        err_set(&on->put->err, TP5047, "%.150s may be there: %s", on->put->path,
                why->text);
    else
        on->put->err = *why;
}

static const struct sftp_job_ops putting_ops = {
    .push = push,
    .reply = reply_to,
    .broke = broke,
};

/* Runs one half for the files that take part in it. */
static bool
run_half(struct sftp *sftp, struct sftp_put *puts, size_t count, bool half,
         struct err *err)
{
    struct putting *jobs = obtain((count + 1) * sizeof *jobs);

    for (size_t i = 0; i < count; i++) {
        struct putting *on = &jobs[i];
        *on = (struct putting){ .job.ops = &putting_ops,
                                .put = &puts[i],
                                .half = half,
                                .posix = sftp_has_posix_rename(sftp) };
        if (half)
            on->job.finished = puts[i].temp == NULL;
        else if (puts[i].temp != NULL)
            on->step = RENAME;
        on->job.finished |= failed(on);
    }
    bool good =
        count == 0 || sftp_run(sftp, &jobs[0].job, count, sizeof *jobs, err);
    release(&jobs);
    return good;
}

bool
sftp_upload(struct sftp *sftp, struct sftp_put *puts, size_t count,
            struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        puts[i].sent = puts[i].uploaded = false;
        err_clear(&puts[i].err);
    }
    return run_half(sftp, puts, count, true, err);
}

bool
sftp_name(struct sftp *sftp, struct sftp_put *puts, size_t count,
          struct err *err)
{
    return run_half(sftp, puts, count, false, err);
}

bool
sftp_put(struct sftp *sftp, struct sftp_put *puts, size_t count,
         struct err *err)
{
    struct err again = { 0 };
    bool whole = sftp_upload(sftp, puts, count, err);

    /* On a broken connection this tells each of them. */
    return sftp_name(sftp, puts, count, whole ? err : &again) && whole;
}
