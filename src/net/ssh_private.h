/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the SSH wire share.
 */
#ifndef TP_NET_SSH_PRIVATE_H
#define TP_NET_SSH_PRIVATE_H

#include <libssh2.h>
#include <stdint.h>

#include "net/ssh.h"
#include "net/wire.h"

enum { FINGERPRINT = 60 };

struct ssh {
    struct wire wire; /* first */
    int fd;           /* -1 = none */
    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channel;
    int64_t ends_at;     /* when_steady() for the sign-in */
    bool write_for_room; /* the last write waits for the socket */
    char why[120];
};

/* A connected, non-blocking socket, or -1. */
int ssh_connect(const char *host, long port, long ms, struct err *);

/* Waits for the socket as libssh2 needs it; false when the time is up. */
bool ssh_wait(struct ssh *);
/* Fills err from libssh2's last error. */
bool ssh_failed(struct ssh *, enum err_code, const char *what, struct err *);

/* Connects and compares keys until one is pinned. The session then stands,
 * without a sign-in. */
bool ssh_meet(struct ssh *, const struct ssh_settings *, struct err *) MUST_USE;
/* Ends session and socket, for another try. */
void ssh_part(struct ssh *);
/* Whether one of the pins is this fingerprint ("SHA256:..."). */
bool ssh_is_pinned(const struct ssh_settings *, const char *fingerprint);

#endif
