/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-references that NAV keeps: masters by number, items by their vendor's
 * number or bar code. Answers are kept for some minutes; that something is not
 * there is kept for seconds, so that a long document asks once, and one that
 * waits for it is released soon. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "conf/partner.h"
#include "system/nav/nav_private.h"

static struct nav_fact *
slot_of(struct nav *nav, const char *asked)
{
    unsigned long hash = 5381;

    for (const char *c = asked; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    return &nav->facts[hash % NAV_CACHE];
}

static void
remember(struct nav_fact *fact, const char *asked, const char *answer)
{
    if (strlen(asked) >= sizeof fact->asked)
        return;
    text_copy(fact->asked, sizeof fact->asked, asked);
    text_copy(fact->answer, sizeof fact->answer, answer);
    fact->until =
        when_steady() +
        (int64_t)(answer[0] != '\0' ? NAV_CACHE_SECONDS : NAV_MISSING_SECONDS) *
            1000000000;
}

/* One field of the first row that the filter leaves; "" when none. */
struct question {
    const char *set, *filter, *field;
};

static bool
ask(struct nav *nav, const struct question *question, char out[64],
    struct err *err)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter = question->filter,
                                 .select = question->field };
    size_t count;

    out[0] = '\0';
    if (!odata_first(nav->odata, ODATA_MAIN, question->set, &query, &row,
                     &count, err))
        return false;
    if (count > 0)
        text_copy(out, 64, exact_word(row, question->field));
    return true;
}

static bool
by_key(struct nav *nav, const char *set, const char *key, const char *value,
       char out[64], struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct question question = { .set = set,
                                 .field = key,
                                 .filter =
                                     arena_printf(arena, "%s eq %s", key,
                                                  odata_quote(arena, value)) };

    return ask(nav, &question, out, err);
}

/* The item that references name; two different ones name none. */
struct referenced {
    const char *type, *type_field, *item_field;
    char *item;
    bool ambiguous;
};

static bool
take_reference(void *user, json_t *row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct referenced *of = user;
    const char *type = odata_word(arena, exact_word(row, of->type_field));
    const char *item = exact_word(row, of->item_field);

    (void)err;
    if (strcmp(type, of->type) != 0)
        return true;
    if (of->item[0] != '\0' && strcmp(of->item, item) != 0)
        of->ambiguous = true;
    text_copy(of->item, 64, item);
    return true;
}

/* Rows of page 5735; NAV before 2020 calls the fields Cross_Reference_...,
 * its page is asked when the newer one is not there. The type is compared
 * here: how an option with a blank is written in a filter differs. */
static bool
by_reference(struct nav *nav, const char *type, const char *vendor,
             const char *value, char out[64], struct err *err)
{
    static const char *const sets[] = { "ItemReferences", "CrossReferences" };
    static const char *const prefixes[] = { "", "Cross_" };

    out[0] = '\0';
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(arena_free) struct arena *arena = arena_new();
        const char *prefix = prefixes[i];
        struct referenced of = { .type = type,
                                 .type_field = arena_printf(
                                     arena, "%sReference_Type", prefix),
                                 .item_field = "Item_No",
                                 .item = out };
        struct odata_query query = {
            .filter = arena_printf(
                arena, "%sReference_No eq %s and %sReference_Type_No eq %s",
                prefix, odata_quote(arena, value), prefix,
                odata_quote(arena, vendor)),
        };
        if (odata_list(nav->odata, ODATA_PAGES, sets[i], &query, take_reference,
                       &of, err)) {
            if (of.ambiguous)
                out[0] = '\0';
            return true;
        }
        if (err->code != TP6005)
            return false;
        err_clear(err); /* the page is not published */
    }
    return true;
}

static bool
is_gtin(const char *value)
{
    size_t size = strlen(value);

    return size >= 8 && size <= 14 && strspn(value, "0123456789") == size;
}

static bool
by_gtin(struct nav *nav, const char *value, char out[64], struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const struct nav_words *w = nav->words;
    struct question question = {
        .set = w->items,
        .field = w->master_key,
        .filter = arena_printf(arena, "%s eq %s",
                               w->modified != NULL ? "gtin" : "GTIN",
                               odata_quote(arena, value)),
    };

    out[0] = '\0';
    if (!is_gtin(value))
        return true;
    return ask(nav, &question, out, err) &&
           (out[0] != '\0' ||
            by_reference(nav, "Bar Code", "", value, out, err));
}

