/* SPDX-License-Identifier: Apache-2.0 */
/*
 * effect - what a document asks of the outside world, what happened to it, and
 * what it waits for: rows of the journal as structs, fixed size, freely copied.
 */
#ifndef TP_STORE_EFFECT_H
#define TP_STORE_EFFECT_H

#include "base/when.h"

enum effect_state {
    EFFECT_INTENDED,
    EFFECT_ATTEMPTED,
    EFFECT_DONE,
    EFFECT_UNKNOWN,
    EFFECT_FAILED
};
const char *effect_state_name(enum effect_state);

struct effect {
    int64_t id, document;
    char kind[16];   /* "deliver", "receipt", "bill", "payment", "tell" */
    char target[32]; /* "sftp:BLUEFISH", "nav" */
    char key[200];   /* delivery key or posting key, unique per kind */
    enum effect_state state;
    char number[64], evidence[200];
    int32_t attempts;
    moment attempted; /* when last tried; 0 = never */
};

struct event {
    int64_t id, document;
    moment at;
    char actor[32], what[48], detail[320];
    char state[12]; /* the document's state after it; "" for no document */
    char hash[68];  /* SHA-256 of this event and the hash before it */
};

struct expectation {
    int64_t document;
    char partner[32], what[16]; /* "997", "file" */
    moment due;
};

#endif
