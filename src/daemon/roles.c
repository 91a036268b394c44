/* SPDX-License-Identifier: Apache-2.0 */
/* A role: work while something is due, then wait for the journal, the drop
 * box, or the time. Nobody polls. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/problems.h"
#include "daemon/daemon_private.h"
#include "flow/flow.h"
#include "store/keeper.h"
#include "store/vault.h"
#include "web/web.h"

static const struct {
    const char *name, *does;
    unsigned stages;
    uint32_t watches;
} roles[ROLES] = {
#define ROLE(name, word, stages, watches, what) \
    [ROLE_##name] = { word, what, stages, watches },
#include "daemon/roles.tbl"
#undef ROLE
};

/* A pulse at least this often, so that a role that waits is not taken for one
 * that hangs. */
enum { LONGEST_WAIT = 10000, CLOCK_SET = 60000 };

struct shift {
    enum role role;
    struct conf *conf;
    int pulse, stop, watch, drops;
    struct journal *journal;
    struct vault *vault;
    struct flow *flow;
    int64_t heard;      /* bytes of the watch */
    moment drops_until; /* files moved: they are looked at until then */
    moment clock;       /* the wall clock less the steady one, when last seen */
};

const char *
role_name(enum role role)
{
    return roles[role].name;
}

const char *
role_does(enum role role)
{
    return roles[role].does;
}

int
daemon_workers(void)
{
    int count = 0;

    for (int i = 0; i < ROLES; i++)
        count += roles[i].stages != 0;
    return count;
}

bool
role_listens(enum role role)
{
    return role == ROLE_DOOR || role == ROLE_DESK;
}

bool
role_wanted(enum role role, const struct conf *conf)
{
    return role == ROLE_DOOR   ? web_has_door(conf)
           : role == ROLE_DESK ? web_has_desk(conf)
                               : true;
}

/* The supervisor reads them all at once: a full pipe means it has enough. */
static void
pulse(int fd, char byte)
{
    if (write(fd, &byte, 1) < 0)
        return;
}

static bool
is_readable(int fd, int milliseconds)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };

    return fd >= 0 && poll(&one, 1, milliseconds) > 0;
}

static bool
shift_goes_on(void *user)
{
    const struct shift *shift = user;

    pulse(shift->pulse, PULSE_PROGRESS);
    return !is_readable(shift->stop, 0);
}

/* False when the keeper is gone. */
static bool
hear(struct shift *shift, struct err *err)
{
    char bytes[256];
    ssize_t got;

    while ((got = read(shift->watch, bytes, sizeof bytes)) > 0) {
        shift->heard += got;
        for (ssize_t i = 0; i < got; i++)
            if ((bytes[i] & WATCH_NOW) != 0)
                flow_ask_all(shift->flow);
    }
    return got != 0 || err_set(err, TP4040, "the keeper is gone");
}

/* Files need to be still for a while before they are taken. */
static void
look_at_drops(struct shift *shift)
{
    long still = conf_seconds(conf_settings(shift->conf), "limits.still", 5);

    if (dropbox_moved(shift->drops, conf_spool_dir(shift->conf)))
        shift->drops_until = when_now() + (still + 1) * 1000;
}

/* What was dropped counts, too. */
static moment
soonest(const struct shift *shift, moment next)
{
    return next == 0 || (shift->drops_until > 0 && shift->drops_until < next)
               ? shift->drops_until
               : next;
}

static int
pause_until(const struct shift *shift, moment next)
{
    moment now = when_now(), pause = LONGEST_WAIT;

    next = soonest(shift, next);
    if (next > 0 && next - now < pause)
        pause = next - now;
    return pause < 1 ? 1 : (int)pause;
}

/* Times that were reckoned by the old clock mean nothing by the new one. */
static bool
clock_was_set(struct shift *shift)
{
    moment before = shift->clock, clock = when_now() - when_steady() / 1000000;

    shift->clock = clock;
    if (before == 0 || llabs(clock - before) < CLOCK_SET)
        return false;
    log_line(LOG_WARNING, "the clock was set by %lld s",
             (long long)(clock - before) / 1000);
    shift->drops_until = when_now() + 1000;
    flow_ask_all(shift->flow);
    return true;
}

/* True when something may be due; false when it is to end. */
static bool
wait_for_work(struct shift *shift, moment next)
{
    struct pollfd fds[] = { { .fd = shift->stop, .events = POLLIN },
                            { .fd = shift->watch, .events = POLLIN },
                            { .fd = shift->drops, .events = POLLIN } };
    int ready = 0;

    while (ready == 0) {
        moment until = soonest(shift, next);
        if (clock_was_set(shift) || (until > 0 && until <= when_now()))
            break;
        pulse(shift->pulse, PULSE_REST);
        ready = poll(fds, 3, pause_until(shift, next));
    }
    if (shift->drops_until > 0 && shift->drops_until <= when_now())
        shift->drops_until = 0;
    return fds[0].revents == 0;
}

