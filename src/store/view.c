/* SPDX-License-Identifier: Apache-2.0 */
/* What one document looks like in the spool: its path, its bytes, its .why. */
#include <string.h>

#include "base/text.h"
#include "store/spool_private.h"

/* NULL: nothing to show, as the machine has it or nobody asks for it. */
static const char *
folder_of(const struct document *document)
{
    bool out = document->direction == DIRECTION_OUT;

    switch (document->state) {
    case DOC_HELD:
    case DOC_DEAD:
        return "hold";
    case DOC_DONE:
        return out ? "sent" : "done";
    case DOC_RECEIVED:
    case DOC_TRANSLATED:
    case DOC_QUEUED:
    case DOC_WORKING:
    case DOC_UNKNOWN:
    case DOC_DEFERRED:
        return out ? "out" : NULL;
    case DOC_IGNORED:
    case DOC_REPLACED:
    case DOC_STATES:
        break;
    }
    return NULL;
}

/* Letters, digits, "_" and inner dots stay; all else becomes "-". */
static void
add_safe(char *out, size_t out_size, const char *text)
{
    size_t size = strlen(out);

    for (; *text != '\0' && size + 1 < out_size; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') ||
                     (*text >= 'A' && *text <= 'Z') ||
                     (*text >= '0' && *text <= '9') || *text == '_' ||
                     (*text == '.' && size > 0 && out[size - 1] != '.');
        out[size++] = plain ? *text : '-';
    }
    out[size] = '\0';
}

/* Another document has the same name and came first. */
static bool
has_twin(struct journal *journal, const struct document *d, bool *twin,
         struct err *err)
{
    int64_t id;

    return sql_number(journal,
                      "SELECT id FROM document WHERE number = ?1"
                      " AND number <> '' AND id < ?2 AND \"set\" = ?3"
                      " AND partner = ?4 AND isa = ?5",
                      BIND(TEXT(d->number), INT(d->id), TEXT(d->set),
                           TEXT(d->partner), TEXT(d->isa)),
                      &id, twin, err);
}

/* "850_PO-106233_BLUEFISH_000000918": unique by its control number, else by
 * the document's own. */
static bool
name_of_document(struct journal *journal, const struct document *d,
                 char out[VIEW_NAME], struct err *err)
{
    const char *parts[] = { d->set[0] ? d->set : d->kind, d->number,
                            d->partner };
    bool twin = d->number[0] == '\0' || d->isa[0] == '\0';
    char tail[32];

    if (!twin && !has_twin(journal, d, &twin, err))
        return false;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i][0] == '\0')
            continue;
        size_t size = strlen(out);
        text_copy(out + size, VIEW_NAME - size, size > 0 ? "_" : "");
        add_safe(out, VIEW_NAME - 64, parts[i]);
    }
    text_format(tail, sizeof tail, "_%s", d->isa);
    if (d->isa[0] != '\0')
        add_safe(out, VIEW_NAME - 32, tail);
    size_t size = strlen(out);
    if (twin)
        text_format(out + size, VIEW_NAME - size, "_d%lld", (long long)d->id);
    return true;
}

/* ---- the bytes */

/* What cannot be read now is shown when it can; what is gone is not found. */
static bool
load_arrival(struct journal *journal, const struct document *d, struct buf *out,
             bool *found, struct err *err)
{
    struct err failure = { 0 };

    *found = d->interchange != 0 &&
             journal_bytes(journal, d->interchange, out, &failure);
    if (failure.code == TP4002 || failure.code == TP4004) {
        *err = failure;
        return false;
    }
    if (!*found)
        buf_clear(out);
    return true;
}

/* What people call the document: what goes over the wire, else what it is
 * made from. */
static bool
load(struct journal *journal, const struct document *d, struct buf *out,
     struct err *err)
{
    static const char *const roles[] = { "x12", "source", "record" };
    bool found = false;

    for (size_t i = 0; i < sizeof roles / sizeof roles[0] && !found; i++) {
        bool last = i + 1 == sizeof roles / sizeof roles[0];
        if (last && !load_arrival(journal, d, out, &found, err))
            return false;
        if (!found && !journal_get(journal, d->id, roles[i], out, &found, err))
            return false;
    }
    return true;
}

static const char *
ending_of(const struct buf *bytes)
{
    const char *text = buf_text(bytes);

    if (text_starts(text, "ISA") || text_starts(text, "ST"))
        return "edi";
    return text[0] == '{' || text[0] == '[' ? "json" : "txt";
}

static void
describe(struct buf *out, const struct document *d)
{
    buf_addf(out, "%s %s %s %s (document %lld), %s\n", d->set, d->number,
             d->direction == DIRECTION_OUT ? "to" : "from", d->partner,
             (long long)d->id, doc_state_name(d->state));
}

/* ---- the .why */

static void
add_fact(struct buf *out, const struct document *d)
{
    char fact[sizeof d->waits_for], *rest = fact;

    text_copy(fact, sizeof fact, d->waits_for);
    char *value = strchr(fact, ':');
    value = value != NULL ? strchr(value + 1, ':') : NULL;
    buf_addf(out, "Released by  %s; it goes on by itself then\n", d->waits_for);
    if (value == NULL)
        return;
    *value++ = '\0';
    char *table = text_word(&rest, ":"), *partner = text_word(&rest, ":");
    if (table == NULL)
        return;
    buf_addf(out, "Command      tradepost lookup set %s '%s' OURS", table,
             value);
    if (partner != NULL)
        buf_addf(out, " --partner %s", partner);
    buf_addc(out, '\n');
}

static void
explain(struct buf *out, const struct document *d)
{
    char stamp[WHEN_STAMP];

    describe(out, d);
    buf_addf(out, "Since        %s\n", when_stamp(d->updated, stamp));
    buf_addf(out, "Reason       %s\n", d->reason);
    if (d->code != TP_NONE)
        buf_addf(out, "Code         %s: %s\n", err_name(d->code),
                 err_info(d->code)->fix);
    if (d->waits_for[0] != '\0')
        add_fact(out, d);
    else
        buf_addf(out, "Released by  a person's decision\n");
    buf_addf(out, "Command      tradepost doc release %lld\n",
             (long long)d->id);
    buf_addf(out, "             tradepost doc ignore %lld --reason TEXT\n",
             (long long)d->id);
    buf_addf(out, "More         tradepost doc show %lld\n", (long long)d->id);
}

bool
view_of(struct journal *journal, const struct document *document,
        struct view *view, struct err *err)
{
    const char *folder = folder_of(document);
    char name[VIEW_NAME], date[16];

    memset(view, 0, sizeof *view);
    if (folder == NULL)
        return true;
    if (!name_of_document(journal, document, name, err) ||
        !load(journal, document, &view->bytes, err))
        return false;
    if (view->bytes.size == 0)
        describe(&view->bytes, document);
    when_format(document->created, NULL, "%Y/%m/%d", date, sizeof date);
    text_format(view->path, sizeof view->path, "%s/%s/%s.%s", folder, date,
                name, ending_of(&view->bytes));
    view->held = text_equal(folder, "hold");
    if (view->held)
        explain(&view->why, document);
    return true;
}

void
view_free(struct view *view)
{
    buf_free(&view->bytes);
    buf_free(&view->why);
}
