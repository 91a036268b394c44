/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_tools_fuzz - JSON to X12 and back, paths, repairing, splitting and
 * comparing take any bytes: repairing twice is repairing once, a file does not
 * differ from itself, parts and what is in no part are all the bytes there
 * are.
 *
 * The input's first byte chooses the tool.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../x12/guides.h"
#include "base/arena.h"
#include "base/buf.h"
#include "must.h"
#include "x12/compare.h"
#include "x12/json.h"
#include "x12/path.h"
#include "x12/repair.h"
#include "x12/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct x12_options
options_for_all(void)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = guides_for;
    return options;
}

static void
from_json(const char *text, size_t size)
{
    struct buf out = { 0 };
    struct err err = { 0 };
    bool good = x12_from_json(text, size, &out, &err);

    must(good == (err.kind == ERR_NONE));
    must(good || out.size == 0);
    buf_free(&out);
}

static void
keep_all(void *user, struct buf *piece)
{
    buf_add(user, piece->text, piece->size);
    buf_clear(piece);
}

/* What we write as JSON we can read, whatever was in the file. */
static void
to_json(const char *text, size_t size)
{
    struct x12_options options = options_for_all();
    struct x12_json_source source = { text, size, &options };
    struct buf json = { 0 }, back = { 0 };
    struct x12_json_sink sink = { keep_all, &json };
    struct err err = { 0 };

    x12_to_json(&source, &sink);
    if (!x12_from_json(json.text, json.size, &back, &err))
        must(err.code == TP2301 || err.code == TP2401);
    buf_free(&json);
    buf_free(&back);
}

static void
count_match(void *user, const struct x12_match *match)
{
    (void)match;
    ++*(size_t *)user;
}

/* The first line is the path, the rest a file. */
static void
find(const char *text, size_t size, struct arena *arena)
{
    const char *end = memchr(text, '\n', size);
    size_t first = end ? (size_t)(end - text) : size, matches = 0;
    struct x12_options options = options_for_all();
    struct x12_path path;
    struct err err = { 0 };

    if (!x12_path_parse(&path, arena_strndup(arena, text, first), &err)) {
        must(err.kind != ERR_NONE);
        return;
    }
    if (x12_path_is_envelope(&path))
        return;
    const struct x12_file *file =
        x12_read(arena, text + first, size - first, &options);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next)
        for (const struct x12_group *g = it->groups; g; g = g->next)
            for (const struct x12_result *r = g->results; r; r = r->next)
                if (r->set != NULL) {
                    matches = 0;
                    must(x12_path_find(&path, r, count_match, &matches) ==
                         matches);
                }
}

static void
mend(const char *text, size_t size)
{
    struct buf once = { 0 }, twice = { 0 }, changes = { 0 };
    struct err err = { 0 };

    if (!x12_repair(text, size, &once, &changes, &err)) {
        must(err.kind != ERR_NONE && once.size == 0);
    } else {
        buf_clear(&changes);
        must(x12_repair(once.text, once.size, &twice, &changes, &err));
        must(once.size == twice.size);
        must(once.size == 0 || memcmp(once.text, twice.text, once.size) == 0);
        must(changes.size == 0 || strstr(buf_text(&changes), "stays") != NULL);
    }
    buf_free(&once);
    buf_free(&twice);
    buf_free(&changes);
}

static bool
take_part(void *user, const struct x12_part *part)
{
    must(part->number == ++*(size_t *)user);
    must(part->bytes->size > 0);
    return true;
}

static void
divide(const char *text, size_t size)
{
    for (int by = X12_SPLIT_SET; by <= X12_SPLIT_INTERCHANGE; by++) {
        size_t parts = 0, left = 0;
        struct x12_splitting splitting = { (enum x12_split_by)by, take_part,
                                           &parts };
        must(x12_split(text, size, &splitting, &left));
        must(left <= size);
    }
}

static void
never(void *user, const struct x12_difference *difference)
{
    (void)user, (void)difference;
    abort();
}

static void
compare(const char *text, size_t size, struct arena *arena)
{
    struct x12_options options = options_for_all();
    const struct x12_file *a = x12_read(arena, text, size, &options);
    const struct x12_file *b = x12_read(arena, text, size, &options);
    struct x12_comparing comparing = { arena, true, never, NULL };

    for (const struct x12_interchange *it = a->interchanges; it; it = it->next)
        for (const struct x12_group *g = it->groups; g; g = g->next)
            for (const struct x12_result *r = g->results; r; r = r->next)
                if (r->set ==
                    NULL) /* has no end: there is nothing to compare */
                    return;
    must(x12_compare(&comparing, a, b) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();

    if (guides_at(0) == NULL)
        guides_load();
    if (size > 0) {
        const char *text = (const char *)bytes + 1;
        switch (bytes[0] % 6) {
        case 0:
            from_json(text, size - 1);
            break;
        case 1:
            to_json(text, size - 1);
            break;
        case 2:
            find(text, size - 1, arena);
            break;
        case 3:
            mend(text, size - 1);
            break;
        case 4:
            divide(text, size - 1);
            break;
        default:
            compare(text, size - 1, arena);
        }
    }
    arena_free(&arena);
    return 0;
}
