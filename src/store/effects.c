/* SPDX-License-Identifier: Apache-2.0 */
/* Effects: written down before they are tried, settled with evidence. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/remote.h"

#define EFFECT_COLUMNS \
    "id,document,kind,target,key,state,number,evidence,attempts,attempted"

void
effect_read(sqlite3_stmt *statement, void *row)
{
    struct effect *effect = row;
    int state = 0;

    effect->id = sqlite3_column_int64(statement, 0);
    effect->document = sqlite3_column_int64(statement, 1);
    text_copy(effect->kind, sizeof effect->kind, sql_text(statement, 2));
    text_copy(effect->target, sizeof effect->target, sql_text(statement, 3));
    text_copy(effect->key, sizeof effect->key, sql_text(statement, 4));
    if (name_find(&effect_state_names, sql_text(statement, 5), &state))
        effect->state = (enum effect_state)state;
    text_copy(effect->number, sizeof effect->number, sql_text(statement, 6));
    text_copy(effect->evidence, sizeof effect->evidence,
              sql_text(statement, 7));
    effect->attempts = sqlite3_column_int(statement, 8);
    effect->attempted = sqlite3_column_int64(statement, 9);
}

static bool
read_by(struct journal *journal, const char *sql, const struct value *values,
        struct effect *out, bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;

    if (!sql_open(journal, sql, values, &statement, err) ||
        !sql_next(journal, statement, found, err))
        return false;
    if (*found) {
        memset(out, 0, sizeof *out);
        effect_read(statement, out);
    }
    return true;
}

static bool
tell(struct journal *journal, const struct effect *effect, const char *what,
     struct err *err)
{
    char detail[320];

    text_format(detail, sizeof detail, "%s %s %.180s%s%s", effect->kind,
                effect->target, effect->key, effect->number[0] ? ": " : "",
                effect->number);
    return journal_note(journal, effect->document, what, detail, err);
}

static bool
intend(struct journal *journal, struct effect *effect, struct err *err)
{
    struct effect there;
    bool found;

    if (effect->key[0] == '\0')
        return err_set(err, TP4006, "an effect of document %lld has no key",
                       (long long)effect->document);
    if (!read_by(
            journal,
            "SELECT " EFFECT_COLUMNS " FROM effect WHERE kind = ? AND key = ?",
            BIND(TEXT(effect->kind), TEXT(effect->key)), &there, &found, err))
        return false;
    journal->touched |= WATCH_POST;
    if (found) {
        *effect = there;
        return true;
    }
    effect->state = EFFECT_INTENDED;
    effect->attempts = 0;
    effect->attempted = 0;
    if (!sql_run(journal,
                 "INSERT INTO effect(document,kind,target,key,state,number,"
                 "evidence,attempts,attempted)"
                 " VALUES(?,?,?,?,'intended',?,?,0,0)",
                 BIND(INT(effect->document), TEXT(effect->kind),
                      TEXT(effect->target), TEXT(effect->key),
                      TEXT(effect->number), TEXT(effect->evidence)),
                 err))
        return false;
    effect->id = sqlite3_last_insert_rowid(journal->db);
    return tell(journal, effect, "intended", err);
}

bool
journal_intend(struct journal *journal, struct effect *effect, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_intend(journal, effect, err);
    return write_open(journal, &write, err) &&
           write_close(&write, intend(journal, effect, err), err);
}

static bool
store(struct journal *journal, const struct effect *effect, struct err *err)
{
    return sql_run(
        journal,
        "UPDATE effect SET target=?,state=?,number=?,evidence=?,"
        "attempts=?,attempted=? WHERE id=?",
        BIND(TEXT(effect->target), TEXT(effect_state_name(effect->state)),
             TEXT(effect->number), TEXT(effect->evidence),
             INT(effect->attempts), INT(effect->attempted), INT(effect->id)),
        err);
}

static bool
look(struct journal *journal, const struct effect *effect, struct effect *there,
     struct err *err)
{
    bool found;

    return read_by(journal,
                   "SELECT " EFFECT_COLUMNS " FROM effect WHERE id = ?",
                   BIND(INT(effect->id)), there, &found, err) &&
           (found || err_set(err, TP4011, "there is no effect %lld",
                             (long long)effect->id));
}

static bool
attempt(struct journal *journal, struct effect *effect, struct err *err)
{
    struct effect there = { 0 };

    if (!look(journal, effect, &there, err))
        return false;
    if (there.state == EFFECT_DONE)
        return err_set(err, TP4011, "the effect %s %.100s is done already",
                       there.kind, there.key);
    effect->state = EFFECT_ATTEMPTED;
    effect->attempts = there.attempts + 1;
    effect->attempted = when_now();
    return store(journal, effect, err) &&
           tell(journal, effect, "attempted", err);
}

bool
journal_attempt(struct journal *journal, struct effect *effect, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_attempt(journal, effect, err);
    return write_open(journal, &write, err) &&
           write_close(&write, attempt(journal, effect, err), err);
}

static bool
settle(struct journal *journal, struct effect *effect, struct err *err)
{
    struct effect there = { 0 };

    if (!look(journal, effect, &there, err))
        return false;
    if (there.state == EFFECT_DONE && effect->state == EFFECT_DONE)
        return true;
    if (there.state == EFFECT_DONE || effect->state == EFFECT_ATTEMPTED)
        return err_set(err, TP4011,
                       "the effect %s %.100s is %s, not to be "
                       "settled as %s",
                       there.kind, there.key, effect_state_name(there.state),
                       effect_state_name(effect->state));
    return store(journal, effect, err) &&
           tell(journal, effect, effect_state_name(effect->state), err);
}

bool
journal_settle(struct journal *journal, struct effect *effect, struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_settle(journal, effect, err);
    return write_open(journal, &write, err) &&
           write_close(&write, settle(journal, effect, err), err);
}

bool
journal_effects(struct journal *journal, int64_t document, struct arena *arena,
                struct effect **out, size_t *count, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_effects(journal, document, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT " EFFECT_COLUMNS
                  " FROM effect WHERE document = ? ORDER BY id",
                  BIND(INT(document)), &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, effect_read, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}

bool
journal_open_effects(struct journal *journal, const char *kind, size_t most,
                     struct arena *arena, struct effect **out, size_t *count,
                     struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    void *list;

    if (journal->remote != NULL)
        return remote_open_effects(journal, kind, most, arena, out, count, err);
    if (!sql_open(journal,
                  "SELECT " EFFECT_COLUMNS " FROM effect WHERE state IN"
                  " ('intended','attempted') AND kind = ? ORDER BY id LIMIT ?",
                  BIND(TEXT(kind), INT(most)), &statement, err) ||
        !sql_list(journal, statement, arena, sizeof **out, effect_read, &list,
                  count, err))
        return false;
    *out = list;
    return true;
}
