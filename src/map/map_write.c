/* SPDX-License-Identifier: Apache-2.0 */
/* A record to a set: each line of the map to the segments it asks for. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "map/convert.h"
#include "map/write_private.h"
#include "x12/write.h"

enum { FIRST_POSITION = 2 };

/* One segment being put together. */
struct draft {
    const char *text[ELEMENTS_MAX + 1]; /* by number; NULL = empty */
    bool assigned[ELEMENTS_MAX + 1];    /* by a value, not a literal */
    bool has_data;                      /* a value of the record is in it */
    bool asks; /* a line of it wants a value of the record */
};

/* "lines[1].destinations[0]" */
static void
show_frame(const struct frame *frame, struct buf *out)
{
    if (frame->outer == NULL)
        return;
    show_frame(frame->outer, out);
    if (frame->node != NULL)
        buf_addf(out, "%s%s[%zu]", out->size ? "." : "", frame->list,
                 frame->index);
}

static const char *
place(struct writing *writing, const struct line *line, unsigned element)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    show_frame(writing->run.frame, &out);
    return arena_printf(writing->run.arena, "%s%s%s%02u", buf_text(&out),
                        out.size ? ": " : "", line->head.id, element);
}

static void
put(struct writing *writing, struct draft *draft, const struct element *element,
    const char *text)
{
    const char *old = draft->text[element->first];

    if (element->component > 0 && text != NULL) {
        CLEANUP(buf_free) struct buf out = { 0 };
        unsigned have = 1;

        buf_adds(&out, old ? old : "");
        for (const char *c = buf_text(&out); *c != 0; c++)
            have += *c == writing->set->delimiters.component;
        for (; have < element->component; have++)
            buf_addc(&out, writing->set->delimiters.component);
        buf_adds(&out, text);
        text = arena_strdup(writing->arena, buf_text(&out));
    }
    if (text != NULL)
        draft->text[element->first] = text;
}

/* The record's form to X12's, by type. */
static void
put_value(struct writing *writing, struct draft *draft,
          const struct assign *assign, const char *text)
{
    const struct element *element = &assign->element;
    enum field_type type = expr_type(assign->expr);
    struct element clock = { .first = element->joined };

    if (text != NULL && (type == FIELD_DATE || type == FIELD_TIME)) {
        if (element->joined > 0)
            put(writing, draft, &clock, convert_x12_time(text, writing->arena));
        text = convert_x12_date(text, writing->arena);
    } else if (text != NULL && type == FIELD_FLAG) {
        text = text_equal(text, "true") ? "Y" : "N";
    }
    put(writing, draft, element, text);
}

static void
put_pairs(struct writing *writing, struct draft *draft,
          const struct assign *assign)
{
    unsigned at = assign->element.first;

    for (const struct expr *q = assign->expr->left; q; q = q->next->next) {
        const char *value = expr_text(q->next, &writing->run);

        draft->asks = true;
        if (value == NULL || at + 1 > ELEMENTS_MAX)
            continue;
        draft->text[at] =
            arena_strndup(writing->arena, q->text, strcspn(q->text, "|"));
        draft->text[at + 1] = value;
        draft->has_data = true;
        at += 2;
    }
}

/* The value, and whether the record gave it and not only a default. */
static const char *
value_of(struct writing *writing, const struct expr *expr, bool *given)
{
    const char *text;

    if (expr->kind != EXPR_DEFAULT) {
        text = expr_text(expr, &writing->run);
        *given = text != NULL;
        return text;
    }
    text = expr_text(expr->left, &writing->run);
    *given = text != NULL;
    return text ? text : expr_text(expr->right, &writing->run);
}

static void
put_assign(struct writing *writing, const struct line *line,
           struct draft *draft, const struct assign *assign)
{
    const char *text;
    bool given;

    if (assign->direction == READ_ONLY ||
        expr_is_call(assign->expr, FUNCTION_PACK))
        return;
    writing->run.at = place(writing, line, assign->element.first);
    if (expr_is_call(assign->expr, FUNCTION_PAIRS)) {
        put_pairs(writing, draft, assign);
        return;
    }
    text = value_of(writing, assign->expr, &given);
    if (!expr_is_literal(assign->expr)) {
        draft->assigned[assign->element.first] = true;
        draft->asks = true;
        draft->has_data |= given;
    }
    put_value(writing, draft, assign, text);
}

