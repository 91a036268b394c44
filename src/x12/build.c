/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/write.h"

enum { VALUES_MAX = 128 };

/* What no text holds, so that built values need no escape. */
static const struct x12_delimiters neutral = {
    .element = 0x1D, .component = 0x1F, .repetition = 0x1E, .terminator = 0x1C
};

struct x12_set *
x12_set_new(struct arena *arena, const char *id, const char *version)
{
    struct x12_set *set = arena_alloc(arena, sizeof *set);

    set->id = arena_strdup(arena, id);
    set->version = arena_strdup(arena, version);
    set->delimiters = neutral;
    set->segments = 2;
    return set;
}

/* Nodes may have been linked by hand: the tail is looked for from the last
 * one that is known. */
static void
append(struct x12_set *set, struct x12_node *parent, struct x12_node *node)
{
    struct x12_node **first = parent ? &parent->child : &set->first;
    struct x12_node **last = parent ? &parent->last : &set->last;
    struct x12_node *tail = *last ? *last : *first;

    while (tail != NULL && tail->next != NULL)
        tail = tail->next;
    if (tail != NULL)
        tail->next = node;
    else
        *first = node;
    *last = node;
    node->parent = parent;
}

static struct x12_element
copy_value(struct arena *arena, const char *value)
{
    size_t size = value ? strlen(value) : 0;

    return (struct x12_element){ arena_strndup(arena, value ? value : "", size),
                                 (uint32_t)size };
}

struct x12_node *
x12_add_values(struct arena *arena, struct x12_set *set,
               struct x12_node *parent, const char *id,
               const char *const *values, size_t count)
{
    struct x12_node *node = arena_alloc(arena, sizeof *node);
    struct x12_element *elements =
        arena_alloc(arena, (count + 1) * sizeof *elements);

    BUG_IF(!text_copy(node->segment.id, sizeof node->segment.id, id));
    for (size_t i = 0; i < count; i++)
        elements[i] = copy_value(arena, values[i]);
    node->segment.elements = elements;
    node->segment.count = (uint32_t)count;
    node->segment.position = set->segments++;
    append(set, parent, node);
    return node;
}

struct x12_node *
x12_add(struct arena *arena, struct x12_set *set, struct x12_node *parent,
        const char *id, ...)
{
    const char *values[VALUES_MAX];
    size_t count = 0;
    va_list args;

    va_start(args, id);
    for (const char *value; (value = va_arg(args, const char *)) != NULL;) {
        BUG_IF(count == VALUES_MAX);
        values[count++] = value;
    }
    va_end(args);
    return x12_add_values(arena, set, parent, id, values, count);
}

static struct x12_element *
grow(struct arena *arena, struct x12_segment *segment, uint32_t count)
{
    uint32_t more = count > segment->count ? count : segment->count;
    struct x12_element *elements =
        arena_alloc(arena, (more + 1) * sizeof *elements);

    for (uint32_t i = 0; i < more; i++)
        elements[i] = x12_get(segment, i + 1);
    segment->elements = elements;
    segment->count = more;
    return elements;
}

/* The element's text with one component replaced; the ones before it are
 * made as needed. */
static const char *
with_component(struct arena *arena, struct x12_element old, char separator,
               uint32_t component, const char *value)
{
    uint32_t count = 1;

    for (uint32_t i = 0; i < old.size; i++)
        count += old.text[i] == separator;
    if (count < component)
        count = component;
    size_t size = old.size + strlen(value) + count + 1, at = 0;
    char *text = arena_alloc(arena, size);
    for (uint32_t i = 1; i <= count; i++) {
        struct x12_element part = x12_component(old, separator, i);
        if (i == component)
            part = (struct x12_element){ value, (uint32_t)strlen(value) };
        if (i > 1)
            text[at++] = separator;
        memcpy(text + at, part.text, part.size);
        at += part.size;
    }
    return text;
}

void
x12_put(struct arena *arena, struct x12_set *set, struct x12_node *node,
        uint32_t element, uint32_t component, const char *value)
{
    BUG_IF(element == 0 || element > VALUES_MAX);
    struct x12_element *elements = grow(arena, &node->segment, element);
    struct x12_element *target = &elements[element - 1];

    if (component > 0)
        value = with_component(arena, *target, set->delimiters.component,
                               component, value);
    *target = copy_value(arena, value);
}

void
x12_put_binary(struct arena *arena, struct x12_node *node, uint32_t element,
               const void *bytes, size_t size)
{
    BUG_IF(element == 0 || element > VALUES_MAX || size > UINT32_MAX);
    struct x12_element *elements = grow(arena, &node->segment, element);

    elements[element - 1] =
        (struct x12_element){ arena_copy(arena, bytes, size), (uint32_t)size };
}
