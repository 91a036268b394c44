/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "x12/guide_private.h"

static int
by_text(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uint64_t));
}

static void
print_codes(const struct code_list *codes, struct buf *out)
{
    uint64_t *keys = obtain((codes->count + 1) * sizeof *keys);
    uint32_t count = 0;

    for (uint32_t i = 0; i <= codes->mask; i++)
        if (codes->keys[i] != 0)
            keys[count++] = codes->keys[i];
    qsort(keys, count, sizeof *keys, by_text);
    buf_adds(out, " :");
    for (uint32_t i = 0; i < count; i++) {
        char value[CODE_MAX + 1] = "";
        memcpy(value, &keys[i], CODE_MAX);
        buf_addf(out, " %s", value);
    }
    release(&keys);
}

static const char *
type_name(const struct slot *slot, char out[4])
{
    static const char names[][4] = { ['A'] = "AN", ['I'] = "ID", ['R'] = "R",
                                     ['D'] = "DT", ['T'] = "TM", ['B'] = "B" };

    if (slot->type != 'N')
        return names[(unsigned char)slot->type];
    out[0] = 'N';
    out[1] = (char)('0' + slot->decimals);
    out[2] = '\0';
    return out;
}

static void
print_slots(const struct segment_def *def, const char *prefix, int indent,
            struct buf *out)
{
    for (uint32_t i = 0; i < def->count; i++) {
        const struct slot *slot = &def->slots[i];
        char type[4], place[16];
        if (*prefix == '-')
            snprintf(place, sizeof place, "-%u", i + 1);
        else
            snprintf(place, sizeof place, "%s%02u", prefix, i + 1);
        buf_addf(out, "%*s%-8s%c ", indent, "", place, slot->usage);
        if (slot->inside == NULL)
            buf_addf(out, "%u %s %u..%u", slot->number, type_name(slot, type),
                     slot->min, slot->max);
        else
            buf_adds(out, slot->inside->id);
        buf_addf(out, " %s", slot->name ? slot->name : "");
        if (slot->repeats > 1)
            buf_addf(out, " x%u", slot->repeats);
        if (slot->codes != NULL && slot->codes->all)
            print_codes(slot->codes, out);
        if (slot->pattern != NULL)
            buf_addf(out, " /%s/", slot->pattern->text);
        buf_addc(out, '\n');
        if (slot->inside != NULL)
            print_slots(slot->inside, "-", indent + 4, out);
    }
}

static void
print_notes(const struct segment_def *def, int indent, struct buf *out)
{
    if (def->note_count == 0)
        return;
    buf_addf(out, "%*snotes  ", indent, "");
    for (uint32_t i = 0; i < def->note_count; i++) {
        const struct note *note = &def->notes[i];
        buf_addf(out, " %c%02u", note->kind, note->first);
        for (uint32_t bit = 0; bit < ELEMENTS_MAX; bit++)
            if ((note->others >> bit & 1) != 0)
                buf_addf(out, "%02u", bit + 1);
    }
    buf_addc(out, '\n');
}

static void
print_item(const struct item *item, int indent, struct buf *out)
{
    buf_addf(out, "%*s%s", indent, "", item->segment->id);
    if (item->value != NULL)
        buf_addf(out, "[%02u=%s]", item->element, item->value);
    buf_addf(out, " %c ", item->usage);
    if (item->max == X12_ANY_NUMBER)
        buf_adds(out, ">1");
    else
        buf_addf(out, "%ld", item->max);
    buf_addf(out, "%s  %s\n", item->loop ? " loop" : "",
             item->segment->name ? item->segment->name : "");
    print_slots(item->segment, item->segment->id, indent + 6, out);
    print_notes(item->segment, indent + 6, out);
    for (const struct item *v = item->variants; v; v = v->next)
        print_item(v, indent, out);
    for (const struct item *child = item->child; child; child = child->next)
        print_item(child, indent + 2, out);
}

static void
print_levels(const struct levels *levels, struct buf *out)
{
    buf_adds(out, "levels");
    for (uint32_t i = 0; i < levels->count; i++)
        buf_addf(out, "%s HL[%s]", i ? " >" : "", levels->order[i]);
    if (levels->value != NULL)
        buf_addf(out, " when %s%02u = %s", levels->segment, levels->element,
                 levels->value);
    buf_addc(out, '\n');
}

void
x12_guide_print(const struct x12_guide *guide, struct buf *out)
{
    buf_addf(out, "set %s %s \"%s\" version %s\n", guide->set, guide->group,
             guide->title, guide->version);
    for (const struct item *item = guide->root->child; item; item = item->next)
        print_item(item, 2, out);
    for (uint32_t i = 0; i < guide->level_count; i++)
        print_levels(&guide->levels[i], out);
}
