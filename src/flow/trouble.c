/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place that turns a kind of failure and the step it struck into what
 * happens to the document:
 *
 *             translate    send         post         ask
 *   retry     received     deferred     deferred     unknown, later
 *   throttled received     deferred     deferred     unknown, later
 *   auth      received     deferred     deferred     unknown, later    and the
 *                                                    endpoint rests
 *   data      held         held         held         held
 *   config    held         deferred     deferred     unknown, later    and the
 *                                                    endpoint rests
 *   conflict  received     held         deferred     unknown, later
 *   unsure    -            unknown      unknown      unknown, later
 *   bug       held         held         held         held
 */
#include "flow/flow_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Doubles from retry_first to retry_longest (tradepost.conf, limits). */
long
retry_pause(const struct retry_policy *policy, int attempt)
{
    long pause = policy->first_seconds;

    while (--attempt > 0 && pause < policy->longest_seconds)
        pause *= 2;
    return pause < policy->longest_seconds ? pause : policy->longest_seconds;
}

/* With a quarter of jitter, so that documents that failed together do not come
 * back together. */
static long
pause_seconds(const struct flow *flow, const struct document *document,
              const struct err *err)
{
    if (err->kind == ERR_THROTTLED && err->retry_after_seconds > 0)
        return err->retry_after_seconds;
    long pause = retry_pause(&flow->retry, document->attempts);
    return pause - pause / 8 + (long)(document->id * 7919 % (pause / 4 + 1));
}

static bool
gives_up(const struct flow *flow, const struct document *document)
{
    long waited = 0;

    for (int i = 1; i <= document->attempts; i++)
        waited += retry_pause(&flow->retry, i);
    return waited > flow->retry.give_up_seconds;
}

static void
explain(struct document *document, const struct err *err)
{
    document->code = err->code;
    if (err->at[0] != '\0')
        text_format(document->reason, sizeof document->reason, "%s: %s",
                    err->at, err->text);
    else
        text_copy(document->reason, sizeof document->reason, err->text);
}

/* What could not be translated begins again; what could not be sent or
 * posted goes on. */
static void
defer(const struct flow *flow, struct document *document,
      enum trouble_step step, const struct err *err)
{
    enum doc_state later =
        step == TROUBLE_TRANSLATE ? DOC_RECEIVED : DOC_DEFERRED;

    if (err->kind != ERR_THROTTLED)
        document->attempts++;
    document->due =
        when_now() + (moment)pause_seconds(flow, document, err) * 1000;
    document->state = gives_up(flow, document) ? DOC_DEAD : later;
}

static void
hold(struct document *document, enum trouble_step step)
{
    document->state = DOC_HELD;
    if (step == TROUBLE_POST)
        document->posted = POSTED_HELD;
    if (step == TROUBLE_SEND)
        document->delivered = DELIVERED_FAILED;
}

static void
wonder(const struct flow *flow, struct document *document,
       enum trouble_step step, const struct err *err)
{
    if (step == TROUBLE_ASK)
        document->attempts++;
    document->state = DOC_UNKNOWN;
    document->due =
        when_now() + (moment)pause_seconds(flow, document, err) * 1000;
}

bool
trouble(const struct flow *flow, struct document *document,
        enum trouble_step step, const struct err *err)
{
    explain(document, err);
    switch (err->kind) {
    case ERR_RETRY:
    case ERR_THROTTLED:
    case ERR_AUTH:
        if (step == TROUBLE_ASK)
            wonder(flow, document, step, err);
        else
            defer(flow, document, step, err);
        return err->kind == ERR_AUTH;
    case ERR_CONFIG:
        if (step == TROUBLE_TRANSLATE)
            hold(document, step);
        else if (step == TROUBLE_ASK)
            wonder(flow, document, step, err);
        else
            defer(flow, document, step, err);
        return step != TROUBLE_TRANSLATE;
    case ERR_CONFLICT:
        if (step == TROUBLE_ASK)
            wonder(flow, document, step, err);
        else if (step == TROUBLE_SEND)
            hold(document, step);
        else
            defer(flow, document, step, err);
        return false;
    case ERR_UNSURE:
        wonder(flow, document, step, err);
        return false;
    case ERR_NONE:
    case ERR_DATA:
    case ERR_BUG:
        break;
    }
    hold(document, step);
    return false;
}

void
trouble_hold(struct document *document, enum err_code code,
             const char *waits_for, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(document->reason, sizeof document->reason, format, args);
    va_end(args);
    document->state = DOC_HELD;
    document->code = code;
    text_copy(document->waits_for, sizeof document->waits_for,
              waits_for ? waits_for : "");
}

void
trouble_waits(struct document *document, const char *waits_for)
{
    const char *colon = strchr(waits_for, ':');

    if (colon == NULL) {
        text_copy(document->waits_for, sizeof document->waits_for, waits_for);
        return;
    }
    const char *value = colon[1] == ':' ? colon + 2 : colon + 1;
    text_format(document->waits_for, sizeof document->waits_for, "%.*s:%s:%s",
                (int)(colon - waits_for), waits_for, document->partner, value);
}

bool
trouble_hold_for(struct document *document, const struct problems *found)
{
    const struct problem *problem = problems_first(found);

    while (problem != NULL && problem->warning)
        problem = problem->next;
    if (problem == NULL)
        return false;
    size_t more = problems_errors(found) - 1;
    trouble_hold(document, problem->code, NULL, "%s%s%s%s", problem->at,
                 problem->at[0] ? ": " : "", problem->text,
                 more > 0 ? " (and more, see doc show)" : "");
    if (problem->waits_for != NULL)
        trouble_waits(document, problem->waits_for);
    return true;
}

bool
is_stuck(const struct err *err)
{
    return err->kind == ERR_BUG || err->kind == ERR_CONFLICT ||
           err->kind == ERR_DATA;
}

bool
set_aside(struct flow *flow, int64_t id, int64_t lease, struct err *err)
{
    struct document document = { .id = id, .lease = lease };
    struct err failed = *err;
    bool found;

    journal_abandon(flow->journal);
    if (!is_stuck(err))
        return false;
    err_clear(err);
    log_err(LOG_ERROR, &failed, "a document is set aside");
    if (!journal_yield(flow->journal, &document, err) ||
        !journal_document(flow->journal, id, &document, &found, err))
        return false;
    if (!found || !doc_state_may(document.state, DOC_HELD))
        return journal_note(flow->journal, id, "stuck", failed.text, err);
    enum doc_state from = document.state;
    trouble_hold(&document, TP7045, NULL, "%s%s%s", failed.at,
                 failed.at[0] ? ": " : "", failed.text);
    return journal_advance(flow->journal, &document, from, "set aside",
                           document.reason, err);
}
