/* SPDX-License-Identifier: Apache-2.0 */
/* Guides from SEF files. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "x12/guide.h"
#include "x12/sef.h"

enum { DICTIONARY = 3 };

static const char *const names[DICTIONARY] = { "elements", "segments",
                                               "codes" };

/* All is made and read as it will be before anything is written. */
struct import {
    struct cli *cli;
    const char *root;   /* the texts go below: x12/004010 */
    const char *folder; /* root/x12/004010 */
    struct x12_sef sef;
    struct buf texts[DICTIONARY];
    size_t added[DICTIONARY];
    struct problems *found;
    size_t first; /* of these, with the first set */
};

static void
free_import(struct import *import)
{
    x12_sef_free(&import->sef);
    for (size_t i = 0; i < DICTIONARY; i++)
        buf_free(&import->texts[i]);
}

/* What stands below the root comes before what is there otherwise. */
static bool
find_there(struct import *import, const char *name, struct arena *arena,
           const char **path, const char **content)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err ignored = { 0 };

    *path = arena_printf(arena, "%s/%s", import->root, name);
    if (!file_exists(*path))
        *path = conf_find(import->cli->conf, arena, name);
    if (*path == NULL || !file_read(*path, EDI_LIMIT_BYTES, &text, &ignored))
        return false;
    *content = arena_strdup(arena, buf_text(&text));
    return true;
}

/* A text that is to be written; NULL = the name is that of no such. */
static const struct buf *
new_text(const struct import *import, const char *name)
{
    const struct x12_sef *sef = &import->sef;
    struct arena *arena = import->cli->arena;

    for (size_t i = 0; i < DICTIONARY; i++)
        if (text_equal(
                name, arena_printf(arena, "x12/%s/%s", sef->version, names[i])))
            return &import->texts[i];
    for (size_t i = 0; i < sef->set_count; i++)
        if (text_equal(name, arena_printf(arena, "x12/%s/%s.guide",
                                          sef->version, sef->sets[i].id)))
            return &sef->sets[i].guide;
    return NULL;
}

static bool
find_text(void *user, const char *name, struct arena *arena, const char **path,
          const char **content)
{
    struct import *import = user;
    const struct buf *text = new_text(import, name);

    if (text == NULL)
        return find_there(import, name, arena, path, content);
    *path = arena_strdup(arena, name);
    *content = arena_strdup(arena, buf_text(text));
    return true;
}

/* What the text builds on, as it says in a line "from 004010". */
static const char *
base_of(struct import *import, const char *text, const char *name)
{
    struct arena *arena = import->cli->arena;
    const char *line = text_starts(text, "from ") ? text : NULL;
    const char *path, *content = "";

    if (line == NULL && (line = strstr(text, "\nfrom ")) != NULL)
        line++;
    if (line == NULL)
        return "";
    line += strlen("from ");
    const char *version = arena_strndup(arena, line, strcspn(line, " \t\r\n#"));
    find_there(import, arena_printf(arena, "x12/%s/%s", version, name), arena,
               &path, &content);
    return content;
}

static void
make_texts(struct import *import)
{
    struct x12_sef *sef = &import->sef;
    const struct buf *const theirs[DICTIONARY] = { &sef->elements,
                                                   &sef->composites,
                                                   &sef->codes };
    struct arena *arena = import->cli->arena;

    buf_add(&sef->composites, buf_text(&sef->segments), sef->segments.size);
    for (size_t i = 0; i < DICTIONARY; i++) {
        const char *path, *ours = "";
        find_there(import,
                   arena_printf(arena, "x12/%s/%s", sef->version, names[i]),
                   arena, &path, &ours);
        import->added[i] =
            x12_sef_merge(ours, base_of(import, ours, names[i]),
                          buf_text(theirs[i]), &import->texts[i]);
    }
}

/* Each set is read as any guide is; all that is wrong is found. */
static bool
check_sets(struct import *import)
{
    const struct x12_sources sources = { find_text, import };
    struct err *err = &import->cli->err;

    for (size_t i = 0; i < import->sef.set_count; i++) {
        struct x12_guide *loaded = NULL;
        size_t before = problems_errors(import->found);
        if (x12_guide_load(&loaded, &sources, import->sef.version,
                           import->sef.sets[i].id, import->found, err))
            x12_guide_free(&loaded);
        else if (problems_errors(import->found) == before)
            return false;
        if (i == 0)
            import->first = problems_errors(import->found);
    }
    return problems_errors(import->found) == 0;
}

static bool
write_text(struct import *import, const char *name, const struct buf *text)
{
    return cli_has(import->cli, OPTION_DRY_RUN) ||
           durable_write(import->folder, name, buf_text(text), text->size, 0644,
                         &import->cli->err);
}

