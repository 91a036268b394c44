/* SPDX-License-Identifier: Apache-2.0 */
/* Every word is held to what a translator that is well may say. */
#include "translate/asker_private.h"

#include "base/text.h"
#include "translate/read_private.h"

static bool
is_within(const struct read_job *job, uint64_t offset, uint64_t size)
{
    return offset <= job->size && size <= job->size - offset;
}

static enum attended
give_piece(struct attending *at, struct call *call, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    uint64_t offset = (uint64_t)take_number(call);
    uint64_t size = (uint64_t)take_number(call);

    if (call->bad || at->job == NULL || at->job->bytes != NULL ||
        size > PIECE || !is_within(at->job, offset, size))
        return ATTENDED_NONSENSE;
    if (!at->handler->piece(at->handler->user, offset, (size_t)size, &bytes,
                            err))
        return ATTENDED_FAILED;
    call_open(call, WORD_PIECE);
    put_bytes(call, bytes.text, bytes.size);
    return ATTENDED_ANSWER;
}

static enum attended
take_whole(struct attending *at, struct call *call, struct err *err)
{
    struct read_interchange *told;
    struct read_wish wish = { 1, 0 };

    if (at->job == NULL || at->inside)
        return ATTENDED_NONSENSE;
    told = arena_alloc(at->job->arena, sizeof *told);
    take_interchange_told(call, at->job->arena, told);
    if (call->bad || told->offset < at->end || told->size == 0 ||
        !is_within(at->job, told->offset, told->size) ||
        (uint64_t)told->sets > told->size)
        return ATTENDED_NONSENSE;
    at->interchange = told->offset;
    at->end = told->offset + told->size;
    if (!at->handler->interchange(at->handler->user, told, &wish, err))
        return ATTENDED_FAILED;
    at->inside = true;
    at->last = wish.last < told->sets ? wish.last : told->sets;
    at->next = wish.first <= at->last ? wish.first : 0;
    call_open(call, WORD_INTERCHANGE);
    put_raw(call, &wish, sizeof wish);
    return ATTENDED_ANSWER;
}

static enum attended
take_set(struct attending *at, struct call *call, struct err *err)
{
    struct read_set set;

    if (at->job == NULL || at->next == 0)
        return ATTENDED_NONSENSE;
    take_read_set(call, at->arena, &set);
    bool fits = !call->bad && set.ordinal == at->next &&
                (!set.whole ||
                 (set.offset >= at->interchange && set.offset <= at->end &&
                  set.size <= at->end - set.offset));
    bool good = fits && at->handler->set(at->handler->user, &set, err);
    record_free(&set.record);
    arena_reset(at->arena);
    at->sets++;
    at->next = at->next < at->last ? at->next + 1 : 0;
    if (!fits)
        return ATTENDED_NONSENSE;
    return good ? ATTENDED : ATTENDED_FAILED;
}

static enum attended
end_whole(struct attending *at, struct err *err)
{
    if (!at->inside || at->next != 0)
        return ATTENDED_NONSENSE;
    at->inside = false;
    return at->handler->interchange_end == NULL ||
                   at->handler->interchange_end(at->handler->user, err)
               ? ATTENDED
               : ATTENDED_FAILED;
}

static enum attended
take_junk(struct attending *at, struct call *call, struct err *err)
{
    uint64_t offset = (uint64_t)take_number(call);
    uint64_t size = (uint64_t)take_number(call);

    if (call->bad || at->job == NULL || at->inside ||
        !is_within(at->job, offset, size))
        return ATTENDED_NONSENSE;
    return at->handler->junk(at->handler->user, offset, size, err)
               ? ATTENDED
               : ATTENDED_FAILED;
}

static enum attended
give_code(const struct attending *at, struct call *call)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *partner = take_text(call);
    const char *words[3];
    const char *out = NULL, *guess = NULL;

    for (int i = 0; i < 3; i++)
        words[i] = take_text(call);
    const char *value = take_text(call);
    if (call->bad || partner == NULL || value == NULL || words[0] == NULL ||
        words[1] == NULL || words[2] == NULL)
        return ATTENDED_NONSENSE;
    bool found = at->handler->code(at->handler->code_user, partner, words,
                                   value, arena, &out, &guess);
    call_open(call, WORD_CODE);
    put_number(call, found);
    put_text(call, found ? out : NULL);
    put_text(call, found ? NULL : guess);
    return ATTENDED_ANSWER;
}

static enum attended
take_sum(struct attending *at, struct call *call)
{
    if (at->sum == NULL || at->inside ||
        !take_raw(call, at->sum, sizeof *at->sum) || at->sum->interchanges < 0)
        return ATTENDED_NONSENSE;
    at->sum->why[sizeof at->sum->why - 1] = '\0';
    at->complete = true;
    return ATTENDED;
}

static enum attended
take_what_was_made(struct attending *at, struct call *call)
{
    if (at->made == NULL)
        return ATTENDED_NONSENSE;
    take_made(call, at->arena, at->made);
    at->complete = true;
    return call->bad ? ATTENDED_NONSENSE : ATTENDED;
}

static enum attended
take_failure(struct call *call, struct err *err)
{
    struct err failed;

    take_err(call, &failed);
    if (call->bad || failed.kind == ERR_NONE)
        return ATTENDED_NONSENSE;
    if (err->kind == ERR_NONE)
        *err = failed;
    return ATTENDED_FAILED;
}

enum attended
attend_one(struct attending *at, struct call *call, enum word word,
           struct err *err)
{
    switch (word) {
    case WORD_PIECE:
        return give_piece(at, call, err);
    case WORD_INTERCHANGE:
        return take_whole(at, call, err);
    case WORD_CODE:
        return give_code(at, call);
    case WORD_SET:
        return take_set(at, call, err);
    case WORD_INTERCHANGE_END:
        return end_whole(at, err);
    case WORD_JUNK:
        return take_junk(at, call, err);
    case WORD_SUM:
        return take_sum(at, call);
    case WORD_MADE:
        return take_what_was_made(at, call);
    case WORD_FAILED:
        return take_failure(call, err);
    case WORD_READ:
    case WORD_MAKE:
    case WORD_END:
    case WORDS:
        break;
    }
    return ATTENDED_NONSENSE;
}
