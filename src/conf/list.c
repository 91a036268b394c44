/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { MOST_NAMES = 512 };

struct names {
    struct arena *arena;
    const char **list;
    size_t count;
};

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static void
add(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (text_equal(names->list[i], name))
            return;
    if (names->count < MOST_NAMES)
        names->list[names->count++] = arena_strdup(names->arena, name);
}

static void
add_dir(struct names *names, const char *path, const char *suffix)
{
    CLEANUP(close_dir) DIR *dir = opendir(path);

    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && text_ends(entry->d_name, suffix))
            add(names, entry->d_name);
}

static int
by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t
conf_list(const struct conf *conf, struct arena *arena, const char *folder,
          const char *suffix, const char ***out)
{
    struct names names = { arena,
                           arena_alloc(arena, MOST_NAMES * sizeof(char *)), 0 };
    const char *data = conf ? conf_data_dir(conf) : conf_shipped_dir(arena);

    if (conf != NULL)
        add_dir(&names, arena_printf(arena, "%s/%s", conf_dir(conf), folder),
                suffix);
    add_dir(&names, arena_printf(arena, "%s/%s", data, folder), suffix);
    add_dir(&names, arena_printf(arena, "%s/edi/%s", data, folder), suffix);
    add_dir(&names, arena_printf(arena, "%s/etc/%s", data, folder), suffix);
    qsort(names.list, names.count, sizeof *names.list, by_name);
    *out = names.list;
    return names.count;
}
