/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oauth - a bearer token that is fresh when it is needed (RFC 6749 4.3, 4.4,
 * 6).
 *
 *   if (!oauth_token(oauth, &token, &err)) ...       refreshed at 80 % of life
 *   ... 401: oauth_forget(oauth), once, and ask again
 *
 * Jobs (base/fiber.h) that need a token at the same time sign in once.
 */
#ifndef TP_NET_OAUTH_H
#define TP_NET_OAUTH_H

#include "net/http.h"

struct oauth;

struct oauth_settings {
    const char *url;             /* token endpoint */
    const char *grant;           /* "client_credentials" or "password" */
    const char *client, *secret; /* NULL = none */
    bool basic; /* client and secret by Basic instead of the form */
    const char *user, *password; /* password grant */
    const char *scope;           /* NULL = none */
};

/* Copies the settings; the client stays the caller's. */
bool oauth_open(struct oauth **, struct http *, const struct oauth_settings *,
                struct err *) MUST_USE;
void oauth_close(struct oauth **);
/* The text stays valid until the next call. A refused sign-in is ERR_AUTH
 * (TP5021); after two of them the server is not asked again until
 * oauth_forget(), so that no account gets locked. */
bool oauth_token(struct oauth *, const char **token, struct err *) MUST_USE;
void oauth_forget(struct oauth *);
/* Counts the tokens, so that nobody forgets a newer one than he used. */
unsigned oauth_sign_ins(const struct oauth *);

#endif
