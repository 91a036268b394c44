/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an interchange: its own, a window on an arrival's, or those of
 * the document that it carries. */
#include <string.h>

#include "base/durable.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/remote.h"

/* The payload that holds the interchange's bytes, by whichever way. */
static bool
find(struct journal *journal, const struct interchange *it, int64_t *payload,
     bool *found, struct err *err)
{
    unsigned char raw[32] = { 0 };
    int64_t holder = it->arrival != 0 ? it->arrival : it->id;

    if (!sql_number(journal, "SELECT payload FROM interchange WHERE id = ?",
                    BIND(INT(holder)), payload, found, err))
        return false;
    if (*found || it->sha256[0] == '\0')
        return true;
    hash_bytes(raw, it->sha256);
    return sql_number(journal,
                      "SELECT p.payload FROM document d"
                      " JOIN part p ON p.document = d.id"
                      " JOIN payload y ON y.id = p.payload"
                      " WHERE d.interchange = ? AND y.sha256 = ?",
                      BIND(INT(it->id), BLOB(raw, sizeof raw)), payload, found,
                      err);
}

/* Cuts a window out of what stands behind `before`. */
static bool
cut(struct buf *out, size_t before, const struct interchange *it,
    struct err *err)
{
    size_t size = out->size - before;

    if (it->offset < 0 || it->size < 0 || (size_t)it->offset > size ||
        (size_t)it->size > size - (size_t)it->offset)
        return err_set(err, TP4020,
                       "interchange %lld is not inside its arrival",
                       (long long)it->id);
    memmove(out->text + before, out->text + before + it->offset,
            (size_t)it->size);
    out->size = before + (size_t)it->size;
    out->text[out->size] = '\0';
    return true;
}

static bool
read_part(struct journal *journal, int64_t payload, int64_t offset, size_t size,
          struct buf *out, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    char path[sizeof journal->dir + 80];
    bool row;

    if (!sql_open(journal,
                  "SELECT substr(bytes, ?2 + 1, ?3), lower(hex(sha256))"
                  " FROM payload WHERE id = ?1",
                  BIND(INT(payload), INT(offset), INT(size)), &statement,
                  err) ||
        !sql_next(journal, statement, &row, err))
        return false;
    if (!row)
        return err_set(err, TP4021, "there is no payload %lld",
                       (long long)payload);
    if (sqlite3_column_type(statement, 0) != SQLITE_NULL) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        buf_add(out, bytes, (size_t)sqlite3_column_bytes(statement, 0));
        return true;
    }
    text_format(path, sizeof path, "%s/store/%s", journal->dir,
                sql_text(statement, 1));
    if (!file_exists(path))
        return err_set(err, TP4021, "%s is missing", path);
    return file_read_part(path, (size_t)offset, size, out, err);
}

/* A window is read alone, however long the arrival is: it has its own hash. */
static bool
read_window(struct journal *journal, const struct interchange *it,
            int64_t payload, struct buf *out, struct err *err)
{
    size_t before = out->size;
    char got[DIGEST_TEXT];

    if (!read_part(journal, payload, it->offset, (size_t)it->size, out, err))
        return false;
    digest_sha256(got, buf_text(out) + before, out->size - before);
    return text_equal(got, it->sha256) ||
           err_set(err, TP4020,
                   "interchange %lld has the hash %.12s, not %.12s",
                   (long long)it->id, got, it->sha256);
}

bool
journal_bytes(struct journal *journal, int64_t interchange, struct buf *out,
              struct err *err)
{
    struct interchange it;
    size_t before = out->size;
    int64_t payload;
    bool found;

    if (journal->remote != NULL)
        return remote_bytes(journal, interchange, out, err);
    if (!journal_interchange(journal, interchange, &it, &found, err))
        return false;
    if (!found)
        return err_set(err, TP4021, "there is no interchange %lld",
                       (long long)interchange);
    if (!find(journal, &it, &payload, &found, err))
        return false;
    if (!found)
        return err_set(err, TP4021, "interchange %lld has no bytes",
                       (long long)interchange);
    if (it.arrival != 0 && it.sha256[0] != '\0')
        return read_window(journal, &it, payload, out, err);
    return payload_get(journal, payload, out, err) &&
           (it.arrival == 0 || cut(out, before, &it, err));
}

bool
journal_read(struct journal *journal, int64_t interchange, int64_t offset,
             size_t size, struct buf *out, struct err *err)
{
    struct interchange it;
    int64_t payload;
    bool found;

    if (journal->remote != NULL)
        return remote_read(journal, interchange, offset, size, out, err);
    if (!journal_interchange(journal, interchange, &it, &found, err) ||
        (found && !find(journal, &it, &payload, &found, err)))
        return false;
    if (!found)
        return err_set(err, TP4021, "interchange %lld has no bytes",
                       (long long)interchange);
    if (offset < 0 || offset >= it.size)
        return true;
    if ((int64_t)size > it.size - offset)
        size = (size_t)(it.size - offset);
    return read_part(journal, payload,
                     offset + (it.arrival != 0 ? it.offset : 0), size, out,
                     err);
}
