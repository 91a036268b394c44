/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema - what the simulated NAV shows: entity sets of the Business Central
 * API v2.0 and pages published as OData V4, both views on the same tables.
 *
 *   const struct entity *vendors = schema_find(FACE_API, "vendors");
 *   const struct field *name = entity_field(vendors, "displayName");
 *
 * Field names, lengths and options are those of Microsoft's published API
 * reference and base application (entities.tbl); rows are kept under the API's
 * names, and a page's field says from which one it comes.
 */
#ifndef TP_SANDBOX_SCHEMA_H
#define TP_SANDBOX_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum face { FACE_API, FACE_PAGE };

enum field_type {
    FIELD_TEXT,
    FIELD_GUID,
    FIELD_DECIMAL,
    FIELD_INT,
    FIELD_BOOL,
    FIELD_DATE,
    FIELD_STAMP,
    FIELD_ENUM
};

struct field {
    const char *name; /* as this face shows it */
    const char *from; /* the row's member */
    enum field_type type;
    size_t max;           /* longest text, 0 = no limit */
    bool read_only;       /* refused in a POST or PATCH */
    const char *fixed;    /* a constant, "Order"; NULL = from the row */
    const char **options; /* FIELD_ENUM: NULL-ended */
};

enum entity_may { MAY_INSERT = 1, MAY_MODIFY = 2, MAY_DELETE = 4, MAY_ALL = 7 };

/* What GET of the set needs before it answers. */
enum entity_needs { NEEDS_NOTHING, NEEDS_DOCUMENT, NEEDS_JOURNAL };

struct entity {
    enum face face;
    const char *set;   /* "purchaseOrders", "PurchaseOrder" */
    const char *type;  /* "purchaseOrder" */
    const char *table; /* "purchaseOrders" */
    const char *keys;  /* "id", "Document_Type,No" */
    unsigned may;
    const char *lines;  /* the set of its lines, or "" */
    const char *parent; /* of lines: the member that names the header, or "" */
    const char *where;  /* "member=value" that a row must have, or "" */
    enum entity_needs needs;
    const char *spec;
    struct field *fields; /* filled by schema_load() */
    size_t count;
};

/* Reads the table once; everything lies in the arena. */
void schema_load(struct arena *);
/* NULL when this face has no such set. */
const struct entity *schema_find(enum face, const char *set);
/* All of them, for metadata; count out. */
const struct entity *schema_all(size_t *count);
const struct field *entity_field(const struct entity *, const char *name);
/* The field that shows a member of the row, or NULL. */
const struct field *entity_field_of(const struct entity *, const char *member);
/* "In Review" as "In_x0020_Review", and back; in the arena. */
const char *enum_encode(struct arena *, const char *plain);
const char *enum_decode(struct arena *, const char *encoded);

#endif
