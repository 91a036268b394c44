/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: rows, the state table held, filters. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/journal_private.h"
#include "store/keeper.h"
#include "store/remote.h"
#include "store/tally.h"

/* What a document is, mostly indexed and seldom changed. */
#define IDENTITY(X)                      \
    X(direction, NAME, &direction_names) \
    X(set, TEXT, NULL)                   \
    X(kind, TEXT, NULL)                  \
    X(partner, TEXT, NULL)               \
    X(number, TEXT, NULL)                \
    X(related, TEXT, NULL)               \
    X(key, UNIQUE, NULL)                 \
    X(origin, TEXT, NULL)                \
    X(interchange, REF, NULL)            \
    X(gs, TEXT, NULL)                    \
    X(purpose, TEXT, NULL)               \
    X(date, TEXT, NULL)                  \
    X(ordinal, INT32, NULL)              \
    X(isa, TEXT, NULL)                   \
    X(st, TEXT, NULL)                    \
    X(version, TEXT, NULL)               \
    X(original, REF, NULL)               \
    X(created, INT64, NULL)

/* How far it is: written at each step. The last one stands alone, since SQL
 * takes no comma after it. */
#define PROGRESS(X) STEP(X) X(due, INT64, NULL)
#define STEP(X)                          \
    X(lines, INT32, NULL)                \
    X(amount, TEXT, NULL)                \
    X(currency, TEXT, NULL)              \
    X(test, FLAG, NULL)                  \
    X(texts, TEXT, NULL)                 \
    X(state, NAME, &state_names)         \
    X(valid, NAME, &valid_names)         \
    X(delivered, NAME, &delivered_names) \
    X(acked, NAME, &acked_names)         \
    X(posted, NAME, &posted_names)       \
    X(code, CODE, NULL)                  \
    X(reason, TEXT, NULL)                \
    X(waits_for, TEXT, NULL)             \
    X(system_number, TEXT, NULL)         \
    X(evidence, TEXT, NULL)              \
    X(attempts, INT32, NULL)             \
    X(updated, INT64, NULL)

#define AS_COLUMN(field, kind_, names_)                 \
    { .kind = COLUMN_##kind_,                           \
      .offset = offsetof(struct document, field),       \
      .size = sizeof(((struct document *)NULL)->field), \
      .names = (names_) },
#define AS_NAME(field, kind, names) "\"" #field "\","
#define AS_MARK(field, kind, names) "?,"
#define AS_SET(field, kind, names)  "\"" #field "\"=?,"

static const struct column columns[] = { IDENTITY(AS_COLUMN)
                                             PROGRESS(AS_COLUMN) };
static const struct column identity[] = { IDENTITY(AS_COLUMN) };
enum {
    COLUMNS = sizeof columns / sizeof columns[0],
    IDENTITIES = sizeof identity / sizeof identity[0]
};

#define ALL IDENTITY(AS_NAME) PROGRESS(AS_NAME) "id"

const char *
document_columns(void)
{
    return ALL;
}

void
document_read(sqlite3_stmt *statement, void *row)
{
    struct document *document = row;

    row_read(statement, 0, columns, COLUMNS, document);
    document->id = sqlite3_column_int64(statement, COLUMNS);
}

bool
journal_document(struct journal *journal, int64_t id, struct document *out,
                 bool *found, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;

    if (journal->remote != NULL)
        return remote_document(journal, id, out, found, err);
    if (!sql_open(journal, "SELECT " ALL " FROM document WHERE id = ?",
                  BIND(INT(id)), &statement, err) ||
        !sql_next(journal, statement, found, err))
        return false;
    if (*found) {
        memset(out, 0, sizeof *out);
        document_read(statement, out);
    }
    return true;
}

/* ---- adding */

/* What a state needs beside itself, so that nothing waits without a word. */
static bool
complete(const struct document *document, struct err *err)
{
    bool needs_reason = document->state == DOC_HELD ||
                        document->state == DOC_DEAD ||
                        document->state == DOC_IGNORED;

    if (needs_reason && document->reason[0] == '\0')
        return err_set(err, TP4012,
                       "document %lld (%s %s) is %s without a "
                       "reason",
                       (long long)document->id, document->set, document->number,
                       doc_state_name(document->state));
    if (document->state == DOC_DEFERRED && document->due == 0)
        return err_set(
            err, TP4012, "document %lld (%s %s) is deferred without a time",
            (long long)document->id, document->set, document->number);
    return true;
}

static bool
insert(struct journal *journal, struct document *document, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool row;

    if (!sql_open(journal,
                  "INSERT INTO document(" IDENTITY(AS_NAME)
                      PROGRESS(AS_NAME) "id) VALUES(" IDENTITY(AS_MARK)
                          PROGRESS(AS_MARK) "NULL)",
                  NOTHING, &statement, err))
        return false;
    row_bind(statement, 1, columns, COLUMNS, document);
    if (!sql_next(journal, statement, &row, err))
        return false;
    document->id = sqlite3_last_insert_rowid(journal->db);
    return true;
}

