/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/describe.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/guide_private.h"

static const char *
name_of(const char *name)
{
    return name ? name : "";
}

static const char *
usage_text(char usage)
{
    return usage == 'M' ? "must" : usage == 'N' ? "not used" : "may";
}

static void
add_times(struct buf *out, long max)
{
    if (max == X12_ANY_NUMBER)
        buf_adds(out, "any number");
    else
        buf_addf(out, "at most %ld", max);
}

static void
add_tree(struct buf *out, const struct item *parent, int indent)
{
    for (const struct item *i = parent->child; i != NULL; i = i->next) {
        buf_addf(out, "%*s%-3s  %s, ", indent, "", i->segment->id,
                 usage_text(i->usage));
        add_times(out, i->max);
        buf_addf(out, "%s  %s\n", i->loop ? ", leads a loop" : "",
                 name_of(i->segment->name));
        add_tree(out, i, indent + 2);
    }
}

static void
describe_set(const struct x12_guide *guide, struct buf *out)
{
    buf_addf(out, "%s  %s, in groups %s, version %s\n", guide->set,
             guide->title, guide->group, guide->version);
    add_tree(out, guide->root, 2);
}

static const char *
type_text(const struct slot *slot)
{
    switch (slot->type) {
    case 'A':
        return "text";
    case 'I':
        return "code";
    case 'D':
        return "date";
    case 'T':
        return "time";
    case 'R':
        return "number";
    case 'N':
        return slot->decimals ? "number with implied decimals" : "whole number";
    case 'B':
        return "bytes";
    default:
        return "composite";
    }
}

static void
add_slot(struct buf *out, const struct slot *slot)
{
    if (slot->inside != NULL) {
        buf_addf(out, "composite %s of %u", slot->inside->id,
                 slot->inside->count);
        return;
    }
    buf_addf(out, "%s", type_text(slot));
    if (slot->type == 'N' && slot->decimals > 0)
        buf_addf(out, " (%u)", slot->decimals);
    if (slot->min == slot->max)
        buf_addf(out, " of %u", slot->min);
    else
        buf_addf(out, " of %u to %u", slot->min, slot->max);
    if (slot->number > 0)
        buf_addf(out, ", element %u", slot->number);
}

static void
add_note(struct buf *out, const struct segment_def *def,
         const struct note *note)
{
    static const char *const words[] = { ['P'] = "all or none",
                                         ['R'] = "at least one",
                                         ['E'] = "at most one",
                                         ['C'] = "the first needs the others",
                                         ['L'] = "the first needs one of the "
                                                 "others" };

    buf_addf(out, "  %s%02u", def->id, note->first);
    for (uint32_t bit = 0; bit < ELEMENTS_MAX; bit++)
        if ((note->others >> bit & 1) != 0)
            buf_addf(out, " %s%02u", def->id, bit + 1);
    buf_addf(out, ": %s\n", words[(unsigned char)note->kind]);
}

static void
describe_segment(const struct segment_def *def, const struct item *item,
                 struct buf *out)
{
    buf_addf(out, "%s  %s", def->id, name_of(def->name));
    if (item != NULL) {
        buf_addf(out, "; %s, ", usage_text(item->usage));
        add_times(out, item->max);
        buf_adds(out, item->loop ? ", leads a loop" : "");
    }
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < def->count; i++) {
        const struct slot *slot = &def->slots[i];
        buf_addf(out, "  %s%02u  %-8s  %-32s  ", def->id, i + 1,
                 usage_text(slot->usage), name_of(slot->name));
        add_slot(out, slot);
        buf_addc(out, '\n');
    }
    for (uint32_t i = 0; i < def->note_count; i++)
        add_note(out, def, &def->notes[i]);
}

static int
by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uint64_t));
}

