/* SPDX-License-Identifier: Apache-2.0 */
/* Held documents whose missing fact has appeared go on by themselves. Code
 * tables wake theirs when they are changed; files and systems are asked. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

static bool
order_there(struct system *system, const char *number, bool *there,
            struct err *err)
{
    json_auto_t *order = NULL;

    if (!system->ops->match_order(system, number, &order, err))
        return false;
    *there = order != NULL;
    return true;
}

static bool
code_there(struct flow *flow, const struct partner *partner, const char *table,
           const char *value)
{
    struct code_user user = { flow, partner };
    struct map_codes codes = codes_of(&user);
    struct arena *arena = arena_new();
    const char *out, *guess = NULL;
    bool there = codes.look_up(codes.user, table, "x12", "ours", value, arena,
                               &out, &guess) ||
                 codes.look_up(codes.user, table, "ours", "x12", value, arena,
                               &out, &guess);

    arena_free(&arena);
    return there;
}

static bool
has_number(const struct partner *partner, const char *what)
{
    return partner != NULL &&
           (text_equal(what, "vendor") ? partner->vendor : partner->customer);
}

/* fact is "table:PARTNER:value"; receipts and bills wake by being posted. */
static bool
is_true(struct flow *flow, const char *fact, bool *there, struct err *err)
{
    char table[160], out[64];

    text_copy(table, sizeof table, fact);
    char *code = strchr(table, ':');
    char *value = code ? strchr(code + 1, ':') : NULL;
    *there = false;
    if (value == NULL)
        return true;
    *code++ = *value++ = '\0';
    const struct partner *partner = partner_by_code(flow->conf, code);
    if (text_equal(table, "partner")) {
        char *id = strchr(value, ':');
        if (id == NULL)
            return true;
        *id++ = '\0';
        *there = partner_by_isa(flow->conf, value, id) != NULL;
        return true;
    }
    if (text_equal(table, "receipt") || text_equal(table, "bill"))
        return true;
    if (text_equal(table, "vendor") || text_equal(table, "customer")) {
        *there = has_number(partner_by_code(flow->conf, value), table);
        return true;
    }
    *there = code_there(flow, partner, table, value);
    if (*there || partner == NULL)
        return true;
    struct system *system = home_system(flow, err);
    if (system == NULL)
        return false;
    if (text_equal(table, "order"))
        return order_there(system, value, there, err);
    const char *owner = partner->vendor ? partner->vendor : partner->customer;
    return system->ops->look_up(system, table, owner ? owner : "", value, there,
                                out, err);
}

/* A system that cannot answer now is asked again in the next run; a fact that
 * it cannot tell at all keeps no other one from being asked for. */
static bool
passes(const struct err *err)
{
    return err->kind == ERR_RETRY || err->kind == ERR_THROTTLED ||
           err->kind == ERR_AUTH;
}

static bool
wake_all(struct flow *flow, struct arena *arena, unsigned *moved,
         struct err *err)
{
    const char *const *facts;
    size_t count;

    if (!journal_waits(flow->journal, arena, &facts, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct err failed = { 0 };
        bool there = false;
        size_t released = 0;
        if (!is_true(flow, facts[i], &there, &failed)) {
            log_err(LOG_WARNING, &failed, facts[i]);
            system_failed(flow, NULL, &failed);
            if (passes(&failed))
                return true;
            continue;
        }
        if (there &&
            !journal_release_waiting(flow->journal, facts[i], &released, err))
            return false;
        *moved += (unsigned)released;
    }
    return true;
}

bool
step_wake(struct flow *flow, unsigned *moved, struct err *err)
{
    struct arena *arena;

    if (flow->woken)
        return true;
    flow->woken = true;
    arena = arena_new();
    bool good = wake_all(flow, arena, moved, err);
    arena_free(&arena);
    return good;
}
