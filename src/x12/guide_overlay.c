/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/guide_private.h"

struct ruling {
    struct x12_guide *guide;
    const struct x12_rule *rule;
    struct problems *problems;
    bool failed;
};

static void PRINTF(2, 3)
    complain(struct ruling *ruling, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    problem_add(ruling->problems, TP2003,
                ruling->rule->where ? ruling->rule->where : "rules", NULL,
                "at \"%.80s\": %s", ruling->rule->at, text);
    ruling->failed = true;
}

static struct code_list *
copy_codes(struct arena *arena, const struct code_list *codes)
{
    struct code_list *copy = arena_copy(arena, codes, sizeof *codes);
    uint32_t size = codes->mask + 1;

    copy->keys = arena_copy(arena, codes->keys, size * sizeof *codes->keys);
    copy->names = arena_copy(arena, codes->names, size * sizeof *codes->names);
    copy->own = true;
    for (uint32_t i = 0; i < size; i++)
        if (copy->names[i] != NULL)
            copy->names[i] = arena_strdup(arena, copy->names[i]);
    return copy;
}

/* A definition that may be changed; what was made for another guide comes
 * along. */
static struct segment_def *
copy_def(struct x12_guide *guide, const struct segment_def *def)
{
    struct arena *arena = guide->arena;
    struct segment_def *copy = arena_copy(arena, def, sizeof *def);

    copy->own = true;
    copy->bounds = NULL;
    copy->slots =
        arena_copy(arena, def->slots, def->count * sizeof *def->slots);
    for (uint32_t i = 0; i < def->count; i++) {
        struct slot *slot = &copy->slots[i];
        if (slot->codes != NULL && slot->codes->own)
            slot->codes = copy_codes(arena, slot->codes);
        if (slot->inside != NULL && slot->inside->own)
            slot->inside = copy_def(guide, slot->inside);
        if (slot->pattern != NULL)
            slot->pattern = pattern_new(guide, slot->pattern->text);
    }
    return copy;
}

static struct item *
copy_item(struct x12_guide *guide, const struct item *item, struct item *parent)
{
    struct arena *arena = guide->arena;
    struct item *copy = arena_copy(arena, item, sizeof *item);
    struct item **end = &copy->child;

    copy->parent = parent;
    copy->next = copy->child = copy->variants = NULL;
    if (item->segment != NULL && item->segment->own)
        copy->segment = copy_def(guide, item->segment);
    for (const struct item *child = item->child; child; child = child->next) {
        *end = copy_item(guide, child, copy);
        end = &(*end)->next;
    }
    end = &copy->variants;
    for (const struct item *v = item->variants; v; v = v->next) {
        *end = copy_item(guide, v, parent);
        (*end)->base = copy;
        (*end)->value = arena_strdup(arena, v->value);
        end = &(*end)->next;
    }
    return copy;
}

/* One word between slashes: "N1", "N1[01=ST]", "N104", "REF04-2". */
struct step {
    char id[4];
    uint32_t element, component; /* of the last step */
    uint32_t qualifier;          /* "[01=...": its element */
    char value[81];
};

static bool
two_digits(const char *text, uint32_t *out)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return false;
    *out = (uint32_t)((text[0] - '0') * 10 + (text[1] - '0'));
    return *out > 0;
}

static bool
take_qualifier(const char *text, struct step *step)
{
    size_t size;

    if (!two_digits(text, &step->qualifier) || text[2] != '=')
        return false;
    size = strcspn(text + 3, "]");
    if (text[3 + size] != ']' || size == 0 || size >= sizeof step->value ||
        text[4 + size] != '\0')
        return false;
    memcpy(step->value, text + 3, size);
    return true;
}

