/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/text.h"
#include "x12/compare_private.h"
#include "x12/guide.h"

struct comparing {
    const struct x12_comparing *asked;
    struct arena *arena;
    const struct x12_result *a, *b; /* the sets at hand */
    const char *number;
    size_t count;
};

static void
tell(struct comparing *comparing, struct x12_difference difference)
{
    difference.set = comparing->a ? comparing->a->id
                                  : (comparing->b ? comparing->b->id : "");
    difference.number = comparing->number;
    if (difference.name == NULL)
        difference.name = "";
    comparing->count++;
    comparing->asked->take(comparing->asked->user, &difference);
}

static const char *
text_of(struct comparing *comparing, struct x12_element value)
{
    return arena_strndup(comparing->arena, value.text, value.size);
}

/* A delimiter of b as it is written in a. */
static char
as_in_a(const struct comparing *comparing, char c)
{
    const struct x12_delimiters *a = &comparing->a->set->delimiters;
    const struct x12_delimiters *b = &comparing->b->set->delimiters;

    if (c == b->component)
        return a->component;
    return c == b->repetition && c != '\0' ? a->repetition : c;
}

static bool
same_text(const struct comparing *comparing, struct x12_element a,
          struct x12_element b)
{
    while (a.size > 0 && a.text[a.size - 1] == ' ')
        a.size--;
    while (b.size > 0 && b.text[b.size - 1] == ' ')
        b.size--;
    if (a.size != b.size)
        return false;
    for (uint32_t i = 0; i < a.size; i++)
        if (a.text[i] != as_in_a(comparing, b.text[i]))
            return false;
    return true;
}

static bool
same_number(struct x12_element a, struct x12_element b)
{
    struct decimal left, right;

    return decimal_parse(&left, a.text, a.size) &&
           decimal_parse(&right, b.text, b.size) &&
           decimal_compare(left, right) == 0;
}

/* HL numbers only say where a level hangs. */
static bool
means_nothing(const struct comparing *comparing,
              const struct x12_segment *segment, uint32_t element)
{
    return !comparing->asked->all && strcmp(segment->id, "HL") == 0 &&
           element != 3;
}

static void
compare_segments(struct comparing *comparing, const struct x12_node *a,
                 const struct x12_node *b, const char *path)
{
    const struct x12_guide *guide = comparing->a->guide;
    uint32_t count = a->segment.count > b->segment.count ? a->segment.count
                                                         : b->segment.count;

    for (uint32_t i = 1; i <= count; i++) {
        struct x12_element left = x12_get(&a->segment, i);
        struct x12_element right = x12_get(&b->segment, i);
        struct x12_place place = { .name = "" };
        if (same_text(comparing, left, right) ||
            means_nothing(comparing, &a->segment, i))
            continue;
        bool known = guide != NULL &&
                     x12_guide_element(guide, a->segment.id, i, 0, &place);
        if (known && (place.type == 'R' || place.type == 'N') &&
            same_number(left, right))
            continue;
        tell(comparing,
             (struct x12_difference){
                 .kind = X12_CHANGED,
                 .path = arena_printf(comparing->arena, "%s.%02u", path, i),
                 .name = place.name,
                 .a = text_of(comparing, left),
                 .b = text_of(comparing, right) });
    }
}

static struct entries
children(struct arena *arena, const struct x12_node *first)
{
    struct entries entries = { 0 };
    size_t count = 0, run = 0;
    const char *before = "";

    for (const struct x12_node *n = first; n != NULL; n = n->next)
        count++;
    entries.list = arena_alloc(arena, (count + 1) * sizeof *entries.list);
    for (const struct x12_node *n = first; n != NULL; n = n->next) {
        run = strcmp(before, n->segment.id) == 0 ? run + 1 : 1;
        before = n->segment.id;
        entries.list[entries.count] = (struct entry){ .what = n,
                                                      .index = entries.count,
                                                      .occurrence = run };
        entries.count++;
    }
    return entries;
}

