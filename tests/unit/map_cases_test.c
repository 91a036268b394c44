/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the folders of tests/map: input.edi read by the map named in `map`
 * must give record.json and problems, and the record written again
 * written.edi (without it: the input's segments). With TP_UPDATE set, record,
 * problems and written are made anew, for a person to read and compare.
 */
#include <dirent.h>

#include "base/durable.h"
#include "map_fixture.h"
#include "map_tree.h"
#include "test.h"

static char folder[400];

static const char *
file_or(struct arena *arena, const char *name, const char *otherwise)
{
    const char *content;

    return fixture_file(arena, arena_printf(arena, "%s/%s", folder, name),
                        &content)
               ? content
               : otherwise;
}

/* Compares with the file, or makes it anew when asked to. */
static bool
agrees(struct arena *arena, const char *name, const char *got)
{
    const char *want = file_or(arena, name, "");
    struct err err = { 0 };

    if (strcmp(want, got) == 0)
        return true;
    if (getenv("TP_UPDATE") != NULL)
        return durable_write_view(folder, name, got, strlen(got), 0644, &err);
    printf("# %s/%s: got\n%s# want\n%s", folder, name, got, want);
    return false;
}

/* The input's own segments, envelope left out, one a line. */
static const char *
segments_of(struct arena *arena, const char *input)
{
    struct buf out = { 0 };
    struct x12_set *set = tree_read(arena, "", input);
    const char *text;

    tree_write(set->first, &out);
    text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

static const char *
shown(struct arena *arena, const struct problems *found)
{
    struct buf out = { 0 };
    const char *text;

    fixture_show(found, &out);
    text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

static bool
writes(struct arena *arena, const struct map *map, const struct record *record,
       const char *input)
{
    struct problems *found = problems_new(arena);
    const char *wanted = segments_of(arena, input);
    struct x12_set *set = NULL;
    struct buf out = { 0 };
    struct err err = { 0 };
    bool good = true;

    if (!map_write(map, record, &fixture_codes, arena, found, &set, &err))
        return false;
    tree_write(set->first, &out);
    if (strcmp(wanted, buf_text(&out)) != 0 ||
        *file_or(arena, "written.edi", "") != 0)
        good = agrees(arena, "written.edi", buf_text(&out));
    good &= agrees(arena, "write-problems", shown(arena, found));
    buf_free(&out);
    return good;
}

static void
run_case(void)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(map_free) struct map *map = NULL;
    CLEANUP(record_free) struct record *record = NULL;
    struct fixture fixture = { folder, NULL, NULL };
    struct map_sources sources = { fixture_find, &fixture };
    struct problems *found = problems_new(arena);
    const char *input = file_or(arena, "input.edi", "");
    char *name = arena_strdup(arena, file_or(arena, "map", "")), *json;
    struct err err = { 0 };
    struct x12_set *set;

    CHECK_OK(map_load(&map, text_trim(name), &sources, found, &err), &err);
    set = tree_read(arena, map_set(map), input);
    CHECK_OK(map_read(map, set, &fixture_codes, found, &record, &err), &err);
    json = json_dumps(record->fields, JSON_INDENT(2) | JSON_SORT_KEYS);
    name = arena_printf(arena, "%s\n", json);
    free(json);
    CHECK(agrees(arena, "record.json", name));
    CHECK(agrees(arena, "problems", shown(arena, found)));
    CHECK(writes(arena, map, record, input));
}

static int
is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strchr(entry->d_name, '.') == NULL;
}

int
main(void)
{
    struct dirent **entries;
    char all[300];
    int count;

    (void)text_format(all, sizeof all, "%s/tests/map", fixture_root());
    count = scandir(all, &entries, is_case, alphasort);
    for (int i = 0; i < count; i++) {
        (void)text_format(folder, sizeof folder, "%s/%s", all,
                          entries[i]->d_name);
        test_run(entries[i]->d_name, run_case);
        free(entries[i]);
    }
    free(entries);
    return test_end();
}
