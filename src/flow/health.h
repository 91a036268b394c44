/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health - how the gateway is, looked at once and told in three ways: to
 * people (`tradepost status`), to Nagios (`tradepost check-health`) and to
 * Prometheus (`tradepost metrics`, and the desk's GET /metrics).
 *
 *   if (!health_look(&health, conf, journal, &err)) ...
 *   enum health_level level = health_judge(&health, &limits, &line);
 *   health_metrics(&health, journal, &text, &err);
 *
 * Only reads; a reader of the journal beside the writer will do. Costs the same
 * at any number of documents.
 */
#ifndef TP_FLOW_HEALTH_H
#define TP_FLOW_HEALTH_H

#include "base/buf.h"
#include "conf/conf.h"
#include "store/journal.h"

struct health {
    struct journal_counts counts;
    struct space space;         /* of the journal's disk */
    int64_t spool_free_bytes;   /* -1: there is no spool */
    int64_t journal_bytes;      /* journal.db and its log */
    int64_t oldest_seconds;     /* of what is in progress; 0: nothing */
    const char *environment;    /* the conf's */
    int64_t partners, mistakes; /* mistakes in the settings */
};

bool health_look(struct health *, const struct conf *, size_t mistakes,
                 struct journal *, struct err *) MUST_USE;

/* As Nagios numbers them. */
enum health_level {
    HEALTH_OK,
    HEALTH_WARNING,
    HEALTH_CRITICAL,
    HEALTH_UNKNOWN
};

/* What is watched, and from where on it is a warning or critical; for free,
 * below which percentage. -1 switches one off. */
enum health_figure {
#define WATCHED(id, name, warning, critical, unit, about) WATCH_##id,
#include "flow/health.tbl"
#undef WATCHED
    WATCHED_FIGURES
};
struct health_limits {
    int64_t warning[WATCHED_FIGURES], critical[WATCHED_FIGURES];
};
void health_usual_limits(struct health_limits *);
/* Takes "queue=500,held=20" into one of the two; TP7060. */
bool health_take_limits(int64_t out[WATCHED_FIGURES], const char *list,
                        struct err *) MUST_USE;
/* One line without its end: "OK - held 0 | held=0;20;100;0 ...". */
enum health_level health_judge(const struct health *,
                               const struct health_limits *, struct buf *line);
/* Whether somebody should look: what `tradepost status` calls degraded. */
bool health_degraded(const struct health *);

/* Prometheus text format 0.0.4. */
bool health_metrics(const struct health *, struct journal *, struct buf *,
                    struct err *) MUST_USE;

#endif
