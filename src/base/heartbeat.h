/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat - long work says that it goes on.
 *
 *   heartbeat_hear(renew_leases, flow);   who wants to know, or NULL, NULL
 *   heartbeat();                          where bytes came or went
 *
 * A transfer of an hour is one call for those above it. Whoever holds leases
 * or is watched hears from below that it still moves. To wait is no beat: a
 * peer that is silent lets the leases end and the watchdog bark. One listener
 * in a process; it is called at most once a second and must not wait.
 */
#ifndef TP_BASE_HEARTBEAT_H
#define TP_BASE_HEARTBEAT_H

typedef void heartbeat_listener(void *user);

void heartbeat_hear(heartbeat_listener *, void *user);
void heartbeat(void);

#endif
