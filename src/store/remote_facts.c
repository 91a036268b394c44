/* SPDX-License-Identifier: Apache-2.0 */
/* Effects, numbers, cursors, codes, expectations, asked of the keeper: see
 * store/journal.h for what each does. */
#include "base/text.h"
#include "store/remote.h"

bool
remote_intend(struct journal *journal, struct effect *effect, struct err *err)
{
    struct call *call = ask(journal, OP_INTEND);

    put_raw(call, effect, sizeof *effect);
    if (!answered(journal, err))
        return false;
    take_raw(call, effect, sizeof *effect);
    return whole(journal, err);
}

bool
remote_attempt(struct journal *journal, struct effect *effect, struct err *err)
{
    struct call *call = ask(journal, OP_ATTEMPT);

    put_raw(call, effect, sizeof *effect);
    if (!answered(journal, err))
        return false;
    take_raw(call, effect, sizeof *effect);
    return whole(journal, err);
}

bool
remote_settle(struct journal *journal, struct effect *effect, struct err *err)
{
    struct call *call = ask(journal, OP_SETTLE);

    put_raw(call, effect, sizeof *effect);
    if (!answered(journal, err))
        return false;
    take_raw(call, effect, sizeof *effect);
    return whole(journal, err);
}

bool
remote_effects(struct journal *journal, int64_t document, struct arena *arena,
               struct effect **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_EFFECTS);

    put_number(call, document);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
remote_number(struct journal *journal, const char *series, long floor,
              long *number, struct err *err)
{
    struct call *call = ask(journal, OP_NUMBER);

    put_text(call, series);
    put_number(call, floor);
    if (!answered(journal, err))
        return false;
    *number = take_number(call);
    return whole(journal, err);
}

bool
remote_void(struct journal *journal, const char *series, long number,
            const char *reason, struct err *err)
{
    struct call *call = ask(journal, OP_VOID);

    put_text(call, series);
    put_number(call, number);
    put_text(call, reason);
    return answered(journal, err);
}

bool
remote_cursor(struct journal *journal, const char *name, char out[512],
              struct err *err)
{
    struct call *call = ask(journal, OP_CURSOR);

    put_text(call, name);
    if (!answered(journal, err))
        return false;
    text_copy(out, 512, take_text(call));
    return whole(journal, err);
}

bool
remote_cursor_set(struct journal *journal, const char *name, const char *text,
                  struct err *err)
{
    struct call *call = ask(journal, OP_CURSOR_SET);

    put_text(call, name);
    put_text(call, text);
    return answered(journal, err);
}

bool
remote_seen(struct journal *journal, const char *set, const char *item,
            bool *seen, struct err *err)
{
    struct call *call = ask(journal, OP_SEEN);

    put_text(call, set);
    put_text(call, item);
    if (!answered(journal, err))
        return false;
    *seen = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_seen_add(struct journal *journal, const char *set, const char *item,
                struct err *err)
{
    struct call *call = ask(journal, OP_SEEN_ADD);

    put_text(call, set);
    put_text(call, item);
    return answered(journal, err);
}

bool
remote_code(struct journal *journal, const char *table, const char *partner,
            const char *from, const char *to, const char *value, char out[128],
            bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_CODE);

    put_text(call, table);
    put_text(call, partner);
    put_text(call, from);
    put_text(call, to);
    put_text(call, value);
    if (!answered(journal, err))
        return false;
    text_copy(out, 128, take_text(call));
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
remote_code_set(struct journal *journal, const char *table, const char *partner,
                const char *from, const char *to, const char *value,
                const char *other, struct err *err)
{
    struct call *call = ask(journal, OP_CODE_SET);

    put_text(call, table);
    put_text(call, partner);
    put_text(call, from);
    put_text(call, to);
    put_text(call, value);
    put_text(call, other);
    return answered(journal, err);
}

bool
remote_release_waiting(struct journal *journal, const char *waits_for,
                       size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_RELEASE_WAITING);

    put_text(call, waits_for);
    if (!answered(journal, err))
        return false;
    *count = (size_t)take_number(call);
    return whole(journal, err);
}

bool
remote_expect(struct journal *journal, const struct expectation *it,
              struct err *err)
{
    struct call *call = ask(journal, OP_EXPECT);

    put_raw(call, it, sizeof *it);
    return answered(journal, err);
}

bool
remote_met(struct journal *journal, int64_t document, const char *what,
           struct err *err)
{
    struct call *call = ask(journal, OP_MET);

    put_number(call, document);
    put_text(call, what);
    return answered(journal, err);
}

bool
remote_overdue(struct journal *journal, int64_t until, struct arena *arena,
               struct expectation **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_OVERDUE);

    put_number(call, until);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
remote_open_effects(struct journal *journal, const char *kind, size_t most,
                    struct arena *arena, struct effect **out, size_t *count,
                    struct err *err)
{
    struct call *call = ask(journal, OP_OPEN_EFFECTS);

    put_text(call, kind);
    put_number(call, (int64_t)most);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}
