/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - one HTTP request and its answer, on its own: it can be kept and
 * handled later, which is how a late commit is played.
 *
 * The answer is what the handler leaves in status, answer and headers. cut
 * closes the connection without a word.
 */
#ifndef TP_SANDBOX_CALL_H
#define TP_SANDBOX_CALL_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"

enum { CALL_PAIRS = 48, CALL_HEADERS = 12 };

struct pair {
    const char *name, *value;
};

struct call {
    struct arena *arena;
    const char *method, *path; /* percent-decoded, without the query */
    const char *host;          /* "127.0.0.1:7048" */
    struct pair headers[CALL_PAIRS], query[CALL_PAIRS];
    size_t header_count, query_count;
    struct buf body;

    int status;
    bool cut;
    struct buf answer;
    const char *type; /* content type of the answer */
    struct pair out[CALL_HEADERS];
    size_t out_count;
};

struct call *call_new(void);
void call_free(struct call **);
/* NULL when absent; names of headers in any case. */
const char *call_header(const struct call *, const char *name);
const char *call_query(const struct call *, const char *name);
void call_add_header(struct call *, const char *name, const char *value);
/* Forgets what was answered and answers this. */
void call_answer(struct call *, int status, const char *type, const char *text);
/* As JSON; takes the reference. */
void call_answer_json(struct call *, int status, json_t *value);
/* True when the method is this one. */
bool call_is(const struct call *, const char *method);
/* The body as a JSON object, or NULL: the caller owns it. */
json_t *call_body(const struct call *);

#endif
