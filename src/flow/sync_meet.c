/* SPDX-License-Identifier: Apache-2.0 */
/* What a system's row says, held against what the house has. */
#include "flow/sync_private.h"

#include <string.h>

#include "base/buf.h"

void
meeting_free(struct meeting *meeting)
{
    record_free(&meeting->house);
    record_free(&meeting->theirs);
}

bool
is_provisional(const char *number)
{
    return strchr(number, '/') != NULL;
}

bool
sync_read(struct meeting *meeting, const struct system_row *row,
          struct err *err)
{
    const struct side *side = meeting->side;

    meeting->found = problems_new(side->arena);
    return binding_read(side->binding, row->fields,
                        side->system->ops->masters->codes(side->system),
                        meeting->found, &meeting->theirs, err);
}

const struct problem *
sync_problem(const struct meeting *meeting)
{
    const struct problem *problem = problems_first(meeting->found);

    while (problem != NULL &&
           (problem->warning ||
            (problem->code == TP3001 && text_equal(problem->at, "number"))))
        problem = problem->next;
    return problem;
}

/* ---- telling what happened, for the audit */

static const char *
or_nothing(const char *value)
{
    return value != NULL ? value : "nothing";
}

/* "customer C10010: name 'A' -> 'B' (odoo)" */
static void
describe(const struct meeting *meeting, const struct agreement *agreement,
         enum agree_verdict verdict, char out[240])
{
    CLEANUP(buf_free) struct buf text = { 0 };

    buf_addf(&text, "%s %s", meeting->entity.kind, meeting->entity.number);
    for (size_t i = 0; i < agreement->count; i++) {
        const struct agree_field *field = &agreement->fields[i];
        bool take = verdict == AGREE_TAKE;
        if (field->verdict == verdict)
            buf_addf(&text, "%s %s '%.40s' -> '%.40s'", i == 0 ? ":" : ",",
                     field->path,
                     or_nothing(take ? field->ours : field->theirs),
                     or_nothing(take ? field->theirs : field->ours));
    }
    buf_addf(&text, " (%s)", meeting->side->name);
    text_copy(out, 240, buf_text(&text));
}

static void
name_conflicts(const struct agreement *agreement, struct link *link)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    for (size_t i = 0; i < agreement->count; i++) {
        const struct agree_field *field = &agreement->fields[i];
        if (field->verdict == AGREE_CONFLICT)
            buf_addf(&text, "%s%s is '%.60s' here and '%.60s' there",
                     text.size > 0 ? "; " : "", field->path,
                     or_nothing(field->ours), or_nothing(field->theirs));
    }
    text_copy(link->reason, sizeof link->reason, buf_text(&text));
}

/* ---- the record's texts */

static const char *
dump(const struct side *side, const struct record *record)
{
    CLEANUP(buf_free) struct buf text = { 0 };

    record_dump(record, &text);
    return arena_strdup(side->arena, buf_text(&text));
}

void
sync_saw(struct meeting *meeting, const struct record *theirs)
{
    meeting->link.seen = dump(meeting->side, theirs);
}

/* "" is none. */
static bool
parse(const struct side *side, const char *text, struct record **out,
      struct err *err)
{
    *out = NULL;
    return text[0] == '\0' || record_parse(out, binding_kind(side->binding),
                                           text, strlen(text), err);
}

/* ---- the other systems of the flow */

static bool
want(const struct meeting *meeting, const char *system,
     const struct link *links, size_t count, struct err *err)
{
    struct link link = { .entity = meeting->entity.id,
                         .state = LINK_WANTED,
                         .ours = "",
                         .theirs = "",
                         .seen = "" };

    for (size_t i = 0; i < count; i++)
        if (text_equal(links[i].system, system))
            link = links[i];
    if (link.state == LINK_WRITING || link.state == LINK_GONE)
        return true;
    text_copy(link.system, sizeof link.system, system);
    link.state = LINK_WANTED;
    link.due = 0;
    link.attempts = 0;
    link.code = TP_NONE;
    link.reason[0] = link.waits_for[0] = '\0';
    return journal_link_put(meeting->side->flow->journal, &link, NULL, err);
}

static bool
want_others(const struct meeting *meeting, struct err *err)
{
    const struct side *side = meeting->side;
    struct link *links;
    size_t count;

    if (!journal_links(side->flow->journal, meeting->entity.id, side->arena,
                       &links, &count, err))
        return false;
    for (size_t i = 0; i < side->text->sync_count; i++)
        if (!text_equal(side->text->sync[i], side->name) &&
            !want(meeting, side->text->sync[i], links, count, err))
            return false;
    return true;
}

/* ---- comparing */

/* A number that the first system gave takes the place of ours, unless another
 * entity has it already: the two may be one, which a person decides. */
static bool
renumber(struct meeting *meeting, const struct record *house, bool *clash,
         struct err *err)
{
    const struct side *side = meeting->side;
    const char *number = record_text(house, "number");
    struct entity other;

