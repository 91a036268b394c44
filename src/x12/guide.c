/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/guide.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/guide_private.h"

const char *
x12_guide_set(const struct x12_guide *guide)
{
    return guide->set;
}

const char *
x12_guide_version(const struct x12_guide *guide)
{
    return guide->version;
}

const char *
x12_guide_group(const struct x12_guide *guide)
{
    return guide->group;
}

const char *
x12_guide_title(const struct x12_guide *guide)
{
    return guide->title;
}

static const struct slot *
find_slot(const struct segment_def *def, uint32_t element, uint32_t component)
{
    if (def == NULL || element == 0 || element > def->count)
        return NULL;
    const struct slot *slot = &def->slots[element - 1];
    if (component == 0)
        return slot;
    if (slot->inside == NULL || component > slot->inside->count)
        return NULL;
    return &slot->inside->slots[component - 1];
}

static void
fill_slot(struct x12_place *place, const struct slot *slot)
{
    place->name = slot->name ? slot->name : "";
    place->usage = slot->usage;
    place->number = slot->number;
    place->type = slot->type;
    place->decimals = slot->decimals;
    place->min = slot->min;
    place->max_length = slot->max;
    place->checked = slot->codes != NULL && slot->codes->all;
}

/* The first definition in the set, else the dictionary's. */
static const struct segment_def *
def_of(const struct x12_guide *guide, const char *segment)
{
    for (uint32_t i = 1; i < guide->node_count; i++)
        if (strcmp(guide->nodes[i].segment->id, segment) == 0)
            return guide->nodes[i].segment;
    return dictionary_segment(guide->dictionary, segment);
}

bool
x12_guide_element(const struct x12_guide *guide, const char *segment,
                  uint32_t element, uint32_t component, struct x12_place *place)
{
    const struct segment_def *def = def_of(guide, segment);
    const struct slot *slot = find_slot(def, element, component);

    if (slot == NULL)
        return false;
    *place = (struct x12_place){ .segment = def->id,
                                 .element = element,
                                 .component = component };
    fill_slot(place, slot);
    return true;
}

static const struct item *
child_of(const struct item *parent, const char *id, size_t size)
{
    for (const struct item *child = parent->child; child; child = child->next)
        if (strlen(child->segment->id) == size &&
            memcmp(child->segment->id, id, size) == 0)
            return child;
    return NULL;
}

/* In the order of the set, loops included. */
static const struct item *
anywhere(const struct item *parent, const char *id, size_t size)
{
    const struct item *found = child_of(parent, id, size);

    for (const struct item *child = parent->child; child && !found;
         child = child->next)
        found = anywhere(child, id, size);
    return found;
}

static long
digits(const char *text, size_t size)
{
    long number = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

/* Splits "N104" or "REF04-2" into its segment's length and numbers. */
static bool
split_last(const char *word, size_t *size, struct x12_place *place)
{
    const char *dash = memchr(word, '-', *size);
    long element, component = 0;

    if (dash != NULL) {
        component = digits(dash + 1, *size - (size_t)(dash - word) - 1);
        *size = (size_t)(dash - word);
    }
    if (*size < 4)
        return dash == NULL;
    if (*size > 5)
        return false;
    element = digits(word + *size - 2, 2);
    *size -= 2;
    place->element = (uint32_t)element;
    place->component = (uint32_t)component;
    return element > 0 && component >= 0;
}

bool
x12_guide_find(const struct x12_guide *guide, const char *path,
               struct x12_place *place)
{
    const struct item *item = guide->root;
    size_t set_size = strlen(guide->set);

    *place = (struct x12_place){ 0 };
    if (strncmp(path, guide->set, set_size) == 0 && path[set_size] == '/')
        path += set_size + 1;
    for (bool first = true, more = true; more; first = false) {
        size_t whole = strcspn(path, "/"), size = strcspn(path, "[/");
        const struct item *parent = item;
        more = path[whole] == '/';
        if (!more && !split_last(path, &size, place))
            return false;
        if (!first && place->element > 0 &&
            strlen(parent->segment->id) == size &&
            memcmp(parent->segment->id, path, size) == 0)
            break;
        item = child_of(parent, path, size);
        if (item == NULL && first)
            item = anywhere(parent, path, size);
        if (item == NULL)
            return false;
        path += whole + 1;
    }
    place->segment = item->segment->id;
    place->loop = item->loop;
    place->max = item->max;
    place->usage = item->usage;
    place->name = item->segment->name ? item->segment->name : "";
    if (place->element == 0)
        return true;
    const struct slot *slot =
        find_slot(item->segment, place->element, place->component);
    if (slot != NULL)
        fill_slot(place, slot);
    return slot != NULL;
}

const char *
x12_guide_code(const struct x12_guide *guide, const char *segment,
               uint32_t element, uint32_t component, struct x12_element value)
{
    const struct slot *slot =
        find_slot(def_of(guide, segment), element, component);

    if (slot == NULL || slot->codes == NULL)
        return NULL;
    long at = guide_codes_find(slot->codes, value.text, value.size);
    return at < 0 ? NULL : slot->codes->names[at];
}
