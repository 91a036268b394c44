/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read - reads and checks X12 from bytes of any origin, in chunks of any size.
 *
 *   struct x12_reader *reader = x12_reader_new(&options, &handler);
 *   while (more(chunk, &size))
 *       x12_feed(reader, chunk, size);
 *   x12_end(reader, &totals);
 *   x12_reader_free(&reader);
 *
 * or, with everything kept in the caller's arena:
 *
 *   const struct x12_file *file = x12_read(arena, bytes, size, &options);
 *
 * Nothing a file holds makes reading fail: what is wrong becomes a finding,
 * and a bad set never harms its neighbours. Every byte is accounted for: a
 * document, white space, or junk with a place. With a handler, a set and its
 * tree live until the set callback returns; the interchange, its groups and
 * findings until interchange_end returns. Memory is bounded by the largest
 * set and the limits below. No state outside the reader.
 */
#ifndef TP_X12_READ_H
#define TP_X12_READ_H

#include "x12/finding.h"
#include "x12/x12.h"

struct arena;
struct x12_guide;
struct x12_reader;

/* A set as checked. */
struct x12_result {
    const char *id, *control;      /* ST01, ST02 */
    const char *implementation;    /* ST03, since 005010; "" = none */
    const struct x12_guide *guide; /* NULL = there was none */
    enum x12_verdict verdict;
    const struct x12_finding *findings; /* in order of the file */
    uint32_t count;                     /* all, also those not kept */
    const struct x12_set *set; /* the tree; NULL after its callback, or when
                                  the set has no end */
    const struct x12_group *group;
    const struct x12_result *next;
};

struct x12_group {
    const char *functional_id;     /* GS01 */
    const char *sender, *receiver; /* GS02, GS03 */
    const char *date, *time;       /* GS04, GS05 */
    const char *control;           /* GS06 */
    const char *agency, *version;  /* GS07, GS08 */
    uint64_t offset, size;
    enum x12_verdict verdict;
    uint32_t claimed, received, accepted; /* sets: GE01, read, not R */
    const struct x12_finding *findings;   /* of GS and GE */
    const struct x12_result *results;     /* in order */
    const struct x12_interchange *interchange;
    const struct x12_group *next;
};

struct x12_interchange {
    const char *sender_qualifier, *sender, *receiver_qualifier, *receiver;
    const char *control;     /* ISA13 */
    const char *date, *time; /* ISA09 "251120", ISA10 */
    const char *version;     /* ISA12 */
    char usage;              /* ISA15: 'P', 'T', 'I' */
    bool test;               /* usage is not 'P' */
    bool ack_requested;      /* ISA14 is 1 */
    struct x12_delimiters delimiters;
    uint64_t offset, size;
    enum x12_verdict verdict;           /* A, E or R, as TA104 says it */
    const char *ta1;                    /* TA105: "000" */
    const struct x12_finding *findings; /* of ISA, IEA and the file's form */
    const struct x12_group *groups;
    const struct x12_segment *ta1s; /* TA1 segments received, in order */
    uint32_t ta1_count, group_count;
    const struct x12_interchange *next;
};

struct x12_junk {
    uint64_t offset, size;
    const struct x12_junk *next;
};

/* bytes = documents + spaces + junk, always. */
struct x12_totals {
    uint64_t bytes, documents, spaces, junk;
    uint32_t interchanges, groups, sets, rejected;
};

struct x12_file {
    const struct x12_interchange *interchanges;
    const struct x12_finding *findings; /* outside interchanges: junk, UTF-16 */
    const struct x12_junk *junk;
    struct x12_totals totals;
};

/* Neither the set nor what is around it is rejected. Known for sure when the
 * interchange has ended. */
bool x12_usable(const struct x12_result *);

struct x12_handler { /* each may be NULL */
    void *user;
    void (*views)(void *user, const struct x12_views *);     /* as segment */
    void (*batch)(void *user, const struct x12_batch *);     /* the same */
    void (*segment)(void *user, const struct x12_segment *); /* not ISA */
    void (*interchange_begin)(void *user, const struct x12_interchange *);
    void (*group_begin)(void *user, const struct x12_group *);
    void (*set)(void *user, const struct x12_result *);
    void (*group_end)(void *user, const struct x12_group *);
    void (*interchange_end)(void *user, const struct x12_interchange *);
    /* Findings outside interchanges; junk is one of them. */
    void (*finding)(void *user, const struct x12_finding *);
};

struct x12_options {
    /* The guide for a set, which outlives the reader; NULL = it is not
     * checked. NULL callback: none is, and no_guide is not reported. */
    const struct x12_guide *(*guide_for)(void *user, const struct x12_group *,
                                         const char *set_id);
    /* Whether to make a set's tree; NULL = always, with lean never. */
    bool (*tree_for)(void *user, const struct x12_group *, const char *set_id);
    void *user;
    bool lean; /* results and groups live until their callback returns and are
                  in no list: memory does not grow with their number */
    unsigned char tolerance[X12_TOLERANCES]; /* enum x12_severity */
    /* X12_REJECTED, or X12_WITH_ERRORS: sets with wrong segments or elements
     * are accepted all the same, and the errors noted. */
    enum x12_verdict on_error;
    size_t max_segment;    /* bytes; default 1 MB */
    size_t max_set;        /* bytes; default 16 MB */
    const char *scanner;   /* for tests: a name of scan_way() or "careful", all
                              alike; NULL = the fastest */
    uint32_t max_findings; /* kept per set; default 100; an interchange keeps
                              a hundred times as many */
};

void x12_options_init(struct x12_options *);

struct x12_reader *x12_reader_new(const struct x12_options *,
                                  const struct x12_handler *);
void x12_feed(struct x12_reader *, const void *bytes, size_t size);
/* Closes what is open; totals may be NULL. */
void x12_end(struct x12_reader *, struct x12_totals *);
void x12_reader_free(struct x12_reader **);

const struct x12_file *x12_read(struct arena *, const void *bytes, size_t size,
                                const struct x12_options *);

#endif