    *clash = false;
    if (number == NULL || text_equal(number, meeting->entity.number))
        return true;
    if (!journal_entity(side->flow->journal, side->text->what, number,
                        side->arena, &other, clash, err))
        return false;
    if (!*clash)
        text_copy(meeting->entity.number, sizeof meeting->entity.number,
                  number);
    return true;
}

bool
sync_number(struct meeting *meeting, const char *number, struct err *err)
{
    const struct side *side = meeting->side;
    CLEANUP(record_free) struct record *house = NULL;
    struct entity other;
    char detail[240];
    bool taken;

    if (!journal_entity(side->flow->journal, side->text->what, number,
                        side->arena, &other, &taken, err))
        return false;
    if (taken && other.id != meeting->entity.id) {
        meeting->link.state = LINK_HELD;
        meeting->link.code = TP7091;
        text_format(meeting->link.reason, sizeof meeting->link.reason,
                    "%s gave it %.60s, which another %s has", side->name,
                    number, meeting->entity.kind);
        return true;
    }
    if (!parse(side, meeting->entity.fields, &house, err))
        return false;
    text_format(detail, sizeof detail, "%s %s is %.60s (%s)",
                meeting->entity.kind, meeting->entity.number, number,
                side->name);
    record_set(house, "number", number);
    text_copy(meeting->entity.number, sizeof meeting->entity.number, number);
    meeting->entity.fields = dump(side, house);
    meeting->entity.changed = when_now();
    return journal_entity_put(side->flow->journal, &meeting->entity, detail,
                              err) &&
           want_others(meeting, err);
}

static bool
keep_house(struct meeting *meeting, const struct agreement *agreement,
           moment changed, bool *clash, struct err *err)
{
    const struct side *side = meeting->side;
    struct entity *entity = &meeting->entity;
    char detail[240];

    *clash = false;
    if (entity->id != 0 && agreement->takes == 0)
        return true;
    if (!renumber(meeting, agreement->house, clash, err))
        return false;
    if (*clash)
        return true;
    describe(meeting, agreement, AGREE_TAKE, detail);
    entity->changed = changed > 0 ? changed : when_now();
    entity->fields = dump(side, agreement->house);
    if (!journal_entity_put(side->flow->journal, entity, detail, err))
        return false;
    meeting->link.entity = entity->id;
    return want_others(meeting, err);
}

void
sync_settle(struct meeting *meeting, const struct agreement *agreement)
{
    struct link *link = &meeting->link;

    link->ours = dump(meeting->side, agreement->ours_base);
    link->theirs = dump(meeting->side, agreement->theirs_base);
    link->code = TP_NONE;
    link->reason[0] = link->waits_for[0] = '\0';
    link->attempts = 0;
    link->state = LINK_AGREED;
    if (agreement->conflicts > 0) {
        link->state = LINK_HELD;
        link->code = TP7090;
        name_conflicts(agreement, link);
    }
}

/* The case's records are const to whoever compares; they are ours. */
static void
free_record(const struct record *record)
{
    struct record *own = (struct record *)(uintptr_t)record;

    record_free(&own);
}

void
sync_case_free(struct agree_case *one)
{
    free_record(one->ours);
    free_record(one->ours_before);
    free_record(one->theirs_before);
    *one = (struct agree_case){ .binding = NULL };
}

static bool
make_case(const struct meeting *meeting, const struct system_row *row,
          struct agree_case *one, struct err *err)
{
    const struct side *side = meeting->side;
    struct record *ours = NULL, *ours_before = NULL, *theirs_before = NULL;
    bool good = parse(side, meeting->entity.id ? meeting->entity.fields : "",
                      &ours, err) &&
                parse(side, meeting->link.ours, &ours_before, err) &&
                parse(side, meeting->link.theirs, &theirs_before, err);

    *one = (struct agree_case){ side->binding,
                                side->name,
                                ours,
                                meeting->theirs,
                                ours_before,
                                theirs_before,
                                row->changed > meeting->entity.changed };
    return good;
}

bool
sync_agree(struct meeting *meeting, const struct system_row *row,
           struct agreement *agreement, struct agree_case *one, struct err *err)
{
    const struct side *side = meeting->side;
    bool clash;

    if (!make_case(meeting, row, one, err))
        return false;
    agree(one, side->arena, agreement);
    if (!keep_house(meeting, agreement, row->changed, &clash, err))
        return false;
    sync_settle(meeting, agreement);
    sync_saw(meeting, meeting->theirs);
    if (clash) {
        meeting->link.state = LINK_HELD;
        meeting->link.code = TP7091;
        text_format(meeting->link.reason, sizeof meeting->link.reason,
                    "%s says %s, which another %s has", side->name,
                    record_text(agreement->house, "number"), side->text->what);
    }
    text_copy(meeting->link.remote, sizeof meeting->link.remote, row->id);
    text_copy(meeting->link.stamp, sizeof meeting->link.stamp, row->stamp);
    return true;
}

