/* SPDX-License-Identifier: Apache-2.0 */
/* Interchanges, done by the keeper for others. */
#include "base/arena.h"
#include "store/serve.h"

bool
serve_accept(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    struct arrival arrival = { 0 };
    int64_t id = 0;
    bool known = false;

    (void)arena;
    arrival.partner = take_text(call);
    arrival.channel = take_text(call);
    arrival.name = take_text(call);
    arrival.bytes = take_bytes(call, &arrival.size);
    arrival.path = take_text(call);
    if (!sound(call, err) ||
        !journal_accept(journal, &arrival, &id, &known, err))
        return false;
    answer(call);
    put_number(call, id);
    put_number(call, known);
    return true;
}

bool
serve_next_arrival(struct journal *journal, struct call *call,
                   struct arena *arena, struct err *err)
{
    struct interchange out = { 0 };
    int64_t after;
    bool found = false;

    (void)arena;
    after = take_number(call);
    if (!sound(call, err) ||
        !journal_next_arrival(journal, after, &out, &found, err))
        return false;
    answer(call);
    put_raw(call, &out, sizeof out);
    put_number(call, found);
    return true;
}

bool
serve_add_interchange(struct journal *journal, struct call *call,
                      struct arena *arena, struct err *err)
{
    struct interchange it;

    (void)arena;
    take_interchange(call, &it);
    if (!sound(call, err) || !journal_add_interchange(journal, &it, err))
        return false;
    answer(call);
    put_raw(call, &it, sizeof it);
    return true;
}

bool
serve_set_interchange(struct journal *journal, struct call *call,
                      struct arena *arena, struct err *err)
{
    struct interchange it;

    (void)arena;
    take_interchange(call, &it);
    if (!sound(call, err) || !journal_set_interchange(journal, &it, err))
        return false;
    answer(call);
    return true;
}

bool
serve_keep(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    struct interchange it;
    const void *bytes;
    size_t size;

    (void)arena;
    take_interchange(call, &it);
    bytes = take_bytes(call, &size);
    if (!sound(call, err) || !journal_keep(journal, &it, bytes, size, err))
        return false;
    answer(call);
    put_raw(call, &it, sizeof it);
    return true;
}

bool
serve_interchange(struct journal *journal, struct call *call,
                  struct arena *arena, struct err *err)
{
    int64_t id;
    struct interchange out = { 0 };
    bool found = false;

    (void)arena;
    id = take_number(call);
    if (!sound(call, err) ||
        !journal_interchange(journal, id, &out, &found, err))
        return false;
    answer(call);
    put_raw(call, &out, sizeof out);
    put_number(call, found);
    return true;
}

bool
serve_known(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    struct interchange it;
    enum known known;
    int64_t first_id = 0;

    (void)arena;
    take_interchange(call, &it);
    if (!sound(call, err) ||
        !journal_known(journal, &it, &known, &first_id, err))
        return false;
    answer(call);
    put_number(call, known);
    put_number(call, first_id);
    return true;
}

bool
serve_bytes(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    int64_t interchange;
    CLEANUP(buf_free) struct buf out = { 0 };

    (void)arena;
    interchange = take_number(call);
    if (!sound(call, err) || !journal_bytes(journal, interchange, &out, err))
        return false;
    answer(call);
    put_bytes(call, out.text, out.size);
    return true;
}

bool
serve_piece(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    CLEANUP(buf_free) struct buf out = { 0 };
    int64_t interchange = take_number(call), offset = take_number(call);
    int64_t size = take_number(call);

    (void)arena;
    if (!sound(call, err) ||
        !journal_read(journal, interchange, offset, (size_t)size, &out, err))
        return false;
    answer(call);
    put_bytes(call, out.text, out.size);
    return true;
}