static void
add_codes(struct buf *out, const struct code_list *codes)
{
    uint64_t *keys = obtain((codes->count + 1) * sizeof *keys);
    uint32_t count = 0;

    for (uint32_t i = 0; i <= codes->mask; i++)
        if (codes->keys[i] != 0)
            keys[count++] = codes->keys[i];
    qsort(keys, count, sizeof *keys, by_bytes);
    buf_adds(out, codes->all ? "  no other value than\n"
                             : "  values with a name, others may be used\n");
    for (uint32_t i = 0; i < count; i++) {
        char value[CODE_MAX + 1] = "";
        memcpy(value, &keys[i], CODE_MAX);
        long at = guide_codes_find(codes, value, strlen(value));
        buf_addf(out, "    %-8s  %s\n", value,
                 at >= 0 ? name_of(codes->names[at]) : "");
    }
    release(&keys);
}

static bool
describe_slot(const char *place, const struct slot *slot, const char *code,
              struct buf *out)
{
    long at = -1;

    if (code != NULL) {
        if (slot->codes != NULL)
            at = guide_codes_find(slot->codes, code, strlen(code));
        if (at < 0)
            return false;
        buf_addf(out, "%s %s  %s\n", place, code,
                 name_of(slot->codes->names[at]));
        return true;
    }
    buf_addf(out, "%s  %s; %s, ", place, name_of(slot->name),
             usage_text(slot->usage));
    add_slot(out, slot);
    buf_addc(out, '\n');
    for (uint32_t i = 0; slot->inside != NULL && i < slot->inside->count; i++) {
        const struct slot *part = &slot->inside->slots[i];
        buf_addf(out, "  %s-%u  %-8s  %-32s  ", place, i + 1,
                 usage_text(part->usage), name_of(part->name));
        add_slot(out, part);
        buf_addc(out, '\n');
    }
    if (slot->codes != NULL)
        add_codes(out, slot->codes);
    return true;
}

/* The first place of the segment; an overlay's own definition counts. */
static const struct item *
find_item(const struct item *parent, const char *id)
{
    const struct item *found = NULL;

    for (const struct item *i = parent->child; i && !found; i = i->next)
        found = strcmp(i->segment->id, id) == 0 ? i : find_item(i, id);
    return found;
}

/* "03", "04:2" or "03=EA" of a segment. */
static bool
describe_element(const struct segment_def *def, const char *path,
                 struct buf *out)
{
    char *end, place[24];
    unsigned long number = strtoul(path, &end, 10), part = 0;
    const char *code = NULL;

    if (number == 0 || number > def->count)
        return false;
    const struct slot *slot = &def->slots[number - 1];
    text_format(place, sizeof place, "%s%02lu", def->id, number);
    if ((*end == ':' || *end == '-') && slot->inside != NULL) {
        part = strtoul(end + 1, &end, 10);
        if (part == 0 || part > slot->inside->count)
            return false;
        slot = &slot->inside->slots[part - 1];
        text_format(place, sizeof place, "%s%02lu-%lu", def->id, number, part);
    }
    if (*end == '=' || *end == ':')
        code = end + 1;
    else if (*end != '\0')
        return false;
    return describe_slot(place, slot, code, out);
}

bool
x12_describe(const struct x12_guide *guide, const char *path, struct buf *out)
{
    size_t size = strcspn(path, ":");
    char id[8], place[24];
    long number;

    if (*path == '\0') {
        describe_set(guide, out);
        return true;
    }
    if (*path == '#') {
        if (!text_number(path + 1, 99999, &number))
            return false;
        const struct slot *slot =
            dictionary_element(guide->dictionary, (uint32_t)number);
        text_format(place, sizeof place, "element %ld", number);
        return slot != NULL && describe_slot(place, slot, NULL, out);
    }
    if (size >= sizeof id)
        return false;
    text_format(id, sizeof id, "%.*s", (int)size, path);
    const struct item *item = find_item(guide->root, id);
    const struct segment_def *def =
        item ? item->segment : dictionary_segment(guide->dictionary, id);
    if (def == NULL)
        return false;
    if (path[size] == ':')
        return describe_element(def, path + size + 1, out);
    describe_segment(def, item, out);
    return true;
}
