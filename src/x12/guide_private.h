/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guide_private - a guide's tables, for the files of this floor.
 *
 * The model (items) is a tree that texts and overlays make; compiling turns
 * it into the table of nodes that reading walks. Node 0 is the set itself;
 * the children of a node lie side by side.
 */
#ifndef TP_X12_GUIDE_PRIVATE_H
#define TP_X12_GUIDE_PRIVATE_H

#include <regex.h>

#include "x12/guide.h"

struct arena;

/* Element numbers above are ours: no acknowledgment tells them. */
enum { OWN_NUMBERS = 90000 };
enum { ELEMENTS_MAX = 64, DEPTH_MAX = 16, LEVELS_MAX = 16, CODE_MAX = 8 };

/* Codes of at most 8 bytes, packed; a hash with open addresses. */
struct code_list {
    uint32_t count, mask;
    uint64_t *keys;     /* mask + 1 of them; 0 = free */
    const char **names; /* beside keys; NULL = no name */
    bool all;           /* complete: other values are wrong */
    bool own;           /* made for one guide, not the dictionary's */
};

/* How to see that a value is good: check_quick.c. */
enum look {
    LOOK_LENGTH,
    LOOK_CODE,
    LOOK_DIGITS,
    LOOK_REAL,
    LOOK_DATE,
    LOOK_TIME,
    LOOK_CARE /* only with care */
};

/* How many bytes each of four elements has at least and at most, as far as
 * this can be said; the types' checks say more. */
struct bounds {
    int32_t min[4], max[4];
};

struct slot {
    uint32_t min, max, span; /* span: max - min; made by compiling */
    uint8_t look;            /* made by compiling */
    char type;               /* as in x12_place */
    char usage;
    uint8_t decimals;
    const struct code_list *codes; /* NULL = none known */
    uint32_t number;               /* data element; 0 = composite */
    uint32_t repeats;              /* at most; 1 = once */
    bool plain;                    /* nothing but the length is to be checked */
    const char *name;
    struct segment_def *inside;    /* of a composite */
    const struct pattern *pattern; /* NULL = any value; overlays make it */
};

struct note {
    char kind; /* P R E C L */
    uint8_t first;
    uint64_t others, all; /* bit 0 = element 01 */
};

/* A segment, or a composite. */
struct segment_def {
    char id[8];
    const char *name;
    uint32_t count, note_count;
    struct slot *slots;
    struct note *notes;
    /* Made by compiling: elements by usage, those of which more than the
     * length is to be checked, those of which only care tells enough, and
     * those of which the length tells, if they do not start with a blank. */
    uint64_t must, banned, looks, cares, texts;
    struct bounds *bounds; /* for all slots, four at a time */
    uint32_t quick_count;  /* of elements that a quick look can tell of */
    bool own;              /* an overlay's copy */
};

struct item {
    struct segment_def *segment;
    char usage;
    long max; /* X12_ANY_NUMBER */
    bool loop;
    struct item *parent, *child, *next;
    struct item *variants; /* linked by next; same segment, one qualifier */
    uint32_t element;      /* a variant's qualifier: element = value */
    const char *value;
    struct item *base; /* of a variant */
    uint16_t node;
};

struct node {
    const struct segment_def *segment;
    char usage;
    bool loop, hl;
    bool musts, varied;         /* a child must occur; a child has variants */
    bool demanding;             /* it, or a variant, must occur */
    bool simple;                /* nothing but its elements is to be checked */
    uint32_t max;               /* 0 = any number */
    uint32_t most;              /* the same, where any number is the largest */
    uint16_t parent, base;      /* base: itself unless a variant */
    uint16_t first, count;      /* children */
    uint16_t variant, variants; /* side by side too */
    uint16_t index;             /* of its segment in next[] */
    uint32_t element;           /* a variant's qualifier */
    const char *value;
    const char *path; /* of its loop: "PO1/N1" */
};

/* How often a node occurred in the loop that holds it, since this was opened.
 * Each opening has a number of its own, so that none need clear anything. */
struct tally {
    uint64_t opened; /* the last opening of the node, if it is a loop */
    uint64_t within; /* the opening of the loop that holds it, when counted */
    uint32_t count;
};

static inline uint32_t
tally_count(const struct tally *tallies, const struct node *nodes, size_t at)
{
    const struct tally *tally = &tallies[at];

    return tally->within == tallies[nodes[at].parent].opened ? tally->count : 0;
}

/* One more; how many there are then. */
static inline uint32_t
tally_add(struct tally *tallies, const struct node *nodes, size_t at)
{
    struct tally *tally = &tallies[at];
    uint64_t within = tallies[nodes[at].parent].opened;

    tally->count = tally->within == within ? tally->count + 1 : 1;
    tally->within = within;
    return tally->count;
}

