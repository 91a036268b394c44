/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_private - the reader's state, for the files that share the work:
 * scan.c finds segments in bytes, isa.c reads headers, envelope.c follows
 * ISA..IEA, set.c places segments in the guide's tree, check.c looks at
 * elements, hl.c nests levels, note.c makes findings.
 */
#ifndef TP_X12_READ_PRIVATE_H
#define TP_X12_READ_PRIVATE_H

#include "x12/guide_private.h"
#include "x12/raw.h"
#include "x12/read.h"

/* A segment's name as one number: NAME('S', 'E', 0). */
#define NAME(a, b, c) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16)

struct scan_window;

/* Longer ones, as far as ISA16, are no ISA, which has 106 bytes. */
enum { ISA_MAX = X12_RAW_ISA_MAX, ISA_VALUE_MAX = 63 };

/* A list of findings that grows at its end. */
struct chain {
    const struct x12_finding **head;
    struct x12_finding *last;
    uint32_t kept;
};

/* Numbers that follow each other, of one sender. */
struct seen_run {
    uint64_t of;
    int64_t first, last;
};

enum { SEEN_RUNS = 32 };
/* GS01, GS08 */
enum { KIND_SIZE = 2, VERSION_MAX = 12 };

/* 64-bit marks of things seen; a hash with open addresses. */
struct seen {
    uint64_t *keys;
    size_t count, size;
    struct seen_run runs[SEEN_RUNS];
    uint32_t run_count;
};

/* An open loop: its place in the guide and its node in the tree. */
struct frame {
    uint16_t node;
    struct x12_node *leader; /* NULL = the set itself */
    struct x12_node *last;   /* the last child */
    char loop[8];            /* LS01, which LE01 repeats */
};

/* An HL segment; without a tree it is a copy of its own. */
struct level {
    struct x12_node *node; /* NULL = no tree is made */
    struct x12_segment segment;
    uint64_t offsets[2]; /* of HL01 and HL02 in the file */
};

struct open_set {
    bool open;
    bool tree;       /* is made */
    bool plain;      /* scan_plain() may take its segments */
    bool astray;     /* the last segment had no place */
    uint16_t behind; /* the node of one that came too late; 0 = none */
    struct x12_result *result;
    struct x12_set *set;
    const struct x12_guide *guide;
    uint16_t at; /* the guide's node of the last segment placed */
    uint32_t depth;
    uint32_t position; /* of the segment at hand; ST is 1 */
    uint32_t rejects;  /* findings that reject */
    uint32_t hard;     /* of these, above the level of segments */
    bool told[X12_TOLERANCES];
    struct chain findings;
    size_t level_count;
    bool too_large;
    /* From here on a new set finds what an old one left. */
    struct frame frames[DEPTH_MAX + 2]; /* as far as depth */
    struct tally *tallies;              /* by node */
    size_t tally_room;
    uint64_t openings;    /* of loops, in all sets */
    struct level *levels; /* in order */
    size_t level_room;
};

/* Elements that may be present together in a segment. */
struct passed {
    const struct segment_def *def;
    uint64_t present;
};

/* A name's index in next[] of the guide. */
struct indexed {
    const struct x12_guide *guide;
    uint32_t name;
    uint16_t index;
};

enum { PASSED_BITS = 6, INDEXED_BITS = 6 };

enum reading { BETWEEN, INSIDE, BROKEN, REFUSED };

struct x12_reader {
    struct x12_options options;
    struct x12_handler handler;
    bool shows;                /* somebody wants views or batches of segments */
    struct arena *arena;       /* lives as long as the interchange */
    struct arena *group_arena; /* as long as the group; may be the same */
    struct arena *set_arena;   /* as long as the set; may be the same */
    bool keep;                 /* the arenas are the caller's */
    struct x12_file *file;     /* what is kept, and the totals */
    struct x12_interchange *last_kept;
    struct x12_junk *last_junk;
    struct chain outside; /* findings outside interchanges */

    /* bytes not used yet: bytes[at..size); bytes[0] is at base in the file.
     * They are the caller's, or held back from earlier chunks. */
    const char *bytes;
    size_t size, at;
    size_t scanned; /* no segment that starts at at ends before */
    uint64_t base;
    uint64_t left_at; /* where in the file a segment is that needs care */
    uint64_t looked;  /* bytes looked at, again or not: what work was done */
    char *held;
    size_t held_size, held_room;
    void (*index)(struct scan_window *, const struct x12_delimiters *);
    struct scan_window *window; /* scan_private.h; NULL until it is needed */
    bool final;
    enum reading state;
    uint32_t line;
    bool after_cr;
    uint64_t junk_start, junk_end; /* a run of junk; start = end: none */
    uint32_t junk_line;