static bool
write_all(struct import *import)
{
    struct cli *cli = import->cli;
    bool tell = !cli_has(cli, OPTION_QUIET);

    for (size_t i = 0; i < DICTIONARY; i++) {
        if (!write_text(import, names[i], &import->texts[i]))
            return false;
        if (tell)
            printf("%s/%s: %zu added\n", import->folder, names[i],
                   import->added[i]);
    }
    for (size_t i = 0; i < import->sef.set_count; i++) {
        const char *name =
            arena_printf(cli->arena, "%s.guide", import->sef.sets[i].id);
        if (!write_text(import, name, &import->sef.sets[i].guide))
            return false;
        if (tell)
            printf("%s/%s: written\n", import->folder, name);
    }
    return true;
}

/* No guide that somebody wrote is lost. */
static bool
may_write(struct import *import)
{
    struct cli *cli = import->cli;

    for (size_t i = 0; i < import->sef.set_count; i++) {
        const char *path = arena_printf(cli->arena, "%s/%s.guide",
                                        import->folder, import->sef.sets[i].id);
        if (file_exists(path) && !cli_has(cli, OPTION_YES))
            return err_set(&cli->err, TP8005,
                           "%.200s is there already; --yes replaces it", path);
    }
    return cli_has(cli, OPTION_DRY_RUN) ||
           durable_mkdir(import->folder, 0755, &cli->err);
}

/* Each set is read with the definitions of all, whose mistakes are told with
 * the first one. */
static bool
is_told(const struct import *import, const struct problem *problem,
        size_t number)
{
    const char *colon = strrchr(problem->at, ':');
    const struct buf *text =
        colon ? new_text(import, arena_strndup(import->cli->arena, problem->at,
                                               (size_t)(colon - problem->at)))
              : NULL;

    return number >= import->first && text >= import->texts &&
           text < import->texts + DICTIONARY;
}

/* The line of the file that the line of our text was made of. */
static const char *
place_in_file(const struct import *import, const char *at)
{
    struct arena *arena = import->cli->arena;
    const char *colon = strrchr(at, ':'), *file = import->cli->words[0];
    long number;

    if (colon == NULL || !text_number(colon + 1, 100000000, &number))
        return at;
    const char *name = arena_strndup(arena, at, (size_t)(colon - at));
    const struct buf *text = new_text(import, name);
    for (size_t i = 0; i < import->sef.set_count; i++)
        if (text == &import->sef.sets[i].guide)
            return arena_printf(arena, "%s:%d", file, import->sef.sets[i].line);
    const char *line = text ? buf_text(text) : NULL;
    while (line != NULL && --number > 0 && (line = strchr(line, '\n')) != NULL)
        line++;
    if (line == NULL)
        return at;
    const char *copy = arena_strndup(arena, line, strcspn(line, "\n"));
    const char *said = strrchr(copy, '#');
    colon = said ? strrchr(said, ':') : NULL;
    return colon ? arena_printf(arena, "%s%s", file, colon) : at;
}

static enum exit_code
fail(struct import *import)
{
    if (problems_errors(import->found) == 0)
        return cli_fail(import->cli);
    size_t number = 0;
    for (const struct problem *p = problems_first(import->found); p;
         p = p->next) {
        struct problem told = *p;
        if (is_told(import, p, number++))
            continue;
        told.at = place_in_file(import, p->at);
        cli_problem(import->cli, &told);
    }
    return EXIT_INVALID;
}

/* GS01: two capitals. */
static bool
is_group(struct cli *cli, const char *group)
{
    if (group == NULL ||
        (strlen(group) == 2 && isupper((unsigned char)*group) &&
         isupper((unsigned char)group[1])))
        return true;
    return err_set(&cli->err, TP8002,
                   "--group: found \"%.40s\", expected two capitals as in GS01",
                   group);
}

enum exit_code
cmd_edi_guide_import(struct cli *cli)
{
    CLEANUP(free_import)
    struct import import = { .cli = cli, .found = problems_new(cli->arena) };
    CLEANUP(buf_free) struct buf text = { 0 };

    if (!edi_bytes(cli, cli->words[0], &text))
        return cli_fail(cli);
    import.root = cli->option[OPTION_DIR];
    if (!cli_conf(cli) && import.root == NULL)
        return cli_fail(cli);
    err_clear(&cli->err);
    if (import.root == NULL)
        import.root = conf_dir(cli->conf);
    const char *group = cli->option[OPTION_GROUP];
    if (!is_group(cli, group))
        return cli_fail(cli);
    if (!x12_sef_read(&import.sef, cli->words[0], group ? group : "",
                      arena_strdup(cli->arena, buf_text(&text)), import.found,
                      &cli->err))
        return fail(&import);
    import.folder =
        arena_printf(cli->arena, "%s/x12/%s", import.root, import.sef.version);
    if (import.sef.passed.size > 0)
        fprintf(stderr, "tradepost: %s: not taken: %s\n", cli->words[0],
                buf_text(&import.sef.passed));
    make_texts(&import);
    if (!check_sets(&import) || !may_write(&import) || !write_all(&import))
        return fail(&import);
    return EXIT_OK;
}
