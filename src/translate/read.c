/* SPDX-License-Identifier: Apache-2.0 */
/* A file is read without being in memory as a whole.
 *
 *   survey   all of it without making trees, so that when an interchange ends
 *            it is known whether it, or a group of it, is rejected
 *   sets     that interchange once more, with trees (read_sets.c)
 *   gaps     what lies between interchanges */
#include "translate/read_private.h"

#include <string.h>

#include "base/text.h"
#include "conf/conf.h"

struct span {
    uint64_t offset, size;
    struct span *next;
};

bool
reading_window(const struct reading *reading, uint64_t offset, uint64_t size,
               struct buf *buf, const char **bytes, size_t *got)
{
    const struct read_job *job = reading->job;
    size_t want = size < PIECE ? (size_t)size : PIECE;

    if (job->bytes != NULL) {
        *bytes = job->bytes + offset;
        *got = want;
        return true;
    }
    buf_clear(buf);
    if (!reading->handler->piece(reading->handler->user, offset, want, buf,
                                 reading->err))
        return false;
    *bytes = buf_text(buf);
    *got = buf->size;
    return buf->size > 0 ||
           err_set(reading->err, TP4020, "the file ends too soon");
}

/* ---- the reader */

/* "004010VICS" is 004010. An acknowledgment may come in any version. */
static bool
is_version(const struct route *route, const char *version, const char *set_id)
{
    return is_acknowledgment(set_id) ||
           strncmp(route->set->version, version, 6) == 0;
}

/* A set of another version than the partner's file says is judged by no guide:
 * it is refused as one that is not supported. */
static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set_id)
{
    const struct reading *reading = user;
    const struct route *route =
        routes_find(reading->routes, reading->partner, set_id, ROUTE_IN);

    return route && is_version(route, group->version, set_id) ? route->guide
                                                              : NULL;
}

static bool
never(void *user, const struct x12_group *group, const char *set_id)
{
    (void)user, (void)group, (void)set_id;
    return false;
}

static bool
always(void *user, const struct x12_group *group, const char *set_id)
{
    (void)user, (void)group, (void)set_id;
    return true;
}

struct x12_reader *
reading_begin(struct reading *reading, bool trees,
              const struct x12_handler *handler)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = guide_for;
    options.tree_for = trees ? always : never;
    options.lean = trees;
    options.user = reading;
    route_tolerances(reading->partner, &options);
    return x12_reader_new(&options, handler);
}

bool
reading_feed(struct reading *reading, uint64_t offset, uint64_t size,
             struct x12_reader *reader)
{
    CLEANUP(buf_free) struct buf piece = { 0 };
    const char *bytes;
    size_t got;
    bool good = true;

    while (good && reading->good && !reading->seen && size > 0) {
        good = reading_window(reading, offset, size, &piece, &bytes, &got);
        if (!good)
            break;
        x12_feed(reader, bytes, got);
        offset += got;
        size -= got;
    }
    if (good && reading->good)
        x12_end(reader, NULL);
    x12_reader_free(&reader);
    return good && reading->good;
}

/* ---- what is wrong */

void
tell_findings(const struct x12_finding *finding, struct buf *json,
              struct buf *why)
{
    for (; finding != NULL; finding = finding->next) {
        if (json != NULL) {
            x12_finding_json(finding, json);
            buf_addc(json, '\n');
        }
        if (finding->severity == X12_REJECT && why->size == 0)
            x12_finding_text(finding, why);
    }
}

/* The first that rejects, else the first. */
static void
take_finding(void *user, const struct x12_finding *finding)
{
    struct reading *reading = user;
    bool rejects = finding->severity == X12_REJECT;

    if (reading->sum->why[0] != '\0' && (reading->why_rejects || !rejects))
        return;
    reading->why_rejects = rejects;
    text_copy(reading->sum->why, sizeof reading->sum->why, finding->sentence);
}

/* ---- interchanges */

static void
make_answers(struct read_interchange *told, const struct x12_interchange *from,
             const struct partner *partner, struct arena *arena)
{
    const struct read_answer **end = &told->answers;
    const struct x12_group *group =
        told->rejected || !partner->send_ack ? NULL : from->groups;

    if (from->ack_requested || partner->send_ta1)
        told->ta1_answer = x12_ack_ta1(from, arena);
    for (; group != NULL; group = group->next) {
        struct x12_set *set = x12_ack_group(group, partner->send_999,
                                            partner->ack_errors_only, arena);
        if (set == NULL)
            continue;
        struct read_answer *answer = arena_alloc(arena, sizeof *answer);
        *answer = (struct read_answer){ group->control, set, NULL };
        *end = answer;
        end = &answer->next;
    }
}

static void
read_ta1s(struct read_interchange *told, const struct x12_interchange *from,
          struct arena *arena)
{
    struct x12_acked_interchange *ta1s =
        arena_alloc(arena, (from->ta1_count + 1) * sizeof *ta1s);

