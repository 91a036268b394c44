/* SPDX-License-Identifier: Apache-2.0 */
/* A large arrival is taken apart set by set: it is never in memory, and no
 * more than a batch of its documents is in one commit.
 *
 *   survey   reads all of it without making trees, so that when an interchange
 *            ends it is known whether it, or a group of it, is rejected
 *   walk     reads that interchange once more, maps its sets, and journals
 *            them in batches, in order
 *   end      its 997s and the rest, in one commit
 *
 * While it is walked the interchange is "splitting" in the journal: a run that
 * dies is followed by one that goes on behind the last set that is there. */
#include "flow/large_private.h"

#include <stdlib.h>
#include <string.h>

#include "store/digest.h"

static bool
digest(const struct large *large, uint64_t offset, uint64_t size,
       char sha256[DIGEST_TEXT])
{
    CLEANUP(buf_free) struct buf piece = { 0 };
    struct digest *of = digest_begin();
    bool good = true;

    while (good && size > 0) {
        size_t want = size < PIECE ? (size_t)size : PIECE;
        good =
            large_read(large, offset, want, &piece) &&
            (piece.size > 0 || err_set(large->err, TP4020, "%s ends too soon",
                                       large->apart.arrival->name));
        digest_add(of, buf_text(&piece), piece.size);
        offset += piece.size;
        size -= piece.size;
    }
    digest_end(&of, sha256);
    return good;
}

/* ---- interchanges */

static bool
take_number(void *user, int columns, const char *const *names,
            const char *const *values, struct err *err)
{
    (void)columns, (void)names, (void)err;
    *(int32_t *)user = values[0] ? (int32_t)strtol(values[0], NULL, 10) : 0;
    return true;
}

/* How far an earlier run came. */
static bool
find_done(struct large *large, const struct part *part, int32_t *done)
{
    char id[24];
    const char *const values[] = { id };

    text_format(id, sizeof id, "%lld", (long long)part->row.id);
    return journal_query(large->apart.flow->journal,
                         "SELECT max(ordinal) FROM documents WHERE "
                         "interchange = CAST(?1 AS INTEGER)",
                         values, 1, take_number, done, large->err);
}

static bool
begin_part(struct large *large, struct part *part, int32_t *done)
{
    *done = 0;
    if (part->row.id != 0)
        return find_done(large, part, done);
    text_copy(part->row.state, sizeof part->row.state, "splitting");
    return journal_add_interchange(large->apart.flow->journal, &part->row,
                                   large->err);
}

static bool
end_part(struct large *large, struct part *part)
{
    struct flow *flow = large->apart.flow;

    text_copy(part->row.state, sizeof part->row.state, "split");
    if (!journal_begin(flow->journal, large->err))
        return false;
    bool good =
        intake_answers(&large->apart, part, large->err) &&
        acknowledge_ta1s(flow, part->partner, part->from, large->err) &&
        journal_set_interchange(flow->journal, &part->row, large->err) &&
        journal_commit(flow->journal, large->err);
    if (!good)
        journal_abandon(flow->journal);
    return good;
}

/* It waits as a whole, or is a duplicate. */
static bool
journal_whole(struct large *large, struct part *part)
{
    struct journal *journal = large->apart.flow->journal;

    if (!journal_begin(journal, large->err))
        return false;
    bool good = intake_part(&large->apart, part, large->err) &&
                journal_commit(journal, large->err);
    if (!good)
        journal_abandon(journal);
    for (struct prepared *set = part->sets; set != NULL; set = set->next)
        prepared_free(set);
    return good;
}

static bool
take_part(struct large *large, const struct x12_interchange *from)
{
    struct part *part = intake_add_part(&large->apart, from);
    int32_t done;
    bool goes_on;

    part->row.id = intake_begun(&large->apart, from->offset);
    if (!digest(large, from->offset, from->size, part->row.sha256) ||
        !intake_judge(&large->apart, part, &goes_on, large->err))
        return false;
    if (!goes_on)
        return journal_whole(large, part);
    return begin_part(large, part, &done) && large_walk(large, part, done) &&
           end_part(large, part);
}

static void
take_interchange(void *user, const struct x12_interchange *from)
{
    struct large *large = user;
    struct span *span = arena_alloc(large->arena, sizeof *span);

    *span = (struct span){ from->offset, from->size, NULL };
    *large->last_span = span;
    large->last_span = &span->next;
    if (!large->good || intake_is_taken(&large->apart, from->offset))
        return;
    struct arena *arena = large->apart.arena;
    large->apart.arena = arena_new();
    large->apart.parts = NULL;
    large->good = take_part(large, from);
    arena_free(&large->apart.arena);
    large->apart.arena = arena;
    large->apart.parts = NULL;
}

static void
see_first(void *user, const struct x12_interchange *first)
{
    struct large *large = user;

    if (!large->found)
        large->read_as = partner_by_isa(large->apart.flow->conf,
                                        first->sender_qualifier, first->sender);
    large->found = true;
}

static bool
read_all(struct large *large, const struct x12_options *options,
         const struct x12_handler *handler)
{
    struct x12_reader *reader = x12_reader_new(options, handler);
    bool good =
        large_feed(large, 0, (uint64_t)large->apart.arrival->size, reader);

    if (good)
        x12_end(reader, NULL);
    x12_reader_free(&reader);
    return good;
}

