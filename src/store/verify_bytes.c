/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/verify_private.h"

/* A failure about the data becomes a problem; about the disk, it ends. */
static bool
report(struct problems *found, struct err *err, struct err *failure,
       const char *at)
{
    if (failure->kind != ERR_DATA) {
        *err = *failure;
        return false;
    }
    problem_add(found, failure->code, at, NULL, "%s", failure->text);
    return true;
}

static bool
check_payload(struct journal *journal, sqlite3_stmt *statement, void *user,
              struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct err failure = { 0 };
    int64_t id = sqlite3_column_int64(statement, 0);
    char at[48];

    if (payload_get(journal, id, &bytes, &failure))
        return true;
    text_format(at, sizeof at, "payload %lld", (long long)id);
    return report(user, err, &failure, at);
}

static void
read_hash(sqlite3_stmt *statement, void *row)
{
    text_copy(row, DIGEST_TEXT, sql_text(statement, 0));
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

/* Files that a crash left before their commit: harmless, but said. */
static void
check_orphans(struct journal *journal, const char *hashes, size_t count,
              struct problems *found)
{
    char path[sizeof journal->dir + 8], at[300];

    payload_dir(journal, path, sizeof path);
    CLEANUP(close_dir) DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' ||
            (count > 0 && bsearch(entry->d_name, hashes, count, DIGEST_TEXT,
                                  by_text) != NULL))
            continue;
        text_format(at, sizeof at, "store/%s", entry->d_name);
        problem_warn(found, TP4021, at,
                     "the journal names no such file; a crash before its "
                     "commit left it");
    }
}

/* What went by policy is no loss, but is said. */
static bool
say_purged(struct journal *journal, struct problems *found, struct err *err)
{
    int64_t count;
    bool any;

    if (!sql_number(journal, "SELECT count(*) FROM payload WHERE purged <> 0",
                    NOTHING, &count, &any, err))
        return false;
    if (count > 0)
        problem_warn(found, TP4070, "payloads",
                     "%lld were removed by the rule of retention; their "
                     "hashes are there",
                     (long long)count);
    return true;
}

bool
verify_bytes(struct journal *journal, struct problems *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct arena *arena = arena_new();
    void *hashes;
    size_t count;

    bool good = verify_rows(journal,
                            "SELECT id FROM payload WHERE purged = 0"
                            " ORDER BY id",
                            check_payload, found, err) &&
                say_purged(journal, found, err) &&
                sql_open(journal,
                         "SELECT lower(hex(sha256)) FROM payload"
                         " WHERE bytes IS NULL ORDER BY sha256",
                         NOTHING, &statement, err) &&
                sql_list(journal, statement, arena, DIGEST_TEXT, read_hash,
                         &hashes, &count, err);
    if (good)
        check_orphans(journal, hashes, count, found);
    arena_free(&arena);
    return good;
}

/* ---- arrivals */

struct window {
    int64_t id, offset, size;
};

static void
read_window(sqlite3_stmt *statement, void *row)
{
    struct window *window = row;

    window->id = sqlite3_column_int64(statement, 0);
    window->offset = sqlite3_column_int64(statement, 1);
    window->size = sqlite3_column_int64(statement, 2);
}

static void
check_gap(struct problems *found, int64_t arrival, const struct buf *bytes,
          size_t from, size_t to)
{
    char at[48];

    while (from < to && text_is_padding(buf_text(bytes)[from]))
        from++;
    if (from == to)
        return;
    text_format(at, sizeof at, "arrival %lld", (long long)arrival);
    problem_add(found, TP4015, at, NULL,
                "bytes %zu to %zu belong to no interchange and are not named "
                "as junk",
                from, to - 1);
}

static void
check_windows(struct problems *found, int64_t arrival, const struct buf *bytes,
              const struct window *windows, size_t count)
{
    size_t covered = 0;
    char at[48];

    text_format(at, sizeof at, "arrival %lld", (long long)arrival);
    for (size_t i = 0; i < count; i++) {
        size_t offset = (size_t)windows[i].offset;
        size_t end = offset + (size_t)windows[i].size;
        if (windows[i].offset < 0 || windows[i].size < 0 || end > bytes->size ||
            offset < covered) {
            problem_add(found, TP4015, at, NULL,
                        "interchange %lld overlaps another or leaves it",
                        (long long)windows[i].id);
            continue;
        }
        check_gap(found, arrival, bytes, covered, offset);
        covered = end;
    }
    check_gap(found, arrival, bytes, covered, bytes->size);
}

