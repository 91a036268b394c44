/* SPDX-License-Identifier: Apache-2.0 */
/* What the odata files share. */
#ifndef TP_SYSTEM_ODATA_PRIVATE_H
#define TP_SYSTEM_ODATA_PRIVATE_H

#include "base/arena.h"
#include "net/oauth.h"
#include "system/odata.h"

/* How a kind of service differs from the others. */
struct odata_profile {
    const char *name;
    const char *path;   /* of its service root, behind the instance */
    bool company_by_id; /* companies(ID), found by name; else Company('NAME') */
};

struct odata {
    struct arena *arena; /* for what lives as long as the service */
    const struct odata_profile *profile;
    struct odata_settings settings; /* texts in the arena */
    struct http *http;
    struct oauth *oauth;  /* NULL = Basic or nothing */
    const char *roots[2]; /* the company's address; NULL until known */
    struct metadata *metadata[2];
    char last_code[80];
};

/* One request; body and etag may be NULL. */
struct odata_ask {
    const char *method, *url, *etag;
    json_t *body;
    bool xml;     /* the answer is $metadata */
    bool replica; /* see struct odata_query */
    bool reads;   /* a POST that changes nothing */
};

/* Sends, signs in anew once, and turns a refusal into err. */
bool odata_exchange(struct odata *, const struct odata_ask *,
                    struct http_answer *, struct err *) MUST_USE;
/* Takes the answer's body as JSON. */
bool odata_read(const struct http_answer *, json_t **, struct err *) MUST_USE;
/* The address of what a service root says of itself. */
const char *odata_service(struct odata *, enum odata_root, struct arena *);
/* Adds the query to an address; takes NULL. */
char *odata_url(struct arena *, const char *address,
                const struct odata_query *);
/* What a page says of the next one. */
struct odata_page {
    const char *url;     /* that was asked */
    const char *context; /* its @odata.context, or NULL */
    const char *link;    /* its @odata.nextLink */
};

/* The address of the next page; false when it leads to another server. A
 * relative one begins at the context, if there is one, as the OData JSON
 * format 4.0, section 4.5.1, has it. */
bool odata_next(struct arena *, const struct odata_page *, const char **next,
                struct err *) MUST_USE;

#endif
