/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/guide_private.h"

enum { VALUE_MAX = 4096 };

const struct pattern *
pattern_new(struct x12_guide *guide, const char *text)
{
    struct pattern *pattern = arena_alloc(guide->arena, sizeof *pattern);

    pattern->text = arena_strdup(guide->arena, text);
    if (regcomp(&pattern->expression, text, REG_EXTENDED) != 0)
        return NULL;
    pattern->next = guide->patterns;
    guide->patterns = pattern;
    return pattern;
}

void
patterns_free(struct x12_guide *guide)
{
    for (struct pattern *p = guide->patterns; p != NULL; p = p->next)
        regfree(&p->expression);
    guide->patterns = NULL;
}

bool
pattern_matches(const struct pattern *pattern, const char *text, size_t size)
{
    char value[VALUE_MAX + 1];
    regmatch_t where;

    if (size > VALUE_MAX || memchr(text, '\0', size) != NULL)
        return false;
    memcpy(value, text, size);
    value[size] = '\0';
    return regexec(&pattern->expression, value, 1, &where, 0) == 0 &&
           where.rm_so == 0 && (size_t)where.rm_eo == size;
}
