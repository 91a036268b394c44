/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes plain segments of a set many at a time: those that have a common name,
 * no inner separators, no odd bytes and no empty elements at the end, and
 * stand as far apart as the first two do. When a guide is there, they must
 * also have a place that is found at once and good elements. Whatever is
 * different is left where it is, without a trace, for scan_window.c.
 */
#include <string.h>

#include "x12/check_private.h"
#include "x12/scan_private.h"

enum { GAP_MAX = 2 };

/* The segment at hand of a run of plain ones. Loops work on a copy of it that
 * no other function sees, so that it stays in registers. */
struct run {
    const char *base;
    const uint32_t *marks; /* the name's end, the elements', the terminator */
    const uint32_t *after; /* the number of marks up to each terminator */
    const uint32_t *last;  /* of these */
    uint32_t first, count; /* number of the first mark; of marks */
    uint32_t start, end;   /* places: of its first byte, of its terminator */
    uint32_t odd;          /* the next place that needs care */
    /* What stands between two segments: none, one or two newline bytes. */
    uint32_t gap;
    char between[GAP_MAX];
    uint32_t limit; /* a segment that starts behind it is too late for a set */
    uint32_t reach; /* one that ends behind it is too near the end of bytes */
    uint32_t longest;
};

static inline bool
is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* What stands behind the first terminator. */
static void
find_gap(struct run *run, const struct scan_window *window)
{
    const char *at = run->base + window->marks[*run->after - 1];

    run->gap = 0;
    if (window->limit - at > GAP_MAX && is_newline(at[1])) {
        run->gap = at[1] == '\r' && at[2] == '\n' ? 2 : 1;
        memcpy(run->between, at + 1, GAP_MAX);
    }
}

static uint32_t
as_place(uint64_t value)
{
    return value < SCAN_NEVER ? (uint32_t)value : SCAN_NEVER;
}

/* False = there can be none. */
static bool
begin_run(const struct x12_reader *reader, struct scan_window *window,
          struct run *run)
{
    const struct x12_options *options = &reader->options;
    uint64_t before = (uint64_t)(window->base - reader->bytes);
    uint64_t origin = reader->base + before, set = reader->set.set->offset;
    uint64_t limit = as_place(options->max_set), left = reader->size - before;

    if (set + limit < origin || left < QUICK_AHEAD)
        return false;
    run->limit = as_place(set + limit - origin);
    run->reach = as_place(left - QUICK_AHEAD);
    run->longest = as_place(options->max_segment);
    run->base = window->base;
    run->start = (uint32_t)(window->next - window->base);
    run->first = (uint32_t)window->first;
    run->after = window->ends + window->end_at;
    run->last = window->ends + window->end_count;
    while (window->odds[window->odd_at] < run->start)
        window->odd_at++;
    run->odd = window->odds[window->odd_at];
    find_gap(run, window);
    return true;
}

static inline bool
is_apart(const struct run *run, const char *text)
{
    return run->gap == 0 || (text[-1] == run->between[run->gap - 1] &&
                             (run->gap == 1 || text[-2] == '\r'));
}

/* Is the next segment plain? Its name, NULL = no. */
static inline struct scan_name *
look_ahead(struct scan_window *window, const uint32_t *marks, struct run *run,
           bool is_first)
{
    run->marks = marks + run->first;
    run->count = *run->after - run->first;
    run->end = marks[*run->after - 1];
    uint32_t size = run->end - run->start, name_size = *run->marks - run->start;
    const char *text = run->base + run->start;

    if (size < 3 || size > run->longest || run->start > run->limit ||
        run->odd <= run->end || run->end > run->reach || name_size - 2 > 1 ||
        (!is_first && !is_apart(run, text)))
        return NULL;
    struct scan_name *name = scan_known(window, scan_name_of(text, name_size));
    return name != NULL && name->kind == SCAN_COMMON ? name : NULL;
}

/* True = there is another one. */
static inline bool
go_on(struct run *run)
{
    run->first += run->count;
    run->start = run->end + 1 + run->gap;
    return ++run->after < run->last;
}

/* Past all that was taken: count segments. */
static void
end_run(struct x12_reader *reader, struct scan_window *window,
        const struct run *run, uint32_t count)
{
    const char *end = window->base + window->marks[run->first - 1];

    window->first = run->first;
    window->end_at = (size_t)(run->after - window->ends);
    reader->set.position += count;
    if (run->gap > 0 && count > 1) {
        reader->line += count - 1;
        reader->first_line = false;
    }
    reader->after_cr = false;
    reader->at = (size_t)(end + 1 - reader->bytes);
    window->next = scan_newlines(reader, end + 1, window->limit);
}

