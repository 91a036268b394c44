/* SPDX-License-Identifier: Apache-2.0 */
/* What a person says about an entity: whose word counts in a conflict, and that
 * its systems are to be asked again. */
#include "flow/master.h"

#include <string.h>

#include "flow/sync_private.h"

struct act {
    struct journal *journal;
    struct arena *arena;
    struct entity entity;
    struct link *links;
    size_t count;
};

static bool
open_act(struct act *act, struct journal *journal, const char *kind,
         const char *number, struct err *err)
{
    bool found;

    act->journal = journal;
    act->arena = arena_new();
    if (!journal_entity(journal, kind, number, act->arena, &act->entity, &found,
                        err))
        return false;
    if (!found)
        return err_set(err, TP8003, "there is no %.30s %.60s", kind, number);
    return journal_links(journal, act->entity.id, act->arena, &act->links,
                         &act->count, err);
}

/* ---- keep */

/* "" is an empty object. */
static json_t *
object_of(const char *text)
{
    json_t *object = text[0] != '\0' ? json_loads(text, 0, NULL) : NULL;

    return object != NULL ? object : json_object();
}

struct sides {
    json_t *ours, *theirs, *ours_base, *theirs_base;
    bool theirs_count;
    size_t decided;
};

static void
decide(struct sides *sides, const char *path)
{
    const char *ours = node_text(sides->ours, path);
    const char *theirs = node_text(sides->theirs, path);

    if (text_equal(ours, theirs) || ours == NULL || theirs == NULL ||
        text_equal(ours, node_text(sides->ours_base, path)) ||
        text_equal(theirs, node_text(sides->theirs_base, path)))
        return;
    /* As if the other side had not changed it. */
    if (sides->theirs_count)
        node_set(sides->ours_base, path, ours);
    else
        node_set(sides->theirs_base, path, theirs);
    sides->decided++;
}

/* Fields of masters lie at most one group deep. */
static void
decide_all(struct sides *sides)
{
    const char *name, *inner;
    json_t *value, *leaf;
    char path[200];

    json_object_foreach(sides->ours, name, value)
    {
        if (!json_is_object(value)) {
            decide(sides, name);
            continue;
        }
        json_object_foreach(value, inner, leaf)
        {
            text_format(path, sizeof path, "%.90s.%.90s", name, inner);
            decide(sides, path);
        }
    }
}

static const char *
text_of(struct arena *arena, json_t *object)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    char *dumped = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

    BUG_IF(dumped == NULL);
    buf_adds(&text, dumped);
    release(&dumped);
    return arena_strdup(arena, buf_text(&text));
}

static void
keep_in(struct act *act, struct link *link, bool theirs, size_t *decided)
{
    struct sides sides = { object_of(act->entity.fields),
                           object_of(link->seen),
                           object_of(link->ours),
                           object_of(link->theirs),
                           theirs,
                           0 };

    decide_all(&sides);
    if (sides.decided > 0) {
        link->ours = text_of(act->arena, sides.ours_base);
        link->theirs = text_of(act->arena, sides.theirs_base);
        link->state = LINK_WANTED;
        link->due = 0;
        link->attempts = 0;
        *decided += sides.decided;
    }
    json_decref(sides.ours);
    json_decref(sides.theirs);
    json_decref(sides.ours_base);
    json_decref(sides.theirs_base);
}

bool
flow_entity_keep(struct journal *journal, const char *kind, const char *number,
                 const char *system, size_t *decided, struct err *err)
{
    struct act act = { .arena = NULL };
    char detail[240];
    bool house = text_equal(system, "house"), known = house;

    *decided = 0;
    bool good = open_act(&act, journal, kind, number, err) &&
                journal_begin(journal, err);
    for (size_t i = 0; good && i < act.count; i++) {
        struct link *link = &act.links[i];
        size_t before = *decided;
        bool theirs = text_equal(link->system, system);
        known |= theirs;
        if (link->state != LINK_HELD || (!theirs && !house))
            continue;
        keep_in(&act, link, theirs, decided);
        text_format(detail, sizeof detail,
                    "%s %s (%s): %s's word counts in %zu fields", kind, number,
                    link->system, system, *decided - before);
        good =
            *decided == before || journal_link_put(journal, link, detail, err);
    }
    if (good && !known)
        good =
            err_set(err, TP8003, "%s %s is not in %.30s", kind, number, system);
    if (!good || !journal_commit(journal, err)) {
        journal_abandon(journal);
        good = false;
    }
    arena_free(&act.arena);
    return good;
}

/* ---- ask again */

bool
flow_entity_ask(struct journal *journal, const char *kind, const char *number,
                size_t *count, struct err *err)
{
    struct act act = { .arena = NULL };
    char detail[240];

    *count = 0;
    bool good = open_act(&act, journal, kind, number, err) &&
                journal_begin(journal, err);
    for (size_t i = 0; good && i < act.count; i++) {
        struct link *link = &act.links[i];
        if (link->state == LINK_WRITING)
            continue; /* it is asked about anyway */
        if (link->state == LINK_GONE)
            link->remote[0] = link->stamp[0] = '\0';
        if (link->remote[0] == '\0')
            link->ours = link->theirs = link->seen = "";
        link->state = LINK_WANTED;
        link->due = 0;
        link->attempts = 0;
        text_format(detail, sizeof detail, "%s %s (%s) is asked for again",
                    kind, number, link->system);
        good = journal_link_put(journal, link, detail, err);
        (*count)++;
    }
    if (!good || !journal_commit(journal, err)) {
        journal_abandon(journal);
        good = false;
    }
    arena_free(&act.arena);
    return good;
}
