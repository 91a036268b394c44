/* SPDX-License-Identifier: Apache-2.0 */
#include "system/metadata.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { MAX_METADATA = 32 << 20, MAX_FIELDS = 1000, MAX_BASES = 8 };

struct field {
    const char *name, *type; /* "Edm.Decimal", "Collection(NAV.Line)" */
    struct field *next;
};

struct entity {
    const char *name, *base; /* of the type, without its name space */
    struct field *fields;
    struct entity *next;
};

struct set {
    const char *name, *type;
    struct set *next;
};

struct metadata {
    struct arena *arena;
    struct entity *entities;
    struct set *sets, *actions;
};

/* "Collection(Microsoft.NAV.purchaseOrderLine)" is about purchaseOrderLine. */
static const char *
bare_type(struct arena *arena, const char *type)
{
    char *copy = arena_strdup(arena, type);
    char *end = strchr(copy, ')');

    if (end != NULL)
        *end = '\0';
    char *dot = strrchr(copy, '.');
    return dot != NULL ? dot + 1 : copy;
}

static const char *
attribute(struct arena *arena, xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);

    if (value == NULL)
        return NULL;
    const char *copy = arena_strdup(arena, (const char *)value);
    xmlFree(value);
    return copy;
}

static bool
is_named(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

static void
add_entity(struct metadata *all, xmlNode *node)
{
    struct arena *arena = all->arena;
    const char *name = attribute(arena, node, "Name");
    const char *base = attribute(arena, node, "BaseType");

    if (name == NULL)
        return;
    struct entity *entity = arena_alloc(arena, sizeof *entity);
    entity->name = name;
    entity->base = base != NULL ? bare_type(arena, base) : NULL;
    entity->next = all->entities;
    all->entities = entity;
    for (xmlNode *child = node->children; child; child = child->next) {
        if (!is_named(child, "Property") &&
            !is_named(child, "NavigationProperty"))
            continue;
        struct field *field = arena_alloc(arena, sizeof *field);
        field->name = attribute(arena, child, "Name");
        field->type = attribute(arena, child, "Type");
        field->next = entity->fields;
        if (field->name != NULL && field->type != NULL)
            entity->fields = field;
    }
}

static void
add_set(struct arena *arena, struct set **list, xmlNode *node,
        const char *type_name)
{
    const char *name = attribute(arena, node, "Name");
    const char *type = attribute(arena, node, type_name);

    if (name == NULL)
        return;
    struct set *set = arena_alloc(arena, sizeof *set);
    *set = (struct set){ name, type ? bare_type(arena, type) : "", *list };
    *list = set;
}

static void
collect(struct metadata *all, xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (is_named(node, "EntityType") || is_named(node, "ComplexType"))
            add_entity(all, node);
        else if (is_named(node, "EntitySet"))
            add_set(all->arena, &all->sets, node, "EntityType");
        else if (is_named(node, "ActionImport"))
            add_set(all->arena, &all->actions, node, "Action");
        else if (is_named(node, "Schema") || is_named(node, "Edmx") ||
                 is_named(node, "DataServices") ||
                 is_named(node, "EntityContainer"))
            collect(all, node->children);
    }
}

/* A document type has no place in metadata; refusing it where it begins keeps
 * entities from ever being expanded. */
static void
refuse_doctype(void *context, const xmlChar *name, const xmlChar *external,
               const xmlChar *system)
{
    xmlParserCtxt *parser = context;

    (void)name, (void)external, (void)system;
    *(bool *)parser->_private = true;
    xmlStopParser(parser);
}

static bool
read_tree(xmlDoc **tree, const char *xml, size_t size, struct err *err)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    bool doctype = false;

    OUT_OF_MEMORY_IF(parser == NULL);
    parser->_private = &doctype;
    parser->sax->internalSubset = refuse_doctype;
    *tree = xmlCtxtReadMemory(parser, xml, (int)size, NULL, "UTF-8",
                              XML_PARSE_NONET | XML_PARSE_NOBLANKS |
                                  XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlFreeParserCtxt(parser);
    if (doctype)
        err_set(err, TP6013,
                "the metadata holds a document type declaration, which is "
                "refused");
    else if (*tree == NULL)
        err_set(err, TP6013, "the metadata is not well-formed XML");
    if (doctype && *tree != NULL)
        xmlFreeDoc(*tree);
    return !doctype && *tree != NULL;
}

bool
metadata_parse(struct metadata **out, const char *xml, size_t size,
               struct err *err)
{
    xmlDoc *tree = NULL;

