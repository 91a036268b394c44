/* SPDX-License-Identifier: Apache-2.0 */
/* What a push must have for itself. Orders are read, changed and posted in
 * several requests; so are journals, whose lines we number. NAV takes a
 * vendor's number once, so that the second of two bills has to see the first.
 * Numbers are the same in capitals and not. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

struct names {
    struct arena *arena;
    const char **list;
    size_t count;
};

static void
add(struct names *names, const char *what, const char *number)
{
    char *name =
        arena_printf(names->arena, "%s %s", what, number != NULL ? number : "");

    for (char *at = name + strlen(what); *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    names->list[names->count++] = name;
}

static void
add_orders(struct names *names, const struct record *shipment)
{
    const json_t *orders = record_node(shipment, "orders");

    for (size_t i = 0; i < json_array_size(orders); i++)
        add(names, "order", node_text(json_array_get(orders, i), "po_number"));
}

const char *const *
nav_alone(const struct system *system, const char *what,
          const struct record *record, struct arena *arena)
{
    size_t most = record_count(record, "orders") + 3;
    struct names names = { arena, arena_alloc(arena, most * sizeof(char *)),
                           0 };

    if (strcmp(what, "receipt") == 0) {
        if (nav_of(system)->receipts == NAV_ITEM_JOURNAL)
            add(&names, "item journal", NULL);
        add_orders(&names, record);
    } else if (strcmp(what, "bill") == 0) {
        add(&names, "bill", record_text(record, "number"));
        if (!text_empty(record_text(record, "po_number")))
            add(&names, "order", record_text(record, "po_number"));
    } else {
        add(&names, "payment journal", NULL);
    }
    return names.list;
}
