/* SPDX-License-Identifier: Apache-2.0 */
/*
 * web_private - one HTTP listener over libmicrohttpd, and what stands on it.
 *
 * A face answers: begin() when the headers are there, before any of the body is
 * read, and finish() when the body is whole. Either answers by web_answer();
 * when begin() does not, the body is collected up to exchange.body_most.
 */
#ifndef TP_WEB_WEB_PRIVATE_H
#define TP_WEB_WEB_PRIVATE_H

#include <microhttpd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/when.h"
#include "web/web.h"

struct web;

struct exchange {
    struct web *web;
    struct MHD_Connection *connection;
    const char *method, *path;
    char source[48]; /* the address of who asks, a proxy's word included */
    struct buf body;
    size_t body_most, body_seen;
    int64_t begun; /* of when_steady() */
    bool answered;
    const void *what; /* of the face: the hook that is asked */
};

struct web_face {
    const char *name;
    void (*begin)(void *user, struct exchange *);
    void (*finish)(void *user, struct exchange *);
    void *user;
};

struct web_options {
    const char *listen;            /* "127.0.0.1:8080" */
    const char *certificate, *key; /* PEM texts, or NULL */
    const char *const *proxies;    /* whose X-Forwarded-For is believed */
    size_t proxy_count;
    unsigned connections, per_source;
    long patience_seconds; /* for a whole request */
};

/* Runs until life->stop can be read. TP8071. */
bool web_listen(const struct web_options *, const struct web_face *,
                const struct web_life *, struct err *) MUST_USE;

/* One answer; type NULL: no body. retry_seconds 0: no Retry-After. */
void web_answer(struct exchange *, unsigned status, const char *type,
                const char *text, long retry_seconds);
/* The header's value; NULL when it is not there, "" and twice = true when it
 * came more than once. */
const char *web_header(const struct exchange *, const char *name, bool *twice);
const char *web_parameter(const struct exchange *, const char *name);

/* "127.0.0.1:8080", "[::1]:8080". */
bool web_address_ok(const char *listen);
bool web_address_local(const char *listen);
struct sockaddr;
void address_text(const struct sockaddr *, char out[48]);
/* A socket that listens, and where: port 0 takes any that is free. TP8071. */
bool address_listen(const char *listen, int *fd, char where[80],
                    struct err *) MUST_USE;

/* ---- the door's parts */

enum scheme {
    SCHEME_HMAC,
    SCHEME_BEARER,
    SCHEME_HEADER,
    SCHEME_BASIC,
    SCHEME_QUERY
};

struct hook {
    const char *name, *system, *partner; /* one of the two is NULL */
    enum scheme scheme;
    const char *secret, *user;
    const char *header;    /* of the signature or the secret; the parameter */
    const char *prefix;    /* before the signature: "sha256=" */
    const char *timestamp; /* header of the time, or NULL */
    const char *pattern;   /* what is signed: "{timestamp}.{body}" */
    const char *delivery;  /* header of the delivery's id, or NULL */
    const char *const *types; /* media types, NULL-ended */
    bool hex, handshake;
    long tolerance_seconds;
    size_t body_most;
    unsigned answer;
};

/* NULL-named end. Sound settings are assumed: web_check() comes first. */
const struct hook *hooks_of(const struct conf *, struct arena *);

enum verdict { VERDICT_GOOD, VERDICT_BAD, VERDICT_STALE, VERDICT_BROKEN };
/* Whether the exchange knows the secret; constant time. before: the body is not
 * there yet, so only what headers prove is looked at (HMAC is GOOD then).
 * BROKEN: the secret cannot be read; *err says why. */
enum verdict hook_judge(const struct conf *, const struct hook *,
                        const struct exchange *, bool before, struct err *);

/* Sources that were wrong too often. */
struct penalties;
struct penalties *penalties_new(struct arena *, long most, long seconds);
/* Seconds that the source still has to wait; 0: it may ask. */
long penalty_of(struct penalties *, const char *address);
/* One more bad request; true when this one shut it out. */
bool penalty_add(struct penalties *, const char *source);

#endif
