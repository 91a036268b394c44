/* SPDX-License-Identifier: Apache-2.0 */
/* Retention, asked of the keeper and done by it for others: see
 * store/purge.h. */
#include "base/arena.h"
#include "store/purge.h"
#include "store/remote.h"
#include "store/serve.h"

bool
remote_purge(struct journal *journal, struct purge *purge, struct err *err)
{
    struct call *call = ask(journal, OP_PURGE);
    const char *kept = purge->kept;

    put_raw(call, purge, sizeof *purge);
    put_text(call, kept);
    if (!answered(journal, err))
        return false;
    take_raw(call, purge, sizeof *purge);
    purge->kept = kept;
    return whole(journal, err);
}

bool
serve_purge(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    struct purge purge;

    take_raw(call, &purge, sizeof purge);
    const char *kept = take_text(call);
    purge.kept = kept != NULL ? arena_strdup(arena, kept) : NULL;
    if (!sound(call, err) || !journal_purge(journal, &purge, err))
        return false;
    answer(call);
    put_raw(call, &purge, sizeof purge);
    return true;
}

bool
remote_sweep(struct journal *journal, struct err *err)
{
    ask(journal, OP_SWEEP);
    return answered(journal, err);
}