    /* the segment at hand */
    struct x12_delimiters delimiters;
    char tail[4]; /* more bytes of the terminator */
    size_t tail_size;
    bool wrapped, first_line; /* first_line: no newline seen so far */
    bool indent;              /* blanks stand before the segment */
    bool bom;                 /* the file starts with a byte order mark */
    char *squeezed;
    size_t squeezed_room;
    const char *raw; /* with newlines; raw_size bytes */
    size_t raw_size;
    struct x12_segment segment;
    const char *text; /* without newlines */
    size_t text_size;
    uint32_t name;    /* segment.id packed, to compare with NAME() */
    char id_text[16]; /* the name as it stands */
    struct x12_element *elements;
    size_t element_room;
    /* hidden: segment.elements is not made yet, show_elements() makes it from
     * the delimiters' places, counted from marks_base: the name's end first. */
    bool hidden, marked; /* marked: marks are those of the segment at hand */
    const uint32_t *marks;
    const char *marks_base;
    uint32_t *spans; /* marks of segments that were taken with care */
    size_t span_room;
    bool odd;       /* bytes below blank, above '~' or DEL occur */
    bool composite; /* the component or repetition separator occurs */
    bool lower, trailing;
    bool binary;  /* the last element is data of a stated length */
    char release; /* as the ISX says; 0 = none */

    struct x12_interchange *interchange;
    struct x12_group *group, *last_group;
    struct x12_result *last_result;
    struct chain interchange_findings, group_findings;
    bool told[X12_TOLERANCES]; /* once per interchange */
    bool interchange_rejected, group_rejected;
    bool group_noted;                      /* a set is accepted with errors */
    bool interchange_strays, group_strays; /* segments in no group, no set */
    uint32_t kept;                         /* findings of the interchange */
    bool consequence; /* findings follow from an earlier one */
    uint32_t orphans; /* segments in no set, in the group or interchange */
    struct x12_segment *ta1s;
    struct seen interchanges, groups_of_file, groups, sets;
    bool interchange_again;                 /* it is in the file before */
    struct passed passed[1 << PASSED_BITS]; /* some, by hash: check_quick.c */
    struct indexed indexed[1 << INDEXED_BITS]; /* some, by hash */
    bool basic; /* characters outside the basic set are to be told */
    struct open_set set;
};

/* Where in the segment at hand a finding is. */
struct spot {
    uint32_t element, component, repetition, number;
    const struct x12_element *value;
    uint64_t offset; /* 0 = where the value stands */
};

/* For "%.*s" in a sentence: the value is there as a whole for a program. */
enum { SHOWN_MAX = 40 };
#define SHOWN(value) \
    (int)((value).size < SHOWN_MAX ? (value).size : SHOWN_MAX), (value).text

/* note.c: each adds a finding. code "" = X12 has none. spot may be NULL. */
void note_file(struct x12_reader *, enum x12_severity, enum x12_tolerance,
               uint64_t offset, const char *format, ...) PRINTF(5, 6);
void note_interchange(struct x12_reader *, const char *code,
                      const struct spot *, const char *format, ...)
    PRINTF(4, 5);
void note_group(struct x12_reader *, const char *code, const struct spot *,
                const char *format, ...) PRINTF(4, 5);
void note_set(struct x12_reader *, const char *code, const char *format, ...)
    PRINTF(3, 4);
/* A segment of the set (code AK304) or an element (AK403). */
void note_segment(struct x12_reader *, const char *code, const char *format,
                  ...) PRINTF(3, 4);
void note_element(struct x12_reader *, const char *code, const struct spot *,
                  const char *format, ...) PRINTF(4, 5);
/* The mandatory segment id of the loop is not there. */
void note_missing(struct x12_reader *, const char *code, const char *id,
                  const char *loop, const char *format, ...) PRINTF(5, 6);
/* Findings of segments that stand in no place, because the loop that should
 * have held them is missing, become its consequences. */
void blame(struct x12_reader *, uint16_t loop);
/* At another place than the segment at hand: HL segments, when the set ends.
 * With a tolerance (else X12_TOLERANCES), as the partner's policy is. */
void note_node(struct x12_reader *, const struct x12_segment *,
               enum x12_tolerance, const char *code, const struct spot *,
               const char *format, ...) PRINTF(6, 7);
/* A sin with a name, at the level the reader stands in; told once per set or
 * interchange unless it rejects. Returns what the partner's policy is. */
enum x12_severity note_sin(struct x12_reader *, enum x12_tolerance,
                           const char *code, const struct spot *,
                           const char *format, ...) PRINTF(5, 6);
enum x12_severity policy(const struct x12_reader *, enum x12_tolerance);
void sort_findings(struct x12_reader *, struct chain *);

/* scan.c */
void step(struct x12_reader *); /* as far as the bytes reach */
/* Whether a terminator stands in the bytes at hand. Asked again when there
 * are more, it looks only at these. */
bool has_terminator(struct x12_reader *);