static bool
parse_step(char *word, struct step *step)
{
    char *bracket = strchr(word, '['), *dash = strchr(word, '-');
    long component;
    size_t size;

    *step = (struct step){ 0 };
    if (bracket != NULL) {
        *bracket = '\0';
        if (!take_qualifier(bracket + 1, step))
            return false;
    } else if (dash != NULL) {
        *dash = '\0';
        if (!text_number(dash + 1, ELEMENTS_MAX, &component))
            return false;
        step->component = (uint32_t)component;
    }
    size = strlen(word);
    if (size == 4 || size == 5) {
        if (!two_digits(word + size - 2, &step->element))
            return false;
        size -= 2;
    }
    if (size < 2 || size > 3 || (step->component > 0 && step->element == 0))
        return false;
    memcpy(step->id, word, size);
    return true;
}

static struct item *
find_child(struct item *parent, const char *id)
{
    for (struct item *child = parent->child; child; child = child->next)
        if (strcmp(child->segment->id, id) == 0)
            return child;
    return NULL;
}

/* The variant for the qualifier, made from its base when it is new. */
static struct item *
get_variant(struct ruling *ruling, struct item *base, const struct step *step)
{
    struct arena *arena = ruling->guide->arena;
    struct item **end = &base->variants;

    if (step->qualifier > base->segment->count) {
        complain(ruling, "%s has only %u elements", step->id,
                 base->segment->count);
        return NULL;
    }
    for (; *end != NULL; end = &(*end)->next)
        if ((*end)->element == step->qualifier &&
            strcmp((*end)->value, step->value) == 0)
            return *end;
    struct item bare = *base;
    bare.variants = NULL;
    *end = copy_item(ruling->guide, &bare, base->parent);
    (*end)->base = base;
    (*end)->usage = 'O';
    (*end)->element = step->qualifier;
    (*end)->value = arena_strdup(arena, step->value);
    return *end;
}

/* With the name that it had, if it had one. */
static bool
take_code(struct ruling *ruling, const struct slot *slot,
          struct code_list *codes, const char *code)
{
    const struct code_list *old = slot->codes;
    size_t size = strlen(code);

    if (size == 0 || size < slot->min || size > slot->max || size > CODE_MAX) {
        complain(ruling, "the code '%s' does not fit the lengths %u..%u", code,
                 slot->min, slot->max);
        return false;
    }
    long at = old ? guide_codes_find(old, code, size) : -1;
    codes_add(ruling->guide->arena, codes, code,
              at >= 0 ? old->names[at] : NULL);
    return true;
}

static bool
edit_codes(struct ruling *ruling, struct slot *slot)
{
    struct arena *arena = ruling->guide->arena;
    const struct x12_rule *rule = ruling->rule;
    const struct code_list *old = slot->codes;
    struct code_list *codes = rule->codes == NULL && old
                                  ? copy_codes(arena, old)
                                  : codes_new(arena, 8);
    const char *const *lists[] = { rule->codes, rule->codes_add };

    codes->all = rule->codes != NULL || (old != NULL && old->all);
    codes->own = true;
    for (size_t i = 0; i < 2; i++) {
        for (const char *const *v = lists[i]; v != NULL && *v != NULL; v++)
            if (!take_code(ruling, slot, codes, *v))
                return false;
    }
    slot->codes = codes;
    return true;
}

static void
edit_slot(struct ruling *ruling, struct slot *slot)
{
    const struct x12_rule *rule = ruling->rule;
    const struct slot before = *slot;

    if (rule->max != 0) {
        complain(ruling, "max is for segments; lengths are min and max length");
        return;
    }
    if (rule->usage != '\0')
        slot->usage = rule->usage;
    if (rule->min_length > 0)
        slot->min = (uint32_t)rule->min_length;
    if (rule->max_length > 0)
        slot->max = (uint32_t)rule->max_length;
    if (slot->min > slot->max) {
        complain(ruling, "the shortest length %u is above the longest %u",
                 slot->min, slot->max);
        slot->min = before.min; /* later rules are judged by what held */
        slot->max = before.max;
    } else if (rule->codes != NULL || rule->codes_add != NULL)
        edit_codes(ruling, slot);
    if (rule->pattern == NULL)
        return;
    slot->pattern = pattern_new(ruling->guide, rule->pattern);
    if (slot->pattern == NULL)
        complain(ruling,
                 "the pattern '%.60s' is no regular expression, or too "
                 "large a one",
                 rule->pattern);
}

