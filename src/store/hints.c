/* SPDX-License-Identifier: Apache-2.0 */
#include "store/hint.h"

#include "base/text.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/remote.h"
#include "store/serve.h"

static bool
hint(struct journal *journal, const struct hint *it, bool *known,
     struct err *err)
{
    char set[64], cursor[96], detail[320], number[24];

    text_format(set, sizeof set, "hook:%s", it->hook);
    if (!journal_seen(journal, set, it->delivery, known, err))
        return false;
    if (*known)
        return true;
    text_format(detail, sizeof detail, "%s by %s from %s: %.100s", it->system,
                it->hook, it->source, it->delivery);
    if (!has_room(journal, 0, err) ||
        !journal_seen_add(journal, set, it->delivery, err) ||
        !event_add(journal, 0, "", "hint", detail, err))
        return false;
    journal->touched |= WATCH_POST;
    text_format(cursor, sizeof cursor, "hint:%.80s", it->system);
    text_format(number, sizeof number, "%lld", (long long)journal->head_id);
    return journal_cursor_set(journal, cursor, number, err);
}

static bool
remote_hint(struct journal *journal, const struct hint *it, bool *known,
            struct err *err)
{
    struct call *call = ask(journal, OP_HINT);

    put_text(call, it->system);
    put_text(call, it->hook);
    put_text(call, it->delivery);
    put_text(call, it->source);
    if (!answered(journal, err))
        return false;
    *known = take_number(call) != 0;
    return whole(journal, err);
}

bool
serve_hint(struct journal *journal, struct call *call, struct arena *arena,
           struct err *err)
{
    struct hint it = { 0 };
    bool known = false;

    (void)arena;
    it.system = needed_text(call);
    it.hook = needed_text(call);
    it.delivery = needed_text(call);
    it.source = needed_text(call);
    if (!sound(call, err) || !journal_hint(journal, &it, &known, err))
        return false;
    answer(call);
    put_number(call, known);
    return true;
}

bool
journal_hint(struct journal *journal, const struct hint *it, bool *known,
             struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_hint(journal, it, known, err);
    return write_open(journal, &write, err) &&
           write_close(&write, hint(journal, it, known, err), err);
}
