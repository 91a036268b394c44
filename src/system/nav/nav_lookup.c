/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-references that NAV keeps: masters by number, items by their vendor's
 * number too. Answers are kept for some minutes; that something is not there
 * is never kept, so that a document waiting for it is released at once. */
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
    fact->until = when_steady() + (int64_t)NAV_CACHE_SECONDS * 1000000000;
}

/* One field of the first row that the filter leaves; "" when none. With
 * offered, a set that is not published is no failure: *offered says so. */
struct question {
    enum odata_root root;
    const char *set, *filter, *field;
    bool *offered;
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
    if (!odata_first(nav->odata, question->root, question->set, &query, &row,
                     &count, err)) {
        if (question->offered == NULL || err->code != TP6005)
            return false;
        err_clear(err);
        *question->offered = false;
        return true;
    }
    if (count > 0)
        text_copy(out, 64, exact_word(row, question->field));
    return true;
}

static bool
by_key(struct nav *nav, const char *set, const char *key, const char *value,
       char out[64], struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct question question = { .root = ODATA_MAIN,
                                 .set = set,
                                 .field = key,
                                 .filter =
                                     arena_printf(arena, "%s eq %s", key,
                                                  odata_quote(arena, value)) };

    return ask(nav, &question, out, err);
}

/* A vendor's item references: from his number to ours, or from ours to his. */
struct reference {
    const char *vendor, *value;
    bool ours; /* value is our number */
};

/* Page 5735; NAV before 2020 calls the fields Cross_Reference_..., its page
 * is asked when the newer one is not there. */
static bool
by_reference(struct nav *nav, const struct reference *wanted, char out[64],
             struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *of = odata_quote(arena, wanted->vendor);
    const char *number = odata_quote(arena, wanted->value);
    bool offered = true, ours = wanted->ours;
    struct question newer = {
        .root = ODATA_PAGES,
        .set = "ItemReferences",
        .field = ours ? "Reference_No" : "Item_No",
        .filter = arena_printf(arena,
                               "Reference_Type eq 'Vendor' and "
                               "Reference_Type_No eq %s and %s eq %s",
                               of, ours ? "Item_No" : "Reference_No", number),
        .offered = &offered
    };
    struct question older = {
        .root = ODATA_PAGES,
        .set = "CrossReferences",
        .field = ours ? "Cross_Reference_No" : "Item_No",
        .filter = arena_printf(
            arena,
            "Cross_Reference_Type eq 'Vendor' and Cross_Reference_Type_No eq "
            "%s and %s eq %s",
            of, ours ? "Item_No" : "Cross_Reference_No", number),
        .offered = &offered
    };

    if (!ask(nav, &newer, out, err))
        return false;
    return offered || ask(nav, &older, out, err);
}

static bool
look_up_item(struct nav *nav, const char *vendor, const char *value,
             char out[64], struct err *err)
{
    const struct nav_words *w = nav->words;
    bool offered;
    const char *gtin = w->modified != NULL ? "gtin" : "GTIN";

    if (!by_key(nav, w->items, w->master_key, value, out, err))
        return false;
    if (out[0] != '\0')
        return true;
    struct reference theirs = { vendor, value, false };
    if (!text_empty(vendor) && !by_reference(nav, &theirs, out, err))
        return false;
    if (out[0] != '\0' || strlen(value) < 8 || strlen(value) > 14 ||
        strspn(value, "0123456789") != strlen(value))
        return true;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct question question = { .root = ODATA_MAIN,
                                 .set = w->items,
                                 .field = w->master_key,
                                 .filter = arena_printf(arena, "%s eq '%s'",
                                                        gtin, value),
                                 .offered = &offered };
    return ask(nav, &question, out, err);
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

    out[0] = '\0';
    if (strcmp(table, "vendor") == 0)
        return by_key(nav, w->vendors, w->master_key, value, out, err);
    if (strcmp(table, "customer") == 0)
        return by_key(nav, w->customers, w->master_key, value, out, err);
    if (strcmp(table, "location") == 0)
        return by_key(nav, w->locations, w->code_key, value, out, err);
    if (strcmp(table, "unit") == 0)
        return by_key(nav, w->units, w->code_key, value, out, err);
    if (strcmp(table, "item") == 0)
        return look_up_item(nav, vendor, value, out, err);
    struct reference ours = { vendor, value, true };
    if (strcmp(table, "vendor_item") == 0)
        return text_empty(vendor) || by_reference(nav, &ours, out, err);
    return err_set(err, TP6001,
                   "nav keeps no table '%s'; vendor, customer, item, "
                   "vendor_item, location and unit are there",
                   table);
}

bool
nav_look_up(struct system *system, const char *table, const char *partner,
            const char *value, bool *found, char out[64], struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    const char *vendor =
        strstr(table, "item") != NULL ? vendor_of(system, partner) : "";
    const char *asked =
        arena_printf(arena, "%s\x1f%s\x1f%s", table, vendor, value);
    struct nav_fact *fact = slot_of(nav, asked);

    *found = true;
    if (strcmp(fact->asked, asked) == 0 && fact->until > when_steady()) {
        text_copy(out, 64, fact->answer);
        return true;
    }
    if (!look_up_table(nav, table, vendor, value, out, err))
        return err_at(err, "%s %s", table, value);
    *found = out[0] != '\0';
    if (*found)
        remember(fact, asked, out);
    return true;
}
