/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - how a guide's segments and a record's fields correspond. One text
 * (tradepost-map(5)) serves both directions.
 *
 *   if (!map_load(&map, name, &sources, found, &err)) ...
 *   if (!map_read(map, set, &codes, found, &record, &err)) ...    X12 -> record
 *   if (!map_write(map, record, &codes, arena, found, &set, &err)) ... record
 * -> X12 map_free(&map);
 *
 * Reading and writing report all problems at once: literals that differ,
 * data that no line takes up, missing fields, unknown codes (with what would
 * release the document). They return false only when they could not go on.
 */
#ifndef TP_MAP_MAP_H
#define TP_MAP_MAP_H

#include "base/problems.h"
#include "record/record.h"
#include "x12/x12.h"

struct arena;
struct map;
struct binding;

/* Finds a text by name ("maps/850.map") for load and include: adds its content
 * and says the path for messages; false when there is none. */
struct map_sources {
    bool (*find)(void *user, const char *name, struct arena *,
                 const char **path, const char **content);
    void *user;
};

/* Code tables reach the map by a callback. from and to are sides ("ours",
 * "x12", "nav"). false = unknown value; *guess may then name the nearest value.
 */
struct map_codes {
    bool (*look_up)(void *user, const char *table, const char *from,
                    const char *to, const char *value, struct arena *,
                    const char **out, const char **guess);
    void *user;
};

bool map_load(struct map **, const char *name, const struct map_sources *,
              struct problems *, struct err *) MUST_USE;
void map_free(struct map **);
const char *map_set(const struct map *);     /* "850" */
const char *map_version(const struct map *); /* "004010" */
enum record_kind map_kind(const struct map *);
/* SHA-256-like identity is the caller's; the texts it was made of, in order. */
size_t map_source_count(const struct map *);
const char *map_source(const struct map *, size_t); /* path */

bool map_read(const struct map *, const struct x12_set *,
              const struct map_codes *, struct problems *, struct record **,
              struct err *) MUST_USE;
/* The set's control number is left NULL: the journal gives it. */
bool map_write(const struct map *, const struct record *,
               const struct map_codes *, struct arena *, struct problems *,
               struct x12_set **, struct err *) MUST_USE;

/* A binding: how a system's entity (JSON) and a record's fields correspond. */
bool binding_load(struct binding **, const char *name,
                  const struct map_sources *, struct problems *,
                  struct err *) MUST_USE;
void binding_free(struct binding **);
const char *binding_system(const struct binding *); /* "nav" */
const char *binding_entity(const struct binding *); /* "purchaseOrders" */
enum record_kind binding_kind(const struct binding *);
/* Options stated in the head: "filter", "expand", "changes", "lines"...; NULL
 * when not stated. */
const char *binding_option(const struct binding *, const char *name);
/* Every entity field it reads or writes, for the check against metadata:
 * dotted for children ("purchaseOrderLines.quantity"). */
size_t binding_field_count(const struct binding *);
const char *binding_field(const struct binding *, size_t);
/* A single field of the record that the binding carries; those of lists are
 * left out. */
struct binding_path {
    const char *path;  /* "address.city" */
    const char *owner; /* a system's name, "newest", or NULL: nobody's */
    bool comes, goes;  /* the system says it; the system is told it */
};
size_t binding_path_count(const struct binding *);
const struct binding_path *binding_path(const struct binding *, size_t);
/* How the two meet the first time: match number = number, email = email. The
 * i-th pair; false when there is none. */
bool binding_match(const struct binding *, size_t i, const char **field,
                   const char **path);
/* Whether the field carries a decimal. */
bool binding_is_number(const struct binding *, const char *field);
/* Decimals are taken from JSON texts (IEEE754Compatible, or the digits as the
 * client lexed them); a JSON real keeps 15 digits. Null, "", a zero GUID and
 * the date 0001-01-01 are absent. Fields that the binding does not name are
 * left alone. */
bool binding_read(const struct binding *, const json_t *entity,
                  const struct map_codes *, struct problems *, struct record **,
                  struct err *) MUST_USE;
/* A new JSON object, owned by the caller: decimals are JSON texts of plain
 * digits ("155.7"), integer(...) is a JSON integer, flags are JSON booleans.
 * Servers that want bare decimals: binding_is_number() says which texts to put
 * out without quotes. */
bool binding_write(const struct binding *, const struct record *,
                   const struct map_codes *, struct problems *, json_t **,
                   struct err *) MUST_USE;
/* What is to be written to an entity that reads as `now`, so that it reads as
 * the record: as binding_write() gives it, without what is the same in both;
 * null empties a field. Lists are left alone. No members: nothing to write. */
bool binding_update(const struct binding *, const struct record *,
                    const struct record *now, const struct map_codes *,
                    struct problems *, json_t **changes, struct err *) MUST_USE;

#endif
