/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partner - a trading partner as its file in partners/ says.
 *
 * Everything belongs to the conf; a partner's code is its file's name without
 * ".conf", upper case in what people see ("BLUEFISH").
 */
#ifndef TP_CONF_PARTNER_H
#define TP_CONF_PARTNER_H

#include <stddef.h>

#include "base/err.h"

struct conf;
struct conf_group;

/* One set that is sent or received. */
struct partner_set {
    const char *set;     /* "850" */
    const char *version; /* "004010" */
    const char *map;     /* map name, "850" or the partner's own */
    long ack_seconds;    /* send: a 997 is due after this; 0 = none is */
    const char *match;   /* receive 810: "three-way", "two-way", "none" */
    const char *price_tolerance; /* "2 %" or NULL */
    bool self_billing;           /* send 810 made from purchase invoices */
    const char *order;           /* lane: "strict", "keyed", "none"; NULL = as
                                    the flow says */
    const char *due; /* receive: "before arrival", a duration, or NULL */
};

enum tolerance {
    TOLERANCE_DEFAULT,
    TOLERANCE_REJECT,
    TOLERANCE_WARN,
    TOLERANCE_IGNORE
};

struct partner {
    const char *code, *name;
    const char *isa_qualifier, *isa_id, *gs_id;
    const char *our_isa_qualifier, *our_isa_id,
        *our_gs_id;                /* the company's unless overridden */
    const char *vendor, *customer; /* our numbers for them in NAV, or NULL */
    const char *zone;
    bool test; /* we send ISA15 = T to this partner */
    bool suspended;
    long last_isa, last_gs; /* the predecessor's last control numbers */
    char element, component, terminator, repetition, release; /* we send */
    const char *in_data; /* a delimiter in data: "blank", "refuse", "choose" */
    const char *charset; /* "basic", "extended", "utf-8" */
    bool transliterate;  /* else what is outside it is refused */
    bool send_ack;       /* answer with 997 (default) */
    bool send_999;       /* rather with 999, where the version has it */
    bool send_ta1; /* answer with TA1 always; else only where ISA14 asks */
    bool ack_errors_only; /* it names only sets with errors */
    const struct partner_set *send, *receive;
    size_t send_count, receive_count;
    const struct conf_group
        *group; /* the whole file: channel, rules, tolerate, codes */
};

size_t partner_count(const struct conf *);
const struct partner *partner_at(const struct conf *, size_t);
const struct partner *partner_by_code(const struct conf *, const char *code);
/* By what stands in ISA05/06 (blanks cut); NULL when nobody has it. */
const struct partner *partner_by_isa(const struct conf *, const char *qualifier,
                                     const char *id);
const struct partner *partner_by_vendor(const struct conf *,
                                        const char *number);
const struct partner *partner_by_customer(const struct conf *,
                                          const char *number);
const struct partner_set *partner_sends(const struct partner *,
                                        const char *set);
const struct partner_set *partner_receives(const struct partner *,
                                           const char *set);
enum tolerance partner_tolerance(const struct partner *, const char *name);
/* The path of the partner's own code table, in partners/ or codes/; NULL when
 * it has none of that name. */
struct arena;
const char *partner_codes(const struct conf *, const struct partner *,
                          const char *table, struct arena *);

#endif
