/* SPDX-License-Identifier: Apache-2.0 */
/* What is told, as values of a call. Whoever takes them believes nothing: a
 * translator may have been turned by what it read. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "translate/wire.h"

enum { SEGMENTS_MOST = 10000000, ELEMENTS_MOST = 128 };

static const char *
take_kept(struct call *call, struct arena *arena)
{
    const char *text = take_text(call);

    return arena_strdup(arena, text ? text : "");
}

static bool
take_flag(struct call *call)
{
    return take_number(call) != 0;
}

static int64_t
take_up_to(struct call *call, int64_t most)
{
    int64_t number = take_number(call);

    if (number < 0 || number > most)
        call->bad = true;
    return call->bad ? 0 : number;
}

/* ---- jobs */

void
put_read_job(struct call *call, const struct read_job *job)
{
    put_text(call, job->partner);
    put_number(call, (int64_t)job->size);
    put_number(call, job->bytes != NULL);
    if (job->bytes != NULL)
        put_raw(call, job->bytes, (size_t)job->size);
    put_rows(call, job->avoid, sizeof job->avoid[0], job->avoided);
}

void
take_read_job(struct call *call, struct read_job *job)
{
    const char *partner = take_text(call);

    *job = (struct read_job){ .partner = partner ? partner : "" };
    job->size = (uint64_t)take_number(call);
    if (take_flag(call)) {
        job->bytes = call->buf.text + call->at;
        if (job->size > call->buf.size - call->at)
            call->bad = true;
        else
            call->at += (size_t)job->size;
    }
    job->avoided = (size_t)take_up_to(call, AVOIDED);
    take_raw(call, job->avoid, job->avoided * sizeof job->avoid[0]);
}

static void
put_record(struct call *call, const struct record *record)
{
    CLEANUP(buf_free) struct buf json = { 0 };

    put_number(call, record != NULL ? (int64_t)record->kind : -1);
    if (record == NULL)
        return;
    record_dump(record, &json);
    put_bytes(call, json.text, json.size);
}

static struct record *
take_record(struct call *call)
{
    int64_t kind = take_number(call);
    struct record *record = NULL;
    struct err err = { 0 };
    size_t size;

    if (kind == -1)
        return NULL;
    const char *json = take_bytes(call, &size);
    if (kind < 0 || kind >= RECORD_KINDS || call->bad ||
        !record_parse(&record, (enum record_kind)kind, json, size, &err)) {
        call->bad = true;
        return NULL;
    }
    return record;
}

void
put_make_job(struct call *call, const struct make_job *job)
{
    put_text(call, job->partner);
    put_text(call, job->set);
    put_number(call, job->test);
    put_record(call, job->record);
}

void
take_make_job(struct call *call, struct make_job *job, struct record **record)
{
    job->partner = take_text(call);
    job->set = take_text(call);
    job->test = take_flag(call);
    *record = take_record(call);
    job->record = *record;
    call->bad = call->bad || *record == NULL;
}

/* ---- sets and segments */

static void
put_segment(struct call *call, const struct x12_segment *segment)
{
    put_text(call, segment->id);
    put_number(call, segment->count);
    for (uint32_t i = 0; i < segment->count; i++)
        put_bytes(call, segment->elements[i].text, segment->elements[i].size);
}

/* An id is letters and digits, and a value has no NUL. */
static struct x12_node *
take_segment(struct call *call, struct arena *arena, struct x12_set *set)
{
    const char *values[ELEMENTS_MOST];
    const char *id = take_text(call);
    int64_t count = take_up_to(call, ELEMENTS_MOST);

    if (call->bad || id == NULL || strlen(id) < 2 || strlen(id) > 3) {
        call->bad = true;
        return NULL;
    }
    for (int64_t i = 0; i < count; i++) {
        size_t size;
        const char *bytes = take_bytes(call, &size);
        values[i] = arena_strndup(arena, bytes, size);
    }
    return call->bad
               ? NULL
               : x12_add_values(arena, set, NULL, id, values, (size_t)count);
}

