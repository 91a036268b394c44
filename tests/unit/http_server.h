/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server - a scripted server on 127.0.0.1, a child process.
 *
 *   const char *script[] = { "HTTP/1.1 200 OK\r\n...", SERVE_CLOSE, NULL };
 *   struct http_server server;
 *   http_server_start(&server, script);
 *   ... http_server_stop(&server);
 *
 * Each request, on whatever connection, takes the next line of the script:
 * an answer, SERVE_CLOSE (read it, close without a word) or SERVE_HANG (read
 * it, stay silent). After an answer the connection stays open.
 */
#ifndef TP_TESTS_UNIT_HTTP_SERVER_H
#define TP_TESTS_UNIT_HTTP_SERVER_H

#include <stddef.h>
#include <sys/types.h>

#define SERVE_CLOSE "close"
#define SERVE_HANG  "hang"

struct http_server {
    pid_t pid;
    int port;
    struct http_seen *seen; /* shared with the child */
};

struct http_seen {
    int connections, requests;
    char last[16384];  /* the last request, headers and body */
    char all[16][512]; /* the start of each of the first requests */
};

void http_server_start(struct http_server *, const char *const *script);
void http_server_stop(struct http_server *);
/* "HTTP/1.1 200 OK" with the body; in a ring of static texts. */
const char *http_answer_text(const char *status, const char *headers,
                             const char *body);

#endif