    if (size == 0 || size > MAX_METADATA)
        return err_set(err, TP6013,
                       "the metadata has %zu bytes; 1 to %d were expected",
                       size, MAX_METADATA);
    if (!read_tree(&tree, xml, size, err))
        return false;
    struct arena *arena = arena_new();
    struct metadata *all = arena_alloc(arena, sizeof *all);
    all->arena = arena;
    collect(all, xmlDocGetRootElement(tree));
    xmlFreeDoc(tree);
    if (all->sets == NULL) {
        metadata_free(&all);
        return err_set(err, TP6013, "the metadata names no entity set");
    }
    *out = all;
    return true;
}

void
metadata_free(struct metadata **all)
{
    if (*all == NULL)
        return;
    struct arena *arena = (*all)->arena;
    *all = NULL;
    arena_free(&arena);
}

static const struct entity *
find_entity(const struct metadata *all, const char *type)
{
    for (const struct entity *e = all->entities; e != NULL; e = e->next)
        if (type != NULL && strcmp(e->name, type) == 0)
            return e;
    return NULL;
}

static const struct set *
find_set(const struct set *list, const char *name)
{
    for (; list != NULL; list = list->next)
        if (strcmp(list->name, name) == 0)
            return list;
    return NULL;
}

const struct entity *
metadata_set(const struct metadata *all, const char *name)
{
    const struct set *set = find_set(all->sets, name);

    return set != NULL ? find_entity(all, set->type) : NULL;
}

const char *
metadata_nearest_set(const struct metadata *all, const char *name)
{
    const char *names[MAX_FIELDS];
    size_t count = 0;

    for (const struct set *s = all->sets; s && count < MAX_FIELDS; s = s->next)
        names[count++] = s->name;
    return text_nearest(name, names, count);
}

bool
metadata_action(const struct metadata *all, const char *name)
{
    return find_set(all->actions, name) != NULL;
}

/* One name in a type or the types it is derived from. */
static const struct field *
own_field(const struct metadata *all, const struct entity *entity,
          const char *name, size_t size)
{
    for (int i = 0; entity != NULL && i < MAX_BASES; i++) {
        for (const struct field *f = entity->fields; f != NULL; f = f->next)
            if (strncmp(f->name, name, size) == 0 && f->name[size] == '\0')
                return f;
        entity = find_entity(all, entity->base);
    }
    return NULL;
}

/* Follows a path as far as it leads: *rest is the first name that is not
 * there, NULL when all are; *inside the type in which it was looked for. */
static const struct field *
follow(const struct metadata *all, const struct entity *entity,
       const char *path, const char **rest, const struct entity **inside)
{
    const struct field *field = NULL;

    for (*rest = path, *inside = entity; **rest != '\0';) {
        size_t size = strcspn(*rest, ".");
        field = own_field(all, *inside, *rest, size);
        if (field == NULL)
            return NULL;
        *rest += size + ((*rest)[size] == '.');
        if (**rest == '\0')
            break;
        CLEANUP(arena_free) struct arena *scratch = arena_new();
        *inside = find_entity(all, bare_type(scratch, field->type));
        if (*inside == NULL)
            return NULL;
    }
    *rest = NULL;
    return field;
}

const char *
entity_field(const struct metadata *all, const struct entity *entity,
             const char *path)
{
    const struct entity *inside;
    const char *rest;
    const struct field *field = follow(all, entity, path, &rest, &inside);

    return field != NULL ? field->type : NULL;
}

const char *
entity_nearest(const struct metadata *all, const struct entity *entity,
               const char *path)
{
    const struct entity *inside;
    const char *rest, *names[MAX_FIELDS];
    char name[128], by_rule[128];
    size_t count = 0;

    follow(all, entity, path, &rest, &inside);
    if (rest == NULL || inside == NULL)
        return NULL;
    text_format(name, sizeof name, "%.*s", (int)strcspn(rest, "."), rest);
    if (metadata_name_of(rest, by_rule, sizeof by_rule)) {
        const struct field *field =
            own_field(all, inside, by_rule, strlen(by_rule));
        if (field != NULL)
            return field->name;
    }
    for (const struct field *f = inside->fields; f && count < MAX_FIELDS;
         f = f->next)
        names[count++] = f->name;
    return text_nearest(name, names, count);
}

bool
metadata_name_of(const char *caption, char *out, size_t out_size)
{
    size_t used = 0;

    for (; *caption != '\0'; caption++) {
        bool blank = strchr(" \\/'\".()-:", *caption) != NULL;
        const char *add = *caption == '%' ? "Percent" : NULL;
        size_t size = add != NULL ? strlen(add) : 1;
        if (blank && (used == 0 || out[used - 1] == '_'))
            continue;
        if (used + size >= out_size)
            return false;
        memcpy(out + used, add ? add : blank ? "_" : caption, size);
        used += size;
    }
    while (used > 0 && out[used - 1] == '_')
        used--;
    if (out_size > 0)
        out[used] = '\0';
    return used > 0;
}
