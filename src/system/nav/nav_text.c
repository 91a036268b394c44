/* SPDX-License-Identifier: Apache-2.0 */
/* Texts have limits in NAV. Descriptions are cut to them; numbers never, since
 * a number that is cut is another number. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

const char *
nav_cut(struct arena *arena, const char *text, size_t max)
{
    size_t size = 0;

    if (text == NULL)
        return NULL;
    for (size_t count = 0; count < max && text[size] != '\0'; count++) {
        size_t bytes = text_sequence(text + size);
        size += bytes > 0 ? bytes : 1;
    }
    return arena_strndup(arena, text, size);
}

void
nav_set_text(json_t *body, const char *name, const char *text)
{
    if (!text_empty(text))
        json_object_set_new(body, name, json_string(text));
}

enum pushed
nav_fits(struct push_result *result, struct err *err, const char *name,
         const char *value, size_t max)
{
    if (value == NULL || text_length(value) <= max)
        return PUSH_DONE;
    return nav_hold(result, err, TP6026, NULL,
                    "%s takes %zu characters in NAV; '%s' has %zu", name, max,
                    value, text_length(value));
}