/* A literal right before a value is the value's qualifier: without the value
 * it says nothing and is left out. */
static void
drop_qualifiers(const struct line *line, struct draft *draft)
{
    for (const struct assign *a = line->assigns; a != NULL; a = a->next) {
        unsigned next = a->element.first + 1u;

        if (expr_is_literal(a->expr) && next <= ELEMENTS_MAX &&
            draft->assigned[next] && draft->text[next] == NULL)
            draft->text[a->element.first] = NULL;
    }
}

static void
fill(struct writing *writing, const struct line *line, struct draft *draft)
{
    for (const struct assign *a = line->assigns; a != NULL; a = a->next)
        put_assign(writing, line, draft, a);
    drop_qualifiers(line, draft);
    for (const struct choice *c = line->head.choices; c; c = c->next)
        if (draft->text[c->element] == NULL)
            draft->text[c->element] = c->values[0];
    if (line->through)
        draft->text[1] = draft->text[1] ? draft->text[1] : "1";
}

static struct x12_node *
make_node(struct writing *writing, const struct line *line,
          const struct draft *draft)
{
    struct x12_node *node = arena_alloc(writing->arena, sizeof *node);
    struct x12_element elements[ELEMENTS_MAX];
    uint32_t count = 0;

    for (unsigned i = 1; i <= ELEMENTS_MAX; i++) {
        const char *text = draft->text[i];

        elements[i - 1] = (struct x12_element){ "", 0 };
        if (text == NULL || *text == 0)
            continue;
        text = arena_strdup(writing->arena, text);
        elements[i - 1] = (struct x12_element){ text, (uint32_t)strlen(text) };
        count = i;
    }
    (void)text_copy(node->segment.id, sizeof node->segment.id, line->head.id);
    node->segment.count = count;
    node->segment.elements =
        arena_copy(writing->arena, elements, count * sizeof elements[0]);
    return node;
}

static void
hang(struct spot *spot, struct x12_node *node)
{
    node->parent = spot->parent;
    *spot->end = node;
    spot->end = &node->next;
}

/* Writes one segment with its loop; false when the record has nothing for
 * it. */
bool
map_write_one(struct writing *writing, const struct line *line,
              struct frame *frame, struct spot *spot)
{
    struct draft draft = { 0 };
    struct x12_node *node;
    struct spot inside;
    bool children;

    writing->run.frame = frame;
    writing->run.at = place(writing, line, 1);
    if (line->when && expr_holds(line->when, &writing->run) != TRUTH_TRUE)
        return false;
    fill(writing, line, &draft);
    node = make_node(writing, line, &draft);
    inside = (struct spot){ node, &node->child };
    children = map_write_lines(writing, line->child, frame, &inside);
    if (!draft.has_data && !children && (draft.asks || line->child != NULL))
        return false;
    hang(spot, node);
    return true;
}

bool
map_is_wanted(struct writing *writing, const struct line *line,
              struct frame *frame)
{
    writing->run.frame = frame;
    writing->run.at = place(writing, line, 1);
    return line->where == NULL ||
           expr_holds(line->where, &writing->run) == TRUTH_TRUE;
}

/* A segment that takes up to `room` groups, as long as its other elements
 * are the same. */
struct packing {
    const struct line *line;
    const struct assign *pack;
    struct draft draft;
    unsigned next; /* element for the next group */
    long room;
    bool open;
};

static void
close_pack(struct writing *writing, struct packing *packing, struct spot *spot)
{
    if (packing->open)
        hang(spot, make_node(writing, packing->line, &packing->draft));
    packing->open = false;
}

static bool
same_rest(const struct packing *packing, const struct draft *draft)
{
    for (unsigned i = 1; i < packing->pack->element.first; i++)
        if (!text_equal(packing->draft.text[i], draft->text[i]))
            return false;
    return true;
}

