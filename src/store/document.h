/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - the rows of the journal as structs: documents, interchanges,
 * effects, events. All fixed size, so they are copied freely. The state table
 * with each transition's system call is doc/SPOOL.md.
 */
#ifndef TP_STORE_DOCUMENT_H
#define TP_STORE_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/when.h"
#include "store/effect.h"

enum direction { DIRECTION_OUT, DIRECTION_IN, DIRECTION_ANY };

enum doc_state {
    DOC_RECEIVED,
    DOC_TRANSLATED,
    DOC_QUEUED,
    DOC_WORKING,
    DOC_UNKNOWN,
    DOC_DEFERRED,
    DOC_HELD,
    DOC_DONE,
    DOC_DEAD,
    DOC_IGNORED,
    DOC_REPLACED,
    DOC_STATES
};
const char *doc_state_name(enum doc_state);
bool doc_state_by_name(const char *, enum doc_state *);
/* Whether the state table has the transition; staying is always allowed. */
bool doc_state_may(enum doc_state from, enum doc_state to);
/* The machine has it: received to deferred, but not held. */
bool doc_state_in_progress(enum doc_state);

/* The four axes; values in the order of ux: new ok warn bad and so on. */
enum valid { VALID_NEW, VALID_OK, VALID_WARN, VALID_BAD };
enum delivered {
    DELIVERED_NA,
    DELIVERED_QUEUED,
    DELIVERED_SENDING,
    DELIVERED_SENT,
    DELIVERED_FAILED,
    DELIVERED_FETCHED
};
enum acked {
    ACKED_NA,
    ACKED_WAITING,
    ACKED_LATE,
    ACKED_ACCEPTED,
    ACKED_WITH_ERRORS,
    ACKED_PARTIAL,
    ACKED_REJECTED
};
enum posted {
    POSTED_NA,
    POSTED_WAITING,
    POSTED_MATCHED,
    POSTED_DRAFT,
    POSTED_POSTED,
    POSTED_HELD,
    POSTED_REJECTED
};
const char *valid_name(enum valid);
const char *delivered_name(enum delivered);
const char *acked_name(enum acked);
const char *posted_name(enum posted);

struct document {
    int64_t id;
    enum direction direction;
    enum doc_state state;
    char set[8];         /* "850" */
    char kind[16];       /* "order" */
    char partner[32];    /* code */
    char number[64];     /* business number: PO, invoice, ASN, trace */
    char related[64];    /* the PO an ASN or invoice is about */
    char purpose[16];    /* "original", "replacement", "cancellation" */
    char date[16];       /* business date */
    char key[200];       /* posting key, unique */
    char origin[96];     /* the system's key: "purchase_order:106001" */
    int64_t interchange; /* 0 = none yet */
    int32_t ordinal;     /* of its set in the interchange, from 1 */
    char isa[12], gs[12], st[12], version[16];
    int32_t lines;
    char amount[40], currency[4];
    bool test; /* ISA15 = T */
    enum valid valid;
    enum delivered delivered;
    enum acked acked;
    enum posted posted;
    enum err_code code;  /* why it is held, deferred or dead; TP_NONE */
    char reason[320];    /* one sentence */
    char waits_for[160]; /* the fact that releases it: "item:ACME:ACM-0099" */
    char system_number[64]; /* NAV's number of what was posted */
    char evidence[200];     /* of the delivery, or of the posting */
    char texts[68];   /* hash of guide, map and partner texts that made it */
    int64_t original; /* resend, reissue: the first; 0 = none */
    int32_t attempts;
    moment created, updated, due;
    int64_t lease; /* fencing token; 0 = not ours */
};

struct interchange {
    int64_t id, arrival; /* arrival 0 = it is an arrival itself, or ours */
    enum direction direction;
    char state[12]; /* "received", "split", "junk", "made", "sent" */
    char partner[32], channel[16], name[256];
    char sender[24], receiver[24]; /* "ZZ:BLUEFISH01" */
    char control[12];              /* ISA13 */
    bool test, ack_asked;
    char sha256[68];
    int64_t size, offset; /* offset inside the arrival */
    char reason[320];
    moment created;
};

/* How a claim treats the earlier documents of the same partner, set and
 * direction: never past one that a worker has (LANE), any (ANY), never past
 * one that is not finished, held ones included (STRICT). */
enum lane_order { ORDER_LANE, ORDER_ANY, ORDER_STRICT };

struct doc_filter {
    enum direction direction;
    uint32_t states;                           /* bit 1u << DOC_...; 0 = all */
    const char *partner, *set, *number, *text; /* NULL = any; text = anywhere */
    const char *related, *waits_for, *origin, *key;
    const char *isa, *gs, *st; /* control numbers, as an acknowledgment has */
    enum err_code unless_code; /* TP_NONE = any; else those without it */
    int64_t interchange;       /* 0 = any */
    moment since, until;       /* created; 0 = any */
    bool due_only;             /* its time has come */
    bool early;                /* of claims: before it is due, too */
    bool newest;               /* newest first; else oldest first */
    int32_t limit;             /* 0 = no limit */
    enum lane_order order;     /* of claims */
};

#endif
