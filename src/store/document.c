/* SPDX-License-Identifier: Apache-2.0 */
#include "store/document.h"

#include "base/text.h"
#include "store/journal_private.h"

#define NAMES(list)                                \
    {                                              \
        list, (int)(sizeof(list) / sizeof *(list)) \
    }

static const char *const directions[] = { "out", "in" };
static const char *const states[] = { "received", "translated", "queued",
                                      "working",  "unknown",    "deferred",
                                      "held",     "done",       "dead",
                                      "ignored",  "replaced" };
static const char *const valids[] = { "new", "ok", "warn", "bad" };
static const char *const delivereds[] = { "-",    "queued", "sending",
                                          "sent", "failed", "fetched" };
static const char *const ackeds[] = { "-",        "waiting", "late",
                                      "accepted", "errors",  "partial",
                                      "rejected" };
static const char *const posteds[] = { "-",      "waiting", "matched", "draft",
                                       "posted", "held",    "rejected" };
static const char *const effect_states[] = { "intended", "attempted", "done",
                                             "unknown", "failed" };

const struct names direction_names = NAMES(directions);
const struct names state_names = NAMES(states);
const struct names valid_names = NAMES(valids);
const struct names delivered_names = NAMES(delivereds);
const struct names acked_names = NAMES(ackeds);
const struct names posted_names = NAMES(posteds);
const struct names effect_state_names = NAMES(effect_states);

#define BIT(state) (1U << DOC_##state)

/* The state table of doc/SPOOL.md: what may follow each state. */
static const uint32_t may_follow[DOC_STATES] = {
    [DOC_RECEIVED] = BIT(TRANSLATED) | BIT(HELD) | BIT(IGNORED) |
                     BIT(DEFERRED) | BIT(DEAD) | BIT(REPLACED),
    [DOC_TRANSLATED] =
        BIT(QUEUED) | BIT(HELD) | BIT(DEFERRED) | BIT(IGNORED) | BIT(REPLACED),
    [DOC_QUEUED] =
        BIT(WORKING) | BIT(HELD) | BIT(DEFERRED) | BIT(IGNORED) | BIT(REPLACED),
    [DOC_WORKING] = BIT(DONE) | BIT(DEFERRED) | BIT(UNKNOWN) | BIT(HELD) |
                    BIT(DEAD) | BIT(QUEUED),
    [DOC_UNKNOWN] = BIT(DONE) | BIT(QUEUED) | BIT(HELD),
    [DOC_DEFERRED] = BIT(QUEUED) | BIT(WORKING) | BIT(RECEIVED) | BIT(HELD) |
                     BIT(DEAD) | BIT(IGNORED) | BIT(REPLACED),
    [DOC_HELD] = BIT(QUEUED) | BIT(IGNORED) | BIT(RECEIVED) | BIT(REPLACED) |
                 BIT(DEAD) | BIT(DONE) | BIT(UNKNOWN),
    [DOC_DONE] = BIT(REPLACED),
    [DOC_DEAD] = BIT(QUEUED) | BIT(RECEIVED) | BIT(IGNORED) | BIT(REPLACED) |
                 BIT(UNKNOWN),
    [DOC_IGNORED] = BIT(QUEUED) | BIT(RECEIVED),
    [DOC_REPLACED] = BIT(QUEUED),
};

const char *
name_of(const struct names *names, int value)
{
    BUG_IF(value < 0 || value >= names->count);
    return names->list[value];
}

bool
name_find(const struct names *names, const char *name, int *value)
{
    for (int i = 0; i < names->count; i++)
        if (text_equal(names->list[i], name)) {
            *value = i;
            return true;
        }
    return false;
}

const char *
doc_state_name(enum doc_state state)
{
    return name_of(&state_names, (int)state);
}

bool
doc_state_by_name(const char *name, enum doc_state *state)
{
    int value;

    if (!name_find(&state_names, name, &value))
        return false;
    *state = (enum doc_state)value;
    return true;
}

bool
doc_state_may(enum doc_state from, enum doc_state to)
{
    return from == to || (may_follow[from] & (1U << to)) != 0;
}

bool
doc_state_in_progress(enum doc_state state)
{
    return state <= DOC_DEFERRED;
}

/* A document is born in any state but those that need a past. */
bool
doc_state_may_begin(enum doc_state state)
{
    return state != DOC_WORKING && state != DOC_UNKNOWN &&
           state != DOC_REPLACED;
}

const char *
valid_name(enum valid valid)
{
    return name_of(&valid_names, (int)valid);
}

const char *
delivered_name(enum delivered delivered)
{
    return name_of(&delivered_names, (int)delivered);
}

const char *
acked_name(enum acked acked)
{
    return name_of(&acked_names, (int)acked);
}

const char *
posted_name(enum posted posted)
{
    return name_of(&posted_names, (int)posted);
}

const char *
effect_state_name(enum effect_state state)
{
    return name_of(&effect_state_names, (int)state);
}
