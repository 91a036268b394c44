/* SPDX-License-Identifier: Apache-2.0 */
/* Entities, asked of the keeper, and done by it. */
#include <string.h>

#include "base/arena.h"
#include "store/entity_private.h"
#include "store/remote.h"
#include "store/serve.h"

#define END(text) (text)[sizeof(text) - 1] = '\0'

/* Pointers are sent as texts behind the row. */
static void
put_entity(struct call *call, const struct entity *it)
{
    put_raw(call, it, sizeof *it);
    put_text(call, it->fields);
}

static void
take_entity(struct call *call, struct entity *it)
{
    take_raw(call, it, sizeof *it);
    END(it->kind);
    END(it->number);
    it->fields = take_text(call);
    call->bad = call->bad || it->fields == NULL;
}

static void
put_link(struct call *call, const struct link *it)
{
    put_raw(call, it, sizeof *it);
    put_text(call, it->ours);
    put_text(call, it->theirs);
    put_text(call, it->seen);
}

static void
take_link(struct call *call, struct link *it)
{
    take_raw(call, it, sizeof *it);
    END(it->system);
    END(it->remote);
    END(it->stamp);
    END(it->reason);
    END(it->waits_for);
    it->ours = take_text(call);
    it->theirs = take_text(call);
    it->seen = take_text(call);
    call->bad = call->bad || it->state >= LINK_STATES || it->code >= TP_COUNT ||
                it->ours == NULL || it->theirs == NULL || it->seen == NULL;
}

bool
remote_entity(struct journal *journal, const struct entity_key *key,
              struct arena *arena, struct entity *out, bool *found,
              struct err *err)
{
    struct call *call = ask(journal, OP_ENTITY);

    put_number(call, key->id);
    put_text(call, key->system);
    put_text(call, key->kind);
    put_text(call, key->remote);
    put_text(call, key->number);
    if (!answered(journal, err))
        return false;
    *found = take_number(call) != 0;
    if (*found) {
        take_entity(call, out);
        out->fields = arena_strdup(arena, call->bad ? "" : out->fields);
    }
    return whole(journal, err);
}

bool
serve_entity(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    struct entity_key key = { .id = take_number(call) };
    struct entity it;
    bool found = false;

    key.system = take_text(call);
    key.kind = take_text(call);
    key.remote = take_text(call);
    key.number = take_text(call);
    if (!sound(call, err) ||
        !entity_find(journal, &key, arena, &it, &found, err))
        return false;
    answer(call);
    put_number(call, found);
    if (found)
        put_entity(call, &it);
    return true;
}

bool
remote_entity_put(struct journal *journal, struct entity *it,
                  const char *detail, struct err *err)
{
    struct call *call = ask(journal, OP_ENTITY_PUT);

    put_entity(call, it);
    put_text(call, detail);
    if (!answered(journal, err))
        return false;
    it->id = take_number(call);
    return whole(journal, err);
}

bool
serve_entity_put(struct journal *journal, struct call *call,
                 struct arena *arena, struct err *err)
{
    struct entity it;

    (void)arena;
    take_entity(call, &it);
    const char *detail = needed_text(call);
    if (!sound(call, err) || !journal_entity_put(journal, &it, detail, err))
        return false;
    answer(call);
    put_number(call, it.id);
    return true;
}

bool
remote_links(struct journal *journal, const struct link_key *key,
             struct arena *arena, struct link **out, size_t *count,
             struct err *err)
{
    struct call *call = ask(journal, OP_LINKS);

    put_number(call, key->entity);
    put_text(call, key->system);
    put_text(call, key->kind);
    put_number(call, (int64_t)key->most);
    put_number(call, key->now);
    if (!answered(journal, err))
        return false;
    int64_t rows = take_number(call);
    *count = 0;
    *out = arena_alloc(arena, sizeof **out);
    for (size_t room = 1; !call->bad && rows > 0; rows--) {
        if (*count == room) {
            struct link *more = arena_alloc(arena, 2 * room * sizeof *more);
            memcpy(more, *out, room * sizeof *more);
            *out = more;
            room *= 2;
        }
        struct link *link = &(*out)[*count];
        take_link(call, link);
        if (call->bad)
            break;
        link->ours = arena_strdup(arena, link->ours);
        link->theirs = arena_strdup(arena, link->theirs);
        link->seen = arena_strdup(arena, link->seen);
        (*count)++;
    }
    return whole(journal, err);
}

bool
serve_links(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    struct link_key key = { .entity = take_number(call) };
    struct link *links;
    size_t count = 0;

    key.system = take_text(call);
    key.kind = take_text(call);
    key.most = (size_t)take_number(call);
    key.now = take_number(call);
    if (!sound(call, err) ||
        !link_find(journal, &key, arena, &links, &count, err))
        return false;
    answer(call);
    put_number(call, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        put_link(call, &links[i]);
    return true;
}

bool
remote_link_put(struct journal *journal, struct link *it, const char *detail,
                struct err *err)
{
    struct call *call = ask(journal, OP_LINK_PUT);

    put_link(call, it);
    put_text(call, detail);
    return answered(journal, err) && whole(journal, err);
}

bool
serve_link_put(struct journal *journal, struct call *call, struct arena *arena,
               struct err *err)
{
    struct link it;

    (void)arena;
    take_link(call, &it);
    const char *detail = take_text(call);
    if (!sound(call, err) || !journal_link_put(journal, &it, detail, err))
        return false;
    answer(call);
    return true;
}

bool
remote_link_next(struct journal *journal, moment *due, struct err *err)
{
    struct call *call = ask(journal, OP_LINK_NEXT);

    if (!answered(journal, err))
        return false;
    *due = take_number(call);
    return whole(journal, err);
}

bool
serve_link_next(struct journal *journal, struct call *call, struct arena *arena,
                struct err *err)
{
    moment due = 0;

    (void)arena;
    if (!sound(call, err) || !journal_link_next(journal, &due, err))
        return false;
    answer(call);
    put_number(call, due);
    return true;
}
