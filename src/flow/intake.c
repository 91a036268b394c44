/* SPDX-License-Identifier: Apache-2.0 */
/* One arrival is taken apart: interchanges, sets, acknowledgements. All that
 * comes of it enters the journal in one commit, so that a run that dies does
 * all of it again, or nothing. */
#include "flow/intake_private.h"

#include <stdlib.h>
#include <string.h>

static bool
take_window(void *user, int columns, const char *const *names,
            const char *const *values, struct err *err)
{
    struct apart *apart = user;
    struct window *window = arena_alloc(apart->arena, sizeof *window);

    (void)columns;
    (void)names;
    (void)err;
    window->offset = strtoll(values[0], NULL, 10);
    window->id = strtoll(values[1], NULL, 10);
    window->begun = text_equal(values[2], "splitting");
    window->next = apart->taken;
    apart->taken = window;
    return true;
}

/* A released interchange is taken apart anew; the others of its file are not.
 */
bool
intake_find_taken(struct apart *apart, struct err *err)
{
    char id[24];
    const char *const values[] = { id };

    text_format(id, sizeof id, "%lld", (long long)apart->arrival->id);
    return journal_query(apart->flow->journal,
                         "SELECT \"offset\", interchange, state FROM "
                         "interchanges WHERE arrival = CAST(?1 AS INTEGER) AND "
                         "state <> 'replaced'",
                         values, 1, take_window, apart, err);
}

bool
intake_is_taken(const struct apart *apart, uint64_t offset)
{
    const struct window *window = apart->taken;

    while (window != NULL &&
           (window->begun || (uint64_t)window->offset != offset))
        window = window->next;
    return window != NULL;
}

int64_t
intake_begun(const struct apart *apart, uint64_t offset)
{
    const struct window *window = apart->taken;

    while (window != NULL &&
           (!window->begun || (uint64_t)window->offset != offset))
        window = window->next;
    return window != NULL ? window->id : 0;
}

static struct prepared *
add_set(struct apart *apart, struct part *part)
{
    struct prepared **end = &part->sets;
    int32_t ordinal = 0;

    for (; *end != NULL; end = &(*end)->next)
        ordinal++;
    *end = arena_alloc(apart->arena, sizeof **end);
    (*end)->document.ordinal = ordinal + 1;
    return *end;
}

/* A whole interchange, or file, that waits: it becomes one document with
 * ordinal 0, so that it is seen and can be released. */
static struct document *
add_whole(struct apart *apart, struct part *part)
{
    struct document *document = &add_set(apart, part)->document;
    const char *code =
        part->partner ? part->partner->code : apart->arrival->partner;

    document->ordinal = 0;
    document->direction = DIRECTION_IN;
    document->delivered = DELIVERED_FETCHED;
    document->valid = VALID_BAD;
    document->test = part->row.test;
    text_copy(document->partner, sizeof document->partner, code);
    text_copy(document->isa, sizeof document->isa, part->row.control);
    text_copy(document->number, sizeof document->number,
              part->row.control[0] ? part->row.control : "");
    text_copy(document->purpose, sizeof document->purpose, "original");
    return document;
}

struct part *
intake_add_part(struct apart *apart, const struct read_interchange *from)
{
    struct part **end = &apart->parts;

    while (*end != NULL)
        end = &(*end)->next;
    struct part *part = *end = arena_alloc(apart->arena, sizeof *part);
    struct interchange *row = &part->row;
    part->from = from;
    row->arrival = apart->arrival->id;
    row->direction = DIRECTION_IN;
    text_copy(row->state, sizeof row->state, "split");
    text_copy(row->channel, sizeof row->channel, apart->arrival->channel);
    text_copy(row->name, sizeof row->name, apart->arrival->name);
    text_copy(row->partner, sizeof row->partner, apart->arrival->partner);
    row->size = apart->arrival->size;
    if (from == NULL)
        return part;
    text_format(row->sender, sizeof row->sender, "%s:%s",
                from->sender_qualifier, from->sender);
    text_format(row->receiver, sizeof row->receiver, "%s:%s",
                from->receiver_qualifier, from->receiver);
    text_copy(row->control, sizeof row->control, from->control);
    row->test = from->test;
    row->ack_asked = from->ack_asked;
    row->offset = (int64_t)from->offset;
    row->size = (int64_t)from->size;
    return part;
}

void
intake_hold_unreadable(struct apart *apart)
{
    struct part *part = intake_add_part(apart, NULL);
    struct document *document = add_whole(apart, part);
    const char *why = apart->sum.why;

    text_copy(part->row.state, sizeof part->row.state, "junk");
    trouble_hold(document, TP7025, NULL, "%s from %s holds no interchange%s%s",
                 apart->arrival->name, apart->arrival->channel,
                 why[0] != '\0' ? ": " : "", why);
}

