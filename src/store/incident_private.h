/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incident_private - incidents' table, and their operations asked of a keeper.
 */
#ifndef TP_STORE_INCIDENT_PRIVATE_H
#define TP_STORE_INCIDENT_PRIVATE_H

#include "store/incident.h"
#include "store/journal_private.h"

extern const char schema_incident[];

bool remote_incident_begin(struct journal *, struct incident *,
                           const char *const *channels, size_t count,
                           moment due, bool *known, struct err *) MUST_USE;
bool remote_incident_end(struct journal *, int64_t id, moment due, bool *ended,
                         struct err *) MUST_USE;
bool remote_incident_ack(struct journal *, int64_t id, bool *found,
                         struct err *) MUST_USE;
bool remote_incidents(struct journal *, struct arena *, struct incident **,
                      size_t *count, struct err *) MUST_USE;
bool remote_notices(struct journal *, moment, struct arena *, struct notice **,
                    size_t *count, struct err *) MUST_USE;
bool remote_notice_move(struct journal *, int64_t id, const char *from,
                        const char *to, moment due, const char *detail,
                        bool *moved, struct err *) MUST_USE;

#endif
