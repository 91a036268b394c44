/* SPDX-License-Identifier: Apache-2.0 */
/* Holds a record to its schema, all problems at once. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "record/record_private.h"

enum { PATH_MAX_SIZE = 256, DATE_SIZE = 10 };

/* One group or list element under examination. */
struct place {
    enum record_kind kind;
    struct problems *found;
    char schema[PATH_MAX_SIZE]; /* "lines" */
    char shown[PATH_MAX_SIZE];  /* "lines[1]" */
};

static void check_group(const struct place *, const json_t *);

static bool
two_digits(const char *text, int max)
{
    return text[0] >= '0' && text[0] <= '9' && text[1] >= '0' &&
           text[1] <= '9' && (text[0] - '0') * 10 + text[1] - '0' <= max;
}

/* A date, or a date with hour and minute, at most with seconds and "Z". */
bool
record_is_time(const char *text)
{
    char date[DATE_SIZE + 1];

    if (!text_copy(date, sizeof date, text) && text[DATE_SIZE] != 'T')
        return false;
    if (!when_is_date(date))
        return false;
    if (text[DATE_SIZE] == 0)
        return true;
    text += DATE_SIZE + 1;
    if (!two_digits(text, 23) || text[2] != ':' || !two_digits(text + 3, 59))
        return false;
    text += 5;
    if (*text == ':' && two_digits(text + 1, 60))
        text += 3;
    return *text == 0 || text_equal(text, "Z");
}

/* What a scalar of the type should be; NULL when the text is one. */
static const char *
expected(enum field_type type, const char *text)
{
    struct decimal ignored;

    switch (type) {
    case FIELD_TEXT:
        return *text != 0 ? NULL : "a text that is not empty";
    case FIELD_DECIMAL:
        return decimal_parse(&ignored, text, strlen(text)) ? NULL : "a number";
    case FIELD_DATE:
        return when_is_date(text) ? NULL : "a date like 2026-11-22";
    case FIELD_TIME:
        return record_is_time(text) ? NULL : "a time like 2026-11-22T14:32";
    case FIELD_FLAG:
        return text_equal(text, "true") || text_equal(text, "false")
                   ? NULL
                   : "true or false";
    case FIELD_GROUP:
        return "a group of fields";
    case FIELD_LIST:
        return "a list";
    }
    return NULL;
}

static void
extend(char path[PATH_MAX_SIZE], const char *name)
{
    size_t size = strlen(path);

    (void)text_format(path + size, PATH_MAX_SIZE - size, "%s%s",
                      size > 0 ? "." : "", name);
}

static void
check_list(const struct place *at, const json_t *list)
{
    struct place inner = *at;
    size_t size = strlen(inner.shown), i;
    const json_t *element;

    if (json_array_size(list) == 0)
        problem_add(at->found, TP3002, at->shown, NULL,
                    "found an empty list, expected elements or no list");
    json_array_foreach(list, i, element)
    {
        (void)text_format(inner.shown + size, sizeof inner.shown - size,
                          "[%zu]", i);
        check_group(&inner, element);
    }
}

static void
check_field(const struct place *at, const struct field *field,
            const json_t *value)
{
    const char *wanted, *text = json_string_value(value);

    if (field->type == FIELD_LIST && json_is_array(value)) {
        check_list(at, value);
    } else if (field->type == FIELD_GROUP && json_is_object(value)) {
        check_group(at, value);
    } else if (text == NULL) {
        problem_add(at->found, TP3002, at->shown, NULL,
                    "found no text, expected a text, a group or a list as "
                    "the schema says");
    } else if ((wanted = expected(field->type, text)) != NULL) {
        problem_add(at->found, TP3002, at->shown, NULL,
                    "found '%s', expected %s", text, wanted);
    }
}

static void
check_name(const struct place *at, const char *name, const json_t *value)
{
    struct place inner = *at;
    const struct field *field;
    const char *near;

    extend(inner.schema, name);
    extend(inner.shown, name);
    field = record_schema_find(at->kind, inner.schema, strlen(inner.schema));
    if (field != NULL) {
        check_field(&inner, field, value);
        return;
    }
    near = record_field_nearest(at->kind, inner.schema);
    problem_add(at->found, TP3003, inner.shown, NULL,
                "%s has no such field%s%s%s", record_kind_name(at->kind),
                near ? "; did you mean '" : "", near ? near : "",
                near ? "'?" : "");
}

/* The row's own name when it is a direct child of the schema path. */
static const char *
child_name(const struct field *field, const char *schema)
{
    size_t size = strlen(schema);
    const char *name = field->path;

    if (size > 0) {
        if (strncmp(name, schema, size) != 0 || name[size] != '.')
            return NULL;
        name += size + 1;
    }
    return strchr(name, '.') == NULL ? name : NULL;
}

static void
check_missing(const struct place *at, const json_t *group)
{
    size_t count;
    const struct field *field = record_schema(at->kind, &count);

    for (; count > 0; count--, field++) {
        struct place inner = *at;
        const char *name = field->must ? child_name(field, at->schema) : NULL;

        if (name == NULL || json_object_get(group, name) != NULL)
            continue;
        extend(inner.shown, name);
        if (text_ends(at->shown, "]"))
            problem_add(at->found, TP3001, inner.shown, NULL,
                        "%s is missing; each of %s must have it", inner.shown,
                        at->schema);
        else
            problem_add(at->found, TP3001, inner.shown, NULL,
                        "%s is missing; every %s must have it", inner.shown,
                        *at->schema ? at->schema : record_kind_name(at->kind));
    }
}

static void
check_group(const struct place *at, const json_t *group)
{
    const char *name;
    json_t *value;
    void *each;

    if (!json_is_object(group)) {
        problem_add(at->found, TP3002, at->shown, NULL,
                    "found no group of fields, expected one");
        return;
    }
    for (each = json_object_iter((json_t *)(uintptr_t)group); each != NULL;
         each = json_object_iter_next((json_t *)(uintptr_t)group, each)) {
        name = json_object_iter_key(each);
        value = json_object_iter_value(each);
        check_name(at, name, value);
    }
    check_missing(at, group);
}

void
record_check(const struct record *record, struct problems *found)
{
    struct place at = { record->kind, found, "", "" };

    check_group(&at, record->fields);
}
