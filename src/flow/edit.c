/* SPDX-License-Identifier: Apache-2.0 */
/* A person corrects what a document says, because the partner cannot or will
 * not send it again. What came is never touched: the record as it first was
 * stays as "original", the bytes stay, and the story says who changed what. */
#include "flow/flow_private.h"

#include <string.h>

static bool
may_edit(const struct document *document, struct err *err)
{
    if (document->state != DOC_HELD && document->state != DOC_DEAD)
        return err_set(
            err, TP7030,
            "document %lld is %s; what is held or dead can be edited",
            (long long)document->id, doc_state_name(document->state));
    if (document->direction == DIRECTION_OUT && document->isa[0] != '\0')
        return err_set(err, TP7030,
                       "the X12 of document %lld is made and numbered: correct "
                       "it in the system, then doc reissue",
                       (long long)document->id);
    return true;
}

/* "amount 8120 -> 8119.50; lines[0].item ..." of the scalars that differ. */
static void
tell_change(const char *path, json_t *before, json_t *after, struct buf *out)
{
    const char *old = json_is_string(before) ? json_string_value(before) : "";
    const char *new = json_is_string(after) ? json_string_value(after) : "";

    if (text_equal(old, new))
        return;
    buf_addf(out, "%s%s '%.40s' -> '%.40s'", out->size ? "; " : "", path, old,
             new);
}

static void compare(const char *path, json_t *before, json_t *after,
                    struct buf *out);

static void
compare_groups(const char *path, json_t *before, json_t *after, struct buf *out)
{
    char longer[160];
    const char *name;
    json_t *value;

    json_object_foreach(before, name, value)
    {
        text_format(longer, sizeof longer, "%s%s%s", path, path[0] ? "." : "",
                    name);
        compare(longer, value, json_object_get(after, name), out);
    }
    json_object_foreach(after, name, value)
    {
        if (json_object_get(before, name) != NULL)
            continue;
        text_format(longer, sizeof longer, "%s%s%s", path, path[0] ? "." : "",
                    name);
        compare(longer, NULL, value, out);
    }
}

/* A record is no deeper than its schema. */
static void
compare(const char *path, json_t *before, json_t *after, struct buf *out)
{
    char longer[160];
    size_t most = json_array_size(before) > json_array_size(after)
                      ? json_array_size(before)
                      : json_array_size(after);

    for (size_t i = 0; i < most; i++) {
        text_format(longer, sizeof longer, "%s[%zu]", path, i);
        compare(longer, json_array_get(before, i), json_array_get(after, i),
                out);
    }
    if (json_is_object(before) || json_is_object(after))
        compare_groups(path, before, after, out);
    else if (most == 0)
        tell_change(path, before, after, out);
}

static bool
read_new(const struct record *old, const struct buf *json,
         struct record **record, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);

    if (!record_parse(record, old->kind, buf_text(json), json->size, err))
        return false;
    record_check(*record, found);
    return problems_to_err(found, err);
}

/* The posting key is made of them. */
static bool
is_still_the_same(const struct document *before, const struct document *after,
                  struct err *err)
{
    if (text_equal(before->number, after->number) &&
        text_equal(before->purpose, after->purpose))
        return true;
    return err_set(err, TP7078,
                   "found number '%s', purpose '%s', expected '%s', '%s': "
                   "what a document is stays",
                   after->number, after->purpose, before->number,
                   before->purpose);
}

static bool
keep(struct journal *journal, const struct document *document,
     const struct record *old, const struct record *new, struct err *err)
{
    CLEANUP(buf_free) struct buf first = { 0 }, json = { 0 };
    bool edited;

    if (!is_edited(journal, document->id, &edited, err))
        return false;
    record_dump(old, &first);
    record_dump(new, &json);
    return (edited || journal_put(journal, document->id, "original", first.text,
                                  first.size, err)) &&
           journal_put(journal, document->id, "record", json.text, json.size,
                       err) &&
           journal_put(journal, document->id, EDITED_PART, "yes", 3, err);
}

bool
is_edited(struct journal *journal, int64_t document, bool *edited,
          struct err *err)
{
    CLEANUP(buf_free) struct buf said = { 0 };
    bool found;

    *edited = false;
    if (!journal_get(journal, document, EDITED_PART, &said, &found, err))
        return false;
    *edited = found && text_equal(buf_text(&said), "yes");
    return true;
}

/* Back to what came: reprocess. */
bool
forget_edit(struct journal *journal, int64_t document, struct err *err)
{
    CLEANUP(buf_free) struct buf first = { 0 };
    bool edited, found;

    if (!is_edited(journal, document, &edited, err))
        return false;
    if (!edited)
        return true;
    return journal_get(journal, document, "original", &first, &found, err) &&
           (!found || journal_put(journal, document, "record", first.text,
                                  first.size, err)) &&
           journal_put(journal, document, EDITED_PART, "no", 2, err);
}

bool
flow_edit(const struct conf *conf, struct journal *journal, int64_t id,
          const struct buf *json, const char *reason, struct err *err)
{
    struct flow only = { .conf = conf, .journal = journal };
    CLEANUP(record_free) struct record *old = NULL;
    CLEANUP(record_free) struct record *new = NULL;
    CLEANUP(buf_free) struct buf changes = { 0 };
    struct document document, before;
    bool found;

    if (!journal_document(journal, id, &document, &found, err))
        return false;
    if (!found)
        return err_set(err, TP7039, "there is no document %lld", (long long)id);
    before = document;
    if (!may_edit(&document, err) ||
        !document_record(&only, &document, &old, err) ||
        !read_new(old, json, &new, err))
        return false;
    document_describe(&only, &document, new);
    if (!is_still_the_same(&before, &document, err))
        return false;
    compare("", old->fields, new->fields, &changes);
    if (changes.size == 0)
        return err_set(err, TP7078, "nothing differs from what is there");
    document.code = TP7077;
    document.waits_for[0] = '\0';
    text_format(document.reason, sizeof document.reason, "edited: %.200s",
                reason);
    return keep(journal, &document, old, new, err) &&
           journal_advance(journal, &document, before.state, "edited",
                           buf_text(&changes), err);
}
