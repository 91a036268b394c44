/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "x12/guide_private.h"

enum { VALUE_MAX = 4096, PATTERN_MAX = 500, WEIGHT_MAX = 5000 };

/* Past "[...]", in which a ] may stand first. */
static const char *
past_set(const char *at)
{
    at += at[1] == '^' ? 2 : 1;
    if (*at == ']')
        at++;
    at += strcspn(at, "]");
    return at + (*at == ']');
}

/* The larger number of "{2,14}"; *at goes past it. */
static size_t
take_times(const char **at)
{
    size_t size = strcspn(*at, "}"), times = 1, number = 0;

    for (size_t i = 1; i <= size; i++) {
        char c = (*at)[i];
        if (c >= '0' && c <= '9' && number < WEIGHT_MAX)
            number = number * 10 + (size_t)(c - '0');
        else if (c < '0' || c > '9') {
            times = number > times ? number : times;
            number = 0;
        }
    }
    *at += size + ((*at)[size] == '}');
    return times;
}

/* About how many characters it would be without any {2,14}, for so much memory
 * it takes; more than WEIGHT_MAX: too many, or what is slow (\1). */
static size_t
weigh(const char **at)
{
    size_t weight = 0, last = 0;

    while (**at != '\0' && **at != ')' && weight <= WEIGHT_MAX) {
        const char *c = *at;
        if (*c == '{') {
            size_t times = take_times(at);
            weight += last * (times - 1);
            last *= times;
            continue;
        }
        last = 1;
        *at = c + 1;
        if (*c == '(') {
            last = weigh(at);
            *at += **at == ')';
        } else if (*c == '[') {
            *at = past_set(c);
        } else if (*c == '\\' && c[1] != '\0') {
            last = c[1] >= '1' && c[1] <= '9' ? WEIGHT_MAX + 1 : 1;
            *at = c + 2;
        }
        weight += last;
    }
    return weight;
}

static bool
is_modest(const char *text)
{
    const char *at = text;

    return strlen(text) <= PATTERN_MAX && weigh(&at) <= WEIGHT_MAX;
}

const struct pattern *
pattern_new(struct x12_guide *guide, const char *text)
{
    struct pattern *pattern = arena_alloc(guide->arena, sizeof *pattern);

    pattern->text = arena_strdup(guide->arena, text);
    if (!is_modest(text) ||
        regcomp(&pattern->expression, text, REG_EXTENDED) != 0)
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
