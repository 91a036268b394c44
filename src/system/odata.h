/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odata - an OData v4 service with one company: NAV's pages, the Business
 * Central API v2.0.
 *
 *   if (!odata_open(&service, &settings, &err)) ...      no request yet
 *   query = (struct odata_query){ .filter = "status eq 'Open'" };
 *   if (!odata_list(service, ODATA_MAIN, "purchaseOrders", &query, take, user,
 *                   &err)) ...
 *   odata_close(&service);
 *
 * Every answer is read with exact.h: numbers are texts. A refusal becomes an
 * err by odata_refusal(): what the server's own code says decides the kind.
 * An empty answer of a write leaves *answer NULL. A write whose outcome is
 * not known is ERR_UNSURE (TP6015). A 401 is answered once with a fresh token.
 * Paths are relative to the company and already encoded; take literals from
 * odata_quote(). Limits: 5000 pages of one list, 64 MB an answer. Jobs
 * (base/fiber.h) may use one service at the same time.
 */
#ifndef TP_SYSTEM_ODATA_H
#define TP_SYSTEM_ODATA_H

#include <jansson.h>

#include "net/http.h"
#include "system/metadata.h"

struct arena;
struct odata;

/* Where a path begins. MAIN is the profile's own: the API's company or the
 * pages' company; PAGES always the pages' (API profiles reach both). */
enum odata_root { ODATA_MAIN, ODATA_PAGES };

struct odata_settings {
    const char *profile;         /* "bc-api-v2" or "nav-odata" */
    const char *url;             /* up to the instance: "https://nav:7048/BC" */
    const char *company;         /* its name, as NAV writes it */
    const char *ca_file;         /* NULL = the system's */
    long page_size;              /* asked of the server; 0 = its own */
    long total_ms;               /* one request; 0 = the client's default */
    const char *user, *password; /* Basic, or NULL */
    const char *token_url, *client;    /* OAuth2 client credentials, */
    const char *client_secret, *scope; /* or NULL */
    struct traffic *traffic;           /* where requests are counted, or NULL */
};

struct odata_query {
    const char *filter, *select, *expand, *orderby; /* not encoded; or NULL */
    bool replica; /* may be answered by a replica that lags behind */
};

/* A row; kept only by json_incref. False ends the list with err as filled. */
typedef bool odata_row(void *user, json_t *row, struct err *);

/* Copies the settings. */
bool odata_open(struct odata **, const struct odata_settings *,
                struct err *) MUST_USE;
void odata_close(struct odata **);

bool odata_list(struct odata *, enum odata_root, const char *set,
                const struct odata_query *, odata_row *, void *user,
                struct err *) MUST_USE;
/* *row is NULL when it is not there; the caller owns it. A row that carries
 * an id other than the one in path is no answer (TP6012). */
bool odata_get(struct odata *, enum odata_root, const char *path,
               const struct odata_query *, json_t **row, struct err *) MUST_USE;
/* The first row of a list, or NULL. *count counts up to 2. */
bool odata_first(struct odata *, enum odata_root, const char *set,
                 const struct odata_query *, json_t **row, size_t *count,
                 struct err *) MUST_USE;
bool odata_post(struct odata *, enum odata_root, const char *path, json_t *body,
                json_t **answer, struct err *) MUST_USE;
/* etag NULL = whatever is there ("*"). */
bool odata_patch(struct odata *, enum odata_root, const char *path,
                 const char *etag, json_t *body, json_t **answer,
                 struct err *) MUST_USE;
bool odata_delete(struct odata *, enum odata_root, const char *path,
                  struct err *) MUST_USE;
/* A bound action: path of the row, "Microsoft.NAV.post". */
bool odata_act(struct odata *, enum odata_root, const char *path,
               const char *action, struct err *) MUST_USE;
/* An unbound action: a procedure of a codeunit published as web service.
 * *value gets its answer as text ("" when it has none). */
bool odata_call(struct odata *, const char *action, json_t *body,
                struct buf *value, struct err *) MUST_USE;
/* The same for a procedure that changes nothing: a failure is never UNSURE. */
bool odata_inquire(struct odata *, const char *action, json_t *body,
                   struct buf *value, struct err *) MUST_USE;
/* Read once; owned by the service. */
bool odata_metadata(struct odata *, enum odata_root, const struct metadata **,
                    struct err *) MUST_USE;
/* The company's address, for messages: "https://nav:7048/BC/api/v2.0/..." */
bool odata_address(struct odata *, enum odata_root, const char **,
                   struct err *) MUST_USE;

/* 'O''Brien': a text literal for filters (still to be encoded) ... */
char *odata_quote(struct arena *, const char *text);
/* ... and encoded, for keys in paths. */
char *odata_key(struct arena *, const char *text);
/* "In_x0020_Review" is "In Review"; texts without such a code are given back
 * as they are. */
const char *odata_word(struct arena *, const char *member);
/* What a failed answer means. Fills err unless the status is 2xx. */
bool odata_refusal(const struct http_request *, const struct http_answer *,
                   struct err *);
/* The server's code of a refusal ("Internal_EntityWithSameKeyExists") when
 * the last call failed, "" otherwise. */
const char *odata_last_code(const struct odata *);

#endif
