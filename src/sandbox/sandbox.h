/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox - NAV, its token server, a Cleo mailbox and Odoo on 127.0.0.1, for
 * the demo and for tests. Written from the public contracts of those systems
 * and from nothing else in this tree, so that it shares no misreading with it.
 *
 *   struct sandbox box = { .options = options };
 *   sandbox_serve(&box, &err);     until SIGTERM or SIGINT
 *
 * One lock is held while a request is handled: what a client sees is one
 * change after the other. A slow answer sleeps outside the lock.
 */
#ifndef TP_SANDBOX_SANDBOX_H
#define TP_SANDBOX_SANDBOX_H

#include <pthread.h>
#include <stdint.h>

#include "sandbox/call.h"
#include "sandbox/faults.h"
#include "sandbox/world.h"

enum service {
    SERVICE_NAV,
    SERVICE_CLEO,
    SERVICE_TOKEN,
    SERVICE_ODOO,
    SERVICES
};

struct options {
    const char *dir;
    const char *ports_file; /* NULL = none */
    long ports[SERVICES];   /* 0 = a free one */
    long seed;
    bool small;
    const char *date;   /* the demo's today */
    const char *user;   /* NAV user */
    const char *key;    /* its web service access key */
    const char *tenant; /* of the token server */
    const char *client;
    const char *secret;
    const char *mailbox; /* Cleo user */
    const char *password;
    long token_seconds;   /* life of a token */
    long page_size;       /* of a server page */
    long latency;         /* milliseconds, of every request to NAV */
    const char *metadata; /* files served instead of the made ones, or NULL */
    const char *metadata_pages;
    const char *disable; /* "api", "odata" or NULL */
};

struct token {
    char text[80];
    int64_t ends; /* when_steady() nanoseconds */
    enum service service;
};

enum { TOKENS = 64 };

/* A request that is carried out after its answer. */
struct late {
    struct late *next;
    struct call *call;
    enum service service;
    int64_t due; /* when_steady() nanoseconds */
};

struct sandbox {
    struct options options;
    struct arena *arena;
    struct world world;
    struct faults faults;
    struct token tokens[TOKENS];
    size_t token_count; /* made so far; the oldest are forgotten */
    struct late *late;
    pthread_mutex_t lock;
    long under_way, most; /* requests to NAV: now, and most at a time */
    long requests;        /* all of them */
    long ports[SERVICES]; /* as bound */
};

bool sandbox_serve(struct sandbox *, struct err *) MUST_USE;
/* The services' handlers; the lock is held. */
void nav_handle(struct sandbox *, struct call *);
void cleo_handle(struct sandbox *, struct call *);
void token_handle(struct sandbox *, struct call *);
void odoo_handle(struct sandbox *, struct call *);
void admin_handle(struct sandbox *, enum service, struct call *);
/* Fills the tables with the demo's company. */
void data_fill(struct world *, const struct options *, struct arena *);
/* DIR/cleo/out/PARTNER (what we send) and DIR/cleo/in/PARTNER. */
bool data_folders(const struct options *, struct err *) MUST_USE;

/* A new bearer token, valid for options.token_seconds. */
const char *token_issue(struct sandbox *, enum service);
enum token_state { TOKEN_GOOD, TOKEN_EXPIRED, TOKEN_UNKNOWN };
enum token_state token_check(const struct sandbox *, enum service,
                             const char *text);
/* The value of a name in a form body, percent-decoded; NULL when absent. */
const char *form_value(struct call *, const char *name);

#endif
