/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translator_fixture - whoever asks the translator, in a test: all that it is
 * told becomes a text. The unit "KG" is unknown to it.
 */
#ifndef TP_TESTS_UNIT_TRANSLATOR_FIXTURE_H
#define TP_TESTS_UNIT_TRANSLATOR_FIXTURE_H

#include <signal.h>

#include "base/arena.h"
#include "base/text.h"
#include "translate/translator.h"

static struct translator *translator;

struct telling {
    struct buf said;
    struct arena *arena;
    const char *bytes; /* asked for in pieces */
    unsigned codes;
    const char *deadly; /* the translator is killed when it asks for this */
    int kills;          /* so often */
    bool refuses;       /* sets are */
};

static bool
give_piece(void *user, uint64_t offset, size_t size, struct buf *out,
           struct err *failed)
{
    const struct telling *telling = user;

    (void)failed;
    buf_add(out, telling->bytes + offset, size);
    return true;
}

static bool
tell_interchange(void *user, const struct read_interchange *told,
                 struct read_wish *wish, struct err *failed)
{
    struct telling *telling = user;

    (void)failed;
    buf_addf(&telling->said, "I %s %s:%s %d sets at %llu, %llu bytes, TA1 %s\n",
             told->control, told->sender_qualifier, told->sender, told->sets,
             (unsigned long long)told->offset, (unsigned long long)told->size,
             told->ta1);
    for (const struct read_answer *a = told->answers; a; a = a->next) {
        buf_addf(&telling->said, "A %s %s", a->group, a->set->id);
        for (const struct x12_node *node = a->set->first; node != NULL;
             node = x12_following(node)) {
            buf_addf(&telling->said, " %s", node->segment.id);
            for (uint32_t i = 0; i < node->segment.count; i++)
                buf_addf(&telling->said, "*%.*s",
                         (int)node->segment.elements[i].size,
                         node->segment.elements[i].text);
        }
        buf_addc(&telling->said, '\n');
    }
    *wish = (struct read_wish){ 1, told->sets };
    return true;
}

static bool
tell_set(void *user, struct read_set *set, struct err *failed)
{
    struct telling *telling = user;

    if (telling->refuses)
        return err_set(failed, TP4020, "the journal is full");
    buf_addf(&telling->said,
             "S %d %s %s %s %s %d%d %u at %llu, %llu: ", set->ordinal, set->id,
             set->control, set->group, set->version, set->whole, set->rejected,
             set->count, (unsigned long long)set->offset,
             (unsigned long long)set->size);
    if (set->record != NULL)
        record_dump(set->record, &telling->said);
    buf_addf(&telling->said, " %s%s%s\n", set->findings, set->why,
             err_name(set->failed.code));
    for (const struct problem *p = problems_first(set->found); p; p = p->next)
        buf_addf(&telling->said, "P %s %s %s %s\n", err_name(p->code), p->at,
                 p->waits_for ? p->waits_for : "-", p->text);
    return true;
}

static bool
tell_junk(void *user, uint64_t offset, uint64_t size, struct err *failed)
{
    struct telling *telling = user;

    (void)failed;
    buf_addf(&telling->said, "J %llu %llu\n", (unsigned long long)offset,
             (unsigned long long)size);
    return true;
}

static bool
tell_code(void *user, const char *partner, const char *const words[3],
          const char *value, struct arena *in, const char **out,
          const char **guess)
{
    struct telling *telling = user;

    telling->codes++;
    if (telling->deadly != NULL && text_equal(value, telling->deadly) &&
        telling->kills > 0) {
        telling->kills--;
        kill(translator_process(translator), SIGKILL);
    }
    if (text_equal(value, "KG")) {
        *guess = "CA";
        return false;
    }
    *out = arena_printf(in, "%s-%s", words[0], value);
    return text_equal(partner, "ACME");
}

static struct telling telling;

static const struct read_handler handler = { .user = &telling,
                                             .piece = give_piece,
                                             .interchange = tell_interchange,
                                             .set = tell_set,
                                             .junk = tell_junk,
                                             .code = tell_code,
                                             .code_user = &telling };

#endif
