/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cleo channel: a mailbox of Cleo Harmony, VLTrader or Integration Cloud
 * over its REST interface.
 *
 * What Cleo publishes (its own client cleo/harmony-batchapi): the sign-in by
 * password grant at POST {url}/api/authentication, and bearer tokens. What it
 * does not publish: the addresses of files. Those are therefore templates in
 * the settings, and their defaults below ARE NOT VERIFIED against a Cleo
 * server; the shape of lists follows Cleo's published collections
 * ({"totalResults":N,"resources":[...]}). Where they do not fit, correct the
 * templates, or use the mailbox over SFTP.
 */
#ifndef TP_CHANNEL_CLEO_PRIVATE_H
#define TP_CHANNEL_CLEO_PRIVATE_H

#include <jansson.h>

#include "channel/channel_private.h"
#include "net/http.h"
#include "net/oauth.h"

struct cleo {
    struct http *http;
    struct oauth *oauth;
    const char *url, *put, *get, *pattern;
    enum channel_found absent;
    struct looks *looks;
};

/* One of the four addresses of the settings, filled in. */
struct cleo_call {
    const char *group;     /* "list", "upload", "download", "remove" */
    const char *folder;    /* {folder} */
    const char *name, *id; /* {name}, {id}; NULL = "" */
    size_t start, count;   /* {start}, {count} */
    const void *body;      /* of an upload */
    size_t body_size;
    struct http_answer *answer; /* freed by the caller */
};

/* Signs in as needed, asks, and signs in once more after a 401. True for any
 * 2xx; missing, when not NULL, takes a 404 as an answer too. */
bool cleo_ask(struct channel *, const struct cleo_call *, bool *missing,
              struct err *) MUST_USE;
/* A setting of one of the four groups. */
const char *cleo_setting(const struct channel *, const char *group,
                         const char *name);

/* Whether the mailbox can be listed at all. */
bool cleo_lists(const struct channel *);

bool cleo_put(struct channel *, struct parcel *, size_t count,
              const struct channel_ready *, struct err *);
bool cleo_list(struct channel *, struct arena *, struct listing *,
               struct err *);
bool cleo_get(struct channel *, const struct listed *, struct buf *,
              struct err *);
bool cleo_remove(struct channel *, const struct listed *, struct err *);
bool cleo_find(struct channel *, const char *name, size_t size,
               enum channel_found *, struct err *);

#endif
