/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_text - JSON read into values, as little of it as X12 in JSON needs.
 *
 *   const struct json *root = json_parse(arena, text, size, &err);
 *
 * Values and their texts live in the arena; numbers and true stay texts. The
 * depth is limited. Source: RFC 8259.
 */
#ifndef TP_X12_JSON_TEXT_H
#define TP_X12_JSON_TEXT_H

#include <stddef.h>

#include "base/err.h"

struct arena;

enum json_kind { JSON_TEXT, JSON_OBJECT, JSON_ARRAY };

struct json {
    enum json_kind kind;
    const char *name; /* of a member; NULL in an array */
    const char *text; /* UTF-8; may hold NULs */
    size_t size;
    int line;
    struct json *child, *next;
};

/* NULL: TP2401 with the line. */
const struct json *json_parse(struct arena *, const char *text, size_t size,
                              struct err *);
/* The member of an object; NULL when there is none, or no object. */
const struct json *json_member(const struct json *, const char *name);

#endif
