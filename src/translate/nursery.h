/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nursery - the process that forks translators. It ends when its owner does.
 */
#ifndef TP_TRANSLATE_NURSERY_H
#define TP_TRANSLATE_NURSERY_H

#include <sys/types.h>

#include "translate/translator.h"

struct nursery {
    pid_t process;
    int control;
};

bool nursery_open(struct nursery *, const struct translator_plan *,
                  struct err *) MUST_USE;
void nursery_close(struct nursery *);
/* A new translator that serves fd, which is closed here; the one before is
 * killed. ended: how that one had ended, as waitpid() has it; -1 = there was
 * none. */
bool nursery_fork(struct nursery *, int fd, pid_t *process, int *ended,
                  struct err *) MUST_USE;
/* serve.c: the whole life of a translator. */
void translator_serve(const struct translator_plan *, int fd)
    __attribute__((noreturn));

#endif
