/* SPDX-License-Identifier: Apache-2.0 */
/* Effects, numbers, cursors, codes, expectations, done by the keeper for
 * others. */
#include "base/arena.h"
#include "store/serve.h"

bool
serve_intend(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    struct effect effect;

    (void)arena;
    take_effect(call, &effect);
    if (!sound(call, err) || !journal_intend(journal, &effect, err))
        return false;
    answer(call);
    put_raw(call, &effect, sizeof effect);
    return true;
}

bool
serve_attempt(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    struct effect effect;

    (void)arena;
    take_effect(call, &effect);
    if (!sound(call, err) || !journal_attempt(journal, &effect, err))
        return false;
    answer(call);
    put_raw(call, &effect, sizeof effect);
    return true;
}

bool
serve_settle(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    struct effect effect;

    (void)arena;
    take_effect(call, &effect);
    if (!sound(call, err) || !journal_settle(journal, &effect, err))
        return false;
    answer(call);
    put_raw(call, &effect, sizeof effect);
    return true;
}

bool
serve_effects(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    int64_t document;
    struct effect *out;
    size_t count = 0;

    document = take_number(call);
    if (!sound(call, err) ||
        !journal_effects(journal, document, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
serve_number(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    const char *series;
    long floor;
    long number = 0;

    (void)arena;
    series = needed_text(call);
    floor = take_number(call);
    if (!sound(call, err) ||
        !journal_number(journal, series, floor, &number, err))
        return false;
    answer(call);
    put_number(call, number);
    return true;
}

bool
serve_void(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    const char *series;
    long number;
    const char *reason;

    (void)arena;
    series = needed_text(call);
    number = take_number(call);
    reason = needed_text(call);
    if (!sound(call, err) ||
        !journal_void(journal, series, number, reason, err))
        return false;
    answer(call);
    return true;
}

bool
serve_cursor(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    const char *name;
    char out[512];

    (void)arena;
    name = needed_text(call);
    if (!sound(call, err) || !journal_cursor(journal, name, out, err))
        return false;
    answer(call);
    put_text(call, out);
    return true;
}

bool
serve_cursor_set(struct journal *journal, struct call *call,
                 struct arena *arena, struct err *err)
{
    const char *name;
    const char *text;

    (void)arena;
    name = needed_text(call);
    text = needed_text(call);
    if (!sound(call, err) || !journal_cursor_set(journal, name, text, err))
        return false;
    answer(call);
    return true;
}

bool
serve_seen(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    const char *set;
    const char *item;
    bool seen = false;

    (void)arena;
    set = needed_text(call);
    item = needed_text(call);
    if (!sound(call, err) || !journal_seen(journal, set, item, &seen, err))
        return false;
    answer(call);
    put_number(call, seen);
    return true;
}

bool
serve_seen_add(struct journal *journal, struct call *call, struct arena *arena,
               struct err *err)
{
    const char *set;
    const char *item;

    (void)arena;
    set = needed_text(call);
    item = needed_text(call);
    if (!sound(call, err) || !journal_seen_add(journal, set, item, err))
        return false;
    answer(call);
    return true;
}

bool
serve_code(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    const char *table;
    const char *partner;
    const char *from;
    const char *to;
    const char *value;
    char out[128];
    bool found = false;

    (void)arena;
    table = needed_text(call);
    partner = needed_text(call);
    from = needed_text(call);
    to = needed_text(call);
    value = needed_text(call);
    if (!sound(call, err) || !journal_code(journal, table, partner, from, to,
                                           value, out, &found, err))
        return false;
    answer(call);
    put_text(call, out);
    put_number(call, found);
    return true;
}

bool
serve_code_set(struct journal *journal, struct call *call, struct arena *arena,
               struct err *err)
{
    const char *table;
    const char *partner;
    const char *from;
    const char *to;
    const char *value;
    const char *other;

    (void)arena;
    table = needed_text(call);
    partner = needed_text(call);
    from = needed_text(call);
    to = needed_text(call);
    value = needed_text(call);
    other = needed_text(call);
    if (!sound(call, err) ||
        !journal_code_set(journal, table, partner, from, to, value, other, err))
        return false;
    answer(call);
    return true;
}

bool
serve_release_waiting(struct journal *journal, struct call *call,
                      struct arena *arena, struct err *err)
{
    const char *waits_for;
    size_t count = 0;

    (void)arena;
    waits_for = needed_text(call);
    if (!sound(call, err) ||
        !journal_release_waiting(journal, waits_for, &count, err))
        return false;
    answer(call);
    put_number(call, (int64_t)count);
    return true;
}

bool
serve_expect(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    struct expectation it;

    (void)arena;
    take_expectation(call, &it);
    if (!sound(call, err) || !journal_expect(journal, &it, err))
        return false;
    answer(call);
    return true;
}

bool
serve_met(struct journal *journal, struct call *call, struct arena *arena,
          struct err *err)
{
    int64_t document;
    const char *what;

    (void)arena;
    document = take_number(call);
    what = needed_text(call);
    if (!sound(call, err) || !journal_met(journal, document, what, err))
        return false;
    answer(call);
    return true;
}

bool
serve_overdue(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    int64_t until;
    struct expectation *out;
    size_t count = 0;

    until = take_number(call);
    if (!sound(call, err) ||
        !journal_overdue(journal, until, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
serve_open_effects(struct journal *journal, struct call *call,
                   struct arena *arena, struct err *err)
{
    const char *kind = needed_text(call);
    int64_t most = take_number(call);
    struct effect *out;
    size_t count = 0;

    call->bad = call->bad || most < 0 || most > 10000;
    if (!sound(call, err) || !journal_open_effects(journal, kind, (size_t)most,
                                                   arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}