static uint32_t
count_plain(struct scan_window *window, struct run *given)
{
    const uint32_t *marks = window->marks;
    struct run run = *given;
    uint32_t count = 0;
    bool more = true;

    while (more && look_ahead(window, marks, &run, count == 0) != NULL) {
        count++;
        more = go_on(&run);
    }
    *given = run;
    return count;
}

/* The views of the run's segments. */
static void
show_views(struct x12_reader *reader, const struct scan_window *window,
           const struct run *from, uint32_t count)
{
    uint64_t origin = reader->base + (uint64_t)(window->base - reader->bytes);
    uint32_t first = from->first, start = from->start;
    struct x12_views views = { .position = reader->set.position,
                               .line = reader->line,
                               .base = window->base };

    for (uint32_t i = 0; i < count; i++) {
        uint32_t after = from->after[i];
        views.ends = window->marks + first;
        views.count = after - first - 1;
        uint32_t name = scan_little(
            scan_name_of(window->base + start, views.ends[0] - start));
        memcpy(views.id, &name, sizeof views.id);
        views.position++;
        views.offset = origin + start;
        reader->handler.views(reader->handler.user, &views);
        views.line += from->gap > 0;
        start = window->marks[after - 1] + 1 + from->gap;
        first = after;
    }
}

/* Whether the loop lacks what it must have. */
static bool
lacks(const struct open_set *set, const struct node *loop)
{
    const struct node *nodes = set->guide->nodes;

    for (uint32_t i = loop->first; i < (uint32_t)loop->first + loop->count; i++)
        if (nodes[i].demanding && set_lacks(set, (uint16_t)i))
            return true;
    return false;
}

/* The depth of the loop that holds the place, whose inner loops may be closed;
 * -1 = one of these lacks something. */
static inline int
holder(const struct open_set *set, const struct node *place)
{
    const struct node *nodes = set->guide->nodes;
    uint32_t depth = set->depth;

    for (; set->frames[depth].node != place->parent; depth--) {
        const struct node *loop = &nodes[set->frames[depth].node];
        if (loop->musts && lacks(set, loop))
            return -1;
    }
    return (int)depth;
}

/* Is it good? Nothing is changed when it is not. */
static inline bool
check_next(struct x12_reader *reader, struct scan_name *name,
           const struct run *run)
{
    struct open_set *set = &reader->set;
    const struct x12_guide *guide = set->guide;

    if (name->index >= KNOWN_SEGMENT)
        return false;
    uint16_t place = guide->next[set->at * guide->index_count + name->index];
    const struct node *node = &guide->nodes[place];
    const struct segment_def *def = node->segment;
    struct tally *tally = &set->tallies[place];
    uint64_t present, within = set->tallies[node->parent].opened;
    uint32_t before = tally->within == within ? tally->count : 0;
    if (!node->simple || before >= node->most)
        return false;
    int depth = holder(set, node);
    if (depth < 0 ||
        !quick_values(def, run->base, run->marks, run->count - 1, &present))
        return false;
    if (name->def != def || name->present != present) {
        if (!check_mask(reader, def, present))
            return false;
        name->def = def;
        name->present = present;
    }
    set->depth = (uint32_t)depth;
    set->at = place;
    tally->within = within;
    tally->count = before + 1;
    if (node->loop)
        set_open_loop(set, place);
    return true;
}

/* Segments that are good in their places. */
static uint32_t
check_plain(struct x12_reader *reader, struct scan_window *window,
            struct run *given)
{
    const uint32_t *marks = window->marks;
    struct run run = *given;
    uint32_t count = 0;
    bool more = true;

    while (more) {
        struct scan_name *name = look_ahead(window, marks, &run, count == 0);
        if (name == NULL || !check_next(reader, name, &run))
            break;
        count++;
        more = go_on(&run);
    }
    if (count > 0) {
        reader->set.astray = false;
        reader->set.behind = 0;
    }
    *given = run;
    return count;
}

/* Names have another index in another guide. */
static void
change_guide(struct scan_window *window, const struct x12_guide *guide)
{
    for (size_t i = 0; i < sizeof window->names / sizeof *window->names; i++)
        window->names[i].index = guide_index(guide, window->names[i].name);
    window->guide = guide;
}

void
scan_plain(struct x12_reader *reader, struct scan_window *window)
{
    const struct x12_guide *guide = reader->set.guide;
    struct run run;
    uint32_t count;

    if (guide != NULL && window->guide != guide)
        change_guide(window, guide);
    if (!begin_run(reader, window, &run))
        return;
    struct run from = run;
    if (guide != NULL) {
        count = check_plain(reader, window, &run);
    } else {
        count = count_plain(window, &run);
        if (reader->handler.views != NULL)
            show_views(reader, window, &from, count);
    }
    if (count > 0)
        end_run(reader, window, &run, count);
}