static bool
check_arrival(struct journal *journal, sqlite3_stmt *statement, void *user,
              struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *children = NULL;
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct err failure = { 0 };
    int64_t id = sqlite3_column_int64(statement, 0);
    struct arena *arena;
    void *windows;
    size_t count;

    if (!journal_bytes(journal, id, &bytes, &failure)) {
        char at[48];
        text_format(at, sizeof at, "arrival %lld", (long long)id);
        return report(user, err, &failure, at);
    }
    if (!sql_open(journal,
                  "SELECT id, \"offset\", size FROM interchange"
                  " WHERE arrival = ? AND state <> 'replaced'"
                  " ORDER BY \"offset\"",
                  BIND(INT(id)), &children, err))
        return false;
    arena = arena_new();
    bool good = sql_list(journal, children, arena, sizeof(struct window),
                         read_window, &windows, &count, err);
    if (good)
        check_windows(user, id, &bytes, windows, count);
    arena_free(&arena);
    return good;
}

bool
verify_arrivals(struct journal *journal, struct problems *found,
                struct err *err)
{
    return verify_rows(journal,
                       "SELECT id FROM interchange WHERE source IS NOT NULL"
                       " AND state = 'split' AND NOT EXISTS (SELECT 1 FROM"
                       " payload y WHERE y.id = interchange.payload AND"
                       " y.purged <> 0) ORDER BY id",
                       check_arrival, found, err);
}

/* ---- control numbers */

static bool
check_missing(struct journal *journal, sqlite3_stmt *statement, void *user,
              struct err *err)
{
    (void)journal;
    (void)err;
    problem_add(user, TP4016, sql_text(statement, 0), NULL,
                "%lld was given out, but nothing carries it and no void "
                "explains it",
                (long long)sqlite3_column_int64(statement, 1));
    return true;
}

static bool
check_twice(struct journal *journal, sqlite3_stmt *statement, void *user,
            struct err *err)
{
    (void)journal;
    (void)err;
    problem_add(user, TP4017, sql_text(statement, 0), NULL,
                "%s stands on %lld different interchanges",
                sql_text(statement, 1),
                (long long)sqlite3_column_int64(statement, 2));
    return true;
}

/* Every number of a series, one by one; cheap, as each is one index probe. */
#define EACH_NUMBER(level)                                               \
    "WITH RECURSIVE n(name, partner, i, last) AS ("                      \
    "SELECT name, substr(name, 1, length(name) - length('/" level "'))," \
    " first, last FROM series WHERE substr(name, -length('/" level "'))" \
    " = '/" level "' UNION ALL SELECT name, partner, i + 1, last FROM n" \
    " WHERE i < last) SELECT name, i FROM n WHERE NOT EXISTS"            \
    " (SELECT 1 FROM void v WHERE v.series = n.name AND v.first <= n.i"  \
    " AND v.last >= n.i) AND NOT EXISTS "

bool
verify_numbers(struct journal *journal, struct problems *found, struct err *err)
{
    return verify_rows(
               journal,
               EACH_NUMBER(
                   "isa") "(SELECT 1 FROM interchange x WHERE x.control IN"
                          " (printf('%09d', n.i), printf('%d', n.i))"
                          " AND x.control <> '' AND x.direction = 'out'"
                          " AND x.partner = n.partner) LIMIT 20",
               check_missing, found, err) &&
           verify_rows(
               journal,
               EACH_NUMBER("gs") "(SELECT 1 FROM document d WHERE d.gs IN"
                                 " (printf('%09d', n.i), printf('%d', n.i))"
                                 " AND d.gs <> '' AND d.direction = 'out'"
                                 " AND d.partner = n.partner) LIMIT 20",
               check_missing, found, err) &&
           verify_rows(journal,
                       "SELECT x.partner || '/isa', x.control,"
                       " count(DISTINCT x.sha256) FROM interchange x"
                       " LEFT JOIN series s ON s.name = x.partner || '/isa'"
                       " WHERE x.direction = 'out' AND x.control <> ''"
                       " AND x.created >= ifnull(s.since, 0)"
                       " GROUP BY x.partner, x.control"
                       " HAVING count(DISTINCT x.sha256) > 1 LIMIT 20",
                       check_twice, found, err);
}
