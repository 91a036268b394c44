/* SPDX-License-Identifier: Apache-2.0 */
/* What the pushes of a batch would each ask NAV for, read for many of them with
 * one request: their orders, and what they left when they were tried before.
 * Each is told once, within some seconds, so that whatever is pushed after
 * another thing of its order looks anew; and only where NAV checks again when
 * it posts. A filter has `or` on one field, which is all that NAV takes. */
#include <string.h>

#include "base/buf.h"
#include "base/fiber.h"
#include "base/text.h"
#include "base/when.h"
#include "system/nav/nav_private.h"

enum {
    SEEN_SECONDS = 5, /* between match and posting */
    PER_REQUEST = 20,
    FILTER_BYTES = 1200 /* before it is encoded: some servers take 2048 */
};

/* One request on its way. */
struct asking {
    struct nav *nav;
    const char *set;
    struct odata_query query;
    odata_row *take;
    json_t *told; /* owned */
};

/* All of one kind. */
struct list {
    struct arena *arena;
    const char *field, *before;
    const char **values;
    size_t count;
};

struct askings {
    struct arena *arena;
    struct asking *list;
    size_t count;
};

static const char *
key_of(struct arena *arena, const char *what, const char *value)
{
    char *key = arena_printf(arena, "%s %s", what, value);

    for (char *at = key + strlen(what); *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return key;
}

/* ---- what rows tell */

static bool
take_order(void *user, json_t *row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct asking *asking = user;
    json_t *order = nav_read_order(asking->nav, row);

    (void)err;
    json_object_set_new(asking->told,
                        key_of(arena, "order", exact_word(order, "number")),
                        order);
    return true;
}

static bool
take_own(void *user, json_t *row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct asking *asking = user;

    (void)err;
    json_object_set(asking->told,
                    key_of(arena, asking->set, exact_word(row, "id")), row);
    return true;
}

static bool
take_numbered(void *user, json_t *row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct asking *asking = user;
    const char *number = exact_word(row, "vendorInvoiceNumber");
    json_t *rows =
        json_object_get(asking->told, key_of(arena, "number", number));

    (void)err;
    json_array_append(rows, row);
    return true;
}

/* ---- questions */

static void
add(struct list *list, const char *value)
{
    if (text_empty(value))
        return;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->values[i], value) == 0)
            return;
    list->values[list->count++] = value;
}

/* The next values of the list as one filter; how many. */
static size_t
make_filter(const struct list *list, size_t from, const char **filter)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    size_t count = 0;

    buf_addf(&text, "%s%s", list->before, list->before[0] != '\0' ? "(" : "");
    while (count < PER_REQUEST && from + count < list->count &&
           (count == 0 || text.size < FILTER_BYTES)) {
        const char *value = list->values[from + count];
        bool bare = strcmp(list->field, "id") == 0;
        buf_addf(&text, "%s%s eq %s", count > 0 ? " or " : "", list->field,
                 bare ? value : odata_quote(list->arena, value));
        count++;
    }
    buf_adds(&text, list->before[0] != '\0' ? ")" : "");
    *filter = arena_strdup(list->arena, buf_text(&text));
    return count;
}

/* told: what is known of each value when no row tells anything; NULL: that it
 * has to be asked for. */
static void
add_askings(struct askings *all, const struct list *list,
            const struct asking *like, const char *what)
{
    for (size_t from = 0, count; from < list->count; from += count) {
        struct asking *asking = &all->list[all->count++];
        *asking = *like;
        asking->told = json_object();
        count = make_filter(list, from, &asking->query.filter);
        for (size_t i = from; what != NULL && i < from + count; i++)
            json_object_set_new(
                asking->told, key_of(all->arena, what, list->values[i]),
                strcmp(what, "number") == 0 ? json_array() : json_null());
    }
}

/* A server that refuses such a question is not asked one again. */
static void
ask(void *user)
{
    struct asking *asking = user;
    struct nav *nav = asking->nav;
    struct err err = { 0 };

    if (!nav->no_ahead &&
        odata_list(nav->odata, ODATA_MAIN, asking->set, &asking->query,
                   asking->take, asking, &err))
        json_object_update(nav->seen, asking->told);
    if (err.kind == ERR_DATA || err.kind == ERR_CONFIG)
        nav->no_ahead = true;
    json_decref(asking->told);
}