static bool
work(struct shift *shift, struct err *err)
{
    struct flow_shift part = {
        .stages = roles[shift->role].stages,
        .goes_on = shift_goes_on,
        .user = shift,
        .doors = shift->role == ROLE_COURIER ? FLOW_OPEN_DOORS
                 : shift->role == ROLE_SCOUT ? FLOW_SHUT_DOORS
                                             : FLOW_ALL_DOORS,
    };
    struct flow_report report;
    struct flow_next next = { 0, 0 };

    do {
        if (!hear(shift, err))
            return false;
        look_at_drops(shift);
        if (!flow_work(shift->flow, &part, &report, &next, err))
            return false;
        if (!journal_rests(shift->journal, shift->heard,
                           soonest(shift, next.owed), err))
            return false;
    } while (wait_for_work(shift, next.work));
    return true;
}

static bool
translates(enum role role)
{
    return (roles[role].stages &
            (1U << STAGE_TRANSLATE | 1U << STAGE_INTAKE)) != 0;
}

/* The translator is forked before there is anything to hide from it. */
static bool
open_shift(struct shift *shift, struct problems *found, struct err *err)
{
    const char *dir = conf_state_dir(shift->conf);

    if (!flow_open(&shift->flow, shift->conf, found, err) ||
        !problems_to_err(found, err) ||
        (translates(shift->role) && !flow_isolate(shift->flow, err)))
        return false;
    vault_open(&shift->vault, shift->conf);
    vault_attach(shift->vault, shift->conf);
    if (!journal_connect(&shift->journal, dir, err) ||
        !journal_watch(dir, roles[shift->role].watches | WATCH_NOW,
                       &shift->watch, err))
        return false;
    vault_use(shift->vault, shift->journal);
    if (!flow_attach(shift->flow, shift->journal, err))
        return false;
    if (shift->role == ROLE_COURIER) {
        shift->drops = dropbox_watch(conf_spool_dir(shift->conf));
        shift->drops_until = when_now() + 1000;
    }
    return true;
}

static bool
work_through(struct shift *shift, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    bool good = open_shift(shift, problems_new(arena), err);

    if (good)
        pulse(shift->pulse, PULSE_READY);
    good = good && work(shift, err);
    flow_close(&shift->flow);
    vault_close(&shift->vault);
    journal_close(&shift->journal);
    if (shift->watch >= 0)
        close(shift->watch);
    if (shift->drops >= 0)
        close(shift->drops);
    return good;
}

static bool
keep(const struct shift *shift, struct err *err)
{
    struct keeper *keeper;

    if (!keeper_open(&keeper, conf_state_dir(shift->conf),
                     conf_spool_dir(shift->conf), err))
        return false;
    keeper_set_reserve(keeper, reserve_of(shift->conf));
    pulse(shift->pulse, PULSE_READY);
    bool good = keeper_run(keeper, shift->stop, err);
    keeper_close(&keeper);
    return good;
}

static void
pulse_progress(void *user)
{
    pulse(((struct shift *)user)->pulse, PULSE_PROGRESS);
}

static void
pulse_ready(void *user, const char *where)
{
    (void)where;
    pulse(((struct shift *)user)->pulse, PULSE_READY);
}

static bool
hear_others(struct shift *shift, struct err *err)
{
    struct web_life life = { shift->stop, pulse_progress, shift, pulse_ready };

    vault_open(&shift->vault, shift->conf);
    vault_attach(shift->vault, shift->conf);
    bool good =
        journal_connect(&shift->journal, conf_state_dir(shift->conf), err);
    if (good)
        vault_use(shift->vault, shift->journal);
    /* The supervisor takes no settings that have mistakes. */
    good = good &&
           (shift->role == ROLE_DOOR
                ? web_door_run(shift->conf, shift->journal, &life, err)
                : web_desk_run(shift->conf, 0, shift->journal, &life, err));
    vault_close(&shift->vault);
    journal_close(&shift->journal);
    return good;
}

int
role_live(enum role role, struct conf *conf, int pulse_fd, int stop)
{
    struct shift shift = {
        role, conf, pulse_fd, stop, .watch = -1, .drops = -1
    };
    struct err err = { 0 };

    if (role == ROLE_KEEPER  ? keep(&shift, &err)
        : role_listens(role) ? hear_others(&shift, &err)
                             : work_through(&shift, &err))
        return 0;
    log_err(LOG_ERROR, &err, role_name(role));
    return err.kind == ERR_CONFIG ? 4 : 75;
}
