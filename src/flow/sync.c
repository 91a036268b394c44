/* SPDX-License-Identifier: Apache-2.0 */
/* Masters in step: what changed is read from each system of a sync flow, and
 * each is told what it lacks. */
#include "flow/sync_private.h"

#include <string.h>

#include "base/log.h"

enum { ROWS = 200, PUSHES = 50 };

/* A binding, loaded when first needed. */
struct sync_binding {
    const char *name;
    struct binding *binding;
    struct sync_binding *next;
};

static bool
load_binding(struct flow *flow, const struct system *system, const char *entity,
             const struct binding **out, struct problems *found,
             struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *name =
        arena_printf(arena, "bindings/%s/%s.binding",
                     system->ops->masters->folder(system), entity);
    struct sync_binding *known = flow->bindings;

    while (known != NULL && !text_equal(known->name, name))
        known = known->next;
    if (known == NULL) {
        struct binding *binding = NULL;
        if (!binding_load(&binding, name, &flow->sources, found, err))
            return false;
        known = arena_alloc(flow->arena, sizeof *known);
        *known = (struct sync_binding){ arena_strdup(flow->arena, name),
                                        binding, flow->bindings };
        flow->bindings = known;
    }
    *out = known->binding;
    return true;
}

void
sync_check(struct flow *flow, const struct system *system)
{
    for (const struct flow_text *text = flow->texts; text; text = text->next)
        for (size_t i = 0; !text->idle && i < text->sync_count; i++) {
            struct err failed = { 0 };
            size_t before = problems_errors(flow->found);
            const struct binding *binding;
            if (!text_equal(text->sync[i], system->context.name))
                continue;
            if (system->ops->masters == NULL)
                problem_add(flow->found, TP7006, text->path, NULL,
                            "%s keeps no masters", text->sync[i]);
            else if (!load_binding(flow, system, text->what, &binding,
                                   flow->found, &failed) &&
                     problems_errors(flow->found) == before)
                problem_add(flow->found, failed.code, failed.at, NULL, "%s",
                            failed.text);
        }
}

void
sync_close(struct flow *flow)
{
    for (struct sync_binding *b = flow->bindings; b != NULL; b = b->next)
        binding_free(&b->binding);
    flow->bindings = NULL;
}

/* False without an err when the system rests, or is not of a kind for it. */
static bool
open_side(struct flow *flow, const struct flow_text *text, const char *name,
          struct side *side)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct err failed = { 0 };

    *side = (struct side){ .flow = flow, .text = text, .name = name };
    side->system = system_by_name(flow, name, &failed);
    if (side->system != NULL && side->system->ops->masters == NULL) {
        err_set(&failed, TP7006, "%s keeps no masters", name);
        side->system = NULL;
    }
    if (side->system != NULL &&
        load_binding(flow, side->system, text->what, &side->binding,
                     problems_new(arena), &failed))
        return true;
    if (!system_rests(flow, name))
        log_err(LOG_WARNING, &failed, text->name);
    return false;
}

/* ---- reading */

/* Rows are caught first and met then, in one commit with the cursor, so that
 * no transaction is open while a system is asked. */
struct reading {
    struct side side;
    struct system_row rows[ROWS];
    size_t count;
    struct mark mark; /* that goes with what was met */
    char cursor[96];
    unsigned news;
    bool broken; /* by the journal, not by the system */
};

static void
forget(struct reading *reading)
{
    for (size_t i = 0; i < reading->count; i++)
        system_row_clear(&reading->rows[i]);
    reading->count = 0;
}

static bool
meet_all(struct reading *reading, struct err *err)
{
    struct journal *journal = reading->side.flow->journal;
    bool good = journal_begin(journal, err), news;

    if (!good)
        return false;
    reading->side.arena = arena_new();
    for (size_t i = 0; good && i < reading->count; i++) {
        good = sync_meet(&reading->side, &reading->rows[i], &news, err);
        reading->news += good && news;
    }
    good =
        good &&
        journal_cursor_set(journal, reading->cursor, reading->mark.text, err) &&
        journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    arena_free(&reading->side.arena);
    forget(reading);
    return good;
}

static bool
catch_row(void *user, const struct system_row *row, struct err *err)
{
    struct reading *reading = user;

    if (reading->count == ROWS) {
        reading->broken = !meet_all(reading, err);
        if (reading->broken)
            return false;
    }
    struct system_row *caught = &reading->rows[reading->count++];
    *caught = *row;
    json_incref(caught->fields);
    return true;
}

static bool
read_changes(struct reading *reading, bool *good, struct err *err)
{
    const struct side *side = &reading->side;
    struct err failed = { 0 };

    text_format(reading->cursor, sizeof reading->cursor, "sync:%.40s/%.40s",
                side->name, side->text->what);
    if (!journal_cursor(side->flow->journal, reading->cursor,
                        reading->mark.text, err))
        return false;
    /* The mark that goes with rows that were met may lag: they come again. */
    struct mark ahead = reading->mark;
    *good = side->system->ops->masters->changes(
        side->system, side->binding, &ahead, catch_row, reading, &failed);
    if (reading->broken) {
        forget(reading);
        *err = failed;
        return false;
    }
    if (*good) {
        system_worked(side->flow, side->name, false);
        reading->mark = ahead;
        return meet_all(reading, err);
    }
    log_err(LOG_WARNING, &failed, side->text->name);
    side->flow->unreached++;
    system_failed(side->flow, side->name, 0, &failed);
    return meet_all(reading, err);
}

/* ---- telling */

/* A system of which nothing is wanted is not opened. */
static bool
tell_all(struct flow *flow, const struct flow_text *text, const char *name,
         unsigned *moved, struct err *err)
{
    struct arena *arena = arena_new();
    struct side side;
    struct link *links;
    size_t count;

    bool good = journal_links_due(flow->journal, name, text->what, PUSHES,
                                  arena, &links, &count, err);
    if (good && count > 0 && !system_rests(flow, name) &&
        open_side(flow, text, name, &side)) {
        side.arena = arena;
        for (size_t i = 0; good && i < count && work_goes_on(flow) &&
                           !system_rests(flow, name);
             i++)
            good = sync_push(&side, &links[i], moved, err);
    }
    arena_free(&arena);
    return good;
}

/* ---- the stage */

static bool
read_text(struct flow *flow, const struct flow_text *text, unsigned *moved,
          struct err *err)
{
    static struct reading reading;
    bool all = true, good;

    for (size_t i = 0; i < text->sync_count; i++) {
        reading = (struct reading){ .count = 0 };
        if (!open_side(flow, text, text->sync[i], &reading.side)) {
            all = false;
            continue;
        }
        if (!read_changes(&reading, &good, err))
            return false;
        all &= good;
        *moved += reading.news;
    }
    if (all)
        return flow_ran(flow, text, err);
    flow->next_pull[text_index(flow, text)] =
        when_now() + (moment)flow->retry.first_seconds * 1000;
    return true;
}

bool
step_sync(struct flow *flow, unsigned *moved, struct err *err)
{
    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        bool due;
        if (text->sync_count == 0 || text->idle ||
            (flow->only != NULL && flow->only != text))
            continue;
        if (!flow_due(flow, text, &due, err) ||
            (due && !read_text(flow, text, moved, err)))
            return false;
        for (size_t i = 0; i < text->sync_count; i++)
            if (!tell_all(flow, text, text->sync[i], moved, err))
                return false;
    }
    return true;
}
