/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the row that a key names: (guid), ('A'),
 * (Document_Type='Order',No='1'). */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/nav.h"

bool
nav_shows(const struct entity *entity, const json_t *row)
{
    char member[60];
    if (!*entity->where)
        return true;
    (void)text_copy(member, sizeof member, entity->where);
    char *value = strchr(member, '=');
    *value++ = '\0';
    const char *has = row_text(row, member);
    return text_equal(*has ? has : "no", value);
}

static void
drop_blanks(char *text)
{
    size_t out = 0;
    bool quoted = false;
    for (size_t i = 0; text[i] != '\0'; i++) {
        quoted ^= text[i] == '\'';
        if (quoted || text[i] != ' ')
            text[out++] = text[i];
    }
    text[out] = '\0';
}

/* The next of key='value',key=value: both NULL at the end. */
static void
next_pair(char **rest, char **name, char **value)
{
    char *at = *rest;
    bool quoted = false;
    *name = *value = NULL;
    if (*at == '\0')
        return;
    size_t equals = strcspn(at, "='");
    if (at[equals] == '=') {
        at[equals] = '\0';
        *name = at;
        at += equals + 1;
    }
    *value = at;
    size_t end = 0;
    for (; at[end] != '\0' && (quoted || at[end] != ','); end++)
        quoted ^= at[end] == '\'';
    *rest = at[end] == ',' ? at + end + 1 : at + end;
    at[end] = '\0';
}

static void
plain(char *text)
{
    size_t size = strlen(text), out = 0;
    if (size < 2 || text[0] != '\'')
        return;
    for (size_t i = 1; i + 1 < size; i++) {
        text[out++] = text[i];
        i += text[i] == '\'' && text[i + 1] == '\'';
    }
    text[out] = '\0';
}

static bool
has_key(struct call *call, const struct entity *entity, const json_t *row,
        const char *key)
{
    char *keys = arena_strdup(call->arena, entity->keys);
    char *rest = arena_strdup(call->arena, key), *name, *value;
    drop_blanks(rest);
    for (next_pair(&rest, &name, &value); value;
         next_pair(&rest, &name, &value)) {
        const char *next = text_word(&keys, ",");
        const struct field *field =
            entity_field(entity, name ? name : (next ? next : ""));
        plain(value);
        if (!field || field_compare(field, row, value) != 0)
            return false;
    }
    return true;
}

json_t *
nav_row(struct sandbox *box, struct call *call, const struct entity *entity,
        const char *key)
{
    const char *id;
    json_t *row;
    if (text_equal(entity->keys, "id")) {
        char *lower = arena_strdup(call->arena, key);
        for (char *c = lower; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        row = world_by_id(&box->world, entity->table, lower);
        if (row && nav_shows(entity, row))
            return row;
    } else {
        json_object_foreach(world_table(&box->world, entity->table), id, row)
        {
            if (nav_shows(entity, row) && has_key(call, entity, row, key))
                return row;
        }
    }
    nav_fail(call, 404, "BadRequest_ResourceNotFound",
             "The %s with the key (%s) does not exist.", entity->type, key);
    return NULL;
}