static bool
is_for_us(const struct part *part)
{
    return text_equal(part->from->receiver, part->partner->our_isa_id) &&
           text_equal(part->from->receiver_qualifier,
                      part->partner->our_isa_qualifier);
}

static void
hold_rejected(struct apart *apart, struct part *part)
{
    trouble_hold(add_whole(apart, part), TP7026, NULL,
                 "interchange %s is rejected as a whole (TA1 %s): %s",
                 part->from->control, part->from->ta1, part->from->why);
}

static bool
is_from_us(const struct conf *conf, const struct read_interchange *from)
{
    const struct company *we = conf_company(conf);

    return text_equal(from->sender, we->isa_id) &&
           text_equal(from->sender_qualifier, we->isa_qualifier);
}

/* Who sent it, to whom, and was it here before? False when the answer ends
 * it, with a document that says why. */
static bool
judge_sender(struct apart *apart, struct part *part, bool *goes_on)
{
    struct document *document;
    char waits[80];

    *goes_on = false;
    part->partner = partner_by_isa(
        apart->flow->conf, part->from->sender_qualifier, part->from->sender);
    if (part->partner == NULL && is_from_us(apart->flow->conf, part->from)) {
        document = add_whole(apart, part);
        trouble_hold(document, TP7028, NULL,
                     "interchange %s was sent by ourselves (%s) and came back",
                     part->from->control, part->row.sender);
        return true;
    }
    if (part->partner == NULL) {
        document = add_whole(apart, part);
        text_format(waits, sizeof waits, "partner::%s", part->row.sender);
        trouble_hold(document, TP7027, waits,
                     "no partner has the ISA id %s; give it to one in "
                     "partners/",
                     part->row.sender);
        part->row.control[0] = '\0';
        return true;
    }
    text_copy(part->row.partner, sizeof part->row.partner, part->partner->code);
    bool accepted = text_equal(apart->arrival->reason, ACCEPTED_BY_PERSON);
    if (!accepted && apart->arrival->partner[0] != '\0' &&
        !text_equal(apart->arrival->partner, part->partner->code)) {
        document = add_whole(apart, part);
        trouble_hold(document, TP7028, NULL,
                     "interchange %s of %s arrived where only %s delivers",
                     part->from->control, part->partner->code,
                     apart->arrival->partner);
        /* Else anybody could use up the numbers of others. */
        part->row.control[0] = '\0';
        return true;
    }
    if (!accepted && !is_for_us(part)) {
        document = add_whole(apart, part);
        trouble_hold(document, TP7028, NULL,
                     "interchange %s is addressed to %s, which is not us",
                     part->from->control, part->row.receiver);
        return true;
    }
    *goes_on = true;
    return true;
}

/* Of one file, those before it are not yet in the journal. */
static enum known
known_here(const struct apart *apart, const struct interchange *row)
{
    enum known known = KNOWN_NOT;

    for (const struct part *part = apart->parts; part; part = part->next) {
        const struct interchange *other = &part->row;
        if (other == row || other->control[0] == '\0' ||
            !text_equal(other->control, row->control) ||
            !text_equal(other->sender, row->sender) ||
            !text_equal(other->receiver, row->receiver))
            continue;
        if (text_equal(other->sha256, row->sha256))
            return KNOWN_SAME;
        known = KNOWN_OTHER;
    }
    return known;
}

/* Whether it was here before, and where, in words. */
static bool
find_known(struct apart *apart, const struct interchange *row,
           enum known *known, char words[64], struct err *err)
{
    struct journal *journal = apart->flow->journal;
    struct interchange other;
    int64_t first;
    bool found, here = false;

    if (!journal_known(journal, row, known, &first, err))
        return false;
    if (*known != KNOWN_NOT) {
        if (!journal_interchange(journal, first, &other, &found, err))
            return false;
        here = found && other.arrival == row->arrival;
    }
    enum known in_file = known_here(apart, row);
    if (*known != KNOWN_SAME && in_file != KNOWN_NOT &&
        (*known == KNOWN_NOT || in_file == KNOWN_SAME)) {
        *known = in_file;
        here = true;
    }
    if (here)
        text_copy(words, 64, "one before it in this file");
    else
        text_format(words, 64, "interchange %lld", (long long)first);
    return true;
}

static bool
judge_known(struct apart *apart, struct part *part, bool *goes_on,
            struct err *err)
{
    struct document *document;
    enum known known;
    char words[64];