/* scan_window.c: the bytes or the delimiters at hand change. */
void scan_forget(struct x12_reader *);
/* To be called before segment.elements is used. */
void show_elements(struct x12_reader *);
/* The reverse: what the callbacks for views and batches are told. */
void tell_views(struct x12_reader *);
/* ISX, GS, ST, SE, GE, IEA, TA1; none of them is what set_take() takes. */
bool is_envelope(uint32_t name);

/* cut.c: the segment at hand into elements. */
void split(struct x12_reader *, const char *bytes, size_t size);
enum binary { NOT_BINARY, BINARY, BINARY_MORE };
/* Whether the bytes at hand are BIN or BDS; where the data starts in them. */
enum binary find_binary(const struct x12_reader *, size_t *data,
                        size_t *length);
void split_binary(struct x12_reader *, size_t data, size_t length);
uint64_t offset_of(const struct x12_reader *, const char *in_segment);
const char *keep_element(struct arena *, struct x12_element); /* trimmed */

/* start.c: each state of reading; false = more bytes are needed. */
bool between(struct x12_reader *);
bool broken(struct x12_reader *);
bool refuse(struct x12_reader *);
bool is_alphanumeric(char);
bool is_space(char);
bool looks_like_isa(const char *bytes, size_t size);
void add_junk(struct x12_reader *, size_t size); /* from where it stands */
void end_junk(struct x12_reader *);
void skip(struct x12_reader *, size_t count); /* counts lines */

/* isa.c: false = more bytes are needed. */
bool read_isa(struct x12_reader *);
/* With its terminator; 0 = the bytes are no ISA, or not all of it. */
size_t isa_length(const char *bytes, size_t size, struct x12_delimiters *,
                  bool *wrapped);

/* envelope.c */
void take_segment(struct x12_reader *);
void open_interchange(struct x12_reader *, struct x12_interchange *);
/* Closes what is open inside; code and reason tell why when IEA is missing,
 * else NULL. end is the offset after the interchange. */
void close_interchange(struct x12_reader *, uint64_t end, bool complete);
void check_count(struct x12_reader *, const char *code, const char *what,
                 uint32_t counted);

/* seen.c */
/* Of whom the number is: a mark of the parties. */
bool seen_control(struct seen *, uint64_t of, const char *number);
void seen_clear(struct seen *);
void check_unique_interchange(struct x12_reader *);
void check_unique_group(struct x12_reader *);
/* FNV-1a, a zero byte between texts; never 0. */
uint64_t mark(uint64_t start, const char *text);

/* set_ends.c */
struct arena *result_arena(struct x12_reader *); /* for results of sets */
void set_begin(struct x12_reader *);
/* complete: an SE is at hand. */
void set_end(struct x12_reader *, bool complete);
/* set.c */
void set_take(struct x12_reader *);
void set_close_loops(struct x12_reader *); /* all, and the set itself */

/* A loop without a tree starts. */
void set_open_loop(struct open_set *, uint16_t place);
/* The place that must be filled, or one of its variants, is not. */
bool set_lacks(const struct open_set *, uint16_t place);

/* check_quick.c: true = the segment of that many elements is good; false =
 * maybe not. ends[0] is where its name ends, counted from base. */
bool check_quick(struct x12_reader *, const struct segment_def *,
                 const char *base, const uint32_t *ends, uint32_t count);
/* Whether the elements that are present may be so, and no other is due. */
bool check_mask(struct x12_reader *, const struct segment_def *,
                uint64_t present);
/* guide_index() of the segment at hand; it remembers names. */
static inline uint16_t
segment_index(struct x12_reader *reader)
{
    const struct x12_guide *guide = reader->set.guide;
    uint32_t name = reader->name;
    struct indexed *known =
        &reader->indexed[(name * 2654435761u) >> (32 - INDEXED_BITS)];

    if (known->guide != guide || known->name != name)
        *known = (struct indexed){ guide, name, guide_index(guide, name) };
    return known->index;
}

/* check.c */
/* Neither missing nor banned elements nor broken notes. */
bool check_presence_of(const struct segment_def *, uint64_t present);
void check_segment(struct x12_reader *, const struct segment_def *);
/* Bytes that no guide allows: control characters, other alphabets. */
void check_characters(struct x12_reader *);
/* BIN or BDS whose data is not as long as it says. */
static inline bool
is_binary(uint32_t name)
{
    return name == NAME('B', 'I', 'N') || name == NAME('B', 'D', 'S');
}
void check_binary(struct x12_reader *);

/* LS01 names the loop, LE01 the same one. */
void check_loop_name(struct x12_reader *);

/* types.c: '\0' = good, else the digit of AK403 (6, 8, 9); *length is what
 * counts towards min and max. */
char check_type(char type, const char *text, size_t size, size_t *length);
bool real_date(const char *digits, size_t size);
bool real_time(const char *digits, size_t size);
/* X12.6: a string holds one character at least that is none. */
bool only_blanks(const char *text, size_t size);
/* The number that the element is; -1 when it is none. */
long number_of(struct x12_element);

/* hl.c */
void nest_levels(struct x12_reader *);

#endif
