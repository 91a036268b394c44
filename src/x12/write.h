/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write - makes sets node by node and interchanges from sets.
 *
 *   struct x12_set *set = x12_set_new(arena, "850", "004010");
 *   x12_add(arena, set, NULL, "BEG", "00", "SA", "PO-1", "", "20251112", NULL);
 *   node = x12_add(arena, set, NULL, "PO1", "1", "40", "CA", NULL);
 *   x12_add(arena, set, node, "PID", "F", "", "", "", "COD FILLET", NULL);
 *   set->control = "0001";
 *   if (!x12_write(&envelope, &buf, err)) ...
 *
 * The engine writes ISA, GS, ST, SE, GE, IEA with their counts, trims empty
 * elements at the end, writes the data of BIN and BDS as it is, and refuses a
 * value that holds a delimiter or a character outside the partner's set, naming
 * its place (TP2301, TP2302). What was written is checked by reading it with
 * the guide (x12/read.h).
 */
#ifndef TP_X12_WRITE_H
#define TP_X12_WRITE_H

#include "base/buf.h"
#include "x12/x12.h"

struct arena;

/* A new set separates components and repetitions by control characters that
 * no data holds; the writer puts the envelope's delimiters there. */
struct x12_set *x12_set_new(struct arena *, const char *id,
                            const char *version);
/* Adds a segment at the end of parent's children (NULL: of the set). Values
 * are copied; NULL ends them. */
struct x12_node *x12_add(struct arena *, struct x12_set *,
                         struct x12_node *parent, const char *id, ...)
    __attribute__((sentinel));
struct x12_node *x12_add_values(struct arena *, struct x12_set *,
                                struct x12_node *parent, const char *id,
                                const char *const *values, size_t count);
/* Sets element 1.. (component 1.., 0 = the whole element), growing the
 * segment as needed. */
void x12_put(struct arena *, struct x12_set *, struct x12_node *,
             uint32_t element, uint32_t component, const char *value);

/* Sets element 1.. to bytes that may hold anything: the data of BIN and BDS,
 * whose length the writer puts before it. */
void x12_put_binary(struct arena *, struct x12_node *, uint32_t element,
                    const void *bytes, size_t size);

enum x12_charset {
    X12_CHARSET_BASIC,    /* A-Z 0-9 blank !"&'()*+,-./:;?= */
    X12_CHARSET_EXTENDED, /* and a-z %@[]_{}\|<>~#$ */
    X12_CHARSET_UTF8      /* any character that is no control character */
};

/* What is done with a value that holds a delimiter, where no release character
 * makes it data. */
enum x12_clash {
    X12_CLASH_REFUSE, /* TP2301 */
    X12_CLASH_BLANK,  /* it becomes a blank */
    X12_CLASH_CHOOSE /* the interchange takes a delimiter that no value holds */
};

struct x12_out_group {
    const char *functional_id;     /* GS01: "PO" */
    const char *sender, *receiver; /* GS02, GS03; NULL = the interchange's */
    const char *version;           /* GS08: "004010" */
    long control;                  /* GS06 */
    const struct x12_set *const *sets; /* each with its control (ST02) */
    size_t count;
};

struct x12_envelope {
    const char *sender_qualifier, *sender, *receiver_qualifier, *receiver;
    const char *version; /* ISA12 "00401"; NULL = after the first group's */
    const char *date;    /* "20251120"; ISA09 takes its last six */
    const char *time;    /* "0858" */
    long control;        /* ISA13, 1..999999999 */
    char usage;          /* 'P', 'T', 'I' */
    bool ack_requested;
    /* Zeros = * > ^ ~. A release character (since version 007040) is told in an
     * ISX and stands before a delimiter that is data. */
    struct x12_delimiters delimiters;
    const char *newline; /* after each segment: "", "\n" */
    enum x12_charset charset;
    /* Characters outside the set become their nearest ("é" E, else "?") and
     * lower case becomes upper where needed, instead of an error. */
    bool transliterate;
    enum x12_clash clash;
    const struct x12_segment *const *ta1s; /* before the groups */
    size_t ta1_count;
    const struct x12_out_group *groups;
    size_t group_count;
};

/* Adds the interchange to buf; nothing is added on failure. */
bool x12_write(const struct x12_envelope *, struct buf *,
               struct err *) MUST_USE;

#endif