static void
put_set(struct call *call, const struct x12_set *set)
{
    put_text(call, set->id);
    put_text(call, set->version);
    put_number(call, set->segments);
    for (const struct x12_node *node = set->first; node != NULL;
         node = x12_following(node)) {
        put_number(call, true);
        put_segment(call, &node->segment);
    }
    put_number(call, false);
}

/* Its segments one after the other: that is all that writing it wants. */
static struct x12_set *
take_set(struct call *call, struct arena *arena)
{
    const char *id = take_text(call), *version = take_text(call);
    int64_t segments = take_up_to(call, SEGMENTS_MOST);

    if (call->bad || id == NULL || version == NULL) {
        call->bad = true;
        return NULL;
    }
    struct x12_set *set = x12_set_new(arena, id, version);
    while (!call->bad && take_flag(call))
        take_segment(call, arena, set);
    set->segments = (uint32_t)segments;
    return set;
}

/* ---- interchanges */

static void
put_ta1s(struct call *call, const struct read_interchange *told)
{
    put_number(call, (int64_t)told->ta1_count);
    for (size_t i = 0; i < told->ta1_count; i++) {
        put_text(call, told->ta1s[i].control);
        put_text(call, told->ta1s[i].date);
        put_text(call, told->ta1s[i].time);
        put_number(call, told->ta1s[i].verdict);
        put_text(call, told->ta1s[i].note);
    }
}

static void
take_ta1s(struct call *call, struct arena *arena, struct read_interchange *told)
{
    int64_t count = take_up_to(call, SEGMENTS_MOST);
    struct x12_acked_interchange *ta1s = NULL;

    if ((uint64_t)count > call->buf.size)
        call->bad = true;
    if (!call->bad)
        ta1s = arena_alloc(arena, ((size_t)count + 1) * sizeof *ta1s);
    for (int64_t i = 0; !call->bad && i < count; i++) {
        ta1s[i].control = take_kept(call, arena);
        ta1s[i].date = take_kept(call, arena);
        ta1s[i].time = take_kept(call, arena);
        ta1s[i].verdict = (char)take_up_to(call, 'Z');
        ta1s[i].note = take_kept(call, arena);
    }
    told->ta1s = ta1s;
    told->ta1_count = call->bad ? 0 : (size_t)count;
}

void
put_interchange(struct call *call, const struct read_interchange *told)
{
    put_text(call, told->sender_qualifier);
    put_text(call, told->sender);
    put_text(call, told->receiver_qualifier);
    put_text(call, told->receiver);
    put_text(call, told->control);
    put_number(call, told->test);
    put_number(call, told->ack_asked);
    put_number(call, told->rejected);
    put_text(call, told->ta1);
    put_text(call, told->why);
    put_number(call, (int64_t)told->offset);
    put_number(call, (int64_t)told->size);
    put_number(call, told->sets);
    for (const struct read_answer *answer = told->answers; answer != NULL;
         answer = answer->next) {
        put_number(call, true);
        put_text(call, answer->group);
        put_set(call, answer->set);
    }
    put_number(call, false);
    put_number(call, told->ta1_answer != NULL);
    if (told->ta1_answer != NULL)
        put_segment(call, told->ta1_answer);
    put_ta1s(call, told);
}

static void
take_answers(struct call *call, struct arena *arena,
             struct read_interchange *told)
{
    const struct read_answer **end = &told->answers;

    while (!call->bad && take_flag(call)) {
        struct read_answer *answer = arena_alloc(arena, sizeof *answer);
        answer->group = take_kept(call, arena);
        answer->set = take_set(call, arena);
        if (answer->set == NULL)
            return;
        *end = answer;
        end = &answer->next;
    }
}

