/* SPDX-License-Identifier: Apache-2.0 */
/* Records captured from systems become documents, once each. */
#include "flow/flow_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* A record as it was read, with what our texts say of it. */
struct caught {
    struct document document;
    struct buf json;
};

/* The journal's transaction is never open while a system is asked: others wait
 * for it. So a batch is read, then kept. */
struct taking {
    struct flow *flow;
    const struct flow_text *text;
    const struct system *system;
    struct caught batch[BATCH];
    size_t count;
    unsigned taken;
    bool broken; /* the journal failed, not the system */
    bool failed; /* the system */
};

static const struct partner *
partner_for(const struct taking *taking, const struct record *record)
{
    const char *number = record_text(record, taking->text->by);

    if (number == NULL)
        return NULL;
    return text_equal(taking->text->by, "vendor")
               ? partner_by_vendor(taking->flow->conf, number)
               : partner_by_customer(taking->flow->conf, number);
}

static const char *
set_of(const struct flow_text *text)
{
    const struct flow_verb_step *map = flow_text_step(text, VERB_MAP);

    return map ? map->what : "";
}

static void
ignore(struct document *document, enum err_code code, const char *reason)
{
    document->state = DOC_IGNORED;
    document->code = code;
    text_copy(document->reason, sizeof document->reason, reason);
}

/* What is not to be sent is kept, with the reason; false when the flow has
 * nothing to do with it. */
static bool
judge(const struct taking *taking, const struct partner *partner,
      const struct record *record, struct document *document)
{
    const struct company *company = conf_company(taking->flow->conf);
    const struct flow_when *failed;

    if (company->cutover != NULL &&
        strcmp(document->date, company->cutover) < 0) {
        ignore(document, TP7010, "older than the cut-over date");
        return true;
    }
    if (conditions_met(taking->flow, taking->text->conditions, partner,
                       document, record, &failed))
        return true;
    if (failed->otherwise == ELSE_PASS)
        return false;
    if (failed->otherwise == ELSE_HOLD)
        trouble_hold(document, TP7011, NULL, "%s", failed->reason);
    else
        ignore(document, TP7011, failed->reason);
    return true;
}

/* What the binding could not read is a reason to wait, not to lose it. */
static void
judge_reading(const struct taking *taking, struct document *document)
{
    const struct problems *found = taking->system->found;

    if (document->state == DOC_RECEIVED && found != NULL)
        trouble_hold_for(document, found);
}

/* Everything captured of one record, newest first. */
struct history {
    struct document *documents;
    size_t count;
};

/* Numbered means that the partner has, or may have, it. */
static bool
any_left(const struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->documents[i].isa[0] != '\0')
            return true;
    return false;
}

/* What still waits in the house is superseded by what the system says now. */
static bool
supersede(struct taking *taking, struct document *latest, struct err *err)
{
    enum doc_state from = latest->state;

    if ((from != DOC_RECEIVED && from != DOC_HELD) || latest->isa[0] != '\0')
        return true;
    latest->state = DOC_REPLACED;
    text_format(latest->reason, sizeof latest->reason,
                "changed in %s before it was sent", taking->text->system);
    return journal_advance(taking->flow->journal, latest, from, "replaced",
                           latest->reason, err);
}

/* A record that changed after it was captured is never sent a second time by
 * itself: a person decides whether the change is told as a replacement. */
static bool
judge_change(struct taking *taking, const struct history *history,
             struct document *document, struct err *err)
{
    struct document *latest = &history->documents[0];
    char revision[32];

    text_format(revision, sizeof revision, "after-%lld", (long long)latest->id);
    key_posting(taking->flow, document->key, document, revision);
    document->original = latest->id;
    if (any_left(history)) {
        text_copy(document->purpose, sizeof document->purpose, "replacement");
        trouble_hold(document, TP7012, NULL,
                     "%s changed in %s after it was sent as document %lld; "
                     "release to send it as a replacement, or ignore",
                     document->number, taking->text->system,
                     (long long)latest->id);
    }
    return supersede(taking, latest, err);
}

