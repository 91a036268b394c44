/* SPDX-License-Identifier: Apache-2.0 */
/* Guides from SEF files. */
#include <stdio.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "x12/guide.h"
#include "x12/sef.h"

struct import {
    struct cli *cli;
    const char *root;   /* the texts go below: x12/004010 */
    const char *folder; /* root/x12/004010 */
    struct x12_sef sef;
    struct problems *found;
};

static void
free_import(struct import *import)
{
    x12_sef_free(&import->sef);
}

/* What was written comes before what is there. */
static bool
find_text(void *user, const char *name, struct arena *arena, const char **path,
          const char **content)
{
    struct import *import = user;
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

static bool
write_merged(struct import *import, const char *name, const char *theirs)
{
    struct cli *cli = import->cli;
    CLEANUP(buf_free) struct buf merged = { 0 };
    const char *path, *ours = "";
    size_t added;

    find_text(import,
              arena_printf(cli->arena, "x12/%s/%s", import->sef.version, name),
              cli->arena, &path, &ours);
    added = x12_sef_merge(ours, theirs, &merged);
    if (!durable_write(import->folder, name, buf_text(&merged), merged.size,
                       0644, &cli->err))
        return false;
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s/%s: %zu added\n", import->folder, name, added);
    return true;
}

static bool
write_dictionary(struct import *import)
{
    struct x12_sef *sef = &import->sef;

    buf_add(&sef->composites, buf_text(&sef->segments), sef->segments.size);
    return write_merged(import, "elements", buf_text(&sef->elements)) &&
           write_merged(import, "segments", buf_text(&sef->composites)) &&
           write_merged(import, "codes", buf_text(&sef->codes));
}

/* Written, and read again as any guide is. */
static bool
write_set(struct import *import, size_t i)
{
    struct cli *cli = import->cli;
    const struct x12_sources sources = { find_text, import };
    const char *id = import->sef.sets[i].id;
    const struct buf *guide = &import->sef.sets[i].guide;
    const char *name = arena_printf(cli->arena, "%s.guide", id);
    struct x12_guide *loaded = NULL;

    if (!durable_write(import->folder, name, buf_text(guide), guide->size, 0644,
                       &cli->err) ||
        !x12_guide_load(&loaded, &sources, import->sef.version, id,
                        import->found, &cli->err))
        return false;
    x12_guide_free(&loaded);
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s/%s: written\n", import->folder, name);
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
    return durable_mkdir(import->folder, 0755, &cli->err);
}

static enum exit_code
fail(struct import *import)
{
    if (problems_errors(import->found) == 0)
        return cli_fail(import->cli);
    for (const struct problem *p = problems_first(import->found); p;
         p = p->next)
        cli_problem(import->cli, p);
    return EXIT_INVALID;
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
    if (!x12_sef_read(&import.sef, cli->words[0],
                      arena_strdup(cli->arena, buf_text(&text)), import.found,
                      &cli->err))
        return fail(&import);
    import.folder =
        arena_printf(cli->arena, "%s/x12/%s", import.root, import.sef.version);
    if (import.sef.passed.size > 0)
        fprintf(stderr, "tradepost: %s: not taken: %s\n", cli->words[0],
                buf_text(&import.sef.passed));
    if (!may_write(&import) || !write_dictionary(&import))
        return fail(&import);
    for (size_t i = 0; i < import.sef.set_count; i++)
        if (!write_set(&import, i))
            return fail(&import);
    return EXIT_OK;
}
