/* SPDX-License-Identifier: Apache-2.0 */
/* An arrival on its way into the journal: what the files of intake share. */
#ifndef TP_FLOW_INTAKE_PRIVATE_H
#define TP_FLOW_INTAKE_PRIVATE_H

#include "flow/flow_private.h"

struct part {
    struct interchange row;
    const struct x12_interchange *from; /* NULL: nothing could be read */
    const struct partner *partner;      /* NULL: nobody known */
    struct prepared *sets;
    bool first; /* its control number was not there before */
    struct part *next;
};

struct apart {
    struct flow *flow;
    struct interchange *arrival;
    struct buf bytes;
    struct arena *arena;
    const struct x12_file *file;
    struct part *parts;
    struct window *taken; /* what an earlier taking apart has done */
};

struct window {
    int64_t offset;
    struct window *next;
};

#endif
