/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Masters: customers, vendors, items, read and written as a binding says. By
 * the API a row is known by its SystemId, by pages by its number. NAV takes a
 * number only once, so that a creation that is repeated is refused, and the
 * first one found by its number.
 */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "system/nav/nav_private.h"

const char *
nav_folder(const struct system *system)
{
    return nav_of(system)->words->bindings;
}

const struct map_codes *
nav_codes(struct system *system)
{
    return system->context.codes;
}

/* What a row says of itself. */
static bool
describe(const struct nav *nav, const json_t *row, struct system_row *out,
         struct err *err)
{
    const char *word = nav_has_pages(nav) ? nav->words->master_key : "id";
    const char *id = exact_text(row, word);
    const char *changed = exact_text(row, "lastModifiedDateTime");

    out->changed = 0;
    if (id == NULL || !text_copy(out->id, sizeof out->id, id))
        return err_set(err, TP6012, "a row has no %s", word);
    text_copy(out->stamp, sizeof out->stamp, exact_word(row, "@odata.etag"));
    if (changed != NULL && !when_parse(changed, &out->changed))
        out->changed = 0;
    return true;
}

/* The API takes a SystemId of ours; pages have none. */
void
nav_new_id(const struct system *system, const char *key, char id[96])
{
    char uuid[NAV_UUID];

    if (nav_has_pages(nav_of(system)))
        return;
    nav_uuid(uuid, key, "master");
    text_copy(id, 96, uuid);
}

struct watch {
    const struct nav *nav;
    struct mark *mark; /* NULL: it is not a time */
    row_sink *sink;
    void *user;
};

static bool
give(void *user, json_t *row, struct err *err)
{
    const struct watch *watch = user;
    struct system_row out = { .fields = row };
    moment before;

    if (!describe(watch->nav, row, &out, err) ||
        !watch->sink(watch->user, &out, err))
        return false;
    if (watch->mark != NULL && out.changed > 0 &&
        (!when_parse(watch->mark->text, &before) || out.changed > before))
        text_copy(watch->mark->text, sizeof watch->mark->text,
                  exact_word(row, "lastModifiedDateTime"));
    return true;
}

/* The binding's own filter and this one; either may be NULL. */
static const char *
also(struct arena *arena, const struct binding *binding, const char *filter)
{
    const char *own = binding_option(binding, "filter");

    if (own == NULL || filter == NULL)
        return own != NULL ? own : filter;
    return arena_printf(arena, "(%s) and %s", own, filter);
}

bool
nav_changes(struct system *system, const struct binding *binding,
            struct mark *mark, row_sink *sink, void *user, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    struct watch watch = { nav, mark, sink, user };
    struct odata_query query = { .orderby = "lastModifiedDateTime",
                                 .replica = true };
    const char *since = NULL;
    char from[WHEN_STAMP];
    moment last;

    if (nav_has_pages(nav)) {
        watch.mark = NULL;
        return nav_pull_changed(nav, binding_entity(binding),
                                also(arena, binding, NULL), mark, give, &watch,
                                err);
    }
    if (when_parse(mark->text, &last))
        since = arena_printf(
            arena, "lastModifiedDateTime ge %s",
            when_stamp(last - (moment)nav->overlap_seconds * 1000, from));
    query.filter = also(arena, binding, since);
    return odata_list(nav->odata, ODATA_MAIN, binding_entity(binding), &query,
                      give, &watch, err);
}

bool
nav_row(struct system *system, const struct binding *binding, const char *field,
        const char *value, size_t *count, struct system_row *out,
        struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    const char *set = binding_entity(binding);
    struct odata_query query = { 0 };

    if (field == NULL && nav_has_pages(nav))
        field = nav->words->master_key;
    if (field == NULL) {
        if (!odata_get(nav->odata, ODATA_MAIN,
                       arena_printf(arena, "%s(%s)", set,
                                    text_url_encode(arena, value)),
                       &query, &out->fields, err))
            return false;
        *count = out->fields != NULL;
    } else {
        query.filter = also(
            arena, binding,
            arena_printf(arena, "%s eq %s", field, odata_quote(arena, value)));
        if (!odata_first(nav->odata, ODATA_MAIN, set, &query, &out->fields,
                         count, err))
            return false;
    }
    return *count != 1 || describe(nav, out->fields, out, err);
}

/* NAV has no null in its tables. */
static json_t *
nothing_of(const struct metadata *all, const struct entity *entity,
           const char *field)
{
    const char *type = entity != NULL ? entity_field(all, entity, field) : NULL;

    if (type == NULL || text_equal(type, "Edm.String"))
        return json_string("");
    if (text_equal(type, "Edm.Date"))
        return json_string("0001-01-01");
    if (text_equal(type, "Edm.Boolean"))
        return json_false();
    if (text_equal(type, "Edm.Decimal"))
        return json_string("0");
    return text_starts(type, "Edm.Int") ? json_integer(0) : json_string("");
}

static bool
empty_nulls(struct nav *nav, const char *set, json_t *values, struct err *err)
{
    const struct metadata *all = NULL;
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(values, next, name, value)
    {
        if (!json_is_null(value))
            continue;
        if (all == NULL && !odata_metadata(nav->odata, ODATA_MAIN, &all, err))
            return false;
        json_object_set_new(values, name,
                            nothing_of(all, metadata_set(all, set), name));
    }
    return true;
}

static void
drop_nulls(json_t *values)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(values, next, name, value)
    {
        if (json_is_null(value))
            json_object_del(values, name);
    }
}

bool
nav_put(struct system *system, const struct binding *binding,
        struct system_row *row, json_t *values, const char *key,
        struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    const char *set = binding_entity(binding);
    json_t *now = NULL;
    bool good;

    if (row->id[0] == '\0') {
        char id[96] = "";
        drop_nulls(values);
        nav_new_id(system, key, id);
        if (id[0] != '\0')
            json_object_set_new(values, "id", json_string(id));
        good = odata_post(nav->odata, ODATA_MAIN, set, values, &now, err);
    } else {
        const char *path =
            nav_has_pages(nav)
                ? arena_printf(arena, "%s(%s)", set, odata_key(arena, row->id))
                : arena_printf(arena, "%s(%s)", set, row->id);
        good = empty_nulls(nav, set, values, err) &&
               odata_patch(nav->odata, ODATA_MAIN, path,
                           row->stamp[0] != '\0' ? row->stamp : NULL, values,
                           &now, err);
    }
    if (!good)
        return false;
    if (now == NULL && row->id[0] == '\0')
        return err_set(err, TP6015, "%s was made, but not shown", set);
    if (now == NULL) {
        size_t count;
        char id[sizeof row->id];
        text_copy(id, sizeof id, row->id);
        return nav_row(system, binding, NULL, id, &count, row, err);
    }
    json_decref(row->fields);
    row->fields = now;
    return describe(nav, now, row, err);
}
