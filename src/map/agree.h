/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agree - three-way comparison: what the house has, what a system has, and what
 * both had when they last agreed.
 *
 *   agree(&(struct agree_case){ .binding = b, .system = "odoo", ... }, arena,
 *         &agreement);
 *   ... journal agreement.house and the bases; where gives > 0 write
 *   agreement.system, read the row again, and then: ...
 *   if (agree_written(&agreement, &one, now)) ...     journal the bases
 *   agreement_free(&agreement);
 *
 * A value that only one side changed since then wins; an echo of what was
 * written is no change, even when the system keeps it in another form, since
 * each side is compared with its own last value. Both changed, or never met:
 * the field's owner decides (a system's name; "newest": who changed last). A
 * change by a system that does not own the field is taken back. Without an
 * owner it is a conflict: the field stays as it is on both sides, and neither
 * last value moves, until a person decides. Nor do the last values of what the
 * system is to get move before it was seen to have it. When the two meet for
 * the first time, a value wins over none.
 */
#ifndef TP_MAP_AGREE_H
#define TP_MAP_AGREE_H

#include "map/map.h"

struct arena;

struct agree_case {
    const struct binding *binding;
    const char *system;        /* the name of whom theirs is of */
    const struct record *ours; /* NULL: the house has none yet */
    const struct record *theirs;
    const struct record *ours_before;   /* as they last agreed; NULL: they */
    const struct record *theirs_before; /* meet for the first time */
    bool theirs_newer;                  /* changed after the house's */
};

enum agree_verdict {
    AGREE_TAKE,    /* the house takes theirs */
    AGREE_GIVE,    /* the system gets ours */
    AGREE_CONFLICT /* a person decides */
};

struct agree_field {
    const char *path, *ours, *theirs; /* values; NULL = none */
    enum agree_verdict verdict;
};

struct agreement {
    struct record *house;                   /* what the house has from now on */
    struct record *system;                  /* what the system is to have */
    struct record *ours_base, *theirs_base; /* as they last agreed, now */
    const struct agree_field *fields; /* in which they differ; in the arena */
    size_t count;
    size_t takes, gives, conflicts;
};

/* The records are the caller's, freed with agreement_free(). */
void agree(const struct agree_case *, struct arena *, struct agreement *);
/* The system was written to: now is what it has. False when
 * it has something else besides that was not written: it changed meanwhile. */
bool agree_written(struct agreement *, const struct agree_case *,
                   const struct record *now);
void agreement_free(struct agreement *);

#endif