struct levels {
    char order[LEVELS_MAX][3]; /* HL03, from the top */
    uint32_t count;
    char segment[4]; /* applies when this element has this value; "" always */
    uint32_t element;
    const char *value;
};

/* All elements, segments and codes of one version; shared by guides. */
struct dictionary {
    unsigned users;
    struct arena *arena;
    struct slot *elements; /* sorted by number once loaded */
    size_t element_count, element_room;
    struct segment_def *composites, *segments;
    size_t composite_count, composite_room, segment_count, segment_room;
    /* while reading: how many are of the version that the text builds on */
    size_t inherited, inherited_composites;
};

/* A compiled expression; freed with the guide that made it. */
struct pattern {
    const char *text;
    regex_t expression;
    struct pattern *next;
};

struct x12_guide {
    struct arena *arena;
    struct pattern *patterns; /* those made for this guide */
    struct dictionary *dictionary;
    const char *set, *version, *group, *title;
    struct item *root;
    struct levels levels[4];
    uint32_t level_count;
    struct node *nodes;
    uint32_t node_count;
    uint16_t *next;       /* [node * index_count + index]; 0 = none */
    uint32_t index_count; /* distinct segments of the set */
    uint32_t *id_keys;    /* hash of packed ids */
    uint16_t *id_values;  /* < index_count: in the set; else only known */
    uint32_t id_mask;
};

enum { NO_SEGMENT = 0xFFFF, KNOWN_SEGMENT = 0xFFFE };

uint32_t pack_id(const char *id, size_t size);
/* Index in next[], KNOWN_SEGMENT or NO_SEGMENT. */
uint16_t guide_index(const struct x12_guide *, uint32_t packed);
/* The first place for the segment after node, in the order of the set, whose
 * count is below its max (tallies NULL = the first at all); 0 = none. */
uint16_t guide_search(const struct x12_guide *, uint16_t node, uint16_t index,
                      const struct tally *tallies);
/* Codes. */
struct code_list *codes_new(struct arena *, uint32_t room);
void codes_add(struct arena *, struct code_list *, const char *value,
               const char *name);
/* Slot of the value in keys, or -1. */
long guide_codes_find(const struct code_list *, const char *value, size_t size);

static inline uint32_t
codes_start(const struct code_list *codes, uint64_t key)
{
    return (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 40) & codes->mask;
}

/* The dictionary: texts "segments", "elements", "codes". */
struct dictionary *dictionary_load(const struct x12_sources *,
                                   const char *version, struct problems *);
void dictionary_free(struct dictionary **);
const struct slot *dictionary_element(const struct dictionary *, uint32_t);
void dictionary_sort(struct dictionary *); /* elements, once they are read */
struct segment_def *dictionary_segment(const struct dictionary *, const char *);

/* Model to tables; the items must hold a root. */
/* Whether the tree is small enough to be compiled; else a problem at where. */
bool guide_fits(const struct x12_guide *, const char *where, struct problems *);
void guide_compile(struct x12_guide *);
struct x12_guide *guide_new(struct dictionary *);
/* Patterns: NULL = the text is no expression. Copies belong to the guide. */
const struct pattern *pattern_new(struct x12_guide *, const char *text);
void patterns_free(struct x12_guide *);
bool pattern_matches(const struct pattern *, const char *text, size_t size);
/* "AN 1 30" or "ID 2 2 M" into a slot; false = it is none. */
bool slot_parse(const char *text, struct slot *);
bool rule_apply(struct x12_guide *, const struct x12_rule *, struct problems *);

/* Lines of a text: comments and blank lines are skipped, indent is counted in
 * blanks. */
struct lines {
    const char *path;
    char *rest; /* of the text */
    char *line; /* what is left of the line */
    int number, indent;
    bool quoted; /* the line's first word was */
};

bool lines_open(struct lines *, const struct x12_sources *, const char *name,
                struct arena *, struct problems *);
bool lines_next(struct lines *);
/* The next word of the line, or NULL; quoted words come without quotes and
 * set *quoted (may be NULL). */
char *lines_word(struct lines *, bool *quoted);
/* One line of a dictionary's text, its first word taken. */
void dictionary_take_element(struct dictionary *, struct lines *,
                             const char *number, struct problems *);
void dictionary_take_composite(struct dictionary *, struct lines *,
                               const char *id, struct problems *);
void dictionary_take_segment(struct dictionary *, struct lines *,
                             const char *id, struct problems *);
void lines_wrong(const struct lines *, struct problems *, const char *format,
                 ...) PRINTF(3, 4);

#endif
