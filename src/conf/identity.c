/* SPDX-License-Identifier: Apache-2.0 */
/* What a value must be beyond its type: X12 identities and time zones. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"

#define ZONES "/usr/share/zoneinfo"

enum { ZONE_TABLE_LIMIT_BYTES = 1 << 20, ZONE_COUNT = 512 };

/* X12's basic and extended characters that no partner takes for delimiters. */
static bool
is_id(const char *id)
{
    size_t size = strlen(id);

    for (const char *c = id; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr(" .-_/&()+,#@=", *c) == NULL)
            return false;
    return size > 0 && id[0] != ' ' && id[size - 1] != ' ';
}

void
conf_identity(struct conf *conf, const struct conf_group *node,
              struct problems *problems, const char **qualifier,
              const char **id)
{
    *qualifier = *id = "";
    if (node == NULL || node->kind != NODE_TEXT)
        return;
    const char *text = node->text;
    if (strlen(text) < 4 || text[2] != ':' ||
        !isalnum((unsigned char)text[0]) || !isalnum((unsigned char)text[1]) ||
        strlen(text + 3) > 15 || !is_id(text + 3)) {
        conf_complain(problems, node,
                      "a qualifier of 2 characters, \":\" and an id of at most "
                      "15, such as \"ZZ:CRONUS01\"");
        return;
    }
    *qualifier = arena_strndup(conf->arena, text, 2);
    *id = text + 3;
}

void
conf_check_application(const struct conf_group *node, struct problems *problems)
{
    if (node == NULL || node->kind != NODE_TEXT)
        return;
    size_t size = strlen(node->text);
    if (size < 2 || size > 15 || !is_id(node->text))
        conf_complain(problems, node,
                      "2 to 15 characters, such as \"CRONUS01\"");
}

/* The nearest name in the table of zones, or NULL. */
static const char *
nearest_zone(const char *name, struct arena *arena)
{
    CLEANUP(buf_free) struct buf table = { 0 };
    const char *zones[ZONE_COUNT] = { NULL };
    struct err ignored = { 0 };
    size_t count = 0;

    if (!file_read(ZONES "/zone1970.tab", ZONE_TABLE_LIMIT_BYTES, &table,
                   &ignored))
        return NULL;
    char *rest = arena_strdup(arena, buf_text(&table));
    for (char *line; (line = text_word(&rest, "\n")) != NULL;) {
        text_word(&line, "\t");
        text_word(&line, "\t");
        if (count < ZONE_COUNT)
            zones[count++] = text_word(&line, "\t");
    }
    return text_nearest(name, zones, count);
}

void
conf_check_zone(const struct conf_group *node, struct problems *problems)
{
    char path[256], expected[200];

    if (node == NULL || node->kind != NODE_TEXT)
        return;
    if (!file_exists(ZONES)) {
        problem_warn(problems, TP1008, node->place,
                     "timezone: found no time zones in " ZONES
                     ", expected them from the package tzdata");
        return;
    }
    bool safe = node->text[0] != '/' && node->text[0] != '\0' &&
                strstr(node->text, "..") == NULL &&
                text_format(path, sizeof path, ZONES "/%s", node->text);
    if (safe && file_exists(path))
        return;
    struct arena *arena = arena_new();
    const char *near = nearest_zone(node->text, arena);
    text_format(expected, sizeof expected,
                near ? "a time zone; did you mean \"%s\"?"
                     : "a time zone such as \"America/New_York\"",
                near);
    arena_free(&arena);
    conf_complain(problems, node, expected);
}
