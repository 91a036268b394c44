/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this floor share: the schema as a table. */
#ifndef TP_RECORD_RECORD_PRIVATE_H
#define TP_RECORD_RECORD_PRIVATE_H

#include "record/record.h"

struct field {
    enum record_kind kind;
    const char *path; /* "lines.quantity" */
    enum field_type type;
    bool must;
};

/* The kind's rows, in the order of schema.tbl. */
const struct field *record_schema(enum record_kind, size_t *count);
/* NULL when the kind has no such field. */
const struct field *record_schema_find(enum record_kind, const char *path,
                                       size_t size);

#endif
