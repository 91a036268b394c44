/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translator - a process that reads, checks and maps, and can do nothing else.
 *
 *   plan = (struct translator_plan){ routes, &limits };
 *   if (!translator_open(&translator, &plan, &err)) ...  before any secret
 *   good = translator_read(translator, &job, &handler, &sum, &err);
 *   translator_close(&translator);
 *
 * translator_open() forks a nursery: a process that has the texts in memory
 * and nothing else, opens no file any more (Landlock), reads no byte of a
 * partner, and forks a translator whenever one is wanted. That one gives up
 * all but memory, time and its socket (base/confine.h). So the caller has to
 * open it before it holds a journal, a connection or a secret.
 *
 * What a translator needs it asks over its socket, and the handler is called
 * here. It is ended when it takes too long or says what makes no sense, and
 * replaced when it ended, for whatever reason, or has done its share of
 * documents. A document that ends it twice is refused (TP7080); when it can be
 * told which set of a file did, that set alone is.
 */
#ifndef TP_TRANSLATE_TRANSLATOR_H
#define TP_TRANSLATE_TRANSLATOR_H

#include "translate/translate.h"

struct translator;

struct translator_limits {
    size_t memory_bytes; /* beside the program's own */
    long seconds;  /* of CPU between two answers; ten times as many at all */
    int documents; /* then another one takes its place */
};

struct translator_plan {
    const struct routes *routes;
    struct translator_limits limits;
    /* For tests: called in the translator with what it is to read, or the
     * record's number that it is to write. NULL in the program. */
    void (*touch)(const char *bytes, size_t size);
};

bool translator_open(struct translator **, const struct translator_plan *,
                     struct err *) MUST_USE;
void translator_close(struct translator **);

/* As translate_read(), done by the translator. Interchanges live in the job's
 * arena. When it failed, the caller forgets what it was told and asks
 * translator_again(). */
bool translator_read(struct translator *, struct read_job *,
                     const struct read_handler *, struct read_sum *,
                     struct err *) MUST_USE;
/* Whether the same job may be done once more after a failure: then err is
 * cleared, and the job avoids the set at which the translator ended twice.
 * TP7082 when it ends at whatever it is given: no document is to blame. */
bool translator_again(struct translator *, struct read_job *, struct err *);

/* As translate_make(); what is made lives in the arena. Done once more by
 * itself. */
bool translator_make(struct translator *, const struct make_job *,
                     const struct read_handler *, struct arena *, struct made *,
                     struct err *) MUST_USE;

/* The process that works now, 0 = none; and how many there were. For tests
 * and people. */
int translator_process(const struct translator *);
unsigned translator_started(const struct translator *);

#endif
