/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of a record a binding carries, and by which two records meet. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "map/binding_private.h"

struct path_walk {
    struct binding *binding;
    const struct bound *bound;
};

static struct binding_path *
path_of(struct binding *binding, const char *path)
{
    for (size_t i = 0; i < binding->path_count; i++)
        if (text_equal(binding->paths[i].path, path))
            return &binding->paths[i];
    BUG_IF(binding->path_count == BINDING_PATHS);
    struct binding_path *made = &binding->paths[binding->path_count++];
    *made = (struct binding_path){ .path = path };
    return made;
}

static void
note_path(void *user, const char *name)
{
    const struct path_walk *walk = user;
    struct binding_path *path = path_of(walk->binding, name);

    path->comes |= walk->bound->way != WAY_WRITE;
    path->goes |= walk->bound->way != WAY_READ;
    if (path->owner == NULL)
        path->owner = walk->bound->owner;
}

void
binding_find_paths(struct binding *binding)
{
    const char *owner = binding_option(binding, "owner");

    for (const struct bound *b = binding->first; b != NULL; b = b->next) {
        struct path_walk walk = { binding, b };
        if (b->list_name != NULL)
            continue;
        if (b->target != NULL)
            expr_fields(b->target, note_path, &walk);
        else
            expr_fields(b->expr, note_path, &walk);
    }
    for (size_t i = 0; i < binding->path_count; i++)
        if (binding->paths[i].owner == NULL)
            binding->paths[i].owner = owner;
}

size_t
binding_path_count(const struct binding *binding)
{
    return binding->path_count;
}

const struct binding_path *
binding_path(const struct binding *binding, size_t i)
{
    return i < binding->path_count ? &binding->paths[i] : NULL;
}

/* ---- match number = number, email = email */

static const char *
word_of(struct arena *arena, const char *from, const char *end)
{
    while (from < end && isspace((unsigned char)*from))
        from++;
    while (end > from && isspace((unsigned char)end[-1]))
        end--;
    return arena_strndup(arena, from, (size_t)(end - from));
}

static bool
add_match(struct binding *binding, const char *from, const char *end)
{
    const char *equals = memchr(from, '=', (size_t)(end - from));
    struct bound_match *match = &binding->matches[binding->match_count];
    enum field_type type;

    if (equals == NULL || binding->match_count == BINDING_MATCHES)
        return false;
    match->field = word_of(binding->arena, from, equals);
    match->path = word_of(binding->arena, equals + 1, end);
    binding->match_count++;
    return *match->field != '\0' &&
           record_field(binding->kind, match->path, &type) &&
           type != FIELD_GROUP && type != FIELD_LIST;
}

bool
binding_find_matches(struct binding *binding, struct problems *found)
{
    const char *text = binding_option(binding, "match");

    while (text != NULL) {
        const char *comma = strchr(text, ',');
        const char *end = comma != NULL ? comma : text + strlen(text);
        if (!add_match(binding, text, end)) {
            problem_add(found, TP3202, binding->path, NULL,
                        "match: found '%.*s', expected at most %d pairs such "
                        "as number = number",
                        (int)(end - text), text, (int)BINDING_MATCHES);
            return false;
        }
        text = comma != NULL ? comma + 1 : NULL;
    }
    return true;
}

bool
binding_match(const struct binding *binding, size_t i, const char **field,
              const char **path)
{
    if (i >= binding->match_count)
        return false;
    *field = binding->matches[i].field;
    *path = binding->matches[i].path;
    return true;
}

/* ---- the system's fields */

size_t
binding_field_count(const struct binding *binding)
{
    return binding->field_count;
}

const char *
binding_field(const struct binding *binding, size_t number)
{
    return number < binding->field_count ? binding->fields[number] : NULL;
}

bool
binding_is_number(const struct binding *binding, const char *field)
{
    for (size_t i = 0; i < binding->field_count; i++)
        if (text_equal(binding->fields[i], field))
            return binding->numbers[i];
    return false;
}
