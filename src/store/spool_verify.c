/* SPDX-License-Identifier: Apache-2.0 */
/* Where the views and the journal differ, both ways. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "store/remote.h"
#include "store/restored.h"
#include "store/spool_private.h"
#include "store/verify_private.h"

enum { DEPTH = 4 }; /* out/YYYY/MM/DD */

struct survey {
    const char *dir;
    struct problems *found;
    struct arena *arena;
    int64_t mark;
    char **known; /* paths that may be there, sorted */
    size_t count, room;
};

static void
know(struct survey *survey, const char *path)
{
    if (survey->count == survey->room) {
        size_t room = survey->room ? survey->room * 2 : 64;
        char **more = arena_alloc(survey->arena, room * sizeof *more);
        for (size_t i = 0; i < survey->count; i++)
            more[i] = survey->known[i];
        survey->known = more;
        survey->room = room;
    }
    survey->known[survey->count++] = arena_strdup(survey->arena, path);
}

static bool
check_file(struct survey *survey, const char *path, const struct buf *want,
           struct err *err)
{
    CLEANUP(buf_free) struct buf got = { 0 };
    char whole[1024];

    know(survey, path);
    text_format(whole, sizeof whole, "%s/%s", survey->dir, path);
    if (!file_exists(whole)) {
        problem_add(survey->found, TP4030, path, NULL, "the file is missing");
        return true;
    }
    if (!file_read(whole, PAYLOAD_MAX, &got, err))
        return false;
    if (got.size != want->size ||
        memcmp(buf_text(&got), buf_text(want), got.size) != 0)
        problem_add(survey->found, TP4030, path, NULL,
                    "the file is not what the journal has");
    return true;
}

/* Changed after the last refresh: what is there may be old or new. */
static bool
is_pending(struct journal *journal, int64_t document, int64_t mark,
           bool *pending, struct err *err)
{
    int64_t id;

    return sql_number(journal,
                      "SELECT id FROM event WHERE document = ? AND id > ?"
                      " LIMIT 1",
                      BIND(INT(document), INT(mark)), &id, pending, err);
}

static bool
check_document(struct journal *journal, sqlite3_stmt *statement, void *user,
               struct err *err)
{
    CLEANUP(view_free) struct view view = { 0 };
    struct survey *survey = user;
    struct document document = { 0 };
    char why[sizeof view.path + 8];
    bool pending;

    document_read(statement, &document);
    if (!is_pending(journal, document.id, survey->mark, &pending, err))
        return false;
    if (pending)
        return true;
    if (!view_of(journal, &document, &view, err))
        return false;
    if (view.path[0] == '\0')
        return true;
    text_format(why, sizeof why, "%s.why", view.path);
    return check_file(survey, view.path, &view.bytes, err) &&
           (!view.held || check_file(survey, why, &view.why, err));
}

/* Paths that a refresh has named may stand there, or be gone already. */
static bool
know_shown(struct journal *journal, sqlite3_stmt *statement, void *user,
           struct err *err)
{
    char why[264];

    (void)journal;
    (void)err;
    know(user, sql_text(statement, 0));
    text_format(why, sizeof why, "%s.why", sql_text(statement, 0));
    know(user, why);
    return true;
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static void
walk(struct survey *survey, const char *path, int depth)
{
    char whole[1024], child[512], *key = child;
    struct stat info;

    text_format(whole, sizeof whole, "%s/%s", survey->dir, path);
    CLEANUP(close_dir) DIR *dir = opendir(whole);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..") ||
            !text_format(child, sizeof child, "%s/%s", path, entry->d_name) ||
            !text_format(whole, sizeof whole, "%s/%s", survey->dir, child) ||
            lstat(whole, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode) && depth < DEPTH)
            walk(survey, child, depth + 1);
        else if (bsearch(&key, survey->known, survey->count, sizeof key,
                         by_text) == NULL)
            problem_add(survey->found, TP4030, child, NULL,
                        "the journal knows no such file");
    }
}

static bool
check(struct journal *journal, struct survey *survey, struct err *err)
{
    static const char *const folders[] = { "out", "hold", "sent", "done" };
    CLEANUP(buf_free) struct buf sql = { 0 };

    buf_addf(&sql, "SELECT %s FROM document", document_columns());
    if (!spool_mark(journal, &survey->mark, err) ||
        !verify_rows(journal, buf_text(&sql), check_document, survey, err) ||
        !verify_rows(journal, "SELECT path FROM shown", know_shown, survey,
                     err))
        return false;
    if (survey->count > 0)
        qsort(survey->known, survey->count, sizeof *survey->known, by_text);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        walk(survey, folders[i], 1);
    return true;
}

bool
spool_verify(struct journal *journal, const char *dir, struct problems *found,
             struct err *err)
{
    struct survey survey = { .dir = dir, .found = found };
    struct err behind = { 0 };

    if (journal->remote != NULL && !remote_reader(journal, &journal, err))
        return false;
    if (!anchor_check(journal, dir, &behind))
        problem_add(found, behind.code, "journal.db", NULL, "%s", behind.text);
    survey.arena = arena_new();
    bool good = check(journal, &survey, err);
    arena_free(&survey.arena);
    return good;
}
