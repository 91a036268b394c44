/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fiber - jobs that take turns in one thread, each with a stack of its own, so
 * that several may wait for answers at the same time.
 *
 *   struct fibers *fibers = fibers_new(4);
 *   while (more || fibers_busy(fibers) > 0)
 *       if (more && fibers_room(fibers)) fibers_start(fibers, job, user);
 *       else fibers_turn(fibers);
 *   fibers_free(&fibers);
 *
 * A job gives its turn away in fiber_wait() and nowhere else: between two
 * waits it has everything for itself, as if it were alone. With room for one,
 * jobs are plain calls. What a job must not hold while it waits: a transaction,
 * or a value that others may change.
 */
#ifndef TP_BASE_FIBER_H
#define TP_BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

struct fibers;

typedef void fiber_job(void *user);
/* Does what there is to do so that a wait may end, at most for so long. */
typedef void fiber_turn(void *user, int milliseconds);

enum { FIBERS_MAX = 64 };

/* Room for most jobs, 1 to FIBERS_MAX. */
struct fibers *fibers_new(size_t most);
/* None may be busy; accepts NULL in it. */
void fibers_free(struct fibers **);
size_t fibers_busy(const struct fibers *);
bool fibers_room(const struct fibers *);
/* Runs the job until it waits or ends; there must be room. */
void fibers_start(struct fibers *, fiber_job *, void *user);
/* Goes on with those whose wait is over, after a while of waiting when there
 * is none. */
void fibers_turn(struct fibers *);

/* Returns when *until is true, which turn() brings about. In a job others go
 * on meanwhile; outside of one it is a loop over turn(). */
void fiber_wait(const bool *until, fiber_turn *turn, void *user);

#endif
