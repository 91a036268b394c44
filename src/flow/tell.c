/* SPDX-License-Identifier: Apache-2.0 */
/* Systems are told what became of the documents that came from them. Telling
 * twice does no harm, so it is simply repeated until it is done. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"

bool
tell_later(struct flow *flow, const struct document *document,
           const char *state, struct err *err)
{
    const struct flow_text *text = text_for_origin(flow, document);
    struct effect effect = { .document = document->id };

    if (text == NULL)
        return true;
    text_copy(effect.kind, sizeof effect.kind, "tell");
    text_copy(effect.target, sizeof effect.target, text->system);
    text_format(effect.key, sizeof effect.key, "%s=%s/%lld", document->origin,
                state, (long long)document->id);
    return journal_intend(flow->journal, &effect, err);
}

struct telling {
    struct effect *effects;
    struct err failed[BATCH];
    size_t count;
};

/* The key is "purchase_order:106001=sent/12". */
static bool
tell(struct flow *flow, const struct effect *effect, struct err *err)
{
    char key[200];
    struct system *system = system_by_name(flow, effect->target, err);

    if (system == NULL)
        return false;
    if (system->ops->tell == NULL)
        return true;
    text_copy(key, sizeof key, effect->key);
    char *number = strchr(key, ':'), *state = strrchr(key, '=');
    BUG_IF(number == NULL || state == NULL);
    *number++ = *state++ = '\0';
    state[strcspn(state, "/")] = '\0';
    if (system->ops->tell(system, key, number, state, err)) {
        system_worked(flow, effect->target, false);
        return true;
    }
    system_failed(flow, effect->target, 0, err);
    return false;
}

/* "sent/12" of that key */
static const char *
told_state(const struct effect *effect)
{
    const char *state = strrchr(effect->key, '=');

    return state != NULL ? state + 1 : effect->key;
}

/* The system cannot be reached now; later it can be told. */
static bool
passing(const struct err *failed)
{
    return failed->kind == ERR_RETRY || failed->kind == ERR_THROTTLED ||
           failed->kind == ERR_AUTH || failed->kind == ERR_UNSURE;
}

static bool
settle(struct flow *flow, struct effect *effect, const struct err *failed,
       struct err *err)
{
    bool lasting = failed->kind != ERR_NONE && !passing(failed);

    if (!journal_intend(flow->journal, effect, err) ||
        !journal_attempt(flow->journal, effect, err))
        return false;
    if (failed->kind != ERR_NONE && !lasting)
        return true;
    effect->state = lasting ? EFFECT_FAILED : EFFECT_DONE;
    if (lasting)
        text_copy(effect->evidence, sizeof effect->evidence, failed->text);
    else
        text_format(effect->evidence, sizeof effect->evidence, "told \"%.*s\"",
                    (int)strcspn(told_state(effect), "/"), told_state(effect));
    return journal_settle(flow->journal, effect, err) &&
           (!lasting || journal_note(flow->journal, effect->document,
                                     "not told", failed->text, err));
}

/* What was told is noted in one commit; a run that dies before it tells once
 * more, which does no harm. */
static bool
settle_all(struct flow *flow, struct telling *telling, struct err *err)
{
    if (telling->count == 0)
        return true;
    if (!journal_begin(flow->journal, err))
        return false;
    for (size_t i = 0; i < telling->count; i++)
        if (!settle(flow, &telling->effects[i], &telling->failed[i], err)) {
            journal_abandon(flow->journal);
            return false;
        }
    return journal_commit(flow->journal, err);
}

static void
tell_all(struct flow *flow, struct telling *telling, unsigned *moved)
{
    for (size_t i = 0; i < telling->count; i++) {
        struct err *failed = &telling->failed[i];
        if (!tell(flow, &telling->effects[i], failed))
            log_err(LOG_WARNING, failed, telling->effects[i].key);
        *moved += failed->kind == ERR_NONE;
        if (passing(failed)) {
            telling->count = i;
            flow->next_tell =
                when_now() + (moment)flow->retry.first_seconds * 1000;
            return;
        }
    }
}

bool
step_tell(struct flow *flow, unsigned *moved, struct err *err)
{
    struct telling telling = { .count = 0 };

    if (flow->next_tell > when_now())
        return true;
    flow->next_tell = 0;
    struct arena *arena = arena_new();
    bool good = journal_open_effects(flow->journal, "tell", BATCH, arena,
                                     &telling.effects, &telling.count, err);
    if (good) {
        tell_all(flow, &telling, moved);
        good = settle_all(flow, &telling, err);
    }
    arena_free(&arena);
    return good;
}
