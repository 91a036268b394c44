/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "net/sftp_private.h"

/* READDIRs asked for at once: a folder of many files costs round trips. */
enum { LOOKS = 8, MAX_EMPTY = 100 };

enum list_tag { LIST_OPEN, LIST_READ, LIST_CLOSE };

struct listing {
    struct sftp_job job; /* first */
    const char *path;
    struct sftp_handle handle;
    bool opened, ended, closed;
    size_t max, count, empty;
    struct arena *arena;
    const struct sftp_entry **last;
    struct err err;
};

static bool
push_listing(struct sftp *sftp, struct sftp_job *job)
{
    struct listing *on = (struct listing *)job;

    if (!on->opened) {
        on->opened = true;
        sftp_ask_path(sftp, SFTP_OPENDIR, job, LIST_OPEN, on->path);
        return true;
    }
    if (on->handle.size == 0 || on->closed)
        return false;
    if (!on->ended) {
        if (job->waiting >= LOOKS)
            return false;
        sftp_ask_handle(sftp, SFTP_READDIR, job, LIST_READ, &on->handle);
        return true;
    }
    if (job->waiting > 0)
        return false;
    on->closed = true;
    sftp_ask_handle(sftp, SFTP_CLOSE, job, LIST_CLOSE, &on->handle);
    return true;
}

static void
add_entry(struct listing *on, const struct sftp_bytes *name,
          const struct sftp_attrs *attrs)
{
    struct sftp_entry *entry;

    on->count++;
    if ((name->size == 1 && name->at[0] == '.') ||
        (name->size == 2 && memcmp(name->at, "..", 2) == 0))
        return;
    entry = arena_alloc(on->arena, sizeof *entry);
    entry->name = arena_strndup(on->arena, name->at, name->size);
    entry->name_size = name->size;
    entry->attrs = *attrs;
    *on->last = entry;
    on->last = &entry->next;
}

static void
take_names(struct sftp *sftp, struct listing *on, struct sftp_reply *reply)
{
    struct sftp_bytes name;
    struct sftp_attrs attrs;

    if (reply->names == 0 && ++on->empty > MAX_EMPTY)
        sftp_violation(sftp, "a listing goes on without names");
    while (on->count < on->max && sftp_reply_name(reply, &name, &attrs))
        add_entry(on, &name, &attrs);
    if (reply->rest.bad)
        sftp_violation(sftp, "a listing is cut short");
    if (on->count >= on->max)
        on->ended = true;
}

static void
reply_to_listing(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
                 struct sftp_reply *reply)
{
    struct listing *on = (struct listing *)job;

    if (tag == LIST_CLOSE) {
        job->finished = true;
    } else if (tag == LIST_OPEN && reply->type == SFTP_HANDLE) {
        if (!sftp_keep_handle(&on->handle, reply))
            sftp_violation(sftp, "a handle is empty or too long");
    } else if (tag == LIST_READ && reply->type == SFTP_NAME) {
        take_names(sftp, on, reply);
    } else if (reply->type != SFTP_STATUS ||
               (tag == LIST_OPEN && reply->status == SFTP_OK)) {
        sftp_violation(sftp, "the answer to a listing is neither");
    } else {
        if (tag == LIST_OPEN || reply->status != SFTP_EOF)
            sftp_refused(reply, "list", on->path, &on->err);
        on->ended = true;
        job->finished = on->handle.size == 0;
    }
}

/* One request, one reply. */
struct single {
    struct sftp_job job; /* first */
    enum sftp_type type;
    const char *path, *to;
    bool asked, posix, answered;
    struct sftp_reply reply; /* its bytes are gone with the packet */
    struct err refused;
};

static bool
push_single(struct sftp *sftp, struct sftp_job *job)
{
    struct single *on = (struct single *)job;

    if (on->asked)
        return false;
    on->asked = true;
    if (on->to != NULL)
        sftp_ask_rename(sftp, job, 0, on->path, on->to, on->posix);
    else
        sftp_ask_path(sftp, on->type, job, 0, on->path);
    return true;
}

static void
reply_to_single(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
                struct sftp_reply *reply)
{
    struct single *on = (struct single *)job;

    (void)tag;
    if (reply->type != SFTP_STATUS &&
        (on->type != SFTP_STAT || reply->type != SFTP_ATTRS)) {
        sftp_violation(sftp, "the answer is not of the kind asked for");
        return;
    }
    on->reply = *reply;
    if (reply->type == SFTP_STATUS && reply->status != SFTP_OK)
        sftp_refused(reply,
                     on->type == SFTP_STAT     ? "look at"
                     : on->type == SFTP_REMOVE ? "remove"
                                               : "rename",
                     on->path, &on->refused);
    on->answered = job->finished = true;
}

static void
broke(struct sftp_job *job, const struct err *why)
{
    (void)job, (void)why; /* sftp_run tells its caller */
}

static const struct sftp_job_ops listing_ops = {
    .push = push_listing,
    .reply = reply_to_listing,
    .broke = broke,
};

static const struct sftp_job_ops single_ops = {
    .push = push_single,
    .reply = reply_to_single,
    .broke = broke,
};

bool
sftp_list(struct sftp *sftp, const char *path, size_t max, struct arena *arena,
          const struct sftp_entry **first, struct err *err)
{
    struct listing on = { .job.ops = &listing_ops,
                          .path = path,
                          .max = max,
                          .arena = arena,
                          .last = first };

    *first = NULL;
    if (!sftp_run(sftp, &on.job, 1, sizeof on, err))
        return false;
    if (on.err.kind != ERR_NONE)
        *err = on.err;
    return on.err.kind == ERR_NONE;
}

static bool
ask(struct sftp *sftp, struct single *on, struct err *err)
{
    on->job.ops = &single_ops;
    return sftp_run(sftp, &on->job, 1, sizeof *on, err);
}

static bool
judge(const struct single *on, struct err *err)
{
    if (on->refused.kind == ERR_NONE)
        return true;
    *err = on->refused;
    return false;
}

bool
sftp_stat(struct sftp *sftp, const char *path, struct sftp_attrs *attrs,
          bool *there, struct err *err)
{
    struct single on = { .type = SFTP_STAT, .path = path };

    if (!ask(sftp, &on, err))
        return false;
    *there = on.reply.type == SFTP_ATTRS;
    *attrs = on.reply.attrs;
    return *there || on.reply.status == SFTP_NO_SUCH_FILE || judge(&on, err);
}

bool
sftp_remove(struct sftp *sftp, const char *path, struct err *err)
{
    struct single on = { .type = SFTP_REMOVE, .path = path };

    if (!ask(sftp, &on, err))
        return false;
    return on.reply.status == SFTP_NO_SUCH_FILE || judge(&on, err);
}

bool
sftp_rename(struct sftp *sftp, const char *from, const char *to,
            struct err *err)
{
    struct single on = { .type = SFTP_RENAME,
                         .path = from,
                         .to = to,
                         .posix = sftp_has_posix_rename(sftp) };

    if (!ask(sftp, &on, err))
        return false;
    if (on.reply.status == SFTP_UNSUPPORTED ||
        on.reply.status == SFTP_FAILURE) {
        /* Version 3 renames onto nothing. */
        if (!sftp_remove(sftp, to, err))
            return false;
        on = (struct single){ .type = SFTP_RENAME, .path = from, .to = to };
        if (!ask(sftp, &on, err))
            return false;
    }
    return judge(&on, err);
}