static void
edit_element(struct ruling *ruling, struct item *item, const struct step *step)
{
    if (step->element > item->segment->count) {
        complain(ruling, "%s has only %u elements", step->id,
                 item->segment->count);
        return;
    }
    if (!item->segment->own)
        item->segment = copy_def(ruling->guide, item->segment);
    struct slot *slot = &item->segment->slots[step->element - 1];
    if (step->component == 0) {
        edit_slot(ruling, slot);
        return;
    }
    if (slot->inside == NULL || step->component > slot->inside->count) {
        complain(ruling, "%s%02u has no component %u", step->id, step->element,
                 step->component);
        return;
    }
    struct segment_def *inside = copy_def(ruling->guide, slot->inside);
    slot->inside = inside;
    edit_slot(ruling, &inside->slots[step->component - 1]);
}

static void
edit_item(struct ruling *ruling, struct item *item)
{
    const struct x12_rule *rule = ruling->rule;

    if (rule->codes != NULL || rule->codes_add != NULL ||
        rule->min_length > 0 || rule->max_length > 0 || rule->pattern != NULL) {
        complain(ruling, "codes, lengths and patterns are for elements, not "
                         "segments");
        return;
    }
    if (rule->usage != '\0')
        item->usage = rule->usage;
    if (rule->max != 0)
        item->max = rule->max;
}

/* The definition of an own segment: the dictionary's, or made of the rule's
 * elements. */
static struct segment_def *
own_segment(struct ruling *ruling)
{
    const struct x12_guide *guide = ruling->guide;
    const struct x12_rule *rule = ruling->rule;
    size_t size = strlen(rule->segment);
    struct slot slots[ELEMENTS_MAX];
    struct segment_def *def;

    if (rule->elements == NULL) {
        def = dictionary_segment(guide->dictionary, rule->segment);
        if (def == NULL)
            complain(ruling, "the segment %s is not known, expected elements",
                     rule->segment);
        return def;
    }
    if (dictionary_segment(guide->dictionary, rule->segment) != NULL)
        complain(ruling, "the segment %s is known, its elements are given",
                 rule->segment);
    def = arena_alloc(guide->arena, sizeof *def);
    def->own = true;
    if (size < 2 || size > 3 ||
        !text_copy(def->id, sizeof def->id, rule->segment))
        complain(ruling, "the segment '%s' has %zu letters, expected 2 or 3",
                 rule->segment, size);
    for (const char *const *text = rule->elements; *text != NULL; text++) {
        if (def->count == ELEMENTS_MAX ||
            !slot_parse(*text, &slots[def->count])) {
            complain(ruling,
                     "the element is '%s', expected a type, a shortest "
                     "and a longest length: AN 1 30",
                     *text);
            break;
        }
        def->count++;
    }
    def->slots = arena_copy(guide->arena, slots, def->count * sizeof *slots);
    return def;
}

/* Behind the item; behind its leader when the item is the parent. */
static void
insert_own(struct ruling *ruling, struct item *item, bool leader)
{
    const struct x12_rule *rule = ruling->rule;
    struct segment_def *def = own_segment(ruling);
    struct item *own, **place = leader ? &item->child : &item->next;

    if (ruling->failed)
        return;
    own = arena_alloc(ruling->guide->arena, sizeof *own);
    own->segment = def;
    own->usage = rule->usage ? rule->usage : 'O';
    own->max = rule->max ? rule->max : 1;
    own->parent = leader ? item : item->parent;
    own->next = *place;
    *place = own;
}

static void walk(struct ruling *, struct item *, const char *rest);

/* What is said of a segment without qualifier holds for its variants too,
 * except how often it occurs. */
