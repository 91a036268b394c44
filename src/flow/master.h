/* SPDX-License-Identifier: Apache-2.0 */
/*
 * master - what a person says about a master that several systems keep
 * (store/entity.h).
 *
 *   flow_entity_keep(journal, "customer", "C10010", "odoo", &decided, &err);
 *
 * Nobody is asked or told before the next flow_work(). Errors: TP8003 when
 * there is no such entity, or it is not in that system.
 */
#ifndef TP_FLOW_MASTER_H
#define TP_FLOW_MASTER_H

#include <stddef.h>

#include "base/err.h"

struct journal;

/* In the fields that two changed, the system's values count, or those of the
 * "house"; decided: in how many. */
bool flow_entity_keep(struct journal *, const char *kind, const char *number,
                      const char *system, size_t *decided,
                      struct err *) MUST_USE;
/* All its systems are read and told again: so many. */
bool flow_entity_ask(struct journal *, const char *kind, const char *number,
                     size_t *count, struct err *) MUST_USE;

#endif
