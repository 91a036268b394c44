/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: the journal names a path before a file stands there, and forgets it
 * after the file is gone, so a crash leaves no file that the journal does not
 * know.
 */
#include "store/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/remote.h"
#include "store/restored.h"
#include "store/spool_private.h"

enum { EVENTS_AT_ONCE = 2000 };

static const char *const folders[] = { "out", "hold", "sent", "done" };
enum { FOLDERS = sizeof folders / sizeof folders[0] };

static bool
make(const char *dir, const char *name, struct err *err)
{
    char path[1024];

    text_format(path, sizeof path, "%s/%s", dir, name);
    return durable_mkdir(path, 0750, err);
}

bool
spool_prepare(const char *dir, struct err *err)
{
    for (size_t i = 0; i < FOLDERS; i++)
        if (!make(dir, folders[i], err))
            return false;
    return make(dir, "in", err) && make(dir, "reports", err);
}

/* ---- files */

/* dir/out/2026/11/22 and the name behind it. */
static const char *
split(const char *dir, const char *path, char *parent, size_t size)
{
    const char *slash = strrchr(path, '/');

    text_format(parent, size, "%s/%.*s", dir, (int)(slash - path), path);
    return slash + 1;
}

static bool
write_view(const char *dir, const struct view *view, struct err *err)
{
    char parent[1024], why[256 + 8];
    const char *name = split(dir, view->path, parent, sizeof parent);

    text_format(why, sizeof why, "%s.why", name);
    return durable_mkdir(parent, 0750, err) &&
           durable_write_view(parent, name, view->bytes.text, view->bytes.size,
                              0640, err) &&
           (!view->held || durable_write_view(parent, why, view->why.text,
                                              view->why.size, 0640, err));
}

static bool
remove_view(const char *dir, const char *path, struct err *err)
{
    char whole[1024];

    text_format(whole, sizeof whole, "%s/%s", dir, path);
    if (!durable_remove_tree(whole, err))
        return false;
    text_format(whole, sizeof whole, "%s/%s.why", dir, path);
    return durable_remove_tree(whole, err);
}

/* ---- showing: name in the journal, then write, then forget the old */

static bool
name_view(struct journal *journal, int64_t document, const char *path,
          struct err *err)
{
    return path[0] == '\0' ||
           sql_run(journal, "INSERT OR IGNORE INTO shown VALUES(?,?)",
                   BIND(INT(document), TEXT(path)), err);
}

static void
read_path(sqlite3_stmt *statement, void *row)
{
    text_copy(row, sizeof((struct view *)NULL)->path, sql_text(statement, 0));
}

static bool
remove_others(struct journal *journal, const char *dir, int64_t document,
              const char *path, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    enum { WIDTH = sizeof((struct view *)NULL)->path };
    struct arena *arena = arena_new();
    void *list;
    size_t count = 0;

    bool good =
        sql_open(journal,
                 "SELECT path FROM shown WHERE document = ? AND path <> ?",
                 BIND(INT(document), TEXT(path)), &statement, err) &&
        sql_list(journal, statement, arena, WIDTH, read_path, &list, &count,
                 err);
    for (size_t i = 0; good && i < count; i++)
        good = remove_view(dir, (const char *)list + i * WIDTH, err);
    arena_free(&arena);
    return good;
}

static bool
forget_others(struct journal *journal, int64_t document, const char *path,
              struct err *err)
{
    return sql_run(journal,
                   "DELETE FROM shown WHERE document = ? AND path <> ?",
                   BIND(INT(document), TEXT(path)), err);
}

/* What a pass over the changed documents does to each. */
typedef bool pass(struct journal *, const char *dir, int64_t document,
                  const struct view *, struct err *);

static bool
pass_name(struct journal *journal, const char *dir, int64_t document,
          const struct view *view, struct err *err)
{
    (void)dir;
    return name_view(journal, document, view->path, err);
}

static bool
pass_write(struct journal *journal, const char *dir, int64_t document,
           const struct view *view, struct err *err)
{
    return (view->path[0] == '\0' || write_view(dir, view, err)) &&
           remove_others(journal, dir, document, view->path, err);
}

