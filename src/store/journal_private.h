/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_private - what the files of the journal share: the object, prepared
 * statements, rows as tables of columns, and the scope of a write.
 */
#ifndef TP_STORE_JOURNAL_PRIVATE_H
#define TP_STORE_JOURNAL_PRIVATE_H

#include <sqlite3.h>

#include "store/digest.h"
#include "store/journal.h"

enum {
    STATEMENTS = 128,         /* slots of the statement cache */
    QUERIES = 8,              /* and of the one for journal_query */
    SMALL_PAYLOAD = 64 * 1024 /* larger ones lie in store/ */
};
#define PAYLOAD_MAX ((size_t)256 * 1024 * 1024)

struct remote;

struct journal {
    struct remote *remote; /* the keeper does it; NULL = done here */
    sqlite3 *db;
    char dir[768];
    int lock; /* of journal.lock; -1 for a reader */
    bool reader, writing;
    bool broken; /* a write failed: nothing is believed until reopened */
    bool doomed; /* this transaction is incomplete and cannot commit */
    /* In the keeper, transactions of its clients are parts of one commit. */
    bool grouped, group_open, group_lost;
    int64_t claimed;  /* the token that the last claim gave; 0 = none */
    uint32_t touched; /* WATCH_ bits of what changed since last asked */
    int wal_pages;
    int64_t anchored, anchored_at; /* event and time of the last .epoch */
    struct reserve reserve;
    char actor[32], boot[40];
    bool head_known; /* head: id and hash of the last event */
    int64_t head_id;
    char head[DIGEST_TEXT];
    sqlite3_stmt *cache[STATEMENTS], *asked[QUERIES];
    bool asking; /* a query from outside is being compiled */
};

/* ---- names of enums */

struct names {
    const char *const *list;
    int count;
};
extern const struct names direction_names, state_names, valid_names,
    delivered_names, acked_names, posted_names, effect_state_names;
const char *name_of(const struct names *, int value);
bool name_find(const struct names *, const char *name, int *value);
bool doc_state_may_begin(enum doc_state);

/* ---- statements */

struct value {
    enum { VALUE_END, VALUE_INT, VALUE_TEXT, VALUE_BLOB, VALUE_NULL } kind;
    int64_t number;
    const void *bytes;
    size_t size;
};
#define INT(n)                                    \
    {                                             \
        .kind = VALUE_INT, .number = (int64_t)(n) \
    }
#define TEXT(t)                          \
    {                                    \
        .kind = VALUE_TEXT, .bytes = (t) \
    }
#define BLOB(b, s)                                    \
    {                                                 \
        .kind = VALUE_BLOB, .bytes = (b), .size = (s) \
    }
/* 0 is NULL in the journal: no such document, no such interchange. */
#define REF(n)                                                            \
    {                                                                     \
        .kind = (n) == 0 ? VALUE_NULL : VALUE_INT, .number = (int64_t)(n) \
    }
#define BIND(...)             \
    (const struct value[])    \
    {                         \
        __VA_ARGS__,          \
        {                     \
            .kind = VALUE_END \
        }                     \
    }
#define NOTHING ((const struct value[]){ { .kind = VALUE_END } })

/* The cached statement, reset and bound; the values must outlive its steps.
 * Give it back with CLEANUP(sql_done). */
bool sql_open(struct journal *, const char *sql, const struct value *,
              sqlite3_stmt **, struct err *) MUST_USE;
bool sql_next(struct journal *, sqlite3_stmt *, bool *row,
              struct err *) MUST_USE;
void sql_done(sqlite3_stmt **);
bool sql_run(struct journal *, const char *sql, const struct value *,
             struct err *) MUST_USE;
/* The first column of the first row; NULL and no row are found = false. */
bool sql_number(struct journal *, const char *sql, const struct value *,
                int64_t *out, bool *found, struct err *) MUST_USE;
const char *sql_text(sqlite3_stmt *, int column); /* never NULL */
/* Fills err from SQLite's last failure; remembers what breaks the journal. */
bool sql_fail(struct journal *, struct err *);
/* Prepared, not cached, for texts that come from outside. */
void sql_forget(sqlite3_stmt **);

/* ---- rows: a struct's fields as columns */

enum column_kind {
    COLUMN_INT64,
    COLUMN_INT32,
    COLUMN_FLAG,
    COLUMN_TEXT,
    COLUMN_NAME,   /* an enum by its name */
    COLUMN_REF,    /* 0 is NULL */
    COLUMN_UNIQUE, /* "" is NULL */
    COLUMN_CODE,   /* an err_code by its name */
    COLUMN_HASH    /* hex in the struct, bytes in the journal */
};
struct column {
    enum column_kind kind;
    size_t offset, size;
    const struct names *names;
};
void row_bind(sqlite3_stmt *, int first, const struct column *, size_t count,
              const void *row);
