/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One system is told of one entity: its row is found (by its id, else by what
 * the binding matches by), read afresh, compared, and written where it differs.
 * Before a write the link says "writing", durably: after a crash, or without an
 * answer, the row is read again, and what it says decides whether there is
 * anything left to write. A row is made under a key, or with a number, that the
 * system takes only once.
 */
#include "flow/sync_private.h"

#include <string.h>

#include "base/buf.h"
#include "base/log.h"

enum { EMPTY = 0, ONE = 1 };

/* ---- ends */

static bool
put(struct meeting *meeting, const char *detail, struct err *err)
{
    return journal_link_put(meeting->side->flow->journal, &meeting->link,
                            detail, err);
}

static bool
hold(struct meeting *meeting, enum err_code code, const char *reason,
     struct err *err)
{
    const struct problem why = { .code = code, .text = reason };

    return sync_hold(meeting, &why, err);
}

static moment
settle_pause(const struct side *side)
{
    return (moment)conf_seconds(side->system->context.group, "settle",
                                side->system->ops->settle_seconds) *
           1000;
}

/* What failed goes on later, is asked about, or waits for a person. */
static bool
failed(struct meeting *meeting, const struct err *why, struct err *err)
{
    const struct side *side = meeting->side;
    struct link *link = &meeting->link;
    char reason[sizeof link->reason];

    system_failed(side->flow, side->name, 0, why);
    text_format(reason, sizeof reason, "%s%s%s", why->at,
                why->at[0] != '\0' ? ": " : "", why->text);
    if (why->kind == ERR_DATA || why->kind == ERR_CONFIG ||
        why->kind == ERR_BUG)
        return hold(meeting, why->code, reason, err);
    text_copy(link->reason, sizeof link->reason, reason);
    link->code = why->code;
    link->attempts += why->kind != ERR_THROTTLED;
    link->due =
        when_now() +
        (why->kind == ERR_THROTTLED && why->retry_after_seconds > 0
             ? (moment)why->retry_after_seconds * 1000
             : retry_wait(&side->flow->retry, link->attempts, link->id));
    if (why->kind == ERR_UNSURE)
        link->due = when_now() + settle_pause(side);
    else if (link->state == LINK_WRITING)
        link->state = LINK_WANTED; /* refused: nothing was written */
    if (link->attempts == 1)
        log_err(LOG_WARNING, why, side->text->name);
    return put(meeting, NULL, err);
}

/* ---- finding the row */

/* NULL field: by its id. *count 0: there is none; 2: the match is not clear. */
static bool
look(struct meeting *meeting, struct system_row *row, size_t *count,
     struct err *err)
{
    const struct side *side = meeting->side;
    CLEANUP(record_free) struct record *house = NULL;
    const char *field, *path;

    *count = 0;
    if (meeting->link.remote[0] != '\0') {
        if (!side->system->ops->masters->row(side->system, side->binding, NULL,
                                             meeting->link.remote, count, row,
                                             err))
            return false;
        /* An id that we chose, and the row was not made. */
        if (*count != EMPTY || meeting->link.theirs[0] != '\0')
            return true;
        system_row_clear(row);
    }
    if (!record_parse(&house, binding_kind(side->binding),
                      meeting->entity.fields, strlen(meeting->entity.fields),
                      err))
        return false;
    for (size_t i = 0; binding_match(side->binding, i, &field, &path); i++) {
        const char *value = record_text(house, path);
        if (value == NULL)
            continue;
        if (!side->system->ops->masters->row(side->system, side->binding, field,
                                             value, count, row, err))
            return false;
        if (*count != EMPTY)
            return true;
        system_row_clear(row);
    }
    return true;
}

/* The row that was found belongs to another entity. */
static bool
is_taken(struct meeting *meeting, const struct system_row *row, bool *taken,
         struct entity *other, struct err *err)
{
    const struct side *side = meeting->side;

    *taken = false;
    if (meeting->link.remote[0] != '\0')
        return true;
    if (!journal_entity_linked(side->flow->journal, side->name,
                               side->text->what, row->id, side->arena, other,
                               taken, err))
        return false;
    *taken = *taken && other->id != meeting->entity.id;
    return true;
}

/* ---- writing */

