/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ssh - an SSH connection whose wire carries SFTP, by libssh2.
 *
 *   if (!ssh_open(&wire, &settings, &err)) ...
 *   sftp_open(&sftp, wire, NULL, &err);            takes the wire
 *
 * The server's key must be one of the fingerprints given; it is compared
 * before the first credential leaves. A server may own keys of several types
 * and shows one of them: each type is asked for before a key is called
 * changed (TP5033). Nothing here blocks for longer than the times given,
 * except the system's own name lookup. libssh2 before 1.11 has no RSA client
 * keys that servers of today accept: they end as TP5035.
 */
#ifndef TP_NET_SSH_H
#define TP_NET_SSH_H

#include "base/err.h"

struct wire;

struct ssh_settings {
    const char *host;
    long port; /* 0 = 22 */
    const char *user;
    const char *password; /* NULL = none */
    const char *key;      /* a private key as a text (PEM, OpenSSH), or NULL */
    size_t key_size;
    const char *const *hostkeys; /* "SHA256:base64", as ssh-keygen -l shows */
    size_t hostkey_count;
    long connect_ms; /* for each address; 0 = 10 s */
    long sign_in_ms; /* from connected to SFTP begun; 0 = 30 s */
};

bool ssh_open(struct wire **, const struct ssh_settings *,
              struct err *) MUST_USE;

#endif
