/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents, asked of the keeper, and done by it. */
#include "base/arena.h"
#include "store/incident_private.h"
#include "store/remote.h"
#include "store/serve.h"

enum { CHANNELS_MOST = 20 };

/* Every text of a row that came from another process ends. */
static void
end_texts(struct incident *it)
{
    it->fingerprint[sizeof it->fingerprint - 1] = '\0';
    it->class[sizeof it->class - 1] = '\0';
    it->partner[sizeof it->partner - 1] = '\0';
    it->subject[sizeof it->subject - 1] = '\0';
    it->text[sizeof it->text - 1] = '\0';
}

bool
remote_incident_begin(struct journal *journal, struct incident *it,
                      const char *const *channels, size_t count, moment due,
                      bool *known, struct err *err)
{
    struct call *call = ask(journal, OP_INCIDENT_BEGIN);

    put_raw(call, it, sizeof *it);
    put_number(call, due);
    put_number(call, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        put_text(call, channels[i]);
    if (!answered(journal, err))
        return false;
    take_raw(call, it, sizeof *it);
    *known = take_number(call) != 0;
    return whole(journal, err);
}

bool
serve_incident_begin(struct journal *journal, struct call *call,
                     struct arena *arena, struct err *err)
{
    const char *channels[CHANNELS_MOST];
    struct incident it = { 0 };
    bool known = false;

    (void)arena;
    take_raw(call, &it, sizeof it);
    end_texts(&it);
    moment due = take_number(call);
    int64_t count = take_number(call);
    call->bad = call->bad || count < 0 || count > CHANNELS_MOST;
    for (int64_t i = 0; !call->bad && i < count; i++)
        channels[i] = needed_text(call);
    if (!sound(call, err) ||
        !journal_incident_begin(journal, &it, channels, (size_t)count, due,
                                &known, err))
        return false;
    answer(call);
    put_raw(call, &it, sizeof it);
    put_number(call, known);
    return true;
}

bool
remote_incident_end(struct journal *journal, int64_t id, moment due,
                    bool *ended, struct err *err)
{
    struct call *call = ask(journal, OP_INCIDENT_END);

    put_number(call, id);
    put_number(call, due);
    if (!answered(journal, err))
        return false;
    *ended = take_number(call) != 0;
    return whole(journal, err);
}

bool
serve_incident_end(struct journal *journal, struct call *call,
                   struct arena *arena, struct err *err)
{
    bool ended = false;

    (void)arena;
    int64_t id = take_number(call);
    moment due = take_number(call);
    if (!sound(call, err) ||
        !journal_incident_end(journal, id, due, &ended, err))
        return false;
    answer(call);
    put_number(call, ended);
    return true;
}

bool
remote_incident_ack(struct journal *journal, int64_t id, bool *found,
                    struct err *err)
{
    struct call *call = ask(journal, OP_INCIDENT_ACK);

    put_number(call, id);
    if (!answered(journal, err))
        return false;
    *found = take_number(call) != 0;
    return whole(journal, err);
}

bool
serve_incident_ack(struct journal *journal, struct call *call,
                   struct arena *arena, struct err *err)
{
    bool found = false;

    (void)arena;
    int64_t id = take_number(call);
    if (!sound(call, err) || !journal_incident_ack(journal, id, &found, err))
        return false;
    answer(call);
    put_number(call, found);
    return true;
}

bool
remote_incidents(struct journal *journal, struct arena *arena,
                 struct incident **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_INCIDENTS);

    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
serve_incidents(struct journal *journal, struct call *call, struct arena *arena,
                struct err *err)
{
    struct incident *out;
    size_t count;

    if (!sound(call, err) ||
        !journal_incidents(journal, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
remote_notices(struct journal *journal, moment due, struct arena *arena,
               struct notice **out, size_t *count, struct err *err)
{
    struct call *call = ask(journal, OP_NOTICES);

    put_number(call, due);
    if (!answered(journal, err))
        return false;
    *out = take_rows(call, arena, sizeof **out, count);
    return whole(journal, err);
}

bool
serve_notices(struct journal *journal, struct call *call, struct arena *arena,
              struct err *err)
{
    struct notice *out;
    size_t count;

    moment due = take_number(call);
    if (!sound(call, err) ||
        !journal_notices(journal, due, arena, &out, &count, err))
        return false;
    answer(call);
    put_rows(call, out, sizeof *out, count);
    return true;
}

bool
remote_notice_move(struct journal *journal, int64_t id, const char *from,
                   const char *to, moment due, const char *detail, bool *moved,
                   struct err *err)
{
    struct call *call = ask(journal, OP_NOTICE_MOVE);

    put_number(call, id);
    put_text(call, from);
    put_text(call, to);
    put_number(call, due);
    put_text(call, detail);
    if (!answered(journal, err))
        return false;
    *moved = take_number(call) != 0;
    return whole(journal, err);
}

bool
serve_notice_move(struct journal *journal, struct call *call,
                  struct arena *arena, struct err *err)
{
    bool moved = false;

    (void)arena;
    int64_t id = take_number(call);
    const char *from = needed_text(call), *to = needed_text(call);
    moment due = take_number(call);
    const char *detail = needed_text(call);
    if (!sound(call, err) ||
        !journal_notice_move(journal, id, from, to, due, detail, &moved, err))
        return false;
    answer(call);
    put_number(call, moved);
    return true;
}
