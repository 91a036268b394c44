/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/compare_private.h"

static const struct key {
    const char *id, *elements;
    uint32_t item;
} keys[] = {
#define KEY(id, elements, item) { id, elements, item },
#define NUMBER(set, segment, element)
#include "x12/keys.tbl"
#undef KEY
#undef NUMBER
    { "", "", 0 }
};

static const struct number {
    const char *set, *segment;
    uint32_t element;
} numbers[] = {
#define KEY(id, elements, item)
#define NUMBER(set, segment, element) { set, segment, element },
#include "x12/keys.tbl"
#undef KEY
#undef NUMBER
    { "", "", 0 }
};

static const struct key *
key_for(const char *id)
{
    const struct key *key = keys;

    while (*key->id != '\0' && strcmp(key->id, id) != 0)
        key++;
    return key;
}

const char *
segment_text(struct arena *arena, const struct x12_segment *segment)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    buf_adds(&text, segment->id);
    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = x12_get(segment, i);
        buf_addc(&text, '*');
        buf_add(&text, value.text, value.size);
    }
    return arena_strndup(arena, buf_text(&text), text.size);
}

const char *
business_number(struct arena *arena, const struct x12_set *set)
{
    for (const struct number *n = numbers; *n->set != '\0'; n++) {
        if (strcmp(n->set, set->id) != 0)
            continue;
        for (const struct x12_node *at = set->first; at; at = at->next)
            if (strcmp(at->segment.id, n->segment) == 0) {
                struct x12_element value = x12_get(&at->segment, n->element);
                return arena_strndup(arena, value.text, value.size);
            }
    }
    return "";
}

static void
add_value(struct buf *key, const struct x12_segment *segment, uint32_t element)
{
    struct x12_element value = x12_get(segment, element);

    buf_addc(key, 0x1F);
    buf_add(key, value.text, value.size);
}

/* Numbers of elements, blanks between. */
static void
add_elements(struct buf *key, const struct x12_segment *segment,
             const char *elements)
{
    char *end;

    for (const char *at = elements; *at != '\0'; at = end) {
        add_value(key, segment, (uint32_t)strtoul(at, &end, 10));
        if (end == at)
            break;
    }
}

static void
add_item(struct buf *key, const struct x12_segment *segment, uint32_t item)
{
    for (uint32_t i = item; item > 0 && i <= segment->count; i++)
        add_value(key, segment, i);
}

/* What a level is about: its order, item or packages. */
static void
add_level(struct buf *key, const struct x12_node *node)
{
    for (const struct x12_node *n = node->child; n != NULL; n = n->next) {
        const struct x12_segment *s = &n->segment;
        if (strcmp(s->id, "HL") == 0)
            return;
        if (strcmp(s->id, "PRF") == 0)
            add_value(key, s, 1);
        else if (strcmp(s->id, "LIN") == 0)
            add_item(key, s, 2);
        else if (strcmp(s->id, "MAN") == 0)
            add_value(key, s, 2);
    }
}

static const char *
keep(struct arena *arena, const struct buf *key)
{
    return arena_strndup(arena, buf_text(key), key->size);
}

const char *
key_exact(struct arena *arena, const void *what)
{
    const struct x12_node *node = what;

    return strcmp(node->segment.id, "HL") == 0
               ? NULL
               : segment_text(arena, &node->segment);
}

const char *
key_full(struct arena *arena, const void *what)
{
    const struct x12_node *node = what;
    const struct key *row = key_for(node->segment.id);
    CLEANUP(buf_free) struct buf key = { 0 };

    buf_adds(&key, node->segment.id);
    if (strcmp(node->segment.id, "HL") == 0) {
        add_value(&key, &node->segment, 3);
        add_level(&key, node);
        return keep(arena, &key);
    }
    if (*row->id == '\0')
        return NULL;
    add_elements(&key, &node->segment, row->elements);
    add_item(&key, &node->segment, row->item);
    return keep(arena, &key);
}

const char *
key_item(struct arena *arena, const void *what)
{
    const struct x12_node *node = what;
    const struct key *row = key_for(node->segment.id);
    CLEANUP(buf_free) struct buf key = { 0 };

    if (row->item == 0 || node->segment.count < row->item)
        return NULL;
    buf_adds(&key, node->segment.id);
    add_item(&key, &node->segment, row->item);
    return keep(arena, &key);
}

/* The first element of the key alone: a line's number, a qualifier. */
const char *
key_plain(struct arena *arena, const void *what)
{
    const struct x12_node *node = what;
    const struct key *row = key_for(node->segment.id);
    CLEANUP(buf_free) struct buf key = { 0 };
    char first[4] = "";

    buf_adds(&key, node->segment.id);
    memcpy(first, row->elements, strcspn(row->elements, " "));
    if (strcmp(node->segment.id, "HL") == 0)
        add_value(&key, &node->segment, 3);
    else
        add_elements(&key, &node->segment, first);
    return keep(arena, &key);
}

/* "N1[01=ST]" */
const char *
node_label(struct arena *arena, const struct x12_node *node, size_t occurrence)
{
    const struct key *row = key_for(node->segment.id);
    bool level = strcmp(node->segment.id, "HL") == 0;
    uint32_t element = level ? 3 : (uint32_t)strtoul(row->elements, NULL, 10);

    if (element > 0) {
        struct x12_element value = x12_get(&node->segment, element);
        if (value.size > 0)
            return arena_printf(arena, "%s[%02u=%.*s]", node->segment.id,
                                element, (int)value.size, value.text);
    }
    if (occurrence > 1)
        return arena_printf(arena, "%s[%zu]", node->segment.id, occurrence);
    return node->segment.id;
}

static int
by_key(const void *left, const void *right)
{
    const struct entry *a = *(struct entry *const *)left;
    const struct entry *b = *(struct entry *const *)right;
    int order = strcmp(a->key, b->key);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static size_t
sorted(struct arena *arena, struct entries *entries, key_maker *make,
       struct entry ***out)
{
    size_t count = 0;

    *out = arena_alloc(arena, (entries->count + 1) * sizeof **out);
    for (size_t i = 0; i < entries->count; i++) {
        struct entry *entry = &entries->list[i];
        if (entry->other != NULL)
            continue;
        entry->key = make(arena, entry->what);
        if (entry->key != NULL)
            (*out)[count++] = entry;
    }
    qsort(*out, count, sizeof **out, by_key);
    return count;
}

void
pair_by(struct arena *arena, struct entries *a, struct entries *b,
        key_maker *make)
{
    struct entry **left, **right;
    size_t left_count = sorted(arena, a, make, &left);
    size_t right_count = sorted(arena, b, make, &right);

    for (size_t i = 0, j = 0; i < left_count && j < right_count;) {
        int order = strcmp(left[i]->key, right[j]->key);
        if (order == 0) {
            left[i]->other = right[j];
            right[j]->other = left[i];
        }
        i += order <= 0;
        j += order >= 0;
    }
}
