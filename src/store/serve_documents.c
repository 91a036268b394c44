/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, done by the keeper for others. */
#include "base/arena.h"
#include "store/serve.h"

bool
serve_add(struct journal *journal, struct call *call, struct arena *arena,
          struct err *err)
{
    struct document document;
    bool known = false;

    (void)arena;
    take_document(call, &document);
    if (!sound(call, err) || !journal_add(journal, &document, &known, err))
        return false;
    answer(call);
    put_raw(call, &document, sizeof document);
    put_number(call, known);
    return true;
}

bool
serve_document(struct journal *journal, struct call *call, struct arena *arena,
               struct err *err)
{
    int64_t id;
    struct document out = { 0 };
    bool found = false;

    (void)arena;
    id = take_number(call);
    if (!sound(call, err) || !journal_document(journal, id, &out, &found, err))
        return false;
    answer(call);
    put_raw(call, &out, sizeof out);
    put_number(call, found);
    return true;
}

bool
serve_advance(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    struct document document;
    int64_t from;
    const char *what;
    const char *detail;

    (void)arena;
    take_document(call, &document);
    from = take_number(call);
    call->bad = call->bad || from < 0 || from >= DOC_STATES;
    what = needed_text(call);
    detail = needed_text(call);
    if (!sound(call, err) ||
        !journal_advance(journal, &document, (enum doc_state)from, what, detail,
                         err))
        return false;
    answer(call);
    put_raw(call, &document, sizeof document);
    return true;
}

bool
serve_note(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    int64_t document;
    const char *what;
    const char *detail;

    (void)arena;
    document = take_number(call);
    what = needed_text(call);
    detail = needed_text(call);
    if (!sound(call, err) ||
        !journal_note(journal, document, what, detail, err))
        return false;
    answer(call);
    return true;
}

bool
serve_yield(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    struct document document;

    (void)arena;
    take_document(call, &document);
    if (!sound(call, err) || !journal_yield(journal, &document, err))
        return false;
    answer(call);
    return true;
}

bool
serve_renew(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    (void)arena;
    int64_t token = take_number(call), seconds = take_number(call);
    if (!sound(call, err) || !journal_renew(journal, token, (int)seconds, err))
        return false;
    answer(call);
    return true;
}

bool
serve_end_leases(struct journal *journal, struct call *call,
                 struct arena *arena, struct err *err)
{

    (void)arena;
    if (!sound(call, err) || !journal_end_leases(journal, err))
        return false;
    answer(call);
    return true;
}

bool
serve_list(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    struct doc_filter wanted;
    struct document *out;
    size_t count = 0;

    take_filter(call, &wanted);
    if (!sound(call, err) ||
        !journal_list(journal, &wanted, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
serve_put(struct journal *journal, struct call *call, struct arena *arena,
          struct err *err)
{
    int64_t document;
    const char *role;
    const void *bytes;
    size_t size;

    (void)arena;
    document = take_number(call);
    role = needed_text(call);
    bytes = take_bytes(call, &size);
    if (!sound(call, err) ||
        !journal_put(journal, document, role, bytes, size, err))
        return false;
    answer(call);
    return true;
}

bool
serve_get(struct journal *journal, struct call *call, struct arena *arena,
          struct err *err)
{
    int64_t document;
    const char *role;
    CLEANUP(buf_free) struct buf out = { 0 };
    bool found = false;

    (void)arena;
    document = take_number(call);
    role = needed_text(call);
    if (!sound(call, err) ||
        !journal_get(journal, document, role, &out, &found, err))
        return false;
    answer(call);
    put_bytes(call, out.text, out.size);
    put_number(call, found);
    return true;
}

bool
serve_events(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    int64_t document;
    struct event *out;
    size_t count = 0;

    document = take_number(call);
    if (!sound(call, err) ||
        !journal_events(journal, document, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
serve_next_due(struct journal *journal, struct call *call, struct arena *arena,
               struct err *err)
{
    int64_t direction = take_number(call);
    moment due;

    (void)arena;
    call->bad = call->bad || direction < 0 || direction > DIRECTION_ANY;
    if (!sound(call, err) ||
        !journal_next_due(journal, (enum direction)direction, &due, err))
        return false;
    answer(call);
    put_number(call, due);
    return true;
}
