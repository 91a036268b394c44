/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what a partner sends back for the files it received.
 *
 *   tradepost-sandbox answer --in DIR --out DIR --partner ACME --script FILE
 *
 * For a purchase order (850): a 997, a ship notice (856), an invoice (810).
 * For an invoice (810): a 997, and a remittance (820) that pays it. X12 is
 * read here by naive splitting and written by hand, on purpose: nothing of the
 * gateway's own engine takes part. What goes wrong is listed in the script, a
 * case per line; without one everything goes well. The same files and script
 * give the same answers. DIR/.answered remembers the files done and the next
 * control number. Private to answer*.c.
 */
#ifndef TP_SANDBOX_ANSWER_H
#define TP_SANDBOX_ANSWER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/when.h"

enum { ELEMENTS = 64, CASE_WORDS = 8 };

struct segment {
    const char *elements[ELEMENTS]; /* [0] is the tag; absent ones are "" */
};

struct set {
    const char *id, *control; /* ST01, ST02 */
    struct segment *segments; /* ST to SE */
    size_t count;
};

struct group {
    const char *function, *control, *version; /* GS01, GS06, GS08 */
    struct set *sets;
    size_t count;
};

/* One interchange received; its next one follows. */
struct letter {
    struct segment isa, gs;
    char separator;
    struct group *groups;
    size_t count;
    struct letter *next;
};

/* PARTNER DOCUMENT WHAT details… */
struct script_case {
    const char *words[CASE_WORDS];
    const struct script_case *next;
};

struct answer {
    struct arena *arena;
    const char *in, *out, *partner;
    moment now;
    const struct script_case *cases;
    long control;    /* the next interchange's number */
    struct buf done; /* names of files answered, a line each */
    struct err *err;
    size_t sent;
    struct payment *payments; /* by customers, in the order read */
};

/* answer_read.c. NULL when the bytes are no X12. */
struct letter *letter_read(struct arena *, const struct buf *);
/* The first segment of the tag after from (0 = start), or NULL. */
const struct segment *set_find(const struct set *, const char *tag,
                               size_t *from);
/* The value after the qualifier in the pairs that start at element first. */
const char *pair_value(const struct segment *, size_t first,
                       const char *qualifier);

/* answer_script.c */
bool script_read(struct answer *, const char *path);
/* The case of this document, or NULL. */
const struct script_case *script_find(const struct answer *,
                                      const char *document, const char *what);
struct decimal script_number(const struct script_case *, size_t word);

/* answer_write.c: one interchange with one group with one set at a time. */
struct draft {
    struct answer *answer;
    const struct letter *letter; /* it answers this one */
    struct buf text;
    const char *function, *id; /* "SH", "856" */
    size_t segments;
    char separator;
};

void draft_begin(struct draft *, struct answer *, const struct letter *,
                 const char *function, const char *id);
/* Tag and elements, NULL-ended; empty ones at the end are left out. */
void draft_add(struct draft *, const char *tag, ...) __attribute__((sentinel));
/* Ends the set and writes the file NAME in the out folder. */
bool draft_send(struct draft *, const char *name);
const char *number_text(struct arena *, struct decimal);
/* "20261122", "1432" in UTC. */
const char *date_text(struct answer *, int days);

/* answer_supplier.c and answer_customer.c */
bool supplier_acknowledge(struct answer *, const struct letter *,
                          const struct group *);
bool supplier_answer(struct answer *, const struct letter *,
                     const struct set *order);
void customer_take(struct answer *, const struct letter *,
                   const struct set *invoice);
bool customer_pay(struct answer *);

int answer_main(int argc, char **argv);

#endif
