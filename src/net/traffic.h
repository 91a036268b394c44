/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traffic - what the requests to one endpoint came to, for figures.
 *
 *   struct traffic traffic = { 0 };
 *   limits.traffic = &traffic;              each answer is counted there
 *   ... traffic.counts ...; traffic_taken(&traffic);
 *
 * Counts are those since they were last taken; the moments stay.
 */
#ifndef TP_NET_TRAFFIC_H
#define TP_NET_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/when.h"

enum { TRAFFIC_KINDS = 24 };

struct traffic_count {
    long status; /* 0 = no answer came */
    int64_t requests;
};

struct traffic {
    /* By status, as they first came; the last one has whatever else came. */
    struct traffic_count counts[TRAFFIC_KINDS];
    size_t kinds;
    int64_t throttled_ms; /* for which it asked us to wait */
    moment throttled_until;
    moment token_ends, certificate_ends; /* 0 = nobody knows */
    bool news;                           /* something is not taken yet */
};

/* An answer, or none (status 0), and the wait that it asked for. */
void traffic_answer(struct traffic *, long status, long retry_after_seconds);
void traffic_token(struct traffic *, moment ends);
void traffic_certificate(struct traffic *, moment ends);
void traffic_taken(struct traffic *);

#endif
