/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr - the expressions of maps, bindings and flows.
 *
 *   when = expr_parse_condition(&cursor);        a line's tokens -> a tree
 *   if (when && expr_resolve(when, &scope, &cursor)) ...      names -> fields
 *   switch (expr_holds(when, &run)) ...
 *
 * A value is a text or absent (NULL), as in records. Arithmetic is exact;
 * with an absent operand the result is absent, and a comparison is unknown.
 * Two values compare as numbers when one is a number by its type, else as
 * texts. A value stands for true when it is there and not "false".
 */
#ifndef TP_MAP_EXPR_H
#define TP_MAP_EXPR_H

#include "map/map.h"
#include "map/outline.h"

struct expr;

/* What names mean at a place of a text. Names are fields of the innermost
 * scope that has them. */
struct scope {
    const struct scope *outer;
    enum record_kind kind;
    const char *prefix; /* the list whose element this is; "" = the record */
    /* NULL, or names that are not of the record (a flow's "sent"): says the
     * type. */
    bool (*knows)(const char *name, enum field_type *);
};

/* A node for each scope while running, in the same order. */
struct frame {
    const struct frame *outer;
    json_t *node;     /* NULL: absent (an HL level that is left out) */
    const char *list; /* for messages: "lines", index */
    size_t index;
};

struct expr_lack {
    const char *full; /* the field's path in the schema */
    struct expr_lack *next;
};

struct expr_run {
    const struct frame *frame;     /* innermost */
    const struct map_codes *codes; /* may be NULL: every code is unknown */
    const char *side;              /* "x12", "nav": what stands outside */
    struct arena *arena;
    struct problems *found;
    const char *at; /* place for problems */
    /* Values of the names that scope.knows() took. */
    const char *(*value)(void *user, const char *name);
    /* Fields that got no value because of a problem, so that their absence is
     * no second one. */
    struct expr_lack *lacks;
    /* How many segments of an id there are, for count(PO1). */
    long (*segments)(void *user, const char *id);
    void *user;
};

/* NULL after a mistake, which was reported. A value ends before the next
 * element number or "when"; a condition may compare. */
struct expr *expr_parse(struct cursor *);
struct expr *expr_parse_condition(struct cursor *);
/* Gives names their fields; false (and reported at the cursor's line) when a
 * name is unknown or an argument does not fit. */
bool expr_resolve(struct expr *, const struct scope *,
                  struct cursor *) MUST_USE;
enum field_type expr_type(const struct expr *);
/* True when a value can be taken back: x, -x, code(t, x), x * 100 ... */
bool expr_reads(const struct expr *);
/* True when it depends on nothing but itself: "92" | "91". */
bool expr_is_literal(const struct expr *);

const char *expr_text(const struct expr *, struct expr_run *);
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };
enum truth expr_holds(const struct expr *, struct expr_run *);
/* The two sides of a comparison as texts, for "5 is not 6". */
void expr_sides(const struct expr *, struct expr_run *, const char *sides[2]);
/* Takes an outside value back into the record: fields are set, literals
 * compared, codes looked up. NULL applies defaults. Problems are added. */
void expr_take(const struct expr *, const char *text, struct expr_run *);
/* Sets what `where kind = "allowance"` says on the innermost node. */
void expr_impose(const struct expr *, struct expr_run *);
/* Visits the name of each field the expression refers to. */
void expr_fields(const struct expr *, void (*visit)(void *, const char *path),
                 void *user);

#endif
