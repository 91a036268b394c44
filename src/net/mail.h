/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail - one message by SMTP (RFC 5321), over libcurl.
 *
 *   struct mail_server server = { .host = "mail.example", .port = 587,
 *                                 .tls = MAIL_STARTTLS, ... };
 *   if (!mail_send(&server, &message, &err)) ...
 *
 * TLS is verified, always; MAIL_PLAIN is refused but to loopback (TP5011).
 * ERR_RETRY: it surely was not taken. ERR_UNSURE: the message had left when the
 * answer failed to come. Codes: TP5001, TP5004, TP5006, TP5010, TP5011,
 * TP5021.
 */
#ifndef TP_NET_MAIL_H
#define TP_NET_MAIL_H

#include <stddef.h>

#include "base/err.h"
#include "base/when.h"

enum mail_tls { MAIL_STARTTLS, MAIL_TLS, MAIL_PLAIN };

struct mail_server {
    const char *host;
    long port;
    enum mail_tls tls;
    const char *user, *password; /* NULL: nobody signs in */
    const char *ca_file;         /* NULL: the system's */
    long total_ms;               /* 0 = 30 s */
};

struct mail {
    const char *from;
    const char *const *to;
    size_t to_count;
    const char *subject, *text; /* UTF-8; a line's end is \n */
    const char *id;             /* of Message-ID, before the @ */
    moment date;
};

bool mail_send(const struct mail_server *, const struct mail *,
               struct err *) MUST_USE;

#endif
