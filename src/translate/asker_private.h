/* SPDX-License-Identifier: Apache-2.0 */
/* One word of the translator, heard and answered. */
#ifndef TP_TRANSLATE_ASKER_PRIVATE_H
#define TP_TRANSLATE_ASKER_PRIVATE_H

#include "base/arena.h"
#include "translate/translator.h"
#include "translate/wire.h"

/* A job that is being done. */
struct attending {
    const struct read_handler *handler;
    const struct read_job *job; /* NULL: something is made */
    struct read_sum *sum;
    struct made *made;
    struct arena *arena;  /* of one set; or of what is made */
    bool complete;        /* sum or made is there */
    bool inside;          /* an interchange */
    uint64_t interchange; /* offset of the last one */
    uint64_t end;         /* of what was told of the file */
    int32_t next, last;   /* sets that are wanted and not told; next 0 = none */
    int sets;
};

enum attended {
    ATTENDED,
    ATTENDED_ANSWER, /* is in the call, to be sent */
    ATTENDED_NONSENSE,
    ATTENDED_FAILED /* err is filled */
};

enum attended attend_one(struct attending *, struct call *, enum word,
                         struct err *);

#endif
