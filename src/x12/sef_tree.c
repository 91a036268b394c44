/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/sef_tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

void
sef_tree_begin(struct sef_tree *tree, struct arena *arena)
{
    *tree = (struct sef_tree){ .arena = arena };
    tree->at = &tree->root;
}

static bool
is_level(const struct sef_node *node)
{
    return node->loop && text_equal(node->entry.id, "HL");
}

/* "what ID how" cannot be imported; the first such thing counts. */
static void
refuse(struct sef_tree *tree, const char *what, const char *id, const char *how)
{
    if (tree->wrong[0] == '\0')
        text_format(tree->wrong, sizeof tree->wrong, "%s%s%s", what, id, how);
}

static void
append(struct sef_node *parent, struct sef_node *node)
{
    struct sef_node **end = &parent->child;

    while (*end != NULL)
        end = &(*end)->next;
    *end = node;
    node->parent = parent;
}

void
sef_tree_add(struct sef_tree *tree, const struct sef_entry *entry, bool loop)
{
    struct sef_node *node = arena_alloc(tree->arena, sizeof *node);

    node->entry = *entry;
    node->loop = loop;
    if (tree->at->merged && node->entry.usage == 'M')
        node->entry.usage = 'O';
    append(tree->at, node);
    if (loop)
        tree->at = node;
}

/* The first of the name from node on. */
static struct sef_node *
find(struct sef_node *node, const char *id)
{
    while (node != NULL && !text_equal(node->entry.id, id))
        node = node->next;
    return node;
}

static void
take_more(char max[SEF_WORD], const char *other)
{
    long a, b;
    bool any = !text_number(max, 9999999, &a);

    if (!any && (!text_number(other, 9999999, &b) || b > a))
        text_copy(max, SEF_WORD, other);
}

static void
take_usage(struct sef_entry *ours, char theirs)
{
    if (ours->usage != theirs)
        ours->usage = 'O';
}

/* All that the other loop holds goes into ours. Depth is that of the tree. */
static void
merge(struct sef_tree *tree, struct sef_node *ours, struct sef_node *theirs)
{
    struct sef_node *last = NULL;

    for (struct sef_node *n = ours->child; n != NULL; n = n->next)
        n->seen = false;
    for (struct sef_node *n = theirs->child, *next; n != NULL; n = next) {
        next = n->next;
        struct sef_node *rest = last ? last->next : ours->child;
        struct sef_node *same = find(rest, n->entry.id);
        if (same == NULL && find(ours->child, n->entry.id) != NULL)
            refuse(tree, "the levels of HL order ", n->entry.id,
                   " differently");
        if (same != NULL && same->loop != n->loop)
            refuse(tree, "", n->entry.id,
                   " leads a loop in one level of HL only");
        if (same != NULL) {
            take_usage(&same->entry, n->entry.usage);
            take_more(same->entry.max, n->entry.max);
            merge(tree, same, n);
        } else {
            n->next = rest;
            *(last ? &last->next : &ours->child) = n;
            n->parent = ours;
            n->entry.usage = n->entry.usage == 'M' ? 'O' : n->entry.usage;
            same = n;
        }
        same->seen = true;
        last = same;
    }
    for (struct sef_node *n = ours->child; n != NULL; n = n->next)
        if (!n->seen && n->entry.usage == 'M')
            n->entry.usage = 'O';
}

static void
take_out(struct sef_node *node)
{
    struct sef_node **at = &node->parent->child;

    while (*at != node)
        at = &(*at)->next;
    *at = node->next;
}

void
sef_tree_close(struct sef_tree *tree)
{
    struct sef_node *node = tree->at, *outer = node->parent;

    if (outer == NULL)
        return;
    tree->at = outer;
    for (struct sef_node *up = outer; is_level(node) && up; up = up->parent) {
        if (!is_level(up))
            continue;
        if (up != outer)
            refuse(tree, "an HL loop stands in the loop of ", outer->entry.id,
                   " of another");
        take_out(node);
        text_copy(up->entry.max, SEF_WORD, ">1");
        merge(tree, up, node);
        up->merged = true;
        if (up->inner <= node->inner)
            up->inner = node->inner + 1;
        tree->levels = up->inner + 1;
        return;
    }
}

static const char *
max_text(const char *max)
{
    long number;

    return text_number(max, 9999999, &number) && number > 0 ? max : ">1";
}

void
sef_tree_print(const struct sef_tree *tree, struct buf *out)
{
    const struct sef_node *node = tree->root.child;

    for (int depth = 1; node != NULL;) {
        buf_addf(out, "%*s%s %c %s%s\n", 2 * depth, "", node->entry.id,
                 node->entry.usage, max_text(node->entry.max),
                 node->loop ? " loop" : "");
        if (node->child != NULL) {
            node = node->child;
            depth++;
            continue;
        }
        while (node != NULL && node->next == NULL) {
            node = node->parent == &tree->root ? NULL : node->parent;
            depth--;
        }
        node = node ? node->next : NULL;
    }
}
