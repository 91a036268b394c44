/* SPDX-License-Identifier: Apache-2.0 */
#include "store/restored.h"

#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

#define ANCHOR_NAME ".epoch"
enum { ANCHOR_PAUSE = 5 }; /* seconds between two that nobody asked for */

struct anchor {
    int64_t epoch, event;
    char hash[DIGEST_TEXT];
};

/* ---- what stands in SPOOL/.epoch */

static bool
parse(struct anchor *anchor, char *text)
{
    const char *head = text_word(&text, "\n");
    const char *epoch = text_word(&text, " \n");
    const char *event = text_word(&text, " \n");
    const char *hash = text_word(&text, " \n");
    long number;

    if (!text_equal(head, "tradepost epoch 1") || epoch == NULL ||
        event == NULL || hash == NULL ||
        !text_number(epoch, INT32_MAX, &number))
        return false;
    anchor->epoch = number;
    if (!text_number(event, INT64_MAX / 2, &number))
        return false;
    anchor->event = number;
    return text_copy(anchor->hash, sizeof anchor->hash, hash);
}

static bool
read_anchor(const char *spool, struct anchor *anchor, bool *found,
            struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    char path[1024];

    text_format(path, sizeof path, "%s/" ANCHOR_NAME, spool);
    *found = file_exists(path);
    if (!*found)
        return true;
    if (!file_read_plain(path, 4096, &text, err))
        return false;
    buf_addc(&text, '\n');
    return parse(anchor, text.text) ||
           err_set(err, TP4060,
                   "%s cannot be read: it should say how far the journal is",
                   path);
}

/* ---- how far the journal is */

static bool
epoch_of(struct journal *journal, int64_t *epoch, struct err *err)
{
    char text[512];
    long number;

    if (!journal_cursor(journal, "epoch", text, err))
        return false;
    *epoch = text_number(text, INT32_MAX, &number) ? number : 1;
    return true;
}

/* The event as the journal has it; its id is 0 when it has none. */
static bool
event_at(struct journal *journal, const char *sql, const struct value *values,
         struct anchor *out, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal, sql, values, &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    out->event = row ? sqlite3_column_int64(statement, 0) : 0;
    text_copy(out->hash, sizeof out->hash, row ? sql_text(statement, 1) : "");
    return true;
}

#define EVENT_AT "SELECT id, lower(hex(hash)) FROM event "

static bool
last_event(struct journal *journal, struct anchor *out, struct err *err)
{
    return event_at(journal, EVENT_AT "ORDER BY id DESC LIMIT 1", NOTHING, out,
                    err);
}

static bool
behind(struct journal *journal, const struct anchor *anchor, int64_t epoch,
       struct err *err)
{
    struct anchor last;

    if (!last_event(journal, &last, err))
        return false;
    return err_set(err, TP4060,
                   "the journal in %s is not the one that worked here last: it "
                   "ends with event %lld of epoch %lld, but event %lld (%.8s) "
                   "of epoch %lld was there",
                   journal->dir, (long long)last.event, (long long)epoch,
                   (long long)anchor->event, anchor->hash,
                   (long long)anchor->epoch);
}

bool
anchor_check(struct journal *journal, const char *spool, struct err *err)
{
    struct anchor anchor = { 0 }, here;
    int64_t epoch;
    bool found;

    BUG_IF(journal->remote != NULL); /* its keeper has looked */
    if (!read_anchor(spool, &anchor, &found, err) ||
        (found && !epoch_of(journal, &epoch, err)))
        return false;
    if (!found || epoch > anchor.epoch)
        return true;
    if (!event_at(journal, EVENT_AT "WHERE id = ?", BIND(INT(anchor.event)),
                  &here, err))
        return false;
    return (epoch == anchor.epoch && here.event == anchor.event &&
            text_equal(here.hash, anchor.hash)) ||
           behind(journal, &anchor, epoch, err);
}

bool
anchor_write(struct journal *journal, const char *spool, bool now,
             struct err *err)
{
    struct anchor last = { 0 };
    int64_t steady = when_steady();
    char text[200];

    if (!now && journal->anchored_at != 0 &&
        steady - journal->anchored_at < (int64_t)ANCHOR_PAUSE * 1000000000)
        return true;
    if (!epoch_of(journal, &last.epoch, err) ||
        !last_event(journal, &last, err))
        return false;
    if (last.event == 0 || last.event == journal->anchored)
        return true;
    text_format(text, sizeof text, "tradepost epoch 1\n%lld %lld %s\n",
                (long long)last.epoch, (long long)last.event, last.hash);
    if (!durable_write(spool, ANCHOR_NAME, text, strlen(text), 0640, err))
        return false;
    journal->anchored = last.event;
    journal->anchored_at = steady;
    return true;
}

