/* SPDX-License-Identifier: Apache-2.0 */
/* The asker's side: jobs go out, questions are answered, and a translator that
 * ended or makes no sense is replaced. */
#include "translate/translator.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "translate/asker_private.h"
#include "translate/nursery.h"

enum { PATIENCE = 10 }; /* times the CPU time that it has */

struct translator {
    struct translator_plan plan;
    struct nursery nursery;
    struct wire wire;
    struct call call;
    pid_t process;
    int documents; /* done by this one */
    unsigned started;
};

bool
translator_open(struct translator **out, const struct translator_plan *plan,
                struct err *err)
{
    struct translator *translator = obtain(sizeof *translator);

    translator->plan = *plan;
    translator->wire.fd = -1;
    *out = translator;
    /* Writing to one that ended is an error like any other. */
    signal(SIGPIPE, SIG_IGN);
    if (nursery_open(&translator->nursery, &translator->plan, err))
        return true;
    translator_close(out);
    return false;
}

static void
drop(struct translator *translator)
{
    if (translator->wire.fd >= 0)
        close(translator->wire.fd);
    wire_clear(&translator->wire);
    translator->wire.fd = -1;
}

void
translator_close(struct translator **translator)
{
    struct translator *old = *translator;

    if (old == NULL)
        return;
    *translator = NULL;
    drop(old);
    call_free(&old->call);
    nursery_close(&old->nursery);
    release(&old);
}

int
translator_process(const struct translator *translator)
{
    return translator->process;
}

unsigned
translator_started(const struct translator *translator)
{
    return translator->started;
}

/* ---- the process */

/* ended: how the one before did. */
static bool
renew(struct translator *translator, int *ended, struct err *err)
{
    int ends[2];

    drop(translator);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return err_set(err, TP7082, "no socket: %s", strerror(errno));
    translator->wire.fd = ends[0];
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ||
        !nursery_fork(&translator->nursery, ends[1], &translator->process,
                      ended, err)) {
        drop(translator);
        return err_set(err, TP7082, "no socket");
    }
    translator->documents = 0;
    translator->started++;
    return true;
}

static bool
is_fresh(struct translator *translator, struct err *err)
{
    int ended;

    return (translator->wire.fd >= 0 &&
            translator->documents < translator->plan.limits.documents) ||
           renew(translator, &ended, err);
}

static const char *
how_it_ended(int status, char out[160])
{
    int signal = status != -1 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signal == SIGSYS)
        text_format(out, 160, "it made a system call that it is denied");
    else if (signal == SIGABRT)
        text_format(out, 160,
                    "it needed more than limits.translator_megabytes, or found "
                    "a mistake of its own");
    else if (signal != 0)
        text_format(out, 160, "signal %d (%s)", signal, strsignal(signal));
    else
        text_format(out, 160, "it said what makes no sense");
    return out;
}

/* It did not end the job as it should: another one takes its place at once, so
 * that it is known how this one ended. */
static bool
fail(struct translator *translator, enum wire_got got, struct err *err)
{
    char how[160];
    int ended = -1;

    if (!renew(translator, &ended, err))
        return false;
    if (got == WIRE_LATE ||
        (ended != -1 && WIFSIGNALED(ended) && WTERMSIG(ended) == SIGPROF))
        return err_set(err, TP7081,
                       "the translator took longer than limits.translator_time "
                       "(%ld s)",
                       translator->plan.limits.seconds);
    if (got == WIRE_NONSENSE)
        ended = -1;
    return err_set(err, TP7080, "the translator ended: %s",
                   how_it_ended(ended, how));
}

/* ---- a job */

/* Hears and answers until the job is done. */
static bool
attend(struct translator *translator, struct attending *at, struct err *err)
{
    int patience = (int)translator->plan.limits.seconds * PATIENCE * 1000;
    enum word word = WORD_END;
    enum wire_got got;

    wire_say(&translator->wire, &translator->call);
    for (;;) {
        got = wire_send(&translator->wire, patience);
        if (got == WIRE_GOT)
            got = wire_hear(&translator->wire, &translator->call, &word,
                            patience);
        if (got != WIRE_GOT)
            return fail(translator, got, err);
        if (word == WORD_END && at->complete)
            return true;
        enum attended did = attend_one(at, &translator->call, word, err);
        if (did == ATTENDED_ANSWER)
            wire_say(&translator->wire, &translator->call);
        else if (did == ATTENDED_NONSENSE)
            return fail(translator, WIRE_NONSENSE, err);
        else if (did == ATTENDED_FAILED)
            break;
    }
    /* What it was about is of no use any more. */
    if (word != WORD_FAILED)
        drop(translator);
    return false;
}

