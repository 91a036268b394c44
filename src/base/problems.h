/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problems - everything that is wrong with one thing, not only the first.
 *
 *   struct problems *found = problems_new(arena);
 *   problem_add(found, TP3102, "PO1 line 2: PO107", "item:ACME:AC-9",
 *               "item '%s' is unknown", "AC-9");
 *   if (problems_errors(found) > 0) hold(problems_first(found)->text);
 *
 * Lives in the caller's arena. waits_for names the missing fact, if one would
 * release the document by itself ("table:partner:value"), else NULL.
 */
#ifndef TP_BASE_PROBLEMS_H
#define TP_BASE_PROBLEMS_H

#include <stddef.h>

#include "base/err.h"

struct arena;
struct problems;

struct problem {
    enum err_code code;
    bool warning;          /* reported, but stops nothing */
    const char *at;        /* file:line, segment position or field path */
    const char *waits_for; /* NULL, or the fact that releases */
    const char *text;      /* one sentence */
    const struct problem *next;
};

struct problems *problems_new(struct arena *);
/* Every text is copied. */
void problem_add(struct problems *, enum err_code, const char *at,
                 const char *waits_for, const char *format, ...) PRINTF(5, 6);
void problem_warn(struct problems *, enum err_code, const char *at,
                  const char *format, ...) PRINTF(4, 5);
/* NULL when there is none; follow next, in the order of adding. */
const struct problem *problems_first(const struct problems *);
size_t problems_errors(const struct problems *);
size_t problems_warnings(const struct problems *);
/* The first that is not a warning as an err; false if there is one. */
bool problems_to_err(const struct problems *, struct err *);

#endif
