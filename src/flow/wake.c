/* SPDX-License-Identifier: Apache-2.0 */
/* Held documents whose missing fact has appeared go on by themselves. Code
 * tables wake theirs when they are changed; files and systems are asked. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

/* A draft is no order yet. */
static bool
order_there(struct system *system, const char *number, bool *there,
            struct err *err)
{
    json_auto_t *order = NULL;

    if (!system->ops->match_order(system, number, &order, err))
        return false;
    *there = order != NULL && text_equal(node_text(order, "released"), "true");
    return true;
}

/* Goods may also be received by hand: then the match is made again. */
static bool
goods_there(struct system *system, const char *number, bool *there,
            struct err *err)
{
    json_auto_t *order = NULL;
    const json_t *line;
    size_t i;

    if (!system->ops->match_order(system, number, &order, err))
        return false;
    json_array_foreach(node_at(order, "lines"), i, line)
    {
        *there |= decimal_compare(node_decimal(line, "received"),
                                  node_decimal(line, "invoiced")) > 0;
    }
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
partner_there(struct flow *flow, char *qualified)
{
    char *id = strchr(qualified, ':');

    if (id == NULL)
        return false;
    *id++ = '\0';
    return partner_by_isa(flow->conf, qualified, id) != NULL;
}

static bool
ask_home(struct flow *flow, const struct partner *partner, const char *table,
         const char *value, bool *there, struct err *err)
{
    char out[64];
    struct system *system = home_system(flow, err);

    if (system == NULL)
        return false;
    if (text_equal(table, "order"))
        return order_there(system, value, there, err);
    if (text_equal(table, "receipt"))
        return goods_there(system, value, there, err);
    const char *owner = partner->vendor ? partner->vendor : partner->customer;
    return system->ops->look_up(system, table, owner ? owner : "", value, there,
                                out, err);
}

/* fact is "table:PARTNER:value"; bills wake by being posted. */
static bool
is_true(struct flow *flow, const char *fact, bool *there, struct err *err)
{
    char table[160];

    text_copy(table, sizeof table, fact);
    char *code = strchr(table, ':');
    char *value = code ? strchr(code + 1, ':') : NULL;
    *there = false;
    if (value == NULL)
        return true;
    *code++ = *value++ = '\0';
    const struct partner *partner = partner_by_code(flow->conf, code);
    if (text_equal(table, "partner")) {
        *there = partner_there(flow, value);
        return true;
    }
    if (partner == NULL || text_equal(table, "bill"))
        return true;
    if (text_equal(table, "number")) {
        *there = text_equal(value, "vendor") ? partner->vendor != NULL
                                             : partner->customer != NULL;
        return true;
    }
    *there = code_there(flow, partner, table, value);
    return *there || ask_home(flow, partner, table, value, there, err);
}

/* A system that cannot answer now is asked again in the next run; a fact that
 * it cannot tell at all keeps no other one from being asked for. */
static bool
passes(const struct err *err)
{
    return err->kind == ERR_RETRY || err->kind == ERR_THROTTLED ||
           err->kind == ERR_AUTH;
}

/* Each fact wakes once a run, so that what is held again for it waits. */
static bool
woken_before(struct flow *flow, const char *fact)
{
    struct woken *woken = flow->woken_facts;

    for (; woken != NULL; woken = woken->next)
        if (text_equal(woken->fact, fact))
            return true;
    woken = arena_alloc(flow->facts, sizeof *woken);
    woken->fact = arena_strdup(flow->facts, fact);
    woken->next = flow->woken_facts;
    flow->woken_facts = woken;
    return false;
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
            system_failed(flow, NULL, 0, &failed);
            if (passes(&failed))
                return true;
            continue;
        }
        if (there && !woken_before(flow, facts[i]) &&
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
