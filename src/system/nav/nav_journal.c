/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts as item journal entries (page 40), for installations that do not
 * receive on orders. The entries carry a document number made of the key, so
 * that they are found again: in the journal, or posted among the item ledger
 * entries (page 38). */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

enum { LINE_STEP = 10000 };

struct journal {
    char document[24];
    long last_line;
    size_t entries;
};

static bool
take_entry(void *user, json_t *row, struct err *err)
{
    struct journal *journal = user;
    long line;

    (void)err;
    journal->entries++;
    if (text_number(exact_word(row, "Line_No"), 2000000000, &line) &&
        line > journal->last_line)
        journal->last_line = line;
    return true;
}

static bool
count_entries(struct nav *nav, const char *set, const char *filter,
              struct journal *journal, struct err *err)
{
    struct odata_query query = { .filter = filter };

    return odata_list(nav->odata, ODATA_PAGES, set, &query, take_entry, journal,
                      err);
}

static const char *
of_batch(const struct nav *nav, struct arena *arena)
{
    return arena_printf(
        arena, "Journal_Template_Name eq %s and Journal_Batch_Name eq %s",
        odata_quote(arena, nav->template), odata_quote(arena, nav->batch));
}

static json_t *
make_entry(const struct nav *nav, const struct nav_receipt *receipt,
           const struct journal *journal, const json_t *line, long line_no)
{
    char number[32];
    json_t *entry =
        json_pack("{ss ss ss ss ss ss ss}", "Journal_Template_Name",
                  nav->template, "Journal_Batch_Name", nav->batch, "Entry_Type",
                  "Purchase", "Document_No", journal->document, "Item_No",
                  exact_word(line, "item"), "Posting_Date", receipt->date,
                  "Unit_of_Measure_Code", exact_word(line, "unit"));

    text_format(number, sizeof number, "%ld", line_no);
    json_object_set_new(entry, "Line_No", exact_number(number));
    json_object_set_new(entry, "External_Document_No",
                        json_string(receipt->shipment));
    if (nav->location != NULL)
        json_object_set_new(entry, "Location_Code", json_string(nav->location));
    json_object_set_new(entry, "Quantity",
                        exact_decimal(exact_amount(line, "quantity")));
    json_object_set_new(entry, "Unit_Amount",
                        exact_decimal(exact_amount(line, "price")));
    return entry;
}

/* Adds what an earlier attempt did not get to: entries are made in order, so
 * as many as there are are the first ones. */
static bool
add_entries(struct nav *nav, const struct nav_receipt *receipt,
            const struct journal *journal, struct err *err)
{
    long line_no = journal->last_line;

    for (size_t i = journal->entries; i < json_array_size(receipt->lines);
         i++) {
        line_no += LINE_STEP;
        CLEANUP(json_decrefp)
        json_t *entry = make_entry(nav, receipt, journal,
                                   json_array_get(receipt->lines, i), line_no);
        CLEANUP(json_decrefp) json_t *answer = NULL;
        if (!odata_post(nav->odata, ODATA_PAGES, "ItemJournal", entry, &answer,
                        err))
            return false;
    }
    return true;
}

static bool
post_journal(struct nav *nav, const struct journal *journal, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    CLEANUP(json_decrefp)
    json_t *body =
        json_pack("{ss ss ss}", "templateName", nav->template, "batchName",
                  nav->batch, "documentNumber", journal->document);

    return odata_call(nav->odata,
                      arena_printf(arena, "%s_PostItemJournal", nav->codeunit),
                      body, &value, err);
}

bool
nav_journal_find(struct system *system, const struct nav_receipt *receipt,
                 bool *found, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    struct journal posted = { 0 };

    nav_document_number(posted.document, receipt->key, receipt->po);
    const char *filter =
        arena_printf(arena, "Document_No eq '%s'", posted.document);
    if (!count_entries(nav, "ItemLedgerEntries", filter, &posted, err))
        return false;
    *found = posted.entries > 0;
    text_copy(result->number, sizeof result->number, posted.document);
    return true;
}

enum pushed
nav_journal_post(struct system *system, const struct nav_receipt *receipt,
                 struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct nav *nav = nav_of(system);
    struct journal own = { 0 }, batch = { 0 };
    const char *all = of_batch(nav, arena);
    bool found;

    if (!nav_journal_find(system, receipt, &found, result, err))
        return nav_failed(err);
    result->existed = found;
    if (found)
        return PUSH_DONE;
    nav_document_number(own.document, receipt->key, receipt->po);
    const char *mine =
        arena_printf(arena, "%s and Document_No eq '%s'", all, own.document);
    if (!count_entries(nav, "ItemJournal", mine, &own, err) ||
        !count_entries(nav, "ItemJournal", all, &batch, err))
        return nav_failed(err);
    own.last_line = batch.last_line;
    if (!add_entries(nav, receipt, &own, err) || !post_journal(nav, &own, err))
        return nav_failed(err);
    return PUSH_DONE;
}
