/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - one HTTP exchange over libcurl, with its failure classified.
 *
 *   struct http_request request = { .method = "GET", .url = url, ... };
 *   if (!http_send(client, &request, &answer, &err)) ...
 *
 * A client has as many requests on their way as jobs (base/fiber.h) wait for an
 * answer of it, each on a connection of its own or a stream of one. Connections
 * are reused per client. TLS is verified, always; plain http is
 * refused except to loopback (TP5011). Redirects are not followed. An answer
 * is any HTTP answer, whatever its status: http_classify() turns a bad one
 * into an err. A request that broke after its first byte may have left is
 * ERR_UNSURE when it changes something (POST, PATCH, PUT, DELETE), ERR_RETRY
 * when it only reads. A change is never repeated behind the caller's back,
 * not even on a connection that went stale. Headers and bodies never reach an
 * err or a log, nor does the query of a url.
 */
#ifndef TP_NET_HTTP_H
#define TP_NET_HTTP_H

#include "base/buf.h"
#include "base/err.h"
#include "net/traffic.h"

struct http;

struct http_limits {
    long connect_ms, total_ms, idle_ms; /* 0 = 10 s, 120 s, 60 s */
    size_t answer_bytes;                /* 0 = 64 MB */
    const char *ca_file;                /* NULL = the system's */
    const char *proxy;       /* NULL = none; the environment's is never used */
    struct traffic *traffic; /* where answers are counted, or NULL */
};

struct http_request {
    const char *method, *url;
    const char *const *headers; /* "Name: value", NULL-ended, or NULL */
    const void *body;           /* NULL = none */
    size_t body_size;
    const char *user, *password; /* Basic, or NULL */
    const char *bearer;          /* token, or NULL */
    bool reads;       /* a POST that changes nothing: a query, a sign-in */
    const char *keep; /* one more header's name for answer.kept, or NULL */
};

struct http_answer {
    long status;
    struct buf body;
    char etag[256], content_type[96], location[512], request_id[80];
    char kept[256];           /* the header that request.keep names */
    long retry_after_seconds; /* 0 = not told; a date is turned into seconds */
};

bool http_open(struct http **, const struct http_limits *,
               struct err *) MUST_USE;
void http_close(struct http **);
/* The answer's body is cleared first; free it with buf_free(&answer.body). */
bool http_send(struct http *, const struct http_request *, struct http_answer *,
               struct err *) MUST_USE;
/* Lets requests go on until *until is true, which a job brings about. */
void http_wait(struct http *, const bool *until);
/* True for 2xx. 401/403 AUTH, 408/5xx RETRY or UNSURE, 409/412 CONFLICT, 429
 * and 503 with Retry-After THROTTLED (with retry_after), 3xx CONFIG, other
 * 4xx DATA. what names the far side. */
bool http_classify(const struct http_request *, const struct http_answer *,
                   const char *what, struct err *) MUST_USE;

#endif
