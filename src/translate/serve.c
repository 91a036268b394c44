/* SPDX-License-Identifier: Apache-2.0 */
/* A translator's own life: confined, it does what it is told over its socket.
 * When that is gone, or anything fails on the way, it ends. */
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/confine.h"
#include "translate/nursery.h"
#include "translate/wire.h"

struct server {
    const struct translator_plan *plan;
    struct wire wire;
    struct call call;
};

/* Nobody is there to be told why. */
static void __attribute__((noreturn)) end(void)
{
    _exit(1);
}

static void
say(struct server *server)
{
    wire_say(&server->wire, &server->call);
}

/* From each answer on, the time begins anew. */
static enum word
hear(struct server *server)
{
    enum word word;

    if (wire_send(&server->wire, -1) != WIRE_GOT ||
        wire_hear(&server->wire, &server->call, &word, -1) != WIRE_GOT)
        end();
    confine_time(server->plan->limits.seconds);
    return word;
}

static void
hear_answer(struct server *server, enum word wanted)
{
    say(server);
    if (hear(server) != wanted)
        end();
}

/* ---- the handler: all of it is for the other end */

static bool
ask_piece(void *user, uint64_t offset, size_t size, struct buf *out,
          struct err *err)
{
    struct server *server = user;

    (void)err;
    call_open(&server->call, WORD_PIECE);
    put_number(&server->call, (int64_t)offset);
    put_number(&server->call, (int64_t)size);
    hear_answer(server, WORD_PIECE);
    const void *bytes = take_bytes(&server->call, &size);
    if (server->call.bad)
        end();
    buf_add(out, bytes, size);
    return true;
}

static bool
ask_interchange(void *user, const struct read_interchange *told,
                struct read_wish *wish, struct err *err)
{
    struct server *server = user;

    (void)err;
    call_open(&server->call, WORD_INTERCHANGE);
    put_interchange(&server->call, told);
    hear_answer(server, WORD_INTERCHANGE);
    if (!take_raw(&server->call, wish, sizeof *wish))
        end();
    return true;
}

/* At once: should the next set be the end of us, this one is known. */
static bool
tell(struct server *server)
{
    say(server);
    if (wire_send(&server->wire, -1) != WIRE_GOT)
        end();
    return true;
}

static bool
tell_set(void *user, struct read_set *set, struct err *err)
{
    struct server *server = user;

    (void)err;
    call_open(&server->call, WORD_SET);
    put_read_set(&server->call, set);
    return tell(server);
}

static bool
tell_interchange_end(void *user, struct err *err)
{
    struct server *server = user;

    (void)err;
    call_open(&server->call, WORD_INTERCHANGE_END);
    say(server);
    return true;
}

static bool
tell_junk(void *user, uint64_t offset, uint64_t size, struct err *err)
{
    struct server *server = user;

    (void)err;
    call_open(&server->call, WORD_JUNK);
    put_number(&server->call, (int64_t)offset);
    put_number(&server->call, (int64_t)size);
    say(server);
    return true;
}

static const char *
kept(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static bool
ask_code(void *user, const char *partner, const char *const words[3],
         const char *value, struct arena *arena, const char **out,
         const char **guess)
{
    struct server *server = user;

    call_open(&server->call, WORD_CODE);
    put_text(&server->call, partner);
    for (int i = 0; i < 3; i++)
        put_text(&server->call, words[i]);
    put_text(&server->call, value);
    hear_answer(server, WORD_CODE);
    bool found = take_number(&server->call) != 0;
    const char *text = take_text(&server->call);
    const char *near = take_text(&server->call);
    if (server->call.bad || (found && text == NULL))
        end();
    if (found)
        *out = kept(arena, text);
    else
        *guess = kept(arena, near);
    return found;
}

/* ---- jobs */

static void
touch(const struct server *server, const char *bytes, size_t size)
{
    if (server->plan->touch != NULL && bytes != NULL)
        server->plan->touch(bytes, size);
}

static void
finish(struct server *server, bool good, const struct err *err)
{
    call_open(&server->call, good ? WORD_END : WORD_FAILED);
    if (!good)
        put_err(&server->call, err);
    say(server);
}

static void
do_read(struct server *server, const struct read_handler *handler)
{
    struct read_job job;
    struct read_sum sum;
    struct err err = { 0 };
    CLEANUP(buf_free) struct buf bytes = { 0 };

    take_read_job(&server->call, &job);
    if (server->call.bad)
        end();
    /* The call is needed for what is said meanwhile. */
    CLEANUP(arena_free) struct arena *arena = arena_new();
    job.partner = arena_strdup(arena, job.partner);
    if (job.bytes != NULL) {
        buf_add(&bytes, job.bytes, (size_t)job.size);
        job.bytes = buf_text(&bytes);
    }
    touch(server, job.bytes, (size_t)job.size);
    bool good = translate_read(server->plan->routes, &job, handler, &sum, &err);
    if (good) {
        call_open(&server->call, WORD_SUM);
        put_raw(&server->call, &sum, sizeof sum);
        say(server);
    }
    finish(server, good, &err);
}

static void
do_make(struct server *server, const struct read_handler *handler)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(record_free) struct record *record = NULL;
    struct make_job job;
    struct made made;
    struct err err = { 0 };

    take_make_job(&server->call, &job, &record);
    if (server->call.bad || job.partner == NULL || job.set == NULL)
        end();
    job.partner = arena_strdup(arena, job.partner);
    job.set = arena_strdup(arena, job.set);
    const char *number = record_text(record, "number");
    touch(server, number, number ? strlen(number) : 0);
    bool good =
        translate_make(server->plan->routes, &job, handler, arena, &made, &err);
    if (good) {
        call_open(&server->call, WORD_MADE);
        put_made(&server->call, &made);
        say(server);
    }
    finish(server, good, &err);
}

void
translator_serve(const struct translator_plan *plan, int fd)
{
    const struct confine_limits limits = { plan->limits.memory_bytes };
    struct server server = { .plan = plan, .wire = { .fd = fd } };
    const struct read_handler handler = { .user = &server,
                                          .piece = ask_piece,
                                          .interchange = ask_interchange,
                                          .set = tell_set,
                                          .interchange_end =
                                              tell_interchange_end,
                                          .junk = tell_junk,
                                          .code = ask_code,
                                          .code_user = &server };

    if (!confine_calls(&limits))
        end();
    for (;;) {
        enum word word = hear(&server);
        if (word == WORD_READ)
            do_read(&server, &handler);
        else if (word == WORD_MAKE)
            do_make(&server, &handler);
        else
            end();
    }
}
