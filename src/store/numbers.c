/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control numbers: given out inside the transaction that uses them, so that
 * they never repeat; what was given out and never used is a void with its
 * reason, so that every gap a partner sees explains itself.
 */
#include <string.h>

#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

enum { NUMBER_MAX = 999999999 };

static bool
add_void(struct journal *journal, const char *series, int64_t first,
         int64_t last, int64_t document, const char *reason, struct err *err)
{
    return sql_run(journal,
                   "INSERT INTO void(series,first,last,document,reason,at)"
                   " VALUES(?,?,?,?,?,?)",
                   BIND(TEXT(series), INT(first), INT(last), REF(document),
                        TEXT(reason), INT(when_now())),
                   err);
}

static bool
start_series(struct journal *journal, const char *series, int64_t first,
             const char *why, struct err *err)
{
    char detail[200];

    text_format(detail, sizeof detail, "%s %s %lld", series, why,
                (long long)first);
    return sql_run(journal, "INSERT OR REPLACE INTO series VALUES(?,?,?,?)",
                   BIND(TEXT(series), INT(first), INT(first), INT(when_now())),
                   err) &&
           event_add(journal, 0, "", "numbers", detail, err);
}

static bool
jump(struct journal *journal, const char *series, int64_t last, int64_t floor,
     struct err *err)
{
    char detail[200];

    text_format(detail, sizeof detail,
                "%s goes on after %lld: the settings say so", series,
                (long long)floor);
    return add_void(journal, series, last + 1, floor, 0, detail, err) &&
           event_add(journal, 0, "", "numbers", detail, err);
}

static bool
number(struct journal *journal, const char *series, long floor, long *out,
       struct err *err)
{
    int64_t last;
    bool found;

    if (floor < 0 || floor > NUMBER_MAX)
        return err_set(err, TP4006, "a control number cannot start after %ld",
                       floor);
    if (!sql_number(journal, "SELECT last FROM series WHERE name = ?",
                    BIND(TEXT(series)), &last, &found, err))
        return false;
    if (!found) {
        *out = floor < NUMBER_MAX ? floor + 1 : 1;
        return start_series(journal, series, *out, "starts at", err);
    }
    if (floor > last) {
        if (!jump(journal, series, last, floor, err))
            return false;
        last = floor;
    }
    if (last >= NUMBER_MAX) {
        *out = 1;
        return start_series(journal, series, 1, "is full and starts again at",
                            err);
    }
    *out = (long)last + 1;
    return sql_run(journal, "UPDATE series SET last = ? WHERE name = ?",
                   BIND(INT(*out), TEXT(series)), err);
}

bool
journal_number(struct journal *journal, const char *series, long floor,
               long *out, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_number(journal, series, floor, out, err);
    return write_open(journal, &write, err) &&
           write_close(&write, number(journal, series, floor, out, err), err);
}

bool
journal_void(struct journal *journal, const char *series, long number,
             const char *reason, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_void(journal, series, number, reason, err);
    return write_open(journal, &write, err) &&
           write_close(
               &write,
               add_void(journal, series, number, number, 0, reason, err), err);
}

/* ---- voids that follow documents */

static bool
is_abandoned(enum doc_state state)
{
    return state == DOC_DEAD || state == DOC_IGNORED || state == DOC_REPLACED;
}

static bool
void_one(struct journal *journal, const struct document *document,
         const char *level, const char *text, struct err *err)
{
    char series[64], reason[320];
    long value;

    if (!text_number(text, NUMBER_MAX, &value))
        return true;
    text_format(series, sizeof series, "%s/%s", document->partner, level);
    text_format(reason, sizeof reason, "%s %s was %s: %.200s", document->set,
                document->number, doc_state_name(document->state),
                document->reason);
    return add_void(journal, series, value, value, document->id, reason, err);
}

/* Another document of the interchange may still take the numbers out. */
static bool
last_of_interchange(struct journal *journal, const struct document *document,
                    bool *last, struct err *err)
{
    int64_t other;
    bool found;

    if (!sql_number(journal,
                    "SELECT id FROM document WHERE interchange = ?"
                    " AND interchange IS NOT NULL AND id <> ?"
                    " AND state NOT IN ('dead','ignored','replaced')",
                    BIND(INT(document->interchange), INT(document->id)), &other,
                    &found, err))
        return false;
    *last = !found;
    return true;
}

bool
numbers_follow(struct journal *journal, const struct document *document,
               enum doc_state from, struct err *err)
{
    bool was = is_abandoned(from), is = is_abandoned(document->state), last;

    if (document->direction != DIRECTION_OUT || document->isa[0] == '\0' ||
        was == is)
        return true;
    if (was)
        return sql_run(journal,
                       "DELETE FROM void WHERE document = ?"
                       " AND document IS NOT NULL",
                       BIND(INT(document->id)), err);
    if (document->delivered == DELIVERED_SENT)
        return true;
    if (!last_of_interchange(journal, document, &last, err))
        return false;
    return !last || (void_one(journal, document, "isa", document->isa, err) &&
                     void_one(journal, document, "gs", document->gs, err));
}
