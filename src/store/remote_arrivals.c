/* SPDX-License-Identifier: Apache-2.0 */
/* Interchanges, asked of the keeper: see store/journal.h for what each does. */
#include "base/text.h"
#include "store/remote.h"

bool
remote_accept(struct journal *journal, const struct arrival *arrival,
              int64_t *id, bool *known, struct err *err)
{
    struct call *call = ask(journal, OP_ACCEPT);

    put_text(call, arrival->partner);
    put_text(call, arrival->channel);
    put_text(call, arrival->name);
    put_bytes(call, arrival->bytes, arrival->size);
    put_text(call, arrival->path);
    if (!answered(journal, err))
        return false;
    *id = take_number(call);
    *known = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_next_arrival(struct journal *journal, int64_t after,
                    struct interchange *out, bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_NEXT_ARRIVAL);

    put_number(call, after);
    if (!answered(journal, err))
        return false;
    take_raw(call, out, sizeof *out);
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_add_interchange(struct journal *journal, struct interchange *it,
                       struct err *err)
{
    struct call *call = ask(journal, OP_ADD_INTERCHANGE);

    put_raw(call, it, sizeof *it);
    if (!answered(journal, err))
        return false;
    take_raw(call, it, sizeof *it);
    return whole(journal, err);
}

bool
remote_set_interchange(struct journal *journal, const struct interchange *it,
                       struct err *err)
{
    struct call *call = ask(journal, OP_SET_INTERCHANGE);

    put_raw(call, it, sizeof *it);
    return answered(journal, err);
}

bool
remote_keep(struct journal *journal, struct interchange *it, const void *bytes,
            size_t size, struct err *err)
{
    struct call *call = ask(journal, OP_KEEP);

    put_raw(call, it, sizeof *it);
    put_bytes(call, bytes, size);
    if (!answered(journal, err))
        return false;
    take_raw(call, it, sizeof *it);
    return whole(journal, err);
}

bool
remote_interchange(struct journal *journal, int64_t id, struct interchange *out,
                   bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_INTERCHANGE);

    put_number(call, id);
    if (!answered(journal, err))
        return false;
    take_raw(call, out, sizeof *out);
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_known(struct journal *journal, const struct interchange *it,
             enum known *known, int64_t *first_id, struct err *err)
{
    struct call *call = ask(journal, OP_KNOWN);

    put_raw(call, it, sizeof *it);
    if (!answered(journal, err))
        return false;
    *known = (enum known)take_number(call);
    *first_id = take_number(call);
    return whole(journal, err);
}

bool
remote_bytes(struct journal *journal, int64_t interchange, struct buf *out,
             struct err *err)
{
    struct call *call = ask(journal, OP_BYTES);

    put_number(call, interchange);
    if (!answered(journal, err))
        return false;
    take_into(call, out);
    return whole(journal, err);
}

bool
remote_read(struct journal *journal, int64_t interchange, int64_t offset,
            size_t size, struct buf *out, struct err *err)
{
    struct call *call = ask(journal, OP_PIECE);

    put_number(call, interchange);
    put_number(call, offset);
    put_number(call, (int64_t)size);
    if (!answered(journal, err))
        return false;
    take_into(call, out);
    return whole(journal, err);
}
