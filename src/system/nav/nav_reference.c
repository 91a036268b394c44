/* SPDX-License-Identifier: Apache-2.0 */
/* The vendor's own item numbers on order lines (page 5735). They are read once
 * for each vendor of a pull. Without a page lines go without them. */
#include "base/text.h"
#include "system/nav/nav_private.h"

/* Where references stand: page 5735; NAV before 2020 has another page and
 * other names. */
struct place {
    const char *set, *type, *of, *number;
    json_t *of_vendor;
};

static bool
take_reference(void *user, json_t *row, struct err *err)
{
    const struct place *place = user;
    const char *item = exact_text(row, "Item_No");
    const char *number = exact_text(row, place->number);

    (void)err;
    if (item != NULL && number != NULL &&
        json_object_get(place->of_vendor, item) == NULL)
        json_object_set_new(place->of_vendor, item, json_string(number));
    return true;
}

bool
nav_read_references(struct nav *nav, const char *vendor, const char *item,
                    json_t *of_vendor, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct place places[] = {
        { "ItemReferences", "Reference_Type", "Reference_Type_No",
          "Reference_No", of_vendor },
        { "CrossReferences", "Cross_Reference_Type", "Cross_Reference_Type_No",
          "Cross_Reference_No", of_vendor }
    };
    const char *of_item = item == NULL
                              ? ""
                              : arena_printf(arena, " and Item_No eq %s",
                                             odata_quote(arena, item));

    for (size_t i = 0; i < 2; i++) {
        struct place *place = &places[i];
        struct odata_query query = {
            .filter = arena_printf(arena, "%s eq 'Vendor' and %s eq %s%s",
                                   place->type, place->of,
                                   odata_quote(arena, vendor), of_item),
            .select = arena_printf(arena, "Item_No,%s", place->number),
            .replica = true
        };
        if (odata_list(nav->odata, ODATA_PAGES, place->set, &query,
                       take_reference, place, err))
            return true;
        if (err->code != TP6005)
            return false;
        err_clear(err); /* the page is not published */
    }
    return true;
}

static void
set_references(struct record *order, const json_t *of_vendor)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    size_t count = record_count(order, "lines");

    for (size_t i = 0; i < count; i++) {
        const char *item =
            record_text(order, arena_printf(arena, "lines[%zu].item", i));
        const char *path = arena_printf(arena, "lines[%zu].vendor_item", i);
        if (item != NULL && record_text(order, path) == NULL)
            record_set(order, path, exact_text(of_vendor, item));
    }
}

bool
nav_add_references(struct nav *nav, json_t *known, struct record *order,
                   struct err *err)
{
    const char *vendor = record_text(order, "vendor");

    if (vendor == NULL)
        return true;
    json_t *of_vendor = json_object_get(known, vendor);
    if (of_vendor == NULL) {
        of_vendor = json_object();
        json_object_set_new(known, vendor, of_vendor);
        if (!nav_read_references(nav, vendor, NULL, of_vendor, err))
            return false;
    }
    set_references(order, of_vendor);
    return true;
}
