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

enum { GAP_MAX = 2, NO_NAME = 1 };

/* The segment at hand of a run of plain ones. Loops work on a copy of it that
 * no other function sees, so that it stays in registers. */
struct run {
    const char *base;
    const uint32_t *marks; /* the name's end, the elements', the terminator */
    const uint32_t *after; /* the number of marks up to each terminator */
    const uint32_t *last;  /* of these */
    uint32_t first, count; /* number of the first mark; of marks */
    uint32_t start, end;   /* places: of its first byte, of its terminator */
    /* Plain segments end before: the next byte that needs care, the end of what
     * a set may hold, bytes too near the end of those at hand. */
    uint32_t stop;
    /* What stands between two segments: none, one or two newlines, to be
     * compared with the two bytes before a segment. */
    uint32_t gap;
    uint16_t gap_mask, gap_bytes;
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
    const char *at = run->base + window->marks[*run->after - 1] + 1;
    char mask[GAP_MAX] = { 0 }, bytes[GAP_MAX] = { 0 };

    run->gap = 0;
    if (window->limit - at >= GAP_MAX && is_newline(at[0]))
        run->gap = at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    for (uint32_t i = 0; i < run->gap; i++) {
        mask[GAP_MAX - run->gap + i] = '\xFF';
        bytes[GAP_MAX - run->gap + i] = at[i];
    }
    memcpy(&run->gap_mask, mask, GAP_MAX);
    memcpy(&run->gap_bytes, bytes, GAP_MAX);
}

static uint32_t
as_place(uint64_t value)
{
    return value < SCAN_NEVER ? (uint32_t)value : SCAN_NEVER;
}

static uint32_t
lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
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

    /* Where all that is indexed is no longer than a segment may be, none of
     * its segments is. */
    if (set + limit < origin || left < QUICK_AHEAD ||
        (size_t)(window->at - window->next) > options->max_segment)
        return false;
    run->stop = as_place(set + limit - origin);
    run->base = window->base;
    run->start = (uint32_t)(window->next - window->base);
    run->first = (uint32_t)window->first;
    run->after = window->ends + window->end_at;
    run->last = window->ends + window->end_count;
    while (window->odds[window->odd_at] < run->start)
        window->odd_at++;
    run->stop = lower(run->stop, window->odds[window->odd_at]);
    run->stop = lower(run->stop, as_place(left - QUICK_AHEAD));
    find_gap(run, window);
    return true;
}

/* The name that the next segment may have; NO_NAME = it is not plain. */
static inline uint32_t
look_ahead(const uint32_t *marks, struct run *run)
{
    uint32_t up_to = *run->after;

    run->marks = marks + run->first;
    run->count = up_to - run->first;
    run->end = marks[up_to - 1];
    uint32_t size = *run->marks - run->start;
    if (size - 2 > 1 || run->end >= run->stop)
        return NO_NAME;
    return scan_name_of(run->base + run->start, size);
}

/* True = there is another one, as far away as the first two are. */
static inline bool
go_on(struct run *run)
{
    uint16_t before;

    run->first += run->count;
    run->start = run->end + 1 + run->gap;
    memcpy(&before, run->base + run->start - GAP_MAX, GAP_MAX);
    return ++run->after < run->last &&
           (before & run->gap_mask) == run->gap_bytes;
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

/* Not inline, nor is check_plain: each has all registers for its loop. */
static __attribute__((noinline)) uint32_t
count_plain(struct scan_window *window, struct run *given)
{
    const uint32_t *marks = window->marks;
    struct run run = *given;
    uint32_t count = 0;

    do {
        if (!scan_is_common(window, look_ahead(marks, &run)))
            break;
        count++;
    } while (go_on(&run));
    *given = run;
    return count;
}

/* The run's segments, which nobody has taken so far. */
static void
show_run(struct x12_reader *reader, const struct scan_window *window,
         const struct run *run, uint32_t count)
{
    uint64_t before = (uint64_t)(window->base - reader->bytes);
    struct x12_batch batch = { .count = count,
                               .position = reader->set.position + 1,
                               .line = reader->line,
                               .offset = reader->base + before + run->start,
                               .base = window->base,
                               .marks = window->marks,
                               .ends = run->after,
                               .first = run->first,
                               .start = run->start,
                               .gap = run->gap };

    memcpy(batch.id, run->base + run->start,
           window->marks[run->first] - run->start);
    show_batch(reader, &batch);
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
static __attribute__((noinline)) uint32_t
check_plain(struct x12_reader *reader, struct scan_window *window,
            struct run *given)
{
    const uint32_t *marks = window->marks;
    struct run run = *given;
    uint32_t count = 0;

    do {
        struct scan_name *name = scan_known(window, look_ahead(marks, &run));
        if (name == NULL || name->kind != SCAN_COMMON ||
            !check_next(reader, name, &run))
            break;
        count++;
    } while (go_on(&run));
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
        if (reader->shows && count > 0)
            show_run(reader, window, &from, count);
    }
    if (count > 0)
        end_run(reader, window, &run, count);
}
