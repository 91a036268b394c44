/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "record/record_private.h"

enum { PATH_MAX_SIZE = 160 };

struct record *
record_new(enum record_kind kind)
{
    struct record *record = obtain(sizeof *record);

    record->kind = kind;
    record->fields = json_object();
    return record;
}

void
record_free(struct record **record)
{
    if (*record == NULL)
        return;
    json_decref((*record)->fields);
    release(record);
}

const json_t *
record_node(const struct record *record, const char *path)
{
    return node_at(record->fields, path);
}

const char *
record_text(const struct record *record, const char *path)
{
    return node_text(record->fields, path);
}

struct decimal
record_decimal(const struct record *record, const char *path)
{
    return node_decimal(record->fields, path);
}

size_t
record_count(const struct record *record, const char *path)
{
    return json_array_size(node_at(record->fields, path));
}

/* The path as the schema writes it, without indexes. */
static void
without_indexes(const char *path, char out[PATH_MAX_SIZE])
{
    size_t size = 0;

    for (bool inside = false; *path != 0; path++) {
        if (*path == '[')
            inside = true;
        BUG_IF(size + 1 >= PATH_MAX_SIZE);
        if (!inside)
            out[size++] = *path;
        if (*path == ']')
            inside = false;
    }
    out[size] = 0;
}

void
record_set(struct record *record, const char *path, const char *text)
{
    char plain[PATH_MAX_SIZE];

    without_indexes(path, plain);
    BUG_IF(record_schema_find(record->kind, plain, strlen(plain)) == NULL);
    node_set(record->fields, path, text);
}

void
record_set_decimal(struct record *record, const char *path,
                   struct decimal value)
{
    char text[DECIMAL_TEXT];

    record_set(record, path, decimal_text(value, text));
}

static int
add_to_buf(const char *bytes, size_t size, void *user)
{
    buf_add(user, bytes, size);
    return 0;
}

void
record_dump(const struct record *record, struct buf *buf)
{
    BUG_IF(json_dump_callback(record->fields, add_to_buf, buf,
                              JSON_COMPACT | JSON_SORT_KEYS) != 0);
}

bool
record_parse(struct record **record, enum record_kind kind, const char *json,
             size_t size, struct err *err)
{
    json_error_t error;
    json_t *fields = json_loadb(json, size, JSON_REJECT_DUPLICATES, &error);

    if (fields == NULL)
        return err_set(err, TP3004, "line %d: %s", error.line, error.text);
    if (!json_is_object(fields)) {
        json_decref(fields);
        return err_set(err, TP3004,
                       "found no object, expected the fields "
                       "of a record in braces");
    }
    *record = obtain(sizeof **record);
    (*record)->kind = kind;
    (*record)->fields = fields;
    return true;
}

void
record_lacks_no_memory(void)
{
    json_set_alloc_funcs(obtain, drop_memory);
}