static void
expand_key(const struct meeting *meeting, char out[160])
{
    const char *key = binding_option(meeting->side->binding, "key");
    const char *brace = key != NULL ? strstr(key, "{number}") : NULL;

    if (brace == NULL)
        text_format(out, 160, "nav.%s_%s", meeting->entity.kind,
                    meeting->entity.number);
    else
        text_format(out, 160, "%.*s%s%s", (int)(brace - key), key,
                    meeting->entity.number, brace + strlen("{number}"));
    for (char *c = out; *c != '\0'; c++)
        if (*c == '/' || *c == ' ')
            *c = '_';
}

/* From here on the system may have it. */
static bool
begin_writing(struct meeting *meeting, const char *key, bool make,
              struct err *err)
{
    const struct system *system = meeting->side->system;

    /* Where the id can be ours, whoever sees the row knows it by that. */
    if (make && system->ops->masters->new_id != NULL)
        system->ops->masters->new_id(system, key, meeting->link.remote);
    meeting->link.state = LINK_WRITING;
    meeting->link.due = when_now() + settle_pause(meeting->side);
    return put(meeting, NULL, err);
}

static void
tell_written(const struct meeting *meeting, const json_t *values, bool made,
             char out[240])
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const char *name;
    json_t *value;

    buf_addf(&text, "%s %s (%s) was %s:", meeting->entity.kind,
             meeting->entity.number, meeting->side->name,
             made ? "made" : "told");
    json_object_foreach((json_t *)(uintptr_t)values, name, value)
        buf_addf(&text, " %s", name);
    text_copy(out, 240, buf_text(&text));
}

/* What the system has now is read like anything that it says. */
static bool
after_writing(struct meeting *meeting, const struct system_row *row,
              struct agreement *agreement, const struct agree_case *one,
              const char *detail, struct err *err)
{
    const struct side *side = meeting->side;
    struct journal *journal = side->flow->journal;
    struct meeting now = { .side = side };

    if (!sync_read(&now, row, err)) {
        meeting_free(&now);
        return false;
    }
    bool alone = agree_written(agreement, one, now.theirs);
    sync_settle(meeting, agreement);
    sync_saw(meeting, now.theirs);
    text_copy(meeting->link.remote, sizeof meeting->link.remote, row->id);
    text_copy(meeting->link.stamp, sizeof meeting->link.stamp,
              alone ? row->stamp : "");
    /* A number that the system gave to what had none. */
    bool good = journal_begin(journal, err);
    if (good && is_provisional(meeting->entity.number) &&
        record_text(now.theirs, "number") != NULL)
        good = sync_number(meeting, record_text(now.theirs, "number"), err);
    good = good && put(meeting, detail, err) && journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    meeting_free(&now);
    return good;
}

/* Values for a row that has others, or is not there yet. */
static bool
values_of(struct meeting *meeting, const struct agreement *agreement, bool make,
          struct problems *found, json_t **values, struct err *err)
{
    const struct side *side = meeting->side;
    const struct map_codes *codes =
        side->system->ops->masters->codes(side->system);
    const char *field, *path;

    if (!make)
        return binding_update(side->binding, agreement->system, meeting->theirs,
                              codes, found, values, err);
    bool provisional = is_provisional(meeting->entity.number);
    if (provisional)
        record_set(agreement->house, "number", meeting->entity.number);
    if (!binding_write(side->binding, agreement->house, codes, found, values,
                       err))
        return false;
    if (!provisional)
        return true;
    /* Whoever has the numbers gives one. */
    record_set(agreement->house, "number", NULL);
    if (binding_match(side->binding, 0, &field, &path) &&
        text_equal(path, "number"))
        json_object_del(*values, field);
    return true;
}

static bool
write_row(struct meeting *meeting, struct system_row *row,
          struct agreement *agreement, const struct agree_case *one,
          unsigned *moved, struct err *err)
{
    const struct side *side = meeting->side;
    CLEANUP(json_decrefp) json_t *values = NULL;
    struct problems *found = problems_new(side->arena);
    struct err why = { 0 };
    bool make = row->id[0] == '\0';
    char key[160], detail[240];

    if (!values_of(meeting, agreement, make, found, &values, err))
        return false;
    const struct problem *problem = problems_first(found);
    if (problems_errors(found) > 0)
        return sync_hold(meeting, problem, err);
    if (!make && json_object_size(values) == 0)
        return after_writing(meeting, row, agreement, one, NULL, err);
    expand_key(meeting, key);
    tell_written(meeting, values, make, detail);
    if (!begin_writing(meeting, key, make, err))
        return false;
    if (!side->system->ops->masters->put(side->system, side->binding, row,
                                         values, key, &why))
        return failed(meeting, &why, err);
    system_worked(side->flow, side->name, true);
    (*moved)++;
    return after_writing(meeting, row, agreement, one, detail, err);
}