static void
describe(const struct taking *taking, const struct partner *partner,
         const struct record *record, const char *key,
         struct document *document)
{
    document->direction = DIRECTION_OUT;
    document->state = DOC_RECEIVED;
    document->test = partner ? partner->test : false;
    document->test |= !conf_company(taking->flow->conf)->production;
    text_copy(document->set, sizeof document->set, set_of(taking->text));
    text_copy(document->partner, sizeof document->partner,
              partner ? partner->code : "");
    text_copy(document->origin, sizeof document->origin, key);
    document_describe(taking->flow, document, record);
    key_posting(taking->flow, document->key, document, "1");
}

static bool
add(struct taking *taking, struct caught *caught, const struct history *history,
    struct err *err)
{
    struct journal *journal = taking->flow->journal;
    struct document *document = &caught->document;
    bool known;

    if (history->count > 0) {
        if (document->state == DOC_IGNORED &&
            history->documents[0].state == DOC_IGNORED)
            return true;
        if (!judge_change(taking, history, document, err))
            return false;
    }
    if (!journal_add(journal, document, &known, err))
        return false;
    if (known)
        return true;
    taking->taken++;
    return journal_put(journal, document->id, "record", caught->json.text,
                       caught->json.size, err);
}

static bool
same_as_latest(struct taking *taking, const struct history *history,
               const struct buf *json, bool *same, struct err *err)
{
    CLEANUP(buf_free) struct buf old = { 0 };
    bool found;

    *same = false;
    if (history->count == 0)
        return true;
    if (!journal_get(taking->flow->journal, history->documents[0].id, "record",
                     &old, &found, err))
        return false;
    *same = found && old.size == json->size &&
            memcmp(buf_text(&old), buf_text(json), json->size) == 0;
    return true;
}

/* Taken when its content is not that of the newest document made of it,
 * whatever the system says of its time. */
static bool
keep(struct taking *taking, struct caught *caught, struct err *err)
{
    enum { LONGEST_HISTORY = 50 };
    struct doc_filter filter = { .direction = DIRECTION_OUT,
                                 .origin = caught->document.origin,
                                 .newest = true,
                                 .limit = LONGEST_HISTORY };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct history history;
    bool same;

    if (!journal_list(taking->flow->journal, &filter, arena, &history.documents,
                      &history.count, err) ||
        !same_as_latest(taking, &history, &caught->json, &same, err))
        return false;
    return same || add(taking, caught, &history, err);
}

static void
forget(struct taking *taking)
{
    for (size_t i = 0; i < taking->count; i++)
        buf_free(&taking->batch[i].json);
    taking->count = 0;
}

/* What was read, in one commit; mark: the cursor that goes with it. */
static bool
keep_all(struct taking *taking, const char *cursor, const struct mark *mark,
         struct err *err)
{
    struct journal *journal = taking->flow->journal;

    if (taking->count == 0 && mark == NULL)
        return true;
    if (!journal_begin(journal, err))
        return false;
    bool good = true;
    for (size_t i = 0; good && i < taking->count; i++)
        good = keep(taking, &taking->batch[i], err);
    good = good &&
           (mark == NULL ||
            journal_cursor_set(journal, cursor, mark->text, err)) &&
           journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    forget(taking);
    return good;
}

static bool
take(void *user, const struct record *record, const char *key,
     const char *stamp, struct err *err)
{
    struct taking *taking = user;
    struct caught *caught = &taking->batch[taking->count];
    const struct partner *partner = partner_for(taking, record);

    (void)stamp;
    *caught = (struct caught){ .json = { 0 } };
    describe(taking, partner, record, key, &caught->document);
    if (!judge(taking, partner, record, &caught->document))
        return true;
    judge_reading(taking, &caught->document);
    record_dump(record, &caught->json);
    if (++taking->count < BATCH)
        return true;
    taking->broken = !keep_all(taking, NULL, NULL, err);
    return !taking->broken;
}

