/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "base/text.h"
#include "conf/conf_private.h"

const char *
conf_place(const struct conf_group *group)
{
    return group->place;
}

const char *
conf_text(const struct conf_group *group, const char *path,
          const char *fallback)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && node->kind == NODE_TEXT ? node->text : fallback;
}

long
conf_number(const struct conf_group *group, const char *path, long fallback)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && node->kind == NODE_NUMBER ? (long)node->number
                                                     : fallback;
}

bool
conf_flag(const struct conf_group *group, const char *path, bool fallback)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && node->kind == NODE_FLAG ? node->number != 0
                                                   : fallback;
}

long
conf_seconds(const struct conf_group *group, const char *path, long fallback)
{
    long seconds;

    return text_duration(conf_text(group, path, NULL), &seconds) ? seconds
                                                                 : fallback;
}

bool
conf_has(const struct conf_group *group, const char *path)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && !node->implied;
}

const struct conf_group *
conf_sub(const struct conf_group *group, const char *path)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && node->kind == NODE_GROUP ? node : NULL;
}

static const struct conf_group *
element(const struct conf_group *group, const char *path, size_t index)
{
    const struct conf_group *node = tree_lookup(group, path);

    if (node == NULL || node->kind != NODE_LIST)
        return NULL;
    for (node = node->first; node != NULL && index > 0; index--)
        node = node->next;
    return node;
}

size_t
conf_count(const struct conf_group *group, const char *path)
{
    const struct conf_group *node = tree_lookup(group, path);

    return node != NULL && node->kind == NODE_LIST ? node->count : 0;
}

const char *
conf_text_at(const struct conf_group *group, const char *path, size_t index)
{
    const struct conf_group *node = element(group, path, index);

    return node != NULL && node->kind == NODE_TEXT ? node->text : NULL;
}

const struct conf_group *
conf_group_at(const struct conf_group *group, const char *path, size_t index)
{
    const struct conf_group *node = element(group, path, index);

    return node != NULL && node->kind == NODE_GROUP ? node : NULL;
}

const char *
conf_name_at(const struct conf_group *group, size_t index)
{
    const struct conf_group *node = group ? group->first : NULL;

    for (; node != NULL && index > 0; index--)
        node = node->next;
    return node != NULL ? node->name : NULL;
}