static void
add_group(struct writing *writing, struct packing *packing, struct spot *spot)
{
    struct draft draft = { 0 };
    const struct expr *number = packing->pack->expr->left;

    fill(writing, packing->line, &draft);
    if (!packing->open || packing->room == 0 || !same_rest(packing, &draft)) {
        close_pack(writing, packing, spot);
        packing->draft = draft;
        packing->open = true;
        packing->next = packing->pack->element.first;
        packing->room = (long)decimal_of(number->text).units;
    }
    for (const struct expr *e = number->next; e != NULL; e = e->next) {
        if (packing->next > ELEMENTS_MAX)
            break;
        packing->draft.text[packing->next++] = expr_text(e, &writing->run);
    }
    packing->room--;
}

struct frame
map_element_frame(const struct line *line, struct frame *outer,
                  const json_t *node, size_t index)
{
    return (struct frame){ outer, (json_t *)(uintptr_t)node, line->list->text,
                           index };
}

/* A pack's segment without a group: what it says about the list's owner. */
static bool
write_ungrouped(struct writing *writing, const struct line *line,
                struct frame *frame, struct spot *spot)
{
    struct frame none = { .outer = frame };

    return map_write_one(writing, line, &none, spot);
}

static bool
write_each(struct writing *writing, const struct line *line,
           struct frame *frame, struct spot *spot)
{
    const json_t *list = node_at(map_list_home(line, frame)->node,
                                 line->list->text),
                 *element;
    CLEANUP(json_decrefp)
    json_t *pieces = line->list->type == FIELD_TEXT
                         ? map_pieces(line, json_string_value(list))
                         : NULL;
    struct packing packing = { .line = line, .pack = map_pack_of(line) };
    bool wrote = false;
    size_t i;

    list = pieces ? pieces : list;
    json_array_foreach(list, i, element)
    {
        struct frame inner = map_element_frame(line, frame, element, i);

        if (!map_is_wanted(writing, line, &inner))
            continue;
        if (packing.pack == NULL) {
            wrote |= map_write_one(writing, line, &inner, spot);
            continue;
        }
        add_group(writing, &packing, spot);
        wrote = true;
    }
    if (packing.pack != NULL && json_array_size(list) == 0)
        wrote = write_ungrouped(writing, line, frame, spot);
    close_pack(writing, &packing, spot);
    return wrote;
}

static bool
write_line(struct writing *writing, const struct line *line,
           struct frame *frame, struct spot *spot)
{
    if (map_is_level(line))
        return map_write_level(writing, line, frame, spot);
    if (line->list != NULL)
        return write_each(writing, line, frame, spot);
    return map_write_one(writing, line, frame, spot);
}

bool
map_write_lines(struct writing *writing, const struct line *lines,
                struct frame *frame, struct spot *spot)
{
    const struct line *around = lines ? lines->parent : NULL;
    bool wrote = false;

    for (const struct line *line = lines; line != NULL; line = line->next)
        wrote |= write_line(writing, line, frame, spot);
    if (around != NULL && map_is_level(around) && around->list != NULL)
        wrote |= map_write_packs(writing, around, frame, spot);
    return wrote;
}

static long
segments_written(void *user, const char *id)
{
    const struct writing *writing = user;

    return map_count_segments(writing->set->first, id);
}

bool
map_write(const struct map *map, const struct record *record,
          const struct map_codes *codes, struct arena *arena,
          struct problems *found, struct x12_set **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *scratch = arena_new();
    struct writing writing = { .map = map, .arena = arena };
    struct frame root = { .node = record->fields };
    uint32_t position = FIRST_POSITION;
    struct spot spot;
    unsigned level = 0;

    if (map->kind != record->kind)
        return err_set(err, TP3002,
                       "found a record of kind %s, expected %s "
                       "as the map %s",
                       record_kind_name(record->kind),
                       record_kind_name(map->kind), map->sources[0]);
    writing.set = x12_set_new(arena, map->set, map->version);
    writing.run = (struct expr_run){ .frame = &root,
                                     .codes = codes,
                                     .side = "x12",
                                     .arena = scratch,
                                     .found = found,
                                     .segments = segments_written,
                                     .user = &writing };
    record_check(record, found);
    map_run_checks(map, &writing.run);
    spot = (struct spot){ NULL, &writing.set->first };
    map_write_lines(&writing, map->first, &root, &spot);
    map_number_nodes(&writing, writing.set->first, &position, &level, "");
    writing.set->segments = position;
    *out = writing.set;
    return true;
}
