/* SPDX-License-Identifier: Apache-2.0 */
/* Values inside a record by path: "lines[0].quantity". */
#include <string.h>

#include "base/text.h"
#include "record/record_private.h"

enum { NAME_MAX_SIZE = 64, INDEX_MAX = 1000000 };

/* One step of a path: a name, and an index where "[n]" follows. */
struct step {
    char name[NAME_MAX_SIZE];
    bool indexed;
    size_t index;
};

/* Takes the next step off *path; false at its end. Paths are ours, never
 * input: a malformed one is a bug. */
static bool
take_step(const char **path, struct step *step)
{
    const char *text = *path;
    size_t size = strcspn(text, ".[");

    if (*text == 0)
        return false;
    BUG_IF(size == 0 || size >= sizeof step->name);
    memcpy(step->name, text, size);
    step->name[size] = 0;
    text += size;
    step->indexed = *text == '[';
    step->index = 0;
    if (step->indexed) {
        for (text++; *text >= '0' && *text <= '9'; text++)
            step->index = step->index * 10 + (size_t)(*text - '0');
        BUG_IF(*text != ']' || step->index > INDEX_MAX);
        text++;
    }
    *path = *text == '.' ? text + 1 : text;
    return true;
}

const json_t *
node_at(const json_t *node, const char *path)
{
    struct step step;

    while (node != NULL && take_step(&path, &step)) {
        node = json_object_get(node, step.name);
        if (step.indexed)
            node = json_array_get(node, step.index);
    }
    return node;
}

const char *
node_text(const json_t *node, const char *path)
{
    return json_string_value(node_at(node, path));
}

struct decimal
node_decimal(const json_t *node, const char *path)
{
    return decimal_of(node_text(node, path));
}

/* The step's child, made when it is not there: a list, an element of one, or
 * a group. */
static json_t *
enter(json_t *node, const struct step *step)
{
    json_t *child = json_object_get(node, step->name);

    if (child == NULL) {
        child = step->indexed ? json_array() : json_object();
        json_object_set_new(node, step->name, child);
    }
    if (!step->indexed)
        return child;
    BUG_IF(step->index > json_array_size(child));
    if (step->index == json_array_size(child))
        json_array_append_new(child, json_object());
    return json_array_get(child, step->index);
}

static bool
is_set(const char *text)
{
    return text != NULL && *text != 0;
}

void
node_set(json_t *node, const char *path, const char *text)
{
    struct step step;

    if (!is_set(text) && node_at(node, path) == NULL)
        return;
    while (take_step(&path, &step) && *path != 0)
        node = enter(node, &step);
    BUG_IF(step.indexed);
    if (!is_set(text))
        json_object_del(node, step.name);
    else
        BUG_IF(json_object_set_new(node, step.name, json_string(text)) != 0);
}

json_t *
node_add(json_t *node, const char *path)
{
    json_t *list, *element = json_object();
    struct step step;

    while (take_step(&path, &step) && *path != 0)
        node = enter(node, &step);
    list = json_object_get(node, step.name);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(node, step.name, list);
    }
    json_array_append_new(list, element);
    return element;
}