static bool
pass_forget(struct journal *journal, const char *dir, int64_t document,
            const struct view *view, struct err *err)
{
    (void)dir;
    return forget_others(journal, document, view->path, err);
}

static bool
pass_over(struct journal *journal, const char *dir, const int64_t *ids,
          size_t count, pass *each, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        CLEANUP(view_free) struct view view = { 0 };
        struct document document;
        bool found;
        if (!journal_document(journal, ids[i], &document, &found, err))
            return false;
        if (found && (!view_of(journal, &document, &view, err) ||
                      !each(journal, dir, ids[i], &view, err)))
            return err_at(err, "document %lld", (long long)ids[i]);
    }
    return true;
}

static bool
set_mark(struct journal *journal, int64_t last, struct err *err)
{
    char text[32];

    text_format(text, sizeof text, "%lld", (long long)last);
    return journal_cursor_set(journal, "spool", text, err);
}

static bool
show(struct journal *journal, const char *dir, const int64_t *ids, size_t count,
     int64_t last, struct err *err)
{
    struct write write;

    return write_open(journal, &write, err) &&
           write_close(&write,
                       pass_over(journal, dir, ids, count, pass_name, err),
                       err) &&
           pass_over(journal, dir, ids, count, pass_write, err) &&
           write_open(journal, &write, err) &&
           write_close(&write,
                       pass_over(journal, dir, ids, count, pass_forget, err) &&
                           set_mark(journal, last, err),
                       err);
}

/* ---- which */

static void
read_id(sqlite3_stmt *statement, void *row)
{
    *(int64_t *)row = sqlite3_column_int64(statement, 0);
}

bool
spool_mark(struct journal *journal, int64_t *mark, struct err *err)
{
    char text[512];
    long value = 0;

    if (!journal_cursor(journal, "spool", text, err))
        return false;
    if (text[0] != '\0' && !text_number(text, INT64_MAX, &value))
        value = 0;
    *mark = value;
    return true;
}

static bool
show_some(struct journal *journal, const char *dir, const char *sql,
          const struct value *values, int64_t last, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct arena *arena = arena_new();
    void *ids;
    size_t count;

    bool good = sql_open(journal, sql, values, &statement, err) &&
                sql_list(journal, statement, arena, sizeof(int64_t), read_id,
                         &ids, &count, err) &&
                show(journal, dir, ids, count, last, err);
    arena_free(&arena);
    return good;
}

static bool
last_event(struct journal *journal, int64_t *last, struct err *err)
{
    bool found;

    return sql_number(journal, "SELECT max(id) FROM event", NOTHING, last,
                      &found, err);
}

/* ---- after a crash: half-written files carry the dead writer's id */

static bool
clean_one(const char *dir, const char *path, pid_t writer, struct err *err)
{
    char parent[1024], why[VIEW_NAME + 64];
    const char *name = split(dir, path, parent, sizeof parent);

    text_format(why, sizeof why, "%s.why", name);
    return durable_remove_leftover(parent, name, writer, err) &&
           durable_remove_leftover(parent, why, writer, err);
}

/* The interrupted refresh began at the mark and went no further than this. */
static bool
clean(struct journal *journal, const char *dir, int64_t mark, pid_t writer,
      struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal,
                  "SELECT DISTINCT s.path FROM event e JOIN shown s"
                  " ON s.document = e.document WHERE e.id > ? AND e.id <= ?",
                  BIND(INT(mark), INT(mark + EVENTS_AT_ONCE)), &statement, err))
        return false;
    for (;;) {
        if (!sql_next(journal, statement, &row, err))
            return false;
        if (!row)
            return true;
        if (!clean_one(dir, sql_text(statement, 0), writer, err))
            return false;
    }
}

/* ---- who writes them: "PROCESS BOOT", and "lasting" when all is on the disk
 */

