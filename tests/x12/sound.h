/* SPDX-License-Identifier: Apache-2.0 */
/* An acknowledgment of ours, written and read back, has no finding. */
#ifndef TP_TESTS_X12_SOUND_H
#define TP_TESTS_X12_SOUND_H

#include "../unit/test.h"
#include "base/arena.h"
#include "base/text.h"
#include "guides.h"
#include "x12/ack.h"
#include "x12/write.h"

static inline void
check_sound(struct arena *arena, const struct x12_group *group,
            struct x12_set *ack)
{
    const struct x12_set *sets[1] = { ack };
    bool new_release = text_starts(group->version, "005");
    struct x12_out_group to = { .functional_id = "FA",
                                .version = new_release ? "005010" : "004010",
                                .control = 1,
                                .sets = sets,
                                .count = 1 };
    struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                     .sender = "US",
                                     .receiver_qualifier = "ZZ",
                                     .receiver = "THEM",
                                     .date = "20251120",
                                     .time = "0858",
                                     .control = 1,
                                     .usage = 'T',
                                     .charset = X12_CHARSET_EXTENDED,
                                     .groups = &to,
                                     .group_count = 1 };
    struct x12_options options;
    struct buf out = { 0 };
    struct err err = { 0 };

    ack->control = "0001";
    x12_options_init(&options);
    options.guide_for = guides_for;
    CHECK_OK(x12_write(&envelope, &out, &err), &err);
    const struct x12_file *file = x12_read(arena, out.text, out.size, &options);
    const struct x12_interchange *it = file->interchanges;
    if (it->groups->results->findings != NULL)
        printf("# %s: %s\n", it->groups->results->findings->sentence,
               buf_text(&out));
    CHECK(it->findings == NULL && it->groups->findings == NULL);
    CHECK(it->groups->results->findings == NULL);
    CHECK(it->verdict == X12_ACCEPTED && it->groups->accepted == 1);
    buf_free(&out);
}

#endif
