/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map as it is read (struct line, one for each line of text), and what
 * reading and writing share. The lines are made by map_parse.c, changed by
 * replace and drop in map_edit.c, and get their scopes in map_resolve.c.
 */
#ifndef TP_MAP_MAP_PRIVATE_H
#define TP_MAP_MAP_PRIVATE_H

#include "base/arena.h"
#include "map/expr_private.h"
#include "map/map.h"
#include "map/outline.h"

enum { ELEMENTS_MAX = 99, OPEN_END = 255, ALTERNATIVES_MAX = 16 };

/* 01, 01-2, 03+04, 06.. and 05..16 */
struct element {
    unsigned char first;
    unsigned char last;      /* first; OPEN_END for "06.." */
    unsigned char component; /* 0 = the whole element */
    unsigned char joined;    /* the time's element of date and time, or 0 */
};

enum direction { BOTH_WAYS, READ_ONLY, WRITE_ONLY };

struct assign {
    struct element element;
    enum direction direction;
    struct expr *expr;
    const struct outline_line *place;
    struct assign *next;
};

/* [01=ST|SF]: the first is written. */
struct choice {
    unsigned char element;
    const char *values[ALTERNATIVES_MAX];
    size_t count;
    struct choice *next;
};

/* `ignore PER`, `ignore N1[01=SF]/N3`, `ignore BPR 05..16` */
struct ignore {
    struct step_path *path;
    const struct element *elements; /* NULL = the whole segment */
    size_t count;
    struct ignore *next;
};

/* A segment in a path: its id and what selects it. */
struct step_path {
    char id[4];
    const char *level; /* of HL[P], or NULL */
    struct choice *choices;
    struct step_path *outer; /* the segment that leads the loop around it */
};

struct line {
    struct step_path head;
    const struct outline_line *place;
    bool optional; /* HL[P]? */
    bool through;
    /* each LIST where CONDITION: */
    const char *list_name;
    struct expr *list; /* resolved, in the enclosing scope; a text: its lines */
    unsigned width;    /* each TEXT by 264; 0 = as long as the lines are */
    struct expr *where;
    /* inside LIST by FIELD: P below I in an 856 */
    const char *inside, *by;
    struct expr *when;
    struct assign *assigns;
    struct step_path *after; /* the line that this one follows in writing */
    struct scope *scope;     /* of its assigns */
    struct line *parent, *child, *next;
    unsigned number; /* position among all lines, for "seen" marks */
};

struct check {
    struct expr *condition, *when;
    const struct outline_line *place;
    struct check *next;
};

struct map {
    struct arena *arena;
    const char *set, *version;
    enum record_kind kind;
    struct line *first;
    struct check *checks;
    struct ignore *ignores;
    unsigned lines;
    const char *sources[16];
    size_t source_count;
    struct scope scope;
};

/* What the parsing files share. */
struct loading {
    struct map *map;
    const struct map_sources *sources;
    struct problems *found;
    bool wrong; /* a mistake was found; the map will not be used */
};

/* map_parse.c: one line of text; NULL (reported) when it is wrong. */
struct line *map_parse_line(struct cursor *);
bool map_parse_path(struct cursor *, struct step_path *);
bool map_parse_element(struct cursor *, struct element *);
bool map_parse_assigns(struct cursor *, struct line *);
bool map_parse_clauses(struct cursor *, struct line *);
bool map_parse_ignore(struct cursor *, struct ignore **);
bool map_is_element(const struct cursor *);
/* map_edit.c: changes to what is there already. */
void map_edit_add(struct loading *, struct line *parent, struct line *);
/* The changed line; NULL (reported) when it is wrong. */
struct line *map_edit_replace(struct loading *, struct cursor *);
bool map_edit_drop(struct loading *, struct cursor *);
/* map_resolve.c: gives every line its scope and every name its field. */
void map_resolve(struct loading *);

/* Whether a segment is what the head says. */
bool map_head_fits(const struct step_path *, const struct x12_segment *);
bool map_same_head(const struct step_path *, const struct step_path *);
bool map_ignores_segment(const struct map *, const struct x12_node *);
bool map_ignores_element(const struct map *, const struct x12_node *,
                         unsigned number);
/* Segments of an id at and below a node and its siblings. */
long map_count_segments(const struct x12_node *, const char *id);
/* The code of an HL line, NULL for other lines. */
bool map_is_level(const struct line *);
/* The frame that has the line's list: an optional level that is not there has
 * none. */
const struct frame *map_list_home(const struct line *, const struct frame *);
/* The line's pack(...), or NULL. */
const struct assign *map_pack_of(const struct line *);
bool expr_is_call(const struct expr *, enum function);
/* The lines of a text as objects that hold one each, and back. The caller
 * owns the list. */
json_t *map_pieces(const struct line *, const char *text);
void map_add_piece(const struct line *, const struct frame *,
                   const json_t *piece, struct arena *);
/* The schema's problems with what was read, without those that follow from a
 * problem reported already. */
void map_check_schema(const struct record *, struct expr_run *);
/* Runs the map's checks over a record. */
void map_run_checks(const struct map *, struct expr_run *);

#endif
