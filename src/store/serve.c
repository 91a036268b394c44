/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that are not plain stubs. */
#include "store/serve.h"

#include "base/arena.h"
#include "store/journal_private.h"

enum { CLAIM_MAX = 10000 };

bool
sound(const struct call *call, struct err *err)
{
    return !call->bad || err_set(err, TP4041, "a call that is cut or wrong");
}

void
answer(struct call *call)
{
    call_open(call, 1);
}

const char *
needed_text(struct call *call)
{
    const char *text = take_text(call);

    if (text != NULL)
        return text;
    call->bad = true;
    return "";
}

bool
serve_claim(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    struct doc_filter wanted;
    size_t count = 0;

    take_filter(call, &wanted);
    int64_t seconds = take_number(call), max = take_number(call);
    call->bad = call->bad || max < 0 || max > CLAIM_MAX || seconds < 0 ||
                seconds > 86400 || wanted.states == 0 ||
                (wanted.states & (1U << DOC_DONE)) != 0;
    if (!sound(call, err))
        return false;
    struct document *out = arena_alloc(arena, (size_t)max * sizeof *out + 1);
    if (!journal_claim(journal, &wanted, (int)seconds, out, (size_t)max, &count,
                       err))
        return false;
    journal->claimed = count > 0 ? out[0].lease : 0;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
serve_waits(struct journal *journal, struct call *call, struct arena *arena,
            struct err *err)
{
    const char *const *texts;
    size_t count;

    if (!journal_waits(journal, arena, &texts, &count, err))
        return false;
    answer(call);
    put_number(call, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        put_text(call, texts[i]);
    return true;
}
