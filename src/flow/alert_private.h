/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_private - who is told of incidents, and how: alerts of tradepost.conf.
 */
#ifndef TP_FLOW_ALERT_PRIVATE_H
#define TP_FLOW_ALERT_PRIVATE_H

#include "flow/flow_private.h"
#include "net/mail.h"
#include "store/incident.h"

enum { WEBHOOKS_MOST = 8, ALERT_CHANNELS = WEBHOOKS_MOST + 2 };

struct alerts {
    const char *names[ALERT_CHANNELS]; /* "mail", "syslog", "webhook-1" */
    size_t count;
    long held_seconds, every_seconds;
    moment next_look;
};

/* Reads the settings; nothing is connected. */
struct alerts *alerts_open(const struct conf *, struct arena *);
/* The moment at which somebody may be told of the severity: now, or after the
 * quiet hours. */
moment alert_moment(const struct conf *, int severity, moment now);
/* Tells one channel; ERR_UNSURE: it may have been heard. */
bool alert_tell(const struct conf *, const struct notice *, struct err *);

#endif
