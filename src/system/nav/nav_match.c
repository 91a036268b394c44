/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of the order a shipped or billed line is about, and the words
 * that documents wait with. */
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "store/digest.h"
#include "system/nav/nav_private.h"

enum pushed
nav_hold(struct push_result *result, struct err *err, enum err_code code,
         const char *waits_for, const char *format, ...)
{
    char sentence[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    text_copy(result->note, sizeof result->note, sentence);
    text_copy(result->waits_for, sizeof result->waits_for,
              waits_for != NULL ? waits_for : "");
    err_set(err, code, "%s", sentence);
    return PUSH_HELD;
}

enum pushed
nav_failed(const struct err *err)
{
    return err->kind == ERR_UNSURE ? PUSH_UNKNOWN : PUSH_FAILED;
}

void
nav_uuid(char out[NAV_UUID], const char *key, const char *part)
{
    CLEANUP(buf_free) struct buf name = { 0 };

    buf_addf(&name, "%s/%s", key, part);
    digest_uuid(out, name.text);
}

void
nav_document_number(char out[24], const char *key, const char *part)
{
    char uuid[NAV_UUID];
    size_t used = 2;

    nav_uuid(uuid, key, part);
    memcpy(out, "TP", 2);
    for (const char *c = uuid; *c != '\0' && used < 18; c++)
        if (*c != '-')
            out[used++] = *c >= 'a' ? (char)(*c - 'a' + 'A') : *c;
    out[used] = '\0';
}

const char *
nav_unit(const struct system *system, struct arena *arena, const char *ours)
{
    const struct map_codes *codes = system->context.codes;
    const char *out = NULL, *guess = NULL;

    if (codes != NULL && codes->look_up(codes->user, "unit", "ours", "nav",
                                        ours, arena, &out, &guess))
        return out;
    return ours;
}

const char *
nav_name_goods(const json_t *goods, char *out, size_t out_size)
{
    const char *item = node_text(goods, "item"), *kind = "item";
    const char *line = node_text(goods, "line");

    if (item == NULL) {
        item = node_text(goods, "vendor_item");
        kind = "vendor item";
    }
    if (item == NULL) {
        item = node_text(goods, "gtin");
        kind = "GTIN";
    }
    text_format(out, out_size, "line %s (%s %s)",
                line ? line : "without number", kind,
                item ? item : "not named");
    return out;
}

/* "10000" is line 10000; partners that count 1, 2, 3 mean NAV's 10000, 20000,
 * 30000, the numbers that NAV gives by itself. */
static bool
same_line(const char *theirs, const char *ours)
{
    long a, b;

    if (theirs == NULL || !text_number(theirs, 99999999, &a) ||
        !text_number(ours, 99999999, &b))
        return false;
    return a == b || a * 10000 == b;
}

/* What goods are called by, and the tables that know it. */
static const char *const item_names[] = { "item", "vendor_item", "gtin" };
static const char *const item_tables[] = { "item", "reference", "gtin" };

bool
nav_item_of(struct system *system, const char *vendor, const json_t *goods,
            char out[64], struct err *err)
{
    bool found = false;

    out[0] = '\0';
    for (size_t i = 0; i < 3 && !found; i++) {
        const char *value = node_text(goods, item_names[i]);
        if (value != NULL && !nav_look_up(system, item_tables[i], vendor, value,
                                          &found, out, err))
            return false;
    }
    return true;
}

/* The vendor's own number first: it is the one that is missing in NAV. */
void
nav_item_fact(const json_t *goods, char *out, size_t out_size)
{
    static const size_t order[] = { 1, 0, 2 };

    out[0] = '\0';
    for (size_t i = 0; i < 3 && out[0] == '\0'; i++) {
        const char *value = node_text(goods, item_names[order[i]]);
        if (!text_empty(value))
            text_format(out, out_size, "%s:%s", item_tables[order[i]], value);
    }
}

static bool
is_about(const json_t *line, const char *item, const json_t *goods)
{
    const char *reference = exact_text(line, "reference");
    const char *vendor_item = node_text(goods, "vendor_item");
    const char *own = node_text(goods, "item");
    const char *number = exact_word(line, "item");

    if (item[0] != '\0' && strcmp(number, item) == 0)
        return true;
    if (own != NULL && strcmp(number, own) == 0)
        return true;
    return reference != NULL && vendor_item != NULL &&
           strcmp(reference, vendor_item) == 0;
}

/* The lines of the item; of several the one with the partner's line number. */
static const json_t *
pick_line(const json_t *order, const char *item, const json_t *goods,
          size_t *count)
{
    const json_t *lines = json_object_get(order, "lines"), *only = NULL;
    const char *number = node_text(goods, "line");
    bool named = node_text(goods, "item") || node_text(goods, "vendor_item") ||
                 node_text(goods, "gtin");

    *count = 0;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        bool here = same_line(number, exact_word(line, "line"));
        if (named ? !is_about(line, item, goods) : !here)
            continue;
        if (here) {
            *count = 1;
            return line;
        }
        only = line;
        ++*count;
    }
    return *count == 1 ? only : NULL;
}

enum pushed
nav_match(struct system *system, const json_t *order, const json_t *goods,
          const json_t **line, struct push_result *result, struct err *err)
{
    const char *vendor = exact_word(order, "vendor");
    const char *number = exact_word(order, "number");
    size_t lines = json_array_size(json_object_get(order, "lines"));
    char item[64], name[120], waits_for[160] = "";
    size_t count;

    if (!nav_item_of(system, vendor, goods, item, err))
        return nav_failed(err);
    *line = pick_line(order, item, goods, &count);
    if (*line != NULL)
        return PUSH_DONE;
    nav_name_goods(goods, name, sizeof name);
    if (count > 1)
        return nav_hold(result, err, TP6021, NULL,
                        "%s fits %zu lines of order %s and names none of them",
                        name, count, number);
    if (item[0] == '\0')
        nav_item_fact(goods, waits_for, sizeof waits_for);
    return nav_hold(result, err, TP6021, waits_for,
                    "%s is not on order %s, which has %zu line%s", name, number,
                    lines, lines == 1 ? "" : "s");
}
