/* SPDX-License-Identifier: Apache-2.0 */
#include "guides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static const char *const sets[] = { "810", "820", "824", "846", "850",
                                    "855", "856", "860", "861", "864",
                                    "865", "940", "945", "997", "999" };
static struct x12_guide *guides[GUIDES];

const char *
guides_source(void)
{
    const char *source = getenv("TP_SOURCE");

    return source ? source : ".";
}

static void
load(const char *version, const char *set, size_t *count)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct x12_sources sources =
        x12_sources_in(arena_printf(arena, "%s/edi", guides_source()));
    struct err err = { 0 };

    if (!x12_guide_load(&guides[(*count)++], &sources, version, set, found,
                        &err)) {
        fprintf(stderr, "%s %s: %s\n", version, set, err.text);
        exit(1);
    }
    arena_free(&arena);
}

void
guides_load(void)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (strcmp(sets[i], "999") != 0) /* came with 005010 */
            load("004010", sets[i], &count);
        load("005010", sets[i], &count);
    }
}

void
guides_free(void)
{
    for (size_t i = 0; i < GUIDES; i++)
        x12_guide_free(&guides[i]);
}

const struct x12_guide *
guides_at(size_t i)
{
    return i < GUIDES ? guides[i] : NULL;
}

const struct x12_guide *
guides_for(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    for (size_t i = 0; i < GUIDES; i++)
        if (strcmp(x12_guide_set(guides[i]), set) == 0 &&
            strncmp(x12_guide_version(guides[i]), group->version, 6) == 0)
            return guides[i];
    return NULL;
}