void
take_interchange_told(struct call *call, struct arena *arena,
                      struct read_interchange *told)
{
    *told =
        (struct read_interchange){ .sender_qualifier = take_kept(call, arena) };
    told->sender = take_kept(call, arena);
    told->receiver_qualifier = take_kept(call, arena);
    told->receiver = take_kept(call, arena);
    told->control = take_kept(call, arena);
    told->test = take_flag(call);
    told->ack_asked = take_flag(call);
    told->rejected = take_flag(call);
    told->ta1 = take_kept(call, arena);
    told->why = take_kept(call, arena);
    told->offset = (uint64_t)take_number(call);
    told->size = (uint64_t)take_number(call);
    told->sets = (int32_t)take_up_to(call, INT32_MAX);
    take_answers(call, arena, told);
    if (take_flag(call)) {
        struct x12_set *set = x12_set_new(arena, "TA1", "");
        const struct x12_node *node = take_segment(call, arena, set);
        told->ta1_answer = node ? &node->segment : NULL;
    }
    take_ta1s(call, arena, told);
}

/* ---- problems, sets, what was made */

static void
put_problems(struct call *call, const struct problems *found)
{
    const struct problem *problem = problems_first(found);

    for (; problem != NULL; problem = problem->next) {
        put_number(call, (int64_t)problem->code);
        put_number(call, problem->warning);
        put_text(call, problem->at);
        put_text(call, problem->waits_for);
        put_text(call, problem->text);
    }
    put_number(call, -1);
}

static struct problems *
take_problems(struct call *call, struct arena *arena)
{
    struct problems *found = problems_new(arena);

    for (;;) {
        int64_t code = take_number(call);
        if (code < 0 || code >= TP_COUNT || call->bad) {
            call->bad = call->bad || code != -1;
            return found;
        }
        bool warning = take_flag(call);
        const char *at = take_text(call), *waits_for = take_text(call);
        const char *text = take_text(call);
        if (warning)
            problem_warn(found, (enum err_code)code, at, "%s",
                         text ? text : "");
        else
            problem_add(found, (enum err_code)code, at, waits_for, "%s",
                        text ? text : "");
    }
}

void
put_read_set(struct call *call, const struct read_set *set)
{
    put_number(call, set->ordinal);
    put_text(call, set->id);
    put_text(call, set->control);
    put_text(call, set->group);
    put_text(call, set->version);
    put_number(call, set->whole);
    put_number(call, set->rejected);
    put_number(call, set->count);
    put_text(call, set->findings);
    put_text(call, set->why);
    put_number(call, (int64_t)set->offset);
    put_number(call, (int64_t)set->size);
    put_problems(call, set->found);
    put_err(call, &set->failed);
    put_record(call, set->record);
}

void
take_read_set(struct call *call, struct arena *arena, struct read_set *set)
{
    *set = (struct read_set){
        .ordinal = (int32_t)take_up_to(call, INT32_MAX),
    };
    set->id = take_kept(call, arena);
    set->control = take_kept(call, arena);
    set->group = take_kept(call, arena);
    set->version = take_kept(call, arena);
    set->whole = take_flag(call);
    set->rejected = take_flag(call);
    set->count = (uint32_t)take_up_to(call, UINT32_MAX);
    set->findings = take_text(call);
    set->why = take_text(call);
    set->offset = (uint64_t)take_number(call);
    set->size = (uint64_t)take_number(call);
    set->found = take_problems(call, arena);
    take_err(call, &set->failed);
    set->record = take_record(call);
    call->bad = call->bad || set->findings == NULL || set->why == NULL;
}

void
put_made(struct call *call, const struct made *made)
{
    put_text(call, made->group ? made->group : "");
    put_text(call, made->findings);
    put_text(call, made->why);
    put_number(call, made->count);
    put_problems(call, made->found);
    put_err(call, &made->failed);
    put_number(call, made->set != NULL);
    if (made->set != NULL)
        put_set(call, made->set);
}

void
take_made(struct call *call, struct arena *arena, struct made *made)
{
    *made = (struct made){ .group = take_kept(call, arena) };
    made->findings = take_kept(call, arena);
    made->why = take_kept(call, arena);
    made->count = (uint32_t)take_up_to(call, UINT32_MAX);
    made->found = take_problems(call, arena);
    take_err(call, &made->failed);
    if (take_flag(call))
        made->set = take_set(call, arena);
}