    if (!find_known(apart, &part->row, &known, words, err))
        return false;
    part->first = known == KNOWN_NOT;
    *goes_on =
        part->first || (known == KNOWN_OTHER &&
                        text_equal(apart->arrival->reason, ACCEPTED_BY_PERSON));
    if (*goes_on)
        return true;
    document = add_whole(apart, part);
    document->valid = VALID_WARN;
    if (known == KNOWN_OTHER) {
        trouble_hold(document, TP7029, NULL,
                     "control number %s was used before by %s with other "
                     "content",
                     part->from->control, words);
        return true;
    }
    document->state = DOC_IGNORED;
    document->code = TP7023;
    text_format(document->reason, sizeof document->reason,
                "duplicate of %s: same number, same bytes", words);
    return true;
}

bool
intake_judge(struct apart *apart, struct part *part, bool *goes_on,
             struct err *err)
{
    bool begun = part->row.id != 0;

    if (!judge_sender(apart, part, goes_on) ||
        (*goes_on && !begun && !judge_known(apart, part, goes_on, err)))
        return false;
    if (begun && !*goes_on)
        return err_set_kind(err, TP7045, ERR_DATA,
                            "interchange %s is taken apart in part, and its "
                            "sender is known no longer",
                            part->from->control);
    if (*goes_on && part->from->rejected) {
        hold_rejected(apart, part);
        *goes_on = false;
    }
    return true;
}

/* Junk between interchanges is named in the journal, so that every byte of an
 * arrival is accounted for. */
static void
name_junk(struct apart *apart, uint64_t offset, uint64_t size)
{
    struct part *part = intake_add_part(apart, NULL);

    text_copy(part->row.state, sizeof part->row.state, "junk");
    part->row.offset = (int64_t)offset;
    part->row.size = (int64_t)size;
    text_format(part->row.reason, sizeof part->row.reason,
                "%llu bytes that are no interchange", (unsigned long long)size);
}

bool
intake_junk(void *user, uint64_t offset, uint64_t size, struct err *err)
{
    struct apart *apart = user;

    (void)err;
    if (!intake_is_taken(apart, offset))
        name_junk(apart, offset, size);
    return true;
}

static bool
take_interchange(void *user, const struct read_interchange *told,
                 struct read_wish *wish, struct err *err)
{
    struct apart *apart = user;
    bool goes_on;

    if (intake_is_taken(apart, told->offset))
        return true;
    apart->part = intake_add_part(apart, told);
    interchange_hash(&apart->part->row, buf_text(&apart->bytes) + told->offset);
    if (!intake_judge(apart, apart->part, &goes_on, err))
        return false;
    if (goes_on)
        *wish = (struct read_wish){ 1, told->sets };
    return true;
}

static bool
take_set(void *user, struct read_set *set, struct err *err)
{
    struct apart *apart = user;
    struct prepared *prepared = add_set(apart, apart->part);

    (void)err;
    if (set->whole) {
        prepared->bytes = buf_text(&apart->bytes) + set->offset;
        prepared->size = (size_t)set->size;
    }
    prepare_set(apart->flow, apart->part->partner, apart->part->from, set,
                prepared);
    return true;
}

static void
drop_parts(struct apart *apart)
{
    for (struct part *part = apart->parts; part; part = part->next)
        for (struct prepared *set = part->sets; set; set = set->next)
            prepared_free(set);
    apart->parts = NULL;
}

/* As often as it may be tried. */
static bool
read_all(struct apart *apart, struct err *err)
{
    struct flow *flow = apart->flow;
    const struct read_handler handler = { .user = apart,
                                          .interchange = take_interchange,
                                          .set = take_set,
                                          .junk = intake_junk,
                                          .code = answer_code,
                                          .code_user = flow };
    struct read_job job = { .partner = apart->arrival->partner,
                            .bytes = buf_text(&apart->bytes),
                            .size = apart->bytes.size,
                            .arena = apart->arena };

    while (
        !translator_read(flow->translator, &job, &handler, &apart->sum, err)) {
        if (!translate_again(flow, &job, apart->arrival->name, err))
            return false;
        drop_parts(apart);
    }
    return true;
}

static bool
prepare_all(struct apart *apart, struct err *err)
{
    if (!intake_find_taken(apart, err) || !read_all(apart, err))
        return false;
    if (apart->sum.interchanges == 0)
        intake_hold_unreadable(apart);
    return true;
}

bool
apart_take(struct flow *flow, struct interchange *arrival, struct apart **out,
           struct err *err)
{
    struct arena *arena = arena_new();
    struct apart *apart = arena_alloc(arena, sizeof *apart);

    *apart = (struct apart){ .flow = flow, .arrival = arrival, .arena = arena };
    *out = apart;
    if (journal_bytes(flow->journal, arrival->id, &apart->bytes, err) &&
        prepare_all(apart, err))
        return true;
    apart_free(out);
    return false;
}

void
apart_free(struct apart **apart)
{
    struct apart *old = *apart;

    if (old == NULL)
        return;
    *apart = NULL;
    drop_parts(old);
    buf_free(&old->bytes);
    struct arena *arena = old->arena;
    arena_free(&arena);
}
