/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter - $filter of OData as Business Central takes it: eq ne gt ge lt le,
 * and, or on one field only, not, startswith, endswith, contains, and in (...)
 * when $schemaversion is 2.1. A lambda makes the whole filter be ignored, as
 * the real server does.
 */
#ifndef TP_SANDBOX_FILTER_H
#define TP_SANDBOX_FILTER_H

#include "sandbox/call.h"
#include "sandbox/schema.h"

struct filter;

/* The value as text, with the default of its type when the row has none. */
const char *field_text(const struct field *, const json_t *row, char tmp[32]);
/* <0, 0, >0 by the field's type; value in the form of field_text(). */
int field_compare(const struct field *, const json_t *row, const char *value);
/* Both rows, for $orderby. */
int field_order(const struct field *, const json_t *a, const json_t *b);

/* False when the call was refused. *out stays NULL for an empty or ignored
 * filter, which matches everything. */
bool filter_parse(struct call *, const struct entity *, const char *text,
                  const struct filter **out);
bool filter_matches(const struct filter *, const json_t *row);
/* True when the filter narrows the field to one value. */
bool filter_names(const struct filter *, const char *field);

#endif