void row_read(sqlite3_stmt *, int first, const struct column *, size_t count,
              void *row);
bool row_equal(const struct column *, size_t count, const void *a,
               const void *b);
void hash_bytes(unsigned char out[32], const char *hex);
/* TP_NONE when there is none of that name. */
enum err_code code_named(const char *name);

/* ---- the scope of a write: its own transaction unless one is open */

struct write {
    struct journal *journal;
    bool own;
};
bool write_open(struct journal *, struct write *, struct err *) MUST_USE;
/* Ends the scope: commits when good, else undoes or dooms. */
bool write_close(struct write *, bool good, struct err *) MUST_USE;

/* The commit that carries what was done since the last one; false: all of it
 * is undone. Nothing to do is good. */
bool group_commit(struct journal *, struct err *) MUST_USE;
/* Remembers whom a document's state concerns. */
void touch(struct journal *, const struct document *);

/* Leases by their token, for the keeper. */
bool lease_end(struct journal *, int64_t token, struct err *) MUST_USE;
bool lease_lives(struct journal *, int64_t token, bool *live,
                 struct err *) MUST_USE;
/* spool.c: a part of spool_refresh and spool_rebuild. */
bool spool_refresh_some(struct journal *, const char *dir, int64_t events,
                        bool *more, struct err *) MUST_USE;
/* What the views hold is on the disk from now on, until they change. */
bool spool_settle(struct journal *, const char *dir, struct err *) MUST_USE;
bool spool_clear(struct journal *, const char *dir, struct err *) MUST_USE;

/* ---- insiders' operations; each inside a write */

bool schema_migrate(struct journal *, struct err *) MUST_USE;
bool schema_views(struct journal *, struct err *) MUST_USE;
int functions_add(sqlite3 *);
/* Lets a query only read; user is the journal. */
int query_authorize(void *user, int action, const char *, const char *,
                    const char *, const char *);
bool event_add(struct journal *, int64_t document, const char *state,
               const char *what, const char *detail, struct err *) MUST_USE;
/* The hash that an event must have after the one before it. */
void event_hash(char out[DIGEST_TEXT], const char *before,
                const struct event *);
void event_read(sqlite3_stmt *, struct event *);
#define EVENT_COLUMNS \
    "id,ifnull(document,0),at,actor,what,detail,state,lower(hex(hash))"
/* Replaces the row `payload` when it is not 0, else adds one. */
bool payload_put(struct journal *, const void *bytes, size_t size,
                 int64_t *payload, struct err *) MUST_USE;
/* The same of a file, which is copied in pieces; its hash was taken before. */
bool payload_put_file(struct journal *, const char *path, const char *sha256,
                      int64_t size, int64_t *payload, struct err *) MUST_USE;
bool payload_get(struct journal *, int64_t payload, struct buf *,
                 struct err *) MUST_USE;
/* TP4019 when the bytes would take of the reserve. */
bool has_room(struct journal *, size_t size, struct err *) MUST_USE;
/* Removes what a writer that died left half-written in store/. */
bool payload_sweep(struct journal *, struct err *) MUST_USE;
void payload_dir(const struct journal *, char *out, size_t out_size);
/* Numbers of abandoned documents become voids, and back. */
bool numbers_follow(struct journal *, const struct document *,
                    enum doc_state from, struct err *) MUST_USE;
/* Copies what fits and never ends in half a character. */
void fit(char *out, size_t out_size, const char *text);

/* Reads a whole list in the arena: one row at a time through read(). */
typedef void row_reader(sqlite3_stmt *, void *row);
bool sql_list(struct journal *, sqlite3_stmt *, struct arena *, size_t row_size,
              row_reader *, void **out, size_t *count, struct err *) MUST_USE;

void document_read(sqlite3_stmt *, void *row);
void effect_read(sqlite3_stmt *, void *row);
const char *document_columns(void);
/* A document waits no longer when its time has come, or when that time was
 * taken from a clock that ran ahead (when_is_ahead). */
#define SQL_IS_DUE(document, now)                                       \
    "(" document ".due <= " now " OR " document ".updated > " now " + " \
    "3600000)"
/* Appends "AND ..." terms and their values; see documents.c. */
enum { FILTER_VALUES = 20 };
struct filter_sql {
    struct buf sql;
    struct value values[FILTER_VALUES + 1];
    size_t count;
};
void filter_terms(struct filter_sql *, const struct doc_filter *, moment now);

#endif
