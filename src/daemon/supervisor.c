/* SPDX-License-Identifier: Apache-2.0 */
/* Starts the roles, watches over them, and ends them. It never opens the
 * journal, speaks to nobody, and holds nothing but the settings. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/problems.h"
#include "base/when.h"
#include "daemon/daemon_private.h"
#include "flow/flow.h"
#include "store/keeper.h"
#include "web/web.h"

#define MILLISECOND ((int64_t)1000000)
#define SECOND      ((int64_t)1000000000)

/* ---- settings */

static void
take_limits(struct supervisor *supervisor)
{
    const struct conf_group *settings = conf_settings(supervisor->conf);

    supervisor->drain = conf_seconds(settings, "limits.drain", 60) * SECOND;
    supervisor->stuck = conf_seconds(settings, "limits.stuck", 900) * SECOND;
}

/* Reads and checks all texts; everything that is wrong is said. */
static bool
read_texts(const char *dir, struct conf **conf, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);

    *conf = NULL;
    if (!conf_load(conf, dir, found, err))
        return false;
    web_check(*conf, found);
    bool good = flow_check(*conf, false, found, err);
    for (const struct problem *p = problems_first(found); p; p = p->next)
        log_line(p->warning ? LOG_INFO : LOG_ERROR, "%s: %s [%s]", p->at,
                 p->text, err_name(p->code));
    if (good && problems_errors(found) == 0)
        return true;
    if (good)
        problems_to_err(found, err);
    conf_free(conf);
    return false;
}

/* In a process of its own, so that nothing of the libraries that flows open
 * stays with the supervisor. */
static bool
texts_are_right(const char *dir)
{
    struct conf *conf;
    struct err err = { 0 };
    int status = 1;
    pid_t process = fork();

    if (process == 0) {
        if (read_texts(dir, &conf, &err))
            _exit(0);
        log_err(LOG_ERROR, &err, "the settings");
        _exit(4);
    }
    while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
        continue;
    return process > 0 && status == 0;
}

static bool
load(struct supervisor *supervisor, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct conf *conf;

    if (!texts_are_right(supervisor->plan->config))
        return err_set(err, TP8061, "%s: see the lines above",
                       supervisor->plan->config);
    if (!conf_load(&conf, supervisor->plan->config, found, err))
        return false;
    conf_free(&supervisor->conf);
    supervisor->conf = conf;
    take_limits(supervisor);
    return true;
}

/* ---- ending */

static void
begin_end(struct supervisor *supervisor)
{
    if (supervisor->ending)
        return;
    supervisor->ending = true;
    supervisor->drain_until = when_steady() + supervisor->drain;
    notify_say("STOPPING=1\nSTATUS=Finishing what is in hand");
    for (int i = ROLE_KEEPER + 1; i < ROLES; i++)
        worker_end(&supervisor->workers[i]);
}

static bool
any_but_keeper(const struct supervisor *supervisor)
{
    for (int i = ROLE_KEEPER + 1; i < ROLES; i++)
        if (supervisor->workers[i].process > 0)
            return true;
    return false;
}

static bool
is_over(const struct supervisor *supervisor)
{
    return supervisor->ending && !any_but_keeper(supervisor) &&
           supervisor->workers[ROLE_KEEPER].process == 0;
}

/* The keeper goes last; who does not end in time is killed: the journal knows
 * what was in hand. */
static void
go_on_ending(struct supervisor *supervisor)
{
    if (when_steady() > supervisor->drain_until)
        for (int i = 0; i < ROLES; i++)
            worker_kill(&supervisor->workers[i]);
    else if (!any_but_keeper(supervisor))
        worker_end(&supervisor->workers[ROLE_KEEPER]);
}

/* ---- reload */

static void
reload(struct supervisor *supervisor)
{
    struct err err = { 0 };

    notify_say("RELOADING=1\nMONOTONIC_USEC=%lld",
               (long long)(when_steady() / 1000));
    if (load(supervisor, &err)) {
        log_line(LOG_INFO, "the settings are read anew");
        for (int i = ROLE_KEEPER + 1; i < ROLES; i++)
            worker_end(&supervisor->workers[i]);
        supervisor->told_ready = false;
        return;
    }
    log_err(LOG_ERROR, &err, "not reloaded, the old settings stay");
    notify_say("READY=1\nSTATUS=Not reloaded: the settings have mistakes");
}

/* ---- signals */

static void
nudge(const struct supervisor *supervisor)
{
    struct journal *journal;
    struct err err = { 0 };

    if (!journal_connect(&journal, conf_state_dir(supervisor->conf), &err))
        return;
    if (!journal_nudge(journal, &err))
        log_err(LOG_WARNING, &err, "the roles were not asked");
    journal_close(&journal);
}

static void
reap(struct supervisor *supervisor)
{
    int status;
    pid_t process;

    while ((process = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < ROLES; i++) {
            if (supervisor->workers[i].process != process)
                continue;
            /* What the keeper could not do at the first start, it cannot. */
            if (i == ROLE_KEEPER && !supervisor->began && !supervisor->ending)
                supervisor->failed = true;
            worker_over(supervisor, (enum role)i, status);
        }
}

static void
take_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo got;

    while (read(supervisor->signals, &got, sizeof got) == sizeof got)
        switch (got.ssi_signo) {
        case SIGCHLD:
            reap(supervisor);
            break;
        case SIGHUP:
            supervisor->reload = true;
            break;
        case SIGUSR1:
            nudge(supervisor);
            break;
        default:
            begin_end(supervisor);
            break;
        }
}

static bool
open_signals(struct supervisor *supervisor, struct err *err)
{
    static const int wanted[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1 };
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        sigaddset(&set, wanted[i]);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return supervisor->signals >= 0 ||
           err_set(err, TP8060, "no signals: %s", strerror(errno));
}