/* ---- a row that changed */

static bool
find_link(struct meeting *meeting, struct err *err)
{
    const struct side *side = meeting->side;
    struct link *links;
    size_t count;

    meeting->link = (struct link){
        .entity = meeting->entity.id, .ours = "", .theirs = "", .seen = ""
    };
    text_copy(meeting->link.system, sizeof meeting->link.system, side->name);
    if (meeting->entity.id == 0)
        return true;
    if (!journal_links(side->flow->journal, meeting->entity.id, side->arena,
                       &links, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (text_equal(links[i].system, side->name))
            meeting->link = links[i];
    return true;
}

/* By what the system calls it; else by its number; else it is new. */
static bool
find_entity(struct meeting *meeting, const struct system_row *row,
            struct err *err)
{
    const struct side *side = meeting->side;
    struct journal *journal = side->flow->journal;
    const char *number = record_text(meeting->theirs, "number");
    struct entity *entity = &meeting->entity;
    bool found;

    if (!journal_entity_linked(journal, side->name, side->text->what, row->id,
                               side->arena, entity, &found, err))
        return false;
    if (!found && number != NULL &&
        !journal_entity(journal, side->text->what, number, side->arena, entity,
                        &found, err))
        return false;
    if (found)
        return true;
    *entity = (struct entity){ .fields = "" };
    text_copy(entity->kind, sizeof entity->kind, side->text->what);
    if (number != NULL)
        text_copy(entity->number, sizeof entity->number, number);
    else
        text_format(entity->number, sizeof entity->number, "%s/%s", side->name,
                    row->id);
    return true;
}

/* Another row of the system is that entity already. */
static bool
is_second(const struct meeting *meeting, const struct system_row *row)
{
    return meeting->link.remote[0] != '\0' &&
           !text_equal(meeting->link.remote, row->id);
}

/* A new one that cannot be read whole is kept as far as it can, and told to
 * nobody before it can. */
static bool
hold_new(struct meeting *meeting, const struct system_row *row,
         const struct problem *why, struct err *err)
{
    const struct side *side = meeting->side;
    struct entity *entity = &meeting->entity;
    char detail[160];

    text_format(detail, sizeof detail, "%s %s is new (%s)", entity->kind,
                entity->number, side->name);
    entity->changed = row->changed > 0 ? row->changed : when_now();
    entity->fields = dump(side, meeting->theirs);
    if (!journal_entity_put(side->flow->journal, entity, detail, err))
        return false;
    meeting->link.entity = entity->id;
    text_copy(meeting->link.remote, sizeof meeting->link.remote, row->id);
    sync_saw(meeting, meeting->theirs);
    return sync_hold(meeting, why, err);
}

static bool
meet(struct meeting *meeting, const struct system_row *row, struct err *err)
{
    const struct side *side = meeting->side;
    struct agreement agreement = { 0 };
    struct agree_case one = { .binding = NULL };
    char detail[240];

    bool good = sync_agree(meeting, row, &agreement, &one, err);
    if (good)
        describe(meeting, &agreement, AGREE_CONFLICT, detail);
    bool gives = agreement.gives > 0 && meeting->link.code != TP7091;
    bool held = meeting->link.state == LINK_HELD;
    agreement_free(&agreement);
    sync_case_free(&one); /* the agreement's texts were its records' */
    if (!good)
        return false;
    if (gives) {
        meeting->link.state = LINK_WANTED;
        meeting->link.due = 0;
    }
    if (meeting->entity.id == 0)
        return true; /* a clash: nothing to link yet */
    return journal_link_put(side->flow->journal, &meeting->link,
                            held ? detail : NULL, err);
}

bool
sync_meet(const struct side *side, const struct system_row *row, bool *news,
          struct err *err)
{
    struct meeting meeting = { .side = side };
    bool good;

    *news = false;
    if (!sync_read(&meeting, row, err) || !find_entity(&meeting, row, err) ||
        !find_link(&meeting, err)) {
        meeting_free(&meeting);
        return false;
    }
    /* What we wrote ourselves, or saw before. */
    if (text_equal(meeting.link.stamp, row->stamp) &&
        text_equal(meeting.link.remote, row->id)) {
        meeting_free(&meeting);
        return true;
    }
    *news = true;
    const struct problem *problem = sync_problem(&meeting);
    if (is_second(&meeting, row)) {
        const struct problem twice = {
            .code = TP7091,
            .text = arena_printf(side->arena, "%s has it twice: %s and %s",
                                 side->name, meeting.link.remote, row->id)
        };
        *news = !sync_is_held(&meeting.link, &twice);
        good = sync_hold(&meeting, &twice, err);
    } else if (problem != NULL) {
        *news = !sync_is_held(&meeting.link, problem);
        good = meeting.entity.id == 0 ? hold_new(&meeting, row, problem, err)
                                      : sync_hold(&meeting, problem, err);
    } else {
        good = meet(&meeting, row, err);
    }
    meeting_free(&meeting);
    return good;
}