static bool
add(struct journal *journal, struct document *document, bool *known,
    struct err *err)
{
    int64_t id;

    touch(journal, document);
    *known = false;
    if (document->key[0] != '\0' &&
        !sql_number(journal, "SELECT id FROM document WHERE key = ?",
                    BIND(TEXT(document->key)), &id, known, err))
        return false;
    if (*known) {
        document->id = id;
        return true;
    }
    if (!doc_state_may_begin(document->state))
        return err_set(err, TP4012, "a document cannot begin as %s",
                       doc_state_name(document->state));
    if (!complete(document, err))
        return false;
    document->updated = when_now();
    if (document->created == 0)
        document->created = document->updated;
    return insert(journal, document, err) &&
           event_add(journal, document->id, doc_state_name(document->state),
                     "accepted", document->reason, err);
}

bool
journal_add(struct journal *journal, struct document *document, bool *known,
            struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_add(journal, document, known, err);
    return write_open(journal, &write, err) &&
           write_close(&write, add(journal, document, known, err), err);
}

void
touch(struct journal *journal, const struct document *document)
{
    bool out = document->direction == DIRECTION_OUT;

    switch (document->state) {
    case DOC_RECEIVED:
    case DOC_TRANSLATED:
        journal->touched |= WATCH_ARRIVALS | WATCH_POST;
        break;
    case DOC_QUEUED:
    case DOC_WORKING:
    case DOC_UNKNOWN:
    case DOC_DEFERRED:
        journal->touched |= out ? WATCH_SEND : WATCH_POST;
        break;
    case DOC_HELD:
    case DOC_DONE:
    case DOC_DEAD:
    case DOC_IGNORED:
    case DOC_REPLACED:
        journal->touched |= WATCH_POST;
        break;
    case DOC_STATES:
        break;
    }
}

/* ---- advancing */

/* Whoever holds the lease may change the document; without a live lease,
 * anybody who saw its state. */
static bool
check_lease(struct journal *journal, const struct document *document,
            struct err *err)
{
    int64_t token;
    bool live;

    if (!sql_number(journal,
                    "SELECT token FROM lease WHERE document = ?1"
                    " AND (token = ?2 OR (boot = ?3 AND until > ?4))",
                    BIND(INT(document->id), INT(document->lease),
                         TEXT(journal->boot), INT(when_steady())),
                    &token, &live, err))
        return false;
    if (live ? token == document->lease : document->lease == 0)
        return true;
    return err_set(err, TP4011,
                   live ? "document %lld is in another worker's hands"
                        : "the lease on document %lld is over",
                   (long long)document->id);
}

static bool
write_row(struct journal *journal, const struct document *document,
          const struct document *old, struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    bool whole = !row_equal(identity, IDENTITIES, document, old), row;
    size_t skip = whole ? 0 : IDENTITIES;

    /* Without the identity no index but those on states is touched; and the
     * id is never assigned, or every reference to it would be looked for. */
    if (!sql_open(journal,
                  whole
                      ? "UPDATE document SET " IDENTITY(AS_SET)
                            STEP(AS_SET) "due=? WHERE id=?"
                      : "UPDATE document SET " STEP(AS_SET) "due=? WHERE id=?",
                  NOTHING, &statement, err))
        return false;
    row_bind(statement, 1, columns + skip, COLUMNS - skip, document);
    sqlite3_bind_int64(statement, (int)(COLUMNS - skip) + 1, document->id);
    return sql_next(journal, statement, &row, err);
}

static bool
check_change(struct journal *journal, const struct document *document,
             const struct document *old, enum doc_state from, struct err *err)
{
    if (old->state != from)
        return err_set(err, TP4011, "document %lld is %s, not %s",
                       (long long)document->id, doc_state_name(old->state),
                       doc_state_name(from));
    if (!doc_state_may(from, document->state))
        return err_set(err, TP4012, "document %lld cannot go from %s to %s",
                       (long long)document->id, doc_state_name(from),
                       doc_state_name(document->state));
    return complete(document, err) && check_lease(journal, document, err);
}

static bool
advance(struct journal *journal, struct document *document, enum doc_state from,
        const char *what, const char *detail, struct err *err)
{
    struct document old;
    bool found;

    if (!journal_document(journal, document->id, &old, &found, err))
        return false;
    if (!found)
        return err_set(err, TP4011, "there is no document %lld",
                       (long long)document->id);
    if (!check_change(journal, document, &old, from, err))
        return false;
    touch(journal, document);
    document->created = old.created;
    document->updated = when_now();
    if (!write_row(journal, document, &old, err) ||
        !tally_posted(journal, document, &old, err) ||
        !numbers_follow(journal, document, from, err) ||
        !event_add(journal, document->id, doc_state_name(document->state), what,
                   detail, err))
        return false;
    if (document->lease == 0)
        return true;
    document->lease = 0;
    return sql_run(journal, "DELETE FROM lease WHERE document = ?",
                   BIND(INT(document->id)), err);
}