/* ---- a new epoch */

static bool
hold_one(struct journal *journal, struct document *document, const char *reason,
         struct err *err)
{
    enum doc_state from = document->state;

    document->state = DOC_HELD;
    document->code = TP4065;
    document->due = 0;
    text_format(document->reason, sizeof document->reason,
                "%s: what happened since is not known; release to let it go "
                "on, after asking the other side first, or ignore",
                reason);
    return journal_advance(journal, document, from, "held", document->reason,
                           err);
}

static bool
hold_all(struct journal *journal, const char *reason, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct doc_filter filter = { .direction = DIRECTION_ANY };
    struct document *list;
    size_t count;

    for (int i = 0; i < DOC_STATES; i++)
        if (doc_state_in_progress((enum doc_state)i))
            filter.states |= 1U << i;
    if (!journal_list(journal, &filter, arena, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!hold_one(journal, &list[i], reason, err))
            return false;
    return true;
}

/* Numbers given out since are not known: none of them may come again. */
static bool
skip_numbers(struct journal *journal, const char *reason, struct err *err)
{
    return sql_run(journal,
                   "INSERT INTO void(series,first,last,document,reason,at)"
                   " SELECT name, last + 1, min(last + ?1, 999999999), NULL,"
                   " ?2, ?3 FROM series WHERE last < 999999999",
                   BIND(INT(RESTORED_GAP), TEXT(reason), INT(when_now())),
                   err) &&
           sql_run(journal,
                   "UPDATE series SET last = min(last + ?1, 999999999)",
                   BIND(INT(RESTORED_GAP)), err);
}

static bool
declare(struct journal *journal, int64_t epoch, const char *reason,
        struct err *err)
{
    char text[64];
    struct anchor event;

    if (!event_add(journal, 0, "", "restored", reason, err) ||
        !last_event(journal, &event, err))
        return false;
    text_format(text, sizeof text, "%lld %lld", (long long)event.event,
                (long long)when_now());
    if (!journal_cursor_set(journal, "restored", text, err))
        return false;
    text_format(text, sizeof text, "%lld", (long long)epoch);
    return journal_cursor_set(journal, "epoch", text, err) &&
           sql_run(journal, "DELETE FROM lease", NOTHING, err) &&
           hold_all(journal, reason, err) && skip_numbers(journal, reason, err);
}

bool
journal_declare(struct journal *journal, const char *spool, const char *reason,
                struct err *err)
{
    struct anchor anchor = { 0 };
    struct write write;
    int64_t epoch;
    bool found;

    BUG_IF(journal->remote != NULL);
    if (!read_anchor(spool, &anchor, &found, err) ||
        !epoch_of(journal, &epoch, err))
        return false;
    if (epoch < anchor.epoch)
        epoch = anchor.epoch;
    return write_open(journal, &write, err) &&
           write_close(&write, declare(journal, epoch + 1, reason, err), err);
}

bool
journal_restored(struct journal *journal, struct restored *out, struct err *err)
{
    char text[512], resumed[512], *rest = text;
    long number;

    *out = (struct restored){ 0 };
    if (!journal_cursor(journal, "restored", text, err) ||
        !journal_cursor(journal, "resumed", resumed, err))
        return false;
    const char *id = text_word(&rest, " "), *when = text_word(&rest, " ");
    if (id == NULL || when == NULL)
        return true;
    if (text_number(id, INT64_MAX / 2, &number))
        out->event = number;
    if (text_number(when, INT64_MAX / 2, &number))
        out->at = number;
    out->resumed = text_equal(id, resumed);
    return true;
}

bool
journal_resume(struct journal *journal, const char *reason, struct err *err)
{
    struct restored restored;
    char text[32];

    if (!journal_restored(journal, &restored, err))
        return false;
    if (restored.event == 0 || restored.resumed)
        return err_set(err, TP4064, "the journal in %s was not put back",
                       journal->dir);
    text_format(text, sizeof text, "%lld", (long long)restored.event);
    if (!journal_begin(journal, err))
        return false;
    if (journal_note(journal, 0, "resumed", reason, err) &&
        journal_cursor_set(journal, "resumed", text, err))
        return journal_commit(journal, err);
    journal_abandon(journal);
    return false;
}
