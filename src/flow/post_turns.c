/* SPDX-License-Identifier: Apache-2.0 */
/* The postings of a batch wait for the system's answers at the same time, but
 * for those that concern the same thing. */
#include "base/fiber.h"
#include "flow/post_private.h"

struct work {
    struct posting *posting;
    posting_work *work;
};

static void
work_on(void *user)
{
    struct work *work = user;

    work->work(work->posting);
    work->posting->turn = TURN_OVER;
}

/* Of one whose names are not known nothing is known. */
static bool
share(const struct posting *one, const struct posting *other)
{
    if (one->alone == NULL || other->alone == NULL)
        return true;
    for (size_t i = 0; one->alone[i] != NULL; i++)
        for (size_t j = 0; other->alone[j] != NULL; j++)
            if (text_equal(one->alone[i], other->alone[j]))
                return true;
    return false;
}

static bool
is_behind(const struct batch *batch, const struct posting *posting)
{
    for (const struct posting *p = batch->postings; p < posting; p++)
        if (p->turn != TURN_OVER && share(p, posting))
            return true;
    return false;
}

static struct posting *
next(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct posting *posting = &batch->postings[i];
        if (posting->turn == TURN_WAITS && !is_behind(batch, posting))
            return posting;
    }
    return NULL;
}

void
post_turns(struct batch *batch, size_t most, posting_begin *begin,
           posting_work *work)
{
    struct fibers *fibers = fibers_new(most);
    struct work *works =
        arena_alloc(batch->arena, (batch->count + 1) * sizeof *works);
    struct posting *posting;

    for (size_t i = 0; i < batch->count; i++)
        batch->postings[i].turn = TURN_WAITS;
    while ((posting = next(batch)) != NULL || fibers_busy(fibers) > 0) {
        if (posting == NULL || !fibers_room(fibers)) {
            fibers_turn(fibers);
        } else if (!begin(posting)) {
            posting->turn = TURN_OVER;
        } else {
            struct work *one = &works[posting - batch->postings];
            *one = (struct work){ posting, work };
            posting->turn = TURN_NOW;
            fibers_start(fibers, work_on, one);
        }
    }
    fibers_free(&fibers);
}

size_t
post_at_once(struct flow *flow, const char *system)
{
    struct err ignored = { 0 };
    const struct system *place = system != NULL
                                     ? system_by_name(flow, system, &ignored)
                                     : home_system(flow, &ignored);

    if (place == NULL || place->ops->alone == NULL)
        return 1;
    return place->at_once > 0 ? place->at_once : 1;
}

/* Of the flow: one document after the other under the same number, and in a
 * lane of strict order. */
void
posting_alone(struct posting *posting)
{
    struct batch *batch = posting->batch;
    struct arena *arena = batch->arena;
    const struct document *document = &posting->document;
    const struct flow_verb_step *step = posting->step;
    struct err ignored = { 0 };
    struct system *system =
        step != NULL ? system_by_name(batch->flow, step->system, &ignored)
                     : NULL;
    const char *const *theirs = NULL;
    size_t count = 0, used = 0;

    if (step != NULL && system == NULL)
        return;
    if (system != NULL && system->ops->alone != NULL)
        theirs = system->ops->alone(system, step->what, posting->record, arena);
    while (theirs != NULL && theirs[count] != NULL)
        count++;
    const char **all = arena_alloc(arena, (count + 3) * sizeof *all);
    while (used < count) {
        all[used] = theirs[used];
        used++;
    }
    all[used++] = arena_printf(arena, "document %s %s %s", document->partner,
                               document->set, document->number);
    if (step != NULL && step->order == ORDER_STRICT)
        all[used++] =
            arena_printf(arena, "lane %s %s", document->partner, document->set);
    posting->alone = all;
}
