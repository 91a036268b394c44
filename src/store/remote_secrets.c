/* SPDX-License-Identifier: Apache-2.0 */
/* Sealed secrets, asked of the keeper and done by it for others: see
 * store/sealed.h for what each does. */
#include "base/arena.h"
#include "store/remote.h"
#include "store/serve.h"

#define END(text) (text)[sizeof(text) - 1] = '\0'

static void
take_sealed(struct call *call, struct sealed *it)
{
    take_raw(call, it, sizeof *it);
    END(it->name);
    END(it->environment);
    END(it->key);
    END(it->actor);
}

bool
remote_secret(struct journal *journal, const char *name,
              const char *environment, struct sealed *out, struct buf *bytes,
              bool *found, struct err *err)
{
    struct call *call = ask(journal, OP_SECRET);

    put_text(call, name);
    put_text(call, environment);
    if (!answered(journal, err))
        return false;
    take_sealed(call, out);
    *found = take_number(call) != 0;
    take_into(call, bytes);
    return whole(journal, err);
}

bool
serve_secret(struct journal *journal, struct call *call, struct arena *arena,
             struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const char *name = needed_text(call), *environment = needed_text(call);
    struct sealed it;
    bool found;

    (void)arena;
    if (!sound(call, err) ||
        !journal_secret(journal, name, environment, &it, &bytes, &found, err))
        return false;
    answer(call);
    put_raw(call, &it, sizeof it);
    put_number(call, found);
    put_bytes(call, buf_text(&bytes), bytes.size);
    return true;
}

bool
remote_secret_put(struct journal *journal, struct sealed *it, const void *bytes,
                  size_t size, const char *what, struct err *err)
{
    struct call *call = ask(journal, OP_SECRET_PUT);

    put_raw(call, it, sizeof *it);
    put_bytes(call, bytes, size);
    put_text(call, what);
    if (!answered(journal, err))
        return false;
    take_sealed(call, it);
    return whole(journal, err);
}

bool
serve_secret_put(struct journal *journal, struct call *call,
                 struct arena *arena, struct err *err)
{
    struct sealed it;
    size_t size;

    (void)arena;
    take_sealed(call, &it);
    const void *bytes = take_bytes(call, &size);
    const char *what = needed_text(call);
    if (!sound(call, err) ||
        !journal_secret_put(journal, &it, bytes, size, what, err))
        return false;
    answer(call);
    put_raw(call, &it, sizeof it);
    return true;
}

bool
remote_secrets(struct journal *journal, struct arena *arena,
               struct sealed **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_SECRETS);

    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
serve_secrets(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    struct sealed *list;
    size_t count;

    if (!sound(call, err) ||
        !journal_secrets(journal, arena, &list, &count, err))
        return false;
    answer(call);
    put_rows(call, list, sizeof *list, count);
    return true;
}