bool
translator_read(struct translator *translator, struct read_job *job,
                const struct read_handler *handler, struct read_sum *sum,
                struct err *err)
{
    struct attending at = { .handler = handler, .job = job, .sum = sum };

    if (!is_fresh(translator, err))
        return false;
    at.arena = arena_new();
    call_open(&translator->call, WORD_READ);
    put_read_job(&translator->call, job);
    bool good = attend(translator, &at, err);
    translator->documents += 1 + at.sets;
    job->at = good ? 0 : at.next;
    job->at_interchange = at.interchange;
    arena_free(&at.arena);
    return good;
}

static bool
ended(const struct err *err)
{
    return err->code == TP7080 || err->code == TP7081;
}

/* ---- whose fault it was */

static bool
pass_interchange(void *user, const struct read_interchange *told,
                 struct read_wish *wish, struct err *err)
{
    (void)user, (void)told, (void)wish, (void)err;
    return true;
}

static bool
pass_junk(void *user, uint64_t offset, uint64_t size, struct err *err)
{
    (void)user, (void)offset, (void)size, (void)err;
    return true;
}

/* A translator that ends at this, too, which needs little memory and time, ends
 * at anything, and no document is to blame. */
static bool
is_well(struct translator *translator, struct err *err)
{
    static const char trial[] =
        "ISA*00*          *00*          *ZZ*NOBODY         *ZZ*NOBODY         "
        "*000101*0000*U*00401*000000001*0*T*>~GS*FA*N*N*20000101*0000*1*X*"
        "004010~ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~GE*1*1~"
        "IEA*1*000000001~";
    enum { ROOM = 4 << 20 };
    const struct read_handler handler = { .interchange = pass_interchange,
                                          .junk = pass_junk };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct err failed = { 0 };
    struct read_sum sum;

    buf_adds(&bytes, trial);
    memset(buf_room(&bytes, ROOM), ' ', ROOM);
    buf_took(&bytes, ROOM);
    struct read_job job = { .partner = "",
                            .bytes = buf_text(&bytes),
                            .size = bytes.size,
                            .arena = arena };
    if (translator_read(translator, &job, &handler, &sum, &failed))
        return true;
    err_clear(err);
    return err_set(err, TP7082, "it ends at whatever it is given: %s",
                   failed.text);
}

static bool
is_avoided(const struct read_job *job)
{
    for (size_t i = 0; i < job->avoided; i++)
        if (job->avoid[i].set == job->at &&
            job->avoid[i].interchange == job->at_interchange)
            return true;
    return false;
}

bool
translator_again(struct translator *translator, struct read_job *job,
                 struct err *err)
{
    enum { TRIES = 3 * AVOIDED };
    bool same = job->tries > 0 && job->at == job->before &&
                job->at_interchange == job->before_interchange;

    if (!ended(err) || (same && !is_well(translator, err)) ||
        job->tries++ >= TRIES)
        return false;
    if (same && (job->at == 0 || job->avoided == AVOIDED || is_avoided(job)))
        return false;
    if (same) {
        job->avoid[job->avoided].interchange = job->at_interchange;
        job->avoid[job->avoided++].set = job->at;
    }
    job->before = job->at;
    job->before_interchange = job->at_interchange;
    err_clear(err);
    return true;
}

bool
translator_make(struct translator *translator, const struct make_job *job,
                const struct read_handler *handler, struct arena *arena,
                struct made *made, struct err *err)
{
    for (int tries = 0;; tries++) {
        struct attending at = { .handler = handler,
                                .made = made,
                                .arena = arena };
        if (!is_fresh(translator, err))
            return false;
        call_open(&translator->call, WORD_MAKE);
        put_make_job(&translator->call, job);
        bool good = attend(translator, &at, err);
        translator->documents++;
        if (good || !ended(err))
            return good;
        if (tries > 0)
            return is_well(translator, err) && false;
        err_clear(err);
    }
}
