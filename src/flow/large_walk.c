/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of a large interchange, read once more with their trees, mapped and
 * journalled in batches. */
#include "flow/large_private.h"

#include <string.h>

#include "base/heartbeat.h"

enum { SETS_BYTES = 256 * 1024 };

struct walk {
    struct large *large;
    struct part *part;
    const struct x12_group *group;   /* of the survey */
    const struct x12_result *result; /* of the survey, the next one */
    int32_t ordinal, done;
    struct arena *arena; /* of the batch */
    struct prepared *sets, **last;
    size_t count, bytes;
};

bool
large_read(const struct large *large, uint64_t offset, size_t size,
           struct buf *piece)
{
    heartbeat();
    buf_clear(piece);
    return journal_read(large->apart.flow->journal, large->source,
                        (int64_t)offset, size, piece, large->err);
}

bool
large_feed(const struct large *large, uint64_t offset, uint64_t size,
           struct x12_reader *reader)
{
    CLEANUP(buf_free) struct buf piece = { 0 };

    while (size > 0 && large->good && !large->found) {
        size_t want = size < PIECE ? (size_t)size : PIECE;
        if (!large_read(large, offset, want, &piece))
            return false;
        if (piece.size == 0)
            return err_set(large->err, TP4020, "%s ends too soon",
                           large->apart.arrival->name);
        x12_feed(reader, buf_text(&piece), piece.size);
        offset += piece.size;
        size -= piece.size;
    }
    return large->good;
}

static void
drop_sets(struct walk *walk)
{
    for (struct prepared *set = walk->sets; set != NULL; set = set->next)
        prepared_free(set);
    arena_reset(walk->arena);
    walk->sets = NULL;
    walk->last = &walk->sets;
    walk->count = walk->bytes = 0;
}

static bool
journal_sets(struct walk *walk)
{
    struct large *large = walk->large;
    struct flow *flow = large->apart.flow;

    if (walk->count == 0)
        return true;
    if (!journal_begin(flow->journal, large->err))
        return false;
    bool good = true;
    for (struct prepared *set = walk->sets; good && set; set = set->next) {
        set->document.interchange = walk->part->row.id;
        good = add_prepared(flow, set, large->err);
    }
    good = good && journal_commit(flow->journal, large->err);
    if (!good)
        journal_abandon(flow->journal);
    drop_sets(walk);
    return good;
}

static bool
prepare_one(struct walk *walk, const struct x12_result *result,
            struct prepared *prepared)
{
    struct large *large = walk->large;
    const struct x12_interchange *from = walk->part->from;
    CLEANUP(buf_free) struct buf bytes = { 0 };

    prepared->document.ordinal = walk->ordinal;
    if (result->set != NULL) {
        if (!large_read(large, from->offset + result->set->offset,
                        (size_t)result->set->size, &bytes))
            return false;
        prepared->bytes = arena_copy(walk->arena, bytes.text, bytes.size);
        prepared->size = bytes.size;
    }
    return prepare_set(large->apart.flow, walk->part->partner, from, result,
                       prepared, large->err);
}

static void
add_one(struct walk *walk, const struct x12_result *result)
{
    struct large *large = walk->large;
    struct prepared *prepared = arena_alloc(walk->arena, sizeof *prepared);

    large->good = prepare_one(walk, result, prepared);
    *walk->last = prepared;
    walk->last = &prepared->next;
    walk->count++;
    walk->bytes += prepared->size;
    if (large->good && (walk->count == BATCH || walk->bytes >= SETS_BYTES))
        large->good = journal_sets(walk);
}

/* What the survey found of the next set; its groups may be empty. */
static const struct x12_result *
surveyed(struct walk *walk)
{
    while (walk->result == NULL && walk->group != NULL) {
        walk->result = walk->group->results;
        walk->group = walk->group->next;
    }
    const struct x12_result *result = walk->result;
    if (result != NULL)
        walk->result = result->next;
    return result;
}

/* The tree is of this reading, everything else of the survey, which knew the
 * end. */
static void
take_set(void *user, const struct x12_result *found)
{
    struct walk *walk = user;
    struct large *large = walk->large;
    const struct x12_result *result = surveyed(walk);

    walk->ordinal++;
    if (large->good &&
        (result == NULL || !text_equal(result->control, found->control)))
        large->good = err_set_kind(large->err, TP7045, ERR_DATA,
                                   "set %s of interchange %s was not read "
                                   "alike twice",
                                   found->control, walk->part->from->control);
    if (!large->good || walk->ordinal <= walk->done)
        return;
    struct x12_result whole = *result;
    whole.set = found->set;
    if (large->wanted == 0) {
        add_one(walk, &whole);
    } else if (walk->ordinal == large->wanted) {
        large->found = true;
        large->good = prepare_one(walk, &whole, large->prepared);
    }
}

static bool
always(void *user, const struct x12_group *group, const char *set_id)
{
    (void)user, (void)group, (void)set_id;
    return true;
}

bool
large_walk(struct large *large, struct part *part, int32_t done)
{
    struct walk walk = { .large = large,
                         .part = part,
                         .group = part->from->groups,
                         .done = done,
                         .arena = arena_new() };
    struct x12_handler handler = { .user = &walk, .set = take_set };
    struct x12_options options;
    struct code_user user;

    walk.last = &walk.sets;
    read_options(large->apart.flow, large->read_as, &options, &user);
    options.tree_for = always;
    options.lean = true;
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    bool good = large_feed(large, part->from->offset, part->from->size, reader);
    if (good)
        x12_end(reader, NULL);
    x12_reader_free(&reader);
    good = good && large->good && journal_sets(&walk);
    drop_sets(&walk);
    part->any = walk.ordinal > 0;
    arena_free(&walk.arena);
    return good;
}
