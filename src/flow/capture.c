/* SPDX-License-Identifier: Apache-2.0 */
/* Records captured from systems become documents, once each. */
#include "flow/flow_private.h"

#include <string.h>

#include "base/log.h"
#include "store/digest.h"

struct taking {
    struct flow *flow;
    const struct flow_text *text;
    const struct system *system;
    unsigned taken;
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

/* What was captured but has not left the house is superseded by what the
 * system says now. */
static bool
supersede(struct taking *taking, struct document *first,
          struct document *document, bool *known, struct err *err)
{
    enum doc_state from = first->state;

    if (from == DOC_IGNORED && document->state == DOC_IGNORED)
        return true;
    first->state = DOC_REPLACED;
    text_format(first->reason, sizeof first->reason,
                "changed in %s before it was sent", taking->text->system);
    return (from == DOC_IGNORED ||
            journal_advance(taking->flow->journal, first, from, "replaced",
                            first->reason, err)) &&
           journal_add(taking->flow->journal, document, known, err);
}

/* A record that changed after it was captured is never sent twice by itself:
 * the partner has, or may have, the first one. */
static bool
add_change(struct taking *taking, struct document *document,
           const char *revision, bool *known, struct err *err)
{
    struct document first;
    bool found;

    if (!journal_document(taking->flow->journal, document->id, &first, &found,
                          err))
        return false;
    key_posting(taking->flow, document->key, document, revision);
    document->original = document->id;
    document->id = 0;
    if (found && (first.state == DOC_RECEIVED || first.state == DOC_HELD ||
                  first.state == DOC_IGNORED))
        return supersede(taking, &first, document, known, err);
    trouble_hold(document, TP7012, NULL,
                 "%s changed in %s after document %lld was made of it; release "
                 "to send it as a replacement, or ignore",
                 document->number, taking->text->system,
                 (long long)document->original);
    text_copy(document->purpose, sizeof document->purpose, "replacement");
    return journal_add(taking->flow->journal, document, known, err);
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
add(struct taking *taking, const struct record *record, const char *key,
    const char *revision, struct err *err)
{
    const struct partner *partner = partner_for(taking, record);
    struct journal *journal = taking->flow->journal;
    CLEANUP(buf_free) struct buf json = { 0 };
    struct document document = { 0 };
    bool known;

    describe(taking, partner, record, key, &document);
    if (!judge(taking, partner, record, &document))
        return true;
    judge_reading(taking, &document);
    if (!journal_add(journal, &document, &known, err))
        return false;
    if (known && !add_change(taking, &document, revision, &known, err))
        return false;
    if (known)
        return true;
    taking->taken++;
    record_dump(record, &json);
    return journal_put(journal, document.id, "record", json.text, json.size,
                       err);
}

/* The same content is taken once, whatever the system says of its time. */
static bool
take(void *user, const struct record *record, const char *key,
     const char *stamp, struct err *err)
{
    struct taking *taking = user;
    struct journal *journal = taking->flow->journal;
    CLEANUP(buf_free) struct buf json = { 0 };
    char hash[DIGEST_TEXT], item[256], set[64];
    bool seen;

    (void)stamp;
    record_dump(record, &json);
    digest_sha256(hash, buf_text(&json), json.size);
    text_format(set, sizeof set, "captured:%s", taking->text->system);
    text_format(item, sizeof item, "%s@%.32s", key, hash);
    if (!journal_seen(journal, set, item, &seen, err))
        return false;
    if (seen)
        return true;
    return add(taking, record, key, hash, err) &&
           journal_seen_add(journal, set, item, err);
}

/* Records and cursor in one commit; when the pull breaks in the middle, what
 * was taken stays and the cursor does not move. */
static bool
pull(struct taking *taking, struct system *system, struct err *err)
{
    struct journal *journal = taking->flow->journal;
    struct err failed = { 0 };
    struct mark mark = { "" };
    char cursor[96];

    text_format(cursor, sizeof cursor, "pull:%s/%s", taking->text->system,
                taking->text->what);
    if (!journal_cursor(journal, cursor, mark.text, err) ||
        !journal_begin(journal, err))
        return false;
    if (!system->ops->pull(system, taking->text->what, &mark, take, taking,
                           &failed)) {
        log_err(LOG_WARNING, &failed, taking->text->name);
        taking->flow->unreached++;
        system_failed(taking->flow, taking->text->system, &failed);
        return journal_commit(journal, err);
    }
    return journal_cursor_set(journal, cursor, mark.text, err) &&
           journal_commit(journal, err);
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

bool
step_capture(struct flow *flow, unsigned *moved, struct err *err)
{
    size_t i = 0;

    for (const struct flow_text *text = flow->texts; text != NULL;
         text = text->next, i++) {
        struct taking taking = { flow, text, NULL, 0 };
        struct err failed = { 0 };
        if (text->system == NULL || (flow->only && flow->only != text) ||
            flow->next_pull[i] > when_now() || !concerns_anyone(flow, text))
            continue;
        struct system *system = system_by_name(flow, text->system, &failed);
        if (system == NULL) {
            if (!system_rests(flow, text->system))
                log_err(LOG_WARNING, &failed, text->name);
            flow->unreached++;
            continue;
        }
        taking.system = system;
        if (!pull(&taking, system, err)) {
            journal_abandon(flow->journal);
            return false;
        }
        flow->next_pull[i] = when_now() + text->every_seconds * 1000;
        *moved += taking.taken;
    }
    return true;
}