/* The cursor moves with the last of the records; when the pull breaks in the
 * middle, what was taken stays and the cursor does not move. */
static bool
pull(struct taking *taking, struct system *system, struct err *err)
{
    struct journal *journal = taking->flow->journal;
    struct err failed = { 0 };
    struct mark mark = { "" };
    char cursor[96];

    text_format(cursor, sizeof cursor, "pull:%s/%s", taking->text->system,
                taking->text->what);
    if (!journal_cursor(journal, cursor, mark.text, err))
        return false;
    if (system->ops->pull(system, taking->text->what, &mark, take, taking,
                          &failed)) {
        system_worked(taking->flow, taking->text->system, false);
        return keep_all(taking, cursor, &mark, err);
    }
    if (taking->broken) {
        *err = failed;
        return false;
    }
    log_err(LOG_WARNING, &failed, taking->text->name);
    taking->flow->unreached++;
    taking->failed = true;
    system_failed(taking->flow, taking->text->system, 0, &failed);
    return keep_all(taking, NULL, NULL, err);
}

/* Nobody is read for a flow that no partner takes part in. */
static bool
concerns_anyone(const struct flow *flow, const struct flow_text *text)
{
    const struct flow_when *when = text->conditions, *failed;

    if (when == NULL || when->otherwise != ELSE_PASS ||
        when->test == TEST_FIELD || when->test == TEST_NOT_TEST)
        return true;
    struct flow_when only = *when;
    only.next = NULL;
    for (size_t i = 0; i < partner_count(flow->conf); i++)
        if (conditions_met(flow, &only, partner_at(flow->conf, i), NULL, NULL,
                           &failed))
            return true;
    return false;
}

/* A system's word that something changed makes the flow due. */
static bool
look_for_hint(struct flow *flow, size_t i, const char *system, struct err *err)
{
    char cursor[96], text[512];

    if (flow->next_pull[i] <= when_now())
        return true;
    text_format(cursor, sizeof cursor, "hint:%.80s", system);
    if (!journal_cursor(flow->journal, cursor, text, err))
        return false;
    int64_t last = strtoll(text, NULL, 10);
    if (last > flow->hints[i])
        flow->next_pull[i] = 0;
    flow->hints[i] = last;
    return true;
}

bool
step_capture(struct flow *flow, unsigned *moved, struct err *err)
{
    static struct taking taking;
    size_t i = 0;
    bool open;

    if (!takes_in(flow, &open, err))
        return false;
    for (const struct flow_text *text = open ? flow->texts : NULL; text != NULL;
         text = text->next, i++) {
        struct err failed = { 0 };
        bool due;
        if (text->system == NULL || text->sync_count > 0 ||
            (flow->only && flow->only != text))
            continue;
        if (!look_for_hint(flow, i, text->system, err))
            return false;
        if (!concerns_anyone(flow, text))
            continue;
        if (!flow_due(flow, text, &due, err))
            return false;
        if (!due)
            continue;
        struct system *system = system_by_name(flow, text->system, &failed);
        if (system == NULL) {
            if (!system_rests(flow, text->system))
                log_err(LOG_WARNING, &failed, text->name);
            flow->unreached++;
            flow->next_pull[i] =
                when_now() + (moment)flow->retry.first_seconds * 1000;
            continue;
        }
        taking = (struct taking){ flow, text, system, .count = 0 };
        if (!pull(&taking, system, err))
            return false;
        /* One that failed is due again soon. */
        if (taking.failed)
            flow->next_pull[i] =
                when_now() + (moment)flow->retry.first_seconds * 1000;
        else if (!flow_ran(flow, text, err))
            return false;
        *moved += taking.taken;
    }
    return true;
}
