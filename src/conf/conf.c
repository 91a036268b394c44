/* SPDX-License-Identifier: Apache-2.0 */
#include "conf/conf.h"

#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"

const struct conf_group *
conf_settings(const struct conf *conf)
{
    return conf->settings;
}

const struct company *
conf_company(const struct conf *conf)
{
    return &conf->company;
}

const char *
conf_dir(const struct conf *conf)
{
    return conf->dir;
}

const char *
conf_data_dir(const struct conf *conf)
{
    return conf->data;
}

const char *
conf_state_dir(const struct conf *conf)
{
    return conf->state;
}

const char *
conf_spool_dir(const struct conf *conf)
{
    return conf->spool;
}

const char *
conf_vault_key(const struct conf *conf)
{
    return conf->vault_key;
}

/* Stays below its directory: relative, and no component is "..". */
static bool
is_inside(const char *name)
{
    if (name[0] == '\0' || name[0] == '/')
        return false;
    for (const char *at = name; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (text_starts(at, "..") && (at[2] == '/' || at[2] == '\0'))
            return false;
    }
    return true;
}

static const char *
find_shipped(const char *data, struct arena *arena, const char *name)
{
    static const char *const folders[] = { "", "edi/", "etc/" };

    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = arena_printf(arena, "%s/%s%s", data, folders[i], name);
        if (file_exists(path))
            return path;
    }
    return NULL;
}

const char *
conf_find(const struct conf *conf, struct arena *arena, const char *name)
{
    if (!is_inside(name))
        return NULL;
    if (conf == NULL)
        return find_shipped(conf_shipped_dir(arena), arena, name);
    const char *own = arena_printf(arena, "%s/%s", conf->dir, name);
    return file_exists(own) ? own : find_shipped(conf->data, arena, name);
}

size_t
conf_system_count(const struct conf *conf)
{
    const struct conf_group *systems = conf_sub(conf->settings, "systems");

    return systems != NULL ? systems->count : 0;
}

const char *
conf_system_name(const struct conf *conf, size_t index)
{
    return conf_name_at(conf_sub(conf->settings, "systems"), index);
}

const struct conf_group *
conf_system(const struct conf *conf, const char *name)
{
    struct conf_group *node =
        tree_member(conf_sub(conf->settings, "systems"), name);

    return node != NULL && node->kind == NODE_GROUP ? node : NULL;
}
