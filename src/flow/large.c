/* SPDX-License-Identifier: Apache-2.0 */
/* A large arrival is taken apart set by set: it is never in memory, and no
 * more than a batch of its documents is in one commit. The translator asks for
 * its pieces, and tells of a set at a time.
 *
 * While that lasts the interchange is "splitting" in the journal: a run that
 * dies is followed by one that goes on behind the last set that is there. Its
 * 997s and the rest come in one commit at its end. */
#include "flow/intake_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/heartbeat.h"
#include "store/digest.h"

enum { SETS_BYTES = 256 * 1024, PIECE = 256 * 1024 };

struct large {
    struct apart apart;         /* its arena is that of one interchange ... */
    struct arena *whole, *file; /* ... or that of what is outside of them */
    struct arena *batch;
    struct prepared *sets, **last; /* the batch */
    size_t count, bytes;
    bool walking; /* its sets come */
    struct err *err;
};

/* ---- bytes */

static bool
give_piece(void *user, uint64_t offset, size_t size, struct buf *piece,
           struct err *err)
{
    const struct large *large = user;

    heartbeat();
    return journal_read(large->apart.flow->journal, large->apart.arrival->id,
                        (int64_t)offset, size, piece, err);
}

static bool
digest(struct large *large, uint64_t offset, uint64_t size,
       char sha256[DIGEST_TEXT])
{
    CLEANUP(buf_free) struct buf piece = { 0 };
    struct digest *of = digest_begin();
    bool good = true;

    while (good && size > 0) {
        size_t want = size < PIECE ? (size_t)size : PIECE;
        buf_clear(&piece);
        good =
            give_piece(large, offset, want, &piece, large->err) &&
            (piece.size > 0 || err_set(large->err, TP4020, "%s ends too soon",
                                       large->apart.arrival->name));
        digest_add(of, buf_text(&piece), piece.size);
        offset += piece.size;
        size -= piece.size;
    }
    digest_end(&of, sha256);
    return good;
}

/* ---- sets, in batches */

static void
drop_sets(struct large *large)
{
    for (struct prepared *set = large->sets; set != NULL; set = set->next)
        prepared_free(set);
    arena_reset(large->batch);
    large->sets = NULL;
    large->last = &large->sets;
    large->count = large->bytes = 0;
}

static bool
journal_sets(struct large *large, struct err *err)
{
    struct flow *flow = large->apart.flow;

    if (large->count == 0)
        return true;
    if (!journal_begin(flow->journal, err))
        return false;
    bool good = true;
    for (struct prepared *set = large->sets; good && set; set = set->next) {
        set->document.interchange = large->apart.part->row.id;
        good = add_prepared(flow, set, err);
    }
    good = good && journal_commit(flow->journal, err);
    if (!good)
        journal_abandon(flow->journal);
    drop_sets(large);
    return good;
}

static bool
take_set(void *user, struct read_set *set, struct err *err)
{
    struct large *large = user;
    struct prepared *prepared = arena_alloc(large->batch, sizeof *prepared);
    const struct part *part = large->apart.part;
    CLEANUP(buf_free) struct buf bytes = { 0 };

    *large->last = prepared;
    large->last = &prepared->next;
    large->count++;
    prepared->document.ordinal = set->ordinal;
    if (set->whole &&
        !give_piece(large, set->offset, (size_t)set->size, &bytes, err))
        return false;
    prepared->bytes = arena_copy(large->batch, bytes.text, bytes.size);
    prepared->size = bytes.size;
    large->bytes += bytes.size;
    prepare_set(large->apart.flow, part->partner, part->from, set, prepared);
    return (large->count < BATCH && large->bytes < SETS_BYTES) ||
           journal_sets(large, err);
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
take_whole(struct large *large, struct part *part, struct read_wish *wish)
{
    int32_t done;
    bool goes_on;

    part->row.id = intake_begun(&large->apart, part->from->offset);
    if (!digest(large, part->from->offset, part->from->size,
                part->row.sha256) ||
        !intake_judge(&large->apart, part, &goes_on, large->err))
        return false;
    if (!goes_on)
        return journal_whole(large, part);
    if (!begin_part(large, part, &done))
        return false;
    *wish = (struct read_wish){ done + 1, part->from->sets };
    part->any = part->from->sets > 0;
    large->walking = true;
    return true;
}

static bool
take_interchange(void *user, const struct read_interchange *told,
                 struct read_wish *wish, struct err *err)
{
    struct large *large = user;

    (void)err;
    large->walking = false;
    if (intake_is_taken(&large->apart, told->offset))
        return true;
    large->apart.arena = large->whole;
    large->apart.part = intake_add_part(&large->apart, told);
    return take_whole(large, large->apart.part, wish);
}

static bool
end_interchange(void *user, struct err *err)
{
    struct large *large = user;

    if (large->walking &&
        (!journal_sets(large, err) || !end_part(large, large->apart.part)))
        return false;
    arena_reset(large->whole);
    large->apart.arena = large->file;
    large->apart.parts = large->apart.part = NULL;
    return true;
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

/* From the beginning: what was done is found in the journal. */
static bool
start(struct large *large)
{
    drop_sets(large);
    arena_reset(large->whole);
    arena_reset(large->file);
    large->apart.arena = large->file;
    large->apart.parts = large->apart.part = NULL;
    large->apart.taken = NULL;
    return intake_find_taken(&large->apart, large->err);
}

static bool
read_all(struct large *large)
{
    struct flow *flow = large->apart.flow;
    const struct interchange *arrival = large->apart.arrival;
    const struct read_handler handler = { .user = large,
                                          .piece = give_piece,
                                          .interchange = take_interchange,
                                          .set = take_set,
                                          .interchange_end = end_interchange,
                                          .junk = intake_junk,
                                          .code = answer_code,
                                          .code_user = flow };
    struct read_job job = { .partner = arrival->partner,
                            .size = (uint64_t)arrival->size,
                            .arena = large->whole };

    do {
        if (!start(large))
            return false;
        if (translator_read(flow->translator, &job, &handler, &large->apart.sum,
                            large->err))
            return true;
    } while (translate_again(flow, &job, arrival->name, large->err));
    return false;
}

bool
large_take(struct flow *flow, struct interchange *arrival, struct err *err)
{
    struct large large = { .apart = { .flow = flow, .arrival = arrival },
                           .whole = arena_new(),
                           .file = arena_new(),
                           .batch = arena_new(),
                           .err = err };

    bool good = check_hash(&large) && read_all(&large);
    if (good && large.apart.sum.interchanges == 0)
        intake_hold_unreadable(&large.apart);
    good = good && end_arrival(&large);
    drop_sets(&large);
    arena_free(&large.whole);
    arena_free(&large.file);
    arena_free(&large.batch);
    return good;
}