static const char *
path_of(const struct comparing *comparing, const char *parent,
        const struct entries *entries, size_t index)
{
    const char *label = node_label(comparing->arena, entries->list[index].what,
                                   entries->list[index].occurrence);

    return *parent == '\0'
               ? label
               : arena_printf(comparing->arena, "%s/%s", parent, label);
}

static void
tell_alone(struct comparing *comparing, enum x12_difference_kind kind,
           const struct x12_node *node, const char *path)
{
    const char *text = segment_text(comparing->arena, &node->segment);
    bool in_a = kind == X12_ONLY_A;

    tell(comparing, (struct x12_difference){ .kind = kind,
                                             .path = path,
                                             .a = in_a ? text : "",
                                             .b = in_a ? "" : text });
}

/* Depth is that of the tree, which reading limits. */
static void
compare_children(struct comparing *comparing, const struct x12_node *first_a,
                 const struct x12_node *first_b, const char *path)
{
    static key_maker *const passes[] = { key_exact, key_full, key_item,
                                         key_plain };
    struct arena *arena = comparing->arena;
    struct entries a = children(arena, first_a), b = children(arena, first_b);

    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        pair_by(arena, &a, &b, passes[i]);
    for (size_t i = 0; i < a.count; i++) {
        const struct x12_node *node = a.list[i].what, *other;
        const char *at = path_of(comparing, path, &a, i);
        if (a.list[i].other == NULL) {
            tell_alone(comparing, X12_ONLY_A, node, at);
            continue;
        }
        other = a.list[i].other->what;
        compare_segments(comparing, node, other, at);
        if (node->child != NULL || other->child != NULL)
            compare_children(comparing, node->child, other->child, at);
    }
    for (size_t i = 0; i < b.count; i++)
        if (b.list[i].other == NULL)
            tell_alone(comparing, X12_ONLY_B, b.list[i].what,
                       path_of(comparing, path, &b, i));
}

static void
compare_field(struct comparing *comparing, const char *path, const char *a,
              const char *b)
{
    if (text_equal(a, b))
        return;
    tell(comparing, (struct x12_difference){
                        .kind = X12_CHANGED, .path = path, .a = a, .b = b });
}

static const char *
mark_text(struct comparing *comparing, char mark)
{
    bool printable = mark > ' ' && mark < 0x7F;

    return printable
               ? arena_printf(comparing->arena, "%c", mark)
               : arena_printf(comparing->arena, "0x%02X", (unsigned char)mark);
}

static void
compare_rest(struct comparing *comparing)
{
    const struct x12_group *a = comparing->a->group, *b = comparing->b->group;
    const struct x12_interchange *x = a->interchange, *y = b->interchange;
    const struct x12_delimiters *m = &x->delimiters, *n = &y->delimiters;

    compare_field(comparing, "ISA.09", x->date, y->date);
    compare_field(comparing, "ISA.10", x->time, y->time);
    compare_field(comparing, "ISA.13", x->control, y->control);
    compare_field(comparing, "ISA.14", x->ack_requested ? "1" : "0",
                  y->ack_requested ? "1" : "0");
    compare_field(comparing, "element separator",
                  mark_text(comparing, m->element),
                  mark_text(comparing, n->element));
    compare_field(comparing, "component separator",
                  mark_text(comparing, m->component),
                  mark_text(comparing, n->component));
    compare_field(comparing, "segment terminator",
                  mark_text(comparing, m->terminator),
                  mark_text(comparing, n->terminator));
    compare_field(comparing, "GS.04", a->date, b->date);
    compare_field(comparing, "GS.05", a->time, b->time);
    compare_field(comparing, "GS.06", a->control, b->control);
    compare_field(comparing, "ST.02", comparing->a->control,
                  comparing->b->control);
}