static bool
never(void *user, const struct x12_group *group, const char *set_id)
{
    (void)user, (void)group, (void)set_id;
    return false;
}

/* Who sent the first interchange, for the tolerances that it is read with. */
static bool
find_reader(struct large *large)
{
    struct x12_handler handler = { .user = large,
                                   .interchange_begin = see_first };
    struct flow *flow = large->apart.flow;
    struct x12_options options;
    struct code_user user;

    large->read_as = partner_by_code(flow->conf, large->apart.arrival->partner);
    if (large->read_as != NULL)
        return true;
    read_options(flow, NULL, &options, &user);
    options.tree_for = never;
    bool good = read_all(large, &options, &handler);
    large->found = false;
    return good;
}

/* The first that rejects, or the first. */
static void
note_why(void *user, const struct x12_finding *finding)
{
    struct large *large = user;
    bool rejects = finding->severity == X12_REJECT;

    if (large->why[0] != '\0' && (large->rejects || !rejects))
        return;
    text_copy(large->why, sizeof large->why, finding->sentence);
    large->rejects = rejects;
}

static bool
survey(struct large *large,
       void (*end)(void *user, const struct x12_interchange *))
{
    struct x12_handler handler = { .user = large,
                                   .interchange_end = end,
                                   .finding = note_why };
    struct x12_options options;
    struct code_user user;

    if (!find_reader(large))
        return false;
    read_options(large->apart.flow, large->read_as, &options, &user);
    options.tree_for = never;
    return read_all(large, &options, &handler) && large->good;
}

/* ---- what lies between interchanges */

static bool
name_gap(struct large *large, uint64_t from, uint64_t to)
{
    CLEANUP(buf_free) struct buf piece = { 0 };
    uint64_t first = to, end = from;

    for (uint64_t at = from; at < to; at += piece.size) {
        size_t want = to - at < PIECE ? (size_t)(to - at) : PIECE;
        if (!large_read(large, at, want, &piece))
            return false;
        if (piece.size == 0)
            break;
        for (size_t i = 0; i < piece.size; i++) {
            if (text_is_padding(piece.text[i]))
                continue;
            if (first == to)
                first = at + i;
            end = at + i + 1;
        }
    }
    if (first < end && !intake_is_taken(&large->apart, first))
        intake_name_junk(&large->apart, first, end - first);
    return true;
}

static bool
name_gaps(struct large *large)
{
    uint64_t at = 0;

    for (const struct span *span = large->spans; span; span = span->next) {
        if (span->offset > at && !name_gap(large, at, span->offset))
            return false;
        at = span->offset + span->size;
    }
    return name_gap(large, at, (uint64_t)large->apart.arrival->size);
}

static bool
check_hash(struct large *large)
{
    const struct interchange *arrival = large->apart.arrival;
    char got[DIGEST_TEXT];

    return digest(large, 0, (uint64_t)arrival->size, got) &&
           (text_equal(got, arrival->sha256) ||
            err_set(large->err, TP4020, "%s has the hash %.12s, not %.12s",
                    arrival->name, got, arrival->sha256));
}

static bool
end_arrival(struct large *large)
{
    struct journal *journal = large->apart.flow->journal;
    bool again;

    if (!journal_begin(journal, large->err))
        return false;
    bool good = apart_journal(&large->apart, &again, large->err) &&
                journal_commit(journal, large->err);
    if (!good)
        journal_abandon(journal);
    return good;
}

/* Above 1 MB, or what tests say. */
bool
is_large(int64_t size)
{
    const char *text = getenv("TRADEPOST_LARGE_BYTES");
    long limit;

    if (text == NULL || !text_number(text, INT32_MAX, &limit))
        limit = 1 << 20;
    return size > limit;
}

bool
large_take(struct flow *flow, struct interchange *arrival, struct err *err)
{
    struct large large = {
        .apart = { .flow = flow, .arrival = arrival, .arena = arena_new() },
        .source = arrival->id,
        .arena = arena_new(),
        .err = err,
        .good = true
    };

    large.last_span = &large.spans;
    bool good = intake_find_taken(&large.apart, err) && check_hash(&large) &&
                survey(&large, take_interchange);
    if (good && large.spans == NULL)
        intake_hold_unreadable(&large.apart, large.why);
    else
        good = good && name_gaps(&large);
    good = good && end_arrival(&large);
    arena_free(&large.apart.arena);
    arena_free(&large.arena);
    return good;
}

/* ---- one set of it once more */

static void
walk_to_set(void *user, const struct x12_interchange *from)
{
    struct large *large = user;
    struct part part = { .from = from, .partner = large->partner };

    if (large->good)
        large->good = large_walk(large, &part, large->wanted - 1);
}

bool
large_set(struct flow *flow, struct interchange *of,
          const struct partner *partner, struct prepared *prepared, bool *found,
          struct err *err)
{
    struct large large = { .apart = { .flow = flow, .arrival = of },
                           .source = of->id,
                           .err = err,
                           .good = true,
                           .wanted = prepared->document.ordinal,
                           .prepared = prepared,
                           .partner = partner };

    bool good = survey(&large, walk_to_set);
    *found = large.found;
    return good;
}
