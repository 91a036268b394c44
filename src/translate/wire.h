/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire - what the translator and whoever asks it say to each other, over one
 * socket: calls (base/call.h) whose op is a word below.
 *
 * The asker sends a job; then it listens and answers what it is asked, until
 * WORD_END or WORD_FAILED. Only one of both speaks at a time.
 */
#ifndef TP_TRANSLATE_WIRE_H
#define TP_TRANSLATE_WIRE_H

#include "base/call.h"
#include "translate/translate.h"

enum word {
    WORD_READ = 1, /* a read_job */
    WORD_MAKE,     /* a make_job */
    /* the translator asks; the answer has the same word */
    WORD_PIECE,
    WORD_INTERCHANGE,
    WORD_CODE,
    /* it tells */
    WORD_SET,
    WORD_INTERCHANGE_END,
    WORD_JUNK,
    WORD_SUM,
    WORD_MADE,
    /* the last one */
    WORD_END,
    WORD_FAILED, /* an err */
    WORDS
};

struct wire {
    int fd;
    struct buf in, out;
    size_t at; /* read of in */
};

enum wire_got { WIRE_GOT, WIRE_GONE, WIRE_LATE, WIRE_NONSENSE };

/* Queues the call. */
void wire_say(struct wire *, struct call *);
/* Sends what is queued. patience in milliseconds for each step, -1 = for ever;
 * with it the descriptor must not block. */
enum wire_got wire_send(struct wire *, int patience);
/* The next message, to take values from. */
enum wire_got wire_hear(struct wire *, struct call *, enum word *,
                        int patience);
void wire_clear(struct wire *);

/* Values of translate.h. What is taken lives in the call or the arena; what is
 * not as it must be makes the call bad. */
void put_read_job(struct call *, const struct read_job *);
void take_read_job(struct call *, struct read_job *);
void put_make_job(struct call *, const struct make_job *);
/* The record is the caller's to free. */
void take_make_job(struct call *, struct make_job *, struct record **);
void put_interchange(struct call *, const struct read_interchange *);
/* A copy in the arena. */
void take_interchange_told(struct call *, struct arena *,
                           struct read_interchange *);
void put_read_set(struct call *, const struct read_set *);
/* The record is the caller's to free. */
void take_read_set(struct call *, struct arena *, struct read_set *);
void put_made(struct call *, const struct made *);
void take_made(struct call *, struct arena *, struct made *);

#endif