static void
walk_variants(struct ruling *ruling, struct item *item, const struct step *step,
              const char *rest)
{
    for (struct item *v = item->variants; v && !ruling->failed; v = v->next) {
        if (rest != NULL)
            walk(ruling, v, rest);
        else if (step->element > 0)
            edit_element(ruling, v, step);
    }
}

static void
walk(struct ruling *ruling, struct item *parent, const char *rest)
{
    char word[120];
    struct step step;
    size_t size = strcspn(rest, "/");
    const char *after = rest[size] == '/' ? rest + size + 1 : NULL;

    if (size >= sizeof word) {
        complain(ruling, "the place is too long");
        return;
    }
    memcpy(word, rest, size);
    word[size] = '\0';
    if (!parse_step(word, &step) || (after != NULL && step.element > 0)) {
        complain(ruling, "expected segments like N1 or N1[01=ST] and at the "
                         "end maybe an element like N104");
        return;
    }
    bool leader = (step.element > 0 || ruling->rule->segment != NULL) &&
                  parent->segment != NULL &&
                  strcmp(parent->segment->id, step.id) == 0;
    struct item *item = leader ? parent : find_child(parent, step.id);
    if (item == NULL) {
        complain(ruling, "there is no %s in %s", step.id,
                 parent->segment ? parent->segment->id : ruling->guide->set);
        return;
    }
    if (step.qualifier > 0 && after == NULL && ruling->rule->segment != NULL)
        complain(ruling, "an own segment stands behind a place without [..]");
    else if (step.qualifier > 0)
        item = get_variant(ruling, item, &step);
    if (item == NULL || ruling->failed)
        return;
    if (after != NULL)
        walk(ruling, item, after);
    else if (ruling->rule->segment != NULL)
        insert_own(ruling, item, leader);
    else if (step.element > 0)
        edit_element(ruling, item, &step);
    else
        edit_item(ruling, item);
    if (!leader && !ruling->failed)
        walk_variants(ruling, item, &step, after);
}

bool
rule_apply(struct x12_guide *guide, const struct x12_rule *rule,
           struct problems *problems)
{
    struct ruling ruling = { guide, rule, problems, false };
    size_t size = strlen(guide->set);

    if (rule->usage != '\0' && strchr("MON", rule->usage) == NULL)
        complain(&ruling, "usage is '%c', expected M, O or N", rule->usage);
    else if (strncmp(rule->at, guide->set, size) != 0 || rule->at[size] != '/')
        complain(&ruling, "the place is not in set %s", guide->set);
    else
        walk(&ruling, guide->root, rule->at + size + 1);
    return !ruling.failed;
}

bool
x12_guide_overlay(struct x12_guide **out, const struct x12_guide *base,
                  const struct x12_rule *rules, size_t count,
                  struct problems *problems, struct err *err)
{
    struct x12_guide *guide = guide_new(base->dictionary);
    bool good = true;

    base->dictionary->users++;
    guide->set = arena_strdup(guide->arena, base->set);
    guide->version = arena_strdup(guide->arena, base->version);
    guide->group = arena_strdup(guide->arena, base->group);
    guide->title = arena_strdup(guide->arena, base->title);
    guide->root = copy_item(guide, base->root, NULL);
    guide->level_count = base->level_count;
    memcpy(guide->levels, base->levels, sizeof guide->levels);
    for (uint32_t i = 0; i < guide->level_count; i++)
        if (guide->levels[i].value != NULL)
            guide->levels[i].value =
                arena_strdup(guide->arena, guide->levels[i].value);
    for (size_t i = 0; i < count; i++)
        good = rule_apply(guide, &rules[i], problems) && good;
    good = good &&
           (count == 0 || guide_fits(guide, rules[count - 1].where, problems));
    if (!good) {
        x12_guide_free(&guide);
        return problems_to_err(problems, err);
    }
    guide_compile(guide);
    *out = guide;
    return true;
}
