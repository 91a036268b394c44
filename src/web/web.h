/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web - the two listeners. The door hears the Internet: webhooks of systems and
 * files of partners, POST /hook/NAME. The desk hears people and monitors on a
 * local address: GET /metrics, /health, /ready. They share only the journal.
 *
 *   struct web_life life = { .stop = stop_fd, .alive = pulse, .user = me };
 *   if (!web_door_run(conf, journal, &life, &err)) ...
 *
 * Each returns true once life.stop can be read, after the answers that are
 * under way. One thread, no process of its own; the journal is the caller's:
 * connected to a keeper or opened (for the desk a reader will do). What they
 * take and how they answer: tradepost.conf(5). Codes: TP8070-TP8079.
 */
#ifndef TP_WEB_WEB_H
#define TP_WEB_WEB_H

#include "base/problems.h"
#include "conf/conf.h"
#include "store/journal.h"

struct web_life {
    int stop;              /* readable: end */
    void (*alive)(void *); /* NULL, or called at least every ten seconds */
    void *user;
    /* NULL, or told where it listens, "127.0.0.1:8080", once it does. */
    void (*listens)(void *, const char *where);
};

/* Whether the settings want the listener at all. */
bool web_has_door(const struct conf *);
bool web_has_desk(const struct conf *);

bool web_door_run(const struct conf *, struct journal *,
                  const struct web_life *, struct err *) MUST_USE;
/* mistakes: how many the settings have. */
bool web_desk_run(const struct conf *, size_t mistakes, struct journal *,
                  const struct web_life *, struct err *) MUST_USE;

/* What the schema of the settings cannot say: names, owners, addresses. */
void web_check(const struct conf *, struct problems *);

#endif
