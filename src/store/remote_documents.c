/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, asked of the keeper: see store/journal.h for what each does. */
#include "base/text.h"
#include "store/remote.h"

bool
remote_add(struct journal *journal, struct document *document, bool *known,
           struct err *err)
{
    struct call *call = ask(journal, OP_ADD);

    put_raw(call, document, sizeof *document);
    if (!answered(journal, err))
        return false;
    take_raw(call, document, sizeof *document);
    *known = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_document(struct journal *journal, int64_t id, struct document *out,
                bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_DOCUMENT);

    put_number(call, id);
    if (!answered(journal, err))
        return false;
    take_raw(call, out, sizeof *out);
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_advance(struct journal *journal, struct document *document,
               enum doc_state from, const char *what, const char *detail,
               struct err *err)
{
    struct call *call = ask(journal, OP_ADVANCE);

    put_raw(call, document, sizeof *document);
    put_number(call, from);
    put_text(call, what);
    put_text(call, detail);
    if (!answered(journal, err))
        return false;
    take_raw(call, document, sizeof *document);
    return whole(journal, err);
}

bool
remote_note(struct journal *journal, int64_t document, const char *what,
            const char *detail, struct err *err)
{
    struct call *call = ask(journal, OP_NOTE);

    put_number(call, document);
    put_text(call, what);
    put_text(call, detail);
    return answered(journal, err);
}

bool
remote_yield(struct journal *journal, const struct document *document,
             struct err *err)
{
    struct call *call = ask(journal, OP_YIELD);

    put_raw(call, document, sizeof *document);
    return answered(journal, err);
}

bool
remote_renew(struct journal *journal, int64_t token, int seconds,
             struct err *err)
{
    struct call *call = ask(journal, OP_RENEW);

    put_number(call, token);
    put_number(call, seconds);
    return answered(journal, err);
}

bool
remote_end_leases(struct journal *journal, struct err *err)
{
    ask(journal, OP_END_LEASES);
    return answered(journal, err);
}

bool
remote_list(struct journal *journal, const struct doc_filter *wanted,
            struct arena *arena, struct document **out, size_t *count,
            struct err *err)
{
    struct call *call = ask(journal, OP_LIST);

    put_filter(call, wanted);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
remote_put(struct journal *journal, int64_t document, const char *role,
           const void *bytes, size_t size, struct err *err)
{
    struct call *call = ask(journal, OP_PUT);

    put_number(call, document);
    put_text(call, role);
    put_bytes(call, bytes, size);
    return answered(journal, err);
}

bool
remote_get(struct journal *journal, int64_t document, const char *role,
           struct buf *out, bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_GET);

    put_number(call, document);
    put_text(call, role);
    if (!answered(journal, err))
        return false;
    take_into(call, out);
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_events(struct journal *journal, int64_t document, struct arena *arena,
              struct event **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_EVENTS);

    put_number(call, document);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
remote_next_due(struct journal *journal, enum direction direction, moment *due,
                struct err *err)
{
    struct call *call = ask(journal, OP_NEXT_DUE);

    put_number(call, (int64_t)direction);
    if (!answered(journal, err))
        return false;
    *due = take_number(call);
    return whole(journal, err);
}
