/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of net share among themselves.
 */
#ifndef TP_NET_NET_PRIVATE_H
#define TP_NET_NET_PRIVATE_H

#include "net/http.h"

enum { HTTP_PLACE = 120 };

/* Checks that the url may be asked (https, or http to loopback; no user in
 * it) and writes "host/path" without the query to place. */
bool http_url_check(const char *url, char place[HTTP_PLACE],
                    struct err *) MUST_USE;
/* Whether the request may change something at the far side. */
bool http_changes(const struct http_request *);
/* Takes one header line, as it came in, into the answer. */
void http_take_header(struct http_answer *, const char *keep, const char *line,
                      size_t size);
/* A token that came of a request of this client ends then. */
void http_note_token(const struct http *, moment ends);
/* Overwrites a secret before its memory is given back; NULL is fine. */
void wipe(char *text);
void wipe_buf(struct buf *);

#endif
