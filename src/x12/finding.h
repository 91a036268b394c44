/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding - one thing that is wrong with an interchange, flat: what, where,
 * and the X12 code it is reported with. TA1, 997, log lines, JSON and
 * sentences are all projections of a list of findings.
 *
 * Every text lives as long as the finding: see x12/read.h for whose that is.
 * Codes: X12 data elements I18 (TA105), 716 (AK905), 718 (AK502), 720
 * (AK304), 723 (AK403).
 */
#ifndef TP_X12_FINDING_H
#define TP_X12_FINDING_H

#include "base/err.h"
#include "x12/x12.h"

struct buf;

enum x12_level {
    X12_FILE, /* outside every interchange */
    X12_INTERCHANGE,
    X12_GROUP,
    X12_SET,
    X12_SEGMENT,
    X12_ELEMENT
};

enum x12_severity { X12_IGNORE, X12_WARN, X12_REJECT };

/* The letters of AK501, AK901 and TA104. */
enum x12_verdict {
    X12_ACCEPTED = 'A',
    X12_WITH_ERRORS = 'E', /* accepted; errors are noted */
    X12_PARTLY = 'P',      /* a group some of whose sets are rejected */
    X12_REJECTED = 'R'
};

enum x12_tolerance {
#define TOLERANCE(name, word, severity, text) X12_##name,
#include "x12/tolerances.tbl"
#undef TOLERANCE
    X12_TOLERANCES /* how many; as a value: none */
};

struct x12_finding {
    enum x12_level level;
    enum x12_severity severity;   /* never X12_IGNORE */
    enum x12_tolerance tolerance; /* X12_TOLERANCES = not a tolerated sin */
    const char *code;             /* "AK403=7"; "" where X12 has none */
    bool consequence;             /* follows from an earlier finding */
    const char *interchange;      /* ISA13, "" when outside */
    const char *group;            /* GS06, "" when outside */
    const char *set_id;           /* "850", "" when outside */
    const char *set;              /* ST02, "" when outside */
    const char *loop;             /* path of the loop, "PO1/N1"; "" = none */
    const char *segment;          /* "N1", as it stands in the file */
    uint32_t position;            /* in its set, ST = 1; 0 = no segment */
    uint32_t element, component, repetition; /* from 1; 0 = none */
    uint32_t element_number; /* data element, 0 = unknown (AK402) */
    uint64_t offset;         /* in the file, of the element or segment */
    uint32_t line;           /* from 1 */
    const char *value;       /* the bad value, at most 99 bytes, printable */
    const char *sentence;    /* what was found and what was expected */
    const struct x12_finding *next;
};

/* "junk"; NULL for X12_TOLERANCES. */
const char *x12_tolerance_name(enum x12_tolerance);
/* What is wrong then, as a sentence without its full stop. */
const char *x12_tolerance_text(enum x12_tolerance);
enum x12_severity x12_tolerance_default(enum x12_tolerance);
/* Takes also the old word isa_unpadded; false when there is no such name. */
bool x12_tolerance_by_name(const char *name, enum x12_tolerance *) MUST_USE;
const char *x12_severity_name(enum x12_severity); /* "reject" */

/* "850 0001, segment 7 (N1), N103: sentence [AK403=7]" without a newline. */
void x12_finding_text(const struct x12_finding *, struct buf *);
/* The place alone: "850 0001, segment 7 (N1), N103". */
void x12_finding_place(const struct x12_finding *, struct buf *);
/* One JSON object, keys as the members above, no newline. */
void x12_finding_json(const struct x12_finding *, struct buf *);

#endif
