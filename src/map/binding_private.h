/* SPDX-License-Identifier: Apache-2.0 */
/* A binding as it is read: a line of text each, nested by lists. */
#ifndef TP_MAP_BINDING_PRIVATE_H
#define TP_MAP_BINDING_PRIVATE_H

#include "base/arena.h"
#include "map/expr_private.h"
#include "map/map.h"
#include "map/outline.h"

enum { BINDING_OPTIONS = 24 };

enum way { WAY_BOTH, WAY_READ, WAY_WRITE };

/* [lineType=Item|Resource]: reads only those, writes the first. */
struct bound_choice {
    const char *name;
    const char *values[8];
    size_t count;
    struct bound_choice *next;
};

struct bound {
    const char *name; /* the system's field, dotted inside a group; "it" is
                         the value itself where a value stands for a list */
    enum way way;
    const char *owner; /* who decides in a conflict; NULL = not said */
    struct expr *expr, *when;
    struct expr *target; /* -> FIELD = expr: set after reading, when absent */
    /* NAME[...] each LIST where ...: */
    struct bound_choice *choices;
    const char *list_name;
    struct expr *list, *where;
    struct scope *scope;
    bool single; /* a value that stands for a list; only read */
    struct bound *child, *next;
    const struct outline_line *place;
};

struct bound_option {
    const char *name, *text;
};

enum { BINDING_PATHS = 96, BINDING_MATCHES = 6 };

struct bound_match {
    const char *field, *path;
};

struct binding {
    struct arena *arena;
    const char *path; /* for messages */
    const char *system, *entity;
    enum record_kind kind;
    struct bound_option options[BINDING_OPTIONS];
    size_t option_count;
    struct bound *first;
    struct scope scope;
    const char **fields;
    bool *numbers;
    size_t field_count, field_room;
    struct binding_path paths[BINDING_PATHS];
    size_t path_count;
    struct bound_match matches[BINDING_MATCHES];
    size_t match_count;
};

/* binding_paths.c: what the binding carries, once its names are resolved. */
void binding_find_paths(struct binding *);
/* Reads the option match; false and a problem after a mistake. */
bool binding_find_matches(struct binding *, struct problems *);

#endif
