/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_fixture - texts and code tables for the map's tests: a text given in
 * the test, a case's folder, the shipped edi/ and etc/.
 */
#ifndef TP_TESTS_UNIT_MAP_FIXTURE_H
#define TP_TESTS_UNIT_MAP_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "map/codes.h"
#include "map/map.h"

enum { FIXTURE_FILE_MAX = 1 << 20 };

struct fixture {
    const char *folder;       /* looked into first; NULL = none */
    const char *text, *other; /* "test.map" and "other.map"; NULL = none */
};

static inline const char *
fixture_root(void)
{
    const char *root = getenv("TP_SOURCE");

    return root ? root : ".";
}

static inline bool
fixture_file(struct arena *arena, const char *path, const char **content)
{
    struct buf buf = { 0 };
    struct err err = { 0 };
    bool read = file_read(path, FIXTURE_FILE_MAX, &buf, &err);

    if (read)
        *content = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return read;
}

static inline bool
fixture_find(void *user, const char *name, struct arena *arena,
             const char **path, const char **content)
{
    const struct fixture *fixture = user;
    const char *root = fixture_root();
    const char *own = text_equal(name, "test.map")    ? fixture->text
                      : text_equal(name, "other.map") ? fixture->other
                                                      : NULL;
    const char *base = strrchr(name, '/');

    *path = arena_strdup(arena, name);
    if (own != NULL) {
        *content = own;
        return true;
    }
    base = base ? base + 1 : name;
    return (fixture->folder &&
            fixture_file(arena,
                         arena_printf(arena, "%s/%s", fixture->folder, base),
                         content)) ||
           fixture_file(arena, arena_printf(arena, "%s/edi/%s", root, name),
                        content) ||
           fixture_file(arena, arena_printf(arena, "%s/etc/%s", root, name),
                        content);
}

/* The shipped tables; locations from tests/map/location.csv. */
static inline bool
fixture_look_up(void *user, const char *table, const char *from, const char *to,
                const char *value, struct arena *arena, const char **out,
                const char **guess)
{
    const char *root = fixture_root(), *content, *found = NULL, *path;
    struct problems *problems = problems_new(arena);
    struct codes *codes = NULL;
    struct err err = { 0 };

    (void)user;
    path = text_equal(table, "location")
               ? arena_printf(arena, "%s/tests/map/location.csv", root)
               : arena_printf(arena, "%s/edi/codes/%s.csv", root, table);
    if (!fixture_file(arena, path, &content) ||
        !codes_load(&codes, path, content, problems, &err))
        return false;
    if (codes_find(codes, from, to, value, &found))
        *out = arena_strdup(arena, found);
    else if (codes_guess(codes, from, value) != NULL)
        *guess = arena_strdup(arena, codes_guess(codes, from, value));
    codes_free(&codes);
    return found != NULL;
}

static const struct map_codes fixture_codes = { fixture_look_up, NULL };

/* "W TP3103 segment 5: PER: found ..." for each problem. */
static inline void
fixture_show(const struct problems *found, struct buf *out)
{
    for (const struct problem *p = problems_first(found); p; p = p->next)
        buf_addf(out, "%s%s %s: %s%s%s%s\n", p->warning ? "warning " : "",
                 err_name(p->code), p->at, p->text, p->waits_for ? " [" : "",
                 p->waits_for ? p->waits_for : "", p->waits_for ? "]" : "");
}

#endif
