/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static struct entity entities[] = {
#define ENTITY(face, set, type, table, keys, may, lines, parent, where, needs, \
               spec)                                                           \
    { face,   set,   type,  table, keys, may, lines,                           \
      parent, where, needs, spec,  NULL, 0 },
#include "sandbox/api.tbl"
#include "sandbox/pages.tbl"
#undef ENTITY
};

enum { ENTITIES = sizeof entities / sizeof *entities };

/* "_" stands for a blank in words of the table. */
static void
add_blanks(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '_')
            *text = ' ';
}

static const char **
read_options(struct arena *arena, const char *text, size_t size)
{
    const char **options = arena_alloc(arena, 32 * sizeof *options);
    char *rest = arena_strndup(arena, text, size);
    size_t count = 0;
    for (char *option; count < 31 && (option = text_word(&rest, "|")) != NULL;
         count++) {
        add_blanks(option);
        options[count] = option;
    }
    return options;
}

static enum field_type
type_of(char letter)
{
    static const char letters[] = "sgnibdte";
    const char *at = strchr(letters, letter);
    BUG_IF(at == NULL || *at == '\0');
    return (enum field_type)(at - letters);
}

/* After the colon: "s20", "e(A|B)". */
static void
read_type(struct arena *arena, struct field *field, const char *type)
{
    field->type = type_of(*type);
    if (field->type == FIELD_ENUM)
        field->options = read_options(arena, type + 2, strlen(type) - 3);
    else if (type[1] != '\0')
        field->max = strtoul(type + 1, NULL, 10);
}

/* A page's field without a type is shown as the API shows its member. */
static void
take_type(struct field *field, const char *table)
{
    const struct entity *api = schema_find(FACE_API, table);
    const struct field *same = api ? entity_field(api, field->from) : NULL;
    BUG_IF(same == NULL);
    field->type = same->type;
    field->max = same->max;
    field->options = same->options;
}

static void
read_field(struct arena *arena, const struct entity *entity,
           struct field *field, char *word)
{
    size_t size = strlen(word);
    if (word[size - 1] == '!') {
        field->read_only = true;
        word[size - 1] = '\0';
    }
    char *type = strchr(word, ':');
    if (type)
        *type++ = '\0';
    char *from = strchr(word, '=');
    if (from)
        *from++ = '\0';
    field->name = word;
    field->from = from ? from : word;
    if (from && *from == '\'') {
        from[strlen(from) - 1] = '\0';
        add_blanks(from);
        field->fixed = from + 1;
        field->type = FIELD_TEXT;
        return;
    }
    if (type)
        read_type(arena, field, type);
    else
        take_type(field, entity->table);
}

static void
read_entity(struct arena *arena, struct entity *entity)
{
    enum { MOST = 80 };
    char *rest = arena_strdup(arena, entity->spec);
    entity->fields = arena_alloc(arena, MOST * sizeof *entity->fields);
    entity->count = 0;
    for (char *word; (word = text_word(&rest, " ")) != NULL;) {
        BUG_IF(entity->count == MOST);
        read_field(arena, entity, &entity->fields[entity->count++], word);
    }
}

void
schema_load(struct arena *arena)
{
    for (size_t i = 0; i < ENTITIES; i++)
        read_entity(arena, &entities[i]);
}

const struct entity *
schema_find(enum face face, const char *set)
{
    for (size_t i = 0; i < ENTITIES; i++)
        if (entities[i].face == face && text_equal(entities[i].set, set))
            return &entities[i];
    return NULL;
}

const struct entity *
schema_all(size_t *count)
{
    *count = ENTITIES;
    return entities;
}

const struct field *
entity_field(const struct entity *entity, const char *name)
{
    for (size_t i = 0; i < entity->count; i++)
        if (text_equal(entity->fields[i].name, name))
            return &entity->fields[i];
    return NULL;
}

const struct field *
entity_field_of(const struct entity *entity, const char *member)
{
    for (size_t i = 0; i < entity->count; i++)
        if (!entity->fields[i].fixed &&
            text_equal(entity->fields[i].from, member))
            return &entity->fields[i];
    return NULL;
}

const char *
enum_encode(struct arena *arena, const char *plain)
{
    char *out = arena_alloc(arena, strlen(plain) * 7 + 1);
    size_t size = 0;
    for (const char *c = plain; *c != '\0'; c++) {
        if (isalnum((unsigned char)*c))
            out[size++] = *c;
        else
            size += (size_t)snprintf(out + size, 8, "_x%04X_",
                                     (unsigned)(unsigned char)*c);
    }
    return out;
}

static bool
is_escape(const char *c)
{
    return c[0] == '_' && c[1] == 'x' && isxdigit((unsigned char)c[2]) &&
           isxdigit((unsigned char)c[3]) && isxdigit((unsigned char)c[4]) &&
           isxdigit((unsigned char)c[5]) && c[6] == '_';
}

const char *
enum_decode(struct arena *arena, const char *encoded)
{
    char *out = arena_alloc(arena, strlen(encoded) + 1);
    size_t size = 0;
    for (const char *c = encoded; *c != '\0'; c++) {
        if (!is_escape(c)) {
            out[size++] = *c;
            continue;
        }
        char digits[5] = { c[2], c[3], c[4], c[5], '\0' };
        out[size++] = (char)strtoul(digits, NULL, 16);
        c += 6;
    }
    return out;
}