/* Theirs for our item: the first of several, as NAV sorts them. */
static bool
vendor_item(struct nav *nav, const char *vendor, const char *item, char out[64],
            struct err *err)
{
    CLEANUP(json_decrefp) json_t *known = json_object();

    out[0] = '\0';
    if (!nav_read_references(nav, vendor, item, known, err))
        return false;
    text_copy(out, 64, exact_word(known, item));
    return true;
}

/* Whatever a partner may have meant: ours, theirs, or a GTIN. */
static bool
any_item(struct nav *nav, const char *vendor, const char *value, char out[64],
         struct err *err)
{
    const struct nav_words *w = nav->words;

    if (!by_key(nav, w->items, w->master_key, value, out, err))
        return false;
    if (out[0] == '\0' && vendor[0] != '\0' &&
        !by_reference(nav, "Vendor", vendor, value, out, err))
        return false;
    return out[0] != '\0' || by_gtin(nav, value, out, err);
}

/* A sales invoice that a payment can be applied to. */
static bool
posted_invoice(struct nav *nav, const char *number, char out[64],
               struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *row = NULL;
    struct odata_query query = { .filter =
                                     arena_printf(arena, "number eq %s",
                                                  odata_quote(arena, number)),
                                 .select = "number,status" };
    size_t count;

    if (nav_has_pages(nav))
        return by_key(nav, "PostedSalesInvoice", "No", number, out, err);
    out[0] = '\0';
    if (!odata_first(nav->odata, ODATA_MAIN, "salesInvoices", &query, &row,
                     &count, err))
        return false;
    const char *status = odata_word(arena, exact_word(row, "status"));
    if (count > 0 && strcmp(status, "Draft") != 0 &&
        strcmp(status, "In Review") != 0)
        text_copy(out, 64, exact_word(row, "number"));
    return true;
}

/* A partner is named by its code or, as orders do, by its vendor number. */
static const char *
vendor_of(const struct system *system, const char *partner)
{
    const struct partner *known = NULL;

    if (text_empty(partner))
        return "";
    if (system->context.conf != NULL)
        known = partner_by_code(system->context.conf, partner);
    return known != NULL && known->vendor != NULL ? known->vendor : partner;
}

static bool
look_up_table(struct nav *nav, const char *table, const char *vendor,
              const char *value, char out[64], struct err *err)
{
    const struct nav_words *w = nav->words;

    if (strcmp(table, "vendor") == 0)
        return by_key(nav, w->vendors, w->master_key, value, out, err);
    if (strcmp(table, "customer") == 0)
        return by_key(nav, w->customers, w->master_key, value, out, err);
    if (strcmp(table, "location") == 0)
        return by_key(nav, w->locations, w->code_key, value, out, err);
    if (strcmp(table, "invoice") == 0)
        return posted_invoice(nav, value, out, err);
    if (strcmp(table, "unit") == 0)
        return by_key(nav, w->units, w->code_key, value, out, err);
    if (strcmp(table, "item") == 0)
        return any_item(nav, vendor, value, out, err);
    if (strcmp(table, "gtin") == 0)
        return by_gtin(nav, value, out, err);
    if (strcmp(table, "reference") == 0)
        return text_empty(vendor) ||
               by_reference(nav, "Vendor", vendor, value, out, err);
    if (strcmp(table, "vendor_item") == 0)
        return text_empty(vendor) || vendor_item(nav, vendor, value, out, err);
    return err_set(
        err, TP6001,
        "nav keeps no table '%s'; vendor, customer, item, reference, "
        "gtin, vendor_item, location, unit and invoice are there",
        table);
}

/* The tables that differ by vendor. */
static bool
is_of_vendor(const char *table)
{
    return strcmp(table, "item") == 0 || strcmp(table, "reference") == 0 ||
           strcmp(table, "vendor_item") == 0;
}

bool
nav_look_up(struct system *system, const char *table, const char *partner,
            const char *value, bool *found, char out[64], struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    const char *vendor = is_of_vendor(table) ? vendor_of(system, partner) : "";
    const char *asked =
        arena_printf(arena, "%s\x1f%s\x1f%s", table, vendor, value);
    struct nav_fact *fact = slot_of(nav, asked);

    out[0] = '\0';
    if (strcmp(fact->asked, asked) == 0 && fact->until > when_steady()) {
        text_copy(out, 64, fact->answer);
        *found = out[0] != '\0';
        return true;
    }
    if (!look_up_table(nav, table, vendor, value, out, err))
        return err_at(err, "%s %s", table, value);
    *found = out[0] != '\0';
    remember(fact, asked, out);
    return true;
}
