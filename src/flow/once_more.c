/* SPDX-License-Identifier: Apache-2.0 */
/* What was sent goes out once more because a person says so: the same bytes
 * again (resend), or made anew with new control numbers (reissue). Either is a
 * document of its own that names the first. */
#include "flow/flow_private.h"

#include <string.h>

#include "store/digest.h"

/* Saying the same twice is one resend; another reason is another one. */
static void
resend_key(char out[200], int64_t document, const char *reason)
{
    char digest[DIGEST_TEXT];

    digest_sha256(digest, reason, strlen(reason));
    text_format(out, 200, RESEND_KEY "%lld/%.16s", (long long)document, digest);
}

bool
is_resend(const struct document *document)
{
    return text_starts(document->key, RESEND_KEY);
}

static bool
refuse(const struct document *document, const char *why, struct err *err)
{
    return err_set(err, TP7030, "document %lld (%s %s) %s",
                   (long long)document->id, document->set, document->number,
                   why);
}

static bool
copy_part(struct journal *journal, int64_t from, int64_t to, const char *role,
          bool *found, struct err *err)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };

    return journal_get(journal, from, role, &bytes, found, err) &&
           (!*found ||
            journal_put(journal, to, role, bytes.text, bytes.size, err));
}

/* As the first was before it went anywhere. */
static struct document
successor(const struct document *first)
{
    struct document document = *first;

    document.id = document.lease = 0;
    document.original = first->id;
    document.attempts = 0;
    document.created = document.updated = document.due = 0;
    document.delivered = DELIVERED_QUEUED;
    document.acked = ACKED_NA;
    document.code = TP_NONE;
    document.reason[0] = document.waits_for[0] = document.evidence[0] = '\0';
    return document;
}

static bool
resend(struct journal *journal, const struct document *first,
       const char *reason, int64_t *made, struct err *err)
{
    struct document document = successor(first);
    char note[320];
    bool known, found;

    if (first->direction != DIRECTION_OUT || first->state != DOC_DONE)
        return refuse(first, "was not sent, so it cannot be resent", err);
    document.state = DOC_QUEUED;
    resend_key(document.key, first->id, reason);
    if (!journal_add(journal, &document, &known, err))
        return false;
    *made = document.id;
    if (known)
        return err_set(err, TP7075,
                       "document %lld was resent for this reason as document "
                       "%lld already",
                       (long long)first->id, (long long)document.id);
    if (!copy_part(journal, first->id, document.id, "x12", &found, err))
        return false;
    if (!found)
        return refuse(first, "has no bytes that could be sent again", err);
    text_format(note, sizeof note, "as document %lld: %.250s",
                (long long)document.id, reason);
    return copy_part(journal, first->id, document.id, "record", &found, err) &&
           journal_note(journal, first->id, "resent", note, err) &&
           journal_note(journal, document.id, "resend", reason, err);
}

static bool
may_be_replaced(const struct document *first)
{
    return first->direction == DIRECTION_OUT && first->isa[0] != '\0' &&
           (first->state == DOC_DONE || first->state == DOC_HELD ||
            first->state == DOC_DEAD || first->state == DOC_QUEUED ||
            first->state == DOC_DEFERRED);
}

/* The key goes to the successor: the same business, in a new envelope. */
static bool
replace(struct journal *journal, struct document *first, const char *reason,
        struct err *err)
{
    enum doc_state from = first->state;
    char key[200];

    text_copy(key, sizeof key, first->key);
    text_format(first->key, sizeof first->key, "%.160s/replaced-%lld", key,
                (long long)first->id);
    first->state = DOC_REPLACED;
    text_format(first->reason, sizeof first->reason, "reissued: %.250s",
                reason);
    return journal_advance(journal, first, from, "replaced", reason, err);
}

static bool
reissue(struct journal *journal, struct document *first, const char *reason,
        int64_t *made, struct err *err)
{
    struct document document = successor(first);
    char note[320];
    bool known, found;

    if (!may_be_replaced(first))
        return refuse(first,
                      first->isa[0] == '\0' ? "has no control number yet; "
                                              "retry or reprocess it"
                                            : "cannot be reissued as it is",
                      err);
    /* The partner that accepted the first is told that this replaces it. */
    if (first->delivered == DELIVERED_SENT && first->acked != ACKED_REJECTED)
        text_copy(document.purpose, sizeof document.purpose, "replacement");
    document.state = DOC_RECEIVED;
    document.code = TP7014; /* a person has just approved it */
    document.interchange = 0;
    document.isa[0] = document.gs[0] = document.st[0] = '\0';
    document.texts[0] = '\0';
    if (!replace(journal, first, reason, err) ||
        !journal_add(journal, &document, &known, err) ||
        !copy_part(journal, first->id, document.id, "record", &found, err))
        return false;
    if (!found)
        return refuse(first, "has no record to make it of", err);
    *made = document.id;
    text_format(note, sizeof note, "as document %lld: %.250s",
                (long long)document.id, reason);
    return journal_note(journal, first->id, "reissued", note, err) &&
           journal_note(journal, document.id, "reissue", reason, err);
}

bool
flow_once_more(struct journal *journal, int64_t id, enum flow_once_more how,
               const char *reason, int64_t *made, struct err *err)
{
    struct document first;
    bool found;

    *made = 0;
    if (!journal_document(journal, id, &first, &found, err))
        return false;
    if (!found)
        return err_set(err, TP7039, "there is no document %lld", (long long)id);
    return how == FLOW_RESEND ? resend(journal, &first, reason, made, err)
                              : reissue(journal, &first, reason, made, err);
}
