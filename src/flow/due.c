/* SPDX-License-Identifier: Apache-2.0 */
/* Which flow is due, and whether a document's flow lets it go on now. When a
 * flow ran last is a cursor of the journal, so that a run that was missed while
 * nobody was there is made up for, once. */
#include "flow/flow_private.h"

#include <stdlib.h>

static bool
last_run(struct flow *flow, const struct flow_text *text, moment *last,
         struct err *err)
{
    char name[96], said[512];

    text_format(name, sizeof name, "ran:%s", text->name);
    if (!journal_cursor(flow->journal, name, said, err))
        return false;
    *last = strtoll(said, NULL, 10);
    return true;
}

static bool
set_last_run(struct flow *flow, const struct flow_text *text, moment at,
             struct err *err)
{
    char name[96], said[32];

    text_format(name, sizeof name, "ran:%s", text->name);
    text_format(said, sizeof said, "%lld", (long long)at);
    return journal_cursor_set(flow->journal, name, said, err);
}

static bool
begins_at_once(const struct schedule *schedule)
{
    const struct trigger *trigger = schedule->triggers;

    while (trigger != NULL && trigger->kind != TRIGGER_EVERY)
        trigger = trigger->next;
    return trigger != NULL;
}

/* A flow that runs at times of the clock waits for the first of them, from
 * when it was first seen. */
static bool
due_at(struct flow *flow, const struct flow_text *text, moment now, moment *due,
       struct err *err)
{
    moment last;

    *due = now;
    if (schedule_is_pace(&text->schedule))
        return true;
    if (!last_run(flow, text, &last, err))
        return false;
    if (last == 0 && begins_at_once(&text->schedule))
        return true;
    /* One that ran by a clock that was ahead is as one that never ran. */
    bool unknown = last == 0 || when_is_ahead(last, now);
    if (unknown && !set_last_run(flow, text, now, err))
        return false;
    *due = schedule_next(&text->schedule, unknown ? now : last, NULL, NULL);
    return true;
}

bool
flow_due(struct flow *flow, const struct flow_text *text, bool *due,
         struct err *err)
{
    moment now = when_now(), at,
           *next = &flow->next_pull[text_index(flow, text)];
    char why[120];

    *due = false;
    if (*next > now)
        return true;
    if (flow->only == text) {
        *due = true;
        return true;
    }
    if (!due_at(flow, text, now, &at, err))
        return false;
    if (at != 0 && at <= now)
        at = schedule_opens(&text->schedule, now, why);
    *due = at == now;
    if (!*due)
        *next = at != 0 ? at : now + (moment)DAY_SECONDS * 1000;
    return true;
}

bool
flow_ran(struct flow *flow, const struct flow_text *text, struct err *err)
{
    moment now = when_now();
    moment next = schedule_next(&text->schedule, now, NULL, NULL);

    flow->next_pull[text_index(flow, text)] =
        next != 0 ? next : now + (moment)DAY_SECONDS * 1000;
    return schedule_is_pace(&text->schedule) ||
           set_last_run(flow, text, now, err);
}

/* What begins at partners is one asking for all: their flows are looked at
 * together. */
bool
fetch_due(struct flow *flow, bool *due, struct err *err)
{
    bool one;

    *due = false;
    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        if (text->system != NULL || (flow->only && flow->only != text))
            continue;
        if (!flow_due(flow, text, &one, err))
            return false;
        *due |= one;
    }
    /* An outbound flow that runs alone takes its acknowledgments along. */
    if (flow->only != NULL && flow->only->system != NULL)
        *due = true;
    return true;
}

bool
fetch_ran(struct flow *flow, struct err *err)
{
    bool due;

    for (const struct flow_text *text = flow->texts; text; text = text->next) {
        if (text->system != NULL || (flow->only && flow->only != text))
            continue;
        if (!flow_due(flow, text, &due, err) ||
            (due && !flow_ran(flow, text, err)))
            return false;
    }
    return true;
}

/* The run that it came with, or the next one. */
static moment
run_of(const struct schedule *schedule, const struct document *document,
       moment now, char why[120])
{
    const struct trigger *by = NULL;
    moment first = document->updated,
           soon = now - INT64_C(1000) * SCHEDULE_GRACE;

    if (schedule_is_pace(schedule) || document->attempts > 0)
        return now;
    moment run =
        schedule_next(schedule, first < soon ? first : soon, &by, NULL);
    text_copy(why, 120, by != NULL ? by->words : "");
    return run != 0 && run <= now ? now : run;
}

/* From when on the document may go on; now = at once. */
static moment
may_go_on(const struct schedule *schedule, const struct document *document,
          moment now, char why[120])
{
    bool out = document->direction == DIRECTION_OUT;
    moment from = out ? schedule_may_leave(schedule, document->created)
                      : run_of(schedule, document, now, why);

    if (from > now && from != document->created) {
        if (out)
            text_copy(why, 120, "it came after the cut-off time");
        return from;
    }
    return schedule_opens(schedule, now, why);
}

