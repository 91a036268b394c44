/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_private - what supervisor and roles share.
 *
 * A role tells the supervisor by single bytes over its pulse: PULSE_READY once,
 * PULSE_PROGRESS after each document or stage, PULSE_REST before it waits. It
 * is told to end by SIGTERM alone, which it reads from a signalfd.
 */
#ifndef TP_DAEMON_DAEMON_PRIVATE_H
#define TP_DAEMON_DAEMON_PRIVATE_H

#include <stdint.h>
#include <sys/types.h>

#include "conf/conf.h"
#include "daemon/daemon.h"

enum role {
#define ROLE(name, word, stages, watches, what) ROLE_##name,
#include "daemon/roles.tbl"
#undef ROLE
    ROLES
};

enum { PULSE_READY = 'r', PULSE_PROGRESS = 'p', PULSE_REST = 'z' };

/* roles.c */
const char *role_name(enum role);
const char *role_does(enum role);
/* A door or a desk: nobody waits for it to be ready, or for it to be idle. */
bool role_listens(enum role);
/* Whether the settings want it; a listener only. */
bool role_wanted(enum role, const struct conf *);
/* The whole life of a role in its process; the exit status. pulse is the end
 * to write to, stop becomes readable when it is to end. */
int role_live(enum role, struct conf *, int pulse, int stop);

/* dropbox.c: wakes the courier when something moves in spool/in. -1 when the
 * kernel has no watches left; then the box is looked at on schedule alone. */
int dropbox_watch(const char *spool);
/* True when files may have come; takes new partners' folders in. */
bool dropbox_moved(int fd, const char *spool);

/* notify.c: what systemd wants to hear; nothing when nobody listens. */
void notify_open(void);
void notify_say(const char *format, ...) PRINTF(1, 2);
/* Nanoseconds between two WATCHDOG=1; 0 = nobody waits for them. */
int64_t notify_watchdog(void);

/* A role as the supervisor sees it. */
struct worker {
    pid_t process; /* 0 = none */
    int pulse;     /* to read from; -1 = none */
    bool ready, ending;
    int64_t begun, pulsed, again_at; /* of when_steady() */
    unsigned ends;                   /* in a row, soon after the start */
};

struct supervisor {
    const struct daemon_plan *plan;
    struct conf *conf;
    struct worker workers[ROLES];
    int signals;
    bool began; /* the keeper has had the journal */
    bool ending, failed, told_ready, reload;
    int64_t drain_until;  /* while ending */
    int64_t drain, stuck; /* nanoseconds */
    int64_t next_watchdog;
};

/* worker.c */
bool worker_start(struct supervisor *, enum role, struct err *) MUST_USE;
void worker_pulse(struct worker *);
void worker_end(struct worker *);  /* asks it to */
void worker_kill(struct worker *); /* does not ask */
/* Its process is over: notes when it may begin again. */
void worker_over(struct supervisor *, enum role, int status);

#endif
