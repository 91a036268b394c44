/* SPDX-License-Identifier: Apache-2.0 */
/* A program outside the tree: all parts of libtradepost-x12 in one round. An
 * order is written, read with a partner's overlay, and acknowledged. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradepost-x12.h>

#define MUST(what) ((what) ? (void)0 : fail(#what, __LINE__))

static void
fail(const char *what, int line)
{
    printf("line %d: %s\n", line, what);
    exit(1);
}

static const struct x12_guide *
guide_for(void *user, const struct x12_group *group, const char *set_id)
{
    (void)group;
    return strcmp(set_id, "850") == 0 ? user : NULL;
}

static void
write_one(const struct x12_set *set, const char *functional_id,
          struct x12_buf *out)
{
    const struct x12_out_group group = { .functional_id = functional_id,
                                         .version = set->version,
                                         .control = 1,
                                         .sets = &set,
                                         .count = 1 };
    const struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                           .sender = "US",
                                           .receiver_qualifier = "ZZ",
                                           .receiver = "THEM",
                                           .date = "20261120",
                                           .time = "0858",
                                           .control = 7,
                                           .usage = 'T',
                                           .charset = X12_CHARSET_EXTENDED,
                                           .groups = &group,
                                           .group_count = 1 };
    struct x12_err err = { 0 };

    MUST(x12_write(&envelope, out, &err));
}

static void
write_order(struct x12_arena *arena, const char *item, struct x12_buf *out)
{
    struct x12_set *set = x12_set_new(arena, "850", "004010");
    struct x12_node *line;

    set->control = "0001";
    x12_add(arena, set, NULL, "BEG", "00", "SA", "PO-1", "", "20261120", NULL);
    line = x12_add(arena, set, NULL, "PO1", "1", "40", "CA", "1.5", NULL);
    x12_put(arena, set, line, 6, 0, "VN");
    x12_put(arena, set, line, 7, 0, item);
    write_one(set, "PO", out);
}

/* The overlay forbids item numbers of less than 3 characters. */
static struct x12_guide *
load(const char *directory, struct x12_arena *arena)
{
    const struct x12_rule rule = { .at = "850/PO1/PO107", .min_length = 3 };
    struct x12_sources sources = x12_sources_in(directory);
    struct x12_problems *found = x12_problems_new(arena);
    struct x12_guide *base = NULL, *theirs = NULL;
    struct x12_place place;
    struct x12_err err = { 0 };

    MUST(x12_guide_load(&base, &sources, "004010", "850", found, &err));
    MUST(x12_guide_overlay(&theirs, base, &rule, 1, found, &err));
    MUST(x12_problems_first(found) == NULL);
    x12_guide_free(&base);
    MUST(x12_guide_find(theirs, "PO1/PO107", &place) && place.min == 3);
    MUST(strcmp(x12_guide_group(theirs), "PO") == 0);
    MUST(!x12_guide_load(&base, &sources, "004010", "999", found, &err));
    MUST(strcmp(x12_err_name(&err), "TP2002") == 0);
    MUST(x12_problems_first(found) != NULL);
    return theirs;
}

static void
read_and_answer(struct x12_arena *arena, struct x12_guide *guide,
                const char *item, bool good)
{
    struct x12_buf bytes = { 0 }, ack = { 0 }, json = { 0 };
    struct x12_acked_group told;
    struct x12_options options;
    struct x12_err err = { 0 };

    write_order(arena, item, &bytes);
    x12_options_init(&options);
    options.guide_for = guide_for;
    options.user = guide;
    const struct x12_file *file =
        x12_read(arena, x12_buf_text(&bytes), bytes.size, &options);
    const struct x12_group *group = file->interchanges->groups;
    MUST(x12_usable(group->results) == good);
    MUST(strcmp(x12_ack_ta1(file->interchanges, arena)->id, "TA1") == 0);
    struct x12_set *answer = x12_ack_997(group, false, arena);
    answer->control = "0001";
    write_one(answer, "FA", &ack);
    MUST(x12_ack_read(answer, arena, &told, &err));
    MUST(x12_acked_verdict(&told, "850", "0001") == (good ? 'A' : 'R'));
    MUST((strstr(x12_buf_text(&ack), "AK4*7*") == NULL) == good);
    if (!good) {
        x12_finding_json(group->results->findings, &json);
        MUST(strstr(x12_buf_text(&json), "\"AK403=4\"") != NULL);
        MUST(x12_code_meaning("AK403=4") != NULL);
    }
    x12_buf_free(&bytes);
    x12_buf_free(&ack);
    x12_buf_free(&json);
}

int
main(int argc, char **argv)
{
    struct x12_arena *arena = x12_arena_new();
    struct x12_guide *guide = load(argc > 1 ? argv[1] : "", arena);

    read_and_answer(arena, guide, "ABC", true);
    read_and_answer(arena, guide, "AB", false);
    x12_guide_free(&guide);
    x12_arena_free(&arena);
    MUST(guide == NULL && arena == NULL);
    puts("all is well");
    return 0;
}