/* ---- watching over them */

/* Roles that need the keeper wait for it; when it is gone, they go too. */
static bool
may_begin(const struct supervisor *supervisor, enum role role)
{
    const struct worker *keeper = &supervisor->workers[ROLE_KEEPER];

    if (role == ROLE_KEEPER)
        return !any_but_keeper(supervisor);
    if (role_listens(role) &&
        (supervisor->plan->until_idle || !role_wanted(role, supervisor->conf)))
        return false;
    return keeper->process > 0 && keeper->ready;
}

static void
begin_roles(struct supervisor *supervisor)
{
    struct err err = { 0 };
    int64_t now = when_steady();

    for (int i = 0; i < ROLES; i++) {
        struct worker *worker = &supervisor->workers[i];
        if (worker->process > 0 || worker->again_at > now ||
            !may_begin(supervisor, (enum role)i))
            continue;
        if (!worker_start(supervisor, (enum role)i, &err)) {
            log_err(LOG_ERROR, &err, "cannot start");
            worker->again_at = now + SECOND;
            err_clear(&err);
        }
    }
    if (supervisor->workers[ROLE_KEEPER].process == 0)
        for (int i = ROLE_KEEPER + 1; i < ROLES; i++)
            worker_end(&supervisor->workers[i]);
}

static void
look_for_stuck(struct supervisor *supervisor)
{
    int64_t now = when_steady();
    bool well = true;

    for (int i = 0; i < ROLES; i++) {
        struct worker *worker = &supervisor->workers[i];
        if (i == ROLE_KEEPER || worker->process == 0 ||
            now - worker->pulsed < supervisor->stuck)
            continue;
        log_line(LOG_ERROR, "%s has made no progress for %lld s: killed",
                 role_name((enum role)i),
                 (long long)((now - worker->pulsed) / SECOND));
        worker_kill(worker);
        well = false;
    }
    int64_t every = notify_watchdog();
    if (every == 0 || !well || now < supervisor->next_watchdog)
        return;
    notify_say("WATCHDOG=1");
    supervisor->next_watchdog = now + every;
}

static void
tell_when_ready(struct supervisor *supervisor)
{
    supervisor->began |= supervisor->workers[ROLE_KEEPER].ready;
    for (int i = 0; i < ROLES; i++)
        if (!role_listens((enum role)i) &&
            (!supervisor->workers[i].ready || supervisor->workers[i].ending))
            return;
    if (!supervisor->told_ready)
        notify_say("READY=1\nSTATUS=At work");
    supervisor->told_ready = true;
}

static bool
nothing_is_due(const struct supervisor *supervisor)
{
    struct journal *journal;
    struct err err = { 0 };
    struct workers workers = { 0 };

    if (!supervisor->told_ready ||
        !journal_connect(&journal, conf_state_dir(supervisor->conf), &err))
        return false;
    bool good = journal_workers(journal, &workers, &err);
    journal_close(&journal);
    return good && workers.busy == 0 && workers.count == daemon_workers();
}

/* ---- the loop */

static int
patience(const struct supervisor *supervisor)
{
    int64_t now = when_steady(), until = now + 10 * SECOND;

    for (int i = 0; i < ROLES; i++) {
        const struct worker *worker = &supervisor->workers[i];
        if (worker->process == 0 && worker->again_at < until &&
            !supervisor->ending && may_begin(supervisor, (enum role)i))
            until = worker->again_at;
    }
    if (notify_watchdog() > 0 && supervisor->next_watchdog < until)
        until = supervisor->next_watchdog;
    if (supervisor->ending && supervisor->drain_until < until)
        until = supervisor->drain_until + SECOND;
    return until <= now ? 1 : (int)((until - now) / MILLISECOND) + 1;
}

static void
wait_for_anything(struct supervisor *supervisor)
{
    struct pollfd fds[ROLES + 1] = { { .fd = supervisor->signals,
                                       .events = POLLIN } };
    nfds_t count = 1;

    for (int i = 0; i < ROLES; i++)
        if (supervisor->workers[i].pulse >= 0)
            fds[count++] = (struct pollfd){ .fd = supervisor->workers[i].pulse,
                                            .events = POLLIN };
    if (poll(fds, count, patience(supervisor)) < 0)
        return;
    for (int i = 0; i < ROLES; i++)
        if (supervisor->workers[i].pulse >= 0)
            worker_pulse(&supervisor->workers[i]);
    take_signals(supervisor);
}

static void
supervise(struct supervisor *supervisor)
{
    while (!is_over(supervisor)) {
        if (supervisor->failed)
            begin_end(supervisor);
        if (supervisor->ending)
            go_on_ending(supervisor);
        else
            begin_roles(supervisor);
        wait_for_anything(supervisor);
        look_for_stuck(supervisor);
        tell_when_ready(supervisor);
        if (supervisor->reload && !supervisor->ending) {
            supervisor->reload = false;
            reload(supervisor);
        }
        if (supervisor->plan->until_idle && !supervisor->ending &&
            nothing_is_due(supervisor))
            begin_end(supervisor);
    }
}

bool
daemon_run(const struct daemon_plan *plan, struct err *err)
{
    struct supervisor supervisor = { .plan = plan, .signals = -1 };

    for (int i = 0; i < ROLES; i++)
        supervisor.workers[i].pulse = -1;
    notify_open();
    if (!open_signals(&supervisor, err) || !load(&supervisor, err))
        return false;
    log_line(LOG_INFO, "Tradepost begins to work with %s", plan->config);
    supervise(&supervisor);
    conf_free(&supervisor.conf);
    close(supervisor.signals);
    return !supervisor.failed ||
           err_set(err, TP8062, "the keeper could not open %s", plan->config);
}