static void
compare_envelopes(struct comparing *comparing)
{
    const struct x12_group *a = comparing->a->group, *b = comparing->b->group;
    const struct x12_interchange *x = a->interchange, *y = b->interchange;
    const char usage_a[2] = { x->usage }, usage_b[2] = { y->usage };

    compare_field(comparing, "ISA.05", x->sender_qualifier,
                  y->sender_qualifier);
    compare_field(comparing, "ISA.06", x->sender, y->sender);
    compare_field(comparing, "ISA.07", x->receiver_qualifier,
                  y->receiver_qualifier);
    compare_field(comparing, "ISA.08", x->receiver, y->receiver);
    compare_field(comparing, "ISA.12", x->version, y->version);
    compare_field(comparing, "ISA.15", arena_strdup(comparing->arena, usage_a),
                  arena_strdup(comparing->arena, usage_b));
    compare_field(comparing, "GS.01", a->functional_id, b->functional_id);
    compare_field(comparing, "GS.02", a->sender, b->sender);
    compare_field(comparing, "GS.03", a->receiver, b->receiver);
    compare_field(comparing, "GS.08", a->version, b->version);
    if (comparing->asked->all)
        compare_rest(comparing);
}

static const char *
set_key(struct arena *arena, const void *what)
{
    const struct x12_result *result = what;

    return arena_printf(arena, "%s\x1F%s", result->id,
                        result->set ? business_number(arena, result->set)
                                    : result->control);
}

/* A set that is alone of its type on both sides meets the other. */
static const char *
set_type(struct arena *arena, const void *what)
{
    const struct x12_result *result = what;

    (void)arena;
    return result->id;
}

static void
add_sets(const struct x12_file *file, struct entries *entries)
{
    for (const struct x12_interchange *i = file->interchanges; i; i = i->next)
        for (const struct x12_group *g = i->groups; g != NULL; g = g->next)
            for (const struct x12_result *r = g->results; r; r = r->next) {
                if (entries->list != NULL)
                    entries->list[entries->count] =
                        (struct entry){ .what = r, .index = entries->count };
                entries->count++;
            }
}

static struct entries
sets_of(struct arena *arena, const struct x12_file *file)
{
    struct entries entries = { 0 };

    add_sets(file, &entries);
    entries.list =
        arena_alloc(arena, (entries.count + 1) * sizeof *entries.list);
    entries.count = 0;
    add_sets(file, &entries);
    return entries;
}

static void
set_alone(struct comparing *comparing, const struct x12_result *result,
          enum x12_difference_kind kind)
{
    bool in_a = kind == X12_ONLY_A;

    comparing->a = in_a ? result : NULL;
    comparing->b = in_a ? NULL : result;
    comparing->number =
        result->set ? business_number(comparing->arena, result->set) : "";
    tell(comparing,
         (struct x12_difference){ .kind = kind,
                                  .path = "",
                                  .a = in_a ? result->control : "",
                                  .b = in_a ? "" : result->control });
}

static void
compare_sets(struct comparing *comparing, const struct x12_result *a,
             const struct x12_result *b)
{
    comparing->a = a;
    comparing->b = b;
    /* A set without an end has no tree that could be compared. */
    comparing->number = a->set ? business_number(comparing->arena, a->set) : "";
    if (a->set != NULL && b->set != NULL) {
        compare_envelopes(comparing);
        compare_children(comparing, a->set->first, b->set->first, "");
        return;
    }
    set_alone(comparing, a, X12_ONLY_A);
    set_alone(comparing, b, X12_ONLY_B);
}

size_t
x12_compare(const struct x12_comparing *asked, const struct x12_file *file_a,
            const struct x12_file *file_b)
{
    struct arena *arena = asked->arena;
    struct comparing comparing = { .asked = asked, .arena = arena };
    struct entries a = sets_of(arena, file_a), b = sets_of(arena, file_b);

    pair_by(arena, &a, &b, set_key);
    if (a.count == 1 && b.count == 1)
        pair_by(arena, &a, &b, set_type);
    for (size_t i = 0; i < a.count; i++) {
        if (a.list[i].other != NULL)
            compare_sets(&comparing, a.list[i].what, a.list[i].other->what);
        else
            set_alone(&comparing, a.list[i].what, X12_ONLY_A);
    }
    for (size_t i = 0; i < b.count; i++)
        if (b.list[i].other == NULL)
            set_alone(&comparing, b.list[i].what, X12_ONLY_B);
    return comparing.count;
}
