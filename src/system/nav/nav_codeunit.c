/* SPDX-License-Identifier: Apache-2.0 */
/* The codeunit of doc/nav: procedures that NAV does in one transaction with
 * the key they are called with, so that each key is posted once. */
#include <string.h>

#include "base/text.h"
#include "system/nav/nav_private.h"

/* Lines as the codeunit takes them: [{"line":10000,"quantity":"12.5"}]; the
 * quantity a text, exact whatever reads it. */
static char *
lines_text(struct arena *arena, const json_t *lines)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    CLEANUP(buf_free) struct buf out = { 0 };

    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        json_t *one = json_object();
        json_object_set_new(one, "line",
                            exact_decimal(exact_amount(line, "line")));
        json_object_set_new(one, "quantity",
                            json_string(exact_word(line, "quantity")));
        json_array_append_new(list, one);
    }
    exact_dump(&out, list);
    return arena_strdup(arena, out.text);
}

void
nav_take_number(const struct buf *value, struct push_result *result)
{
    CLEANUP(json_decrefp) json_t *answer = NULL;
    struct err ignored = { 0 };
    const char *text = buf_text(value);

    if (text[0] == '{' &&
        exact_parse(&answer, value->text, value->size, &ignored)) {
        text_copy(result->number, sizeof result->number,
                  exact_word(answer, "number"));
        result->existed = strcmp(exact_word(answer, "existed"), "true") == 0;
    } else
        text_copy(result->number, sizeof result->number, text);
}

enum pushed
nav_codeunit_post(struct system *system, const struct nav_receipt *receipt,
                  struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    struct nav *nav = nav_of(system);
    char key[NAV_UUID];
    const char *action = arena_printf(arena, "%s_PostReceipt", nav->codeunit);

    nav_uuid(key, receipt->key, receipt->po);
    CLEANUP(json_decrefp)
    json_t *body = json_pack("{ss ss ss ss ss}", "documentKey", key,
                             "orderNumber", receipt->po, "shipmentNumber",
                             receipt->shipment, "postingDate", receipt->date,
                             "lines", lines_text(arena, receipt->lines));
    if (!odata_call(nav->odata, action, body, &value, err))
        return nav_failed(err);
    nav_take_number(&value, result);
    if (result->number[0] != '\0')
        return PUSH_DONE;
    err_set(err, TP6015, "%s answered without a receipt's number", action);
    return PUSH_UNKNOWN;
}

bool
nav_find_key(struct nav *nav, const char *procedure, const char *key,
             bool *found, struct push_result *result, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf value = { 0 };
    CLEANUP(json_decrefp) json_t *body = json_pack("{ss}", "documentKey", key);

    if (!odata_inquire(nav->odata,
                       arena_printf(arena, "%s_%s", nav->codeunit, procedure),
                       body, &value, err))
        return false;
    nav_take_number(&value, result);
    *found = result->number[0] != '\0';
    return true;
}

bool
nav_codeunit_find(struct system *system, const struct nav_receipt *receipt,
                  bool *found, struct push_result *result, struct err *err)
{
    char key[NAV_UUID];

    nav_uuid(key, receipt->key, receipt->po);
    return nav_find_key(nav_of(system), "FindReceipt", key, found, result, err);
}
