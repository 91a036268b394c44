/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"

static enum err_code
code_of(sqlite3 *db)
{
    int full = sqlite3_system_errno(db);

    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_FULL:
        return TP4003;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return full == ENOSPC || full == EDQUOT ? TP4003 : TP4004;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
        return TP4004;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return TP4007;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return TP4009;
    default:
        return TP4006;
    }
}

bool
sql_fail(struct journal *journal, struct err *err)
{
    enum err_code code = code_of(journal->db);
    int number = sqlite3_extended_errcode(journal->db);
    int system = sqlite3_system_errno(journal->db);

    if (code == TP4003 || code == TP4004 || code == TP4009)
        journal->broken = true;
    if (code == TP4003)
        return err_set(err, code, "no space is left for the journal in %s",
                       journal->dir);
    return err_set(err, code, "the journal in %s: %s (SQLite %d%s%s)",
                   journal->dir, sqlite3_errmsg(journal->db), number,
                   code == TP4004 && system != 0 ? ", " : "",
                   code == TP4004 && system != 0 ? strerror(system) : "");
}

void
sql_forget(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
    *statement = NULL;
}

static uint32_t
hash_text(const char *text)
{
    uint32_t hash = 2166136261U;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

/* The slot that holds the text, or one to put it in: free, or not in use. */
static sqlite3_stmt **
find_slot(struct journal *journal, const char *sql)
{
    enum { REACH = 16 };
    uint32_t start = hash_text(sql);
    sqlite3_stmt **idle = NULL, **slot = NULL;

    for (uint32_t i = 0; i < REACH; i++) {
        slot = &journal->cache[(start + i) % STATEMENTS];
        if (*slot == NULL)
            return slot;
        if (sqlite3_stmt_busy(*slot))
            continue;
        if (strcmp(sqlite3_sql(*slot), sql) == 0)
            return slot;
        if (idle == NULL)
            idle = slot;
    }
    BUG_IF(idle == NULL);
    sql_forget(idle);
    return idle;
}

static int
bind(sqlite3_stmt *statement, int index, const struct value *value)
{
    switch (value->kind) {
    case VALUE_INT:
        return sqlite3_bind_int64(statement, index, value->number);
    case VALUE_TEXT:
        return sqlite3_bind_text(statement, index,
                                 value->bytes ? value->bytes : "", -1,
                                 SQLITE_STATIC);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(statement, index,
                                   value->bytes ? value->bytes : "",
                                   value->size, SQLITE_STATIC);
    case VALUE_NULL:
    case VALUE_END:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

bool
sql_open(struct journal *journal, const char *sql, const struct value *values,
         sqlite3_stmt **out, struct err *err)
{
    sqlite3_stmt **slot = find_slot(journal, sql);

    if (*slot == NULL &&
        sqlite3_prepare_v3(journal->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           slot, NULL) != SQLITE_OK)
        return sql_fail(journal, err);
    for (int i = 0; values[i].kind != VALUE_END; i++)
        if (bind(*slot, i + 1, &values[i]) != SQLITE_OK)
            return sql_fail(journal, err);
    *out = *slot;
    return true;
}

bool
sql_next(struct journal *journal, sqlite3_stmt *statement, bool *row,
         struct err *err)
{
    int result = sqlite3_step(statement);

    *row = result == SQLITE_ROW;
    if (result == SQLITE_ROW || result == SQLITE_DONE)
        return true;
    return sql_fail(journal, err);
}

/* Reset at once, so that no read transaction and no borrowed value stays. */
void
sql_done(sqlite3_stmt **statement)
{
    if (*statement == NULL)
        return;
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
}

bool
sql_run(struct journal *journal, const char *sql, const struct value *values,
        struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    return sql_open(journal, sql, values, &statement, err) &&
           sql_next(journal, statement, &row, err);
}

bool
sql_number(struct journal *journal, const char *sql, const struct value *values,
           int64_t *out, bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal, sql, values, &statement, err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    *found = row && sqlite3_column_type(statement, 0) != SQLITE_NULL;
    *out = *found ? sqlite3_column_int64(statement, 0) : 0;
    return true;
}

const char *
sql_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text != NULL ? (const char *)text : "";
}

bool
sql_list(struct journal *journal, sqlite3_stmt *statement, struct arena *arena,
         size_t row_size, row_reader *read, void **out, size_t *count,
         struct err *err)
{
    CLEANUP(buf_free) struct buf rows = { 0 };
    CLEANUP(release_memory) void *item = obtain(row_size);
    bool row;

    *count = 0;
    for (;;) {
        if (!sql_next(journal, statement, &row, err))
            return false;
        if (!row)
            break;
        memset(item, 0, row_size);
        read(statement, item);
        buf_add(&rows, item, row_size);
        ++*count;
    }
    *out = arena_copy(arena, rows.text, rows.size);
    return true;
}

void
fit(char *out, size_t out_size, const char *text)
{
    if (text_copy(out, out_size, text != NULL ? text : ""))
        return;
    size_t size = strlen(out);
    size_t start = size;
    while (start > 0 && ((unsigned char)out[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && ((unsigned char)out[start - 1] & 0xC0) == 0xC0)
        out[start - 1] = '\0';
}
