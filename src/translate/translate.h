/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate - reads, checks and maps what partners send, and makes and checks
 * what they are sent: bytes in, findings and records out. No journal, no
 * network, no secrets, no file: whatever else it needs it asks the caller for.
 *
 *   good = translate_read(routes, &job, &handler, &sum, &err);
 *   good = translate_make(routes, &job, &handler, arena, &made, &err);
 *
 * These do it here and now; translator.h has the same done by a process that
 * can do nothing else. The program itself uses only that.
 */
#ifndef TP_TRANSLATE_TRANSLATE_H
#define TP_TRANSLATE_TRANSLATE_H

#include "base/buf.h"
#include "record/record.h"
#include "translate/routes.h"
#include "x12/ack.h"

enum { AVOIDED = 8 };

/* A file of a partner, with any number of interchanges. */
struct read_job {
    const char *partner; /* who delivered it, by code; "" = not known */
    const char *bytes;   /* NULL: asked for in pieces */
    uint64_t size;
    struct arena *arena; /* for interchanges; looked at anew for each */
    struct {
        uint64_t interchange;
        int32_t set;
    } avoid[AVOIDED]; /* sets that are not mapped: they were poison */
    size_t avoided;
    /* Where the translator ended, in a set of what interchange; 0 = nobody
     * knows. And where it did before. */
    int32_t at, before;
    uint64_t at_interchange, before_interchange;
    int tries;
};

/* The answer to one of its groups, 997 or 999. */
struct read_answer {
    const char *group; /* GS06 */
    struct x12_set *set;
    const struct read_answer *next;
};

struct read_interchange {
    const char *sender_qualifier, *sender, *receiver_qualifier, *receiver;
    const char *control;
    bool test, ack_asked;
    bool rejected;
    const char *ta1;       /* TA105 as we would say it */
    const char *why;       /* the first finding that rejects; "" */
    uint64_t offset, size; /* in the file */
    int32_t sets;
    const struct read_answer *answers;        /* as the partner wants them */
    const struct x12_segment *ta1_answer;     /* NULL: nobody asked */
    const struct x12_acked_interchange *ta1s; /* that came in it */
    size_t ta1_count;
};

/* Which of its sets are wanted, by ordinals from 1: none when last is less
 * than first. */
struct read_wish {
    int32_t first, last;
};

/* One ST..SE as read, checked and mapped. */
struct read_set {
    int32_t ordinal;
    const char *id, *control, *group, *version; /* ST01, ST02, GS06, GS08 */
    bool whole;            /* it has an end: else it is not mapped */
    bool rejected;         /* it, or its group */
    uint32_t count;        /* of findings, also those not kept */
    const char *findings;  /* JSON, one a line; "" */
    const char *why;       /* the first finding that rejects; "" */
    uint64_t offset, size; /* in the file */
    struct record *record; /* NULL: not mapped; may be taken */
    struct problems *found;
    struct err failed; /* why mapping could not go on */
};

/* What the reader says and asks, in order of the file. Each returns false with
 * an err to end the reading. */
struct read_handler {
    void *user;
    /* At most size bytes of the file, added to an empty buf. */
    bool (*piece)(void *user, uint64_t offset, size_t size, struct buf *,
                  struct err *);
    bool (*interchange)(void *user, const struct read_interchange *,
                        struct read_wish *, struct err *);
    bool (*set)(void *user, struct read_set *, struct err *);
    bool (*interchange_end)(void *user, struct err *); /* may be NULL */
    /* Bytes that are in no interchange. */
    bool (*junk)(void *user, uint64_t offset, uint64_t size, struct err *);
    /* As map_codes.look_up, for a partner by code. */
    bool (*code)(void *user, const char *partner, const char *const words[3],
                 const char *value, struct arena *, const char **out,
                 const char **guess);
    void *code_user; /* its user */
};

struct read_sum {
    int32_t interchanges;
    char why[200]; /* what is wrong outside them; "" */
};

bool translate_read(const struct routes *, const struct read_job *,
                    const struct read_handler *, struct read_sum *,
                    struct err *) MUST_USE;

/* A record on its way to a partner. */
struct make_job {
    const char *partner, *set;
    bool test;
    const struct record *record;
};

struct made {
    struct x12_set *set;  /* NULL: there are problems, or it failed */
    const char *group;    /* GS01 */
    const char *findings; /* of what was made, read back; JSON, one a line */
    const char *why;      /* the first one that rejects; "" */
    uint32_t count;
    struct problems *found;
    struct err failed;
};

/* Of the handler only code is used. */
bool translate_make(const struct routes *, const struct make_job *,
                    const struct read_handler *, struct arena *, struct made *,
                    struct err *) MUST_USE;

#endif
