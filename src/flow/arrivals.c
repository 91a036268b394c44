/* SPDX-License-Identifier: Apache-2.0 */
/* Arrivals are taken apart in batches: read, checked and mapped one by one,
 * outside every transaction, since systems are asked meanwhile; then all that
 * comes of them enters the journal in one commit. */
#include "flow/flow_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Of the files of one batch; taken apart they need fifteen times as much. */
enum { BATCH_BYTES = 1 << 20 };

static bool
fits(struct flow *flow, const struct interchange *arrival, struct err *err)
{
    long limit = conf_number(conf_settings(flow->conf), "limits.intake_bytes",
                             256 << 20);

    return arrival->size <= limit ||
           err_set(err, TP7046,
                   "%s has %lld bytes; limits.intake_bytes allows %ld",
                   arrival->name, (long long)arrival->size, limit);
}

static bool
take_offset(void *user, int columns, const char *const *names,
            const char *const *values, struct err *err)
{
    (void)columns, (void)names, (void)err;
    *(int64_t *)user = values[0] ? strtoll(values[0], NULL, 10) : 0;
    return true;
}

/* What of it was not taken apart: all, or what stands behind the part of a
 * large one that was. */
static bool
find_rest(struct flow *flow, const struct interchange *arrival,
          struct interchange *rest, struct err *err)
{
    char id[24];
    const char *const values[] = { id };

    text_format(id, sizeof id, "%lld", (long long)arrival->id);
    if (!journal_query(flow->journal,
                       "SELECT max(\"offset\" + size) FROM interchanges WHERE "
                       "arrival = CAST(?1 AS INTEGER) AND state <> 'replaced'",
                       values, 1, take_offset, &rest->offset, err))
        return false;
    rest->size = arrival->size - rest->offset;
    if (rest->offset == 0)
        text_copy(rest->sha256, sizeof rest->sha256, arrival->sha256);
    return true;
}

/* A file that cannot be taken apart becomes one held document. */
static bool
set_arrival_aside(struct flow *flow, struct interchange *arrival,
                  struct err *err)
{
    struct journal *journal = flow->journal;
    struct interchange row = { .arrival = arrival->id,
                               .direction = DIRECTION_IN };
    struct document document = { .direction = DIRECTION_IN,
                                 .delivered = DELIVERED_FETCHED,
                                 .valid = VALID_BAD };
    struct err failed = *err;
    bool known;

    journal_abandon(journal);
    if (!is_stuck(err))
        return false;
    err_clear(err);
    log_err(LOG_ERROR, &failed, arrival->name);
    text_copy(row.state, sizeof row.state, "junk");
    text_copy(row.partner, sizeof row.partner, arrival->partner);
    text_copy(row.channel, sizeof row.channel, arrival->channel);
    text_copy(row.name, sizeof row.name, arrival->name);
    text_copy(document.partner, sizeof document.partner, arrival->partner);
    text_copy(document.purpose, sizeof document.purpose, "original");
    bool told =
        failed.code == TP7046 || failed.code == TP7080 || failed.code == TP7081;
    trouble_hold(&document, told ? failed.code : TP7045, NULL, "%s",
                 failed.text);
    text_copy(arrival->state, sizeof arrival->state, "split");
    if (!find_rest(flow, arrival, &row, err) || !journal_begin(journal, err))
        return false;
    bool good = journal_add_interchange(journal, &row, err);
    document.interchange = row.id;
    text_format(document.key, sizeof document.key, "file/%lld",
                (long long)row.id);
    good = good && journal_add(journal, &document, &known, err) &&
           journal_set_interchange(journal, arrival, err) &&
           journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    return good;
}

struct intake {
    struct flow *flow;
    struct interchange arrivals[BATCH];
    struct apart *apart[BATCH]; /* NULL: it was set aside */
    size_t count;
};

static void
drop_all(struct intake *intake)
{
    for (size_t i = 0; i < intake->count; i++)
        apart_free(&intake->apart[i]);
    intake->count = 0;
}

/* A large one enters the journal at once. */
static bool
take_one(struct flow *flow, struct interchange *arrival, struct apart **apart,
         struct err *err)
{
    *apart = NULL;
    return fits(flow, arrival, err) &&
           (is_large(arrival->size) ? large_take(flow, arrival, err)
                                    : apart_take(flow, arrival, apart, err));
}

/* Takes apart the oldest that wait, as many as make a batch. */
static bool
gather(struct intake *intake, size_t most, struct err *err)
{
    int64_t after = 0, bytes = 0;

    while (intake->count < most && bytes < BATCH_BYTES) {
        struct interchange *arrival = &intake->arrivals[intake->count];
        struct apart **apart = &intake->apart[intake->count];
        bool found;
        if (!journal_next_arrival(intake->flow->journal, after, arrival, &found,
                                  err))
            return false;
        if (!found)
            return true;
        if (intake->count > 0 &&
            (is_large(arrival->size) || bytes + arrival->size > BATCH_BYTES))
            return true;
        if (!take_one(intake->flow, arrival, apart, err) &&
            !set_arrival_aside(intake->flow, arrival, err))
            return false;
        after = arrival->id;
        bytes += arrival->size;
        intake->count++;
    }
    return true;
}

/* From one on, until one has to be taken apart again; *done counts them. */
static bool
journal_some(struct intake *intake, size_t first, size_t end, size_t *done,
             struct err *err)
{
    struct journal *journal = intake->flow->journal;
    bool again = false, good = journal_begin(journal, err);

    *done = 0;
    if (!good)
        return false;
    for (size_t i = first; good && !again && i < end; i++) {
        if (intake->apart[i] != NULL)
            good = apart_journal(intake->apart[i], &again, err);
        *done += good && !again;
    }
    good = good && journal_commit(journal, err);
    if (!good)
        journal_abandon(journal);
    return good;
}

/* When one of them fails, each is taken apart anew, on its own. */
static bool
one_by_one(struct intake *intake, struct err *err)
{
    for (size_t i = 0; i < intake->count; i++) {
        struct interchange *arrival = &intake->arrivals[i];
        size_t done;
        if (intake->apart[i] == NULL)
            continue;
        apart_free(&intake->apart[i]);
        if ((!apart_take(intake->flow, arrival, &intake->apart[i], err) ||
             !journal_some(intake, i, i + 1, &done, err)) &&
            !set_arrival_aside(intake->flow, arrival, err))
            return false;
    }
    return true;
}

static bool
take_batch(struct intake *intake, size_t most, size_t *done, struct err *err)
{
    *done = 0;
    if (!gather(intake, most, err))
        return false;
    if (intake->count == 0 || journal_some(intake, 0, intake->count, done, err))
        return true;
    if (!is_stuck(err))
        return false;
    err_clear(err);
    *done = intake->count;
    return one_by_one(intake, err);
}

bool
step_intake(struct flow *flow, unsigned *moved, struct err *err)
{
    static struct intake intake;
    size_t total = 0, done;
    bool good = true, more = true;

    intake.flow = flow;
    for (int turn = 0; good && more && total < BATCH && turn < BATCH; turn++) {
        good = take_batch(&intake, BATCH - total, &done, err);
        more = intake.count > 0;
        total += done;
        drop_all(&intake);
    }
    *moved += (unsigned)total;
    return good && take_released(flow, moved, err);
}
