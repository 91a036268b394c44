/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/view.h"

#include <string.h>

#include "base/buf.h"
#include "x12/guide.h"

enum { NAME_WIDTH = 28, VALUE_MAX = 200, PIECE = 1 << 16 };

static void
add_printable(struct buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buf_addc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7F
                          ? '.'
                          : text[i]);
}

static void
add_indent(struct buf *out, int depth)
{
    buf_addf(out, "%*s", depth * 2, "");
}

static void
add_finding(struct buf *out, const struct x12_finding *finding, int depth)
{
    add_indent(out, depth);
    buf_adds(out, finding->severity == X12_REJECT ? "!! " : "! ");
    x12_finding_text(finding, out);
    buf_addc(out, '\n');
}

static void
add_findings(struct buf *out, const struct x12_finding *finding, int depth)
{
    for (; finding != NULL; finding = finding->next)
        add_finding(out, finding, depth);
}

/* One value: "    04  Unit price                  155.7". */
static void
add_value(struct buf *out, const struct x12_result *result,
          const struct x12_segment *segment, const struct x12_place *at,
          struct x12_element value)
{
    struct x12_place place = { .name = "" };
    const char *code = NULL;
    char number[16];

    if (result->guide != NULL &&
        x12_guide_element(result->guide, segment->id, at->element,
                          at->component, &place))
        code = x12_guide_code(result->guide, segment->id, at->element,
                              at->component, value);
    if (at->component > 0)
        snprintf(number, sizeof number, "%02u-%u", at->element, at->component);
    else
        snprintf(number, sizeof number, "%02u", at->element);
    buf_addf(out, "%-5s %-*s ", number, NAME_WIDTH,
             place.name ? place.name : "");
    add_printable(out, value.text,
                  value.size < VALUE_MAX ? value.size : VALUE_MAX);
    if (value.size > VALUE_MAX)
        buf_addf(out, "... (%u bytes)", value.size);
    if (code != NULL)
        buf_addf(out, "  = %s", code);
    buf_addc(out, '\n');
}

static void
add_components(struct buf *out, const struct x12_result *result,
               const struct x12_segment *segment, uint32_t element, int depth)
{
    char separator = result->set->delimiters.component;
    struct x12_element whole = x12_get(segment, element);
    uint32_t count = 1;

    for (uint32_t i = 0; i < whole.size; i++)
        count += whole.text[i] == separator;
    for (uint32_t i = 1; i <= count; i++) {
        struct x12_element value = x12_component(whole, separator, i);
        struct x12_place at = { .element = element, .component = i };
        if (value.size == 0)
            continue;
        add_indent(out, depth);
        add_value(out, result, segment, &at, value);
    }
}

static void
add_segment(struct buf *out, const struct x12_result *result,
            const struct x12_segment *segment, int depth)
{
    struct x12_place place = { .name = "" };
    char separator = result->set->delimiters.component;

    if (result->guide != NULL)
        x12_guide_find(result->guide, segment->id, &place);
    add_indent(out, depth);
    buf_addf(out, "%-3s  %s\n", segment->id, place.name ? place.name : "");
    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = x12_get(segment, i);
        struct x12_place at = { .element = i };
        if (value.size == 0)
            continue;
        if (memchr(value.text, separator, value.size) != NULL) {
            add_components(out, result, segment, i, depth + 3);
            continue;
        }
        add_indent(out, depth + 3);
        add_value(out, result, segment, &at, value);
    }
}

static int
depth_of(const struct x12_node *node)
{
    int depth = 0;

    for (; node->parent != NULL; node = node->parent)
        depth++;
    return depth;
}

static const char *
verdict_name(enum x12_verdict verdict)
{
    switch (verdict) {
    case X12_ACCEPTED:
        return "accepted";
    case X12_WITH_ERRORS:
        return "accepted, errors noted";
    case X12_PARTLY:
        return "partly accepted";
    case X12_REJECTED:
        break;
    }
    return "rejected";
}

/* Findings that stand beside a segment of the tree. */
static bool
has_node(const struct x12_result *result, const struct x12_finding *finding)
{
    return finding->position > 1 && finding->position < result->set->segments;
}

/* Hands over what is ready, so that no piece grows with the set. */
static void
hand_over(struct x12_viewing *viewing, size_t least)
{
    if (viewing->take != NULL && viewing->text.size >= least)
        viewing->take(viewing->user, &viewing->text);
}

static void
add_tree(struct x12_viewing *viewing, const struct x12_result *result)
{
    struct buf *out = &viewing->text;

    for (const struct x12_node *node = result->set->first; node != NULL;
         node = x12_following(node)) {
        int depth = depth_of(node) + 3;
        add_segment(out, result, &node->segment, depth);
        for (const struct x12_finding *f = result->findings; f; f = f->next)
            if (has_node(result, f) && f->position == node->segment.position)
                add_finding(out, f, depth + 3);
        hand_over(viewing, PIECE);
    }
    for (const struct x12_finding *f = result->findings; f; f = f->next)
        if (!has_node(result, f))
            add_finding(out, f, 3);
}

static void
show_set(void *user, const struct x12_result *result)
{
    struct x12_viewing *viewing = user;

    buf_addf(&viewing->text, "    Set %s %s  %s: %s\n", result->id,
             result->control,
             result->guide ? x12_guide_title(result->guide) : "",
             verdict_name(result->verdict));
    if (result->set == NULL)
        add_findings(&viewing->text, result->findings, 3);
    else
        add_tree(viewing, result);
    hand_over(viewing, 1);
}

