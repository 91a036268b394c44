/* SPDX-License-Identifier: Apache-2.0 */
/* A struct's fields as columns, driven by a table: written once per struct. */
#include <string.h>

#include "base/text.h"
#include "store/journal_private.h"

static int
digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

void
hash_bytes(unsigned char out[32], const char *hex)
{
    for (int i = 0; i < 32; i++, hex += 2)
        out[i] = (unsigned char)(digit(hex[0]) * 16 + digit(hex[1]));
}

static void
bind_hash(sqlite3_stmt *statement, int index, const char *hex)
{
    unsigned char raw[32];

    if (hex[0] == '\0') {
        sqlite3_bind_null(statement, index);
        return;
    }
    BUG_IF(strspn(hex, "0123456789abcdef") != 64 || hex[64] != '\0');
    hash_bytes(raw, hex);
    sqlite3_bind_blob(statement, index, raw, sizeof raw, SQLITE_TRANSIENT);
}

static int64_t
number_at(const struct column *column, const void *at)
{
    if (column->kind == COLUMN_FLAG)
        return *(const bool *)at;
    return column->size == sizeof(int64_t) ? *(const int64_t *)at
                                           : *(const int32_t *)at;
}

/* Binding can only fail on a wrong index: our own mistake. */
static void
bind_column(sqlite3_stmt *statement, int index, const struct column *column,
            const void *at)
{
    const char *text = at;
    int result = SQLITE_OK;

    switch (column->kind) {
    case COLUMN_INT64:
    case COLUMN_INT32:
    case COLUMN_FLAG:
        result = sqlite3_bind_int64(statement, index, number_at(column, at));
        break;
    case COLUMN_REF:
        if (number_at(column, at) != 0)
            result =
                sqlite3_bind_int64(statement, index, number_at(column, at));
        else
            result = sqlite3_bind_null(statement, index);
        break;
    case COLUMN_NAME:
        text = name_of(column->names, (int)number_at(column, at));
        result = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
        break;
    case COLUMN_CODE:
        text = *(const enum err_code *)at == TP_NONE
                   ? ""
                   : err_name(*(const enum err_code *)at);
        result = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
        break;
    case COLUMN_UNIQUE:
        if (text[0] == '\0') {
            result = sqlite3_bind_null(statement, index);
            break;
        }
        __attribute__((fallthrough));
    case COLUMN_TEXT:
        result = sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
        break;
    case COLUMN_HASH:
        bind_hash(statement, index, text);
        break;
    }
    BUG_IF(result != SQLITE_OK);
}

void
row_bind(sqlite3_stmt *statement, int first, const struct column *columns,
         size_t count, const void *row)
{
    for (size_t i = 0; i < count; i++)
        bind_column(statement, first + (int)i, &columns[i],
                    (const char *)row + columns[i].offset);
}

enum err_code
code_named(const char *name)
{
    const struct err_info *info = name[0] != '\0' ? err_lookup(name) : NULL;

    return info != NULL ? (enum err_code)(info - err_info(TP_NONE)) : TP_NONE;
}

static void
read_hash(sqlite3_stmt *statement, int index, char *out)
{
    const unsigned char *raw = sqlite3_column_blob(statement, index);
    int size = raw != NULL ? sqlite3_column_bytes(statement, index) : 0;

    out[0] = '\0';
    for (int i = 0; i < size && i < 32; i++)
        snprintf(out + 2 * (ptrdiff_t)i, 3, "%02x", raw[i]);
}

static void
read_column(sqlite3_stmt *statement, int index, const struct column *column,
            void *at)
{
    int value = 0;

    switch (column->kind) {
    case COLUMN_INT64:
    case COLUMN_REF:
        *(int64_t *)at = sqlite3_column_int64(statement, index);
        break;
    case COLUMN_INT32:
        *(int32_t *)at = sqlite3_column_int(statement, index);
        break;
    case COLUMN_FLAG:
        *(bool *)at = sqlite3_column_int(statement, index) != 0;
        break;
    case COLUMN_NAME:
        /* A name that is not ours stays 0; verify reports it. */
        if (!name_find(column->names, sql_text(statement, index), &value))
            value = 0;
        *(int32_t *)at = value;
        break;
    case COLUMN_CODE:
        *(enum err_code *)at = code_named(sql_text(statement, index));
        break;
    case COLUMN_TEXT:
    case COLUMN_UNIQUE:
        text_copy(at, column->size, sql_text(statement, index));
        break;
    case COLUMN_HASH:
        read_hash(statement, index, at);
        break;
    }
}

void
row_read(sqlite3_stmt *statement, int first, const struct column *columns,
         size_t count, void *row)
{
    for (size_t i = 0; i < count; i++)
        read_column(statement, first + (int)i, &columns[i],
                    (char *)row + columns[i].offset);
}

static bool
equal(const struct column *column, const void *a, const void *b)
{
    if (column->kind == COLUMN_TEXT || column->kind == COLUMN_UNIQUE ||
        column->kind == COLUMN_HASH)
        return strcmp(a, b) == 0;
    return memcmp(a, b, column->size) == 0;
}

bool
row_equal(const struct column *columns, size_t count, const void *a,
          const void *b)
{
    for (size_t i = 0; i < count; i++)
        if (!equal(&columns[i], (const char *)a + columns[i].offset,
                   (const char *)b + columns[i].offset))
            return false;
    return true;
}
