/* SPDX-License-Identifier: Apache-2.0 */
/* zone_private - what a zone file holds: the table of changes, and the rule
 * for the time after its end. */
#ifndef TP_BASE_ZONE_PRIVATE_H
#define TP_BASE_ZONE_PRIVATE_H

#include "base/zone.h"

enum { ZONE_LETTERS = 12 };

/* What a clock shows between two changes. */
struct zone_type {
    int offset;
    bool summer;
    char letters[ZONE_LETTERS];
};

/* One of the two days of the year at which a rule changes the clocks. */
struct zone_change {
    enum { CHANGE_JULIAN, CHANGE_DAY, CHANGE_WEEKDAY } kind;
    int month, week, day; /* week 5 = the last */
    int second;           /* of that day, on the wall; may be negative */
};

struct zone_rule {
    bool there, changes;
    struct zone_type standard, summer;
    struct zone_change begin, end; /* of summer */
};

struct zone {
    const char *name;
    size_t count; /* of changes */
    int64_t *at;  /* seconds since 1970 UTC */
    unsigned char *types;
    size_t type_count;
    struct zone_type *type;
    struct zone_rule rule;
};

/* A time between two changes: what is in force, and until when. */
struct zone_span {
    const struct zone_type *type;
    int64_t until; /* INT64_MAX = for ever */
};

/* Takes "EST5EDT,M3.2.0,M11.1.0" (POSIX TZ with RFC 8536's hours). */
bool zone_rule_parse(struct zone_rule *, const char *text);
struct zone_span zone_rule_span(const struct zone_rule *, int64_t second);

#endif
