/* SPDX-License-Identifier: Apache-2.0 */
/* The sets of an interchange, read once more with their trees, and mapped. */
#include "translate/read_private.h"

#include "base/text.h"

struct walk {
    struct reading *reading;
    const struct x12_interchange *from; /* as surveyed */
    const struct partner *partner;      /* who sent it */
    const struct read_wish *wish;
    const struct x12_group *group;   /* of the survey */
    const struct x12_result *result; /* of the survey, the next one */
    int32_t ordinal;
    struct arena *arena; /* of one set */
};

static bool
look_up(void *user, const char *table, const char *from, const char *to,
        const char *value, struct arena *arena, const char **out,
        const char **guess)
{
    const struct code_asker *asker = user;
    const char *const words[] = { table, from, to };

    return asker->handler->code(asker->handler->code_user, asker->partner,
                                words, value, arena, out, guess);
}

struct map_codes
codes_by(struct code_asker *asker)
{
    return (struct map_codes){ look_up, asker };
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

static bool
is_avoided(const struct walk *walk)
{
    const struct read_job *job = walk->reading->job;

    for (size_t i = 0; i < job->avoided; i++)
        if (job->avoid[i].interchange == walk->from->offset &&
            job->avoid[i].set == walk->ordinal)
            return true;
    return false;
}

static void
map_it(struct walk *walk, const struct x12_set *tree, struct read_set *set)
{
    struct code_asker asker = { walk->reading->handler, walk->partner->code };
    struct map_codes codes = codes_by(&asker);
    const struct route *route =
        routes_find(walk->reading->routes, walk->partner, set->id, ROUTE_IN);

    if (route == NULL || route->map == NULL)
        return;
    if (is_avoided(walk))
        err_set(&set->failed, TP7080,
                "the translator ended at this set, twice; it is not mapped");
    else if (!map_read(route->map, tree, &codes, set->found, &set->record,
                       &set->failed))
        record_free(&set->record);
}

static bool
tell_set(struct walk *walk, const struct x12_result *result,
         const struct x12_set *tree)
{
    const struct read_handler *handler = walk->reading->handler;
    const struct x12_group *group = result->group;
    CLEANUP(buf_free) struct buf findings = { 0 };
    CLEANUP(buf_free) struct buf why = { 0 };
    struct read_set set = { .ordinal = walk->ordinal,
                            .id = result->id,
                            .control = result->control,
                            .group = group->control,
                            .version = group->version,
                            .whole = tree != NULL,
                            .rejected = result->verdict == X12_REJECTED ||
                                        group->verdict == X12_REJECTED,
                            .count = result->count,
                            .found = problems_new(walk->arena) };

    tell_findings(result->findings, &findings, &why);
    if (why.size == 0 && group->verdict == X12_REJECTED)
        tell_findings(group->findings, NULL, &why);
    set.findings = buf_text(&findings);
    set.why = buf_text(&why);
    if (tree != NULL) {
        set.offset = walk->from->offset + tree->offset;
        set.size = tree->size;
        map_it(walk, tree, &set);
    }
    bool good = handler->set(handler->user, &set, walk->reading->err);
    record_free(&set.record);
    arena_reset(walk->arena);
    return good;
}

/* The tree is of this reading, everything else of the survey, which knew the
 * end. */
static void
take_set(void *user, const struct x12_result *found)
{
    struct walk *walk = user;
    struct reading *reading = walk->reading;
    const struct x12_result *result = surveyed(walk);

    walk->ordinal++;
    if (reading->good &&
        (result == NULL || !text_equal(result->control, found->control)))
        reading->good =
            err_set_kind(reading->err, TP7045, ERR_DATA,
                         "set %s of interchange %s was not read alike twice",
                         found->control, walk->from->control);
    if (reading->good && walk->ordinal >= walk->wish->first &&
        walk->ordinal <= walk->wish->last)
        reading->good = tell_set(walk, result, found->set);
}

bool
reading_sets(struct reading *reading, const struct x12_interchange *from,
             const struct partner *partner, const struct read_wish *wish)
{
    struct walk walk = { .reading = reading,
                         .from = from,
                         .partner = partner,
                         .wish = wish,
                         .group = from->groups,
                         .arena = arena_new() };
    struct x12_handler handler = { .user = &walk, .set = take_set };
    bool good = reading_feed(reading, from->offset, from->size,
                             reading_begin(reading, true, &handler));

    arena_free(&walk.arena);
    return good;
}