void
x12_view_set(const struct x12_result *result, struct buf *out)
{
    struct x12_viewing viewing = { .text = *out };

    show_set(&viewing, result);
    *out = viewing.text;
}

/* They stand before the groups, but are known one by one. */
static void
show_ta1s(struct x12_viewing *viewing, const struct x12_interchange *it)
{
    struct buf *out = &viewing->text;

    for (; viewing->ta1s < it->ta1_count; viewing->ta1s++) {
        const struct x12_segment *ta1 = &it->ta1s[viewing->ta1s];
        buf_adds(out, "  TA1 ");
        for (uint32_t e = 1; e <= ta1->count; e++) {
            struct x12_element value = x12_get(ta1, e);
            buf_addc(out, ' ');
            add_printable(out, value.text, value.size);
        }
        buf_addc(out, '\n');
    }
}

static void
show_group(void *user, const struct x12_group *group)
{
    struct x12_viewing *viewing = user;

    show_ta1s(viewing, group->interchange);
    buf_addf(&viewing->text, "  Group %s %s  %s -> %s  %s %s  version %s\n",
             group->functional_id, group->control, group->sender,
             group->receiver, group->date, group->time, group->version);
}

static void
end_group(void *user, const struct x12_group *group)
{
    struct x12_viewing *viewing = user;

    buf_addf(&viewing->text, "  Group %s %s: %s\n", group->functional_id,
             group->control, verdict_name(group->verdict));
    add_findings(&viewing->text, group->findings, 2);
}

static void
show_interchange(void *user, const struct x12_interchange *it)
{
    struct x12_viewing *viewing = user;

    viewing->ta1s = 0;
    buf_addf(&viewing->text,
             "Interchange %s  %s:%s -> %s:%s  %s %s  version %s%s\n",
             it->control, it->sender_qualifier, it->sender,
             it->receiver_qualifier, it->receiver, it->date, it->time,
             it->version, it->test ? "  TEST" : "");
}

static void
end_interchange(void *user, const struct x12_interchange *it)
{
    struct x12_viewing *viewing = user;

    show_ta1s(viewing, it);
    buf_addf(&viewing->text, "Interchange %s: %s\n", it->control,
             verdict_name(it->verdict));
    add_findings(&viewing->text, it->findings, 1);
    hand_over(viewing, 1);
}

static void
show_outside(void *user, const struct x12_finding *finding)
{
    struct x12_viewing *viewing = user;

    add_finding(&viewing->text, finding, 0);
    hand_over(viewing, 1);
}

struct x12_handler
x12_view_handler(struct x12_viewing *viewing)
{
    return (struct x12_handler){ .user = viewing,
                                 .interchange_begin = show_interchange,
                                 .group_begin = show_group,
                                 .set = show_set,
                                 .group_end = end_group,
                                 .interchange_end = end_interchange,
                                 .finding = show_outside };
}

static void
play_group(const struct x12_handler *handler, const struct x12_group *group)
{
    handler->group_begin(handler->user, group);
    for (const struct x12_result *r = group->results; r != NULL; r = r->next)
        handler->set(handler->user, r);
    handler->group_end(handler->user, group);
}

void
x12_view_play(const struct x12_file *file, const struct x12_handler *handler)
{
    for (const struct x12_finding *f = file->findings; f != NULL; f = f->next)
        handler->finding(handler->user, f);
    for (const struct x12_interchange *it = file->interchanges; it != NULL;
         it = it->next) {
        handler->interchange_begin(handler->user, it);
        for (const struct x12_group *g = it->groups; g != NULL; g = g->next)
            play_group(handler, g);
        handler->interchange_end(handler->user, it);
    }
}

void
x12_view(const struct x12_file *file, struct buf *out)
{
    struct x12_viewing viewing = { .text = *out };
    struct x12_handler handler = x12_view_handler(&viewing);

    x12_view_play(file, &handler);
    *out = viewing.text;
}

struct listing {
    struct buf *out;
    void (*add)(const struct x12_finding *, struct buf *);
    const char *between, *after;
    size_t count;
};

static void
list(struct listing *listing, const struct x12_finding *finding)
{
    for (; finding != NULL; finding = finding->next) {
        if (listing->count++ > 0)
            buf_adds(listing->out, listing->between);
        listing->add(finding, listing->out);
        buf_adds(listing->out, listing->after);
    }
}

static void
list_all(struct listing *listing, const struct x12_file *file)
{
    list(listing, file->findings);
    for (const struct x12_interchange *it = file->interchanges; it != NULL;
         it = it->next) {
        list(listing, it->findings);
        for (const struct x12_group *g = it->groups; g != NULL; g = g->next) {
            list(listing, g->findings);
            for (const struct x12_result *r = g->results; r; r = r->next)
                list(listing, r->findings);
        }
    }
}

size_t
x12_view_findings(const struct x12_file *file, struct buf *out)
{
    struct listing listing = { out, x12_finding_text, "", "\n", 0 };

    list_all(&listing, file);
    return listing.count;
}

void
x12_view_findings_json(const struct x12_file *file, struct buf *out)
{
    struct listing listing = { out, x12_finding_json, ",\n", "", 0 };

    buf_adds(out, "[");
    list_all(&listing, file);
    buf_adds(out, "]\n");
}
