/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ack - acknowledgments: 997, 999 and TA1 made from what reading found, and
 * read when partners send theirs.
 *
 *   set = x12_ack_997(group, false, arena);      NULL: nothing to acknowledge
 *   set = x12_ack_999(group, false, arena);      since 005010
 *   set = x12_ack_group(group, true, false, arena);   999 where there is one
 *   ta1 = x12_ack_ta1(interchange, arena);
 *
 * The sets made go to x12/write.h; a 997 belongs into a group FA whose
 * version is the acknowledged group's. Groups FA are never acknowledged.
 * Sources: X12 997 (AK1 AK2 AK3 AK4 AK5 AK9), 999 (IK3 IK4 IK5), X12.56 (TA1).
 */
#ifndef TP_X12_ACK_H
#define TP_X12_ACK_H

#include "x12/read.h"

/* only_errors: AK2..AK5 for sets that are not simply accepted, else for all.
 * The set's control is NULL: the writer's caller gives it. */
struct x12_set *x12_ack_997(const struct x12_group *, bool only_errors,
                            struct arena *);
struct x12_set *x12_ack_999(const struct x12_group *, bool only_errors,
                            struct arena *);
/* A 999 when it is wanted and the group's version has it, else a 997. */
struct x12_set *x12_ack_group(const struct x12_group *, bool want_999,
                              bool only_errors, struct arena *);
const struct x12_segment *x12_ack_ta1(const struct x12_interchange *,
                                      struct arena *);

/* What a partner's 997 or 999 says of one of our sets. */
struct x12_acked_set {
    const char *id, *control; /* AK201, AK202 */
    char verdict;             /* AK501: A E M R W X */
    const char *errors;       /* "segment 7 (N1), N103: AK403=7 ..." or "" */
    const struct x12_acked_set *next;
};

struct x12_acked_group {
    const char *functional_id, *control; /* AK101, AK102 */
    char verdict;                        /* AK901: A E P R ... */
    uint32_t claimed, received, accepted;
    const struct x12_acked_set *sets; /* may be NULL: the verdict is for all */
};

/* The verdict on one set by type and number: its own, else the group's when
 * the group is accepted or rejected as a whole; 0 = not told. */
char x12_acked_verdict(const struct x12_acked_group *, const char *set_id,
                       const char *control);
/* False when the set is neither 997 nor 999, or lacks AK1 or AK9. */
bool x12_ack_read(const struct x12_set *, struct arena *,
                  struct x12_acked_group *, struct err *) MUST_USE;

/* What a TA1 says of one of our interchanges. */
struct x12_acked_interchange {
    const char *control, *date, *time; /* TA101..03 */
    char verdict;                      /* TA104: A E R */
    const char *note;                  /* TA105: "000" */
};

bool x12_ack_read_ta1(const struct x12_segment *, struct arena *,
                      struct x12_acked_interchange *, struct err *) MUST_USE;
/* What a code means, in our words ("AK403=7"); NULL when unknown. */
const char *x12_code_meaning(const char *code);

#endif