static bool
set_writer(struct journal *journal, bool lasting, struct err *err)
{
    char text[96];

    text_format(text, sizeof text, "%d %s%s", (int)getpid(), journal->boot,
                lasting ? " lasting" : "");
    return journal_cursor_set(journal, "spool.writer", text, err);
}

/* Files are not synced one by one. When the machine went down while they were
 * being written, what is there is not to be believed: all are made again. */
static bool
take_over(struct journal *journal, const char *dir, int64_t *mark,
          struct err *err)
{
    char text[512];
    long writer;

    if (!journal_cursor(journal, "spool.writer", text, err))
        return false;
    char *rest = text, *process = text_word(&rest, " "),
         *boot = text_word(&rest, " "), *lasting = text_word(&rest, " ");
    bool ours = process != NULL && text_number(process, INT32_MAX, &writer) &&
                writer == (long)getpid();
    bool same_boot = text_equal(boot, journal->boot);
    if (ours && same_boot && lasting == NULL)
        return true;
    if (boot != NULL && !same_boot && lasting == NULL) {
        *mark = 0;
        return spool_clear(journal, dir, err) &&
               set_writer(journal, false, err);
    }
    if (process != NULL && !ours &&
        !clean(journal, dir, *mark, (pid_t)writer, err))
        return false;
    return set_writer(journal, false, err);
}

bool
spool_settle(struct journal *journal, const char *dir, struct err *err)
{
    char text[512];
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && syncfs(fd) == 0;
    int saved = errno;

    if (fd >= 0)
        close(fd);
    if (!good)
        return err_set(err, TP4002, "%s: %s", dir, strerror(saved));
    if (!journal_cursor(journal, "spool.writer", text, err))
        return false;
    return text[0] == '\0' || set_writer(journal, true, err);
}

bool
spool_refresh_some(struct journal *journal, const char *dir, int64_t events,
                   bool *more, struct err *err)
{
    int64_t mark, last;

    BUG_IF(journal->writing);
    *more = false;
    if (!spool_mark(journal, &mark, err) || !last_event(journal, &last, err))
        return false;
    if (mark >= last)
        return anchor_write(journal, dir, false, err);
    if (!take_over(journal, dir, &mark, err))
        return false;
    int64_t next = last - mark > events ? mark + events : last;
    *more = next < last;
    /* What changed again later in this refresh comes then. */
    return show_some(journal, dir,
                     "SELECT DISTINCT document FROM event e WHERE id > ?1"
                     " AND id <= ?2 AND document IS NOT NULL AND NOT EXISTS"
                     " (SELECT 1 FROM event l WHERE"
                     " l.document = e.document AND l.id > ?2)",
                     BIND(INT(mark), INT(next)), next, err) &&
           (*more || anchor_write(journal, dir, false, err));
}

bool
spool_refresh(struct journal *journal, const char *dir, struct err *err)
{
    bool more = true;
    int64_t before, after;

    if (journal->remote != NULL)
        return remote_refresh(journal, OP_REFRESH, err);
    if (!spool_mark(journal, &before, err))
        return false;
    while (more)
        if (!spool_refresh_some(journal, dir, EVENTS_AT_ONCE, &more, err))
            return false;
    return spool_mark(journal, &after, err) &&
           (after == before || spool_settle(journal, dir, err));
}

bool
spool_clear(struct journal *journal, const char *dir, struct err *err)
{
    struct write write;
    char path[1024];

    for (size_t i = 0; i < FOLDERS; i++) {
        text_format(path, sizeof path, "%s/%s", dir, folders[i]);
        if (!durable_remove_tree(path, err))
            return false;
    }
    return spool_prepare(dir, err) && write_open(journal, &write, err) &&
           write_close(&write,
                       sql_run(journal, "DELETE FROM shown", NOTHING, err) &&
                           set_mark(journal, 0, err),
                       err);
}

bool
spool_rebuild(struct journal *journal, const char *dir, struct err *err)
{
    if (journal->remote != NULL)
        return remote_refresh(journal, OP_REBUILD, err);
    return spool_clear(journal, dir, err) && spool_refresh(journal, dir, err);
}