    told->ta1s = ta1s;
    for (uint32_t i = 0; i < from->ta1_count; i++) {
        struct err unreadable = { 0 };
        told->ta1_count += x12_ack_read_ta1(
            &from->ta1s[i], arena, &ta1s[told->ta1_count], &unreadable);
    }
}

static struct read_interchange
describe(const struct x12_interchange *from, const struct partner *partner,
         struct arena *arena)
{
    CLEANUP(buf_free) struct buf why = { 0 };
    struct read_interchange told = {
        .sender_qualifier = from->sender_qualifier,
        .sender = from->sender,
        .receiver_qualifier = from->receiver_qualifier,
        .receiver = from->receiver,
        .control = from->control,
        .test = from->test,
        .ack_asked = from->ack_requested,
        .rejected = from->verdict == X12_REJECTED,
        .ta1 = from->ta1,
        .offset = from->offset,
        .size = from->size,
    };

    tell_findings(from->findings, NULL, &why);
    told.why = arena_strdup(arena, buf_text(&why));
    for (const struct x12_group *group = from->groups; group != NULL;
         group = group->next)
        for (const struct x12_result *result = group->results; result != NULL;
             result = result->next)
            told.sets++;
    if (partner != NULL) {
        make_answers(&told, from, partner, arena);
        read_ta1s(&told, from, arena);
    }
    return told;
}

static bool
take_whole(struct reading *reading, const struct x12_interchange *from,
           struct arena *arena)
{
    const struct read_handler *handler = reading->handler;
    const struct partner *partner = partner_by_isa(
        routes_conf(reading->routes), from->sender_qualifier, from->sender);
    if (partner == NULL)
        partner = reading->partner;
    struct read_interchange told = describe(from, partner, arena);
    struct read_wish wish = { 1, 0 };

    return handler->interchange(handler->user, &told, &wish, reading->err) &&
           (wish.last < wish.first || partner == NULL ||
            reading_sets(reading, from, partner, &wish)) &&
           (handler->interchange_end == NULL ||
            handler->interchange_end(handler->user, reading->err));
}

static void
take_interchange(void *user, const struct x12_interchange *from)
{
    struct reading *reading = user;
    struct span *span = arena_alloc(reading->arena, sizeof *span);

    *span = (struct span){ from->offset, from->size, NULL };
    *reading->last_span = span;
    reading->last_span = &span->next;
    reading->sum->interchanges++;
    if (!reading->good)
        return;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    reading->good = take_whole(reading, from, arena);
}

static void
see_first(void *user, const struct x12_interchange *first)
{
    struct reading *reading = user;

    if (!reading->seen)
        reading->partner =
            partner_by_isa(routes_conf(reading->routes),
                           first->sender_qualifier, first->sender);
    reading->seen = true;
}

/* Who sent the first interchange, for the tolerances that it is read with. */
static bool
find_partner(struct reading *reading)
{
    struct x12_handler handler = { .user = reading,
                                   .interchange_begin = see_first };

    reading->partner =
        partner_by_code(routes_conf(reading->routes), reading->job->partner);
    if (reading->partner != NULL)
        return true;
    bool good = reading_feed(reading, 0, reading->job->size,
                             reading_begin(reading, false, &handler));
    reading->seen = false;
    return good;
}

static bool
survey(struct reading *reading)
{
    struct x12_handler handler = { .user = reading,
                                   .finding = take_finding,
                                   .interchange_end = take_interchange };

    return find_partner(reading) &&
           reading_feed(reading, 0, reading->job->size,
                        reading_begin(reading, false, &handler));
}

/* ---- what lies between interchanges */

static bool
tell_gap(struct reading *reading, uint64_t from, uint64_t to)
{
    CLEANUP(buf_free) struct buf piece = { 0 };
    const struct read_handler *handler = reading->handler;
    uint64_t first = to, end = from;
    size_t size;

    for (uint64_t at = from; at < to; at += size) {
        const char *bytes;
        if (!reading_window(reading, at, to - at, &piece, &bytes, &size))
            return false;
        for (size_t i = 0; i < size; i++) {
            if (text_is_padding(bytes[i]))
                continue;
            if (first == to)
                first = at + i;
            end = at + i + 1;
        }
    }
    return first >= end ||
           handler->junk(handler->user, first, end - first, reading->err);
}

static bool
tell_gaps(struct reading *reading)
{
    uint64_t at = 0;

    if (reading->spans == NULL)
        return true;
    for (const struct span *span = reading->spans; span; span = span->next) {
        if (span->offset > at && !tell_gap(reading, at, span->offset))
            return false;
        at = span->offset + span->size;
    }
    return tell_gap(reading, at, reading->job->size);
}

bool
translate_read(const struct routes *routes, const struct read_job *job,
               const struct read_handler *handler, struct read_sum *sum,
               struct err *err)
{
    struct reading reading = { .routes = routes,
                               .job = job,
                               .handler = handler,
                               .sum = sum,
                               .err = err,
                               .good = true,
                               .arena = arena_new() };

    *sum = (struct read_sum){ 0 };
    reading.last_span = &reading.spans;
    bool good = survey(&reading) && tell_gaps(&reading);
    arena_free(&reading.arena);
    return good;
}