/* ---- one link */

/* The house's record against an empty one: all of it is to be written. */
static bool
make_row(struct meeting *meeting, unsigned *moved, struct err *err)
{
    const struct side *side = meeting->side;
    struct agreement agreement = { 0 };
    struct system_row row = { .fields = NULL };
    CLEANUP(record_free) struct record *ours = NULL;
    bool good;

    if (!record_parse(&ours, binding_kind(side->binding),
                      meeting->entity.fields, strlen(meeting->entity.fields),
                      err))
        return false;
    meeting->theirs = record_new(binding_kind(side->binding));
    struct agree_case one = { .binding = side->binding,
                              .system = side->name,
                              .ours = ours,
                              .theirs = meeting->theirs };
    agree(&one, side->arena, &agreement);
    good = write_row(meeting, &row, &agreement, &one, moved, err);
    agreement_free(&agreement);
    system_row_clear(&row);
    return good;
}

static bool
write_difference(struct meeting *meeting, struct system_row *row,
                 unsigned *moved, struct err *err)
{
    const struct side *side = meeting->side;
    struct journal *journal = side->flow->journal;
    struct agreement agreement = { 0 };
    struct agree_case one = { .binding = NULL };
    bool good;

    if (!journal_begin(journal, err))
        return false;
    good = sync_agree(meeting, row, &agreement, &one, err) &&
           put(meeting, NULL, err) && journal_commit(journal, err);
    *moved += good && agreement.takes > 0;
    if (!good)
        journal_abandon(journal);
    else if (agreement.gives > 0)
        good = write_row(meeting, row, &agreement, &one, moved, err);
    agreement_free(&agreement);
    sync_case_free(&one);
    return good;
}

static bool
told(struct meeting *meeting, struct system_row *row, size_t count,
     unsigned *moved, struct err *err)
{
    const struct side *side = meeting->side;
    struct entity other;
    char reason[240];
    bool taken;

    bool was_made =
        meeting->link.remote[0] != '\0' && meeting->link.theirs[0] != '\0';
    if (count == EMPTY && was_made) {
        meeting->link.state = LINK_GONE;
        meeting->link.code = TP7092;
        text_format(meeting->link.reason, sizeof meeting->link.reason,
                    "%s does not have %s any longer", side->name,
                    meeting->link.remote);
        return put(meeting, meeting->link.reason, err);
    }
    if (count == EMPTY)
        return make_row(meeting, moved, err);
    if (count > ONE) {
        text_format(reason, sizeof reason,
                    "%s has more than one that may be it", side->name);
        return hold(meeting, TP7091, reason, err);
    }
    if (!is_taken(meeting, row, &taken, &other, err))
        return false;
    if (taken) {
        text_format(reason, sizeof reason,
                    "%s's row %.40s fits it, which is %s %.60s", side->name,
                    row->id, other.kind, other.number);
        return hold(meeting, TP7091, reason, err);
    }
    if (!sync_read(meeting, row, err))
        return false;
    const struct problem *problem = sync_problem(meeting);
    return problem != NULL ? sync_hold(meeting, problem, err)
                           : write_difference(meeting, row, moved, err);
}

bool
sync_push(const struct side *side, struct link *link, unsigned *moved,
          struct err *err)
{
    struct meeting meeting = { .side = side, .link = *link };
    struct system_row row = { .fields = NULL };
    struct err why = { 0 };
    size_t count;
    bool found, good;

    if (!journal_entity_by_id(side->flow->journal, link->entity, side->arena,
                              &meeting.entity, &found, err))
        return false;
    if (!found)
        return err_set(err, TP4011, "there is no entity %lld",
                       (long long)link->entity);
    if (!look(&meeting, &row, &count, &why))
        good = failed(&meeting, &why, err);
    else
        good = told(&meeting, &row, count, moved, err);
    *link = meeting.link;
    system_row_clear(&row);
    meeting_free(&meeting);
    return good;
}
