/* SPDX-License-Identifier: Apache-2.0 */
#include "base/problems.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/buf.h"

struct problems {
    struct arena *arena;
    struct problem *first, *last;
    size_t errors, warnings;
};

struct problems *
problems_new(struct arena *arena)
{
    struct problems *problems = arena_alloc(arena, sizeof *problems);

    problems->arena = arena;
    return problems;
}

static struct problem *
append(struct problems *problems, enum err_code code, const char *at)
{
    struct problem *problem = arena_alloc(problems->arena, sizeof *problem);

    problem->code = code;
    problem->at = arena_strdup(problems->arena, at ? at : "");
    if (problems->last != NULL)
        problems->last->next = problem;
    else
        problems->first = problem;
    problems->last = problem;
    return problem;
}

static const char *PRINTF(2, 0)
    sentence(struct problems *problems, const char *format, va_list args)
{
    char text[512];

    vsnprintf(text, sizeof text, format, args);
    return arena_strdup(problems->arena, text);
}

void
problem_add(struct problems *problems, enum err_code code, const char *at,
            const char *waits_for, const char *format, ...)
{
    struct problem *problem = append(problems, code, at);
    va_list args;

    va_start(args, format);
    problem->text = sentence(problems, format, args);
    va_end(args);
    if (waits_for != NULL)
        problem->waits_for = arena_strdup(problems->arena, waits_for);
    problems->errors++;
}

void
problem_warn(struct problems *problems, enum err_code code, const char *at,
             const char *format, ...)
{
    struct problem *problem = append(problems, code, at);
    va_list args;

    va_start(args, format);
    problem->text = sentence(problems, format, args);
    va_end(args);
    problem->warning = true;
    problems->warnings++;
}

const struct problem *
problems_first(const struct problems *problems)
{
    return problems->first;
}

size_t
problems_errors(const struct problems *problems)
{
    return problems->errors;
}

size_t
problems_warnings(const struct problems *problems)
{
    return problems->warnings;
}

bool
problems_to_err(const struct problems *problems, struct err *err)
{
    for (const struct problem *p = problems->first; p != NULL; p = p->next) {
        if (p->warning)
            continue;
        err_set(err, p->code, "%s", p->text);
        if (p->at[0] != '\0')
            err_at(err, "%s", p->at);
        return false;
    }
    return true;
}