static void
ask_all(const struct system *system, struct askings *all)
{
    struct fibers *fibers = fibers_new(system->at_once);
    size_t next = 0;

    while (next < all->count || fibers_busy(fibers) > 0)
        if (next < all->count && fibers_room(fibers))
            fibers_start(fibers, ask, &all->list[next++]);
        else
            fibers_turn(fibers);
    fibers_free(&fibers);
}

static void
ask_orders(struct nav *nav, struct askings *all, const struct list *orders)
{
    const struct nav_words *w = nav->words;
    struct asking like = { .nav = nav,
                           .set = w->orders,
                           .query = { .expand = w->order_lines },
                           .take = take_order };

    add_askings(all, orders, &like, NULL);
}

static void
ask_bills(struct nav *nav, struct askings *all, const struct list *ids,
          const struct list *numbers)
{
    struct asking own = { .nav = nav,
                          .set = "purchaseInvoices",
                          .take = take_own };
    struct asking numbered = { .nav = nav,
                               .set = own.set,
                               .query = { .select =
                                              "id,number,status,vendorNumber,"
                                              "vendorInvoiceNumber" },
                               .take = take_numbered };

    add_askings(all, ids, &own, own.set);
    add_askings(all, numbers, &numbered, "number");
}

/* ---- the batch */

static struct list
new_list(struct arena *arena, const char *field, const char *before,
         size_t most)
{
    return (struct list){ .arena = arena,
                          .field = field,
                          .before = before,
                          .values = arena_alloc(arena, most * sizeof(char *)) };
}

static void
add_shipped(struct list *orders, const struct record *shipment)
{
    const json_t *list = record_node(shipment, "orders");

    for (size_t i = 0; i < json_array_size(list); i++)
        add(orders, node_text(json_array_get(list, i), "po_number"));
}

static void
add_bill(struct arena *arena, const struct system_push *push,
         struct list *orders, struct list *ids, struct list *numbers)
{
    char *id = arena_alloc(arena, NAV_UUID);

    add(orders, record_text(push->record, "po_number"));
    if (text_equal(record_text(push->record, "kind"), "credit_memo"))
        return;
    nav_uuid(id, push->key, "");
    add(ids, id);
    add(numbers, record_text(push->record, "number"));
}

static size_t
named_orders(const struct system_push *pushes, size_t count)
{
    size_t named = count;

    for (size_t i = 0; i < count; i++)
        named += record_count(pushes[i].record, "orders");
    return named;
}

/* What was known is forgotten: each batch knows what it has asked for. */
void
nav_look_ahead(struct system *system, const char *what,
               const struct system_push *pushes, size_t count)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    size_t most = named_orders(pushes, count) + 1;
    struct list orders =
        new_list(arena, nav->words->number, nav->words->order_key, most);
    struct list ids = new_list(arena, "id", "", most);
    struct list numbers = new_list(arena, "vendorInvoiceNumber", "", most);
    struct askings all = { arena,
                           arena_alloc(arena, 3 * most * sizeof *all.list), 0 };

    json_decref(nav->seen);
    nav->seen = json_object();
    nav->seen_until = when_steady() + SEEN_SECONDS * INT64_C(1000000000);
    for (size_t i = 0; i < count; i++)
        if (strcmp(what, "bill") == 0)
            add_bill(arena, &pushes[i], &orders, &ids, &numbers);
        else if (strcmp(what, "receipt") == 0)
            add_shipped(&orders, pushes[i].record);
    if (orders.count > 1 && nav->receipts == NAV_CODEUNIT)
        ask_orders(nav, &all, &orders);
    if (ids.count > 1 && !nav_has_pages(nav))
        ask_bills(nav, &all, &ids, &numbers);
    ask_all(system, &all);
}

json_t *
nav_seen(struct nav *nav, const char *what, const char *value)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *key = key_of(arena, what, value);
    json_t *seen = json_object_get(nav->seen, key);

    if (seen == NULL || when_steady() > nav->seen_until)
        return NULL;
    json_incref(seen);
    json_object_del(nav->seen, key);
    return seen;
}

void
nav_see(struct nav *nav, const char *what, const char *value, json_t *seen)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();

    if (nav->seen != NULL && when_steady() <= nav->seen_until)
        json_object_set(nav->seen, key_of(arena, what, value), seen);
}