static bool
let_wait(struct flow *flow, const struct flow_text *text,
         struct document *document, bool *waits, struct err *err)
{
    enum doc_state from_state = document->state;
    char why[120] = "", until[40];
    moment now = when_now(), from;

    *waits = false;
    if (text == NULL || flow->only == text)
        return true;
    from = may_go_on(&text->schedule, document, now, why);
    if (from == now)
        return true;
    if (from == 0)
        from = now + (moment)DAY_SECONDS * 1000;
    *waits = true;
    document->due = from;
    /* A code that stays says what a person has accepted. */
    if (document->code == TP_NONE)
        document->code = TP7070;
    when_format(from, conf_company(flow->conf)->zone, "%Y-%m-%d %H:%M", until,
                sizeof until);
    text_format(document->reason, sizeof document->reason, "waits until %s: %s",
                until, why);
    return journal_advance(flow->journal, document, from_state, "waits",
                           document->reason, err);
}

bool
leave_waiting(struct flow *flow, struct document *documents, size_t *count,
              struct err *err)
{
    size_t left = 0;

    for (size_t i = 0; i < *count; i++) {
        const struct flow_text *text =
            documents[i].direction == DIRECTION_OUT
                ? text_for_origin(flow, &documents[i])
                : text_for_set(flow, documents[i].set);
        bool waits;
        if (!let_wait(flow, text, &documents[i], &waits, err))
            return false;
        if (!waits)
            documents[left++] = documents[i];
    }
    *count = left;
    return true;
}

/* One commit for so many; *changed: how many got the reason. */
static bool
say_to_some(struct flow *flow, const struct destination *destination,
            const struct doc_filter *filter, size_t *changed, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct document *waiting;
    size_t count = 0;

    *changed = 0;
    if (!journal_list(flow->journal, filter, arena, &waiting, &count, err))
        return false;
    if (count == 0)
        return true;
    if (!journal_begin(flow->journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < count; i++) {
        struct document *document = &waiting[i];
        if (accepted_match(document))
            continue;
        document->code = destination->code;
        text_copy(document->reason, sizeof document->reason, destination->why);
        good = journal_advance(flow->journal, document, DOC_QUEUED, "waits",
                               document->reason, err);
        *changed += good;
    }
    good = good && journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

bool
say_why(struct flow *flow, const struct destination *destination,
        const struct doc_filter *filter, struct err *err)
{
    struct doc_filter some = *filter;
    size_t changed;

    some.unless_code = destination->code;
    some.limit = BATCH;
    do
        if (!say_to_some(flow, destination, &some, &changed, err))
            return false;
    while (changed > 0 && work_goes_on(flow));
    return true;
}

static bool
say_behind_first(struct flow *flow, const struct doc_filter *lane,
                 struct err *err)
{
    static const struct destination strict = {
        .code = TP7076,
        .why = "its lane is strict, and an earlier document is not at its end"
    };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct doc_filter filter = { .direction = lane->direction,
                                 .states =
                                     1U << DOC_RECEIVED | 1U << DOC_TRANSLATED |
                                     1U << DOC_QUEUED | 1U << DOC_WORKING |
                                     1U << DOC_UNKNOWN | 1U << DOC_DEFERRED |
                                     1U << DOC_HELD,
                                 .partner = lane->partner,
                                 .set = lane->set,
                                 .limit = 1 };
    struct document *first;
    size_t count;

    if (!journal_list(flow->journal, &filter, arena, &first, &count, err))
        return false;
    if (count == 0 || first->state == DOC_QUEUED)
        return true;
    filter.states = 1U << DOC_QUEUED;
    return say_why(flow, &strict, &filter, err);
}

bool
say_behind(struct flow *flow, const struct doc_filter *lanes, struct err *err)
{
    struct doc_filter lane = *lanes;

    if (lanes->order != ORDER_STRICT)
        return true;
    if (lanes->partner != NULL)
        return say_behind_first(flow, &lane, err);
    for (size_t i = 0; i < partner_count(flow->conf); i++) {
        lane.partner = partner_at(flow->conf, i)->code;
        if (!say_behind_first(flow, &lane, err))
            return false;
    }
    return true;
}

void
force_due(const struct flow *flow, const struct flow_text *text,
          struct doc_filter *filter)
{
    if (text == NULL || flow->only != text)
        return;
    filter->states = 1U << DOC_QUEUED;
    filter->early = true;
}

bool
flow_next(const struct flow *flow, size_t i, moment after,
          struct flow_next_run *run)
{
    const struct flow_text *text = flow->texts;
    const struct trigger *by = NULL;

    while (i-- > 0)
        text = text->next;
    run->at = schedule_next(&text->schedule, after, &by, &run->planned);
    run->why = by != NULL ? by->words : "";
    return run->at != 0;
}

const char *
flow_schedule(const struct flow *flow, size_t i)
{
    const struct flow_text *text = flow->texts;

    while (i-- > 0)
        text = text->next;
    return text->schedule.words;
}

bool
flow_last_run(struct journal *journal, const char *flow_name, moment *last,
              struct err *err)
{
    struct flow only = { .journal = journal };
    struct flow_text text = { .name = flow_name };

    return last_run(&only, &text, last, err);
}