bool
journal_advance(struct journal *journal, struct document *document,
                enum doc_state from, const char *what, const char *detail,
                struct err *err)
{
    struct write write;

    if (journal->remote != NULL)
        return remote_advance(journal, document, from, what, detail, err);
    return write_open(journal, &write, err) &&
           write_close(&write,
                       advance(journal, document, from, what, detail, err),
                       err);
}

/* ---- lists */

static void
term(struct filter_sql *filter, const char *text, struct value value)
{
    BUG_IF(filter->count >= FILTER_VALUES);
    filter->values[filter->count++] = value;
    buf_addf(&filter->sql, " AND ");
    /* Each term has one mark; a numbered one may stand twice. */
    for (; *text != '\0'; text++)
        if (*text == '?')
            buf_addf(&filter->sql, "?%zu", filter->count);
        else
            buf_addc(&filter->sql, *text);
}

static void
text_term(struct filter_sql *filter, const char *text, const char *value)
{
    if (value != NULL)
        term(filter, text, (struct value)TEXT(value));
}

static void
state_terms(struct filter_sql *filter, uint32_t states)
{
    const char *comma = "";

    if (states == 0)
        return;
    buf_adds(&filter->sql, " AND d.state IN (");
    for (int i = 0; i < DOC_STATES; i++)
        if (states & (1U << i)) {
            buf_addf(&filter->sql, "%s'%s'", comma,
                     doc_state_name((enum doc_state)i));
            comma = ",";
        }
    buf_adds(&filter->sql, ")");
    /* The very term of the partial index on what is not done. */
    if ((states & (1U << DOC_DONE)) == 0)
        buf_adds(&filter->sql, " AND d.state <> 'done'");
}

void
filter_terms(struct filter_sql *filter, const struct doc_filter *wanted,
             moment now)
{
    state_terms(filter, wanted->states);
    /* By its name, since the index on groups is one of what is sent. */
    if (wanted->direction != DIRECTION_ANY)
        buf_addf(&filter->sql, " AND d.direction = '%s'",
                 name_of(&direction_names, (int)wanted->direction));
    text_term(filter, "d.partner = ?", wanted->partner);
    text_term(filter, "d.\"set\" = ?", wanted->set);
    text_term(filter, "d.number = ? AND d.number <> ''", wanted->number);
    text_term(filter, "d.related = ? AND d.related <> ''", wanted->related);
    text_term(filter, "d.waits_for = ? AND d.waits_for <> ''",
              wanted->waits_for);
    text_term(filter, "d.origin = ? AND d.origin <> ''", wanted->origin);
    text_term(filter, "d.key = ?", wanted->key);
    text_term(filter, "d.code <> ?",
              wanted->unless_code ? err_name(wanted->unless_code) : NULL);
    text_term(filter, "d.isa = ?", wanted->isa);
    text_term(filter, "d.gs = ? AND d.gs <> ''", wanted->gs);
    text_term(filter, "d.st = ?", wanted->st);
    text_term(filter,
              "instr(lower(d.number || ' ' || d.related || ' ' || d.partner"
              " || ' ' || ifnull(d.key, '') || ' ' || d.origin || ' ' ||"
              " d.reason || ' ' || d.system_number), lower(?)) > 0",
              wanted->text);
    if (wanted->interchange != 0)
        term(filter, "d.interchange = ?",
             (struct value)INT(wanted->interchange));
    if (wanted->since != 0)
        term(filter, "d.created >= ?", (struct value)INT(wanted->since));
    if (wanted->until != 0)
        term(filter, "d.created <= ?", (struct value)INT(wanted->until));
    if (wanted->due_only)
        term(filter, SQL_IS_DUE("d", "?"), (struct value)INT(now));
}

bool
journal_list(struct journal *journal, const struct doc_filter *wanted,
             struct arena *arena, struct document **out, size_t *count,
             struct err *err)
{
    CLEANUP(sql_done) sqlite3_stmt *statement = NULL;
    struct filter_sql filter = { 0 };
    void *list = NULL;

    if (journal->remote != NULL)
        return remote_list(journal, wanted, arena, out, count, err);
    buf_adds(&filter.sql, "SELECT " ALL " FROM document d WHERE 1");
    filter_terms(&filter, wanted, when_now());
    buf_addf(&filter.sql, " ORDER BY d.id%s", wanted->newest ? " DESC" : "");
    if (wanted->limit > 0)
        buf_addf(&filter.sql, " LIMIT %d", wanted->limit);
    bool good = sql_open(journal, buf_text(&filter.sql), filter.values,
                         &statement, err) &&
                sql_list(journal, statement, arena, sizeof **out, document_read,
                         &list, count, err);
    buf_free(&filter.sql);
    *out = list;
    return good;
}
