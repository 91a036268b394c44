/* SPDX-License-Identifier: Apache-2.0 */
/* The vendor's own item numbers on order lines (page 5735). They are read once
 * for each vendor of a pull. Without the page lines go without them. */
#include "base/text.h"
#include "system/nav/nav_private.h"

static bool
take_reference(void *user, json_t *row, struct err *err)
{
    json_t *of_vendor = user;
    const char *item = exact_text(row, "Item_No");
    const char *number = exact_text(row, "Reference_No");

    (void)err;
    if (item != NULL && number != NULL &&
        json_object_get(of_vendor, item) == NULL)
        json_object_set_new(of_vendor, item, json_string(number));
    return true;
}

/* Item number to the vendor's; the first of several, as NAV sorts them. */
static bool
read_vendor(struct nav *nav, const char *vendor, json_t *of_vendor,
            struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct odata_query query = {
        .filter = arena_printf(
            arena, "Reference_Type eq 'Vendor' and Reference_Type_No eq %s",
            odata_quote(arena, vendor)),
        .select = "Item_No,Reference_No",
        .replica = true
    };

    if (odata_list(nav->odata, ODATA_PAGES, "ItemReferences", &query,
                   take_reference, of_vendor, err))
        return true;
    if (err->code != TP6005)
        return false;
    err_clear(err);
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
        if (!read_vendor(nav, vendor, of_vendor, err))
            return false;
    }
    set_references(order, of_vendor);
    return true;
}
