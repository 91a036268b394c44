/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/x12.h"

#include <string.h>

struct x12_element
x12_get(const struct x12_segment *segment, uint32_t number)
{
    if (number == 0 || number > segment->count)
        return (struct x12_element){ "", 0 };
    return segment->elements[number - 1];
}

struct x12_element
x12_component(struct x12_element element, char separator, uint32_t number)
{
    const char *at = element.text, *end = at + element.size;

    while (number > 0) {
        const char *stop =
            at < end ? memchr(at, separator, (size_t)(end - at)) : NULL;
        if (stop == NULL)
            stop = end;
        if (--number == 0)
            return (struct x12_element){ at, (uint32_t)(stop - at) };
        if (stop == end)
            break;
        at = stop + 1;
    }
    return (struct x12_element){ "", 0 };
}

bool
x12_is(struct x12_element element, const char *text)
{
    return strlen(text) == element.size &&
           memcmp(element.text, text, element.size) == 0;
}

const struct x12_node *
x12_following(const struct x12_node *node)
{
    if (node->child != NULL)
        return node->child;
    while (node != NULL && node->next == NULL)
        node = node->parent;
    return node ? node->next : NULL;
}
