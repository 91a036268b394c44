/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "record/record_private.h"

enum { MAY, MUST };

static const struct field fields[] = {
#define FIELD(kind, path, type, presence) \
    { RECORD_##kind, path, FIELD_##type, presence },
#include "record/schema.tbl"
#undef FIELD
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

static const char *const kind_names[RECORD_KINDS] = {
    [RECORD_ORDER] = "order",     [RECORD_SHIPMENT] = "shipment",
    [RECORD_INVOICE] = "invoice", [RECORD_PAYMENT] = "payment",
    [RECORD_ACK] = "ack",         [RECORD_PARTY] = "party",
    [RECORD_ITEM] = "item",       [RECORD_STOCK] = "stock",
    [RECORD_JOURNAL] = "journal"
};

const char *
record_kind_name(enum record_kind kind)
{
    BUG_IF(kind >= RECORD_KINDS);
    return kind_names[kind];
}

bool
record_kind_by_name(const char *name, enum record_kind *kind)
{
    for (int i = 0; i < RECORD_KINDS; i++)
        if (text_equal(name, kind_names[i])) {
            *kind = (enum record_kind)i;
            return true;
        }
    return false;
}

const struct field *
record_schema(enum record_kind kind, size_t *count)
{
    size_t first = 0, end;

    while (first < FIELDS && fields[first].kind != kind)
        first++;
    for (end = first; end < FIELDS && fields[end].kind == kind; end++)
        ;
    *count = end - first;
    return fields + first;
}

const struct field *
record_schema_find(enum record_kind kind, const char *path, size_t size)
{
    size_t count;
    const struct field *field = record_schema(kind, &count);

    for (; count > 0; count--, field++)
        if (strncmp(field->path, path, size) == 0 && field->path[size] == 0)
            return field;
    return NULL;
}

bool
record_field(enum record_kind kind, const char *path, enum field_type *type)
{
    const struct field *field = record_schema_find(kind, path, strlen(path));

    if (field == NULL)
        return false;
    *type = field->type;
    return true;
}

/* A path that ends in the same word is nearer than one spelled alike. */
static const char *
same_ending(const struct field *field, size_t count, const char *path)
{
    const char *dot = strrchr(path, '.');
    const char *word = dot ? dot + 1 : path;

    for (; count > 0; count--, field++) {
        dot = strrchr(field->path, '.');
        if (strcmp(dot ? dot + 1 : field->path, word) == 0)
            return field->path;
    }
    return NULL;
}

const char *
record_field_nearest(enum record_kind kind, const char *path)
{
    const char *names[FIELDS], *near;
    size_t count;
    const struct field *field = record_schema(kind, &count);

    for (size_t i = 0; i < count; i++)
        names[i] = field[i].path;
    near = text_nearest(path, names, count);
    return near ? near : same_ending(field, count, path);
}

static const char *
type_name(enum field_type type)
{
    static const char *const names[] = {
        [FIELD_TEXT] = "",      [FIELD_DECIMAL] = " number",
        [FIELD_DATE] = " date", [FIELD_TIME] = " time",
        [FIELD_FLAG] = " flag", [FIELD_GROUP] = " group",
        [FIELD_LIST] = " list"
    };

    return names[type];
}

void
record_manual(struct buf *out)
{
    for (int kind = 0; kind < RECORD_KINDS; kind++) {
        size_t count;
        const struct field *field =
            record_schema((enum record_kind)kind, &count);

        buf_addf(out, ".SS %s\n.nf\n", kind_names[kind]);
        for (; count > 0; count--, field++)
            buf_addf(out, "%s%s%s\n", field->path, type_name(field->type),
                     field->must ? " !" : "");
        buf_adds(out, ".fi\n");
    }
}
